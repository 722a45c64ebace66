#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: internal_certificate_rotation
short_description: Renew the internal certificates of a Redis Software cluster when they are due
version_added: 1.0.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Makes a cluster issue new certificates V(ccs_internode_encryption) and V(data_internode_encryption), which its nodes
    use between each other, from its own private CA, when one expires soon. Waits until every node has them.
  - Does not rotate other certificates, such as V(proxy) or V(api). For those, use
    M(redis_enterprise.certificates.cluster_certificates).
  - Replaces a customer-provided certificate under one of the two names by an internal one. The API does not distinguish
    the two kinds. RV(changes[].before) and RV(changes[].after) have the issuers; check them in check mode first.
  - A cluster does this automatically. Internal certificates are valid for 90 days, and the cluster's scheduler rotates
    them every 30 (C(cert_rotation_job_settings) in C(/v1/job_scheduler)). Use this module if that is disabled or has
    failed, or to renew them at once.
  - Rotates only certificates that are due, both by one request when both are.
notes:
  - A rotation cannot be rolled back. The old certificate could only be installed as a customer-provided one, which the
    cluster would no longer rotate, so this is never done. When a node does not get the new certificate, the outcome is
    V(partial), and the error lists what each node has. Repair the node, then rotate again with O(force=true).
  - A second request would issue yet another certificate. It is sent again only if it never reached the API, after the
    status 429, and after 409 and 503 if a read shows that nothing has changed. If there was no response, the API is
    read until O(wait_timeout). If nothing has changed by then, the task fails, but the rotation may still happen.
  - The refusal of nodes that are not active (O(allow_inactive_nodes)) applies to all versions. Before 8.2.0-46 they
    never get the new certificate (RS200137); later versions refuse the request when a node has missed it.
extends_documentation_fragment:
  - redis_enterprise.certificates.attributes
  - redis_enterprise.certificates.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: partial
    details: Check mode shows no diff, since the cluster issues the certificates.
  idempotent:
    support: partial
    details: With O(force=true) every run rotates.
options:
  name:
    description:
      - The only certificate to rotate, V(ccs_internode_encryption) or V(data_internode_encryption). If not set, both
        are checked.
      - V(cp_internode_encryption) and V(dp_internode_encryption) are accepted for V(ccs_internode_encryption) and
        V(data_internode_encryption).
    type: str
  renew_before:
    description:
      - Days. A certificate is rotated when its leaf expires within this time, according to the API at O(url) or the
        metrics of a node. From 0 to 89, since a new one is valid for 90.
      - Certificates after the leaf do not count. The private CA stays the same, so no rotation would renew them.
    type: int
    default: 30
  force:
    description:
      - Whether to rotate even when nothing is due.
    type: bool
    default: false
  verify:
    description:
      - How to prove that every node has the new certificate. No port shows it, but the metrics of the nodes
        (O(metrics_port)) show when the certificate on each node's disk expires. RV(proof) says how far it is proven.
      - With V(auto), the primary node reports what metrics do not show, without waiting for it. With V(strict), the
        rotation is refused if the metrics of a node do not show it, even when nothing is due.
      - V(none) relies on what the API at O(url) reports.
    type: str
    choices: [auto, strict, none]
    default: auto
  verify_timeout:
    description:
      - Seconds to wait until every node has the new certificate.
    type: float
    default: 300
  allow_inactive_nodes:
    description:
      - Whether to continue although the cluster reports that a node is not active. That node is V(unreachable) in
        RV(nodes), and before 8.2.0-46 it never gets the new certificate (RS200137).
    type: bool
    default: false
    version_added: 1.1.0
  wait_timeout:
    description:
      - Seconds to wait until the API at O(url) reports the new certificate, with or without a response to the request.
        Also the time to wait for an API that cannot be reached.
    type: float
    default: 300
seealso:
  - module: redis_enterprise.certificates.cluster_certificates
  - module: redis_enterprise.certificates.cluster_certificate_info
"""

EXAMPLES = r"""
- name: Renew the certificates between nodes when they expire within 30 days
  redis_enterprise.certificates.internal_certificate_rotation:
    url: "{{ redis_enterprise_url }}"
    username: "{{ redis_enterprise_username }}"
    password: "{{ redis_enterprise_password }}"
    ca_path: "{{ redis_enterprise_ca_path }}"
  delegate_to: localhost

