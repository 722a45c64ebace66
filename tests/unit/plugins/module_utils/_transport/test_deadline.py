# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time that one request has, whatever its server does with it; and what the watchdog leaves behind."""

from __future__ import annotations

import gc
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport import deadline, tls_handshake
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.deadline import Deadline
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.retry import answer_lost
from simulator.authority import Authority, Material
from simulator.dripping import ANSWERS, HANDSHAKE, TUNNEL, DrippingServer
from simulator.ports import full_port

from .test_session import Server, session

#: What a request has in these tests, in seconds, and what may pass until it is given up at the latest.
TIME, AT_THE_LATEST = 1.0, 10.0


@pytest.fixture(scope="module")
def ca_path(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("trust") / "ca.pem"
    path.write_text(authority.ca_pem)
    return str(path)


@pytest.fixture(scope="module")
def on_loopback(authority: Authority) -> Material:
    return authority.issue("cluster.example.com", sans=["127.0.0.1"])


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of a TCP connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        near = socket.create_connection(listener.getsockname())
        far, _address = listener.accept()
    with near, far:
        for end in (near, far):
            end.settimeout(10)
        yield near, far


def ends(seconds: float, what: Callable[[], Any]) -> Any:
    """What it returns, if it does in time."""
    began = time.monotonic()
    try:
        return what()
    finally:
        assert time.monotonic() - began < seconds


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.parametrize("habit", [*ANSWERS, HANDSHAKE])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_no_answer_holds_a_request_longer_than_it_has(
    habit: str, method: str, on_loopback: Material, ca_path: str
) -> None:
    options = {"GET": {"timeout": TIME}, "PUT": {"timeout": 2 * TIME, "write_timeout": TIME}}[method]
    with DrippingServer(habit, on_loopback, pause=0.05) as server:
        with session(server.url, ca_path=ca_path, **options) as client:
            failure = ends(AT_THE_LATEST, lambda: failed(client, method))
        assert len(server.requests) <= (habit != HANDSHAKE)  # a busy machine may not come to it in time
    option = "timeout" if method == "GET" else "write_timeout"
    assert failure.kind == "read_timeout"
    assert f"the request timed out after {TIME:g} s ({option})" in failure.message
    assert answer_lost(failure)  # so that a read follows a write


def failed(client: Any, method: str) -> CertificateError:
    """The failure of a request, also where only its body is missing."""
    try:
        error: CertificateError | None = client.request(
            method, "/v1/cluster", None if method == "GET" else {}
        ).body_error
    except CertificateError as raised:
        error = raised
    assert error is not None
    return error


@pytest.mark.parametrize("habit", [HANDSHAKE, TUNNEL])
def test_connecting_for_a_write_has_the_time_of_a_read(
    habit: str, on_loopback: Material, ca_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with DrippingServer(habit, on_loopback, pause=0.05) as server:
        url = server.url
        if habit == TUNNEL:
            monkeypatch.setenv("HTTPS_PROXY", url)
            url = "https://192.0.2.1:9443"
        with session(url, ca_path=ca_path, timeout=TIME, write_timeout=60.0) as client:
            failure = ends(AT_THE_LATEST, lambda: failed(client, "PUT"))
    assert failure.kind == ("proxy" if habit == TUNNEL else "read_timeout")
    assert f" {TIME:g} s (timeout)" in failure.message


def test_the_body_of_a_write_has_the_time_of_a_read(on_loopback: Material, ca_path: str) -> None:
    with (
        DrippingServer("body", on_loopback, pause=0.05) as server,
        session(server.url, ca_path=ca_path, timeout=TIME, write_timeout=60.0) as client,
    ):
        answer = ends(AT_THE_LATEST, lambda: client.request("PUT", "/v1/cluster", {}))
    assert answer.status == 200
    assert answer.body_error.kind == "read_timeout"
    assert "(timeout)" in answer.body_error.message


def test_a_slow_write_has_its_own_time(on_loopback: Material, ca_path: str) -> None:
    with Server(on_loopback) as server, session(server.url(), ca_path=ca_path, timeout=3.0) as client:
        server.delay = 3.5
        assert client.request("PUT", "/v1/cluster", {}).status == 200
        assert len(server.asked) == 1


def test_a_connection_is_used_again_after_a_deadline_that_was_not_reached(on_loopback: Material, ca_path: str) -> None:
    with Server(on_loopback) as server, session(server.url(), ca_path=ca_path, timeout=3.0) as client:
        for dummy in range(3):
            assert client.request("GET", "/v1/cluster").status == 200
            time.sleep(1.6)
        assert server.handshakes == 1


def test_a_connection_that_is_used_again_has_a_deadline_too(on_loopback: Material, ca_path: str) -> None:
    with Server(on_loopback) as server, session(server.url(), ca_path=ca_path, timeout=1.5) as client:
        assert client.request("GET", "/v1/cluster").status == 200
        server.delay = 60.0
        assert ends(AT_THE_LATEST, lambda: failed(client, "GET")).kind == "read_timeout"
        assert server.handshakes == 1


def test_requests_leave_no_descriptor_and_no_second_thread(on_loopback: Material, ca_path: str) -> None:
    with Server(on_loopback) as server:
        gc.collect()  # what earlier tests left
        before = descriptors()
        for dummy in range(5):
            with session(server.url(), ca_path=ca_path) as client:
                assert client.request("GET", "/v1/cluster").status == 200
        for dummy in range(100):
            if descriptors() <= before:  # the server has closed its ends, too
                break
            time.sleep(0.05)
        assert descriptors() <= before
        assert sum(one.name == "deadlines" for one in threading.enumerate()) <= 1


def test_what_reads_from_a_connection_finds_its_end(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    with Deadline().limit(0.2) as limited:
        limited.watch(near)
        assert ends(AT_THE_LATEST, lambda: near.recv(1)) == b""
        assert limited.passed
    assert limited.passed
    assert far.recv(1) == b""


def test_after_the_limit_the_connection_is_let_alone(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    with Deadline().limit(1.0) as limited:
        limited.watch(near)
    time.sleep(1.2)
    assert not limited.passed
    far.sendall(b"x")
    assert near.recv(1) == b"x"


def test_a_number_of_a_closed_connection_that_another_one_has_is_let_alone(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    near, _far = pair
    with Deadline().limit(0.3) as limited:
        limited.watch(near)
        number = near.detach()
        one, other = socket.socketpair()
        with one, other:
            os.dup2(one.fileno(), number)
            time.sleep(0.5)
            assert limited.passed
            os.write(number, b"x")
            assert other.recv(1) == b"x"
        os.close(number)


def test_a_part_may_end_sooner(pair: tuple[socket.socket, socket.socket]) -> None:
    near, _far = pair
    whole = Deadline()
    with whole.limit(60):
        whole.watch(near)
        with whole.limit(0.1):
            assert ends(AT_THE_LATEST, lambda: near.recv(1)) == b""
        assert whole.passed
        assert whole.left > 50


def test_what_an_earlier_request_met_is_forgotten() -> None:
    whole = Deadline()
    with whole.limit(60), whole.limit(0):
        pass
    assert whole.passed
    with whole.limit(60):
        met = whole.hit
        with whole.limit(50):
            met = met or whole.passed
        assert not met


def test_a_later_limit_does_not_keep_an_earlier_one_waiting(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    with Deadline().limit(60) as long, Deadline().limit(0.1) as short:
        long.watch(far)
        short.watch(near)
        assert ends(AT_THE_LATEST, lambda: near.recv(1)) == b""


def test_many_short_limits_do_not_disturb_the_watchdog(pair: tuple[socket.socket, socket.socket]) -> None:
    """It looks at what is about to be released, too."""

    def hurry(end: socket.socket) -> None:
        for dummy in range(2000):
            with Deadline().limit(0.0001) as limited:
                limited.watch(end)

    threads = [threading.Thread(target=hurry, args=(end,)) for end in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        Deadline().limit(0.5) as limited,
        limited.connect(*listener.getsockname()) as connection,
    ):
        connection.settimeout(10)
        assert ends(AT_THE_LATEST, lambda: connection.recv(1)) == b""


def test_a_forked_process_has_a_watchdog_of_its_own(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    with Deadline().limit(60) as limited:
        limited.watch(near)
        process = os.fork()
        if not process:
            try:
                with Deadline().limit(0.1) as own:
                    own.watch(far)
                    os._exit(0 if far.recv(1) == b"" else 1)
            finally:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0


def test_the_thread_ends_with_what_it_watches(pair: tuple[socket.socket, socket.socket]) -> None:
    near, _far = pair
    watchdog = deadline._Watchdog()
    limited = Deadline()
    limited.end = time.monotonic() + 0.1
    watchdog.add(limited)
    # Another watchdog has a thread of that name, too; what it runs is private to threading.
    (thread,) = (one for one in threading.enumerate() if getattr(one, "_target", None) == watchdog._run)
    thread.join(AT_THE_LATEST)
    assert not thread.is_alive()
    watchdog.add(limited)
    assert watchdog._waking is not None
    limited.watch(near)
    limited._release()


def addresses(monkeypatch: pytest.MonkeyPatch, *ports: int) -> None:
    """Let a name have several addresses."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", number)) for number in ports]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)


@pytest.fixture
def silent_port() -> Iterator[int]:
    with full_port() as port:
        yield port


def test_the_addresses_of_a_host_share_its_time(monkeypatch: pytest.MonkeyPatch, silent_port: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        addresses(monkeypatch, silent_port, listener.getsockname()[1])
        with Deadline().limit(1.0) as limited, limited.connect("cluster.example.com", 1) as connection:
            assert connection.getpeername() == listener.getsockname()
            assert 0 < (connection.gettimeout() or 0) <= 0.6


def test_many_addresses_have_no_more_time_than_one(monkeypatch: pytest.MonkeyPatch, silent_port: int) -> None:
    addresses(monkeypatch, *[silent_port] * 20)
    with Deadline().limit(0.4) as limited, pytest.raises(socket.timeout):
        ends(2.0, lambda: limited.connect("cluster.example.com", 1))


def test_a_handshake_that_drips_is_no_answer_in_time(on_loopback: Material) -> None:
    with DrippingServer(HANDSHAKE, on_loopback, pause=0.05) as server:
        look = tls_handshake.read_presented
        seen = ends(AT_THE_LATEST, lambda: look("127.0.0.1", server.port, None, TIME))
    assert seen == tls_handshake.Presented(problem="timed out")
