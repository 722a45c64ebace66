# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who answers: the primary, the redirects of all others, and what happens when it moves."""

from __future__ import annotations

import http.client
from typing import Any

import pytest
from simulator import Authority, Cluster, Fault
from simulator.facts import facts_of
from unit.simulator.raw_client import CERTIFICATES, UPDATE, Client, basic, entry

THREE = {"nodes": 3}
HEALTHCHECK = "/v1/local/node/master_healthcheck"
STATUS = "/v1/nodes/status"
HEALTH = "/v4/cluster/health"
ODD_REQUESTS: list[tuple[str, str, Any, dict[str, Any]]] = [
    ("GET", CERTIFICATES, None, {}),
    ("GET", "/v1/bdbs?fields=uid&x=%2F", None, {}),
    ("GET", "/v1/cluster", None, {"role": None}),
    ("GET", "/v1/cluster", None, {"headers": {"Authorization": basic("nobody@example.com", "x")}}),
    ("GET", "/v1/cluster", None, {"headers": {"Accept": "text/html", "X-API-Version": "9"}}),
    ("GET", "/nowhere", None, {}),
    ("GET", "/v1/bootstrap", None, {}),
    ("PATCH", "/v1/cluster", b"unread", {}),
    ("PUT", UPDATE, {"name": "nonsense"}, {}),
    ("PUT", CERTIFICATES, b"no JSON", {"headers": {"Content-Type": None}}),
    ("POST", "/v1/users/authorize", {}, {"role": None}),
    ("DELETE", f"{CERTIFICATES}/ldap_client", None, {}),
]


def roles(client: Client, node: int) -> list[str]:
    return [one["role"] for one in client.ask("GET", STATUS, node=node).json.values()]


@pytest.mark.parametrize(("method", "path", "body", "more"), ODD_REQUESTS)
@pytest.mark.parametrize("cluster", [THREE | {"primary": 2}], indirect=True)
def test_a_follower_redirects_whatever_it_is_asked(
    cluster: Cluster, client: Client, method: str, path: str, body: Any, more: dict[str, Any]
) -> None:
    reply = client.ask(method, path, body, node=3, **more)
    assert (reply.status, reply.body) == (307, b"")
    assert reply.headers["Location"] == f"https://127.0.0.2:{cluster.api_port}{path}"
    assert "WWW-Authenticate" not in reply.headers
    (request,) = cluster.requests
    assert (request.node_uid, request.status, request.path) == (3, 307, path.partition("?")[0])


@pytest.mark.parametrize(
    ("cluster", "host"),
    [(THREE | {"internal": {1: "10.1.2.3"}}, "10.1.2.3"), (THREE | {"internal": {1: "fd00::1"}}, "[fd00::1]")],
    indirect=["cluster"],
)
def test_the_redirect_leads_to_the_internal_address(cluster: Cluster, client: Client, host: str) -> None:
    location = client.ask("GET", "/v1/cluster", node=2).headers["Location"]
    assert location == f"https://{host}:{cluster.api_port}/v1/cluster"


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_a_connection_to_a_follower_stays_in_step(client: Client) -> None:
    connection = client.connection(node=2)
    headers = {"Authorization": client.authorization("admin"), "Content-Type": "application/json"}
    for method, path in (("PUT", UPDATE), ("GET", CERTIFICATES), ("POST", "/nowhere")):
        connection.request(method, path, b'{"name": "proxy"}', headers)
        response = connection.getresponse()
        assert (response.status, response.read()) == (307, b"")
    connection.request("GET", HEALTHCHECK, headers=headers)
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_a_follower_changes_nothing(cluster: Cluster, client: Client, authority: Authority) -> None:
    before = [node.stored for node in cluster.nodes]
    assert client.put_one("proxy", authority.issue(), node=2).status == 307
    assert [node.stored for node in cluster.nodes] == before
    (write,) = cluster.writes
    assert (write.node_uid, write.names, write.status) == (2, ("proxy",), 307)


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_every_node_answers_for_itself_below_v1_local(cluster: Cluster, client: Client) -> None:
    for node in (1, 2, 3):
        reply = client.ask("GET", HEALTHCHECK, node=node)
        assert (reply.status, reply.json) == (200, {"status": "active"})
        assert client.ask("GET", HEALTHCHECK, node=node, role=None).status == 401
        assert client.ask("GET", "/v1/local/nowhere", node=node).status == 404
        assert client.ask("PUT", HEALTHCHECK, {}, node=node).status == 405
    cluster.nodes[0].keep_closed("api", True)
    assert client.ask("GET", HEALTHCHECK, node=2).json == {"status": "inactive"}


