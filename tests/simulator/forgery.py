# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports that present a certificate without its private key: everything that they send is public.

A corrupted pair does so by itself (RS199373), and so can anybody who answers at an address of the cluster.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Sequence
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

#: Suites of TLS 1.2 (RFC 5288, RFC 5289).
RSA_KEY_EXCHANGE, ECDHE_RSA = 0x009C, 0xC02F

_HANDSHAKE, _ALERT = 22, 21
_SERVER_HELLO, _CERTIFICATE, _SERVER_KEY_EXCHANGE, _CERTIFICATE_REQUEST, _SERVER_HELLO_DONE = 2, 11, 12, 13, 14
_RENEGOTIATION_INFO = bytes.fromhex("ff01000100")  # clients want it (RFC 5746)
_P256, _RSA_PKCS1_SHA256 = bytes.fromhex("030017"), bytes.fromhex("0401")


class Forgery(NamedTuple):
    """How far a TLS 1.2 server goes that has no key.

    :ivar suite: the cipher suite that it chooses.
    :ivar signs: whether it sends a key exchange, with a signature that it has made up.
    :ivar asks: whether it asks for a client certificate.
    :ivar done: whether it lets the client go on.
    :ivar refuses: whether it ends with an alert, or hangs up.
    """

    suite: int
    signs: bool = False
    asks: bool = False
    done: bool = False
    refuses: bool = True

    def serve(self, connection: socket.socket, chain: Sequence[x509.Certificate]) -> None:
        """Present ``chain`` to one client, and end."""
        connection.recv(65536)  # ClientHello
        chosen = b"\x03\x03" + secrets.token_bytes(32) + b"\x00" + self.suite.to_bytes(2, "big") + b"\x00"
        flight = _message(_SERVER_HELLO, chosen + _sized(_RENEGOTIATION_INFO, 2))
        entries = b"".join(_sized(one.public_bytes(Encoding.DER), 3) for one in chain)
        flight += _message(_CERTIFICATE, _sized(entries, 3))
        if self.signs:
            point = ec.generate_private_key(ec.SECP256R1()).public_key()
            share = _sized(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint), 1)
            flight += _message(
                _SERVER_KEY_EXCHANGE, _P256 + share + _RSA_PKCS1_SHA256 + _sized(secrets.token_bytes(256), 2)
            )
        if self.asks:
            flight += _message(_CERTIFICATE_REQUEST, _sized(b"\x01", 1) + _sized(_RSA_PKCS1_SHA256, 2) + _sized(b"", 2))
        if self.done:
            flight += _message(_SERVER_HELLO_DONE, b"")
        connection.sendall(_record(_HANDSHAKE, flight))
        if self.done:
            connection.recv(65536)
        if self.refuses:
            connection.sendall(_record(_ALERT, b"\x02\x28"))  # fatal: handshake_failure
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass


def _sized(content: bytes, length: int) -> bytes:
    return len(content).to_bytes(length, "big") + content


def _message(kind: int, content: bytes) -> bytes:
    return bytes([kind]) + _sized(content, 3)


def _record(kind: int, content: bytes) -> bytes:
    return bytes([kind]) + b"\x03\x03" + _sized(content, 2)


def corrupted_key(key_pem: str) -> str:
    """Return a key that OpenSSL serves, since it compares no more than the public half, and that signs wrongly."""
    key = load_pem_private_key(key_pem.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    good = key.private_numbers()
    bad = rsa.RSAPrivateNumbers(
        good.p, good.q, good.d ^ 2, good.dmp1 ^ 2, good.dmq1 ^ 2, good.iqmp, good.public_numbers
    ).private_key(unsafe_skip_rsa_key_validation=True)
    return bad.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
