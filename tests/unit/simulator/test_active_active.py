# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Active-Active databases: when clusters refuse to synchronise, and what a forced update does about it."""

from __future__ import annotations

import http.client
import math
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from simulator import ActiveActive, Authority, Cluster, Fault
from unit.simulator.raw_client import Client, Reply

FORCED = {"force_update": True}
READERS = ["admin", "cluster_member", "cluster_viewer", "db_member", "db_viewer", "user_manager"]
MEMBERS = ("admin", "cluster_member", "db_member")


@pytest.fixture
def crdb() -> ActiveActive:
    """Its updates take no time."""
    crdb = ActiveActive("orders")
    crdb.queued = crdb.running = 0
    return crdb


@pytest.fixture
def clusters(request: pytest.FixtureRequest, crdb: ActiveActive) -> Iterator[list[Cluster]]:
    """Two clusters that share ``crdb``, or as many as an indirect parameter has arguments for."""
    with ExitStack() as running:
        yield [
            running.enter_context(
                Cluster(
                    fqdn=f"c{number}.example.com", **{"nodes": 2, "database": "tls", "active_active": [crdb]} | more
                )
            )
            for number, more in enumerate(getattr(request, "param", [{}, {}]), 1)
        ]


@pytest.fixture
def clients(clusters: list[Cluster]) -> list[Client]:
    return [Client(cluster) for cluster in clusters]


def force(client: Client, crdb: ActiveActive, *body: Any, **more: Any) -> Reply:
    return client.ask("POST", f"/v1/crdbs/{crdb.guid}/updates", *(body or [FORCED]), **more)


def task(client: Client, identifier: str, **more: Any) -> Reply:
    return client.ask("GET", f"/v1/crdb_tasks/{identifier}", **more)


def updated(client: Client, crdb: ActiveActive) -> tuple[str, list[dict[str, str]]]:
    """How a forced update ends that takes no time."""
    value = task(client, force(client, crdb).json["id"]).json
    return value["status"], value["errors"]


def seen(client: Client, uid: int = 1) -> dict[int, str]:
    """What a cluster says of the other instances."""
    sources = client.ask("GET", f"/v1/bdbs/{uid}").json["crdt_sources"]
    return {source["uid"]: source["status"] for source in sources}


def test_each_participating_cluster_names_all_of_them(
    crdb: ActiveActive, clusters: list[Cluster], clients: list[Client]
) -> None:
    for client in clients:
        (value,) = client.ask("GET", "/v1/crdbs").json
        assert (value["guid"], value["name"]) == (crdb.guid, "orders")
        assert value["instances"] == [
            {"id": number, "cluster": {"name": cluster.fqdn, "url": cluster.url}}
            for number, cluster in enumerate(clusters, 1)
        ]
        assert client.ask("GET", f"/v1/crdbs/{crdb.guid}").json == value
        (bdb,) = client.ask("GET", "/v1/bdbs").json
        assert (bdb["crdt"], bdb["crdt_guid"], bdb["name"]) == (True, crdb.guid, "orders")
    assert [seen(client) for client in clients] == [{2: "in-sync"}, {1: "in-sync"}]


def test_without_such_databases_the_list_is_empty(client: Client) -> None:
    assert client.ask("GET", "/v1/crdbs").json == []
    for method, path in (("GET", "/v1/crdbs/x"), ("POST", "/v1/crdbs/x/updates"), ("GET", "/v1/crdb_tasks/x")):
        assert client.ask(method, path, FORCED).status == 404


@pytest.mark.parametrize("clusters", [[{"active_active": True}]], indirect=True)
def test_a_cluster_can_be_the_only_one(clusters: list[Cluster], clients: list[Client], authority: Authority) -> None:
    (client,) = clients
    (only,) = clusters[0].active_active
    only.queued = only.running = 0
    (value,) = client.ask("GET", "/v1/crdbs").json
    assert len(value["instances"]) == 1
    client.put_one("proxy", authority.issue())
    assert not only.synchronising()
    assert updated(client, only) == ("finished", [])
    assert only.synchronising()


def test_readers_read_and_members_update(crdb: ActiveActive, clients: list[Client]) -> None:
    client = clients[0]
    identifier = force(client, crdb).json["id"]
    for role in [*READERS, "none"]:
        for path in ("/v1/crdbs", f"/v1/crdbs/{crdb.guid}", f"/v1/crdb_tasks/{identifier}"):
            assert client.ask("GET", path, role=role).status == (200 if role in READERS else 403)
        assert force(client, crdb, role=role).status == (200 if role in MEMBERS else 403)


