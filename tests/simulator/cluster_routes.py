# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The neighbouring endpoints that say what the cluster is (contract, sections 5, 6 and 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .access import DEFAULT_TTL, LONGEST_TTL, User
from .refusal import Refused
from .state import UNSET
from .web import Answer, json_answer

if TYPE_CHECKING:
    from .api import Call

_CREATED = "2026-01-05T08:00:00Z"


def _alert(threshold: str) -> dict[str, Any]:
    return {"enabled": True, "threshold": threshold}


def cluster(call: Call) -> Answer:
    """Answer ``GET /v1/cluster``."""
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
        "handle_redirects": call.cluster.handle_redirects,
        "control_cipher_suites": call.cluster.suites.control,
        "data_cipher_list": call.cluster.suites.data,
        "data_cipher_suites_tls_1_3": call.cluster.suites.data_tls_1_3,
        "min_control_TLS_version": "1.2",
        "min_data_TLS_version": "1.2",
        "min_sentinel_TLS_version": "1.2",
    }
    if release.metrics_auth:
        value["metrics_auth"] = call.cluster.metrics_auth
    if release.credentials_can_be_masked:
        value["mask_bdb_credentials"] = call.cluster.mask_bdb_credentials
    if release.client_certificate_login:
        value["mtls_certificate_authentication"] = call.node.holds("mtls_trusted_ca") != UNSET
    if release.basic_can_be_off:
        value["control_plane_basic_authentication"] = call.cluster.access.basic
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
    """Answer ``GET /v1/users``."""
    call.need("view_all_users_info")
    return json_answer(200, [_describe_user(user) for user in call.cluster.users.values()])


def job_scheduler(call: Call) -> Answer:
    """Answer ``GET /v1/job_scheduler``."""
    call.need("view_cluster_info")
    rotation = {"cron_expression": "0 * * * *", "enabled": True, "expiry_days_before_rotation": 60}
    return json_answer(200, {"cert_rotation_job_settings": rotation})


def token(call: Call) -> Answer:
    """Answer ``POST /v1/users/authorize`` and ``POST /v1/users/refresh_jwt``: a token for the user who logged in."""
    body = call.json_object(optional=True)
    ttl = body.get("ttl", DEFAULT_TTL)
    if not set(body) <= {"ttl"} or not isinstance(ttl, int) or isinstance(ttl, bool) or not 1 <= ttl <= LONGEST_TTL:
        raise Refused(400, "invalid_schema", f"the only field is ttl, from 1 to {LONGEST_TTL} seconds")
    return json_answer(200, {"access_token": call.cluster.access.token(call.user, ttl)})