@pytest.mark.parametrize(
    "cluster", [THREE | {"handle_redirects": True, "versions": ["8.0.20-96", "8.0.20-96", "7.8.2-34"]}], indirect=True
)
def test_a_follower_can_answer_with_what_the_primary_has(
    cluster: Cluster, client: Client, authority: Authority
) -> None:
    assert client.ask("GET", "/v1/cluster", node=3).json["handle_redirects"] is True
    cluster.nodes[2].lag = 600
    material = authority.issue()
    assert client.put_many({"proxy": material}, node=3).status == 200
    assert client.ask("GET", CERTIFICATES, node=3).json["proxy_cert"] == material.certificate_pem
    assert cluster.nodes[2].holds("proxy").certificate != material.certificate_pem
    assert client.ask("GET", CERTIFICATES, node=3, role=None).status == 401
    assert client.ask("PUT", UPDATE, {"name": "proxy"}, node=3).status == 400
    assert client.ask("GET", "/v1/bootstrap", node=3).json["local_node_info"]["uid"] == 1
    cluster.handle_redirects = False
    assert client.ask("GET", CERTIFICATES, node=3).status == 307


@pytest.mark.parametrize("cluster", [THREE | {"handle_redirects": True}], indirect=True)
def test_a_follower_without_a_primary_to_ask_is_503(cluster: Cluster, client: Client) -> None:
    cluster.nodes[0].keep_closed("api", True)
    assert client.ask("GET", "/v1/cluster", node=2).status == 503


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_it_moves_and_shows_everywhere(cluster: Cluster, client: Client) -> None:
    kept_alive = client.connection()
    headers = {"Authorization": client.authorization("admin")}
    for uid, expected in ((1, ["master", "slave", "slave"]), (3, ["slave", "slave", "master"])):
        cluster.move_primary(uid)
        assert cluster.primary is cluster.nodes[uid - 1]
        assert facts_of(cluster)["primary"] == uid
        assert roles(client, uid) == expected
        nodes = client.ask("GET", HEALTH, node=uid).json["nodes"]
        assert [node["role"] == "leader" for node in nodes] == [role == "master" for role in expected]
        kept_alive.request("GET", "/v1/cluster", headers=headers)
        response = kept_alive.getresponse()
        response.read()
        assert response.status == (200 if uid == 1 else 307)
    kept_alive.close()
    cluster.move_primary()
    assert cluster.primary.uid == 1
    for uid in (0, 4):
        with pytest.raises(ValueError, match=str(uid)):
            cluster.move_primary(uid)
        with pytest.raises(ValueError, match=str(uid)):
            cluster.add_fault(Fault(kind="pass", primary=uid))


@pytest.mark.parametrize("cluster", [THREE | {"down": [2]}], indirect=True)
def test_the_next_node_that_is_up_takes_over_from_one_that_goes_down(cluster: Cluster, client: Client) -> None:
    cluster.nodes[0].down = True
    assert roles(client, 3) == ["slave", "slave", "master"]
    statuses = client.ask("GET", STATUS, node=3).json
    assert [one["node_status"] for one in statuses.values()] == ["down", "down", "active"]
    cluster.nodes[0].down = False
    assert client.ask("GET", "/v1/cluster").status == 307
    cluster.nodes[0].down = cluster.nodes[2].down = True
    assert cluster.primary.uid == 3


