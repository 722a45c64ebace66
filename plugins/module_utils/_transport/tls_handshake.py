# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What a port really presents in a TLS handshake, and whether it is trusted. Nothing is sent after it.

Certificates are public, and a port can present one without having its private key. So a chain counts only once the peer
has shown that it has the key: the handshake is complete, or the peer refuses a client without a certificate after it
signed its key exchange (TLS 1.2: RFC 5246, 7.4.3). In TLS 1.3 the handshake is complete before a client is refused.
"""

from __future__ import annotations

import functools
import hashlib
import socket
import ssl
from contextlib import suppress
from typing import NamedTuple

from .._hostnames import is_host, is_ip_address
from .capture import capture_chain, captured_chain
from .deadline import Deadline

#: Where a peer refuses within the handshake: that of TLS 1.3 is over before the client is judged, and older versions
#: are not offered.
_REFUSING_VERSION = "TLSv1.2"

#: The key exchanges that a server signs, as C(ssl) names them (the last is that of TLS 1.3), and how the names of the
#: cipher suites with them begin in TLS 1.2.
_SIGNED = frozenset({"kx-ecdhe", "kx-dhe", "kx-any"})
_SIGNED_SUITES = ("ECDHE-", "DHE-")

#: How peers refuse a client that offers no cipher suite of theirs.
_NO_SHARED_CIPHER = ("SSLV3_ALERT_HANDSHAKE_FAILURE", "TLSV1_ALERT_INSUFFICIENT_SECURITY")

#: The type of a record that holds handshake messages, and the length of its header (RFC 5246, 6.2.1).
_HANDSHAKE_RECORD, _HEADER_SIZE = 22, 5

#: The type of the message Certificate (RFC 5246, 7.4).
_CERTIFICATE = 11

#: Bytes that are read at a time: a record of TLS is hardly longer.
_READ_SIZE = 16384

NO_ADDRESS = "not an address"
NO_ANSWER = "timed out"
HUNG_UP = "connection closed during the handshake"
NO_KEY_SHOWN = "it presents a certificate without proof that it has the private key"

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
    problem: str | None = None  # why the fingerprints are missing
    chain: tuple[bytes, ...] = ()  # in DER, leaf first
    tls_version: str | None = None  # such as "TLSv1.3"
    verify_error: VerifyError | None = None  # the problem, when it is that the certificate was not verified


def read_presented(
    address: str, port: int, server_name: str | None, timeout: float, trust: ssl.SSLContext | None = None
) -> Presented:
    """Make one fresh handshake, without a session that could be resumed.

    Args:
        server_name: for the server name indication; none for an IP address (RFC 6066, 3).
        timeout: seconds, for everything but the resolution of a name.
        trust: verifies what is presented, also that it covers C(server_name), be that a name or an address;
            M(prepare_look) has prepared it. Without it nothing is verified, and all is seen.
    """
    if not is_host(address):
        return Presented(reachable=False, problem=NO_ADDRESS)
    with Deadline().limit(timeout) as deadline:
        if trust is not None:
            return _look(address, port, trust, server_name and server_name.partition("%")[0], deadline)
        name = _indication(server_name)
        seen = _look(address, port, _all_seeing(), name, deadline)
        if seen.problem in [_failed(reason) for reason in _NO_SHARED_CIPHER]:
            unsigned = _look(address, port, _all_seeing(signed=False), name, deadline)
            return unsigned if unsigned.fingerprints else seen
        return seen


def prepare_look(context: ssl.SSLContext) -> None:
    """Let a context offer only key exchanges that the server signs, and capture chains."""
    context.set_ciphers(":".join(one["name"] for one in context.get_ciphers() if one["kea"] in _SIGNED))
    capture_chain(context)


@functools.cache
def _all_seeing(*, signed: bool = True) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # also a port with a weak certificate has to be seen
    if signed:
        prepare_look(context)
    else:
        capture_chain(context)
    return context


def _look(address: str, port: int, context: ssl.SSLContext, server_name: str | None, deadline: Deadline) -> Presented:
    try:
        connection = deadline.connect(address, port)
    except OSError as error:
        return Presented(reachable=False, problem=_reason(error))
    with connection:
        try:
            seen = _Handshake(connection, context, server_name).look()
        except ValueError as error:  # the server name is not valid
            return Presented(problem=_reason(error))
    # The watchdog of the deadline ends a connection as a peer does.
    cut_off = deadline.passed and (seen.problem or "").endswith(HUNG_UP)
    return seen._replace(problem=NO_ANSWER) if cut_off else seen


class _Handshake:
    """A handshake that knows whether the peer has proven that it has the private key."""

    def __init__(self, connection: socket.socket, context: ssl.SSLContext, server_name: str | None) -> None:
        self._connection = connection
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        self._key_shown = False

    def look(self) -> Presented:
        """Return what the peer presents if it has proven that it has the private key; otherwise the problem."""
        try:
            self._run()
        except ssl.SSLCertVerificationError as error:
            reason = VerifyError(_VERIFY_ERRORS.get(error.verify_code, "untrusted"), error.verify_message)
            return Presented(problem="the certificate is not verified", verify_error=reason)
        except OSError as error:
            if not (self._key_shown and _refuses(error)):
                return Presented(problem=self._problem(error))
        chain = tuple(captured_chain(self._tls))
        if not chain:
            return Presented(problem="no certificate presented")
        fingerprints = tuple(hashlib.sha256(der).digest().hex(":") for der in chain)
        return Presented(fingerprints, chain=chain, tls_version=self._tls.version() or _REFUSING_VERSION)

    def _run(self) -> None:
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._send()
                self._receive()
            except ssl.SSLError:
                with suppress(OSError):
                    self._send()  # the alert
                raise
            else:
                with suppress(OSError):
                    self._send()
                return

    def _send(self) -> None:
        flight = self._outgoing.read()
        self._key_shown = self._key_shown or self._answers_signed_request(flight)
        self._connection.sendall(flight)

    def _answers_signed_request(self, flight: bytes) -> bool:
        """Return whether this is the TLS 1.2 flight with the client's empty Certificate message.

        OpenSSL gets there only when it has verified the signature of the server's key exchange. A server that refuses
        the client without having requested a certificate closes the connection for another reason.
        """
        suite = self._tls.cipher()
        asked = flight[:1] == bytes([_HANDSHAKE_RECORD]) and flight[_HEADER_SIZE:][:1] == bytes([_CERTIFICATE])
        return asked and suite is not None and suite[0].startswith(_SIGNED_SUITES)

    def _receive(self) -> None:
        received = self._connection.recv(_READ_SIZE)
        if received:
            self._incoming.write(received)
        else:
            self._incoming.write_eof()

    def _problem(self, error: OSError) -> str:
        reason = _reason(error)
        if isinstance(error, ssl.SSLError) and captured_chain(self._tls):
            return f"{NO_KEY_SHOWN}: {reason}"
        return reason


def _indication(name: str | None) -> str | None:
    return name if name and is_host(name) and not is_ip_address(name) else None


def _refuses(error: OSError) -> bool:
    """Return whether the peer has refused the client: with an alert, unless that was lost with the connection."""
    return "ALERT" in (getattr(error, "reason", None) or "") or _reason(error) == HUNG_UP


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
        return _failed(error.reason or "no reason given")
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def _failed(reason: str) -> str:
    return f"TLS handshake failed ({reason})"
