#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The code is in plugins/action/audit_report.py.

DOCUMENTATION = r"""
module: audit_report
short_description: Check the certificates of a fleet against a policy, and report
version_added: 1.0.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Checks data read from Redis Software clusters against a policy, and returns a table, counts and findings.
  - Optionally writes the same as an HTML page, JSON, CSV, JUnit XML and a text file for Prometheus.
  - Connects to no cluster. It uses the given data, or the data in earlier reports.
  - Days are counted from the time of the report, not from the time when the data was read.
attributes:
  check_mode:
    description: Makes the same reads and checks, predicts what a real run would report, and writes nothing.
    support: full
  diff_mode:
    description: Shows the changes in files.
    support: none
  idempotent:
    description: A second run with the same options changes nothing.
    support: none
    details: A report contains the time when it was made, so its files change at every run.
  action:
    description: Runs on the control node.
    support: full
    details: C(delegate_to), C(become) and the connection of the host have no effect.
options:
  clusters:
    description:
      - The data of each cluster, as the module M(redis_enterprise.certificates.fleet_certificate_info) returns it.
      - At least one of O(clusters), O(data_paths) and O(expected) is required.
    type: list
    elements: dict
  data_paths:
    description:
      - JSON reports of this module, on the control node, such as one of each slice of a job. A folder means all files
        C(*.json) in it and below it.
      - Their clusters are added to O(clusters), sorted by name, and checked again by the policy in those reports, since
        what failed there must not pass here. Options of the policy that are set can only make it stricter, and
        exceptions count only where those reports have them. If their policies differ, the strictest counts, and a
        finding says so.
      - A cluster may occur only once.
    type: list
    elements: path
  expected:
    description:
      - The names of all clusters that the report should cover. One that is neither in O(clusters) nor in O(data_paths)
        is listed last, as one that could not be read, so that a lost job is noticed.
      - If O(clusters) and O(data_paths) are empty, all of them are.
    type: list
    elements: str
    version_added: 1.1.0
  warn_within:
    description:
      - Days. A certificate, or an issuer in its chain, that expires sooner is a warning.
      - If not set, V(30), and what the reports of O(data_paths) say.
    type: int
  fail_within:
    description:
      - Days. A certificate, or an issuer in its chain, that expires sooner is critical.
      - If not set, V(14), and what the reports of O(data_paths) say.
    type: int
  minimum_rsa_bits:
    description: An RSA key with fewer bits is critical. At least V(2048), which the vendor requires.
    type: int
    default: 2048
  allowed_issuers:
    description:
      - The allowed issuers of certificates; any other issuer is critical. Empty allows all.
      - Each is a distinguished name in the form of RFC 4514, such as V(CN=Example CA,O=Example), or a regular
        expression that matches a whole name.
    type: list
    elements: str
    default: []
  maximum_lifetime:
    description: Days. A certificate that is valid for longer is critical. Not checked if not set.
    type: int
  exceptions:
    description:
      - Findings that are accepted for a while. They stay in the report, marked as accepted, and no longer count.
      - An exception after its end date is itself a warning.
    type: list
    elements: dict
    default: []
    suboptions:
      cluster:
        description: The name of the cluster; V(*) for all.
        type: str
        default: "*"
      certificate:
        description: The name of the certificate; V(*) for all, and for findings about none.
        type: str
        default: "*"
      check:
        description: The check, as RV(findings[].check) names it; V(*) for all.
        type: str
        default: "*"
      until:
        description: The last day (UTC) on which the exception applies, such as V(2027-06-30).
        type: str
        required: true
      reason:
        description: Why it is accepted.
        type: str
        required: true
  output_directory:
    description:
      - The folder for the files, on the control node. It is created if it is missing.
      - A relative path starts at the working directory of C(ansible-playbook).
    type: path
  formats:
    description:
      - The files to write into O(output_directory); all, if not set.
      - C(audit.html) for V(html), C(audit.json) for V(json), C(audit.csv) for V(csv), C(audit.xml) for V(junit) and
        C(audit.prom) for V(prometheus). Each is replaced at once.
    type: list
    elements: str
    choices: [html, json, csv, junit, prometheus]
  retention_days:
    description:
      - Removes reports of earlier runs from O(retention_directory) to which nothing was written for so many days.
      - Nothing is removed if not set.
    type: int
    version_added: 1.1.0
  retention_directory:
    description:
      - The folder below which each run has a folder of its own. A folder is removed if it holds nothing but files that
        this module writes, or nothing at all. Links are not followed.
    type: path
    version_added: 1.1.0
  show_all:
    description: Whether RV(text) has a line for every certificate, and not only for what needs attention.
    type: bool
    default: false
    version_added: 1.1.0
seealso:
  - module: redis_enterprise.certificates.fleet_certificate_info
  - module: redis_enterprise.certificates.text_output
"""

EXAMPLES = r"""
- name: Read a fleet
  redis_enterprise.certificates.fleet_certificate_info:
    hosts: "{{ groups['redis_enterprise'] }}"
  run_once: true
  delegate_to: localhost
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
  run_once: true
  delegate_to: localhost

- name: Merge the reports of four slices
  redis_enterprise.certificates.audit_report:
    data_paths:
      - slices
    expected: "{{ groups['redis_enterprise'] }}"
    output_directory: reports
    formats: [html, json]
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
table:
  description: The lines of a table of all certificates, each as long as it has to be.
  returned: success
  type: list
  elements: str
text:
  description:
    - What needs attention, the most urgent first, then the totals, in at most 100 columns, for
      M(redis_enterprise.certificates.text_output).
  returned: success
  type: list
  elements: raw
summary:
  description: Counts, and the certificate that expires next. Contains no secrets.
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
removed:
  description: The folders of old reports that were removed, or would be.
  returned: success
  type: list
  elements: str
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
  description: The failure, as data. See RV(redis_enterprise.certificates.cluster_certificate#module:failure).
  returned: failure
  type: dict
"""
