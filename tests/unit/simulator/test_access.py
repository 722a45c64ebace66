# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Basic, tokens and client certificates."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import time
from pathlib import Path

import pytest
from simulator import Authority, Cluster, Fault, Material
from unit.simulator.raw_client import CERTIFICATES, Client, Reply, basic, unverified

AUTHORIZE = "/v1/users/authorize"
REFRESH = "/v1/users/refresh_jwt"


def with_authorization(client: Client, value: str | None) -> Reply:
    return client.ask("GET", CERTIFICATES, headers={"Authorization": value})


def test_every_role_has_a_user_that_logs_in(cluster: Cluster, client: Client) -> None:
    assert cluster.users[cluster.username].role == "admin"
    for user in cluster.users.values():
        reply = with_authorization(client, basic(user.username, user.password))
        assert reply.status == (403 if user.role == "none" else 200)
        assert cluster.requests[-1].username == user.username


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"\xff:\xff").decode(),
        basic("admin@example.com", "wrong"),
        basic("nobody@example.com", "x"),
        basic("", ""),
        "Bearer",
        "Bearer x",
        "Bearer a.b.c",
        "Digest username=admin",
    ],
)
def test_wrong_credentials_are_401_everywhere(client: Client, value: str | None) -> None:
    for path in (CERTIFICATES, "/v1/nodes", "/v1/bootstrap", "/nowhere"):
        reply = client.ask("GET", path, headers={"Authorization": value})
        assert reply.status == 401
        assert reply.headers["WWW-Authenticate"].startswith("Basic ")
    assert client.ask("POST", AUTHORIZE, headers={"Authorization": value}).status == 401


def test_a_token_is_as_good_as_its_user(cluster: Cluster, client: Client) -> None:
    for role in ("admin", "cluster_viewer"):
        token = client.ask("POST", AUTHORIZE, role=role).json["access_token"]
        value = with_authorization(client, f"Bearer {token}").json
        assert ("proxy_key" in value) is (role == "admin")
        assert cluster.requests[-1].authentication == "bearer"
        assert with_authorization(client, f"Bearer {cluster.token(role)}").json == value
    assert cluster.writes == []


def test_a_user_can_lose_and_get_a_role_at_any_time(cluster: Cluster, client: Client, authority: Authority) -> None:
    basic_login = client.authorization("admin")
    bearer = f"Bearer {cluster.token('admin')}"
    material = authority.issue()
    for role, read, keys, written in (
        ("cluster_viewer", 200, False, 403),
        ("none", 403, False, 403),
        ("cluster_member", 200, True, 403),
        ("admin", 200, True, 200),
    ):
        cluster.set_role(cluster.username, role)
        for value in (basic_login, bearer):
            reply = with_authorization(client, value)
            assert (reply.status, "proxy_key" in reply.json) == (read, keys)
            assert client.put_one("proxy", material, headers={"Authorization": value}).status == written
        assert cluster.users[cluster.username].role == role
        assert cluster.user("admin") == cluster.users[cluster.username]
        assert cluster.user("cluster_viewer").username != cluster.username


def test_a_role_can_be_lost_between_two_requests(cluster: Cluster, client: Client, authority: Authority) -> None:
    bearer: dict[str, str | None] = {"Authorization": f"Bearer {cluster.token('admin')}"}
    cluster.add_fault(
        Fault(method="PUT", kind="pass", effect=lambda struck: struck.set_role(struck.username, "cluster_viewer"))
    )
    assert "proxy_key" in client.ask("GET", CERTIFICATES, headers=bearer).json
    assert client.put_one("proxy", authority.issue(), headers=bearer).status == 403
    assert "proxy_key" not in client.ask("GET", CERTIFICATES, headers=bearer).json


def test_only_users_and_roles_that_there_are(cluster: Cluster) -> None:
    with pytest.raises(KeyError, match="nobody"):
        cluster.set_role("nobody@example.com", "admin")
    with pytest.raises(ValueError, match="emperor"):
        cluster.set_role(cluster.username, "emperor")


