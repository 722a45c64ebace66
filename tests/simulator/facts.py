# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What clients of a cluster need to know, as plain data."""

from __future__ import annotations

from typing import Any

from .cluster import Cluster


def facts_of(cluster: Cluster) -> dict[str, Any]:
    return {
        "url": cluster.url,
        "username": cluster.username,
        "password": cluster.password,
        "ca_path": cluster.ca_path,
        "fqdn": cluster.fqdn,
        "primary": cluster.primary.uid,
        "addresses": [node.address for node in cluster.nodes],
        "api_port": cluster.api_port,
        "cm_port": cluster.cm_port,
        "metrics_port": cluster.metrics_port,
        "database_port": cluster.database_port,
        "database": cluster.database,
        "users": {user.role: {"username": user.username, "password": user.password} for user in cluster.users.values()},
    }
