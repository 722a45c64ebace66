# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints of databases (contract, section 6)."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

from .bdb import Bdb
from .refusal import Refused
from .validation import check_client_certificate, expired
from .web import Answer, json_answer

if TYPE_CHECKING:
    from .api import Call
    from .cluster import Cluster

_UPDATABLE = {"authentication_ssl_client_certs", "replica_sources"}
TLS_MODES = ("enabled", "disabled", "replica_ssl")
_CREATED = "2026-01-05T08:00:00Z"
_GIB = 1024**3


def _crdt_sources(cluster: Cluster, bdb: Bdb) -> list[dict[str, Any]]:
    """Describe the other participating clusters, each with ``status``: whether it is in sync with this one.

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
    sources = bdb.replica.describe(cluster.mask_bdb_credentials)
    sync = "enabled" if sources else "disabled"
    return {
        "uid": bdb.uid,
        "name": bdb.name,
        "type": "redis",
        "status": bdb.status,
        "port": bdb.port,
        "memory_size": _GIB,
        "shards_count": 1,
        "replication": False,
        "tls_mode": tls_mode(bdb),
        "ssl": bdb.tls,
        "authentication_ssl_client_certs": [{"client_cert": text} for text in bdb.client_certs],
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
    """Return how the API names whether a database has TLS; one of :data:`TLS_MODES`."""
    return "enabled" if bdb.tls else "disabled"


def asked_for(call: Call) -> Bdb:
    """Find the database whose uid is in the path.

    :raises Refused: 404.
    """
    for one in call.bdbs:
        if one.uid == int(call.arguments[0]):
            return one
    raise Refused(404, "db_not_exist", "there is no database of this uid")


def bdbs(call: Call) -> Answer:
    """Answer ``GET /v1/bdbs``."""
    call.need("view_all_bdbs_info")
    return json_answer(200, [_describe(call.cluster, one) for one in call.bdbs])


def bdb(call: Call) -> Answer:
    """Answer ``GET /v1/bdbs/{uid}``."""
    call.need("view_bdb_info")
    return json_answer(200, _describe(call.cluster, asked_for(call)))


def _client_certs(bdb: Bdb, entries: object) -> list[str]:
    """Read ``authentication_ssl_client_certs``.

    :raises Refused: 400 invalid, 406 expired or there twice.
    """
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and set(entry) == {"client_cert"} and isinstance(entry["client_cert"], str)
        for entry in entries
    ):
        raise Refused(400, "invalid_schema", "authentication_ssl_client_certs is a list of objects with client_cert")
    texts = [entry["client_cert"] for entry in entries]
    for text in texts:
        check_client_certificate(text, known=text in bdb.client_certs)
    if len(set(texts)) != len(texts):
        raise Refused(406, "duplicated_certs", "a client certificate is given twice")
    return texts


def update(call: Call) -> Answer:
    """Answer ``PUT /v1/bdbs/{uid}``: its sources and its clients' certificates. It is accepted, and takes its time."""
    call.need("update_bdb")
    changed = asked_for(call)
    body = call.json_object()
    if not body or not set(body) <= _UPDATABLE:
        raise Refused(
            400, "invalid_schema", f"the body needs one of {', '.join(sorted(_UPDATABLE))}, and no other field"
        )
    with changed.lock:
        if changed.status != "active":
            raise Refused(409, "db_busy", "another change of the database is in progress")
        certs = changed.client_certs
        if "authentication_ssl_client_certs" in body:
            certs = _client_certs(changed, body["authentication_ssl_client_certs"])
        if call.node.release.expired_client_certificate_blocks_database and any(map(expired, certs)):
            raise Refused(406, "certificate_expired", "a client certificate has expired")
        if "replica_sources" in body:
            changed.replica.replace(body["replica_sources"], call.dry_run)
        if call.dry_run:
            return json_answer(200, _describe(call.cluster, changed))
        changed.client_certs = certs
        changed.pending_until = time.monotonic() + call.cluster.bdb_pending
    return json_answer(200, _describe(call.cluster, changed) | {"action_uid": str(uuid.uuid4())})
