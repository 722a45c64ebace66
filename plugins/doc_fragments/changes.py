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
      - What to do when the certificate does not meet what the vendor demands. See RV(findings).
      - V(enforce) fails before anything is written, and names everything that would break a cluster. V(warn) warns.
        V(ignore) only returns the findings.
      - A chain without its root is a warning, unless this is V(ignore).
    type: str
    choices: [enforce, warn, ignore]
    default: enforce
  verify:
    description:
      - How to prove that every node has the new certificate. For V(api), V(cm), V(metrics_exporter) and V(proxy) by
        TLS handshakes with the ports that present it. For V(syncer) and the internode certificates by the nodes'
        metrics (O(metrics_port)), which show when the certificate on each node's disk expires. Nothing outside the
        cluster shows V(ldap_client), V(mtls_trusted_ca), V(sso_service) and V(sso_issuer), they are reported by the
        primary node. RV(proof) says how far the change is proven.
      - With V(auto), an address that could not be reached before the change either gives a warning, and what cannot be
        seen is not waited for. With V(strict), the change is refused before anything is written where a node cannot be
        seen although a port or metrics would show the certificate.
      - V(none) relies on what the API at O(url) reports.
    type: str
    choices: [auto, strict, none]
    default: auto
  verify_timeout:
    description:
      - Seconds to wait until every node has the new certificate. Then the old one is restored, for which the same time
        is allowed.
    type: float
    default: 300
  verify_unchanged:
    description:
      - Whether to look, once, at what every node serves or shows of a certificate that does not differ. A run that was
        interrupted may have left a node behind, and the API does not show that. What was seen is in RV(nodes).
      - A certificate that a node has missed is written again, since the same update may be made twice without harm;
        its reason is V(node_differs). Where that is not safe (a node that is not active, an unmet requirement, a known
        bug of the version that an update of internode certificates meets), there is a warning instead.
      - It takes some requests, and a handshake with each port. With O(verify=none), it makes no difference.
    type: bool
    default: false
    version_added: 1.1.0
  rollback:
    description:
      - Whether to put the old certificate back when the new one cannot be proven.
      - For that, the user must be allowed to read private keys, as the role admin is.
    type: bool
    default: true
  allow_inactive_nodes:
    description:
      - Whether to go on although the cluster says that a node is not active. Otherwise the change is refused before
        anything is written, since that node would miss it.
      - For emergencies, such as a certificate that has expired while a node does not come back. The node is
        V(unreachable) in RV(nodes); remove it from the cluster, or update it again once it is active.
    type: bool
    default: false
    version_added: 1.1.0
  wait_timeout:
    description:
      - Seconds to wait after a write until the API at O(url) reports the new state. Also how long an API that cannot be
        reached is waited for once the first write was sent.
    type: float
    default: 300
"""
