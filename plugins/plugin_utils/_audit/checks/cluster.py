# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Checks of what surrounds the certificates of one cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.settings import Alert, RotationSettings
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet import cluster_data

from .judgement import CRITICAL, INFO, WARNING, Judgement, not_visible, passed

#: The check of each expiry alert.
ALERTS = {
    "cluster_certs_about_to_expire": "expiry_alert",
    "node_internal_certs_about_to_expire": "internal_expiry_alert",
}


#: The failure of a cluster that should be in the report, and was not among what it is made of.
NOT_REPORTED = {"kind": "not_reported"}


def unreachable(error: cluster_data.ClusterError) -> Judgement:
    """Make the only check of a cluster that could not be read."""
    remedy = "Check the address, the credentials and the CA of this cluster, and audit again"
    if error["failure"] == NOT_REPORTED:
        remedy = "Find the job that should have audited it, run it again, and merge again"
    return Judgement(None, "reachable", CRITICAL, f"could not be read: {error['msg']}", remedy)


def cluster(data: cluster_data.ClusterData) -> Iterator[Judgement]:
    """Make all checks of a cluster that could be read, but for those of its certificates and ports."""
    yield passed(None, "reachable", "could be read")
    yield from _nodes(data["cluster"]["nodes"])
    yield _internal_rotation(data["internal"])
    for name, check in ALERTS.items():
        yield _alert(name, check, (data["alerts"] or {}).get(name))
    yield from _replication(data["replication"])
    for hazard in data["hazards"]:
        names = ", ".join(hazard["certificates"])
        message = f"{hazard['id']}: {hazard['description']} (concerns {names})"
        yield Judgement(None, "hazard", INFO, message, f"Before a change: {hazard['remedy']}")
    for change in data["drift"] or ():
        yield _drift(change)
    if data["endpoints"] is None:
        yield not_visible(None, "served", "ports were not checked")
    for section in data["not_visible"]:
        yield not_visible(None, "visibility", f"this user may not see: {section}")
    for warning in data["warnings"]:
        yield Judgement(None, "reading", INFO, warning, "Read the warning, and audit again where it matters")


def _nodes(nodes: Sequence[cluster_data.NodeEntry] | None) -> Iterator[Judgement]:
    """Check that each node would get a new certificate: one that is away keeps what it has."""
    check = "node_active"
    if nodes is None:
        yield not_visible(None, check, "whether all nodes are active could not be read")
        return
    inactive = [node for node in nodes if node["status"] not in (None, "active")]
    for node in inactive:
        yield Judgement(
            None,
            check,
            WARNING,
            f"node {node['uid']} is {node['status']}",
            "Start it, or remove it from the cluster, before you change certificates: it would miss the change",
        )
    unknown = [str(node["uid"]) for node in nodes if node["status"] is None]
    if unknown:
        yield not_visible(None, check, f"the status of node {', '.join(unknown)} could not be read")
    elif not inactive:
        yield passed(None, check, "every node is active")


def _internal_rotation(internal: RotationSettings | None) -> Judgement:
    check = "internal_rotation"
    enabled = internal["rotation_enabled"] if internal else None
    if enabled is None:
        return not_visible(None, check, "whether internal certificates rotate could not be read")
    if not enabled:
        remedy = "Turn cert_rotation_job_settings on in the job scheduler"
        return Judgement(None, check, WARNING, "the cluster does not rotate its internal certificates", remedy)
    return passed(None, check, "the cluster rotates its internal certificates")


def _alert(name: str, check: str, alert: Alert | None) -> Judgement:
    if alert is None:
        return not_visible(None, check, f"the alert {name} could not be read")
    if not alert["enabled"]:
        return Judgement(None, check, WARNING, f"the alert {name} is off", f"Turn {name} on in the cluster's alerts")
    threshold = alert["threshold"]
    return passed(None, check, f"the alert {name} is on" + (f", at {threshold} days" if threshold is not None else ""))


def _replication(replication: cluster_data.Replication | None) -> Iterator[Judgement]:
    check = "replica_pin"
    pins = replication and replication["replica_of"]
    if pins is None:
        yield not_visible(None, check, "what replica sources pin could not be read")
        return
    problems = {
        "stale": "a certificate that its source no longer has",
        "expired": "a certificate that has expired",
    }
    for pin in pins:
        where = pinning(pin)
        if pin["state"] in problems:
            remedy = "Give it the source's current certificate (module replication_certificates)"
            yield Judgement(None, check, CRITICAL, f"{where} {problems[pin['state']]}", remedy)
        elif pin["state"] == "current":
            yield passed(None, check, f"{where} what the source has")
        else:
            yield not_visible(None, check, f"{where} a certificate that cannot be compared with its source")
    if not pins:
        yield passed(None, check, "no database replicates from another cluster")


def pinning(pin: cluster_data.PinEntry) -> str:
    """Return how sentences about a pin begin."""
    return f"database {pin['database']} pins, for its source {pin['source']},"


def _drift(change: cluster_data.DriftEntry) -> Judgement:
    name, check = change["name"], "drift"
    if change["action"] == "none":
        return passed(name, check, "matches the desired state")
    reason = f" ({change['reason']})" if change["reason"] else ""
    return Judgement(
        name,
        check,
        WARNING,
        f"differs from the desired state: {change['action']}{reason}",
        "Run the rotation, or fix its material",
    )
