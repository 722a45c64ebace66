# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""TLS handshakes in memory: whether peers accept a certificate, as OpenSSL judges it, before anything is written."""

from __future__ import annotations

import errno
import os
import ssl
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from .._secrets import Secret

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID
except ImportError:  # reported by _libraries
    pass

_PARTIAL_CHAIN = getattr(ssl, "VERIFY_X509_PARTIAL_CHAIN", 0x80000)  # named since Python 3.10


class CannotTry(Exception):
    """The handshake could not be tried: a file, or C(/dev/fd) of this host, cannot be read."""


def refused_as_client(client_cert: str, client_key: str | None, trusted_pem: str) -> str | None:
    """Try to log in with a client certificate at a server that trusts exactly these CAs.

    Args:
        client_cert: path of the certificate in PEM, with its key unless C(client_key) is given.
        client_key: path of the unencrypted key in PEM.
        trusted_pem: the CAs.

    Returns:
        Why the server refuses it, in OpenSSL's words; None: it is accepted.

    Raises:
        CannotTry: it is unknown.
    """
    server = _server(*_throw_away_pair())
    client = _client()
    try:
        # A bundle may hold an intermediate instead of the root.
        server.verify_flags |= _PARTIAL_CHAIN
        server.load_verify_locations(cadata=trusted_pem)
        server.verify_mode = ssl.CERT_REQUIRED
        # Without a password callback, OpenSSL asks for one on the terminal.
        client.load_cert_chain(client_cert, client_key, password="")
        _handshake(client, server, None)
    except ssl.SSLError as error:
        return openssl_reason(error)
    except OSError:  # the files can no longer be read
        raise CannotTry from None
    return None


def refused_as_server(certificate_pem: str, key: Secret, trust: ssl.SSLContext, host: str) -> ssl.SSLError | None:
    """Try to connect to a server that presents a certificate.

    Args:
        certificate_pem: what the server presents, leaf first.
        key: in PEM, not encrypted.
        trust: that of the client.
        host: the name, or address, that the certificate has to cover.

    Returns:
        Why the client, or OpenSSL itself, refuses it; None: it is accepted.

    Raises:
        CannotTry: it is unknown.
    """
    try:
        _handshake(trust, _server(certificate_pem, key), host)
    except ssl.SSLError as error:
        return error
    return None


def refusals(
    certificate_pem: str, key: Secret, *, anchor_pem: str, host: str | None, purposes: Collection[str]
) -> dict[str, ssl.SSLError]:
    """Try the pair that is to be sent at a peer that trusts an anchor alone.

    Args:
        certificate_pem: leaf first.
        key: in PEM, not encrypted, in the form that is sent.
        anchor_pem: what the peer trusts; it need not be a root.
        host: the name that a server's certificate has to cover; None, or a name that cannot be in a handshake: any
            name will do.
        purposes: the roles in which it is tried, V(serverAuth) and V(clientAuth).

    Returns:
        Why the peer, or OpenSSL itself, refuses it, by purpose; nothing for those in which it is accepted.

    Raises:
        CannotTry: it is unknown.
    """
    try:
        _judging_client(True).wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname=host or "x")
    except ValueError:  # such as a label of more than 63 characters
        host = None
    if not purposes or _is_accepted(certificate_pem, key, anchor_pem, host, purposes):
        return {}
    found = {}
    for purpose in purposes:
        try:
            _try(certificate_pem, key, anchor_pem, host, purpose)
        except ssl.SSLError as error:
            found[purpose] = error
    return found


