# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Databases: changes that take their time, clients' certificates, masked passwords, and who sees which."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from simulator import ActiveActive, Authority, Cluster, ReplicaSource
from unit.simulator.raw_client import Client

SOURCES = [ReplicaSource("redis://admin:pa%3Ass@192.0.2.1:12000"), ReplicaSource("redis://192.0.2.2:12000")]
REPLICA: dict[str, Any] = {"replicas": {"reports": SOURCES}}


def bdb(client: Client, uid: int = 3) -> dict[str, Any]:
    value: dict[str, Any] = client.ask("GET", f"/v1/bdbs/{uid}").json
    return value


def put(client: Client, body: Any, query: str = "", uid: int = 3, **more: Any) -> Any:
    return client.ask("PUT", f"/v1/bdbs/{uid}{query}", body, **more)


@pytest.mark.parametrize("cluster", [REPLICA | {"bdb_pending": 0.3}], indirect=True)
def test_a_change_is_accepted_and_under_way_for_a_while(client: Client) -> None:
    started = time.monotonic()
    reply = put(client, {"replica_sources": []})
    assert (reply.status, reply.json["status"]) == (200, "active-change-pending")
    assert len(reply.json["action_uid"]) == 36
    again = put(client, {"replica_sources": []})
    assert (again.status, again.json["error_code"]) == (409, "db_busy")
    assert bdb(client)["status"] == "active-change-pending"
    health = client.ask("GET", "/v4/cluster/health").json["database_infos"]
    assert [one["detailed_status"] for one in health] == ["active-change-pending"]
    while bdb(client)["status"] != "active":
        assert time.monotonic() - started < 10
        time.sleep(0.02)
    assert time.monotonic() - started >= 0.3
    assert put(client, {"replica_sources": []}).status == 200


@pytest.mark.parametrize("cluster", [REPLICA | {"bdb_pending": 600}], indirect=True)
def test_of_many_changes_at_once_one_is_accepted(client: Client) -> None:
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(put(client, {"replica_sources": []}).status))
        for _number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [409] * 7


@pytest.mark.parametrize("cluster", [REPLICA], indirect=True)
def test_a_dry_run_only_validates(client: Client, authority: Authority) -> None:
    before = bdb(client)
    entries = [{"client_cert": authority.issue().certificate_pem}]
    bodies: list[dict[str, Any]] = [{"replica_sources": []}, {"authentication_ssl_client_certs": entries}]
    for body in bodies:
        assert put(client, body, "?dry_run").json == before
    assert put(client, {"replica_sources": "x"}, "?dry_run").status == 400
    assert bdb(client) == before


@pytest.mark.parametrize("cluster", [REPLICA | {"bdb_pending": 0}], indirect=True)
def test_client_certificates_are_replaced_as_a_whole(client: Client, authority: Authority) -> None:
    field = "authentication_ssl_client_certs"
    assert bdb(client)[field] == []
    first, second = ({"client_cert": authority.issue().certificate_pem} for _number in range(2))
    for entries in ([first], [first, second], [second], []):
        assert put(client, {field: entries}).json[field] == entries
        assert bdb(client)[field] == entries
    put(client, {field: [first]})
    expired = {"client_cert": authority.issue(days=-1).certificate_pem}
    for status, wrong in (
        (400, None),
        (400, ["x"]),
        (400, [{"client_cert": 1}]),
        (400, [{"client_cert": "x"}]),
        (400, [first | {"x": 1}]),
        (406, [first, first]),
        (406, [expired]),
    ):
        assert put(client, {field: wrong}).status == status
        assert put(client, {field: wrong, "replica_sources": []}).status == status
    assert put(client, {field: [second], "replica_sources": "x"}).status == 400
    assert bdb(client)[field] == [first]
    assert len(bdb(client)["replica_sources"]) == 2


@pytest.mark.parametrize("cluster", [REPLICA | {"mask_bdb_credentials": True, "bdb_pending": 0}], indirect=True)
def test_passwords_can_be_masked_and_are_lost_when_sent_back(cluster: Cluster, client: Client) -> None:
    assert client.ask("GET", "/v1/cluster").json["mask_bdb_credentials"] is True
    shown = bdb(client)["replica_sources"]
    assert [one["uri"] for one in shown] == ["redis://****:****@192.0.2.1:12000", "redis://192.0.2.2:12000"]
    assert [one["status"] for one in shown] == ["in-sync"] * 2
    reply = put(client, {"replica_sources": shown})
    assert [one["status"] for one in reply.json["replica_sources"]] == ["out-of-sync", "in-sync"]
    cluster.mask_bdb_credentials = False
    assert bdb(client)["replica_sources"][0]["uri"] == "redis://****:****@192.0.2.1:12000"


def test_masking_is_a_setting_from_8_0_20_on() -> None:
    with Cluster(nodes=1, database="none", version="8.0.18-23") as cluster:
        assert "mask_bdb_credentials" not in Client(cluster).ask("GET", "/v1/cluster").json


SCOPED: dict[str, Any] = {
    "version": "8.2.0-46",
    "database": "tls",
    "tls_databases": 3,
    "active_active": [ActiveActive("orders"), ActiveActive("carts")],
    "scopes": {"db_member": [3, 4], "db_viewer": [5]},
    "bdb_pending": 0,
}


@pytest.mark.parametrize("cluster", [SCOPED], indirect=True)
def test_other_databases_are_hidden_from_a_role_with_a_scope(
    cluster: Cluster, client: Client, authority: Authority
) -> None:
    own = authority.issue()
    for uid in (1, 3, 4, 5):
        cluster.set_bdb_certificate(uid, own.certificate_pem, own.key_pem)
    for role, uids in (
        ("admin", [1, 3, 4, 5]),
        ("cluster_viewer", [1, 3, 4, 5]),
        ("db_member", [3, 4]),
        ("db_viewer", [5]),
    ):
        assert [one["uid"] for one in client.ask("GET", "/v1/bdbs", role=role).json] == uids
        listed = client.ask("GET", "/v1/bdbs/certificates?page_size=9", role=role).json
        assert [int(one["bdb_uid"]) for one in listed] == uids
        for uid in (1, 3, 4, 5):
            status = 200 if uid in uids else 404
            assert client.ask("GET", f"/v1/bdbs/{uid}", role=role).status == status
            assert client.ask("GET", f"/v1/bdbs/{uid}/certificates", role=role).status == status
        shared = [one["name"] for one in client.ask("GET", "/v1/crdbs", role=role).json]
        assert shared == [name for uid, name in ((1, "orders"), (3, "carts")) if uid in uids]
    assert put(client, {"replica_sources": []}, uid=1, role="db_member").status == 404
    assert put(client, {"replica_sources": []}, uid=4, role="db_member").status == 200
    assert put(client, {"replica_sources": []}, uid=4, role="db_viewer").status == 403
