# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a handshake makes of ports of every kind: real sockets, and real TLS where there is any."""

from __future__ import annotations

import re
import socket
import ssl
import struct
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import ANY
from urllib.parse import urlsplit

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._hostnames import is_host
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.endpoints import Endpoint
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport import capture, tls_handshake
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.tls_handshake import (
    Presented,
    prepare_look,
)
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import example, given
from hypothesis import strategies as st
from simulator.authority import Authority, Material, fingerprint_of, pem_of
from simulator.forgery import ECDHE_RSA, RSA_KEY_EXCHANGE, Forgery, corrupted_key
from simulator.keys import KeyText
from simulator.ports import full_port
from simulator.tls import server_context

FQDN = "cluster.example.com"
VERSION_NAMES = {ssl.TLSVersion.TLSv1_2: "TLSv1.2", ssl.TLSVersion.TLSv1_3: "TLSv1.3"}

#: Seconds that a port of a test waits for its client.
_PATIENCE = 5

Serve = Callable[[socket.socket], object]


@contextmanager
def port(serve: Serve) -> Iterator[int]:
    """A port that handles its connections one after another, and breaks with each when the client does."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as thread:

        def handle() -> None:
            while True:
                try:
                    connection = listener.accept()[0]
                except OSError:
                    return  # closed
                with connection, suppress(OSError):
                    connection.settimeout(_PATIENCE)
                    serve(connection)

        handled = thread.submit(handle)
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        handled.result()


def look(
    serve: Serve, server_name: str | None = FQDN, timeout: float = 10, trust: ssl.SSLContext | None = None
) -> Presented:
    with port(serve) as number:
        return tls_handshake.read_presented("127.0.0.1", number, server_name, timeout, trust)


def tls(context: ssl.SSLContext) -> Serve:
    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(1)

    return serve


def context_of(material: Material) -> ssl.SSLContext:
    return server_context(material.certificate_pem, material.key_pem)


def wait_for_client_to_go(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def shown(material: Material) -> Presented:
    return shown_chain(material.chain)


def shown_chain(chain: Sequence[x509.Certificate]) -> Presented:
    """Whatever the version of TLS is."""
    ders = tuple(certificate.public_bytes(Encoding.DER) for certificate in chain)
    return Presented(tuple(map(fingerprint_of, chain)), chain=ders, tls_version=ANY)


@pytest.fixture(params=["as this Python does", "as Python before 3.13 does"])
def every_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In how many ways the chain is found out."""
    if request.param == "as Python before 3.13 does":
        monkeypatch.setattr(capture, "_PUBLIC_CHAIN", None)
    tls_handshake._all_seeing.cache_clear()
    yield
    tls_handshake._all_seeing.cache_clear()


@pytest.mark.usefixtures("every_way")
@pytest.mark.parametrize("length", [1, 2, 4])
def test_the_chain_is_seen_leaf_first(authority: Authority, length: int) -> None:
    material = authority.issue(FQDN, intermediates=max(0, length - 2), root=length > 1)
    assert len(material.chain) == length
    assert look(tls(context_of(material))) == shown(material)


@pytest.mark.usefixtures("every_way")
def test_the_chain_is_seen_as_it_is_presented_and_not_in_order(material: Material, authority: Authority) -> None:
    odd = Material((material.chain[0], authority.certificate, material.chain[2]), material.key_pem, material.ca_pem)
    assert look(tls(context_of(odd))) == shown(odd)


@pytest.mark.parametrize("key", ["ec", "ed25519"])
@pytest.mark.parametrize("days", [365, -1])
def test_nothing_is_verified(key: str, days: int) -> None:
    material = Authority("Somebody else").issue("other.example.com", key=key, days=days)
    assert look(tls(context_of(material))) == shown(material)


@pytest.mark.usefixtures("every_way")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_port_with_one_version_of_tls(material: Material, version: ssl.TLSVersion) -> None:
    context = context_of(material)
    context.minimum_version = context.maximum_version = version
    seen = look(tls(context))
    assert seen == shown(material)
    assert seen.tls_version == VERSION_NAMES[version]


def demanding(material: Material, version: ssl.TLSVersion) -> ssl.SSLContext:
    """A port that takes only clients with a certificate."""
    context = server_context(material.certificate_pem, material.key_pem, material.ca_pem)
    context.verify_mode = ssl.CERT_REQUIRED
    context.minimum_version = context.maximum_version = version
    return context


@pytest.mark.usefixtures("every_way")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_port_that_demands_a_client_certificate_shows_its_own(material: Material, version: ssl.TLSVersion) -> None:
    seen = look(tls(demanding(material, version)))
    assert seen == shown(material)
    assert seen.tls_version == VERSION_NAMES[version]


