# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""All that an audit wants to know of one cluster, by one session, each question asked once."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import Any

from .._api.caching import CachingApi
from .._api.client import BDB_CERTIFICATES
from .._api.cluster import Cluster, if_visible, read_cluster
from .._api.databases import DatabaseEntry, describe_databases, own_certificates, speaks_tls
from .._api.replica_source import ReplicaSource
from .._api.replication import Crdb, Database
from .._api.settings import parse_alerts, parse_internal_rotation
from .._argspec import CONNECTION_EXCLUSIVE, CONNECTION_SPEC
from .._change.hazards import HazardEntry, describe_hazards, match_hazards
from .._connection import find_ca_path
from .._errors import CertificateError
from .._operation import Context, Operation
from .._probe.discovery import Looks, find_groups, look_at_groups
from .._probe.served import ServedEntry
from .._state.installed import Installed
from .._transport.session import Session
from .._x509.certificate import to_iso
from .._x509.facts import days_between
from .api_endpoint import look_at_api
from .cluster_data import AboutCluster, ActiveActiveEntry, ClusterFacts, NodeEntry, PinEntry, Replication
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


def _run(task: Context) -> dict[str, Any]:
    session, retries = task.connect()
    try:
        with session:
            return {"url": session.url, "found": _read(task, session, CachingApi(session, retries))}
    except CertificateError as error:
        raise error.with_result(url=session.url, api_endpoint=look_at_api(session.connection, error)) from None


def _read(task: Context, session: Session, api: CachingApi) -> ClusterFacts:
    now = datetime.now(timezone.utc)
    stored = api.certificates()  # first: without them there is nothing to audit
    cluster = read_cluster(api, task.warn, needed=False)
    installed = [Installed.of(name, stored[name], now) for name in sorted(stored)]
    replication = _replication(api, task.warn, now)
    return {
        "cluster": _about(cluster),
        "certificates": [one.described(cluster.name, cluster.versions, now, cluster.settings) for one in installed],
        "databases": _database_certificates(api, task.warn, cluster, now),
        "hazards": _hazards(installed, cluster),
        "internal": parse_internal_rotation(if_visible(api.job_scheduler, task.warn)),
        "replication": replication,
        "alerts": parse_alerts(if_visible(api.cluster, task.warn)),
        "endpoints": (endpoints := _served(task, session, api, cluster) if task.params["served"] else None),
        "on_disk": None if endpoints is None else on_disk(api, cluster, stored, installed, endpoints),
        "not_visible": [name for path, name in _VISIBLE.items() if api.forbidden(path)],
    }


def _about(cluster: Cluster) -> AboutCluster:
    nodes: list[NodeEntry] = [{"uid": one.uid, "status": one.status, "version": one.version} for one in cluster.nodes]
    primary = cluster.primary.as_dict() if cluster.primary else None
    return {"name": cluster.name, "version": cluster.version, "primary": primary, "nodes": nodes or None}


def _database_certificates(
    api: CachingApi, warn: Callable[[str], None], cluster: Cluster, now: datetime
) -> list[DatabaseEntry]:
    """Return the certificates that belong to databases; none of what this user may not see."""
    bdbs = if_visible(api.bdbs, warn) or []
    own: dict[str, str] = {}
    try:
        if any(map(speaks_tls, bdbs)):
            own = own_certificates(api)
    except CertificateError as error:
        if error.kind != "forbidden":  # that is in not_visible
            warn(error.message)
    return describe_databases(bdbs, own, cluster.name, cluster.versions, now)


def _hazards(installed: Sequence[Installed], cluster: Cluster) -> list[HazardEntry]:
    """Return those that a change of what is installed, of whatever kind, would meet."""
    changes = ((action, one.name, one.chain) for action in ("update", "rotate") for one in installed)
    return describe_hazards(match_hazards(changes, cluster.versions))


def _served(task: Context, session: Session, api: CachingApi, cluster: Cluster) -> list[ServedEntry]:
    looks = Looks(find_ca_path(task.params, os.environ), task.params["timeout"])
    # What may not be seen is in not_visible.
    groups = find_groups(api, cluster, lambda message: None, task.warn)
    look_at_groups(looks, groups, cluster, session.connection)
    return looks.entries(groups)


def _replication(api: CachingApi, warn: Callable[[str], None], now: datetime) -> Replication | None:
    """Return Active-Active databases, and what replica sources pin; None where neither can be seen."""
    databases: list[Database] | None = if_visible(api.databases, warn)
    # A database says itself whether it is a part of an Active-Active one.
    asked = databases is None or any(bdb.get("crdt_guid") for bdb in api.bdbs())
    crdbs: list[Crdb] | None = if_visible(api.crdbs, warn) if asked else []
    if databases is None and crdbs is None:
        return None
    active_active = [_active_active(one, databases) for one in crdbs or ()]
    pins = [_pin(one, source, now) for one in databases or () for source in one.sources if source.pins]
    return {"active_active": active_active, "replica_of": None if databases is None else pins}


def _active_active(crdb: Crdb, databases: Sequence[Database] | None) -> ActiveActiveEntry:
    instances = [one.in_sync for one in databases or () if one.crdb == crdb.guid]
    synchronised = all(instances) if instances else None
    return {"guid": crdb.guid, "name": crdb.name, "members": list(crdb.clusters), "synchronised": synchronised}


def _pin(database: Database, source: ReplicaSource, now: datetime) -> PinEntry:
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
        "not_after": to_iso(end) if end else None,
        "days_remaining": days_between(now, end) if end else None,
        "state": "expired" if end and end < now else "unknown",
    }


READ = Operation(
    _run,
    {**CONNECTION_SPEC, "served": {"type": "bool", "default": True}},
    mutually_exclusive=CONNECTION_EXCLUSIVE,
)
