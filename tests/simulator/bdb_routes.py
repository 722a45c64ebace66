# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints of databases (contract, section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .bdb import Bdb
from .refusal import Refused
from .web import Answer, json_answer

if TYPE_CHECKING:
    from .api import Call
    from .cluster import Cluster

TLS_MODES = ("enabled", "disabled", "replica_ssl")
_CREATED = "2026-01-05T08:00:00Z"
_GIB = 1024**3


def _crdt_sources(cluster: Cluster, bdb: Bdb) -> list[dict[str, Any]]:
    """The other participating clusters, each with ``status``: whether it is in sync with this one.

    That is where the outside sees that synchronisation is refused; ``crdt_sync`` says what is wanted, and stays.
    """
    if bdb.crdb is None:
        return []
    return [
        {
            "uid": number,
            "uri": f"rediss://{other.fqdn}:{other.database_port}",
            "status": "in-sync" if bdb.crdb.synchronising(cluster, other) else "out-of-sync",
        }
        for number, other in enumerate(bdb.crdb.clusters, 1)
        if other is not cluster
    ]


def _describe(cluster: Cluster, bdb: Bdb) -> dict[str, Any]:
    endpoint = {
        "uid": f"{bdb.uid}:1",
        "dns_name": f"redis-{bdb.port}.{cluster.fqdn}",
        "port": bdb.port,
        "addr": [node.internal_address for node in cluster.nodes],
        "addr_type": "internal",
        "proxy_policy": "all-nodes",
        "oss_cluster_api_preferred_ip_type": "internal",
    }
    sources = bdb.replica.describe()
    sync = "enabled" if sources else "disabled"
    return {
        "uid": bdb.uid,
        "name": bdb.name,
        "type": "redis",
        "status": "active",
        "port": bdb.port,
        "memory_size": _GIB,
        "shards_count": 1,
        "replication": False,
        "tls_mode": tls_mode(bdb),
        "ssl": bdb.tls,
        "endpoints": [endpoint],
        "crdt": bdb.crdb is not None,
        "crdt_guid": bdb.crdb.guid if bdb.crdb else "",
        "crdt_sync": "enabled" if bdb.crdb else "disabled",
        "crdt_sources": _crdt_sources(cluster, bdb),
        "replica_sync": sync,
        "replica_sources": sources,
        "sync": sync,
        "created_time": _CREATED,
        "version": "7.4.0",
    }


def tls_mode(bdb: Bdb) -> str:
    """Tell how the API names whether a database has TLS; one of :data:`TLS_MODES`."""
    return "enabled" if bdb.tls else "disabled"


def asked_for(call: Call) -> Bdb:
    """Find the database whose uid is in the path.

    :raises Refused: 404.
    """
    for one in call.cluster.bdbs:
        if one.uid == int(call.arguments[0]):
            return one
    raise Refused(404, "db_not_exist", "there is no database of this uid")


def bdbs(call: Call) -> Answer:
    """``GET /v1/bdbs``."""
    call.need("view_all_bdbs_info")
    return json_answer(200, [_describe(call.cluster, one) for one in call.cluster.bdbs])


def bdb(call: Call) -> Answer:
    """``GET /v1/bdbs/{uid}``."""
    call.need("view_all_bdbs_info")
    return json_answer(200, _describe(call.cluster, asked_for(call)))


def update(call: Call) -> Answer:
    """``PUT /v1/bdbs/{uid}``: the sources of a destination database, and nothing else."""
    call.need("update_bdb")
    changed = asked_for(call)
    body = call.json_object()
    if set(body) != {"replica_sources"}:
        raise Refused(400, "invalid_schema", "the body needs the field replica_sources, and no other")
    changed.replica.replace(body["replica_sources"])
    return json_answer(200, _describe(call.cluster, changed))
