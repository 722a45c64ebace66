# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options in CHANGE_SPEC of module_utils/_argspec.py."""

from __future__ import annotations


class ModuleDocFragment:
    """How changes are checked, made and proven."""

    DOCUMENTATION = r"""
options:
  force:
    description:
      - Whether to write even when nothing differs.
    type: bool
    default: false
  requirements:
    description:
      - What to do when the certificate does not meet the vendor's requirements. See RV(findings).
      - V(enforce) fails before anything is written, and lists everything that would break a cluster. V(warn) warns.
        V(ignore) only returns the findings.
      - What is about to be sent is tried as well, in check mode too, in TLS handshakes in memory, as a server and as a
        client where the certificate is used so. What OpenSSL refuses is an error, V(trial_failed).
      - A chain without its root is a warning, unless this is V(ignore). So is a certificate that Python's cryptography
        refuses and OpenSSL takes, V(unparsed_certificate).
    type: str
    choices: [enforce, warn, ignore]
    default: enforce
  verify:
    description:
      - How to prove that every node has the new certificate. For V(api), V(cm), V(metrics_exporter) and V(proxy) by
        TLS handshakes with the ports that present it. For V(syncer) and the internode certificates by the nodes'
        metrics (O(metrics_port)), which show when the certificate on each node's disk expires. Nothing outside the
        cluster shows V(ldap_client), V(mtls_trusted_ca), V(sso_service) and V(sso_issuer); the primary node reports
        them. RV(proof) says how far the change is proven.
      - With V(auto), an address that could not be reached before the change gives a warning and is not waited for.
        With V(strict), the change is refused before anything is written if a node cannot be seen although a port or
        metrics would show the certificate.
      - V(none) relies on what the API at O(url) reports.
    type: str
    choices: [auto, strict, none]
    default: auto
  verify_timeout:
    description:
      - Seconds to wait until every node has the new certificate. After that the old one is restored, within the same
        time.
    type: float
    default: 300
  verify_unchanged:
    description:
      - Whether to check once that every node serves or shows the certificate if it does not differ. After an
        interrupted run, a node may still have the previous one, which the API does not show. RV(nodes) has the
        observations.
      - A certificate that a node has missed is written again, since repeating an update is harmless; its reason is
        V(node_differs). If that is not safe (a node that is not active, an unmet requirement, a known bug that an
        update of internode certificates meets on this version), there is a warning instead. So is there for an
        internode certificate that is not given, since it may be the cluster's own, which the cluster would not rotate
        any more.
      - This takes some requests, and a handshake with each port. With O(verify=none), it has no effect.
    type: bool
    default: false
    version_added: 1.1.0
  rollback:
    description:
      - Whether to restore the old certificate when the new one cannot be proven.
      - This requires a user who may read private keys, such as one with the role admin.
    type: bool
    default: true
  allow_inactive_nodes:
    description:
      - Whether to continue although the cluster reports that a node is not active. Otherwise the change is refused
        before anything is written, since that node would miss it.
      - For emergencies, such as an expired certificate while a node stays down. The node is V(unreachable) in
        RV(nodes); remove it from the cluster, or update it again once it is active.
    type: bool
    default: false
    version_added: 1.1.0
  replication_follows:
    description:
      - Whether M(redis_enterprise.certificates.replication_certificates) runs next, with the same login, if V(proxy) or
        V(syncer) changes. Then the change is refused before anything is written, in check mode too, if this user cannot
        see the Active-Active databases, whose peers would refuse to synchronise until they are updated.
      - This takes one request, and only if V(proxy) or V(syncer) differs.
    type: bool
    default: false
    version_added: 1.1.0
  wait_timeout:
    description:
      - Seconds to wait after a write until the API at O(url) reports the new state. Also the time to wait for an API
        that cannot be reached once the first write was sent.
    type: float
    default: 300
"""
