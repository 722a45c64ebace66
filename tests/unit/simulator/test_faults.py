# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of fault: what the client gets, and whether the change was made."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from simulator import Authority, Cluster, Fault
from simulator.faults import KINDS, parse_fault
from unit.simulator.raw_client import CERTIFICATES, UPDATE, Client, entry, unverified

TEN_MIB = 10 * 1024 * 1024
MADE = {kind for kind, made in KINDS.items() if made}


def put(cluster: Cluster, client: Client, authority: Authority, fault: Fault, **more: Any) -> tuple[Any, bool]:
    """The answer of an update that meets the fault (or the error), and whether the change was made."""
    cluster.add_fault(fault)
    material = authority.issue()
    try:
        reply: Any = client.ask("PUT", UPDATE, entry("proxy", material), **more)
    except (OSError, http.client.HTTPException) as error:
        reply = error
    return reply, cluster.certificate("proxy") == material.certificate_pem


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 406, 409, 429, 500, 502, 503, 504, 505])
def test_status(cluster: Cluster, client: Client, authority: Authority, status: int) -> None:
    fault = Fault(method="PUT", status=status, headers={"Retry-After": "7"}, times=1)
    reply, made = put(cluster, client, authority, fault)
    assert (reply.status, set(reply.json), made) == (status, {"error_code", "description"}, False)
    assert reply.headers["Retry-After"] == "7"
    assert ("WWW-Authenticate" in reply.headers) is (status == 401)
    assert (cluster.writes[-1].status, cluster.writes[-1].fault) == (status, "status")
    assert client.ask("PUT", UPDATE, entry("proxy", authority.issue())).status == 200


@pytest.mark.parametrize("cluster", [{"version": "7.8.2-34"}], indirect=True)
def test_status_in_the_shape_of_old_versions(cluster: Cluster, client: Client) -> None:
    cluster.add_fault(Fault(status=503, error_code="node_unavailable"))
    reply = client.ask("GET", CERTIFICATES)
    assert reply.status == 503
    assert set(reply.json) == {"error_code", "message"}
    assert reply.json["error_code"] == "node_unavailable"


@pytest.mark.parametrize("applied", [None, True, False])
@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"drip", "drip_head"}))
def test_whether_the_change_is_made_is_the_kind_s_habit_or_chosen(
    cluster: Cluster, client: Client, authority: Authority, kind: str, applied: bool | None
) -> None:
    fault = Fault(method="PUT", kind=kind, applied=applied, delay=0.01)
    patience = (2.0 if applied else 0.2) if kind == "never" else 30
    _reply, made = put(cluster, client, authority, fault, timeout=patience)
    assert made is (kind in MADE if applied is None else applied)


def write(client: Client, authority: Authority, way: str, timeout: float) -> tuple[int | None, str]:
    """The status of one of the three writes, None without one; and the certificate name that it changes."""
    name = "ldap_client" if way == "delete" else "cm"
    try:
        if way == "delete":
            return client.ask("DELETE", f"{CERTIFICATES}/{name}", timeout=timeout).status, name
        put = client.put_one if way == "update" else lambda name, one, **more: client.put_many({name: one}, **more)
        return put(name, authority.issue(), timeout=timeout).status, name
    except (OSError, http.client.HTTPException):
        return None, name


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize(
    ("kind", "answered"),
    [
        ("status", 500),
        ("slow", 200),
        ("never", None),
        ("close_before", None),
        ("close_after", None),
        ("html", 503),
        ("empty", 503),
        ("garbage", 200),
        ("truncated", None),
        ("overlong", 200),
    ],
)
@pytest.mark.parametrize("way", ["update", "bulk", "delete"])
@pytest.mark.parametrize("cluster", [{"nodes": 2, "optional": ["ldap_client"]}], indirect=True)
def test_every_write_meets_them_and_the_record_tells(
    cluster: Cluster, client: Client, authority: Authority, way: str, kind: str, answered: int | None, applied: bool
) -> None:
    cluster.add_fault(Fault(kind=kind, applied=applied, delay=0.01, node=1, times=1))
    before = {name: cluster.certificate(name) for name in ("cm", "ldap_client")}
    started = time.monotonic()
    status, name = write(client, authority, way, 1.0 if kind == "never" else 30)
    ended = time.monotonic()
    assert (cluster.certificate(name) != before[name]) is applied
    # What was never carried out has no answer of its own that could be sent late or mangled.
    assert status == (500 if answered == 200 and not applied else answered)
    (request,) = cluster.writes
    assert (request.node_uid, request.names, request.fault) == (1, (name,), kind)
    assert (request.method, request.path) == (
        ("DELETE", f"{CERTIFICATES}/{name}")
        if way == "delete"
        else ("PUT", UPDATE if way == "update" else CERTIFICATES)
    )
    assert (request.status is None) is (kind in ("never", "close_before", "close_after"))
    assert started <= request.arrived <= ended
    assert write(client, authority, way, 30)[0] == (404 if way == "delete" and applied else 200)


