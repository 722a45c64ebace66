# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which clusters of a fleet a rotation has to go through, why, and which of them at the same time. Pure.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, TypedDict

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.cluster_data import (
    ClusterData,
    ClusterError,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._replication.preflight import (
    SEEN_BY_PEERS,
)

from .wanted import Wanted

#: What becomes of a cluster: it has to be changed; what an earlier run left has to be finished; nothing; it cannot be
#: read, or its variables cannot be used.
DUE, UNFINISHED, IN_ORDER, FAILED = "due", "unfinished", "in_order", "failed"

_SIZE = re.compile(r"\d{1,6}|(100|[1-9]?\d)%")


class PlannedCertificate(TypedDict):
    """What is to be done with one certificate; C(name) is C(None) if it is about the cluster."""

    name: str | None
    action: str
    reason: str
    source: str | None


class PlannedCluster(TypedDict):
    """What is to be done with one cluster."""

    name: str
    state: str
    certificates: list[PlannedCertificate]
    error: ClusterError | None


def plan_cluster(cluster: ClusterData, wanted: Wanted, find_unproven: Callable[[], str | None]) -> PlannedCluster:
    """Plan for one cluster.

    Args:
        cluster: what was read of it, compared with what is wanted.
        find_unproven: returns why its backup has to be looked at, which takes a decryption; None if that is in order.
    """
    name = cluster["name"]
    if cluster["error"] is not None:
        return _failed(name, cluster["error"])
    if cluster["drift"] is None:
        # The comparison has said why, as the last warning.
        said = cluster["warnings"][-1].partition(": ")[2] if cluster["warnings"] else "the cluster cannot be compared"
        return _failed(name, {"msg": said, "failure": {"kind": "not_comparable"}})
    planned = wanted.planned(cluster["cluster"]["name"])
    if planned["problems"]:
        return unusable(name, " ".join(planned["problems"]))
    sources = {entry["name"]: entry["source"] for entry in planned["entries"]}
    changes: list[PlannedCertificate] = [
        {
            "name": one["name"],
            "action": one["action"],
            "reason": one["reason"] or "",
            "source": sources.get(one["name"]),
        }
        for one in cluster["drift"]
        if one["action"] != "none"
    ]
    changes += [*_asked(planned["fetched"], changes)]
    left = [] if changes else [*_left(cluster, wanted, sources), *_of_backup(find_unproven())]
    state = DUE if changes else UNFINISHED if left else IN_ORDER
    return {"name": name, "state": state, "certificates": changes or left, "error": None}


def unusable(name: str, message: str) -> PlannedCluster:
    """Return the entry of a cluster whose variables cannot be used."""
    return _failed(name, {"msg": message, "failure": {"kind": "invalid_option"}})


def _failed(name: str, error: ClusterError) -> PlannedCluster:
    return {"name": name, "state": FAILED, "certificates": [], "error": error}


def _asked(fetched: Iterable[str], changes: Iterable[PlannedCertificate]) -> Iterator[PlannedCertificate]:
    """Yield the certificates that tasks fetch at every run: whether they differ, only the role can see."""
    known = {one["name"] for one in changes}
    for name in fetched:
        if name not in known:
            yield {"name": name, "action": "compare", "reason": "its tasks fetch it", "source": "tasks"}


def _left(cluster: ClusterData, wanted: Wanted, managed: Collection[str | None]) -> Iterator[PlannedCertificate]:
    """Yield what an earlier run left: nodes that have another certificate than the API reports, and peers."""
    if not wanted.values["rotation_verify_unchanged"]:
        return
    for one in cluster["endpoints"] or ():
        if one["matches"] is False and one["database"] is None and one["service"] in managed:
            reason = f"{one['address']}:{one['port']} presents another one than the API reports"
            yield {"name": one["service"], "action": "finish", "reason": reason, "source": None}
    for disk in cluster["on_disk"] or ():
        if disk["status"] == "stale" and disk["name"] in managed:
            reason = f"node {disk['node']} has another one than the API reports"
            yield {"name": disk["name"], "action": "finish", "reason": reason, "source": None}
    if not SEEN_BY_PEERS.isdisjoint(managed):
        for database in cluster["replication"]["active_active"] if cluster["replication"] else ():
            if database.get("synchronised") is False:
                reason = f"Active-Active database {database['name'] or database['guid']} is not in sync with its peers"
                yield {"name": None, "action": "finish", "reason": reason, "source": None}


def _of_backup(problem: str | None) -> Iterator[PlannedCertificate]:
    if problem is not None:
        yield {"name": None, "action": "finish", "reason": problem, "source": None}


def batches(planned: Iterable[PlannedCluster], data: Iterable[ClusterData], serial: Any) -> list[list[str]]:
    """Return the clusters to go through, in groups that are rotated at the same time.

    What an earlier run left comes first. Clusters that share an Active-Active database are never in one group: each
    would refuse the other until it is updated. Nor are two hosts that are the same cluster: each would replace what the
    other has written.

    Args:
        serial: as the keyword of a play: a number, a percentage, or a list of them, of which the last one repeats. V(0)
            is all.

    Raises:
        CertificateError: it is something else.
    """
    planned = list(planned)
    names = [one["name"] for state in (UNFINISHED, DUE) for one in planned if one["state"] == state]
    sizes = _sizes(check_serial(serial), len(names))
    shared = {one["name"]: {*_shared(one)} for one in data}
    made: list[list[str]] = []
    while names:
        size = sizes[min(len(made), len(sizes) - 1)]
        group: list[str] = []
        taken: set[Any] = set()
        for name in names:
            if len(group) < size and taken.isdisjoint(shared[name]):
                group.append(name)
                taken |= shared[name]
        names = [name for name in names if name not in group]
        made.append(group)
    return made


def _shared(cluster: ClusterData) -> Iterator[Any]:
    """Yield what no two clusters of one group have in common."""
    # Its name alone would do if there were not many called cluster.local.
    yield cluster["cluster"]["name"], *(one["fingerprint"] for one in cluster["certificates"])
    for database in cluster["replication"]["active_active"] if cluster["replication"] else ():
        yield database["guid"]


def check_serial(serial: Any) -> list[Any]:
    """Return the sizes of groups.

    Raises:
        CertificateError: they are no sizes.
    """
    sizes = serial if isinstance(serial, list) else [serial]
    if not sizes or any(isinstance(one, bool) or not _SIZE.fullmatch(str(one)) for one in sizes):
        raise CertificateError(
            "invalid_option",
            "rotation_serial: must be a number of clusters, a percentage such as 20%, or a list of both; 0 means all "
            "at once. Change it.",
            option="serial",
        )
    return sizes


def _sizes(sizes: Iterable[Any], total: int) -> list[int]:
    counts = (total * int(str(one)[:-1]) // 100 or 1 if str(one).endswith("%") else int(one) for one in sizes)
    return [count or total for count in counts]
