# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API of all nodes away for a while: on demand, and after an update of an internode certificate (RS208996)."""

from __future__ import annotations

import http.client
import math
import socket
import threading
import time

import pytest
from simulator import Authority, Cluster, Fault
from unit.simulator.raw_client import CERTIFICATES, ROTATE, Client, presented

THREE = {"nodes": 3, "database": "tls"}
LONG = 600.0
AFFECTED = {"nodes": 2, "version": "8.0.20-95", "internode_outage": LONG}


def is_open(cluster: Cluster, node: int, port: int) -> bool:
    try:
        presented(cluster.nodes[node - 1].address, port)
    except ConnectionRefusedError:
        return False
    return True


def api_open(cluster: Cluster) -> list[bool]:
    return [is_open(cluster, node.uid, cluster.api_port) for node in cluster.nodes]


def seconds_until_open(cluster: Cluster, since: float) -> float:
    while not is_open(cluster, 1, cluster.api_port):
        assert time.monotonic() - since < 30
        time.sleep(0.01)
    return time.monotonic() - since


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_only_the_api_is_away_on_all_nodes_and_comes_back(cluster: Cluster, client: Client) -> None:
    kept_alive = client.connection(node=2)
    kept_alive.connect()
    started = time.monotonic()
    cluster.outage(1.0)
    assert api_open(cluster) == [False] * 3
    for node in (1, 2, 3):
        for port in (cluster.cm_port, cluster.metrics_port, cluster.database_port):
            assert is_open(cluster, node, port)
    kept_alive.sock.settimeout(5)
    assert kept_alive.sock.recv(1) == b""
    kept_alive.close()
    assert seconds_until_open(cluster, started) >= 1.0
    assert [client.ask("GET", "/v1/cluster", node=node).status for node in (1, 2, 3)] == [200, 307, 307]


def test_of_outages_that_overlap_the_longest_counts(cluster: Cluster) -> None:
    for first, second in ((0.3, 0.8), (0.8, 0.3)):
        started = time.monotonic()
        cluster.outage(first)
        cluster.outage(second)
        assert 0.8 <= seconds_until_open(cluster, started) < 5


def test_outages_from_many_threads_and_in_a_row(cluster: Cluster, client: Client) -> None:
    for _round in range(5):
        threads = [threading.Thread(target=cluster.outage, args=(0.05,)) for _number in range(8)]
        started = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seconds_until_open(cluster, started) >= 0.05
    assert client.ask("GET", "/v1/cluster").status == 200


@pytest.mark.parametrize("seconds", [-1, math.inf, math.nan])
def test_an_outage_has_an_end(cluster: Cluster, seconds: float) -> None:
    with pytest.raises(ValueError, match=r"^outage "):
        cluster.outage(seconds)


def test_an_outage_of_no_time_is_none(cluster: Cluster, client: Client) -> None:
    connection = client.connection()
    connection.connect()
    cluster.outage(0)
    connection.request("GET", "/v1/cluster", headers={"Authorization": client.authorization("admin")})
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_a_node_that_is_down_stays_closed(cluster: Cluster) -> None:
    started = time.monotonic()
    cluster.nodes[1].down = True
    cluster.outage(1.0)
    cluster.nodes[2].down = True
    cluster.nodes[2].down = False
    assert api_open(cluster) == [False] * 3
    assert [is_open(cluster, node, cluster.cm_port) for node in (1, 2, 3)] == [True, False, True]
    seconds_until_open(cluster, started)
    assert api_open(cluster) == [True, False, True]
    cluster.nodes[1].down = False
    assert api_open(cluster) == [True] * 3


@pytest.mark.parametrize("kind", ["pass", "slow"])
@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_the_request_that_brings_it_is_answered_and_is_the_last_of_its_connection(
    cluster: Cluster, client: Client, kind: str
) -> None:
    cluster.add_fault(Fault(kind=kind, delay=0.1, effect=lambda struck: struck.outage(LONG)))
    connection = client.connection()
    headers = {"Authorization": client.authorization("admin")}
    connection.request("GET", CERTIFICATES, headers=headers)
    response = connection.getresponse()
    assert (response.status, response.getheader("Connection")) == (200, None)
    assert b"proxy_cert" in response.read()
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        again_on(connection, headers)
    connection.close()
    assert api_open(cluster) == [False] * 3
    assert len(cluster.requests) == 1


def again_on(connection: http.client.HTTPSConnection, headers: dict[str, str]) -> None:
    """A second request on a connection that is not opened again when it is lost."""
    connection.auto_open = 0
    connection.request("GET", CERTIFICATES, headers=headers)
    connection.getresponse()


