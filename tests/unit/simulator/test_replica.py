# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replica Of: what a destination pins, when it follows its sources, and how its list of them is replaced."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
from simulator import Authority, Cluster, Fault, ReplicaSource
from unit.simulator.raw_client import Client, Reply

PASSWORD = "p@ss/w:rd"
READ_ONLY = {"status", "lag", "last_error", "last_update"}


@pytest.fixture
def source() -> Iterator[Cluster]:
    with Cluster(nodes=2, database="tls", fqdn="source.example.com") as running:
        yield running


@pytest.fixture
def foreign(authority: Authority) -> list[ReplicaSource]:
    """Sources that are none of ours: one without encryption, and one whose pin is no normalised PEM."""
    pin = authority.issue().certificate_pem.replace("\n", "\r\n")
    return [
        ReplicaSource("redis://admin:secret-1@192.0.2.1:12000"),
        ReplicaSource("rediss://:secret-2@redis-9.other.example.com:12001", pin, pin, encryption=True),
    ]


@pytest.fixture
def destination(source: Cluster, foreign: list[ReplicaSource]) -> Iterator[Cluster]:
    """Its database 3 replicates the one of ``source`` and two others."""
    ours = ReplicaSource.of(source, PASSWORD)
    replicas = {"reports": [foreign[0], ours, foreign[1]]}
    with Cluster(nodes=1, database="none", replicas=replicas, bdb_pending=0) as running:
        yield running


@pytest.fixture
def client(destination: Cluster) -> Client:
    return Client(destination)


def sources(client: Client) -> list[dict[str, Any]]:
    value: list[dict[str, Any]] = client.ask("GET", "/v1/bdbs/3").json["replica_sources"]
    return value


def states(client: Client) -> list[str]:
    return [entry["status"] for entry in sources(client)]


def put(client: Client, entries: Any, **more: Any) -> Reply:
    return client.ask("PUT", "/v1/bdbs/3", {"replica_sources": entries}, **more)


def test_a_destination_shows_its_sources_with_their_passwords(
    source: Cluster, foreign: list[ReplicaSource], client: Client
) -> None:
    (bdb,) = client.ask("GET", "/v1/bdbs").json
    assert (bdb["uid"], bdb["name"], bdb["replica_sync"]) == (3, "reports", "enabled")
    first, ours, last = bdb["replica_sources"]
    assert [entry["uid"] for entry in (first, ours, last)] == [1, 2, 3]
    assert ours["uri"] == f"rediss://admin:p%40ss%2Fw%3Ard@127.0.0.1:{source.database_port}"
    assert (ours["server_cert"], ours["encryption"]) == (source.certificate("proxy"), True)
    assert "client_cert" not in ours
    assert (first["uri"], first["encryption"], "server_cert" in first) == (foreign[0].uri, False, False)
    assert (last["server_cert"], last["client_cert"]) == (foreign[1].server_cert, foreign[1].client_cert)
    assert {entry["status"] for entry in (first, ours, last)} == {"in-sync"}


def test_a_source_s_new_certificate_has_to_be_pinned(
    source: Cluster, client: Client, destination: Cluster, authority: Authority
) -> None:
    material = authority.issue(intermediates=1)
    assert Client(source).put_one("syncer", material).status == 200
    assert states(client) == ["in-sync"] * 3
    assert Client(source).put_one("proxy", material).status == 200
    assert states(client) == ["in-sync", "out-of-sync", "in-sync"]
    before = sources(client)
    before[1]["server_cert"] = material.certificate_pem
    reply = put(client, before)
    action = {"action_uid": reply.json["action_uid"]}
    assert (reply.status, reply.json) == (200, client.ask("GET", "/v1/bdbs/3").json | action)
    assert [entry["status"] for entry in reply.json["replica_sources"]] == ["in-sync"] * 3
    for old, new in zip(before, reply.json["replica_sources"]):
        assert {name: old[name] for name in old if name not in READ_ONLY} == {
            name: new[name] for name in new if name not in READ_ONLY
        }
    (request,) = destination.writes
    assert (request.method, request.path, request.fields) == ("PUT", "/v1/bdbs/3", ("replica_sources",))


def test_all_of_the_chain_is_pinned(source: Cluster, client: Client, authority: Authority) -> None:
    material = authority.issue(intermediates=1)
    Client(source).put_one("proxy", material)
    _first, ours, _last = sources(client)
    for pin, state in ((material.leaf_pem, "out-of-sync"), (material.certificate_pem, "in-sync")):
        assert put(client, [ours | {"server_cert": pin}]).status == 200
        assert states(client) == [state]
    assert put(client, [{"uri": ours["uri"], "encryption": False}]).status == 200
    assert states(client) == ["out-of-sync"]


@pytest.mark.parametrize(
    ("host", "state"),
    [("127.0.0.1", "in-sync"), ("127.0.0.2", "out-of-sync"), ("redis-1.source.example.com", "out-of-sync")],
)
def test_the_uri_says_whose_proxy_counts(source: Cluster, authority: Authority, host: str, state: str) -> None:
    source.nodes[1].lag = math.inf
    material = authority.issue()
    Client(source).put_one("proxy", material)
    with Cluster(nodes=1, database="none", replicas={"reports": [ReplicaSource.of(source, host=host)]}) as destination:
        client = Client(destination)
        assert states(client) == [state]
        source.nodes[1].lag = 0
        assert states(client) == ["in-sync"]
        source.close()
        assert states(client) == ["out-of-sync"]


