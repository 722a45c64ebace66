#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The code is in plugins/action/trust_anchors.py.

DOCUMENTATION = r"""
module: trust_anchors
short_description: Trust clusters whose certificates a person has compared
version_added: 1.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Makes a TLS handshake with the API of each cluster, and shows the certificates to trust where the cluster does not
    verify with its CA file. Of a self-signed certificate that is the certificate itself; of a chain, the last
    certificate that the cluster presents.
  - Adds to the CA file those whose fingerprints are given, and no others. What is in the file stays.
  - A handshake alone proves nothing about who answers. Compare the fingerprints with a source that does not depend on
    the same network, such as a node's own shell or the owner of the CA.
  - Sends nothing after the handshake, and needs no credentials. Does not go through a proxy.
  - The playbook C(redis_enterprise.certificates.trust) consists of it.
extends_documentation_fragment:
  - redis_enterprise.certificates.attributes.controller
attributes:
  check_mode:
    description: Shows what would be added, and writes nothing.
    support: full
options:
  hosts:
    description:
      - Hosts of the inventory. Each is one cluster.
      - Of its variables, C(redis_enterprise_url) and C(redis_enterprise_ca_path) are used.
    type: list
    elements: str
    required: true
  fingerprints:
    description:
      - SHA-256 fingerprints of the certificates to trust, with colons or without, also as C(openssl x509 -fingerprint
        -sha256) prints them.
      - Without any, nothing is written.
    type: list
    elements: str
    default: []
  path:
    description:
      - The CA file to add them to, in PEM. It is made where it does not exist.
      - If not set, it is what C(redis_enterprise_ca_path) of each host names.
    type: path
  timeout:
    description: Seconds for each handshake.
    type: float
    default: 30
  concurrency:
    description: How many clusters are looked at in parallel.
    type: int
    default: 16
seealso:
  - module: redis_enterprise.certificates.served_certificate_info
"""

EXAMPLES = r"""
- name: Show what to compare
  redis_enterprise.certificates.trust_anchors:
    hosts: "{{ groups.redis_enterprise }}"
  run_once: true

- name: Trust what was compared
  redis_enterprise.certificates.trust_anchors:
    hosts: "{{ groups.redis_enterprise }}"
    fingerprints:
      - 44:93:a9:ab:1a:69:0d:0b:19:bb:2e:7a:70:53:fb:44:c8:ab:85:04:04:d7:18:7e:0a:c1:e8:18:41:11:b4:84
    path: redis-ca.pem
  run_once: true
"""

RETURN = r"""
clusters:
  description: What is known of each cluster, in the order of O(hosts).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The host.
      type: str
      returned: always
    endpoint:
      description: Host and port of its API; null if its variables do not name them.
      type: str
      returned: always
    state:
      description:
        - V(trusted) if it verifies with its CA file; V(untrusted) if the certificate with
          RV(clusters[].fingerprint) is not trusted; V(refused) if it does not verify for another reason, which
          RV(clusters[].problem) has; V(failed) if no certificate was seen.
        - In check mode, V(confirmed) if the certificate is among O(fingerprints).
      type: str
      returned: always
    fingerprint:
      description: The SHA-256 fingerprint of the certificate to trust; null if none was seen.
      type: str
      returned: always
    ca_path:
      description: Its CA file; null if it has none, and the store of the operating system is used.
      type: str
      returned: always
    problem:
      description: Why it is refused or failed; null if it is neither.
      type: str
      returned: always
anchors:
  description: The certificates that are needed and were not trusted before.
  returned: success
  type: list
  elements: dict
  contains:
    fingerprint:
      description: The SHA-256 fingerprint.
      type: str
      returned: always
    certificate:
      description: The certificate, in PEM.
      type: str
      returned: always
    clusters:
      description: The hosts whose clusters present it.
      type: list
      elements: str
      returned: always
    confirmed:
      description: Whether O(fingerprints) names it.
      type: bool
      returned: always
    subject:
      description: The subject. Null if the certificate cannot be parsed, as all that follows.
      type: str
      returned: always
    issuer:
      description: The issuer.
      type: str
      returned: always
    self_signed:
      description: Whether it is a root. If not, the cluster does not present its issuer.
      type: bool
      returned: always
    not_before:
      description: Start of the validity.
      type: str
      returned: always
    not_after:
      description: End of the validity.
      type: str
      returned: always
    expired:
      description: Whether it has expired.
      type: bool
      returned: always
failing:
  description: Hosts that are refused or failed; if there are O(fingerprints), also those that are still untrusted.
  returned: success
  type: list
  elements: str
failure:
  description: Why the task failed.
  returned: failure
  type: dict
"""
