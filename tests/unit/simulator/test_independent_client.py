# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another client of the same API can read from the simulator: it answers as a cluster does."""

from __future__ import annotations

from typing import Any

import pytest
from simulator import Cluster

redis_enterprise = pytest.importorskip("redis_enterprise", reason="the package redis-enterprise is not installed")

CLUSTER = {"nodes": 2, "database": "tls"}


@pytest.fixture
def other(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client as its users set it up: by environment, with the CA pinned."""
    settings = {"URL": cluster.url, "USER": cluster.username, "PASSWORD": cluster.password, "CA_CERT": cluster.ca_path}
    for name, value in settings.items():
        monkeypatch.setenv(f"REDIS_ENTERPRISE_{name}", value)
    return redis_enterprise.EnterpriseClient.from_env()


@pytest.mark.parametrize(
    "cluster", [CLUSTER | {"version": version} for version in ("7.4.2-54", "8.0.20-96", "8.2.0-10")], indirect=True
)
def test_it_reads_cluster_nodes_databases_and_certificates(cluster: Cluster, other: Any) -> None:
    assert other.cluster_info_sync()["name"] == cluster.fqdn
    assert [node["addr"] for node in other.nodes_sync()] == ["127.0.0.1", "127.0.0.2"]
    assert other.node_sync(2)["software_version"] == cluster.nodes[1].release.text
    (database,) = other.databases_sync()
    assert other.database_sync(1)["name"] == database["name"] == "orders"
    assert database["endpoints"][0]["port"] == cluster.database_port
    assert {user["email"] for user in other.users_sync()} == set(cluster.users)
    assert other.get_sync("/v1/cluster/certificates")["proxy_cert"] == cluster.certificate("proxy")


@pytest.mark.parametrize("cluster", [CLUSTER], indirect=True)
def test_it_understands_our_errors(cluster: Cluster, other: Any) -> None:
    with pytest.raises(ValueError, match=r"not found"):
        other.database_sync(9)
    assert other.post_sync("/v1/cluster/certificates/rotate", {}) == {}
    stranger = redis_enterprise.EnterpriseClient(cluster.url, cluster.username, "wrong", insecure=True)
    with pytest.raises(Exception, match=r"(?i)auth|unauthorized|401"):
        stranger.cluster_info_sync()