def test_what_is_left_out_is_gone(client: Client) -> None:
    first, ours, last = sources(client)
    assert put(client, [last, ours]).status == 200
    assert [entry["uid"] for entry in sources(client)] == [3, 2]
    assert put(client, [{name: ours[name] for name in ("uri", "server_cert", "encryption")}]).status == 200
    (new,) = sources(client)
    assert new["uid"] not in (1, 2, 3)
    assert new["status"] == "in-sync"
    assert put(client, [first]).status == 400
    reply = put(client, [])
    assert (reply.status, reply.json["replica_sources"], reply.json["replica_sync"]) == (200, [], "disabled")


def test_read_only_fields_are_ignored_or_refused(client: Client, destination: Cluster) -> None:
    before = sources(client)
    for entry in before:
        assert set(entry) >= READ_ONLY
    assert put(client, [entry | {"status": "out-of-sync", "lag": 5, "rdb_size": 1} for entry in before]).status == 200
    assert sources(client) == before
    destination.bdbs[0].replica.read_only_refused = True
    assert put(client, before).status == 400
    bare = [{name: value for name, value in entry.items() if name not in READ_ONLY} for entry in before]
    assert put(client, bare).status == 200
    assert sources(client) == before


def bad_lists(first: dict[str, Any], ours: dict[str, Any], last: dict[str, Any]) -> Iterator[Any]:
    yield from (None, "x", ours, ["x"], [None], [ours, ours])
    for name, values in {
        "uid": ("2", True, 9, None),
        "uri": (None, "", "x", "http://a:1", "redis://a", "redis://a:x", "redis://:secret@[:1", "redis://a:70000"),
        "server_cert": (None, 1, "", "x", ours["server_cert"].replace("\n", "\r\n"), ours["server_cert"].strip()),
        "client_cert": (None, "x"),
        "encryption": (None, "true", 1),
        "compression": ("6", None),
        "client_key": ("x",),
        "Uri": ("redis://a:1",),
    }.items():
        yield from ([first, ours | {name: value}, last] for value in values)
    for missing in ("uri", "server_cert"):
        yield [first, {name: value for name, value in ours.items() if name != missing}, last]
    yield [first, ours, last | {"server_cert": last["server_cert"] + "\n"}]


def test_a_list_that_is_not_right_changes_nothing(client: Client) -> None:
    before = sources(client)
    for entries in bad_lists(*before):
        reply = put(client, entries)
        assert reply.status == 400, entries
        assert b"secret" not in reply.body
        assert sources(client) == before


@pytest.mark.parametrize("body", [{}, {"replica_sources": [], "name": "x"}, {"sync_sources": []}, [], b""])
def test_the_body_is_one_field(client: Client, body: Any) -> None:
    before = sources(client)
    assert client.ask("PUT", "/v1/bdbs/3", body).status == 400
    assert client.ask("PUT", "/v1/bdbs/3", {"replica_sources": []}, headers={"Content-Type": None}).status == 400
    assert sources(client) == before


def test_only_members_write_and_only_what_there_is(client: Client) -> None:
    for role in ("cluster_viewer", "db_viewer", "user_manager", "none"):
        assert put(client, [], role=role).status == 403
    for role in ("cluster_member", "db_member", "admin"):
        assert put(client, sources(client), role=role).status == 200
    assert client.ask("GET", "/v1/bdbs/3", role="db_viewer").json["replica_sources"] == sources(client) != []
    assert client.ask("PUT", "/v1/bdbs/4", {"replica_sources": []}).status == 404
    assert client.ask("DELETE", "/v1/bdbs/3").headers["Allow"] == "GET, PUT"


def test_a_foreign_source_is_out_of_sync_once_it_is_touched(client: Client, authority: Authority) -> None:
    first, ours, last = sources(client)
    other = authority.issue().certificate_pem
    assert put(client, [first, ours, last | {"server_cert": other}]).status == 200
    assert states(client) == ["in-sync", "in-sync", "out-of-sync"]
    assert put(client, [first | {"encryption": True, "server_cert": other}, ours]).status == 200
    assert states(client) == ["out-of-sync", "in-sync"]
    assert put(client, [first | {"uri": "redis://192.0.2.2:12000"}]).status == 200
    assert states(client) == ["out-of-sync"]


@pytest.mark.parametrize("masked", ["", "admin:@", "admin:********@", "admin:p%2540ss%252Fw%253Ard@"])
def test_a_source_is_lost_with_its_password(source: Cluster, client: Client, masked: str) -> None:
    _first, ours, _last = sources(client)
    uri = f"rediss://{masked}127.0.0.1:{source.database_port}"
    assert put(client, [ours | {"uri": uri}]).status == 200
    assert states(client) == ["out-of-sync"]


@pytest.mark.parametrize(("applied", "left"), [(False, 3), (True, 0)])
def test_faults_strike_the_list(client: Client, destination: Cluster, applied: bool, left: int) -> None:
    destination.add_fault(Fault("PUT", "/v1/bdbs/*", status=500, times=1, applied=applied))
    assert put(client, []).status == 500
    assert len(sources(client)) == left
    assert destination.writes[0].fault == "status"


def test_passwords_show_nowhere_but_in_the_answer(
    source: Cluster, client: Client, destination: Cluster, foreign: list[ReplicaSource]
) -> None:
    put(client, sources(client))
    text = repr((destination.requests, destination.bdbs, ReplicaSource.of(source, "secret-3"), foreign))
    assert "secret" not in text
    assert "p%40ss" not in text
    assert "@" not in ReplicaSource.of(source, "a@b").uri.rpartition("@")[0]


def test_a_source_needs_a_place() -> None:
    with pytest.raises(ValueError, match="host:port"):
        Cluster(nodes=1, database="none", replicas={"reports": [ReplicaSource("redis://:secret@192.0.2.1")]})
