# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``GET /v4/cluster/health``, from 8.0.16 (vendor: OpenAPI description, cluster health)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from .bdb import Bdb
from .state import Node, Pair
from .validation import leaf_validity
from .web import Answer, json_answer

if TYPE_CHECKING:
    from .api import Call

_GIB = 1024**3
_LICENSED_UNTIL = "2036-01-05T08:00:00Z"
_LICENSE = {
    "expired": False,
    "shards_in_use": 1,
    "ram_shards_in_use": 1,
    "flex_shards_in_use": 0,
    "shards_limit": 100,
    "ram_shards_limit": 100,
    "flex_shards_limit": 0,
    "valid_until": _LICENSED_UNTIL,
}
_MEMORY = {
    "total_ram": 16 * _GIB,
    "free_ram": 12 * _GIB,
    "free_provisional_ram": 12 * _GIB,
    "total_provisional_ram": 14 * _GIB,
    "overbooking_depth": 12 * _GIB,
}


def _certificate(name: str, held: Pair) -> dict[str, Any] | None:
    """Describe one certificate; None where none is set, or what is set is no certificate."""
    validity = leaf_validity(held.certificate)
    if validity is None:
        return None
    end = validity[1]
    return {
        "type": name,
        "expired": end < datetime.now(timezone.utc),
        "valid_until": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _node(node: Node, primary: Node) -> dict[str, Any]:
    status = "down" if node.down else "active"
    return {
        "id": str(node.uid),
        "role": "leader" if node is primary else "follower",
        "status": status,
        "detailed_status": status,
        "version": node.release.text,
        "in_maintenance": False,
        "quorum_only": False,
        "observed_at": int(time.time()),
        "memory": _MEMORY,
        "ephemeral_memory_path": "/var/opt/redislabs",
        "ephemeral_memory_size": 50.0 * _GIB,
        "persistent_memory_path": "/var/opt/redislabs/persist",
        "persistent_memory_size": 50.0 * _GIB,
        "services": [],
        "shards": [],
        "active_alerts": [],
    }


def _database(bdb: Bdb) -> dict[str, Any]:
    return {
        "id": str(bdb.uid),
        "name": bdb.name,
        "status": "active",
        "detailed_status": bdb.status,
        "version": "7.4.0",
        "high_availability": {"status": "disabled"},
    }


def _health(call: Call) -> Answer:
    """Answer with the state of the cluster, its nodes, databases and certificates."""
    call.need("view_cluster_info")
    held = [_certificate(name, pair) for name, pair in call.node.stored.items()]
    certificates = [certificate for certificate in held if certificate is not None]
    troubled = any(node.down for node in call.cluster.nodes) or any(one["expired"] for one in certificates)
    value = {
        "fqdn": call.cluster.fqdn,
        "status": "error" if call.cluster.degraded else "warning" if troubled else "ok",
        "license": _LICENSE,
        "certificates": certificates,
        "nodes": [_node(node, call.cluster.primary) for node in call.cluster.nodes],
        "database_infos": [_database(bdb) for bdb in call.bdbs],
        "active_alerts": [],
    }
    return json_answer(200, value)


ROUTES: dict[str, Callable[[Call], Answer]] = {"GET": _health}
