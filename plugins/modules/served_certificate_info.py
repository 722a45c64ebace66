#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: served_certificate_info
short_description: Show the TLS certificates that ports present
version_added: 1.0.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Makes TLS handshakes with ports, and returns facts about what each presents, whether it verifies, and whether it is
    what the API of the cluster reports.
  - Checks all ports in parallel, and sends nothing after the handshake. A port that requires a client certificate still
    shows its own.
  - A port that cannot be reached is a result, and does not fail the module.
  - Credentials and the other connection options are required only with O(discover=true).
extends_documentation_fragment:
  - redis_enterprise.certificates.attributes
  - redis_enterprise.certificates.attributes.info
  - redis_enterprise.certificates.connection
notes:
  - RV(endpoints[].trusted) also depends on O(ca_path), whatever O(validate_certs) is. To verify the certificates of
    several CAs, give a file that contains them all.
  - O(timeout) also applies to each handshake with a port. A port whose certificate does not verify gets a second one.
options:
  endpoints:
    description:
      - The ports to check, each as V(host:port). Write an IPv6 address in brackets, as in V([2001:db8::1]:9443).
      - At least one of O(endpoints) and O(discover) is required.
    type: list
    elements: str
  discover:
    description:
      - Whether to check all ports of the cluster. These are the API, the Cluster Manager and the metrics exporter of
        each node, and the endpoints of all databases with C(tls_mode) V(enabled).
      - O(node_address) selects the addresses. If none of a service's addresses can be reached, the host of O(url) is
        checked too.
      - If the user may not see the nodes, the databases or the certificates, only that part is skipped, with a warning.
    type: bool
    default: false
  server_name:
    description:
      - The name that the certificates of O(endpoints) must cover, and that is sent to the ports (SNI). For the address
        of a load balancer or a node, give the FQDN of the cluster.
      - If not set, it is the host of each endpoint. An IP address is not sent, and must be a subject alternative name
        of the certificate.
      - Ports that O(discover) finds are checked for the FQDN of the cluster or the DNS name of the database, or for the
        host of O(url) if the user may not see those.
    type: str
seealso:
  - module: redis_enterprise.certificates.cluster_certificate_info
  - module: redis_enterprise.certificates.cluster_certificate
"""

EXAMPLES = r"""
- name: Check all ports of a cluster
  redis_enterprise.certificates.served_certificate_info:
    url: "{{ redis_enterprise_url }}"
    username: "{{ redis_enterprise_username }}"
    password: "{{ redis_enterprise_password }}"
    ca_path: "{{ redis_enterprise_ca_path }}"
    discover: true
  delegate_to: localhost
  register: served

- name: Assert that every port presents what the cluster reports
  ansible.builtin.assert:
    that:
      - served.drift == []
      - served.endpoints | rejectattr('status', 'equalto', 'seen') | list == []

- name: Check some ports, without credentials
  redis_enterprise.certificates.served_certificate_info:
    endpoints:
      - payments.redis.example.com:9443
      - redis-12000.payments.redis.example.com:12000
    ca_path: "{{ redis_enterprise_ca_path }}"
  delegate_to: localhost
  register: served

- name: Assert that clients trust them
  ansible.builtin.assert:
    that: item.trusted
    fail_msg: "{{ item.address }}:{{ item.port }}: {{ item.problem or item.verify_error or item.verify_error_message }}"
  loop: "{{ served.endpoints }}"
  loop_control:
    label: "{{ item.address }}:{{ item.port }}"

- name: Check a node by its address, under the name that clients use
  redis_enterprise.certificates.served_certificate_info:
    endpoints:
      - "[2001:db8::1]:9443"
    server_name: payments.redis.example.com
    ca_path: "{{ redis_enterprise_ca_path }}"
  delegate_to: localhost
