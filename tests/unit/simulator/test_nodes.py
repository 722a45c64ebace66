# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes that follow later, never, or are down."""

from __future__ import annotations

import math
import socket
import time

import pytest
from simulator import Authority, Cluster
from unit.simulator.raw_client import UPDATE, Client, entry

THREE = {"nodes": 3}


def held(cluster: Cluster) -> list[str | None]:
    """What each node has as ``proxy``; no follower's API tells."""
    return [node.holds("proxy").certificate for node in cluster.nodes]


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_a_write_to_the_primary_reaches_all(cluster: Cluster, client: Client, authority: Authority) -> None:
    for primary in (1, 2, 3):
        cluster.move_primary(primary)
        material = authority.issue()
        assert client.put_one("proxy", material, node=primary).status == 200
        assert held(cluster) == [material.certificate_pem] * 3
        assert cluster.writes[-1].node_uid == primary


@pytest.mark.parametrize("cluster", [THREE | {"lag": {3: 0.6}}], indirect=True)
def test_a_node_that_lags_shows_and_serves_the_old_one_until_then(
    cluster: Cluster, client: Client, authority: Authority
) -> None:
    old = client.presented(cluster.cm_port, node=3)
    material = authority.issue()
    started = time.monotonic()
    assert client.put_one("cm", material).status == 200
    assert client.presented(cluster.cm_port, node=2) == material.fingerprint
    while (seen := client.presented(cluster.cm_port, node=3)) == old:
        time.sleep(0.02)
    assert time.monotonic() - started >= 0.6
    assert seen == material.fingerprint
    assert cluster.nodes[2].stored["cm"].certificate == material.certificate_pem


@pytest.mark.parametrize("cluster", [THREE | {"lag": {3: 600}}], indirect=True)
def test_a_node_that_lags_has_the_old_one_meanwhile(cluster: Cluster, client: Client, authority: Authority) -> None:
    old = {name: client.presented(port, node=3) for name, port in (("cm", cluster.cm_port), ("api", cluster.api_port))}
    *_others, proxy = held(cluster)
    material = authority.issue()
    assert client.put_many({"cm": material, "api": material, "proxy": material}).status == 200
    assert held(cluster) == [material.certificate_pem, material.certificate_pem, proxy]
    assert client.presented(cluster.cm_port, node=3) == old["cm"]
    assert client.presented(cluster.api_port, node=3) == old["api"]


