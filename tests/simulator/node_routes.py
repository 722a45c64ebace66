# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints that say which nodes there are, and which of them is the primary (contract, sections 1, 5 and 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .refusal import Refused
from .state import Node
from .web import Answer, json_answer

if TYPE_CHECKING:
    from .api import Call

_STARTED = "2026-01-05T08:00:00Z"
_GIB = 1024**3


def _describe_node(node: Node) -> dict[str, Any]:
    return {
        "uid": node.uid,
        "addr": node.internal_address,
        "external_addr": list(node.external_addresses),
        "status": "down" if node.down else "active",
        "software_version": node.release.text,
        "accept_servers": True,
        "architecture": "x86_64",
        "cores": 4,
        "os_name": "linux",
        "os_version": "Debian GNU/Linux 12",
        "rack_id": "",
        "shard_count": 1 if node.uid == 1 else 0,
        "supported_database_versions": [],
        "total_memory": 16 * _GIB,
        "uptime": 3600,
    }


def _asked_for(call: Call) -> Node:
    for one in call.cluster.nodes:
        if one.uid == int(call.arguments[0]):
            return one
    raise Refused(404, "node_not_exist", "there is no node of this uid")


def nodes(call: Call) -> Answer:
    """Answer ``GET /v1/nodes``."""
    call.need("view_all_nodes_info")
    return json_answer(200, [_describe_node(node) for node in call.cluster.nodes])


def node(call: Call) -> Answer:
    """Answer ``GET /v1/nodes/{uid}``."""
    call.need("view_node_info")
    return json_answer(200, _describe_node(_asked_for(call)))


def _describe_status(call: Call, node: Node) -> dict[str, Any]:
    return {
        "hostname": f"node-{node.uid}",
        "role": "master" if node is call.cluster.primary else "slave",
        "node_status": "down" if node.down else "active",
        "software_version": node.release.text,
        "cores": 4,
        "total_memory": 16 * _GIB,
        "free_ram": 12 * _GIB,
    }


def statuses(call: Call) -> Answer:
    """Answer ``GET /v1/nodes/status``: by uid, as text."""
    call.need("view_node_info")
    return json_answer(200, {str(node.uid): _describe_status(call, node) for node in call.cluster.nodes})


def status(call: Call) -> Answer:
    """Answer ``GET /v1/nodes/{uid}/status``."""
    call.need("view_node_info")
    return json_answer(200, _describe_status(call, _asked_for(call)))


def master_healthcheck(call: Call) -> Answer:
    """Answer ``GET /v1/local/node/master_healthcheck``.

    It says whether the node that is asked has a connection to the primary. It needs a login (vendor: cluster
    setting ``master_healthcheck_api_auth``, true by default).
    """
    call.need("view_cluster_info")
    return json_answer(200, {"status": "active" if call.cluster.primary.serves("api") else "inactive"})


def bootstrap(call: Call) -> Answer:
    """Answer ``GET /v1/bootstrap``: what the answering node says of itself."""
    value = {
        "bootstrap_status": {"state": "completed", "start_time": _STARTED, "end_time": _STARTED},
        "local_node_info": {
            "uid": call.node.uid,
            "software_version": call.node.release.text,
            "available_addrs": [{"address": call.node.internal_address, "if_name": "lo", "private": True}],
            "cores": 4,
            "os_version": "Debian GNU/Linux 12",
            "total_memory": 16 * _GIB,
        },
    }
    return json_answer(200, value)
