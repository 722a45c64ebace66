# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the ports present, and that the very next handshake shows a change."""

from __future__ import annotations

import shutil
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from simulator import Authority, Cluster
from simulator.authority import fingerprint_of
from unit.simulator.raw_client import CERTIFICATES, Client, peer_fingerprint, presented, unverified

needs_redis = pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")
SERVED = ("api", "cm", "metrics_exporter", "proxy")


@pytest.fixture(params=[pytest.param("redis", marks=needs_redis), "tls"])
def whole(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """Two nodes with database endpoints of both kinds."""
    with Cluster(nodes=2, database=request.param) as running:
        yield running


def ports(cluster: Cluster) -> dict[str, int]:
    return dict(
        zip(SERVED, (cluster.api_port, cluster.cm_port, cluster.metrics_port, cluster.database_port), strict=True)
    )


def ping(address: str, port: int, words: bytes = b"PING\r\n") -> bytes:
    with (
        socket.create_connection((address, port), timeout=10) as plain,
        unverified().wrap_socket(plain) as secured,
    ):
        secured.sendall(words)
        return secured.recv(100)


def test_each_port_presents_its_own_certificate_on_every_node(whole: Cluster) -> None:
    seen: set[str] = set()
    for name, port in ports(whole).items():
        leaf = x509.load_pem_x509_certificate((whole.certificate(name) or "").encode())
        for node in whole.nodes:
            assert presented(node.address, port) == fingerprint_of(leaf)
        seen.add(fingerprint_of(leaf))
    assert len(seen) == len(SERVED)
    keys = [held.key for held in whole.nodes[0].stored.values() if held.key]
    assert len(set(keys)) == len(keys)


def test_the_next_handshake_shows_each_change_on_every_port(whole: Cluster, authority: Authority) -> None:
    client = Client(whole)
    for _round in range(3):
        for name, port in ports(whole).items():
            material = authority.issue(intermediates=1, key="ec")
            assert client.put_one(name, material).status == 200
            for node in whole.nodes:
                assert presented(node.address, port) == material.fingerprint, name


def test_the_whole_chain_is_presented(whole: Cluster, authority: Authority) -> None:
    material = authority.issue("db.example.com", intermediates=2)
    Client(whole).put_one("proxy", material)
    context = ssl.create_default_context(cadata=authority.ca_pem)
    with (
        socket.create_connection(("127.0.0.1", whole.database_port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="db.example.com") as secured,
    ):
        assert peer_fingerprint(secured) == material.fingerprint


def test_the_database_answers(whole: Cluster) -> None:
    for node in whole.nodes:
        assert ping(node.address, whole.database_port) == b"+PONG\r\n"
        assert ping(node.address, whole.database_port, b"*1\r\n$4\r\nPING\r\n") == b"+PONG\r\n"
        assert ping(node.address, whole.database_port, b"NONSENSE\r\n").startswith(b"-ERR")


def test_a_database_of_a_lagging_node_follows_by_itself(whole: Cluster, authority: Authority) -> None:
    whole.nodes[1].lag = 0.3
    material = authority.issue()
    started = time.monotonic()
    Client(whole).put_one("proxy", material)
    assert presented("127.0.0.1", whole.database_port) == material.fingerprint
    while presented("127.0.0.2", whole.database_port) != material.fingerprint:
        assert time.monotonic() - started < 30
        time.sleep(0.02)
    assert time.monotonic() - started >= 0.3


def test_a_database_of_a_node_that_is_down_refuses(whole: Cluster, authority: Authority) -> None:
    whole.nodes[1].down = True
    with pytest.raises(ConnectionRefusedError):
        ping("127.0.0.2", whole.database_port)
    material = authority.issue()
    assert Client(whole).put_one("proxy", material).status == 409
    whole.nodes[1].down = False
    assert presented("127.0.0.2", whole.database_port) == material.fingerprint


def test_a_pair_that_cannot_be_served_breaks_only_its_port(whole: Cluster, authority: Authority) -> None:
    whole.set_certificate("proxy", "nonsense", "nonsense")
    whole.set_certificate("cm", authority.issue().certificate_pem, authority.issue().key_pem)
    with pytest.raises(OSError, match=r"EOF|reset"):
        presented("127.0.0.1", whole.cm_port)
    assert Client(whole).ask("GET", CERTIFICATES).json["proxy_cert"] == "nonsense"
    good = authority.issue()
    whole.set_certificate("proxy", good.certificate_pem, good.key_pem)
    assert presented("127.0.0.1", whole.database_port) == good.fingerprint


def test_an_open_connection_keeps_its_certificate(cluster: Cluster, client: Client, authority: Authority) -> None:
    connection = client.connection()
    connection.connect()
    before = peer_fingerprint(connection.sock)
    material = authority.issue()
    client.put_one("api", material)
    connection.request("GET", "/v1/cluster", headers={"Authorization": client.authorization("admin")})
    assert connection.getresponse().read()
    assert peer_fingerprint(connection.sock) == before
    connection.close()
    assert client.presented(cluster.api_port) == material.fingerprint


def test_a_client_that_connected_before_the_change_and_speaks_after_it_sees_the_new_one(
    cluster: Cluster, client: Client, authority: Authority
) -> None:
    material = authority.issue()
    with socket.create_connection(("127.0.0.1", cluster.cm_port), timeout=10) as early:
        client.put_one("cm", material)
        with unverified().wrap_socket(early) as secured:
            assert peer_fingerprint(secured) == material.fingerprint


def test_the_ca_file_verifies_the_initial_certificate_at_every_address(authority: Authority) -> None:
    with Cluster(nodes=3, database="none") as cluster:
        client = Client(cluster)
        context = ssl.create_default_context(cafile=cluster.ca_path)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        statuses = [client.ask("GET", "/v1/nodes", node=node, context=context).status for node in (1, 2, 3)]
        assert statuses == [200, 307, 307]
        client.put_one("api", authority.issue())
        with pytest.raises(ssl.SSLCertVerificationError):
            client.ask("GET", "/v1/nodes", context=context)


def test_stalled_and_broken_clients_hold_up_nobody(cluster: Cluster, client: Client) -> None:
    stalled = [socket.create_connection(("127.0.0.1", cluster.api_port)) for _number in range(20)]
    stalled[0].sendall(b"\x16\x03")
    stalled[1].sendall(b"GET / HTTP/1.1\r\n\r\n")
    started = time.monotonic()
    assert client.ask("GET", "/v1/cluster").status == 200
    assert time.monotonic() - started < 5
    for one in stalled:
        one.close()


def test_many_at_once(cluster: Cluster, client: Client) -> None:
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(client.ask("GET", CERTIFICATES).status))
        for _number in range(24)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 24
    assert len(cluster.requests) == 24


@pytest.mark.parametrize("cluster", [{"nodes": 2, "database": "tls"}], indirect=True)
def test_handshakes_are_counted_for_each_port_and_node(cluster: Cluster, client: Client) -> None:
    names = ports(cluster)
    for count, (name, port) in enumerate(names.items(), 1):
        assert cluster.handshakes(name) == 0
        for _number in range(count):
            client.presented(port, node=1)
        client.presented(port, node=2)
        assert (cluster.handshakes(name), cluster.handshakes(name, node=1)) == (count + 1, count)
    with pytest.raises(ssl.SSLCertVerificationError):
        client.ask("GET", "/v1/nodes", context=ssl.create_default_context())
    with socket.create_connection(("127.0.0.1", cluster.api_port), timeout=10):
        pass
    assert cluster.handshakes("api", node=1) == 2
    for name, node in (("syncer", None), ("api", 3)):
        with pytest.raises(KeyError):
            cluster.handshakes(name, node)


@needs_redis
@pytest.mark.parametrize("cluster", [{"database": "redis"}], indirect=True)
def test_redis_server_counts_no_handshakes(cluster: Cluster) -> None:
    with pytest.raises(KeyError, match="proxy"):
        cluster.handshakes("proxy")


def test_cluster_manager_shows_a_page(cluster: Cluster) -> None:
    with (
        socket.create_connection(("127.0.0.1", cluster.cm_port), timeout=10) as plain,
        unverified().wrap_socket(plain) as secured,
    ):
        secured.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = secured.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"Content-Type: text/html" in answer


@pytest.mark.parametrize("cluster", [{"expires": {"api": -3}}], indirect=True)
def test_an_expired_certificate_is_served_all_the_same(cluster: Cluster, client: Client) -> None:
    leaf = x509.load_pem_x509_certificate((cluster.certificate("api") or "").encode())
    assert leaf.not_valid_after_utc < datetime.now(timezone.utc) - timedelta(days=2)
    assert client.presented(cluster.api_port) == fingerprint_of(leaf)


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """Pytest's own are too long for the path of a socket."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def running_threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("simulator")}


@pytest.mark.parametrize("database", ["none", "tls", pytest.param("redis", marks=needs_redis)])
def test_nothing_is_left_behind(database: str, short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(short_folder))
    before = running_threads()
    with Cluster(nodes=2, database=database, lag={2: 600}) as cluster:
        client = Client(cluster)
        assert client.ask("POST", f"{CERTIFICATES}/rotate").status == 200
        open_one = client.connection()
        open_one.connect()
        assert Path(cluster.ca_path).is_relative_to(short_folder)
    open_one.close()
    assert list(short_folder.iterdir()) == []
    assert running_threads() == before
    with pytest.raises(ConnectionRefusedError):
        client.ask("GET", "/v1/cluster")


def test_what_was_never_started_or_is_closed_already_can_be_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").touch()
    cluster = Cluster(nodes=1, database="none")
    cluster.close()
    cluster.start()
    cluster.close()
    cluster.close()
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_start_is_cheap_once_the_keys_are_there(cluster: Cluster) -> None:
    assert cluster.nodes
    started = time.process_time()
    with Cluster(nodes=3, database="none"):
        assert time.process_time() - started < 0.3