@pytest.mark.parametrize(("kind", "made"), [("close_before", False), ("close_after", True), ("reset", False)])
def test_closed_without_an_answer(
    cluster: Cluster, client: Client, authority: Authority, kind: str, made: bool
) -> None:
    error, was_made = put(cluster, client, authority, Fault(method="PUT", kind=kind, times=1))
    assert was_made is made
    expected = (ConnectionResetError,) if kind == "reset" else (http.client.RemoteDisconnected,)
    assert isinstance(error, expected)
    assert cluster.writes[-1].status is None
    assert client.ask("GET", CERTIFICATES).status == 200


def test_slow_makes_the_change_at_once_and_answers_late(cluster: Cluster, client: Client, authority: Authority) -> None:
    cluster.add_fault(Fault(method="PUT", kind="slow", delay=1.0))
    material = authority.issue()
    replies: list[int] = []
    started = time.monotonic()
    thread = threading.Thread(target=lambda: replies.append(client.put_one("proxy", material).status))
    thread.start()
    while cluster.certificate("proxy") != material.certificate_pem:
        time.sleep(0.01)
    assert replies == []
    thread.join()
    assert replies == [200]
    assert time.monotonic() - started >= 1.0


@pytest.mark.parametrize("kind", ["drip", "drip_head"])
def test_drip_comes_byte_by_byte(cluster: Cluster, client: Client, kind: str) -> None:
    cluster.add_fault(Fault(path="/v1/job_scheduler", kind=kind, delay=0.002))
    started = time.monotonic()
    body = client.ask("GET", "/v1/job_scheduler").body
    assert json.loads(body)
    assert time.monotonic() - started >= 0.002 * len(body)


def test_never_answers_until_the_client_goes(cluster: Cluster, client: Client) -> None:
    cluster.add_fault(Fault(kind="never", times=1))
    with pytest.raises(TimeoutError):
        client.ask("GET", CERTIFICATES, timeout=1)
    assert cluster.requests[-1].status is None
    assert client.ask("GET", CERTIFICATES).status == 200


@pytest.mark.parametrize("kind", ["never", "slow", "drip", "drip_head"])
def test_a_pending_answer_does_not_hold_up_the_end(kind: str) -> None:
    with Cluster(nodes=1, database="none") as other:
        other.add_fault(Fault(kind=kind, delay=30))
        connection = Client(other).connection()
        connection.request("GET", "/v1/cluster", headers={"Authorization": Client(other).authorization("admin")})
        while not other.requests:
            time.sleep(0.005)
        started = time.monotonic()
    assert time.monotonic() - started < 3
    connection.close()