def on_one_connection(client: Client, *paths: str) -> list[int]:
    connection = client.connection()
    statuses = []
    for path in paths:
        connection.request("GET", path, headers={"Authorization": client.authorization("admin")})
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()
    return statuses


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_it_can_move_before_a_write(cluster: Cluster, client: Client, authority: Authority) -> None:
    cluster.add_fault(Fault("PUT", kind="pass", primary=2))
    material = authority.issue()
    assert client.put_one("proxy", material).status == 307
    assert cluster.certificate("proxy") != material.certificate_pem
    assert client.put_one("proxy", material, node=2).status == 200
    assert [(write.node_uid, write.status, write.fault) for write in cluster.writes] == [
        (1, 307, "pass"),
        (2, 200, "pass"),
    ]


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_it_can_move_while_a_write_is_made(cluster: Cluster, client: Client, authority: Authority) -> None:
    cluster.add_fault(Fault("PUT", kind="close_after", primary=2, afterwards=True, times=1))
    material = authority.issue()
    with pytest.raises(http.client.RemoteDisconnected):
        client.put_one("proxy", material)
    assert [node.holds("proxy").certificate for node in cluster.nodes] == [material.certificate_pem] * 3
    assert client.ask("GET", CERTIFICATES).status == 307
    assert client.ask("GET", CERTIFICATES, node=2).json["proxy_cert"] == material.certificate_pem


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_it_can_move_after_a_write(cluster: Cluster, client: Client, authority: Authority) -> None:
    cluster.add_fault(Fault("PUT", kind="pass", primary=3, afterwards=True, times=1))
    assert client.put_one("proxy", authority.issue()).status == 200
    assert client.ask("GET", CERTIFICATES).status == 307


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_it_can_move_on_a_read(cluster: Cluster, client: Client) -> None:
    cluster.add_fault(Fault("GET", CERTIFICATES, kind="pass", primary=2, times=1))
    assert on_one_connection(client, "/v1/cluster", CERTIFICATES, CERTIFICATES) == [200, 307, 307]
    assert client.ask("GET", CERTIFICATES, node=2).status == 200


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_an_effect_can_move_it_and_wait_for_the_answer(cluster: Cluster, client: Client) -> None:
    seen = []

    def look(struck: Cluster) -> None:
        seen.append(struck.requests[-1].status)
        struck.move_primary(3)

    cluster.add_fault(Fault("PUT", kind="slow", delay=0.01, effect=look, afterwards=True))
    assert client.ask("PUT", UPDATE, entry("proxy", Authority().issue())).status == 200
    assert seen == [None]
    assert cluster.primary.uid == 3


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_a_fault_strikes_who_answers_unless_it_names_a_node(cluster: Cluster, client: Client) -> None:
    cluster.add_fault(Fault("GET", status=503, times=1))
    assert [client.ask("GET", "/v1/cluster", node=node).status for node in (2, 3, 1, 1)] == [307, 307, 503, 200]
    cluster.add_fault(Fault("GET", status=503, times=1))
    assert [client.ask("GET", HEALTHCHECK, node=node).status for node in (2, 3)] == [503, 200]
    cluster.add_fault(Fault("GET", status=503, node=2, times=1))
    assert [client.ask("GET", "/v1/cluster", node=node).status for node in (1, 2, 2)] == [200, 503, 307]
    cluster.handle_redirects = True
    cluster.add_fault(Fault("GET", status=503, times=1))
    assert [client.ask("GET", "/v1/cluster", node=node).status for node in (2, 2)] == [503, 200]


@pytest.mark.parametrize(
    "cluster",
    [{"nodes": 2, "database": "tls", "expires": {"proxy": -1}, "optional": ["mtls_trusted_ca"], "down": [2]}],
    indirect=True,
)
def test_the_health_of_the_cluster_names_what_is_expired(cluster: Cluster, client: Client) -> None:
    value = client.ask("GET", HEALTH, role="db_viewer").json
    assert (value["fqdn"], value["status"]) == (cluster.fqdn, "warning")
    assert {one["type"] for one in value["certificates"] if one["expired"]} == {"proxy"}
    assert len(value["certificates"]) == 8
    assert [(node["id"], node["role"], node["status"]) for node in value["nodes"]] == [
        ("1", "leader", "active"),
        ("2", "follower", "down"),
    ]
    assert [(one["id"], one["detailed_status"]) for one in value["database_infos"]] == [("1", "active")]
    assert b"BEGIN" not in client.ask("GET", HEALTH).body


@pytest.mark.parametrize(
    ("cluster", "status"), [({"version": "8.0.10-64"}, 404), ({"version": "8.0.16-29"}, 200)], indirect=["cluster"]
)
def test_the_health_of_the_cluster_came_with_8_0_16(client: Client, status: int) -> None:
    assert client.ask("GET", HEALTH).status == status
    assert client.ask("GET", STATUS).status == 200