def claims(token: str) -> dict[str, int]:
    middle = token.split(".")[1]
    value: dict[str, int] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return value


def test_a_token_lives_as_long_as_asked_for(client: Client) -> None:
    for body, seconds in ((None, 300), ({}, 300), ({"ttl": 86400}, 86400)):
        value = claims(client.ask("POST", AUTHORIZE, body).json["access_token"])
        assert value["exp"] - value["iat"] == seconds
        assert abs(value["iat"] - time.time()) < 5


def test_an_expired_token_is_401(cluster: Cluster, client: Client) -> None:
    token = cluster.access.token(cluster.user("admin"), -1)
    assert with_authorization(client, f"Bearer {token}").status == 401


def test_a_token_ends_on_its_own(client: Client) -> None:
    token = client.ask("POST", AUTHORIZE, {"ttl": 2}).json["access_token"]
    started = time.monotonic()
    assert with_authorization(client, f"Bearer {token}").status == 200
    while (status := with_authorization(client, f"Bearer {token}").status) == 200:
        assert time.monotonic() - started < 10
        time.sleep(0.05)
    assert status == 401
    assert client.ask("POST", REFRESH, headers={"Authorization": f"Bearer {token}"}).status == 401


@pytest.mark.parametrize("scheme", ["Bearer", "JWT"])
def test_a_token_is_had_for_a_token(cluster: Cluster, client: Client, scheme: str) -> None:
    old = client.ask("POST", AUTHORIZE, {"ttl": 30}, role="cluster_viewer").json["access_token"]
    headers: dict[str, str | None] = {"Authorization": f"{scheme} {old}"}
    for body, seconds in ((None, 300), ({"ttl": 7}, 7)):
        new = client.ask("POST", REFRESH, body, headers=headers).json["access_token"]
        value = claims(new)
        assert value["exp"] - value["iat"] == seconds
        assert "proxy_key" not in with_authorization(client, f"Bearer {new}").json
        assert cluster.requests[-1].username == cluster.user("cluster_viewer").username
    assert client.ask("POST", REFRESH, {"ttl": 0}, headers=headers).status == 400
    assert client.ask("POST", REFRESH).status == 401
    assert client.ask("POST", REFRESH, role=None).status == 401
    assert cluster.writes == []


@pytest.mark.parametrize("cluster", [{"refresh_jwt": False}], indirect=True)
def test_not_every_server_gives_a_token_for_a_token(cluster: Cluster, client: Client) -> None:
    assert client.ask("POST", REFRESH, headers={"Authorization": f"Bearer {cluster.token()}"}).status == 404


@pytest.mark.parametrize(
    ("cluster", "lost"),
    [
        ({"nodes": 2, "handle_redirects": True, "version": version}, lost)
        for version, lost in (
            ("7.8.4-18", True),
            ("7.22.0-95", True),
            ("7.22.2-14", False),
            ("8.0.2-10", True),
            ("8.0.2-17", False),
        )
    ],
    indirect=["cluster"],
)
def test_a_client_certificate_is_lost_on_a_follower_of_certain_versions(
    cluster: Cluster, client: Client, authority: Authority, tmp_path: Path, lost: bool
) -> None:
    cluster.set_certificate("mtls_trusted_ca", authority.ca_pem)
    context = client_context(tmp_path, authority.issue(cluster.username, sans=[]))
    statuses = [client.ask("GET", CERTIFICATES, role=None, context=context, node=node).status for node in (1, 2)]
    assert statuses == [200, 401 if lost else 200]


def test_a_tampered_token_is_401(cluster: Cluster, client: Client) -> None:
    head, middle, signature = cluster.token("cluster_viewer").split(".")
    forged = base64.urlsafe_b64encode(json.dumps(claims(f"{head}.{middle}.") | {"sub": cluster.username}).encode())
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    body = forged.decode().rstrip("=")
    for token in (f"{head}.{body}.{signature}", f"{none}.{body}.", f"{head}.{middle}.{signature[::-1]}"):
        assert with_authorization(client, f"Bearer {token}").status == 401


