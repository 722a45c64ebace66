#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_certificate_info
short_description: Show the TLS certificates of a Redis Software cluster
version_added: 1.0.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Reads the certificates that a cluster has, and returns facts about each.
  - Works for every user that may see the cluster, such as a user with the role C(cluster_viewer).
  - Private keys that the API returns with the certificates are discarded unread.
extends_documentation_fragment:
  - redis_enterprise.certificates.attributes
  - redis_enterprise.certificates.attributes.info
  - redis_enterprise.certificates.connection
options:
  names:
    description:
      - The certificates to show. If not set, all certificates of the cluster.
      - V(cp_internode_encryption) and V(dp_internode_encryption) are accepted for V(ccs_internode_encryption) and
        V(data_internode_encryption).
    type: list
    elements: str
  expires_within:
    description:
      - Show only certificates that expire within this many days, or have expired. An issuer in the chain that expires
        sooner than the leaf counts. Certificates that cannot be parsed are shown too.
    type: int
seealso:
  - module: redis_enterprise.certificates.cluster_certificate
"""

EXAMPLES = r"""
- name: Read all certificates
  redis_enterprise.certificates.cluster_certificate_info:
    url: "{{ redis_enterprise_url }}"
    username: "{{ redis_enterprise_username }}"
    password: "{{ redis_enterprise_password }}"
    ca_path: "{{ redis_enterprise_ca_path }}"
  delegate_to: localhost
  register: installed

- name: Show when each expires
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.not_after }}"
  loop: "{{ installed.certificates }}"
  loop_control:
    label: "{{ item.name }}"

- name: Read what expires within 30 days
  redis_enterprise.certificates.cluster_certificate_info:
    url: "{{ redis_enterprise_url }}"
    username: "{{ redis_enterprise_username }}"
    password: "{{ redis_enterprise_password }}"
    ca_path: "{{ redis_enterprise_ca_path }}"
    expires_within: 30
  delegate_to: localhost
"""

RETURN = r"""
cluster:
  description: The cluster.
  returned: success
  type: dict
  contains:
    name:
      description: The FQDN of the cluster; null where the user may not see it.
      type: str
      returned: always
    url:
      description: The URL of the cluster.
      type: str
      returned: always
    version:
      description: The software version of the oldest node; null where the user may not see it.
      type: str
      returned: always
    primary:
      description: The primary node, which responded; null where it is unknown.
      type: dict
      returned: always
      version_added: 1.1.0
      contains:
        node:
          description: The C(uid) of the node.
          type: int
          returned: always
        address:
          description: The address of the node.
          type: str
          returned: always
  sample:
    name: cluster.example.com
    url: https://cluster.example.com:9443
    version: 8.0.20-96
    primary:
      node: 1
      address: 10.0.0.1
certificates:
  description:
    - The certificates, sorted by name. Facts are those of the leaf, or of the first certificate of a CA bundle.
    - When a certificate cannot be parsed, its facts are null and RV(certificates[].error) says why.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the certificate.
      type: str
      returned: always
      sample: proxy
    required:
      description: Whether every cluster has this certificate, so that it can be replaced but not removed.
      type: bool
      returned: always
    subject:
      description: The subject as RFC 4514 writes it.
      type: str
      returned: always
      sample: CN=cluster.example.com
    issuer:
      description: The issuer as RFC 4514 writes it.
      type: str
      returned: always
      sample: CN=Example CA,O=Example
    serial_number:
      description: The serial number in hexadecimal, as C(openssl x509 -serial) prints it.
      type: str
      returned: always
      sample: 4E0F2A6C51B3D7
    subject_alternative_names:
      description: The names that the certificate covers.
      type: list
      elements: str
      returned: always
      sample: ["DNS:cluster.example.com", "IP:192.0.2.1"]
    not_before:
      description: The start of validity (ISO 8601, UTC).
      type: str
      returned: always
      sample: "2026-01-01T00:00:00Z"
    not_after:
      description: The end of validity (ISO 8601, UTC).
      type: str
      returned: always
      sample: "2027-01-01T00:00:00Z"
    days_remaining:
      description:
        - Full days until the end of validity; negative once it has passed, and then the full days since.
        - V(0) is less than a day, before or after. RV(certificates[].expired) is exact.
      type: int
      returned: always
      sample: 38
    expired:
      description: Whether the end of validity has passed.
      type: bool
      returned: always
    fingerprint:
      description: SHA-256 fingerprint of the leaf, lower-case hexadecimal with colons.
      type: str
      returned: always
    chain_fingerprints:
      description: The fingerprint of each certificate, leaf first.
      type: list
      elements: str
      returned: always
    chain_length:
      description: How many certificates there are, with the leaf.
      type: int
      returned: always
      sample: 2
    chain_days_remaining:
      description: The same as RV(certificates[].days_remaining), for whichever certificate of the chain expires first.
      type: int
      returned: always
      sample: 38
    chain_not_after:
      description: When that one expires (ISO 8601, UTC).
      type: str
      returned: always
      sample: "2027-01-01T00:00:00Z"
    public_key_type:
      description: The type of the public key, such as V(RSA), V(ECC) or V(Ed25519).
      type: str
      returned: always
      sample: RSA
    public_key_size:
      description: The size of the public key in bits.
      type: int
      returned: always
      sample: 2048
    signature_algorithm:
      description: The algorithm of the signature.
      type: str
      returned: always
      sample: sha256WithRSAEncryption
    self_signed:
      description: Whether the certificate is signed with its own key.
      type: bool
      returned: always
    has_private_key:
      description: Whether the response contained a private key. A user without the permission to see keys gets none.
      type: bool
      returned: always
    findings:
      description:
        - The vendor's requirements for this name that the certificate does not meet, errors first. Empty when
          nothing is found, or when it cannot be parsed.
      type: list
      elements: dict
      returned: always
      contains:
        id:
          description: A stable identifier of the rule.
          type: str
          returned: always
          sample: eku_missing
        severity:
          description: V(error) for what breaks a cluster, V(warning) for what is advised.
          type: str
          returned: always
          sample: error
        certificate:
          description: The name of the certificate.
          type: str
          returned: always
          sample: proxy
        found:
          description: What was found.
          type: str
          returned: always
        remedy:
          description: What to do about it.
          type: str
          returned: always
        source:
          description: Where the rule comes from, such as a bug number of the vendor.
          type: str
          returned: always
    error:
      description: Why the certificate cannot be parsed.
      type: str
      returned: when it cannot be parsed
missing:
  description: Those of O(names) that the cluster does not have.
  returned: success
  type: list
  elements: str
inactive_nodes:
  description:
    - The nodes that are not active, each with its C(uid), C(address) and C(status). They would miss a change.
    - Empty where the user may not see the nodes.
  returned: success
  type: list
  elements: dict
  version_added: 1.1.0
  sample: [{"uid": 3, "address": "10.0.0.3", "status": "down"}]
check_mode:
  description: Whether the task ran in check mode, by C(--check) or a keyword; C(ansible_check_mode) ignores keywords.
  returned: success
  type: bool
  version_added: 1.1.0
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
failure:
  description: The failure, as data. See RV(redis_enterprise.certificates.cluster_certificate#module:failure).
  returned: failure
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import (
    cluster_certificate_info,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._runner import run_module


def main() -> None:
    """Run the module."""
    operation = cluster_certificate_info.OPERATION
    run_module(AnsibleModule(**operation.arguments, supports_check_mode=True), operation)


if __name__ == "__main__":
    main()
