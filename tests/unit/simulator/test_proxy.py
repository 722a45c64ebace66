# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The habits of the database ``tls``: workers that keep the old certificate, and clients that need one of their own."""

from __future__ import annotations

import socket
import ssl
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from simulator import Authority, Cluster
from unit.simulator.raw_client import CERTIFICATES, Client, unverified

OLD = {"nodes": 2, "database": "tls", "version": "7.8.6-35"}
STALE = OLD | {"stale_proxy": 600}
MUTUAL = {"nodes": 2, "database": "tls", "database_client_certificates": True}


def handshakes(cluster: Cluster, client: Client, count: int, node: int = 1) -> list[str]:
    return [client.presented(cluster.database_port, node) for _number in range(count)]


@pytest.mark.parametrize("cluster", [STALE], indirect=True)
def test_every_second_handshake_after_an_update_shows_the_old_one(
    cluster: Cluster, client: Client, authority: Authority
) -> None:
    (old,) = set(handshakes(cluster, client, 3))
    first, second = authority.issue(), authority.issue(key="ec")
    assert client.put_one("proxy", first).status == 200
    for node in (1, 2):
        assert handshakes(cluster, client, 5, node) == [first.fingerprint, old] * 2 + [first.fingerprint]
    assert client.put_one("proxy", second).status == 200
    assert handshakes(cluster, client, 4) == [second.fingerprint, first.fingerprint] * 2
    assert client.put_one("proxy", second).status == 200
    assert set(handshakes(cluster, client, 4)) == {second.fingerprint, first.fingerprint}
    assert client.ask("GET", CERTIFICATES).json["proxy_cert"] == second.certificate_pem


@pytest.mark.parametrize("cluster", [STALE], indirect=True)
def test_no_other_port_and_no_other_certificate_is_concerned(
    cluster: Cluster, client: Client, authority: Authority
) -> None:
    (old,) = set(handshakes(cluster, client, 2))
    material = authority.issue()
    for name in ("api", "cm", "metrics_exporter", "syncer"):
        assert client.put_one(name, material).status == 200
    for port in (cluster.api_port, cluster.cm_port, cluster.metrics_port):
        assert {client.presented(port) for _number in range(4)} == {material.fingerprint}
    assert set(handshakes(cluster, client, 4)) == {old}


@pytest.mark.parametrize(
    "cluster", [OLD | {"stale_proxy": 1.0}, OLD | {"stale_proxy": 1.0, "lag": {1: 0.3}}], indirect=True
)
def test_the_time_counts_from_when_the_node_follows(cluster: Cluster, client: Client, authority: Authority) -> None:
    lag = cluster.nodes[0].lag
    material = authority.issue()
    started = time.monotonic()
    client.put_one("proxy", material)
    time.sleep(lag + 0.1)
    assert len(set(handshakes(cluster, client, 2))) == 2
    while len(set(handshakes(cluster, client, 2))) == 2:
        assert time.monotonic() - started < 30
    assert 1.0 + lag <= time.monotonic() - started < 5
    assert set(handshakes(cluster, client, 4)) == {material.fingerprint}


@pytest.mark.parametrize(
    ("cluster", "stale"),
    [
        (STALE | {"version": "7.4.2-54"}, True),
        (STALE | {"version": "7.8.6-35"}, True),
        (STALE | {"version": "7.8.6-36"}, False),
        (STALE | {"version": "7.8.7-1"}, False),
        (STALE | {"version": "7.22.0-94"}, True),
        (STALE | {"version": "7.22.0-95"}, False),
        (STALE | {"version": "8.0.20-96"}, False),
        (OLD, False),
    ],
    indirect=["cluster"],
)
def test_the_bug_is_that_of_certain_versions_and_only_on_demand(
    cluster: Cluster, client: Client, authority: Authority, stale: bool
) -> None:
    client.put_one("proxy", authority.issue())
    assert len(set(handshakes(cluster, client, 2))) == (2 if stale else 1)


@pytest.mark.parametrize("cluster", [STALE | {"versions": ["7.8.6-36", "7.8.6-35"]}], indirect=True)
def test_each_node_has_the_bug_of_its_own_version(cluster: Cluster, client: Client, authority: Authority) -> None:
    client.put_one("proxy", authority.issue())
    assert [len(set(handshakes(cluster, client, 2, node))) for node in (1, 2)] == [1, 2]


def refused_handshake(address: str, port: int) -> tuple[bytes, str]:
    """What the server sent, where TLS 1.2 shows the certificates in clear, and the error of the client."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    handshake = unverified().wrap_bio(incoming, outgoing)
    sent = b""
    with socket.create_connection((address, port), timeout=10) as plain:
        while True:
            try:
                handshake.do_handshake()
            except ssl.SSLWantReadError:
                plain.sendall(outgoing.read())
                piece = plain.recv(65536)
                sent += piece
                incoming.write(piece)
            except ssl.SSLError as error:
                return sent, str(error).lower()
            else:
                raise AssertionError("the handshake succeeded")


@pytest.mark.parametrize("cluster", [MUTUAL], indirect=True)
def test_a_client_without_a_certificate_fails_once_it_has_seen_the_chain(
    cluster: Cluster, client: Client, authority: Authority
) -> None:
    material = authority.issue(intermediates=1)
    client.put_one("proxy", material)
    for address in ("127.0.0.1", "127.0.0.2"):
        sent, error = refused_handshake(address, cluster.database_port)
        assert "handshake failure" in error
        assert all(certificate.public_bytes(Encoding.DER) in sent for certificate in material.chain)
    assert cluster.handshakes("proxy") == 2


@pytest.mark.parametrize("cluster", [MUTUAL], indirect=True)
def test_it_takes_the_first_syncer_certificate_and_no_other(
    cluster: Cluster, client: Client, authority: Authority, tmp_path: Path
) -> None:
    held = cluster.nodes[0].stored["syncer"]
    stranger = authority.issue()
    client.put_one("syncer", stranger)
    for certificate, key, taken in (
        (held.certificate, held.key, True),
        (stranger.certificate_pem, stranger.key_pem, False),
    ):
        (tmp_path / "client.pem").write_text(f"{certificate}{key}")
        context = unverified()
        context.load_cert_chain(tmp_path / "client.pem")
        with socket.create_connection(("127.0.0.1", cluster.database_port), timeout=10) as plain:
            if not taken:
                with pytest.raises(OSError, match=r"."):
                    context.wrap_socket(plain)
                continue
            with context.wrap_socket(plain) as secured:
                secured.sendall(b"PING\r\n")
                assert secured.recv(100) == b"+PONG\r\n"
