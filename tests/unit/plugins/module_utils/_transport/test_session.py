# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which servers a session talks to, by what name and fingerprint it knows them, and how long they ask to wait."""

from __future__ import annotations

import errno
import socket
import string
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import parse_connection
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport import peer
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.retry import (
    answer_lost,
    write_may_be_repeated,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.session import Session
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from simulator.authority import Authority, Material
from simulator.listeners import Ending, Identity, Listener, bound
from simulator.state import pair
from simulator.web import Exchange, json_answer

FQDN = "cluster.example.com"


class Server:
    """An API that answers every request alike, with a certificate that can be exchanged while it runs."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.headers: dict[str, str] = {}
        self.habit = "answer"  # or "hang", or "close"
        self.delay = 0.0  # seconds before an answer
        self.raw: bytes | None = None  # what is sent in place of an answer
        self.asked: list[str] = []
        self.logins: list[str] = []
        self._listener = Listener(bound("127.0.0.1", 0), self._identity, self._serve)
        self.port = self._listener.port

    def __enter__(self) -> Server:
        self._listener.resume()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        self._listener.close()

    @property
    def handshakes(self) -> int:
        return self._listener.handshakes

    def url(self, host: str = "127.0.0.1") -> str:
        return f"https://{host}:{self.port}"

    def _identity(self) -> Identity:
        return Identity(pair(self.material.certificate_pem, self.material.key_pem))

    def _serve(self, connection: Any, ending: Ending) -> None:
        if self.raw is None:
            Exchange(connection, self._answer, ending)
        elif connection.recv(65536):
            connection.sendall(self.raw)

    def _answer(self, exchange: Exchange) -> None:
        exchange.read_body()
        self.asked.append(f"{exchange.command} {exchange.path}")
        self.logins.append(exchange.headers["Authorization"])
        if self.habit == "answer" and exchange.wait(self.delay):
            exchange.send(json_answer(200, {}, self.headers))
        elif self.habit == "hang":
            exchange.wait_for_client_to_go()
        exchange.close_connection = self.habit != "answer"


@pytest.fixture
def server(material: Material) -> Iterator[Server]:
    with Server(material) as running:
        yield running


@pytest.fixture(scope="module")
def ca_path(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("trust") / "ca.pem"
    path.write_text(authority.ca_pem)
    return str(path)


@pytest.fixture(scope="module")
def stranger() -> Authority:
    """Somebody whom no session here trusts."""
    return Authority("Somebody else")


def session(url: str, **options: Any) -> Session:
    defaults = {name: spec.get("default") for name, spec in CONNECTION_SPEC.items()}
    given_options = {"url": url, "username": "admin@example.com", "password": "a password", "timeout": 10.0, **options}
    return Session(parse_connection({**defaults, **given_options}, {}))


def get(client: Session) -> int:
    return client.request("GET", "/v1/cluster").status


def refusal(client: Session) -> str:
    """The kind of the failure of a request."""
    with pytest.raises(CertificateError) as raised:
        get(client)
    return raised.value.kind


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (OSError(errno.EHOSTUNREACH, "No route to host"), "unreachable"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "unreachable"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "connection_refused"),
        (socket.timeout("timed out"), "connect_timeout"),
    ],
)
def test_why_there_is_no_connection(
    server: Server, ca_path: str, monkeypatch: pytest.MonkeyPatch, problem: OSError, kind: str
) -> None:
    """In some releases of urllib3 all of them are time-outs."""

    class Unconnected(socket.socket):
        def connect(self, _address: Any, /) -> None:
            raise problem

    monkeypatch.setattr(socket, "socket", Unconnected)
    assert refusal(session(server.url(), ca_path=ca_path)) == kind


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("120", 120),
        ("9" * 400, float("inf")),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Wednesday, 21-Oct-15 07:28:00 GMT", 0),
        ("", None),
        ("-7", None),
        ("7.5", None),
        ("nan", None),
        ("soon", None),
        ("Wed, 99 Foo 2015 07:28:00 GMT", None),
        ("Wed, 21 Oct 2034 07:28:00 +9999999999", None),
    ],
)
def test_how_long_the_server_asks_to_wait(header: str, seconds: float | None) -> None:
    assert peer._seconds(header) == seconds


def test_until_when_the_server_asks_to_wait() -> None:
    moment = datetime.now(timezone.utc) + timedelta(seconds=90)
    assert peer._seconds(format_datetime(moment, usegmt=True)) == pytest.approx(90, abs=5)


@pytest.fixture
def far_west(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A clock ten hours behind UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "WEST+10")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_west")
@pytest.mark.parametrize("form", ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"])
def test_every_form_of_a_date_is_in_utc(form: str) -> None:
    moment = datetime.now(timezone.utc) + timedelta(seconds=90)
    assert peer._seconds(moment.strftime(form)) == pytest.approx(90, abs=5)


fragments = st.sampled_from(["Wed", ",", " ", "21", "Oct", "2034", "9999", "07:28:00", ":", ".", "-", "+2359", "GMT"])


@example("Oct Wed , Wed")  # an IndexError of Python 3.9
@given(
    st.text(string.printable + "\u0663\u00b2") | st.lists(fragments).map("".join) | st.lists(fragments).map(" ".join)
)
def test_any_header_asks_for_some_time_or_none(header: str) -> None:
    seconds = peer._seconds(header)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    ("headers", "seconds"), [({"Retry-After": "7"}, 7), ({"Retry-After": "soon"}, None), ({}, None)]
)
def test_the_answer_has_what_the_server_asks_for(
    server: Server, ca_path: str, headers: dict[str, str], seconds: float | None
) -> None:
    server.headers = headers
    with session(server.url(), ca_path=ca_path) as client:
        assert client.request("GET", "/v1/cluster").retry_after == seconds


status_lines = st.sampled_from(
    [b"HTTP/1.1 200 OK", b"HTTP/1.0 200", b"HTTP/1.1 204 x", b"HTTP/1.1 307 x", b"HTTP/1.1 99"]
)
header_names = st.sampled_from(
    [
        b"Content-Length",
        b"Transfer-Encoding",
        b"Content-Encoding",
        b"Connection",
        b"Location",
        b"Retry-After",
        b"Set-Cookie",
    ]
)
header_values = st.sampled_from(
    [b"chunked", b"gzip", b"5", b"-5", b"9" * 30, b"close", b"https://[", b"a=b"]
) | st.binary(max_size=9)
headers = st.lists(st.tuples(header_names, header_values).map(b": ".join), max_size=4).map(b"\r\n".join)
bodies = st.binary(max_size=60) | st.sampled_from([b"5\r\nhello\r\n0\r\n\r\n", b"fffffffff\r\nx", b"-1\r\n", b"{}"])
answers = st.tuples(status_lines | st.binary(max_size=20), headers, bodies).map(
    lambda parts: b"%b\r\n%b\r\n\r\n%b" % parts
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(answer=b"HTTP/1.1 307 x\r\nLocation: \x80\r\n\r\n")
@example(answer=b"HTTP/1.1 307 x\r\nLocation: https://[\r\n\r\n")
@given(answer=answers | st.binary(min_size=1))
def test_any_bytes_are_an_answer_or_a_documented_failure(server: Server, ca_path: str, answer: bytes) -> None:
    server.raw = answer
    with session(server.url(), ca_path=ca_path) as client:
        problem: CertificateError | None
        try:
            problem = client.request("GET", "/v1/cluster").body_error
        except CertificateError as error:
            problem = error
    assert problem is None or problem.message.isprintable()


def test_a_trusted_server_needs_no_pin(server: Server, ca_path: str) -> None:
    with session(server.url(), ca_path=ca_path) as client:
        assert get(client) == 200
        client.pin("00:" * 31 + "00")
        assert get(client) == 200


def test_a_stranger_is_talked_to_by_its_pinned_leaf_only(server: Server, ca_path: str, stranger: Authority) -> None:
    server.material, another = stranger.issue(), stranger.issue()
    with session(server.url(), ca_path=ca_path) as client:
        assert refusal(client) == "tls_untrusted"
        client.pin(another.fingerprint)
        assert refusal(client) == "tls_untrusted"
        assert server.asked == []
        client.pin(server.material.fingerprint)
        assert get(client) == 200
    assert server.asked == ["GET /v1/cluster"]
    assert server.logins[0].startswith("Basic ")


def test_another_leaf_of_the_same_stranger_is_refused_and_learns_nothing(
    server: Server, ca_path: str, stranger: Authority
) -> None:
    server.material = stranger.issue()
    with session(server.url(), ca_path=ca_path) as client:
        client.pin(server.material.fingerprint)
        assert get(client) == 200
        client.disconnect()
        server.material = stranger.issue()
        with pytest.raises(CertificateError) as raised:
            client.request("PUT", "/v1/cluster/certificates", {"a": "private key"})
    assert raised.value.kind == "tls_untrusted"
    assert not write_may_be_repeated(raised.value)
    assert server.asked == ["GET /v1/cluster"]


def test_an_issuer_is_no_leaf(server: Server, ca_path: str, stranger: Authority) -> None:
    server.material = stranger.issue(intermediates=1, root=True)
    with session(server.url(), ca_path=ca_path) as client:
        for issuer in server.material.chain_fingerprints[1:]:
            client.pin(issuer)
            assert refusal(client) == "tls_untrusted"
    assert server.asked == []


def test_a_pin_counts_from_the_next_handshake_on(server: Server, ca_path: str, stranger: Authority) -> None:
    with session(server.url(), ca_path=ca_path) as client:
        assert get(client) == 200
        server.material = stranger.issue()
        client.pin(server.material.fingerprint)
        assert get(client) == 200
        assert server.handshakes == 1
        client.disconnect()
        assert get(client) == 200


def test_expiry_is_got_around_by_the_pin(server: Server, ca_path: str, authority: Authority) -> None:
    server.material = authority.issue(days=-1)
    with session(server.url(), ca_path=ca_path) as client:
        assert refusal(client) == "tls_expired"
        client.pin(server.material.fingerprint)
        assert get(client) == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_host_that_is_not_covered_is_got_around_by_the_pin(
    server: Server, ca_path: str, authority: Authority, host: str
) -> None:
    server.material = authority.issue(sans=[FQDN])
    with session(server.url(host), ca_path=ca_path) as client:
        assert refusal(client) == "tls_host_mismatch"
        client.pin(authority.issue(sans=[FQDN]).fingerprint)
        assert refusal(client) == "tls_host_mismatch"
        assert server.asked == []
        client.pin(server.material.fingerprint)
        assert get(client) == 200


def test_a_pin_does_not_hide_that_nothing_listens(server: Server, ca_path: str) -> None:
    with session(server.url(), ca_path=ca_path) as client:
        client.pin(server.material.fingerprint)
        server.close()
        assert refusal(client) == "connection_refused"


@pytest.mark.parametrize("habit", ["hang", "close"])
def test_a_write_to_a_trusted_server_is_sent_once_whatever_is_pinned(server: Server, ca_path: str, habit: str) -> None:
    server.habit = habit
    with session(server.url(), ca_path=ca_path, write_timeout=0.3) as client:
        client.pin(server.material.fingerprint)
        with pytest.raises(CertificateError) as raised:
            client.request("PUT", "/v1/cluster/certificates", {})
    assert answer_lost(raised.value)
    assert server.asked == ["PUT /v1/cluster/certificates"]


@pytest.mark.parametrize(("habit", "kind"), [("hang", "read_timeout"), ("close", "connection_lost")])
def test_an_answer_that_is_lost_behind_the_pin_is_no_distrust(
    server: Server, ca_path: str, stranger: Authority, habit: str, kind: str
) -> None:
    server.material, server.habit = stranger.issue(), habit
    with session(server.url(), ca_path=ca_path, write_timeout=0.3) as client:
        client.pin(server.material.fingerprint)
        with pytest.raises(CertificateError) as raised:
            client.request("PUT", "/v1/cluster/certificates", {})
    assert raised.value.kind == kind
    assert answer_lost(raised.value)
    assert server.asked == ["PUT /v1/cluster/certificates"]


def test_no_pin_is_kept_where_nothing_is_verified(server: Server, stranger: Authority) -> None:
    server.material = stranger.issue()
    with session(server.url(), validate_certs=False) as client:
        assert get(client) == 200
        client.pin(stranger.issue().fingerprint)
        assert get(client) == 200
        assert server.handshakes == 1
