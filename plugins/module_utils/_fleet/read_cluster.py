# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""All that an audit wants to know of one cluster, by one session, each question asked once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from .._api.caching import CachingApi
from .._api.client import BDB_CERTIFICATES
from .._api.cluster import Cluster, if_visible, read_cluster
from .._api.databases import describe_databases, own_certificates, speaks_tls
from .._api.replica_source import ReplicaSource
from .._api.replication import Crdb, Database
from .._api.settings import parse_alerts, parse_internal_rotation
from .._argspec import CONNECTION_EXCLUSIVE, CONNECTION_SPEC
from .._change.hazards import match_hazards
from .._connection import find_ca_path
from .._errors import CertificateError
from .._operation import Context, Operation
from .._probe.discovery import Looks, find_groups, look_at_groups
from .._state.installed import Installed
from .._transport.session import Session
from .._x509.certificate import days_between, to_iso
from .on_disk import on_disk

#: What results call what this user may not see, by the path that shows it.
_VISIBLE = {
    "/v1/cluster": "alerts",
    "/v1/nodes": "nodes",
    "/v1/bdbs": "databases",
    BDB_CERTIFICATES: "database_certificates",
    "/v1/crdbs": "active_active",
    "/v1/job_scheduler": "internal",
}

#: Everything that is read, where nothing is.
_NOTHING: Mapping[str, Any] = {
    "cluster": {"name": None, "version": None, "primary": None, "nodes": None},
    "certificates": [],
    "databases": [],
    "hazards": [],
    "endpoints": None,
    "on_disk": None,
    "internal": None,
    "replication": None,
    "alerts": None,
    "not_visible": [],
}


def cluster_entry(
    name: str,
    moment: datetime,
    *,
    seconds: float = 0,
    error: Mapping[str, Any] | None = None,
    found: Mapping[str, Any] | None = None,
    drift: list[dict[str, Any]] | None = None,
    warnings: Iterable[str] = (),
) -> dict[str, Any]:
    """Return one cluster of a fleet, for results.

    Args:
        name: unique in the fleet.
        moment: when it was read, in UTC.
        seconds: how long that took.
        error: C(msg) and C(failure), where it could not be read.
        found: what was read.
    """
    return {
        "name": name,
        "url": None,
        "read_at": to_iso(moment),
        "seconds": seconds,
        "error": error,
        **_NOTHING,
        **(found or {}),
        "drift": drift,
        "warnings": list(dict.fromkeys(warnings)),  # several questions may meet one failure
    }


def _run(task: Context) -> dict[str, Any]:
    session, retries = task.connect()
    try:
        with session:
            return {"url": session.url, **_read(task, session, CachingApi(session, retries))}
    except CertificateError as error:
        raise error.with_result(url=session.url) from None


def _read(task: Context, session: Session, api: CachingApi) -> dict[str, Any]:
    now = datetime.now(timezone.utc)
    stored = api.certificates()  # first: without them there is nothing to audit
    cluster = read_cluster(api, task.warn, needed=False)
    installed = [Installed.of(name, stored[name], now) for name in sorted(stored)]
    replication = _replication(api, task.warn, now)
    facts = {
        "cluster": _about(cluster),
        "certificates": [one.described(cluster.name, cluster.version, now, cluster.settings) for one in installed],
        "databases": _database_certificates(api, task.warn, cluster, now),
        "hazards": _hazards(installed, cluster),
        "internal": parse_internal_rotation(if_visible(api.job_scheduler, task.warn)),
        "replication": replication,
        "alerts": parse_alerts(if_visible(api.cluster, task.warn)),
    }
    served = task.params["served"]
    endpoints = _served(task, session, api, cluster) if served else None
    presented = {one["service"] for one in endpoints or () if one["database"] is None}
    disks = on_disk(api, cluster, stored, installed, presented) if served else None
    not_visible = [name for path, name in _VISIBLE.items() if api.forbidden(path)]
    return {**facts, "endpoints": endpoints, "on_disk": disks, "not_visible": not_visible}


def _about(cluster: Cluster) -> dict[str, Any]:
    """Return what the cluster reports about itself, and which node answered."""
    nodes = [{"uid": one.uid, "status": one.status, "version": one.version} for one in cluster.nodes]
    primary = cluster.primary.as_dict() if cluster.primary else None
    return {"name": cluster.name, "version": cluster.version, "primary": primary, "nodes": nodes or None}


def _database_certificates(
    api: CachingApi, warn: Callable[[str], None], cluster: Cluster, now: datetime
) -> list[dict[str, Any]]:
    """Return the certificates that belong to databases; none of what this user may not see."""
    bdbs = if_visible(api.bdbs, warn) or []
    own: dict[str, str] = {}
    try:
        if any(map(speaks_tls, bdbs)):
            own = own_certificates(api)
    except CertificateError as error:
        if error.kind != "forbidden":  # that is in not_visible
            warn(error.message)
    return describe_databases(bdbs, own, cluster.name, cluster.version, now)


def _hazards(installed: Sequence[Installed], cluster: Cluster) -> list[dict[str, Any]]:
    """Return those that a change of what is installed, of whatever kind, would meet."""
    changes = ((action, one.name, one.chain) for action in ("update", "rotate") for one in installed)
    met = match_hazards(changes, cluster.version)
    return [{**hazard.as_dict(), "certificates": names} for hazard, names in met.items()]


def _served(task: Context, session: Session, api: CachingApi, cluster: Cluster) -> list[dict[str, Any]]:
    looks = Looks(find_ca_path(task.params, os.environ), task.params["timeout"])
    # What may not be seen is in not_visible.
    groups = find_groups(api, cluster, lambda message: None, task.warn)
    look_at_groups(looks, groups, cluster, session.connection)
    return looks.entries(groups)


def _replication(api: CachingApi, warn: Callable[[str], None], now: datetime) -> dict[str, Any] | None:
    """Return Active-Active databases, and what replica sources pin; None where neither can be seen."""
    databases: list[Database] | None = if_visible(api.databases, warn)
    # A database says itself whether it is a part of an Active-Active one.
    asked = databases is None or any(bdb.get("crdt_guid") for bdb in api.bdbs())
    crdbs: list[Crdb] | None = if_visible(api.crdbs, warn) if asked else []
    if databases is None and crdbs is None:
        return None
    active_active = [{"guid": one.guid, "name": one.name, "members": list(one.clusters)} for one in crdbs or ()]
    pins = [_pin(one, source, now) for one in databases or () for source in one.sources if source.pins]
    return {"active_active": active_active, "replica_of": pins}


def _pin(database: Database, source: ReplicaSource, now: datetime) -> dict[str, Any]:
    """Return one source whose certificate a database pins.

    Whether that is what the source has, only the fleet can show.
    """
    end = source.not_after
    return {
        "database": database.name,
        "uid": database.uid,
        "source": source.host or "?",
        "port": source.port,
        "fingerprint": source.fingerprints[0] if source.fingerprints else None,
        "not_after": end and to_iso(end),
        "days_remaining": end and days_between(now, end),
        "state": "expired" if end and end < now else "unknown",
    }


READ = Operation(
    _run,
    {**CONNECTION_SPEC, "served": {"type": "bool", "default": True}},
    mutually_exclusive=CONNECTION_EXCLUSIVE,
)
