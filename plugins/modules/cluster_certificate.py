#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_certificate
short_description: Replace or remove a TLS certificate of a Redis Software cluster
version_added: 1.0.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Ensures that a certificate with a name such as V(proxy) is present on a cluster, with its chain and private key, or
    absent.
  - Compares certificates by SHA-256 fingerprint. Line endings, a missing last newline and text between the PEM blocks
    make no difference. Writes nothing when nothing differs.
  - Checks the certificate before anything is written, and in check mode too. It must parse, the leaf must come first,
    each certificate must be issued by the next, the private key must belong to the leaf, and the leaf must be valid.
  - Then checks the vendor's requirements, and handles known bugs of the cluster's version.
  - After a write, checks every node until it serves the new certificate. When that cannot be proven, restores the old
    certificate and its private key, which were read before the write, and fails.
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
      - PKCS#7 and DER (base64) are read, too, and line ends that are written as C(\n). Duplicates are left out, and
        issuers on another way to a root.
      - For V(mtls_trusted_ca) and V(sso_issuer), a bundle of CA certificates in any order, which is compared as a set.
      - Required with O(state=present), unless O(certificate_path) or O(pkcs12_path) is set.
    type: str
  certificate_path:
    description:
      - Path of a file with what O(certificate) takes. It is read where the module runs.
    type: path
  private_key:
    description:
      - The private key of the leaf, in PEM or DER (base64). RSA, EC and Ed25519 keys are supported.
      - Required with O(state=present), unless O(private_key_path) or O(pkcs12_path) is set; V(mtls_trusted_ca) and
        V(sso_issuer) take none.
    type: str
  private_key_path:
    description:
      - Path of a file with what O(private_key) takes. It is read where the module runs.
    type: path
  pkcs12_path:
    description:
      - Path of a PKCS#12 file (C(.p12), C(.pfx)) with the certificate, its issuers and the private key, instead of the
        four options before. It is read where the module runs.
      - The certificates in it may be in any order. Those that are not issuers of the leaf are ignored.
      - Of several private keys, O(pkcs12_friendly_name) chooses one; without it, such a file is refused.
    type: path
  pkcs12_friendly_name:
    description:
      - The name (in Java, the alias) of the pair to take from O(pkcs12_path), if it holds several. Its case does not
        count.
    type: str
    version_added: 1.1.0
  private_key_passphrase:
    description:
      - The passphrase of the private key, or of O(pkcs12_path), if it is encrypted. The cluster receives the key
        decrypted.
    type: str
  issuers:
    description:
      - Further issuers in PEM, in any order. Those that continue the chain are appended to it, up to the root. The
        rest is ignored.
      - If nothing leads from the end of the chain to a valid root, a root takes the place of a certificate with the
        same name and key, as of one that another CA has signed.
      - Use it for chains without their root, as ACME and most CAs return them. Since 8.0.16-29, uploads are checked for
        the root.
      - Continues the chain in O(certificate), O(certificate_path) or O(pkcs12_path). V(mtls_trusted_ca) and
        V(sso_issuer) take none.
    type: str
    version_added: 1.1.0
  issuers_path:
    description:
      - Path of a file with what O(issuers) takes. It is read where the module runs.
    type: path
    version_added: 1.1.0
  compare:
    description:
      - V(chain) compares the leaf and all issuers after it, V(leaf) the leaf alone.
    type: str
    choices: [chain, leaf]
    default: chain
seealso:
  - module: redis_enterprise.certificates.cluster_certificates
  - module: redis_enterprise.certificates.cluster_certificate_info
"""

EXAMPLES = r"""
- name: Replace the certificate of the database endpoints
  redis_enterprise.certificates.cluster_certificate:
    url: "{{ redis_enterprise_url }}"
    username: "{{ redis_enterprise_username }}"
    password: "{{ redis_enterprise_password }}"
    ca_path: "{{ redis_enterprise_ca_path }}"
    name: proxy
    certificate_path: "certificates/{{ inventory_hostname }}/proxy.pem"
    private_key_path: "certificates/{{ inventory_hostname }}/proxy.key"
  delegate_to: localhost

- name: Remove the client certificate for LDAP
  redis_enterprise.certificates.cluster_certificate:
    url: "{{ redis_enterprise_url }}"
    username: "{{ redis_enterprise_username }}"
    password: "{{ redis_enterprise_password }}"
    ca_path: "{{ redis_enterprise_ca_path }}"
    name: ldap_client
    state: absent
  delegate_to: localhost
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
reason:
  description:
    - Why. V(not_set), V(not_readable), V(leaf_differs), V(chain_differs) (and the leaf does not), V(bundle_differs),
      V(node_differs) (see O(verify_unchanged)) or V(forced) for an update, V(not_wanted) for a deletion, V(same) or
      V(absent) for nothing.
  returned: success
  type: str
  sample: leaf_differs
outcome:
  description:
    - V(unchanged), V(changed) (in check mode, what would be), V(failed_unchanged) (nothing was changed),
      V(rolled_back) (the old certificate was restored and is proven), or V(partial) (see RV(nodes)).
    - Every run ends with one of these, whatever fails.
  returned: always
  type: str
  sample: changed