FORGERIES = {
    "refuses after the certificate": Forgery(ECDHE_RSA),
    "refuses after the certificate, RSA key exchange": Forgery(RSA_KEY_EXCHANGE),
    "hangs up after the certificate": Forgery(ECDHE_RSA, refuses=False),
    "signs nothing": Forgery(ECDHE_RSA, done=True),
    "asks for a certificate and signs nothing": Forgery(ECDHE_RSA, asks=True, done=True),
    "asks for a certificate, RSA key exchange": Forgery(RSA_KEY_EXCHANGE, asks=True, done=True),
    "makes a signature up": Forgery(ECDHE_RSA, signs=True, done=True),
    "makes a signature up and asks for a certificate": Forgery(ECDHE_RSA, signs=True, asks=True, done=True),
}


@pytest.mark.usefixtures("every_way")
@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
@pytest.mark.parametrize("trusts", [False, True])
def test_a_certificate_without_its_key_is_no_proof(
    material: Material, authority: Authority, forgery: Forgery, trusts: bool
) -> None:
    trust = trusting(authority.certificate) if trusts else None
    seen = look(lambda connection: forgery.serve(connection, material.chain), trust=trust)
    assert seen.fingerprints == ()
    assert seen.reachable
    assert seen.problem


@pytest.mark.usefixtures("every_way")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("demands", [False, True])
@pytest.mark.parametrize("ciphers", ["ECDHE", "kRSA"])
def test_a_corrupted_key_is_no_proof(material: Material, version: ssl.TLSVersion, demands: bool, ciphers: str) -> None:
    corrupted = replace(material, key_pem=KeyText(corrupted_key(material.key_pem)))
    context = demanding(corrupted, version) if demands else context_of(corrupted)
    context.minimum_version = context.maximum_version = version
    context.set_ciphers(ciphers)
    seen = look(tls(context))
    assert seen.fingerprints == ()
    assert seen.problem is not None


def test_why_a_certificate_without_its_key_does_not_count(material: Material) -> None:
    context = context_of(replace(material, key_pem=KeyText(corrupted_key(material.key_pem))))
    assert look(tls(context)).problem == (
        "it presents a certificate without proof that it has the private key: TLS handshake failed (BAD_SIGNATURE)"
    )


def test_a_port_with_nothing_but_rsa_key_exchange_is_seen_once_the_handshake_is_complete(material: Material) -> None:
    context = context_of(material)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("kRSA")
    assert look(tls(context)) == shown(material)
    refusing = demanding(material, ssl.TLSVersion.TLSv1_2)
    refusing.set_ciphers("kRSA")
    assert look(tls(refusing)).fingerprints == ()


def trusting(*certificates: x509.Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata="".join(map(pem_of, certificates)))
    prepare_look(context)
    return context


@pytest.mark.usefixtures("every_way")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_what_is_trusted_verifies_even_where_a_client_certificate_is_demanded(
    material: Material, authority: Authority, version: ssl.TLSVersion
) -> None:
    trust = trusting(authority.certificate)
    for context in (context_of(material), demanding(material, version)):
        assert look(tls(context), trust=trust) == shown(material)


@pytest.mark.usefixtures("every_way")
@pytest.mark.parametrize(
    ("options", "name", "kind"),
    [
        ({}, FQDN, None),
        ({}, f"redis-12000.{FQDN}", None),
        ({}, "127.0.0.1", None),
        ({}, "other.example.com", "host_mismatch"),
        ({}, "127.0.0.99", "host_mismatch"),
        ({}, "::1", "host_mismatch"),
        ({}, "fe80::1%eth0", "host_mismatch"),
        ({"sans": ["IP:fe80::1"]}, "fe80::1%eth0", None),
        ({"days": -1}, FQDN, "expired"),
        ({"not_before": 1}, FQDN, "not_yet_valid"),
        ({"eku": ["clientAuth"]}, FQDN, "wrong_purpose"),
        ({"key": "rsa1024"}, FQDN, "weak"),
    ],
)
def test_why_a_certificate_is_not_verified(
    authority: Authority, options: dict[str, Any], name: str, kind: str | None, tmp_path: Path
) -> None:
    material = authority.issue(FQDN, **options)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    (tmp_path / "both.pem").write_text(material.key_pem + material.certificate_pem)
    context.load_cert_chain(tmp_path / "both.pem")
    trust = trusting(authority.certificate)
    trust.set_ciphers("DEFAULT:@SECLEVEL=2")  # whatever this machine's own is
    seen = look(tls(context), name, trust=trust)
    if kind is None:
        assert seen == shown(material)
    else:
        assert seen.fingerprints == ()
        assert seen.reachable
        assert seen.verify_error is not None
        assert (seen.verify_error.kind, bool(seen.verify_error.message)) == (kind, True)


