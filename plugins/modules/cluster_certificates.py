#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_certificates
short_description: Replace or remove several TLS certificates of a Redis Software cluster, all or none
version_added: 1.0.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Ensures that the listed certificates are present on a cluster, each with its chain and private key, or absent.
  - Does for several certificates what M(redis_enterprise.certificates.cluster_certificate) does for one. They are read
    once and compared, everything is checked before the first write, and proven together at the end. When one of them is
    refused or cannot be proven, those already changed are restored, and the task fails.
  - Updates all certificates by one request where the server supports it (7.22.2 or newer), and otherwise one after the
    other. Before 8.0.20-68, V(ccs_internode_encryption) goes in a separate request, since it can be corrupted otherwise
    (RS199373). Certificates between nodes come first, deletions after updates, and V(api) last.
extends_documentation_fragment:
  - redis_enterprise.certificates.attributes
  - redis_enterprise.certificates.connection
  - redis_enterprise.certificates.changes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details: With O(force=true) every run writes.
options:
  certificates:
    description:
      - The desired certificates, one entry for each. Certificates that are not listed do not change.
    type: list
    elements: dict
    required: true
    suboptions:
        name:
          description:
            - The name of the certificate. Clusters have V(api), V(cm), V(metrics_exporter), V(proxy), V(syncer),
              V(ccs_internode_encryption) and V(data_internode_encryption), and may have V(ldap_client),
              V(mtls_trusted_ca), V(sso_service) and V(sso_issuer). The cluster decides which names it takes.
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
            - PKCS#7 and DER (base64) are read, too, and line ends that are written as C(\n). Duplicates are left out,
              and issuers on another way to a root.
            - For V(mtls_trusted_ca) and V(sso_issuer), a bundle of CA certificates in any order, which is compared as a
              set.
            - Required with O(certificates[].state=present), unless O(certificates[].certificate_path) or
              O(certificates[].pkcs12_path) is set.
          type: str
        certificate_path:
          description:
            - Path of a file with what O(certificates[].certificate) takes. It is read where the module runs.
          type: path
        private_key:
          description:
            - The private key of the leaf, in PEM or DER (base64). RSA, EC and Ed25519 keys are supported.
            - Required with O(certificates[].state=present), unless O(certificates[].private_key_path) or
              O(certificates[].pkcs12_path) is set; V(mtls_trusted_ca) and V(sso_issuer) take none.
          type: str
        private_key_path:
          description:
            - Path of a file with what O(certificates[].private_key) takes. It is read where the module runs.
          type: path
        pkcs12_path:
          description:
            - Path of a PKCS#12 file (C(.p12), C(.pfx)) with the certificate, its issuers and the private key, instead
              of the four options before. It is read where the module runs.
            - The certificates in it may be in any order. Those that are not issuers of the leaf are ignored.
            - Of several private keys, O(certificates[].pkcs12_friendly_name) chooses one; without it, such a file is
              refused.
          type: path
        pkcs12_friendly_name:
          description:
            - The name (in Java, the alias) of the pair to take from O(certificates[].pkcs12_path), if it holds several.
              Its case does not count.
          type: str
          version_added: 1.1.0
        private_key_passphrase:
          description:
            - The passphrase of the private key, or of O(certificates[].pkcs12_path), if it is encrypted. The cluster
              receives the key decrypted.
          type: str
        issuers:
          description:
            - Further issuers in PEM, in any order. Those that continue the chain are appended to it, up to the root.
              The rest is ignored.
            - If nothing leads from the end of the chain to a valid root, a root takes the place of a certificate with
              the same name and key, as of one that another CA has signed.
            - Use it for chains without their root, as ACME and most CAs return them. Since 8.0.16-29, uploads are
              checked for the root.
            - Continues the chain in O(certificates[].certificate), O(certificates[].certificate_path) or
              O(certificates[].pkcs12_path). V(mtls_trusted_ca) and V(sso_issuer) take none.
          type: str
          version_added: 1.1.0
        issuers_path:
          description:
            - Path of a file with what O(certificates[].issuers) takes. It is read where the module runs.
          type: path
          version_added: 1.1.0
        compare:
          description:
            - V(chain) compares the leaf and all issuers after it, V(leaf) the leaf alone.
          type: str
          choices: [chain, leaf]
          default: chain
  purge_optional:
    description:
      - Whether to delete the optional certificates that are not listed. These are V(ldap_client), V(mtls_trusted_ca),
        V(sso_service) and V(sso_issuer). Certificates under other names are never deleted by this option.
    type: bool
    default: false
  kept:
    description:
      - Names of certificates that do not change. They are in the result, are not deleted by O(purge_optional), and are
        checked with O(verify_unchanged).
    type: list
    elements: str
    default: []
    version_added: 1.1.0