nodes:
  description:
    - What was seen of the certificate on every node, after the last write. An entry for each address and port that
      presents it; for each node where metrics or nothing shows it.
  returned: always; empty when nothing was written
  type: list
  elements: dict
  contains:
    name:
      description: The name of the certificate.
      type: str
      returned: always
    node:
      description: The C(uid) of the node, or null where it is unknown.
      type: int
      returned: always
    address:
      description: The address that was checked; empty where the cluster reports none for this node.
      type: str
      returned: always
    port:
      description: The port.
      type: int
      returned: always
    service:
      description:
        - V(api), V(cm), V(metrics_exporter) or V(proxy), the certificate that the port presents. Metrics are read at
          that of V(metrics_exporter).
      type: str
      returned: always
    status:
      description:
        - V(verified) (a completed handshake, or the node's metrics show the new expiry), V(reported) (the primary
          reports it, and nothing shows it), V(not_visible) (nothing outside the node shows it), V(unreachable) (no
          connection is possible, and was not before the change), V(stale) (another certificate) or V(failed) (no
          certificate is presented, or the port is closed since the change).
        - Only V(stale) and V(failed) make the change fail.
      type: str
      returned: always
    evidence:
      description: V(handshake), V(metrics) or V(api), the evidence for the status; null if there is none.
      type: str
      returned: always
      version_added: 1.1.0
    not_after:
      description: When the certificate on the node's disk expires, by its metrics, or null.
      type: str
      returned: always
      version_added: 1.1.0
    fingerprint:
      description: The SHA-256 fingerprint of the leaf that was presented or reported, or null.
      type: str
      returned: always
    problem:
      description: Why it is not verified, or null.
      type: str
      returned: always
  sample:
    - name: api
      node: 1
      address: 10.0.0.1
      port: 9443
      service: api
      status: verified
      evidence: handshake
      not_after: null
      fingerprint: "54:92:1e:d4:2d:f6:01:3e:6c:93:6b:b5:08:ad:2d:5c:73:41:f6:0a:ac:9a:3b:bc:c9:10:9a:57:7a:ce:e8:a5"
      problem: null
proof:
  description:
    - How far the change is proven. After a failure that was rolled back, how far it is proven that the previous
      certificate was restored.
  returned: always
  type: dict
  version_added: 1.1.0
  contains:
    level:
      description:
        - V(complete) (every node was seen to have it), V(partial) (some were; the others cannot be reached or seen),
          V(reported) (the primary node reports it, nothing was seen), or V(none).
      type: str
      returned: always
    verified:
      description: At how many places it was seen, by a completed handshake or by metrics.
      type: int
      returned: always
    of:
      description: At how many places it could have been seen.
      type: int
      returned: always
    not_visible:
      description: The names of the certificates that cannot be seen on a node.
      type: list
      elements: str
      returned: always
    unreachable:
      description: The addresses and ports where no connection was possible.
      type: list
      elements: str
      returned: always
  sample:
    level: complete
    verified: 3
    of: 3
    not_visible: []
    unreachable: []
cluster:
  description: The cluster.
  returned: when the options are valid
  type: dict
  contains:
    name:
      description: The FQDN of the cluster; null where it was not read, since nothing differs, or is not visible.
      type: str
      returned: always
    url:
      description: The URL in the options.
      type: str
      returned: always
    version:
      description: The software version of the oldest node; null likewise.
      type: str
      returned: always
    primary:
      description: The primary node, which responded; null where it is unknown.
      type: dict
      returned: always
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
findings:
  description:
    - The vendor's requirements that the new certificate does not meet.
    - The same as RV(redis_enterprise.certificates.cluster_certificate_info#module:certificates[].findings), and
      V(client_login_lost), if a change of V(mtls_trusted_ca) would refuse O(client_cert), and V(trial_failed), if
      OpenSSL refuses the pair in a handshake.
  returned: always; empty when nothing is to be changed
  type: list
  elements: dict
hazards:
  description: Known bugs of the cluster's version that the change meets.
  returned: always; empty when nothing is to be changed
  type: list
  elements: dict
  contains:
    id:
      description: The vendor's bug number, or another identifier.
      type: str
      returned: always
    description:
      description: What happens.
      type: str
      returned: always
    remedy:
      description: How the module handles it, or what to do.
      type: str
      returned: always
    certificates:
      description: The names of the affected certificates.
      type: list
      elements: str
      returned: always
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
  description: Facts that identify the certificate, before and after. Never PEM; fingerprints have no colons.
  returned: success
  type: dict
failure:
  description: The failure, as data.
  returned: failure
  type: dict
  contains:
    kind:
      description: A stable identifier of the cause, such as V(unauthorized), V(key_mismatch) or V(not_proven).
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
      description: The option to fix.
      type: str
      returned: when an option is the cause
    status:
      description: The HTTP status of the API's response.
      type: int
      returned: when the API answered with an error
    error_code:
      description: The identifier in the API's error response.
      type: str
      returned: when the API gave one
  sample:
    kind: key_mismatch
    certificate: proxy
    option: private_key_path
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import cluster_certificate
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._runner import run_module


def main() -> None:
    """Run the module."""
    operation = cluster_certificate.OPERATION
    run_module(AnsibleModule(**operation.arguments, supports_check_mode=True), operation)


if __name__ == "__main__":
    main()
