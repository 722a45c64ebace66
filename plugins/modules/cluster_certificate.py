#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_certificate
short_description: Replace or remove a TLS certificate of a Redis Software cluster
version_added: 0.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Makes sure that a cluster has a certificate, with its chain and private key, under a name such as V(proxy), or that
    it has none.
  - Certificates are compared by the SHA-256 fingerprints of what is in the PEM. Line endings, a missing last newline
    and text between the blocks make no difference. Nothing is written when nothing differs.
  - Before anything is written, and in check mode too, the material is checked. It must parse, the leaf must come first
    and each certificate be issued by the next, the private key must belong to the leaf, and the leaf must be valid now.
  - After a write, the cluster is read until it shows the new state.
extends_documentation_fragment:
  - redis_enterprise.certificates.attributes
  - redis_enterprise.certificates.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details: With O(force=true) every run writes.
options:
  name:
    description:
      - The name of the certificate. Clusters have V(api), V(cm), V(metrics_exporter), V(proxy), V(syncer),
        V(ccs_internode_encryption) and V(data_internode_encryption), and may have V(ldap_client), V(mtls_trusted_ca),
        V(sso_service) and V(sso_issuer). The cluster decides which names it takes.
      - V(cp_internode_encryption) and V(dp_internode_encryption) are accepted for V(ccs_internode_encryption) and
        V(data_internode_encryption).
    type: str
    required: true
  state:
    description:
      - V(present) replaces the certificate when it differs.
      - V(absent) removes it. Only optional certificates can be removed.
    type: str
    choices: [present, absent]
    default: present
  certificate:
    description:
      - The certificate in PEM, leaf first, then each issuer.
      - For V(mtls_trusted_ca) and V(sso_issuer), a bundle of CA certificates in any order, which is compared as a set.
      - Required with O(state=present), unless O(certificate_path) is set.
    type: str
  certificate_path:
    description:
      - Path of a file with what O(certificate) takes. It is read where the module runs.
    type: path
  private_key:
    description:
      - The private key of the leaf, in PEM. RSA, EC and Ed25519 keys are supported.
      - Required with O(state=present), unless O(private_key_path) is set; V(mtls_trusted_ca) and V(sso_issuer) take
        none.
    type: str
  private_key_path:
    description:
      - Path of a file with what O(private_key) takes. It is read where the module runs.
    type: path
  private_key_passphrase:
    description:
      - The passphrase of the private key, if it is encrypted. The cluster receives the key decrypted.
    type: str
  compare:
    description:
      - V(chain) compares the leaf and all issuers after it, V(leaf) the leaf alone.
    type: str
    choices: [chain, leaf]
    default: chain
  force:
    description:
      - Whether to write even when nothing differs.
    type: bool
    default: false
  wait_timeout:
    description:
      - Seconds to wait after a write until the cluster shows the new state.
    type: float
    default: 300
seealso:
  - module: redis_enterprise.certificates.cluster_certificate_info
"""

EXAMPLES = r"""
- name: Replace the certificate of the database endpoints
  redis_enterprise.certificates.cluster_certificate:
    url: https://cluster.example.com:9443
    username: admin@example.com
    password: "{{ vault_cluster_password }}"
    ca_path: /etc/ssl/certs/corporate-ca.pem
    name: proxy
    certificate_path: /etc/ssl/redis/proxy.pem
    private_key_path: /etc/ssl/redis/proxy.key

- name: Remove the client certificate towards LDAP
  redis_enterprise.certificates.cluster_certificate:
    url: https://cluster.example.com:9443
    username: admin@example.com
    password: "{{ vault_cluster_password }}"
    ca_path: /etc/ssl/certs/corporate-ca.pem
    name: ldap_client
    state: absent
"""

RETURN = r"""
name:
  description: The name of the certificate, as the REST API writes it.
  returned: always
  type: str
  sample: proxy
change:
  description:
    - V(update), V(delete), or V(none). The same as RV(ignore:changed), but not subject to C(changed_when).
  returned: success
  type: str
  sample: update
before:
  description:
    - Facts about the certificate that the cluster had, or null when it had none.
    - The same facts as RV(redis_enterprise.certificates.cluster_certificate_info#module:certificates).
  returned: success
  type: dict
after:
  description:
    - Facts about the certificate that the cluster has now, or in check mode would have; null when it has none.
  returned: success
  type: dict
diff:
  description: Facts that identify the certificate, before and after. Never PEM.
  returned: success
  type: dict
failure:
  description: What went wrong, as data.
  returned: failure
  type: dict
  contains:
    kind:
      description: A stable identifier of the cause, such as V(unauthorized), V(key_mismatch) or V(not_confirmed).
      type: str
      returned: always
    certificate:
      description: The name of the certificate.
      type: str
      returned: when one certificate is concerned
    cluster:
      description: The URL of the cluster.
      type: str
      returned: when the cluster was asked
    option:
      description: The option that has to be mended.
      type: str
      returned: when an option is the cause
    status:
      description: The HTTP status that the API answered.
      type: int
      returned: when the API answered with an error
    error_code:
      description: The identifier in the API's error answer.
      type: str
      returned: when the API gave one
  sample:
    kind: key_mismatch
    certificate: proxy
    option: private_key_path
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.redis_enterprise.certificates.plugins.module_utils import _front, _operations, _options


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **_options.CONNECTION_SPEC,
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            **_options.MATERIAL_SPEC,
            "compare": {"type": "str", "choices": ["chain", "leaf"], "default": "chain"},
            "force": {"type": "bool", "default": False},
            "wait_timeout": {"type": "float", "default": 300},
        },
        mutually_exclusive=_options.CONNECTION_EXCLUSIVE + _options.MATERIAL_EXCLUSIVE,
        supports_check_mode=True,
    )
    _front.run(module, _operations.cluster_certificate)


if __name__ == "__main__":
    main()