@pytest.mark.parametrize(("kind", "applied"), [("close_before", False), ("close_after", True), ("status", True)])
def test_an_outage_and_a_fault_go_together(
    cluster: Cluster, client: Client, authority: Authority, kind: str, applied: bool
) -> None:
    fault = Fault(method="PUT", kind=kind, applied=applied, effect=lambda struck: struck.outage(LONG))
    cluster.add_fault(fault)
    material = authority.issue()
    if kind == "status":
        assert client.put_one("proxy", material).status == 500
    else:
        with pytest.raises(http.client.RemoteDisconnected):
            client.put_one("proxy", material)
    assert api_open(cluster) == [False]
    assert (cluster.certificate("proxy") == material.certificate_pem) is applied


def test_a_cluster_that_is_not_running_has_no_outage() -> None:
    cluster = Cluster(nodes=1, database="none")
    cluster.outage(LONG)
    with cluster:
        assert is_open(cluster, 1, cluster.api_port)
        cluster.outage(LONG)
        started = time.monotonic()
    assert time.monotonic() - started < 3
    cluster.outage(LONG)
    assert [thread for thread in threading.enumerate() if thread.name == "simulator-outage"] == []
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", cluster.api_port))


def test_a_cluster_closes_while_requests_bring_outages() -> None:
    for _round in range(5):
        with Cluster(nodes=2, database="none") as cluster:
            client = Client(cluster)
            cluster.add_fault(Fault(kind="slow", delay=LONG, effect=lambda struck: struck.outage(LONG)))
            connection = client.connection()
            connection.request("GET", "/v1/cluster")
            while not cluster.requests:
                time.sleep(0.001)
        connection.close()
        assert not is_open(cluster, 1, cluster.api_port)


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("name", ["ccs_internode_encryption", "data_internode_encryption"])
@pytest.mark.parametrize("cluster", [AFFECTED], indirect=True)
def test_an_internode_update_is_answered_and_takes_the_api_away(
    cluster: Cluster, client: Client, authority: Authority, name: str, bulk: bool
) -> None:
    material = authority.issue(intermediates=1)
    reply = client.put_many({"proxy": material, name: material}) if bulk else client.put_one(name, material)
    assert reply.status == 200
    assert api_open(cluster) == [False] * 2
    assert [node.stored[name].certificate for node in cluster.nodes] == [material.certificate_pem] * 2


@pytest.mark.parametrize("cluster", [AFFECTED | {"internode_outage": 0.5}], indirect=True)
def test_it_comes_back_and_the_same_update_takes_it_away_again(
    cluster: Cluster, client: Client, authority: Authority
) -> None:
    material = authority.issue(intermediates=1)
    for _round in range(2):
        started = time.monotonic()
        assert client.put_one("ccs_internode_encryption", material).status == 200
        assert seconds_until_open(cluster, started) >= 0.5
    assert client.ask("GET", CERTIFICATES).json["ccs_internode_encryption_cert"] == material.certificate_pem


@pytest.mark.parametrize("cluster", [AFFECTED], indirect=True)
def test_other_writes_leave_it_where_it_is(cluster: Cluster, client: Client, authority: Authority) -> None:
    assert client.put_one("proxy", authority.issue()).status == 200
    assert client.put_one("ccs_internode_encryption", authority.issue(days=-1)).status == 406
    assert client.put_one("ccs_internode_encryption", authority.issue(), role="cluster_member").status == 403
    assert client.ask("POST", ROTATE).status == 200
    assert api_open(cluster) == [True] * 2


@pytest.mark.parametrize("cluster", [AFFECTED | {"down": [2]}], indirect=True)
def test_it_goes_away_even_where_not_all_nodes_were_updated(
    cluster: Cluster, client: Client, authority: Authority
) -> None:
    assert client.put_one("data_internode_encryption", authority.issue()).status == 409
    assert api_open(cluster) == [False] * 2


@pytest.mark.parametrize(
    ("cluster", "stays"),
    [
        (AFFECTED | {"version": "7.22.2-41"}, False),
        (AFFECTED | {"version": "8.0.20-95"}, False),
        (AFFECTED | {"version": "8.0.20-96"}, True),
        (AFFECTED | {"version": "8.2.0-46"}, False),
        (AFFECTED | {"version": "8.2.0-47"}, True),
        (AFFECTED | {"versions": ["8.0.20-96", "8.0.20-68"]}, False),
        (AFFECTED | {"version": "8.0.20-95", "internode_outage": 0}, True),
    ],
    indirect=["cluster"],
)
def test_the_bug_is_that_of_certain_versions_and_the_oldest_node_counts(
    cluster: Cluster, client: Client, authority: Authority, stays: bool
) -> None:
    assert client.put_one("ccs_internode_encryption", authority.issue()).status == 200
    assert api_open(cluster) == [stays] * len(cluster.nodes)