@pytest.mark.parametrize("changed", [0, 1])
@pytest.mark.parametrize("name", ["proxy", "syncer"])
def test_a_change_ends_synchronisation_until_a_forced_update(
    crdb: ActiveActive, clients: list[Client], authority: Authority, name: str, changed: int
) -> None:
    for asked in (0, 1):
        assert clients[changed].put_one(name, authority.issue()).status == 200
        assert not crdb.synchronising()
        assert [seen(client) for client in clients] == [{2: "out-of-sync"}, {1: "out-of-sync"}]
        assert updated(clients[asked], crdb) == ("finished", [])
        assert crdb.synchronising()
        assert [seen(client) for client in clients] == [{2: "in-sync"}, {1: "in-sync"}]


def test_other_certificates_and_the_same_ones_again_are_no_change(
    crdb: ActiveActive, clusters: list[Cluster], clients: list[Client], authority: Authority
) -> None:
    material = authority.issue()
    for name in ("api", "cm", "metrics_exporter", "ldap_client", "ccs_internode_encryption"):
        clients[0].put_one(name, material)
    held = clusters[0].nodes[0].holds("proxy")
    clusters[0].set_certificate("proxy", *held)
    assert crdb.synchronising()


def test_to_put_the_old_one_back_is_a_change(
    crdb: ActiveActive, clusters: list[Cluster], clients: list[Client], authority: Authority
) -> None:
    old = clusters[0].nodes[0].holds("proxy")
    clients[0].put_one("proxy", authority.issue())
    clusters[0].set_certificate("proxy", *old)
    assert not crdb.synchronising()


def test_an_update_that_nobody_needs_is_harmless(crdb: ActiveActive, clients: list[Client]) -> None:
    for client in (*clients, *clients):
        assert updated(client, crdb) == ("finished", [])
        assert crdb.synchronising()


def test_each_database_needs_its_own_update(authority: Authority) -> None:
    first, second = ActiveActive("orders"), ActiveActive("carts")
    first.queued = first.running = second.queued = second.running = 0
    with (
        Cluster(nodes=1, database="tls", active_active=[first, second]) as both,
        Cluster(nodes=1, database="tls", active_active=[second], fqdn="other.example.com"),
    ):
        client = Client(both)
        assert [crdb["name"] for crdb in client.ask("GET", "/v1/crdbs").json] == ["orders", "carts"]
        bdbs = {bdb["uid"]: bdb for bdb in client.ask("GET", "/v1/bdbs").json}
        assert {uid: bdb["crdt_guid"] for uid, bdb in bdbs.items()} == {1: first.guid, 3: second.guid}
        assert len({bdb["port"] for bdb in bdbs.values()}) == 2
        client.put_one("syncer", authority.issue())
        assert updated(client, first) == ("finished", [])
        assert (first.synchronising(), second.synchronising()) == (True, False)
        assert updated(client, second) == ("finished", [])
        assert second.synchronising()


@pytest.mark.parametrize("clusters", [[{"nodes": 1}] * 3], indirect=True)
def test_those_that_changed_nothing_stay_in_sync(
    crdb: ActiveActive, clients: list[Client], authority: Authority
) -> None:
    clients[0].put_one("proxy", authority.issue())
    assert [seen(client) for client in clients] == [
        {2: "out-of-sync", 3: "out-of-sync"},
        {1: "out-of-sync", 3: "in-sync"},
        {1: "out-of-sync", 2: "in-sync"},
    ]
    assert not crdb.synchronising()


@pytest.mark.parametrize("clusters", [[{"lag": {2: math.inf}}, {}], [{"down": [2]}, {}]], indirect=True)
def test_a_node_that_follows_after_the_update_is_refused_again(
    crdb: ActiveActive, clusters: list[Cluster], clients: list[Client], authority: Authority
) -> None:
    clients[0].put_one("proxy", authority.issue())
    assert updated(clients[0], crdb) == ("finished", [])
    assert crdb.synchronising()
    clusters[0].nodes[1].lag = 0
    clusters[0].nodes[1].down = False
    assert not crdb.synchronising()
    assert updated(clients[0], crdb) == ("finished", [])
    assert crdb.synchronising()


def test_a_change_while_an_update_is_under_way_is_not_in_it(
    crdb: ActiveActive, clients: list[Client], authority: Authority
) -> None:
    crdb.running = math.inf
    clients[0].put_one("proxy", authority.issue())
    identifier = force(clients[0], crdb).json["id"]
    clients[0].put_one("proxy", authority.issue())
    crdb.running = 0
    assert task(clients[0], identifier).json["status"] == "finished"
    assert not crdb.synchronising()