def test_html_empty_garbage_and_wrong_json(cluster: Cluster, client: Client) -> None:
    cluster.add_fault(Fault(kind="html", status=502, times=1))
    reply = client.ask("GET", CERTIFICATES)
    assert (reply.status, reply.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert reply.body.startswith(b"<!DOCTYPE html>")

    cluster.add_fault(Fault(kind="empty", times=1))
    reply = client.ask("GET", CERTIFICATES)
    assert (reply.status, reply.body) == (503, b"")

    cluster.add_fault(Fault(kind="garbage", times=1))
    reply = client.ask("GET", CERTIFICATES)
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json")
    with pytest.raises(ValueError, match=r"."):
        json.loads(reply.body)

    cluster.add_fault(Fault(kind="wrong_json", times=1))
    assert isinstance(client.ask("GET", CERTIFICATES).json, list)


def test_truncated_promises_more_than_it_sends(cluster: Cluster, client: Client) -> None:
    cluster.add_fault(Fault(kind="truncated"))
    with pytest.raises(http.client.IncompleteRead):
        client.ask("GET", CERTIFICATES)


@pytest.mark.parametrize(
    ("kind", "length", "encoding"),
    [("overlong", True, None), ("overlong_chunked", False, "chunked"), ("overlong_unbounded", False, None)],
)
def test_overlong_is_valid_json_of_more_than_ten_mebibytes(
    cluster: Cluster, client: Client, kind: str, length: bool, encoding: str | None
) -> None:
    cluster.add_fault(Fault(kind=kind))
    reply = client.ask("GET", CERTIFICATES)
    assert len(reply.body) > TEN_MIB
    assert "proxy_cert" in reply.json
    assert ("Content-Length" in reply.headers) is length
    assert reply.headers["Transfer-Encoding"] == encoding


def test_redirect(cluster: Cluster, client: Client, authority: Authority) -> None:
    reply, made = put(cluster, client, authority, Fault(method="PUT", kind="redirect", times=1))
    assert (reply.status, reply.headers["Location"], made) == (307, f"{cluster.url}{UPDATE}", False)
    cluster.add_fault(Fault(kind="redirect", status=302, location="https://127.0.0.9:1/x"))
    reply = client.ask("GET", CERTIFICATES)
    assert (reply.status, reply.headers["Location"]) == (302, "https://127.0.0.9:1/x")


def test_an_effect_comes_before_the_request_is_carried_out(
    cluster: Cluster, client: Client, authority: Authority
) -> None:
    between = authority.issue()

    def interfere(struck: Cluster) -> None:
        struck.set_certificate("proxy", between.certificate_pem, between.key_pem)

    cluster.add_fault(Fault(method="GET", kind="pass", effect=interfere))
    assert client.ask("GET", CERTIFICATES).json["proxy_cert"] == between.certificate_pem


@pytest.mark.parametrize("cluster", [{"nodes": 2}], indirect=True)
def test_faults_choose_their_requests(cluster: Cluster, client: Client) -> None:
    def statuses(ask: Callable[[], int], count: int) -> list[int]:
        return [ask() for _number in range(count)]

    cluster.add_fault(Fault(method="GET", path="/v1/cluster/*", status=503, after=1, times=2))
    assert statuses(lambda: client.ask("GET", CERTIFICATES).status, 4) == [200, 503, 503, 200]
    cluster.clear_faults()
    cluster.add_fault(Fault(node=2, status=500))
    assert [client.ask("GET", CERTIFICATES, node=node).status for node in (1, 2)] == [200, 500]
    cluster.clear_faults()
    cluster.add_fault(Fault(status=500))
    assert [client.ask("GET", CERTIFICATES, node=node).status for node in (1, 2)] == [500, 307]
    cluster.clear_faults()
    cluster.add_fault(Fault(method="PUT", status=500))
    assert client.ask("GET", CERTIFICATES).status == 200
    cluster.add_fault(Fault(status=502, times=1))
    cluster.add_fault(Fault(status=504, times=1))
    assert statuses(lambda: client.ask("GET", CERTIFICATES).status, 3) == [502, 504, 200]


def test_faults_strike_before_the_door(cluster: Cluster, client: Client) -> None:
    cluster.add_fault(Fault(status=503))
    assert client.ask("GET", "/nowhere", role=None).status == 503


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PUT /v1/cluster/update_cert status=409 times=1", {"kind": "status", "status": 409, "times": 1}),
        ("* * kind=never", {"kind": "never", "times": None, "applied": False}),
        ("GET /v1/* kind=slow delay=2.5 node=3 after=2", {"delay": 2.5, "node": 3, "after": 2, "applied": True}),
        ("PUT * kind=html status=502 applied=true", {"status": 502, "applied": True}),
        ("PUT * kind=pass primary=2", {"primary": 2, "afterwards": False}),
        ("PUT * kind=close_after primary=2 afterwards=true", {"primary": 2, "afterwards": True}),
    ],
)
def test_a_fault_can_be_written_down(text: str, expected: dict[str, object]) -> None:
    fault = parse_fault(text)
    assert {name: getattr(fault, name) for name in expected} == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PUT",
        "FETCH /x",
        "PUT v1/cluster",
        "PUT /x status",
        "PUT /x status=abc",
        "PUT /x status=99",
        "PUT /x kind=explode",
        "PUT /x times=0",
        "PUT /x delay=-1",
        "PUT /x delay=nan",
        "PUT /x delay=1 delay=2",
        "PUT /x applied=maybe",
        "PUT /x primary=one",
        "PUT /x effect=boom",
        "PUT '/x",
    ],
)
def test_a_fault_that_makes_no_sense_says_why(text: str) -> None:
    with pytest.raises(ValueError, match=r"^fault ") as error:
        parse_fault(text)
    assert "\n" not in str(error.value)


def test_a_broken_connection_breaks_no_other(cluster: Cluster, client: Client) -> None:
    cluster.add_fault(Fault(kind="overlong", times=1))
    with (
        socket.create_connection(("127.0.0.1", cluster.api_port), timeout=5) as plain,
        unverified().wrap_socket(plain) as secured,
    ):
        secured.sendall(b"GET /v1/cluster HTTP/1.1\r\nHost: x\r\n\r\n")
        assert secured.recv(10)
    assert client.ask("GET", CERTIFICATES).status == 200
