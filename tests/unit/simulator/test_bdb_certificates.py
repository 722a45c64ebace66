# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that only one database has: who presents them, how they are set, and how they are listed."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from simulator import Authority, Cluster, Material, ReplicaSource
from unit.simulator.raw_client import Client, Reply

LIST = "/v1/bdbs/certificates"
needs_redis = pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")
TLS: dict[str, Any] = {"nodes": 2, "database": "tls", "tls_databases": 3}


@pytest.fixture(params=[pytest.param("redis", marks=needs_redis), "tls"])
def three(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """Two nodes with three databases that have TLS, and one that has none."""
    with Cluster(**TLS | {"database": request.param, "plain_database": True}) as running:
        yield running


def path(uid: int) -> str:
    return f"/v1/bdbs/{uid}/certificates"


def post(client: Client, uid: int, material: Material, query: str = "", **more: Any) -> Reply:
    body = {"cert": material.certificate_pem, "private_key": material.key_pem}
    return client.ask("POST", path(uid) + query, body, **more)


def presented(cluster: Cluster, uid: int) -> list[str]:
    """What the endpoints of a database present on each node."""
    client = Client(cluster)
    (port,) = (bdb.port for bdb in cluster.bdbs if bdb.uid == uid)
    return [client.presented(port, node.uid) for node in cluster.nodes]


def test_each_database_has_a_port_of_its_own_and_presents_proxy(three: Cluster, authority: Authority) -> None:
    client = Client(three)
    assert [(one["uid"], one["tls_mode"]) for one in client.ask("GET", "/v1/bdbs").json] == [
        (1, "enabled"),
        (2, "disabled"),
        (3, "enabled"),
        (4, "enabled"),
    ]
    assert len({bdb.port for bdb in three.bdbs}) == 4
    material = authority.issue()
    assert client.put_one("proxy", material).status == 200
    for uid in (1, 3, 4):
        assert presented(three, uid) == [material.fingerprint] * 2


def test_a_certificate_of_its_own_is_presented_until_it_is_removed(three: Cluster, authority: Authority) -> None:
    client = Client(three)
    before = presented(three, 1)
    for uid in (3, 1):
        own = authority.issue(f"redis-{three.bdbs[0].port}.{three.fqdn}", eku=["serverAuth"], intermediates=1)
        reply = post(client, uid, own)
        assert (reply.status, client.ask("GET", path(uid)).json) == (200, reply.json)
        assert reply.json.keys() == {"bdb_uid", "cert", "not_before", "not_after"}
        assert (reply.json["bdb_uid"], reply.json["cert"]) == (str(uid), own.certificate_pem)
        assert reply.json["not_after"] == own.leaf.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ")
        assert presented(three, uid) == [own.fingerprint] * 2
        assert client.put_one("proxy", authority.issue()).status == 200
        assert presented(three, uid) == [own.fingerprint] * 2
    (proxy,) = set(presented(three, 4))
    assert proxy not in before
    for uid in (3, 1):
        assert client.ask("DELETE", path(uid)).status == 200
        assert presented(three, uid) == [proxy] * 2
        assert client.ask("GET", path(uid)).status == client.ask("DELETE", path(uid)).status == 404


def test_a_node_follows_as_with_any_certificate(three: Cluster, authority: Authority) -> None:
    client = Client(three)
    (old, _same) = presented(three, 3)
    three.nodes[1].lag = math.inf
    own = authority.issue()
    assert post(client, 3, own).status == 200
    assert presented(three, 3) == [own.fingerprint, old]
    three.nodes[1].lag = 0
    assert presented(three, 3) == [own.fingerprint] * 2
    three.nodes[1].down = True
    assert post(client, 3, authority.issue()).status == 500


@pytest.mark.parametrize("cluster", [TLS], indirect=True)
def test_a_test_may_set_one_at_once(cluster: Cluster, client: Client, authority: Authority) -> None:
    own = authority.issue(days=-1)
    cluster.set_bdb_certificate(4, own.certificate_pem, own.key_pem)
    assert presented(cluster, 4) == [own.fingerprint] * 2
    assert client.ask("GET", path(4)).json["cert"] == own.certificate_pem
    assert "bdb-4" not in client.ask("GET", "/v1/cluster/certificates").body.decode()
    cluster.set_bdb_certificate(4, None)
    assert presented(cluster, 4) == presented(cluster, 1)
    cluster.set_bdb_certificate(1, "nonsense")
    assert client.ask("GET", LIST).json == [{"bdb_uid": "1", "cert": "nonsense"}]


@pytest.mark.parametrize("cluster", [TLS | {"tls_databases": 6, "plain_database": True}], indirect=True)
def test_the_list_comes_in_pages(cluster: Cluster, client: Client, authority: Authority) -> None:
    assert client.ask("GET", LIST).json == []
    for uid in (1, 2, 3, 5, 7):
        own = authority.issue(days=uid, key="ec")
        cluster.set_bdb_certificate(uid, own.certificate_pem, own.key_pem)

    def uids(query: str = "") -> list[str]:
        reply = client.ask("GET", LIST + query)
        assert reply.status == 200
        assert b"PRIVATE" not in reply.body
        return [one["bdb_uid"] for one in reply.json]

    assert [uids(f"?page={page}") for page in (1, 2, 3, 4)] == [["1", "2"], ["3", "5"], ["7"], []]
    assert uids() == ["1", "2"]
    assert uids("?page=2&page_size=3") == ["5", "7"]
    assert uids("?page_size=100&tls_mode=enabled") == ["1", "3", "5", "7"]
    assert uids("?page_size=100&tls_mode=disabled") == ["2"]
    cutoff = client.ask("GET", path(5)).json["not_after"]
    assert uids(f"?page_size=100&expires_before={cutoff}") == ["1", "2", "3"]
    cluster.bdb_page_beyond = "404"
    assert client.ask("GET", f"{LIST}?page=4").status == 404
    assert uids("?page=3") == ["7"]
    cluster.bdb_page_beyond = "last"
    assert uids("?page=4") == ["7"]
    cluster.bdb_page_size = 5
    assert uids("?page=9") == ["1", "2", "3", "5", "7"]
    for wrong in ("page=0", "page=x", "page_size=0", "page_size=-1", "tls_mode=on", "expires_before=soon"):
        assert client.ask("GET", f"{LIST}?{wrong}").status == 400


@pytest.mark.parametrize("query", ["?dry_run", "?dry_run=true", "?x=1&dry_run="])
@pytest.mark.parametrize("cluster", [TLS], indirect=True)
def test_a_dry_run_only_validates(client: Client, authority: Authority, query: str) -> None:
    reply = post(client, 1, authority.issue(), query)
    assert reply.status == 200
    assert post(client, 1, authority.issue(days=-1), query).status == 406
    assert client.ask("GET", path(1)).status == 404
    assert post(client, 1, authority.issue(), "?dry_run=false").status == 200
    assert client.ask("GET", path(1)).status == 200


def bad_bodies(authority: Authority) -> Iterator[tuple[int, Any]]:
    good = authority.issue(intermediates=1)
    body: dict[str, Any] = {"cert": good.certificate_pem, "private_key": str(good.key_pem)}
    yield from ((400, {name: body[name]}) for name in body)
    yield from ((400, body | {name: value}) for name in body for value in (None, "", 1, "x"))
    yield from ((400, body | {"force": True}), (400, body | {"cert": good.certificate_pem.replace("\n", "\r\n")}))
    yield 400, body | {"private_key": str(authority.issue().key_pem)}
    yield 400, body | {"cert": good.leaf_pem + authority.ca_pem}
    expired, weak, client_only = (
        authority.issue(days=-1),
        authority.issue(key="rsa1024"),
        authority.issue(eku=["clientAuth"]),
    )
    for status, other in ((406, expired), (400, weak), (400, client_only)):
        yield status, {"cert": other.certificate_pem, "private_key": str(other.key_pem)}


@pytest.mark.parametrize("cluster", [TLS], indirect=True)
def test_what_is_not_right_changes_nothing(cluster: Cluster, client: Client, authority: Authority) -> None:
    before = presented(cluster, 3)
    for status, body in bad_bodies(authority):
        reply = client.ask("POST", path(3), body)
        assert reply.status == status, reply.body
        assert b"PRIVATE" not in reply.body
    assert client.ask("GET", LIST).json == []
    assert presented(cluster, 3) == before


@pytest.mark.parametrize("cluster", [TLS], indirect=True)
def test_who_may_and_what_there_is(cluster: Cluster, client: Client, authority: Authority) -> None:
    own = authority.issue()
    for role, status in (("cluster_member", 200), ("db_member", 200), ("cluster_viewer", 403), ("none", 403)):
        assert post(client, 1, own, role=role).status == status
        assert client.ask("GET", LIST, role=role).status == (403 if role == "none" else 200)
        assert client.ask("GET", path(1), role=role).status == (403 if role == "none" else 200)
    assert client.ask("DELETE", path(1), role="db_viewer").status == 403
    assert post(client, 9, own).status == client.ask("GET", path(9)).status == 404
    assert client.ask("PUT", path(1), {}).headers["Allow"] == "DELETE, GET, POST"
    assert client.ask("PUT", LIST, {}).headers["Allow"] == "GET"
    assert "PRIVATE" not in repr(cluster.requests)


@pytest.mark.parametrize(
    ("cluster", "status"),
    [
        (TLS | {"version": "8.0.6-54"}, 404),
        (TLS | {"version": "8.0.10-64"}, 200),
        (TLS | {"version": "7.22.2-179", "bdb_certificates": True}, 200),
        (TLS | {"version": "8.2.0-46", "bdb_certificates": False}, 404),
    ],
    indirect=["cluster"],
)
def test_not_every_server_has_them(client: Client, authority: Authority, status: int) -> None:
    assert client.ask("GET", LIST).status == status
    assert post(client, 1, authority.issue()).status == status


@pytest.mark.parametrize("cluster", [TLS], indirect=True)
def test_a_destination_pins_what_its_source_presents(cluster: Cluster, authority: Authority) -> None:
    own = authority.issue()
    cluster.set_bdb_certificate(3, own.certificate_pem, own.key_pem)
    replicas = {"reports": [ReplicaSource.of(cluster, bdb=1), ReplicaSource.of(cluster, bdb=3)]}
    with Cluster(nodes=1, database="none", replicas=replicas) as destination:

        def states() -> list[str]:
            (bdb,) = Client(destination).ask("GET", "/v1/bdbs").json
            return [source["status"] for source in bdb["replica_sources"]]

        assert states() == ["in-sync", "in-sync"]
        other = authority.issue()
        cluster.set_certificate("proxy", other.certificate_pem, other.key_pem)
        assert states() == ["out-of-sync", "in-sync"]
        cluster.set_bdb_certificate(3, None)
        assert states() == ["out-of-sync", "out-of-sync"]


@pytest.mark.parametrize(
    "cluster", [TLS | {"version": "7.8.6-35", "bdb_certificates": True, "stale_proxy": 600}], indirect=True
)
def test_old_proxy_workers_have_the_old_one_here_too(cluster: Cluster, client: Client, authority: Authority) -> None:
    (old, _same) = presented(cluster, 3)
    own = authority.issue()
    assert post(client, 3, own).status == 200
    assert [presented(cluster, 3)[0] for _number in range(4)] == [own.fingerprint, old, own.fingerprint, old]
    assert cluster.handshakes("bdb-3", node=1) == 5