@pytest.mark.parametrize("cluster", [THREE | {"lag": {2: math.inf}}], indirect=True)
def test_a_node_that_never_follows_does_when_its_lag_ends(
    cluster: Cluster, client: Client, authority: Authority
) -> None:
    first, second = authority.issue(), authority.issue()
    for material in (first, second):
        assert client.put_one("proxy", material).status == 200
    assert held(cluster)[1] not in (first.certificate_pem, second.certificate_pem)
    cluster.nodes[1].lag = 0
    assert held(cluster)[1] == second.certificate_pem


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_a_node_that_is_down_refuses_connections_and_the_write_is_409(
    cluster: Cluster, client: Client, authority: Authority
) -> None:
    kept_alive = client.connection(node=3)
    kept_alive.connect()
    cluster.nodes[2].down = True
    for port in (cluster.api_port, cluster.cm_port, cluster.metrics_port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.3", port), timeout=5)
    kept_alive.sock.settimeout(5)
    assert kept_alive.sock.recv(1) == b""
    kept_alive.close()

    assert [node["status"] for node in client.ask("GET", "/v1/nodes").json] == ["active", "active", "down"]
    old = cluster.nodes[2].stored["proxy"]
    material = authority.issue()
    for reply in (
        client.put_one("proxy", material),
        client.put_many({"proxy": material}),
        client.ask("PUT", UPDATE, entry("proxy", material)),
    ):
        assert (reply.status, reply.json["error_code"]) == (409, "nodes_not_updated")
    assert held(cluster) == [material.certificate_pem, material.certificate_pem, old.certificate]

    cluster.nodes[2].down = False
    assert held(cluster)[2] == material.certificate_pem
    assert client.put_one("proxy", material).status == 200


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_down_and_up_again_many_times(cluster: Cluster, client: Client) -> None:
    for _round in range(10):
        cluster.nodes[0].down = True
        with pytest.raises(ConnectionRefusedError):
            client.ask("GET", "/v1/cluster")
        cluster.nodes[0].down = False
        assert client.ask("GET", "/v1/cluster").status == 200


@pytest.mark.parametrize(
    "cluster",
    [THREE | {"database": "tls", "internal": {1: "127.0.0.77", 2: "fd00::2"}, "external": {1: ["127.0.0.1", "::1"]}}],
    indirect=True,
)
def test_addresses_can_be_reported_that_are_not_those_of_the_ports(cluster: Cluster, client: Client) -> None:
    reported_addresses = ["127.0.0.77", "fd00::2", "127.0.0.3"]
    nodes = client.ask("GET", "/v1/nodes").json
    assert [node["addr"] for node in nodes] == reported_addresses
    assert [node["external_addr"] for node in nodes] == [["127.0.0.1", "::1"], [], []]
    assert client.ask("GET", "/v1/nodes/1").json == nodes[0]
    assert client.ask("GET", "/v1/bdbs").json[0]["endpoints"][0]["addr"] == reported_addresses
    cluster.move_primary(2)
    (available,) = client.ask("GET", "/v1/bootstrap", node=2).json["local_node_info"]["available_addrs"]
    assert available["address"] == "fd00::2"
    for port in (cluster.api_port, cluster.database_port):
        assert client.presented(port, node=2)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.77", port), timeout=5)


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_putting_in_place_reaches_even_nodes_that_lag_or_are_down(
    cluster: Cluster, client: Client, authority: Authority
) -> None:
    cluster.nodes[1].lag = math.inf
    cluster.nodes[2].down = True
    client.put_one("proxy", authority.issue())
    wanted = authority.issue()
    cluster.set_certificate("proxy", wanted.certificate_pem, wanted.key_pem)
    cluster.nodes[1].lag = 0
    cluster.nodes[2].down = False
    assert {node.stored["proxy"].certificate for node in cluster.nodes} == {wanted.certificate_pem}


@pytest.mark.parametrize(
    "arguments",
    [
        {"nodes": 0},
        {"nodes": 255},
        {"nodes": 2, "versions": ["8.0.20-96"]},
        {"version": "8.0"},
        {"version": "eight"},
        {"lag": {4: 1}},
        {"primary": 0},
        {"primary": 4},
        {"down": [0]},
        {"expires": {"ldap_client": 3}},
        {"expires": {"nonsense": 3}},
        {"optional": ["proxy"]},
        {"optional": ["sso_issuer"], "version": "7.8.2-34"},
        {"unset": "blank"},
        {"bulk_put_missing_status": 500},
        {"database": "mysql"},
        {"internal": {4: "127.0.0.4"}},
        {"internal": {1: "node1"}},
        {"external": {0: ["127.0.0.1"]}},
        {"external": {1: [""]}},
        {"external": {1: "127.0.0.1"}},
        {"internode_outage": -1},
        {"internode_outage": math.inf},
        {"stale_proxy": math.nan, "database": "tls"},
        {"stale_proxy": 1, "database": "redis"},
        {"stale_proxy": 1, "database": "auto"},
        {"database_client_certificates": True, "database": "none"},
        {"active_active": True, "database": "none"},
        {"scopes": {"db_member": [1]}, "version": "8.0.20-96"},
        {"scopes": {"admin": [1]}, "version": "8.2.0-46"},
        {"mask_bdb_credentials": True, "version": "8.0.18-23"},
        {"missing_wildcards": True},
        {"bdb_pending": -1},
        {"tls_databases": 0},
        {"tls_databases": 2, "database": "none"},
    ],
)
def test_arguments_that_make_no_sense(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Cluster(**arguments)  # type: ignore[arg-type]


def test_a_port_that_is_taken_is_named(cluster: Cluster) -> None:
    with (
        pytest.raises(OSError, match=str(cluster.api_port)),
        Cluster(nodes=1, database="none", api_port=cluster.api_port),
    ):
        pass
