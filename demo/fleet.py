# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Twelve simulated clusters of mixed health: ``python fleet.py FILE`` writes their inventory, and runs until it is told
to end."""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from simulator import Authority, Cluster, Fault, ReplicaSource
from simulator.state import pair

CA = Authority("Example Issuing CA")

#: What is special about each cluster, as options of the simulator.
CLUSTERS: dict[str, dict[str, Any]] = {
    "accounts": {},
    "basket": {"expires": {"api": 200, "cm": 120, "proxy": 90}},
    "catalog": {"version": "7.22.0-95", "expires": {"cm": -2}},
    "fraud": {"expires": {"proxy": 5, "api": 24}},
    "geo": {"expires": {"syncer": 45, "metrics_exporter": 60}},
    "ledger": {"version": "7.8.2-34", "database": "tls", "expires": {"proxy": 75}},
    "mail": {},
    "orders": {"version": "8.2.0-46", "database": "tls", "optional": ["ldap_client", "mtls_trusted_ca"]},
    "payments": {"nodes": 3, "lag": {3: 86400.0}, "database": "tls"},
    "profiles": {"expires": {"proxy": 160, "cm": 310}},
    "search": {"version": "7.22.0-95", "expires": {"proxy": 150, "api": 28}},
    "sessions": {"expires": {"ccs_internode_encryption": 12}},
}
#: With which user a cluster is read, where it is not the administrator.
ROLES = {"search": "cluster_viewer"}


def started(running: ExitStack) -> dict[str, Cluster]:
    """All of them, by name."""
    clusters: dict[str, Cluster] = {}
    for name, options in CLUSTERS.items():
        more: dict[str, Any] = {"nodes": 1, "database": "none", **options}
        if name == "profiles":
            source = ReplicaSource.of(clusters["payments"], host="redis-12000.payments.example.com")
            more["replicas"] = {"profiles-copy": [source]}
        clusters[name] = running.enter_context(Cluster(fqdn=f"{name}.example.com", authority=CA, **more))
    return clusters


def spoil(clusters: dict[str, Cluster]) -> None:
    """Let some of them go wrong."""
    clusters["geo"].add_fault(Fault(status=503))
    without_wildcard = CA.issue(clusters["mail"].fqdn, sans=[clusters["mail"].fqdn], days=180)
    clusters["mail"].set_certificate("cm", without_wildcard.certificate_pem, str(without_wildcard.key_pem))
    # The third node goes on with the old certificate, and so does the replica that pins it.
    renewed = CA.issue(clusters["payments"].fqdn, days=300)
    clusters["payments"].update({"proxy": pair(renewed.certificate_pem, str(renewed.key_pem))})


def variables(cluster: Cluster, role: str) -> dict[str, Any]:
    """Return what the inventory says of a cluster."""
    user = cluster.user(role)
    return {
        "redis_enterprise_url": cluster.url,
        "redis_enterprise_username": user.username,
        "redis_enterprise_password": user.password,
        "redis_enterprise_ca_path": cluster.ca_path,
        "redis_enterprise_metrics_port": cluster.metrics_port,
        "redis_enterprise_retries": 1,
    }


def main() -> None:
    """Run them until SIGTERM."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    with ExitStack() as running:
        clusters = started(running)
        spoil(clusters)
        hosts = {name: variables(cluster, ROLES.get(name, "admin")) for name, cluster in clusters.items()}
        unfinished = Path(sys.argv[1] + ".new")
        unfinished.write_text(json.dumps({"redis_enterprise": {"hosts": hosts}}), encoding="utf-8")  # JSON is YAML
        os.replace(unfinished, sys.argv[1])
        signal.sigwait([signal.SIGTERM])


main()
