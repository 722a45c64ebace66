# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The neighbouring endpoints that say what the cluster is (contract, sections 5, 6 and 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .access import DEFAULT_TTL, LONGEST_TTL, User
from .refusal import Refused
from .state import UNSET, Node
from .web import Answer, json_answer

if TYPE_CHECKING:
    from .api import Call

_CREATED = "2026-01-05T08:00:00Z"
_GIB = 1024**3


def _alert(threshold: str) -> dict[str, Any]:
    return {"enabled": True, "threshold": threshold}


def cluster(call: Call) -> Answer:
    """``GET /v1/cluster``."""
    call.need("view_cluster_info")
    release = call.node.release
    value: dict[str, Any] = {
        "name": call.cluster.fqdn,
        "created_time": _CREATED,
        "alert_settings": {
            "cluster_certs_about_to_expire": _alert("45"),
            "node_internal_certs_about_to_expire": _alert("15"),
        },
        "cnm_https_port": call.cluster.api_port,
        "cm_port": call.cluster.cm_port,
        "rack_aware": False,
        "email_alerts": False,
        "min_control_TLS_version": "1.2",
        "min_data_TLS_version": "1.2",
    }
    if release.client_certificate_login:
        value["mtls_certificate_authentication"] = call.node.holds("mtls_trusted_ca") != UNSET
    if release.basic_can_be_off:
        value["control_plane_basic_authentication"] = call.cluster.access.basic
    return json_answer(200, value)


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


def nodes(call: Call) -> Answer:
    """``GET /v1/nodes``."""
    call.need("view_all_nodes_info")
    return json_answer(200, [_describe_node(node) for node in call.cluster.nodes])


def node(call: Call) -> Answer:
    """``GET /v1/nodes/{uid}``."""
    call.need("view_all_nodes_info")
    for one in call.cluster.nodes:
        if one.uid == int(call.arguments[0]):
            return json_answer(200, _describe_node(one))
    raise Refused(404, "node_not_exist", "there is no node of this uid")


def bootstrap(call: Call) -> Answer:
    """``GET /v1/bootstrap``: what the answering node says of itself."""
    value = {
        "bootstrap_status": {"state": "completed", "start_time": _CREATED, "end_time": _CREATED},
        "local_node_info": {
            "uid": str(call.node.uid),
            "software_version": call.node.release.text,
            "available_addrs": [{"address": call.node.internal_address, "if_name": "lo", "private": True}],
            "cores": 4,
            "os_version": "Debian GNU/Linux 12",
            "total_memory": 16 * _GIB,
        },
    }
    return json_answer(200, value)


def _describe_user(user: User) -> dict[str, Any]:
    return {
        "uid": user.uid,
        "email": user.username,
        "name": user.role,
        "role": user.role,
        "auth_method": "regular",
        "status": "active",
        "email_alerts": False,
        "role_uids": [],
    }


def users(call: Call) -> Answer:
    """``GET /v1/users``."""
    call.need("view_all_users_info")
    return json_answer(200, [_describe_user(user) for user in call.cluster.users.values()])


def job_scheduler(call: Call) -> Answer:
    """``GET /v1/job_scheduler``."""
    call.need("view_cluster_info")
    rotation = {"cron_expression": "0 * * * *", "enabled": True, "expiry_days_before_rotation": 60}
    return json_answer(200, {"cert_rotation_job_settings": rotation})


def authorize(call: Call) -> Answer:
    """``POST /v1/users/authorize``: a token for the user."""
    body = call.json_object(optional=True)
    ttl = body.get("ttl", DEFAULT_TTL)
    if not set(body) <= {"ttl"} or not isinstance(ttl, int) or isinstance(ttl, bool) or not 1 <= ttl <= LONGEST_TTL:
        raise Refused(400, "invalid_schema", f"the only field is ttl, from 1 to {LONGEST_TTL} seconds")
    return json_answer(200, {"access_token": call.cluster.access.token(call.user, ttl)})