def test_a_task_goes_its_way_and_is_forgotten(crdb: ActiveActive, clients: list[Client], authority: Authority) -> None:
    crdb.queued = crdb.running = math.inf
    clients[0].put_one("proxy", authority.issue())
    reply = force(clients[0], crdb)
    assert (reply.status, set(reply.json), reply.json["status"]) == (200, {"id", "status"}, "queued")
    identifier = reply.json["id"]
    assert task(clients[0], identifier).json["status"] == "queued"
    crdb.queued = 0
    assert task(clients[0], identifier).json["status"] == "started"
    assert not crdb.synchronising()
    crdb.running = 0
    value = task(clients[0], identifier).json
    assert (value["id"], value["crdb_guid"]) == (identifier, crdb.guid)
    assert (value["status"], value["errors"]) == ("finished", [])
    assert task(clients[1], identifier).status == 404
    assert crdb.kept == 500
    crdb.kept = 0
    assert task(clients[0], identifier).status == 404
    assert crdb.synchronising()


def test_an_update_fails_when_a_participating_cluster_does_not_answer(
    crdb: ActiveActive, clusters: list[Cluster], clients: list[Client], authority: Authority
) -> None:
    clients[0].put_one("proxy", authority.issue())
    for node in clusters[1].nodes:
        node.down = True
    status, (error,) = updated(clients[0], crdb)
    assert (status, error["cluster_name"]) == ("failed", "c2.example.com")
    assert set(error) == {"cluster_name", "error_code", "description"}
    clusters[1].nodes[0].down = False
    assert not crdb.synchronising()
    clusters[1].outage(60)
    assert updated(clients[0], crdb)[0] == "failed"
    clusters[1].close()
    assert updated(clients[0], crdb)[0] == "failed"
    assert not crdb.synchronising()


def test_a_cluster_that_is_down_does_not_synchronise(crdb: ActiveActive, clusters: list[Cluster]) -> None:
    for node in clusters[1].nodes:
        node.down = True
    assert not crdb.synchronising()
    clusters[1].nodes[1].down = False
    assert crdb.synchronising()


def test_an_update_can_be_made_to_fail(
    crdb: ActiveActive, clusters: list[Cluster], clients: list[Client], authority: Authority
) -> None:
    clients[1].put_one("syncer", authority.issue())
    crdb.fail(clusters[0], "out_of_memory", "no memory is left", times=1)
    crdb.fail(clusters[1], "internal_error", "try again", times=2)
    errors = [
        {"cluster_name": "c1.example.com", "error_code": "out_of_memory", "description": "no memory is left"},
        {"cluster_name": "c2.example.com", "error_code": "internal_error", "description": "try again"},
    ]
    for expected in (errors, errors[1:]):
        assert updated(clients[0], crdb) == ("failed", expected)
        assert not crdb.synchronising()
    assert updated(clients[0], crdb) == ("finished", [])
    assert crdb.synchronising()
    crdb.fail(clusters[0], "internal_error", "for ever")
    for _number in range(3):
        assert updated(clients[1], crdb)[0] == "failed"
    assert crdb.synchronising()


@pytest.mark.parametrize(
    "body",
    [b"", {}, [FORCED], {"force_update": False}, {"force_update": "true"}, {"force_update": 1}, FORCED | {"crdb": {}}],
)
def test_the_body_is_one_field(crdb: ActiveActive, clusters: list[Cluster], clients: list[Client], body: Any) -> None:
    clusters[0].set_certificate("proxy", None)
    assert force(clients[0], crdb, body).status == 400
    assert force(clients[0], crdb, headers={"Content-Type": None}).status == 400
    assert not crdb.synchronising()


@pytest.mark.parametrize(
    ("fault", "answered", "made"),
    [
        (Fault("POST", "/v1/crdbs/*", status=503, times=1), 503, False),
        (Fault("POST", "/v1/crdbs/*", "close_before", times=1), None, False),
        (Fault("POST", "/v1/crdbs/*", "close_after", times=1), None, True),
    ],
)
def test_faults_strike_an_update(
    crdb: ActiveActive, clusters: list[Cluster], clients: list[Client], fault: Fault, answered: int | None, made: bool
) -> None:
    clusters[0].set_certificate("proxy", None)
    clusters[0].add_fault(fault)
    with ExitStack() as expected:
        if answered is None:
            expected.enter_context(pytest.raises(http.client.RemoteDisconnected))
        assert force(clients[0], crdb).status == answered
    (request,) = clusters[0].writes
    assert (request.method, request.path) == ("POST", f"/v1/crdbs/{crdb.guid}/updates")
    assert (request.fields, request.names, request.status) == (("force_update",), (), answered)
    assert crdb.synchronising() is made


def test_faults_strike_what_is_read(crdb: ActiveActive, clusters: list[Cluster], clients: list[Client]) -> None:
    for path in ("/v1/crdbs", "/v1/crdb_tasks/*"):
        clusters[0].add_fault(Fault("GET", path, status=500, times=1))
    identifier = force(clients[0], crdb).json["id"]
    assert [clients[0].ask("GET", "/v1/crdbs").status for _number in range(2)] == [500, 200]
    assert [task(clients[0], identifier).status for _number in range(2)] == [500, 200]
