# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What a port really presents in a TLS handshake, and whether it is trusted. Nothing is sent after it."""

from __future__ import annotations

import functools
import hashlib
import socket
import ssl
import time
from collections.abc import Sequence
from typing import NamedTuple

from .._hostnames import is_host, is_ip_address
from .capture import capture_chain, captured_chain

#: Where a peer refuses within the handshake: that of TLS 1.3 is over before the client is judged, and older versions
#: are not offered.
_REFUSING_VERSION = "TLSv1.2"

NO_ADDRESS = "not an address"
NO_ANSWER = "no answer in time"
HUNG_UP = "connection closed during the handshake"

#: OpenSSL's X509_V_ERR_* numbers, in the field's words; all others mean that nothing trusted leads to the certificate.
_VERIFY_ERRORS = {
    9: "not_yet_valid",
    10: "expired",
    26: "wrong_purpose",
    62: "host_mismatch",
    64: "host_mismatch",
    66: "weak",
    67: "weak",
    68: "weak",
}


class VerifyError(NamedTuple):
    """Why a certificate was not verified."""

    kind: str  # "untrusted", or a word of the table above
    message: str  # OpenSSL's


class Presented(NamedTuple):
    """The outcome of one handshake."""

    fingerprints: tuple[str, ...] = ()  # leaf first
    reachable: bool = True  # whether anything listens there
    problem: str | None = None  # why there are no fingerprints
    chain: tuple[bytes, ...] = ()  # in DER, leaf first
    tls_version: str | None = None  # such as "TLSv1.3"
    verify_error: VerifyError | None = None  # the problem, when it is that the certificate was not verified


def read_presented(
    address: str, port: int, server_name: str | None, timeout: float, trust: ssl.SSLContext | None = None
) -> Presented:
    """Make one fresh handshake, without a session that could be resumed.

    Args:
        server_name: for the server name indication; none for an IP address (RFC 6066, 3).
        timeout: seconds, for everything.
        trust: verifies what is presented, also that it covers C(server_name), be that a name or an address;
            M(capture_chain) has prepared it. Without it nothing is verified, and all is seen.
    """
    if not is_host(address):
        return Presented(reachable=False, problem=NO_ADDRESS)
    deadline = time.monotonic() + timeout
    try:
        connection = socket.create_connection((address, port), timeout)
    except OSError as error:
        return Presented(reachable=False, problem=_reason(error))
    with connection:
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        if trust is None:
            return _handshake(connection, _all_seeing(), _indication(server_name))
        return _handshake(connection, trust, server_name and server_name.partition("%")[0])


@functools.cache
def _all_seeing() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # also a port with a weak certificate has to be seen
    capture_chain(context)
    return context


def _handshake(connection: socket.socket, context: ssl.SSLContext, server_name: str | None) -> Presented:
    problem: str | None = None
    verify_error: VerifyError | None = None
    tls_version: str | None = None
    chain: Sequence[bytes] = ()
    try:
        with context.wrap_socket(connection, server_hostname=server_name, do_handshake_on_connect=False) as secured:
            refused = False
            try:
                secured.do_handshake()
            except ssl.SSLCertVerificationError as error:
                verify_error = VerifyError(_VERIFY_ERRORS.get(error.verify_code, "untrusted"), error.verify_message)
                problem = "the certificate is not verified"
            except (OSError, ValueError) as error:
                problem = _reason(error)
                refused = isinstance(error, ssl.SSLError) and "ALERT" in (error.reason or "")
            # A port that demands a client certificate presents its own before it refuses ours. One that breaks off
            # has not shown that it has the private key.
            if problem is None or refused:
                tls_version = secured.version() or _REFUSING_VERSION
                chain = captured_chain(secured)
    except OSError as error:
        problem = _reason(error)
    if not chain:
        return Presented(problem=problem or "it presents no certificate", verify_error=verify_error)
    fingerprints = tuple(hashlib.sha256(der).digest().hex(":") for der in chain)
    return Presented(fingerprints, chain=tuple(chain), tls_version=tls_version)


def _indication(name: str | None) -> str | None:
    return name if name and is_host(name) and not is_ip_address(name) else None


def _reason(error: Exception) -> str:
    """Return why, in the field's words, without addresses or anything that the peer sent."""
    if isinstance(error, socket.timeout):
        return NO_ANSWER
    if isinstance(error, socket.gaierror):
        return "cannot resolve the host"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionResetError, BrokenPipeError)):
        return HUNG_UP
    if isinstance(error, ssl.SSLError):
        return f"TLS handshake failed ({error.reason or 'no reason given'})"
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