seealso:
  - module: redis_enterprise.certificates.cluster_certificate
  - module: redis_enterprise.certificates.cluster_certificate_info
"""

EXAMPLES = r"""
- name: Replace the certificates of the client-facing services
  redis_enterprise.certificates.cluster_certificates:
    url: "{{ redis_enterprise_url }}"
    username: "{{ redis_enterprise_username }}"
    password: "{{ redis_enterprise_password }}"
    ca_path: "{{ redis_enterprise_ca_path }}"
    certificates:
      - name: proxy
        certificate_path: "certificates/{{ inventory_hostname }}/proxy.pem"
        private_key_path: "certificates/{{ inventory_hostname }}/proxy.key"
      - name: api
        certificate_path: "certificates/{{ inventory_hostname }}/api.pem"
        private_key_path: "certificates/{{ inventory_hostname }}/api.key"
      - name: ldap_client
        state: absent
  delegate_to: localhost
"""

RETURN = r"""
outcome:
  description:
    - V(unchanged), V(changed) (in check mode, what would be), V(failed_unchanged) (nothing was changed),
      V(rolled_back) (what was changed was restored and is proven), or V(partial) (see RV(changes) and RV(nodes)).
    - Every run ends with one of these, whatever fails.
  returned: always
  type: str
  sample: changed
changes:
  description: What was done, or in check mode would be done. An entry for each certificate that is listed or purged.
  returned: always; empty when it failed before it was known
  type: list
  elements: dict
  contains:
    name:
      description: The name of the certificate, as the REST API writes it.
      type: str
      returned: always
    action:
      description: V(update), V(delete) or V(none).
      type: str
      returned: always
    reason:
      description:
        - Why. V(not_set), V(not_readable), V(leaf_differs), V(chain_differs) (and the leaf does not),
          V(bundle_differs), V(node_differs) (see O(verify_unchanged)) or V(forced) for an update, V(not_wanted) or
          V(not_listed) (see O(purge_optional)) for a deletion, V(same), V(absent) or V(known_bug) (O(purge_optional),
          and a bug of the server is in the way) for nothing.
      type: str
      returned: always
    before:
      description:
        - Facts about the certificate that the cluster had, or null when it had none.
        - The same facts as RV(redis_enterprise.certificates.cluster_certificate_info#module:certificates).
      type: dict
      returned: always
    after:
      description:
        - Facts about the certificate that the cluster has now, or in check mode would have; null when it has none, or
          when the outcome is V(partial).
      type: dict
      returned: always
    outcome:
      description:
        - V(unchanged), V(changed), V(failed_unchanged), V(rolled_back) or V(partial), of this certificate.
      type: str
      returned: always
    proof:
      description: How far this change is proven, as in RV(proof).
      type: dict
      returned: always
      version_added: 1.1.0
nodes:
  description:
    - What was seen of every changed certificate at every address that shows it, after the last write.
    - The same as RV(redis_enterprise.certificates.cluster_certificate#module:nodes), in the order of the writes.
  returned: always; empty when nothing was written
  type: list
  elements: dict
proof:
  description:
    - How far all changes are proven.
    - The same as RV(redis_enterprise.certificates.cluster_certificate#module:proof).
  returned: always
  type: dict
  version_added: 1.1.0
cluster:
  description: The same as RV(redis_enterprise.certificates.cluster_certificate#module:cluster).
  returned: when the options are valid
  type: dict
  version_added: 1.1.0
findings:
  description: The same as RV(redis_enterprise.certificates.cluster_certificate#module:findings), of all certificates.
  returned: always; empty when nothing is to be changed
  type: list
  elements: dict
hazards:
  description: The same as RV(redis_enterprise.certificates.cluster_certificate#module:hazards), of all changes.
  returned: always; empty when nothing is to be changed
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
    For each change, facts that identify the certificate, before and after. Never PEM; fingerprints have no colons.
  returned: success
  type: list
  elements: dict
failure:
  description: The failure, as data. See RV(redis_enterprise.certificates.cluster_certificate#module:failure).
  returned: failure
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import cluster_certificates
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._runner import run_module


def main() -> None:
    """Run the module."""
    operation = cluster_certificates.OPERATION
    run_module(AnsibleModule(**operation.arguments, supports_check_mode=True), operation)


if __name__ == "__main__":
    main()