def test_a_token_is_had_for_basic_only_and_of_this_cluster_only(cluster: Cluster, client: Client) -> None:
    token = cluster.token("admin")
    assert client.ask("POST", AUTHORIZE, headers={"Authorization": f"Bearer {token}"}).status == 401
    with Cluster(nodes=1, database="none") as other:
        assert with_authorization(Client(other), f"Bearer {token}").status == 401


@pytest.mark.parametrize("cluster", [{"version": "8.2.0-10", "basic_auth": False}], indirect=True)
def test_basic_can_be_switched_off(cluster: Cluster, client: Client) -> None:
    reply = client.ask("GET", CERTIFICATES)
    assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, "Bearer")
    reply = client.ask("GET", "/v1/cluster", headers={"Authorization": f"Bearer {cluster.token('admin')}"})
    assert reply.json["control_plane_basic_authentication"] is False


def test_basic_cannot_be_switched_off_before_8_2() -> None:
    with pytest.raises(ValueError, match=r"8\.2"):
        Cluster(version="8.0.20-96", basic_auth=False)


def client_context(folder: Path, material: Material) -> ssl.SSLContext:
    (folder / "client.pem").write_text(material.certificate_pem)
    (folder / "client.key").write_text(material.key_pem)
    context = unverified()
    context.load_cert_chain(folder / "client.pem", folder / "client.key")
    return context


def ask_with_certificate(client: Client, folder: Path, material: Material) -> Reply:
    return client.ask("GET", CERTIFICATES, role=None, context=client_context(folder, material))


def test_a_client_certificate_names_its_user(
    cluster: Cluster, client: Client, authority: Authority, tmp_path: Path
) -> None:
    cluster.set_certificate("mtls_trusted_ca", authority.ca_pem)
    assert client.ask("GET", "/v1/cluster").json["mtls_certificate_authentication"] is True
    for role in ("admin", "cluster_viewer"):
        material = authority.issue(cluster.user(role).username, eku=["clientAuth"], sans=[], intermediates=1)
        reply = ask_with_certificate(client, tmp_path, material)
        assert ("proxy_key" in reply.json) is (role == "admin")
        assert cluster.requests[-1].client_name == cluster.user(role).username
        assert cluster.requests[-1].authentication is None


def test_a_client_certificate_of_nobody_is_401(
    cluster: Cluster, client: Client, authority: Authority, tmp_path: Path
) -> None:
    cluster.set_certificate("mtls_trusted_ca", authority.ca_pem)
    stranger = authority.issue("nobody@example.com", sans=[])
    assert ask_with_certificate(client, tmp_path, stranger).status == 401
    assert client.ask("GET", CERTIFICATES, role=None).status == 401
    assert client.ask("GET", CERTIFICATES, context=client_context(tmp_path, stranger)).status == 200


def test_a_client_certificate_of_another_authority_is_refused_in_the_handshake(
    cluster: Cluster, client: Client, authority: Authority, tmp_path: Path
) -> None:
    cluster.set_certificate("mtls_trusted_ca", authority.ca_pem)
    foreign = Authority().issue(cluster.username, sans=[])
    with pytest.raises((OSError, http.client.HTTPException)):
        ask_with_certificate(client, tmp_path, foreign)
    assert client.ask("GET", CERTIFICATES).status == 200


@pytest.mark.parametrize("cluster", [{"version": "7.8.2-34"}, {}], indirect=True)
def test_without_trusted_authorities_nobody_is_asked_for_a_certificate(
    cluster: Cluster, client: Client, authority: Authority, tmp_path: Path
) -> None:
    if cluster.nodes[0].release.text == "7.8.2-34":
        cluster.set_certificate("mtls_trusted_ca", authority.ca_pem)
    assert ask_with_certificate(client, tmp_path, authority.issue(cluster.username, sans=[])).status == 401
