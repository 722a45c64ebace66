# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the vendor documents of each operation that the simulator serves; facts, in our own words.

Sources, as of 21 August 2026, all below ``content/operate/rs/references/rest-api`` of the public repository redis/docs:
``OPENAPI`` is ``api-reference/openapi.json``, and has every field of what it describes; anything else is a page, whose
large objects are here with the fields only that the simulator sends.
"""

from __future__ import annotations

from dataclasses import dataclass

from unit.simulator.shapes import Fields, ListOf, MapOf, Shape

OPENAPI = "api-reference/openapi.json"

_READERS = ("admin", "cluster_member", "cluster_viewer", "db_member", "db_viewer", "user_manager")
_MEMBERS = ("admin", "cluster_member", "db_member")
#: Page ``permissions.md``: the management roles that have each permission.
PERMISSIONS = {
    "view_cluster_info": _READERS,
    "view_node_info": _READERS,
    "view_all_nodes_info": _READERS,
    "view_bdb_info": _READERS,
    "view_all_bdbs_info": _READERS,
    "view_crdb": _READERS,
    "view_crdb_list": _READERS,
    "view_crdb_task": _READERS,
    "view_all_users_info": ("admin", "user_manager"),
    "update_cluster": ("admin",),
    "update_bdb": _MEMBERS,
    "update_crdb": _MEMBERS,
}

#: ``OPENAPI``, schema of errors: ``status_code`` is listed there as required, and as not part of the JSON.
ERROR = Fields({"error_code": "string", "description": "string"})


@dataclass(frozen=True)
class Operation:
    """A method of a path.

    :ivar path: with the names of its parts in braces.
    :ivar source: where the vendor describes it.
    :ivar statuses: those that are documented for it, beside those for any request (page ``_index.md``).
    :ivar permission: which a user needs; None for a login alone.
    :ivar answer: of a success; None for one without fields.
    :ivar body: the fields of the request; None where there is none.
    :ivar closed: whether other fields are documented as refused.
    """

    method: str
    path: str
    source: str
    statuses: frozenset[int]
    permission: str | None
    answer: Shape | None = None
    body: Fields | None = None
    closed: bool = False


def _statuses(*numbers: int) -> frozenset[int]:
    return frozenset(numbers)


_NAMES = (
    "api",
    "ccs_internode_encryption",
    "cm",
    "data_internode_encryption",
    "ldap_client",
    "metrics_exporter",
    "proxy",
    "sso_service",
    "syncer",
)
_CERTIFICATES = Fields(
    more={f"{name}_{part}": "string" for name in _NAMES for part in ("cert", "key")}
    | {"mtls_trusted_ca_cert": "string", "sso_issuer_cert": "string"}
)
_UPDATE = Fields(more=dict.fromkeys(("name", "certificate", "key"), "string"))
_OWN = Fields(more={"bdb_uid": "string", "cert": "string", "not_before": "time", "not_after": "time"})
_ALERTS = ListOf(Fields({"name": "string", "active_since": "time"}, {"severity": "string", "threshold": "string"}))
_SHARD = Fields(
    {
        "id": "string",
        "role": ("leader", "follower"),
        "status": ("active", "inactive", "trimming"),
        "detailed_status": (
            "ok",
            "importing",
            "timeout",
            "loading",
            "busy",
            "down",
            "trimming",
            "unknown",
            "role_mismatch",
        ),
    }
)
_HEALTH = Fields(
    {
        "fqdn": "string",
        "status": ("error", "warning", "ok"),
        "license": Fields(
            dict.fromkeys(
                (
                    "shards_in_use",
                    "ram_shards_in_use",
                    "flex_shards_in_use",
                    "shards_limit",
                    "ram_shards_limit",
                    "flex_shards_limit",
                ),
                "integer",
            )
            | {"expired": "boolean", "valid_until": "time"}
        ),
        "certificates": ListOf(Fields({"type": "string", "expired": "boolean", "valid_until": "time"})),
        "nodes": ListOf(
            Fields(
                {
                    "id": "string",
                    "status": ("down", "warning", "active"),
                    "detailed_status": ("down", "provisioning", "decommissioning", "active"),
                    "role": ("leader", "follower"),
                    "version": "string",
                    "shards": ListOf(_SHARD),
                    "memory": Fields(
                        dict.fromkeys(
                            (
                                "total_ram",
                                "free_ram",
                                "free_provisional_ram",
                                "total_provisional_ram",
                                "overbooking_depth",
                            ),
                            "integer",
                        )
                    ),
                    "observed_at": "integer",
                    "services": ListOf(Fields({"name": "string", "status": "string"})),
                    "ephemeral_memory_path": "string",
                    "ephemeral_memory_size": "number",
                    "persistent_memory_path": "string",
                    "persistent_memory_size": "number",
                    "quorum_only": "boolean",
                    "in_maintenance": "boolean",
                },
                {"active_alerts": _ALERTS},
            )
        ),
        "active_alerts": _ALERTS,
        "database_infos": ListOf(
            Fields(
                {
                    "id": "string",
                    "name": "string",
                    "status": ("active", "warning", "down"),
                    "detailed_status": (
                        "active",
                        "active-change-pending",
                        "pending",
                        "import-pending",
                        "delete-pending",
                        "recovery",
                        "creation-failed",
                        "unknown",
                    ),
                    "version": "string",
                    "high_availability": Fields({"status": ("down", "up", "disabled")}),
                }
            )
        ),
    }
)
_USER = Fields(
    {
        "uid": "integer",
        "name": "string",
        "role": (*_READERS, "none"),
        "role_uids": ListOf("integer"),
        "auth_method": ("regular", "certificate", "entraid", "sso"),
    },
    {
        "email": "string",
        "email_alerts": "boolean",
        "status": ("active", "locked", "password_expired"),
        "account_id": "integer",
        "action_uid": "string",
        "bdbs_email_alerts": ListOf("string"),
        "certificate_subject_line": "string",
        "cluster_email_alerts": "boolean",
        "last_login": "integer",
        "password": "string",
        "password_issue_date": "time",
    },
)
_NODE = Fields(
    {
        "uid": "integer",
        "addr": "string",
        "external_addr": ListOf("string"),
        "status": ("active", "decommissioning", "down", "provisioning"),
        "software_version": "string",
    },
    {
        "accept_servers": "boolean",
        "architecture": "string",
        "cores": "integer",
        "os_name": "string",
        "os_version": "string",
        "rack_id": "string",
        "shard_count": "integer",
        "supported_database_versions": ListOf(Fields(more={"db_type": "string", "version": "string"})),
        "total_memory": "integer",
        "uptime": "integer",
    },
)
_NODE_STATUS = Fields(
    {"hostname": "string", "role": ("master", "slave"), "node_status": "string", "software_version": "string"},
    {"cores": "integer", "total_memory": "integer", "free_ram": "integer"},
)
_SWITCH = ("enabled", "disabled", "paused", "stopped")
_SOURCES = ListOf(
    Fields(
        {"uid": "integer", "uri": "string", "status": "string"},
        {
            "lag": "integer",
            "last_error": "string",
            "last_update": "string",
            "server_cert": "string",
            "client_cert": "string",
            "encryption": "boolean",
            "compression": "integer",
        },
    )
)
_BDB = Fields(
    {
        "uid": "integer",
        "name": "string",
        "type": ("redis", "memcached"),
        "status": (
            "pending",
            "active",
            "active-change-pending",
            "delete-pending",
            "import-pending",
            "creation-failed",
            "recovery",
        ),
        "port": "integer",
        "tls_mode": ("enabled", "disabled", "replica_ssl"),
        "endpoints": ListOf(
            Fields(
                {"uid": "string", "dns_name": "string", "port": "integer", "addr": ListOf("string")},
                {
                    "addr_type": ("internal", "external"),
                    "proxy_policy": "string",
                    "oss_cluster_api_preferred_ip_type": ("internal", "external"),
                },
            )
        ),
        "authentication_ssl_client_certs": ListOf(Fields({"client_cert": "string"})),
        "crdt": "boolean",
        "crdt_guid": "string",
        "crdt_sync": _SWITCH,
        "crdt_sources": _SOURCES,
        "replica_sync": _SWITCH,
        "replica_sources": _SOURCES,
    },
    {
        "memory_size": "integer",
        "shards_count": "integer",
        "replication": "boolean",
        "ssl": "boolean",
        "sync": _SWITCH,
        "created_time": "time",
        "version": "string",
        "action_uid": "string",
    },
)
_TLS_VERSION = ("1.2", "1.3")
_THRESHOLD = Fields({"enabled": "boolean", "threshold": "string"})
_CLUSTER = Fields(
    {"name": "string"},
    {
        "created_time": "time",
        "alert_settings": Fields(
            more={"cluster_certs_about_to_expire": _THRESHOLD, "node_internal_certs_about_to_expire": _THRESHOLD}
        ),
        "cnm_https_port": "integer",
        "cm_port": "integer",
        "rack_aware": "boolean",
        "email_alerts": "boolean",
        "handle_redirects": "boolean",
        "metrics_auth": "boolean",
        "mask_bdb_credentials": "boolean",
        "mtls_certificate_authentication": "boolean",
        "control_plane_basic_authentication": "boolean",
        "control_cipher_suites": "string",
        "data_cipher_list": "string",
        # The page says string. Two independent clients of the API declare an array, which one of them saw empty.
        "data_cipher_suites_tls_1_3": ListOf("string"),
        "min_control_TLS_version": _TLS_VERSION,
        "min_data_TLS_version": _TLS_VERSION,
        "min_sentinel_TLS_version": _TLS_VERSION,
    },
)
_CRDB = Fields(
    {
        "guid": "string",
        "name": "string",
        "instances": ListOf(Fields({"id": "integer", "cluster": Fields({"name": "string", "url": "string"})})),
    },
    {"encryption": "boolean"},
)
_TASK = Fields(
    {"id": "string", "status": ("queued", "started", "finished", "failed")},
    {
        "crdb_guid": "string",
        "operation": "string",
        "errors": ListOf(Fields(dict.fromkeys(("cluster_name", "error_code", "description"), "string"))),
    },
)
_TTL = Fields(more={"ttl": "integer"})
_TOKEN = Fields({"access_token": "string"})

OPERATIONS = (
    Operation("GET", "/v1/cluster/certificates", OPENAPI, _statuses(200), "view_cluster_info", _CERTIFICATES),
    Operation(
        "PUT",
        "/v1/cluster/certificates",
        OPENAPI,
        _statuses(200, 400, 403, 406, 409, 500),
        "update_cluster",
        body=Fields(more={"certificates": ListOf(_UPDATE)}),
        closed=True,
    ),
    Operation("DELETE", "/v1/cluster/certificates/{name}", OPENAPI, _statuses(200, 403, 404, 500), "update_cluster"),
    Operation(
        "POST",
        "/v1/cluster/certificates/rotate",
        OPENAPI,
        _statuses(200, 400, 403, 406, 409, 500),
        "update_cluster",
        body=Fields(more={"name": "string"}),
    ),
    Operation(
        "PUT",
        "/v1/cluster/update_cert",
        OPENAPI,
        _statuses(200, 400, 403, 406, 409, 500),
        "update_cluster",
        body=_UPDATE,
        closed=True,
    ),
    Operation("GET", "/v4/cluster/health", OPENAPI, _statuses(200, 404, 503), "view_cluster_info", _HEALTH),
    Operation("GET", "/v1/bdbs/certificates", OPENAPI, _statuses(200, 400, 500), "view_all_bdbs_info", ListOf(_OWN)),
    Operation("GET", "/v1/bdbs/{uid}/certificates", OPENAPI, _statuses(200, 404), "view_bdb_info", _OWN),
    Operation(
        "POST",
        "/v1/bdbs/{uid}/certificates",
        OPENAPI,
        _statuses(200, 400, 404, 406, 500),
        "update_bdb",
        _OWN,
        Fields({"cert": "string", "private_key": "string"}),
    ),
    Operation("DELETE", "/v1/bdbs/{uid}/certificates", OPENAPI, _statuses(200, 404), "update_bdb"),
    Operation("GET", "/v1/users", OPENAPI, _statuses(200, 403), "view_all_users_info", ListOf(_USER)),
    Operation("GET", "/v1/cluster", "requests/cluster", _statuses(200), "view_cluster_info", _CLUSTER),
    Operation("GET", "/v1/nodes", "requests/nodes", _statuses(200), "view_all_nodes_info", ListOf(_NODE)),
    Operation("GET", "/v1/nodes/{uid}", "requests/nodes", _statuses(200, 404), "view_node_info", _NODE),
    Operation(
        "GET", "/v1/nodes/status", "requests/nodes/status", _statuses(200), "view_node_info", MapOf(_NODE_STATUS)
    ),
    Operation(
        "GET", "/v1/nodes/{uid}/status", "requests/nodes/status", _statuses(200, 404), "view_node_info", _NODE_STATUS
    ),
    Operation(
        "GET",
        "/v1/local/node/master_healthcheck",
        "requests/node_master_healthcheck",
        _statuses(200),
        "view_cluster_info",
        Fields({"status": ("active", "inactive")}),
    ),
    Operation(
        "GET",
        "/v1/bootstrap",
        "requests/bootstrap",
        _statuses(200),
        None,
        Fields(
            {
                "bootstrap_status": Fields({"state": "string"}, {"start_time": "time", "end_time": "time"}),
                "local_node_info": Fields(
                    {"uid": "integer", "software_version": "string"},
                    {
                        "available_addrs": ListOf(
                            Fields({"address": "string"}, {"if_name": "string", "private": "boolean"})
                        ),
                        "cores": "integer",
                        "os_version": "string",
                        "total_memory": "integer",
                    },
                ),
            }
        ),
    ),
    Operation("GET", "/v1/bdbs", "requests/bdbs", _statuses(200), "view_all_bdbs_info", ListOf(_BDB)),
    Operation("GET", "/v1/bdbs/{uid}", "requests/bdbs", _statuses(200, 404), "view_bdb_info", _BDB),
    Operation(
        "PUT",
        "/v1/bdbs/{uid}",
        "requests/bdbs",
        _statuses(200, 404, 406, 409),
        "update_bdb",
        _BDB,
        Fields(more={"replica_sources": ListOf(Fields()), "authentication_ssl_client_certs": ListOf(Fields())}),
    ),
    Operation("GET", "/v1/crdbs", "requests/crdbs", _statuses(200, 401), "view_crdb_list", ListOf(_CRDB)),
    Operation("GET", "/v1/crdbs/{guid}", "requests/crdbs", _statuses(200, 401, 404), "view_crdb", _CRDB),
    Operation(
        "POST",
        "/v1/crdbs/{guid}/updates",
        "requests/crdbs/updates",
        _statuses(200, 400, 401, 404, 406),
        "update_crdb",
        _TASK,
        Fields(more={"force_update": "boolean"}),
    ),
    Operation("GET", "/v1/crdb_tasks/{id}", "requests/crdb_tasks", _statuses(200, 401, 404), "view_crdb_task", _TASK),
    Operation(
        "GET",
        "/v1/job_scheduler",
        "requests/job_scheduler",
        _statuses(200),
        "view_cluster_info",
        Fields(
            more={
                "cert_rotation_job_settings": Fields(
                    {"cron_expression": "string", "expiry_days_before_rotation": "integer"}, {"enabled": "boolean"}
                )
            }
        ),
    ),
    Operation("POST", "/v1/users/authorize", "requests/users/authorize", _statuses(200, 400, 401), None, _TOKEN, _TTL),
    Operation("POST", "/v1/users/refresh_jwt", "requests/users/refresh_jwt", _statuses(200, 401), None, _TOKEN, _TTL),
)
