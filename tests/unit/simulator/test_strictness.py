# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Headers and bodies that are not exactly what the contract names are refused."""

from __future__ import annotations

import http.client
import socket
from typing import Any

import pytest
from simulator import Authority, Cluster, Fault
from unit.simulator.raw_client import CERTIFICATES, ROTATE, UPDATE, Client, entry, unverified

AUTHORIZE = "/v1/users/authorize"


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "text/json"])
@pytest.mark.parametrize(("method", "path"), [("PUT", UPDATE), ("PUT", CERTIFICATES), ("POST", ROTATE)])
def test_a_write_needs_its_content_type(client: Client, method: str, path: str, content_type: str | None) -> None:
    reply = client.ask(method, path, {}, headers={"Content-Type": content_type})
    assert (reply.status, reply.json["error_code"]) == (400, "invalid_header")


def test_even_a_post_without_body_needs_it(client: Client) -> None:
    assert client.ask("POST", ROTATE, headers={"Content-Type": None}).status == 400
    assert client.ask("POST", ROTATE, headers={"Content-Type": "application/json; charset=utf-8"}).status == 200


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (None, 200),
        ("*/*", 200),
        ("application/*", 200),
        ("text/html, application/json;q=0.5", 200),
        ("text/html", 400),
        ("application/json;q=0", 400),
        ("application/xml, text/*", 400),
    ],
)
def test_accept_must_admit_json(client: Client, accept: str | None, status: int) -> None:
    assert client.ask("GET", CERTIFICATES, headers={"Accept": accept}).status == status


@pytest.mark.parametrize(("version", "status"), [("1", 200), ("2", 505), ("", 505), ("one", 505)])
def test_the_api_has_one_version(client: Client, version: str, status: int) -> None:
    assert client.ask("GET", CERTIFICATES, headers={"X-API-Version": version}).status == status


@pytest.mark.parametrize("body", [b"", b"hello", b"{", b"[1]", b'"text"', b"null", b"\xff\xfe", b"[" * 100_000])
@pytest.mark.parametrize("path", [UPDATE, CERTIFICATES])
def test_a_body_that_is_no_json_object_is_refused(client: Client, path: str, body: bytes) -> None:
    assert client.ask("PUT", path, body).status == 400


def bad_entries(authority: Authority) -> list[dict[str, Any]]:
    good = entry("proxy", authority.issue(key="ec"))
    without = [{name: value for name, value in good.items() if name != left_out} for left_out in good]
    wrong_type = [good | {name: value} for name in good for value in (None, 1, True, ["x"], {"pem": "x"})]
    unknown = [good | {name: "x"} for name in ("force", "passphrase", "Name", "")]
    return without + wrong_type + unknown


def test_entries_have_exactly_their_fields(cluster: Cluster, client: Client, authority: Authority) -> None:
    before = cluster.nodes[0].stored
    for body in bad_entries(authority):
        assert client.ask("PUT", UPDATE, body).status == 400, sorted(body)
        assert client.ask("PUT", CERTIFICATES, {"certificates": [body]}).status == 400, sorted(body)
    assert cluster.nodes[0].stored == before


def test_the_bulk_body_is_one_list(client: Client, authority: Authority) -> None:
    good = entry("proxy", authority.issue(key="ec"))
    bodies: list[dict[str, Any]] = [
        {},
        good,
        {"certificates": []},
        {"certificates": good},
        {"certificates": None},
        {"certificates": [good, "x"]},
        {"certificates": [good], "dry_run": True},
        {"certificates": [good, good]},
    ]
    for body in bodies:
        assert client.ask("PUT", CERTIFICATES, body).status == 400


def test_a_field_twice_is_refused(client: Client) -> None:
    assert client.ask("PUT", UPDATE, b'{"name": "proxy", "name": "api", "certificate": "", "key": ""}').status == 400


@pytest.mark.parametrize("body", [{"name": 1}, {"names": ["x"]}, {"name": "ccs_internode_encryption", "force": True}])
def test_rotation_knows_one_field(client: Client, body: dict[str, Any]) -> None:
    assert client.ask("POST", ROTATE, body).status == 400


@pytest.mark.parametrize(
    "body", [{"ttl": 0}, {"ttl": 86401}, {"ttl": "300"}, {"ttl": True}, {"ttl": 1.5}, {"user": "x"}]
)
def test_a_token_lives_from_a_second_to_a_day(client: Client, body: dict[str, Any]) -> None:
    assert client.ask("POST", AUTHORIZE, body).status == 400


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "99999999999", "9" * 5000, "\u00b2"])
def test_a_body_of_impossible_length_is_refused(client: Client, length: str) -> None:
    assert client.ask("PUT", UPDATE, b"{}", headers={"Content-Length": length}).status == 400


def test_a_chunked_body_is_refused(client: Client) -> None:
    reply = client.ask("PUT", UPDATE, b"2\r\n{}\r\n0\r\n\r\n", headers={"Transfer-Encoding": "chunked"})
    assert reply.status == 400


def test_the_connection_stays_in_step_after_refusals(client: Client) -> None:
    connection = client.connection()
    headers = {"Authorization": client.authorization("admin"), "Content-Type": "text/plain"}
    for method, path, status in (("PUT", UPDATE, 400), ("DELETE", "/nowhere", 404), ("GET", CERTIFICATES, 200)):
        connection.request(method, path, b"a body that nobody wants", headers)
        response = connection.getresponse()
        response.read()
        assert response.status == status
    connection.close()


@pytest.mark.parametrize(
    ("path", "authorization"),
    [
        ("//[x", None),
        ("/v1/nodes/" + "9" * 5000, None),
        ("/v1/cluster/%00%ff", None),
        ("/", "Bearer a." + "W" * 50_000),
    ],
)
def test_odd_requests_get_an_answer_like_all_others(client: Client, path: str, authorization: str | None) -> None:
    headers: dict[str, str | None] = {"Authorization": authorization} if authorization else {}
    assert client.ask("GET", path, headers=headers).status == (401 if authorization else 404)


@pytest.mark.parametrize(
    "start", [b"GET /v1/cluster", b"nonsense", b"GET / HTTP/9.9", b"TRACE / HTTP/1.1", b"\x00\xff"]
)
def test_what_is_hardly_http_ends_the_connection(cluster: Cluster, client: Client, start: bytes) -> None:
    with (
        socket.create_connection(("127.0.0.1", cluster.api_port), timeout=10) as plain,
        unverified().wrap_socket(plain) as secured,
    ):
        secured.sendall(start + b"\r\n\r\n")
        while secured.recv(4096):
            pass
    assert client.ask("GET", "/v1/cluster").status == 200


def test_a_refused_request_is_on_record_with_the_names_it_gave(
    cluster: Cluster, client: Client, authority: Authority
) -> None:
    cluster.add_fault(Fault(kind="close_before", times=1))
    with pytest.raises(http.client.RemoteDisconnected):
        client.put_many({"proxy": authority.issue(), "cm": authority.issue()})
    material = authority.issue()
    client.ask("PUT", UPDATE, entry("proxy", material) | {"name": str(material.key_pem)})
    assert [request.names for request in cluster.writes] == [("proxy", "cm"), ()]