def _is_accepted(
    certificate_pem: str, key: Secret, anchor_pem: str, host: str | None, purposes: Collection[str]
) -> bool:
    """Return whether a handshake succeeds in which both sides present the pair, and are judged as the purposes say.

    Both have one context, since loading a pair twice costs as much as the handshake. Who refuses it, and whether that
    is for what the peer presents, remains open.

    Raises:
        CannotTry: it is unknown.
    """
    shared = _lenient(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    shared.num_tickets = 0  # no session is resumed
    if "clientAuth" in purposes:
        _judge(shared)
    serves = "serverAuth" in purposes
    client = _judging_client(host is not None) if serves else _client()
    try:
        shared.load_verify_locations(cadata=anchor_pem)
        load_pair(shared, certificate_pem, key)
        _handshake(client, shared, host if serves else None, shared)
    except ssl.SSLError:
        return False
    return True


def _try(certificate_pem: str, key: Secret, anchor_pem: str, host: str | None, purpose: str) -> None:
    """Use the pair in one handshake, as the server or the client, with a peer that has another one.

    Raises:
        ssl.SSLError: of the side that refuses.
        CannotTry: it is unknown.
    """
    serves = purpose == "serverAuth"
    server = _server(certificate_pem, key) if serves else _server(*_throw_away_pair())
    client = _client()
    judge = client if serves else server
    if not serves:
        load_pair(client, certificate_pem, key)
    _judge(judge)
    judge.load_verify_locations(cadata=anchor_pem)
    client.check_hostname = serves and host is not None
    _handshake(client, server, host if serves else None)


def _judge(context: ssl.SSLContext) -> None:
    """Let a context demand a certificate that leads to what it trusts, which need not be a root."""
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= _PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # which Python 3.13 sets, and OpenSSL by itself does not


@lru_cache
def _judging_client(names: bool) -> ssl.SSLContext:
    """Return a client that trusts nothing yet; it compares names if asked to."""
    client = _client()
    _judge(client)
    client.check_hostname = names
    return client


def openssl_reason(error: ssl.SSLError) -> str:
    """Return why a handshake failed, in OpenSSL's words."""
    return getattr(error, "verify_message", None) or getattr(error, "reason", None) or "no reason given"


def _lenient(context: ssl.SSLContext) -> ssl.SSLContext:
    """Let the peer alone be the judge."""
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


def _client() -> ssl.SSLContext:
    """Return a client that judges nothing."""
    context = _lenient(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _server(certificate_pem: str, key: Secret) -> ssl.SSLContext:
    context = _lenient(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    load_pair(context, certificate_pem, key)
    return context


def refused_pair(certificate_pem: str, key: Secret) -> str | None:
    """Return why OpenSSL does not load a pair, in its words; None: it does, so that the key is that of the leaf."""
    try:
        _server(certificate_pem, key)
    except ssl.SSLError as error:
        return openssl_reason(error).replace("_", " ").lower()
    except CannotTry:
        return "it cannot be tried on this host"
    return None


def load_pair(context: ssl.SSLContext, certificate_pem: str, key: Secret) -> None:
    """Load a certificate and its private key into a context without a file: C(ssl) reads nothing but paths.

    Raises:
        ssl.SSLError: OpenSSL does not accept the pair.
        CannotTry: this host has no C(/dev/fd).
    """
    with _readable(certificate_pem.encode()) as certificate_path, _readable(key.reveal().encode()) as key_path:
        try:
            context.load_cert_chain(certificate_path, key_path, password="")
        except ssl.SSLError:
            raise
        except OSError as error:
            if error.errno == errno.ESPIPE:  # what Python makes of a key that OpenSSL cannot read out of a pipe
                raise ssl.SSLError(error.errno, "the private key cannot be loaded") from None
            raise CannotTry from None


@contextmanager
def _readable(content: bytes) -> Iterator[str]:
    """Give a path below C(/dev/fd), on Linux and macOS, from which the content can be read once: that of a pipe."""
    reading, writing = os.pipe()
    writer = None
    try:
        rest = content[_fill(writing, content) :]
        if rest:  # more than a pipe holds blocks the writer until something reads
            writer = threading.Thread(target=_write, args=(writing, rest), daemon=True)
            writer.start()
        else:
            os.close(writing)
        yield f"/dev/fd/{reading}"
    finally:
        os.close(reading)  # ends the writer, whose pipe breaks
        if writer is not None:
            writer.join()


def _fill(writing: int, content: bytes) -> int:
    """Write as much as a pipe holds; return how much that is."""
    os.set_blocking(writing, False)
    try:
        return os.write(writing, content)
    except BlockingIOError:  # as where a process may have no more memory for its pipes
        return 0
    finally:
        os.set_blocking(writing, True)


def _write(descriptor: int, content: bytes) -> None:
    try:
        with os.fdopen(descriptor, "wb") as pipe:
            pipe.write(content)
    except BrokenPipeError:  # not all of it was read
        pass


def _throw_away_pair() -> tuple[str, Secret]:
    """Make a self-signed certificate and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "trial")])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    certificate = builder.sign(key, hashes.SHA256())
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii"), Secret(pem.decode("ascii"))


def _handshake(
    client: ssl.SSLContext, server: ssl.SSLContext, host: str | None, lent: ssl.SSLContext | None = None
) -> None:
    """Let a client and a server finish a handshake.

    Args:
        lent: whose pair and trust the client uses in place of its own.

    Raises:
        ssl.SSLError: of the side that refuses.
    """
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    calling = client.wrap_bio(to_client, to_server, server_hostname=host)
    if lent is not None:
        calling.context = lent
    sides = [calling, server.wrap_bio(to_server, to_client, server_side=True)]
    # In TLS 1.3 the client is done before the server has judged it.
    while sides:
        for side in list(sides):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            sides.remove(side)
