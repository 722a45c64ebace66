#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: contract_info
short_description: Check a Redis Software cluster against the facts that this collection relies on
version_added: 1.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - The collection relies on facts about the REST API, the ports and the metrics of a cluster, taken from the vendor's
    public reference. This module checks each of them on a real cluster, and returns which hold, which differ, and which
    could not be checked and why.
  - The result can be shown to others. It contains words of the reference, small counts, statuses and versions, but
    nothing that identifies the cluster, its users or its databases, and no certificate or key.
  - Reads only, and requests short-lived tokens. Writes only with O(writes=true).
  - The module does not fail when a fact differs.
extends_documentation_fragment:
  - redis_enterprise.certificates.attributes
  - redis_enterprise.certificates.connection
attributes:
  check_mode:
    support: full
    details: Makes only the checks that read.
  diff_mode:
    support: N/A
    details: What is written is restored.
  idempotent:
    support: full
    details: What is written is restored.
notes:
  - Direct requests to nodes send credentials only to nodes that the cluster itself names, on the port of O(url), with
    the same trust.
  - A user who may not see everything gets fewer checks. C(cluster_viewer) sees most, C(admin) all.
options:
  writes:
    description:
      - Whether to make the checks that write, too. Use it only on a test cluster. They require the role C(admin).
      - They write V(metrics_exporter) again with the pair that the API reports, without its root if it has one, and
        with a key that does not belong to it, which the cluster has to refuse. They use C(dry_run) where the API has
        it. Anything that the cluster accepts is restored at once; RV(restored) says whether that succeeded.
    type: bool
    default: false
  writes_confirmed:
    description:
      - The FQDN of the cluster, as in C(name) of C(GET /v1/cluster). Required with O(writes=true), so that the wrong
        cluster is not written to.
    type: str
seealso:
  - module: redis_enterprise.certificates.cluster_certificate_info
"""

EXAMPLES = r"""
- name: Check a cluster against the contract
  redis_enterprise.certificates.contract_info:
    url: "{{ redis_enterprise_url }}"
    username: "{{ redis_enterprise_username }}"
    password: "{{ redis_enterprise_password }}"
    ca_path: "{{ redis_enterprise_ca_path }}"
  delegate_to: localhost
  register: contract

- name: Show the report
  ansible.builtin.debug:
    msg: "{{ contract | redis_enterprise.certificates.contract_report }}"

- name: Check a test cluster, with writes
  redis_enterprise.certificates.contract_info:
    url: "{{ redis_enterprise_url }}"
    username: "{{ redis_enterprise_username }}"
    password: "{{ redis_enterprise_password }}"
    ca_path: "{{ redis_enterprise_ca_path }}"
    writes: true
    writes_confirmed: payments.redis.example.com
  delegate_to: localhost
  register: contract
"""

RETURN = r"""
server:
  description:
    - What the results depend on, the versions, the number of nodes, the kind of login, and settings; one line each.
  returned: success
  type: list
  elements: str
  sample:
    - "software_version: 8.0.20-96"
    - "nodes: 3"
    - "login: password"
    - "handle_redirects: false"
checks:
  description: Each check, in a fixed order.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: A name that stays the same.
      type: str
      returned: always
      sample: follower_redirects
    title:
      description: What is to hold.
      type: str
      returned: always
      sample: Without handle_redirects a follower redirects by 307, before it looks at a login
    source:
      description: Where that comes from, a page of the vendor or the number of a bug.
      type: str
      returned: always
      sample: "vendor, cluster load balancer setup; cluster setting handle_redirects; RS182423"
    outcome:
      description: V(holds), V(differs) or V(not_checked).
      type: str
      returned: always
      sample: holds
    reason:
      description:
        - Why it was not checked; null when it was.
        - V(version) when the version does not have it; V(permission) when the user may not see it; V(login) when it
          needs other credentials; V(unreachable) when nothing responded; V(nothing) when the cluster has nothing
          to look at; V(unclear) when another answer is not as expected; V(not_asked) and V(check_mode) for a check that
          writes; V(broken) for a bug of the collection.
      type: str
      returned: always
    seen:
      description: What was seen, in words of the vendor's reference, small counts, statuses and versions.
      type: list
      elements: str
      returned: always
      sample:
        - "followers: 2"
        - "status: 307"
counts:
  description: How many checks ended in each outcome.
  returned: success
  type: dict
  sample:
    holds: 68
    differs: 0
    not_checked: 31
restored:
  description: Whether everything that was written was restored; null when nothing was written.
  returned: success, and when it was not
  type: bool
failure:
  description: The failure, as data. See RV(redis_enterprise.certificates.cluster_certificate#module:failure).
  returned: failure
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import contract_info
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._runner import run_module


def main() -> None:
    """Run the module."""
    operation = contract_info.OPERATION
    run_module(AnsibleModule(**operation.arguments, supports_check_mode=True), operation)


if __name__ == "__main__":
    main()
