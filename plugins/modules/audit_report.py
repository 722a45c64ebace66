#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The code is in plugins/action/audit_report.py.

DOCUMENTATION = r"""
module: audit_report
short_description: Judge the certificates of a fleet by a policy, and report
version_added: 1.0.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Judges what was read of Redis Software clusters by a policy, and returns a table for the log, counts and findings.
  - Writes the same as an HTML page, JSON, CSV, JUnit XML and a text file for Prometheus, if asked.
  - Asks no cluster. What it judges is given, or was kept by earlier reports.
  - Days are counted as of the report. What was read days ago has as many days less.
attributes:
  check_mode:
    description: Makes the same reads and checks, predicts what a real run would report, and writes nothing.
    support: full
  diff_mode:
    description: Shows what changes in files.
    support: none
  idempotent:
    description: A second run with the same options changes nothing.
    support: none
    details: A report says when it was made, so that its files change at every run.
  action:
    description: Runs on the control node.
    support: full
    details: C(delegate_to), C(become) and the connection of the host do not count.
options:
  clusters:
    description:
      - What was read of each cluster, as the module M(redis_enterprise.certificates.fleet_certificate_info) returns it.
      - At least one of O(clusters) and O(data_paths) is needed.
    type: list
    elements: dict
  data_paths:
    description:
      - JSON reports of this module, on the control node, such as one of each slice of a job. A folder stands for all
        files C(*.json) in it and below it.
      - Their clusters are added to O(clusters), sorted by name, and judged anew. What those reports found does not
        count.
      - A cluster may come only once in all of them.
    type: list
    elements: path
  expected:
    description:
      - The names of the clusters that the report is to be about. One that is neither in O(clusters) nor in
        O(data_paths) comes last in it, as one that could not be read, so that no job that was lost goes unnoticed.
    type: list
    elements: str
    version_added: 1.1.0
  warn_within:
    description: Days. A certificate, or an issuer in its chain, that expires sooner is a warning.
    type: int
    default: 30
  fail_within:
    description: Days. A certificate, or an issuer in its chain, that expires sooner is critical.
    type: int
    default: 14
  minimum_rsa_bits:
    description: An RSA key that has less bits is critical. Not less than V(2048), which the vendor demands.
    type: int
    default: 2048
  allowed_issuers:
    description:
      - Who may have issued certificates; any other issuer is critical. Empty allows all.
      - Each is a distinguished name as RFC 4514 writes it, such as V(CN=Example CA,O=Example), or a regular expression
        that matches the whole of one.
    type: list
    elements: str
    default: []
  maximum_lifetime:
    description: Days. A certificate that is valid for longer is critical. Not checked if not set.
    type: int
  exceptions:
    description:
      - What is accepted for a while. It stays in the report, marked so, and no longer counts.
      - An exception whose date has passed is a warning itself.
    type: list
    elements: dict
    default: []
    suboptions:
      cluster:
        description: The name of the cluster; V(*) for all.
        type: str
        default: "*"
      certificate:
        description: The name of the certificate; V(*) for all, and for what concerns none.
        type: str
        default: "*"
      check:
        description: The check, as RV(findings[].check) names it; V(*) for all.
        type: str
        default: "*"
      until:
        description: The last day (UTC) on which it counts, such as V(2027-06-30).
        type: str
        required: true
      reason:
        description: Why it is accepted.
        type: str
        required: true
  output_directory:
    description:
      - The folder for the files, on the control node. It is made if it is missing.
      - A path that is not absolute starts at the working directory of C(ansible-playbook).
    type: path
  formats:
    description:
      - The files to write into O(output_directory); all, if not set.
      - C(audit.html) for V(html), C(audit.json) for V(json), C(audit.csv) for V(csv), C(audit.xml) for V(junit) and
        C(audit.prom) for V(prometheus). Each is replaced at once.
    type: list
    elements: str
    choices: [html, json, csv, junit, prometheus]
seealso:
  - module: redis_enterprise.certificates.fleet_certificate_info
"""

EXAMPLES = r"""
- name: Read a fleet
  redis_enterprise.certificates.fleet_certificate_info:
    clusters: "{{ my_clusters }}"
  register: fleet

- name: Report on it
  redis_enterprise.certificates.audit_report:
    clusters: "{{ fleet.clusters }}"
    fail_within: 21
    allowed_issuers:
      - CN=Example Issuing CA,O=Example
      - CN=Example Issuing CA \d+,O=Example
    exceptions:
      - cluster: payments
        certificate: api
        check: key_size
        until: 2027-03-31
        reason: The load balancer takes no longer key before its upgrade in March
    output_directory: reports

- name: Merge the reports of four slices
  redis_enterprise.certificates.audit_report:
    data_paths:
      - slices
    expected: "{{ groups['redis_enterprise'] }}"
    output_directory: reports
    formats: [html, json]
"""

RETURN = r"""
table:
  description: The lines of a table, for the log.
  returned: success
  type: list
  elements: str
summary:
  description: Counts, and who is next. Holds nothing secret.
  returned: success
  type: dict
  contains:
    clusters:
      description: How many there are in all (C(total)), and of each verdict.
      type: dict
      returned: always
      sample: {total: 12, ok: 9, warning: 1, failed: 1, unreachable: 1}
    certificates:
      description:
        - How many there are, have expired, or will within O(fail_within) or, after that, within O(warn_within) days.
      type: dict
      returned: always
      sample: {total: 84, expired: 0, fail_within: 1, warn_within: 3}
    findings:
      description: How many findings there are of each severity, and how many were accepted.
      type: dict
      returned: always
      sample: {critical: 2, warning: 4, info: 1, accepted: 1}
    checks:
      description: How many checks came to each outcome.
      type: dict
      returned: always
      sample: {passed: 540, advice: 1, warning: 4, failed: 2, accepted: 1, not_visible: 7}
    next:
      description: The certificate that expires next; null when there is none.
      type: dict
      returned: always
      sample: {cluster: payments, certificate: proxy, days_remaining: 5, not_after: "2026-11-30T11:00:00Z"}
findings:
  description: What was found, critical findings first.
  returned: success
  type: list
  elements: dict
  contains:
    severity:
      description: V(critical) fails the audit; V(warning) will have to be fixed; V(info) is advice.
      type: str
      returned: always
    cluster:
      description: The name of the cluster; V(*) for an exception of all clusters.
      type: str
      returned: always
    certificate:
      description: The name of the certificate; null when it is about none.
      type: str
      returned: always
    check:
      description: A stable identifier of the check.
      type: str
      returned: always
      sample: expiry
    message:
      description: What was found.
      type: str
      returned: always
      sample: expires in 5 days
    remedy:
      description: What to do about it.
      type: str
      returned: always
      sample: Rotate it
    accepted:
      description: The C(reason) of the exception that accepts it, and C(until) when; null when there is none.
      type: dict
      returned: always
files:
  description: The path of each file by its format. Empty without O(output_directory).
  returned: success
  type: dict
  sample: {html: /home/operator/reports/audit.html}
failed_clusters:
  description: The names of the clusters of which something critical was found that is not accepted.
  returned: success
  type: list
  elements: str
failures:
  description: Why, by the name of the cluster.
  returned: success
  type: dict
  sample: {payments: 'proxy: expires in 5 days'}
failure:
  description: What went wrong, as data. See RV(redis_enterprise.certificates.cluster_certificate#module:failure).
  returned: failure
  type: dict
"""