- name: Replace a customer-provided certificate by an internal one
  redis_enterprise.certificates.internal_certificate_rotation:
    url: "{{ redis_enterprise_url }}"
    username: "{{ redis_enterprise_username }}"
    password: "{{ redis_enterprise_password }}"
    ca_path: "{{ redis_enterprise_ca_path }}"
    name: data_internode_encryption
    force: true
  delegate_to: localhost
"""

RETURN = r"""
outcome:
  description:
    - V(unchanged), V(changed) (in check mode, what would be), V(failed_unchanged) (no node that could be seen has a new
      certificate), or V(partial) (see RV(nodes)).
    - Every run ends with one of these, whatever fails.
  returned: always
  type: str
  sample: changed
changes:
  description: What was done, or in check mode would be done. An entry for each certificate that was checked.
  returned: always; empty when it failed before it was known
  type: list
  elements: dict
  contains:
    name:
      description: The name of the certificate, as the REST API writes it.
      type: str
      returned: always
    action:
      description: V(rotate) or V(none).
      type: str
      returned: always
    reason:
      description:
        - Why. V(expires), V(expires_on_a_node) (only the metrics of a node show one that expires, such as a node that
          missed an earlier rotation), V(not_readable) or V(forced) for a rotation, V(same) for none.
      type: str
      returned: always
    before:
      description:
        - Facts about the certificate that the cluster had.
        - The same facts as RV(redis_enterprise.certificates.cluster_certificate_info#module:certificates).
      type: dict
      returned: always
    after:
      description:
        - Facts about the certificate that the cluster has now. Null when it is to be rotated and check mode is on, and
          after a failure that changed something.
      type: dict
      returned: always
    outcome:
      description: V(unchanged), V(changed), V(failed_unchanged) or V(partial), of this certificate.
      type: str
      returned: always
    proof:
      description: How far this change is proven, as in RV(proof).
      type: dict
      returned: always
      version_added: 1.1.0
  sample:
    - name: data_internode_encryption
      action: none
      reason: same
      before:
        name: data_internode_encryption
        issuer: CN=cluster.example.com private CA
        not_after: "2026-11-29T10:00:00Z"
      after:
        name: data_internode_encryption
        issuer: CN=cluster.example.com private CA
        not_after: "2026-11-29T10:00:00Z"
      outcome: unchanged
nodes:
  description:
    - What the metrics of every node show of every rotated certificate, after the request. V(verified) is one that
      expires later than the one before, V(stale) one that was there before.
    - The same as RV(redis_enterprise.certificates.cluster_certificate#module:nodes).
  returned: always; empty when nothing was rotated
  type: list
  elements: dict
proof:
  description:
    - How far the rotation is proven.
    - The same as RV(redis_enterprise.certificates.cluster_certificate#module:proof).
  returned: always
  type: dict
  version_added: 1.1.0
cluster:
  description: The same as RV(redis_enterprise.certificates.cluster_certificate#module:cluster).
  returned: when the options are valid
  type: dict
  version_added: 1.1.0
hazards:
  description: The same as RV(redis_enterprise.certificates.cluster_certificate#module:hazards).
  returned: always; empty when nothing is to be rotated
  type: list
  elements: dict
attempts:
  description: The highest number of attempts of any request; V(1) without retries.
  returned: when the options are valid
  type: int
  sample: 1
retried:
  description: One line for each retry.
  returned: when the options are valid
  type: list
  elements: str
diff:
  description: >-
    For each rotated certificate, facts that identify it, before and after. Never PEM; fingerprints have no colons.
    Empty in check mode.
  returned: success
  type: list
  elements: dict
failure:
  description: The failure, as data. See RV(redis_enterprise.certificates.cluster_certificate#module:failure).
  returned: failure
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import (
    internal_certificate_rotation,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._runner import run_module


def main() -> None:
    """Run the module."""
    operation = internal_certificate_rotation.OPERATION
    run_module(AnsibleModule(**operation.arguments, supports_check_mode=True), operation)


if __name__ == "__main__":
    main()