@pytest.mark.usefixtures("every_way")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_another_ca_is_not_trusted(material: Material, namesake: x509.Certificate, version: ssl.TLSVersion) -> None:
    for context in (context_of(material), demanding(material, version)):
        seen = look(tls(context), trust=trusting(namesake))
        assert seen.verify_error is not None
        assert (seen.fingerprints, seen.verify_error.kind) == ((), "untrusted")


def test_a_handshake_that_fails_otherwise_is_no_distrust(authority: Authority) -> None:
    seen = look(hang_up, trust=trusting(authority.certificate))
    assert seen == Presented(problem="connection closed during the handshake")


@pytest.mark.usefixtures("every_way")
def test_one_trust_serves_many_handshakes_at_a_time(authority: Authority, material: Material, other: Material) -> None:
    trust = trusting(authority.certificate)
    materials = [material, other] * 8
    with ThreadPoolExecutor(len(materials)) as threads:
        seen = threads.map(lambda one: look(tls(context_of(one)), trust=trust), materials)
        assert list(seen) == list(map(shown, materials))


@pytest.fixture(scope="module")
def weak(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate with a key and a signature that today's defaults refuse, and its key."""
    directory = tmp_path_factory.mktemp("weak")
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:1024", "-sha1", "-nodes", "-subj", "/CN=weak", "-days", "9"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *files], check=True, capture_output=True)
    return certificate, key


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_weak_certificate_is_seen_too(weak: tuple[Path, Path], version: ssl.TLSVersion) -> None:
    certificate, key = weak
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    try:
        context.load_cert_chain(certificate, key)
    except ssl.SSLError:
        pytest.skip("this OpenSSL does not serve it")
    leaf = x509.load_pem_x509_certificate(certificate.read_bytes())
    assert look(tls(context)) == shown_chain([leaf])


@contextmanager
def signing_with_sha1(weak: tuple[Path, Path]) -> Iterator[int]:
    """A port that signs its handshakes with SHA-1 alone."""
    certificate, key = weak
    command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", str(certificate), "-key", str(key), "-tls1_2"]
    weakness = ["-cipher", "DEFAULT:@SECLEVEL=0", "-sigalgs", "RSA+SHA1"]
    with subprocess.Popen(
        [*command, *weakness], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        assert server.stdout is not None
        try:
            accepting = next((line for line in server.stdout if line.startswith("ACCEPT ")), None)
            if accepting is None:
                pytest.skip("this OpenSSL signs nothing with SHA-1")
            yield int(accepting.rpartition(":")[2])
        finally:
            server.kill()


@pytest.mark.usefixtures("every_way")
def test_a_port_that_signs_with_sha1_is_seen_too(weak: tuple[Path, Path]) -> None:
    leaf = x509.load_pem_x509_certificate(weak[0].read_bytes())
    with signing_with_sha1(weak) as number:
        assert tls_handshake.read_presented("127.0.0.1", number, None, 10) == shown_chain([leaf])


@pytest.mark.parametrize(
    ("name", "indicated"),
    [
        (FQDN, FQDN),
        (f"redis-12000.{FQDN}", f"redis-12000.{FQDN}"),
        ("b\u00fccher.example.com", "xn--bcher-kva.example.com"),
        (None, None),
        ("", None),
        ("127.0.0.1", None),
        ("::1", None),
        ("fe80::1%eth0", None),
    ],
)
def test_names_are_indicated_and_addresses_are_not(material: Material, name: str | None, indicated: str | None) -> None:
    names: list[str | None] = []
    context = context_of(material)
    context.sni_callback = lambda secured, indication, own: names.append(indication)
    assert look(tls(context), name) == shown(material)
    assert names == [indicated]


def test_a_port_where_nothing_listens_is_not_reachable() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        seen = tls_handshake.read_presented("127.0.0.1", held.getsockname()[1], None, 10)
    assert seen == Presented(reachable=False, problem="connection refused")


def test_a_host_that_is_not_known_is_not_reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_where: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "a text of the system")

    monkeypatch.setattr(socket, "create_connection", unknown)
    seen = tls_handshake.read_presented("nowhere.example.com", 9443, None, 10)
    assert seen == Presented(reachable=False, problem="cannot resolve the host")


@pytest.fixture
def silent_port() -> Iterator[int]:
    with full_port() as port:
        yield port


def test_a_port_that_takes_no_connection_is_not_reachable(silent_port: int) -> None:
    began = time.monotonic()
    seen = tls_handshake.read_presented("127.0.0.1", silent_port, None, 0.2)
    assert seen == Presented(reachable=False, problem="timed out")
    assert time.monotonic() - began < 5


def drip(connection: socket.socket) -> None:
    """Begin a record of TLS, and never come to its end."""
    connection.sendall(b"\x16\x03\x03\x40\x00")
    for dummy in range(200):
        connection.sendall(b"\x02")
        time.sleep(0.05)


@pytest.mark.parametrize("serve", [wait_for_client_to_go, drip])
def test_a_port_that_is_silent_or_slow_has_no_more_than_its_time(serve: Serve) -> None:
    began = time.monotonic()
    assert look(serve, timeout=0.2) == Presented(problem="timed out")
    assert time.monotonic() - began < 5


def hang_up(connection: socket.socket) -> None:
    connection.recv(1, socket.MSG_PEEK)
    connection.shutdown(socket.SHUT_WR)
    wait_for_client_to_go(connection)


def reset(connection: socket.socket) -> None:
    connection.recv(1, socket.MSG_PEEK)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.mark.usefixtures("every_way")
@pytest.mark.parametrize("serve", [hang_up, reset, lambda connection: connection.close()])
def test_a_port_that_hangs_up_is_reachable(serve: Serve) -> None:
    assert look(serve) == Presented(problem="connection closed during the handshake")


@pytest.mark.usefixtures("every_way")
@pytest.mark.parametrize(
    "words",
    [
        b"-ERR unknown command, the password is secret\r\n",
        b"HTTP/1.1 400 Bad Request\r\nX-Password: secret\r\n\r\n",
        bytes(1000),
        b"\x15\x03\x03\x00\x02\x02\x28",  # an alert: handshake_failure
    ],
)
def test_a_port_that_speaks_no_tls_is_reachable_and_is_not_quoted(words: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        connection.sendall(words)
        wait_for_client_to_go(connection)

    seen = look(serve)
    assert seen._replace(problem=None) == Presented()
    assert re.fullmatch(r"TLS handshake failed \(([A-Z0-9_]+|no reason given)\)", seen.problem or "")


@pytest.mark.usefixtures("every_way")
def test_each_look_is_a_fresh_handshake(material: Material, other: Material) -> None:
    for one in (material, other, material):
        assert look(tls(context_of(one))) == shown(one)


def sized(content: bytes, length: int = 3) -> bytes:
    return len(content).to_bytes(length, "big") + content


ders = st.lists(st.binary(min_size=1, max_size=300), max_size=4)


@given(chain=ders)
def test_the_message_of_tls_1_2_that_holds_the_chain(chain: list[bytes]) -> None:
    message = b"\x0b" + sized(sized(b"".join(map(sized, chain))))
    assert list(capture._certificates(message, ssl.TLSVersion.TLSv1_2)) == chain


@given(chain=ders, context=st.binary(max_size=255), extensions=st.binary(max_size=9))
def test_the_message_of_tls_1_3_that_holds_the_chain(chain: list[bytes], context: bytes, extensions: bytes) -> None:
    entries = b"".join(sized(der) + sized(extensions, 2) for der in chain)
    message = b"\x0b" + sized(sized(context, 1) + sized(entries))
    assert list(capture._certificates(message, ssl.TLSVersion.TLSv1_3)) == chain


@given(message=st.binary(max_size=100), version=st.sampled_from([ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]))
def test_no_message_is_too_odd(message: bytes, version: ssl.TLSVersion) -> None:
    assert len(b"".join(capture._certificates(message, version))) <= len(message)


@pytest.mark.usefixtures("every_way")
@pytest.mark.parametrize("message", [b"", sized(b"")])
def test_an_empty_chain_is_no_success(message: bytes) -> None:
    # The server's hello of TLS 1.2, and then nothing where its certificates should be.
    hello = b"\x02" + sized(b"\x03\x03" + bytes(32) + b"\x00\xc0\x2f\x00" + sized(b"\xff\x01\x00\x01\x00", 2))

    def serve(connection: socket.socket) -> None:
        for handshake in (hello, b"\x0b" + sized(message)):
            connection.sendall(b"\x16\x03\x03" + sized(handshake, 2))
        wait_for_client_to_go(connection)

    seen = look(serve)
    assert seen.reachable
    assert seen.problem


pieces = st.sampled_from(
    ["a", "node-1", "example", ".", "-", "_", ":", "::1", "10.0.0.1", "%", "/", "@", "]", "\x00", " "]
)
hosts = st.lists(pieces | st.sampled_from(["\u00fc", "\u2100", "\u2024", "\ud800", "a" * 64]), max_size=5).map("".join)


@given(host=hosts)
@example(host="fe80::1%eth0")
@example(host="fe80::1%a/b")
@example(host="fe80::1%]")
@example(host="fe80::1%\ud800")
def test_what_names_a_host_is_no_trouble_to_sockets_and_urls(host: str) -> None:
    if is_host(host):
        assert "\x00" not in host
        assert host.encode("idna")
        assert urlsplit(Endpoint(1, host, 9443, "api").url).hostname == host.lower()
