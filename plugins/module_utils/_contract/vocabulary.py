# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What a report may say of what was seen: words of the contract, small counts, statuses and versions, and nothing else.

A value is never taken over: it chooses among texts that are known here. So nothing that identifies a cluster, be it a
name, an address, a port, a user, a key or a fingerprint, can be in a report, whatever a server answers.
"""

from __future__ import annotations

import re
from typing import Any

#: The word for everything that is unknown here.
OTHER = "other"

#: The largest count that is shown.
_MOST = 99
_MORE = f"more than {_MOST}"

_VERSION = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,2}-[0-9]{1,4}", re.ASCII)

#: JSON types, and what there is in place of JSON or of a field.
MISSING, EMPTY, HTML, NOT_JSON = "missing", "empty", "HTML", "not JSON"
_TYPES = ("object", "array", "string", "number", "boolean", "null", MISSING, EMPTY, HTML, NOT_JSON)

#: Fields, names, roles and states of the contract, and what reports call what was seen.
_TERMS = (
    "Location",
    "accepted",
    "access_token",
    "active",
    "addr",
    "admin",
    "alert_settings",
    "api",
    "authentication_ssl_client_certs",
    "bdb_uid",
    "ca_cert",
    "ccs_internode_encryption",
    "cert",
    "certificates",
    "certificates that can be parsed",
    "client_certificate",
    "cluster",
    "cluster_certs_about_to_expire",
    "cluster_member",
    "cluster_viewer",
    "cm",
    "cm_port",
    "cnm_https_port",
    "control_cipher_suites",
    "control_plane_basic_authentication",
    "cron_expression",
    "data_cipher_list",
    "data_cipher_suites_tls_1_3",
    "data_internode_encryption",
    "db_member",
    "db_viewer",
    "description",
    "differ",
    "disabled",
    "dns_name",
    "enabled",
    "end otherwise than reported",
    "endpoints",
    "entries",
    "error",
    "error_code",
    "expired",
    "expiry_days_before_rotation",
    "external_addr",
    "fields",
    "fields of another form",
    "follower",
    "followers",
    "fqdn",
    "further fields",
    "further names",
    "gossip_ca_signed",
    "guid",
    "handle_redirects",
    "hostname",
    "https",
    "id",
    "in-sync",
    "inactive",
    "instances",
    "internal address of the primary",
    "keys",
    "labels",
    "ldap_client",
    "leader",
    "leaders",
    "local_node_info",
    "logical_name",
    "login",
    "mask_bdb_credentials",
    "master",
    "mesh_ca_signed",
    "message",
    "metrics",
    "metrics_auth",
    "metrics_exporter",
    "min_control_TLS_version",
    "min_data_TLS_version",
    "min_sentinel_TLS_version",
    "missing names",
    "mtls_certificate_authentication",
    "mtls_trusted_ca",
    "name",
    "names",
    "names too early",
    "no https",
    "node",
    "node_internal_certs_about_to_expire",
    "node_status",
    "nodes",
    "nodes missing",
    "not_after",
    "not_before",
    "ocsp_functionality",
    "ok",
    "on the same page",
    "other address of the primary",
    "other path",
    "other port",
    "out-of-sync",
    "own certificates",
    "password",
    "path",
    "port",
    "ports",
    "present what is reported",
    "primaries",
    "primary",
    "private key",
    "proxy",
    "query_frequency",
    "read back",
    "recovery_frequency",
    "recovery_max_tries",
    "replica_sources",
    "replica_ssl",
    "response_timeout",
    "role",
    "same as before",
    "agrees",
    "same path",
    "same port",
    "severity",
    "slave",
    "software_version",
    "sso_issuer",
    "sso_service",
    "state",
    "status",
    "status_code",
    "syncer",
    "syncing",
    "threshold",
    "tls_mode",
    "token",
    "type",
    "uid",
    "unknown",
    "unreachable",
    "uri",
    "url",
    "url leads to",
    "user_manager",
    "v1",
    "v2",
    "valid_until",
    "values",
    "version",
    "warning",
)

#: All words that a report may have.
WORDS = frozenset({OTHER, *_TYPES, *_TERMS})

_KNOWN = {word: word for word in WORDS}


class Status:
    """An HTTP status; shown as its three digits."""

    def __init__(self, number: int) -> None:
        self.text = str(number) if isinstance(number, int) and 100 <= number <= 599 else OTHER


class Version:
    """A version of the server software, such as C(8.0.20-96)."""

    def __init__(self, text: Any) -> None:
        self.text = text if isinstance(text, str) and _VERSION.fullmatch(text) else OTHER


class Fact:
    """One thing that was seen: of what, and the values.

    Attributes:
        text: for reports.
    """

    def __init__(self, about: str, *values: Any) -> None:
        """Choose the texts.

        Args:
            about: one of M(WORDS).
            values: each a boolean, a small count, a M(Status), a M(Version) or one of M(WORDS). Anything else is shown
                as V(other). The same text is shown once.
        """
        texts = dict.fromkeys(map(_shown, values))
        self.text = f"{_shown(about)}: {', '.join(texts) or 'none'}"

    def __repr__(self) -> str:
        return f"<Fact {self.text}>"


def _shown(value: Any) -> str:
    if isinstance(value, (Status, Version)):
        return value.text
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return OTHER if value < 0 else str(value) if value <= _MOST else _MORE
    return _KNOWN.get(value, OTHER) if isinstance(value, str) else OTHER