"""

RETURN = r"""
endpoints:
  description:
    - One entry for each port. First those of the cluster, then those of O(endpoints) that are not among them.
    - Besides the following, each has the facts of the leaf, from C(subject) to C(self_signed), as
      RV(redis_enterprise.certificates.cluster_certificate_info#module:certificates) describes them. They are null when
      no certificate was seen.
  returned: success
  type: list
  elements: dict
  contains:
    address:
      description: The host name or IP address that was checked; empty where the cluster reports none for this node.
      type: str
      returned: always
      sample: 192.0.2.1
    port:
      description: The port.
      type: int
      returned: always
      sample: 9443
    node:
      description: The uid of the node; null where it is unknown.
      type: raw
      returned: always
      sample: 1
    service:
      description: The name of the certificate that belongs there, V(api), V(cm), V(metrics_exporter) or V(proxy); null
        for ports of O(endpoints).
      type: str
      returned: always
      sample: api
    database:
      description:
        - The uid of the database, where it presents its own certificate in place of V(proxy); null for all others.
      type: raw
      returned: always
      version_added: 1.1.0
      sample: 1
    server_name:
      description: The name that the certificate must cover.
      type: str
      returned: always
      sample: cluster.example.com
    status:
      description:
        - V(seen); V(unreachable) when no connection was possible; V(failed) when the handshake showed no certificate.
      type: str
      returned: always
      sample: seen
    problem:
      description: Why no certificate was seen; null when one was.
      type: str
      returned: always
      sample: connection refused
    chain:
      description: The certificates as presented, leaf first. Empty when none was seen, or one cannot be parsed.
      type: list
      elements: dict
      returned: always
      contains:
        subject:
          description: The subject as RFC 4514 writes it.
          type: str
          returned: always
        issuer:
          description: The issuer as RFC 4514 writes it.
          type: str
          returned: always
        serial_number:
          description: The serial number in hexadecimal, as C(openssl x509 -serial) prints it.
          type: str
          returned: always
        not_before:
          description: The start of validity (ISO 8601, UTC).
          type: str
          returned: always
        not_after:
          description: The end of validity (ISO 8601, UTC).
          type: str
          returned: always
        days_remaining:
          description: Full days until the end of validity; once it has passed, the full days since, negative.
          type: int
          returned: always
        expired:
          description: Whether the end of validity has passed.
          type: bool
          returned: always
        fingerprint:
          description: SHA-256 fingerprint, lower-case hexadecimal with colons.
          type: str
          returned: always
        self_signed:
          description: Whether the certificate is signed with its own key.
          type: bool
          returned: always
    error:
      description: Why a certificate that was presented cannot be parsed. Facts other than fingerprints are null then.
      type: str
      returned: when one cannot be parsed
    tls_version:
      description: The version of TLS that was agreed upon; null when no certificate was seen.
      type: str
      returned: always
      sample: TLSv1.3
    trusted:
      description:
        - Whether the chain as presented leads to a certificate in O(ca_path), or in the trust store of the operating
          system when there is none, is valid now, and covers RV(endpoints[].server_name).
        - Null when that could not be determined.
      type: bool
      returned: always
    verify_error:
      description:
        - Why it does not verify; null when it does. Where there are several reasons, the first that OpenSSL meets.
        - V(untrusted) when nothing trusted leads to it; V(expired) or V(not_yet_valid), also of an issuer;
          V(host_mismatch) when it does not cover RV(endpoints[].server_name); V(wrong_purpose) when it is not for
          servers; V(weak) when a key or a signature is weaker than this host allows.
      type: str
      returned: always
      sample: untrusted
    verify_error_message:
      description: The same in the words of OpenSSL, or why it could not be determined.
      type: str
      returned: always
      sample: unable to get local issuer certificate
    matches:
      description:
        - Whether the port presents the chain that the API of the cluster reports. It may leave the root out, or add
          issuers. A database that has its own certificate is compared with that.
        - Null when no certificate was seen, or it is unknown what the API reports.
      type: bool
      returned: always
    reported_chain_fingerprints:
      description: The fingerprint of each certificate that the API reports, leaf first; null where that is unknown.
      type: list
      elements: str
      returned: always
drift:
  description:
    - Those of RV(endpoints) whose RV(endpoints[].matches) is V(false).
  returned: success
  type: list
  elements: dict
cluster:
  description: The cluster.
  returned: when O(discover=true), on success
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
attempts:
  description: The highest number of attempts of any request; V(1) without retries.
  returned: when O(discover=true) and the options are valid
  type: int
  sample: 1
retried:
  description: One line for each retry.
  returned: when O(discover=true) and the options are valid
  type: list
  elements: str
failure:
  description: The failure, as data. See RV(redis_enterprise.certificates.cluster_certificate#module:failure).
  returned: failure
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import served_certificate_info
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._runner import run_module


def main() -> None:
    """Run the module."""
    operation = served_certificate_info.OPERATION
    run_module(AnsibleModule(**operation.arguments, supports_check_mode=True), operation)


if __name__ == "__main__":
    main()
