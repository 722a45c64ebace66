# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What a port really presents, told by a TLS handshake. Nothing is verified and nothing is sent after it."""

from __future__ import annotations

import hashlib
import ipaddress
import socket
import ssl
import time
from typing import Any, NamedTuple

#: What ssl calls the DER encoding in methods that it keeps to itself before Python 3.13.
_DER = 2


class Presented(NamedTuple):
    """The outcome of one handshake."""

    fingerprints: tuple[str, ...] = ()  # leaf first; the leaf alone where whole is false
    whole: bool = False  # whether the rest of the chain could be seen (Python 3.10 or newer)
    reachable: bool = True  # whether anything listens there
    problem: str | None = None  # why there are no fingerprints


def presented(address: str, port: int, server_name: str | None, timeout: float) -> Presented:
    """Make one fresh handshake, without a session that could be resumed.

    Args:
        server_name: for the server name indication; none for an IP address (RFC 6066, 3).
        timeout: seconds, for everything.
    """
    deadline = time.monotonic() + timeout
    try:
        connection = socket.create_connection((address, port), timeout)
    except OSError as error:
        return Presented(reachable=False, problem=_reason(error))
    with connection:
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        return _handshake(connection, server_name)


def _handshake(connection: socket.socket, server_name: str | None) -> Presented:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # also a port with a weak certificate has to be seen
    problem: str | None = None
    chain: list[bytes] = []
    whole = False
    try:
        with context.wrap_socket(
            connection, server_hostname=_indication(server_name), do_handshake_on_connect=False
        ) as secured:
            try:
                secured.do_handshake()
            except (OSError, ValueError) as error:
                problem = _reason(error)
            # A port that demands a client certificate presents its own before it refuses ours.
            chain, whole = _chain(secured, complete=problem is None)
    except OSError as error:
        problem = _reason(error)
    if not chain:
        return Presented(problem=problem or "it presents no certificate")
    return Presented(tuple(hashlib.sha256(der).digest().hex(":") for der in chain), whole)


def _indication(name: str | None) -> str | None:
    try:
        ipaddress.ip_address(name or "")
    except ValueError:
        return name or None
    return None


def _chain(secured: ssl.SSLSocket, *, complete: bool) -> tuple[list[bytes], bool]:
    """The certificates in DER, leaf first, and whether these are all that were presented."""
    if hasattr(secured, "get_unverified_chain"):  # Python >= 3.13
        return secured.get_unverified_chain(), True
    internal: Any = secured._sslobj  # type: ignore[attr-defined]  # noqa: SLF001 - there is no other way to the chain before Python 3.13
    if hasattr(internal, "get_unverified_chain"):  # Python >= 3.10
        return [one.public_bytes(_DER) for one in internal.get_unverified_chain() or ()], True
    leaf = secured.getpeercert(binary_form=True) if complete else None
    return ([leaf] if leaf else []), False


def _reason(error: Exception) -> str:
    """In the field's words, without addresses or anything that the peer sent."""
    if isinstance(error, socket.timeout):
        return "no answer in time"
    if isinstance(error, socket.gaierror):
        return "unknown host"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionResetError, BrokenPipeError)):
        return "connection closed during the handshake"
    if isinstance(error, ssl.SSLError):
        return f"TLS handshake failed ({error.reason or 'no reason given'})"
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
