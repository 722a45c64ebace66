# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Why a request got no answer: from the exceptions of four libraries to one message for people."""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl
from collections.abc import Iterable, Iterator

from .._connection import Connection
from .._errors import CertificateError
from .proxies import LOGIN, REFUSED, NoTunnelError, proxy_variable
from .tls_reasons import handshake_remedy, verify_reason

try:
    import requests
    import urllib3
except ImportError:  # reported by _libraries
    pass

# OpenSSL's X509_V_ERR_* numbers.
_HOST_MISMATCH = {62, 64}

_TUNNEL = re.compile(rf"^{REFUSED}(\d{{3}}|0x\w\w: [\w /,]+)")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield C(error) and everything that it wraps, in whatever way requests and urllib3 wrapped it."""
    queue, seen = [error], set()
    while queue:
        current = queue.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        wrapped = (current.__cause__, current.__context__, getattr(current, "reason", None), *current.args)
        queue.extend(item for item in wrapped if isinstance(item, BaseException))


def _is_distrust(error: BaseException) -> bool:
    # urllib3 1.26 has its own exception, or one of ssl without a code, for a host that is not covered.
    # Ours, which may be what a request is made in the handling of, is none.
    theirs = type(error).__name__ == "CertificateError" and not isinstance(error, CertificateError)
    return isinstance(error, ssl.SSLCertVerificationError) or theirs


def verify_error(error: BaseException, connection: Connection) -> tuple[str, str, str]:
    """Return why the certificate of an API was not verified: kind, cause and next step."""
    code = getattr(error, "verify_code", None)
    if code is None or code in _HOST_MISMATCH:
        return (
            "tls_host_mismatch",
            f"the API's certificate does not cover {connection.host}",
            "Use a host in url that the certificate covers",
        )
    trusted = f"ca_path {connection.ca_path}" if connection.ca_path else "the system's trust store"
    return verify_reason(code, getattr(error, "verify_message", ""), trusted)


def _no_answer(connection: Connection, option: str) -> tuple[str, str, str]:
    """Return kind, cause and next step where the time of a request is used up.

    Args:
        option: C(timeout) or C(write_timeout).
    """
    seconds = connection.timeout if option == "timeout" else connection.write_timeout
    return (
        "read_timeout",
        f"the request timed out after {seconds:g} s ({option})",
        "Check the load and the state of the cluster's nodes",
    )


def _proxy_problem(causes: Iterable[BaseException], variable: str, connection: Connection) -> tuple[str, str]:
    """Return why a proxy did not connect to the server, and what to do about it."""
    proxy, causes = f"the proxy of {variable}", list(causes)
    untrusted = next(filter(_is_distrust, causes), None)
    if untrusted is not None:
        return (
            f"the certificate of {proxy} is not trusted ({getattr(untrusted, 'verify_message', 'hostname mismatch')})",
            "Add its CA to the system's trust store where the task runs: ca_path is for the cluster",
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return f"the TLS handshake with {proxy} failed", f"If it speaks no TLS, give it as http:// in {variable}"
    why = next((found[1] for cause in causes if (found := _TUNNEL.search(str(cause)))), None)
    if why == LOGIN:
        return f"{proxy} demands a login (407)", f"Give user:password@ before its host in {variable}"
    if why is not None:
        return f"{proxy} refused to connect to the host in url ({why})", "Allow it there, or list the host in NO_PROXY"
    late = any(isinstance(cause, socket.timeout) for cause in causes)
    how = f"does not respond within {connection.timeout:g} s (timeout)" if late else "cannot be reached"
    return f"{proxy} {how}", f"Check {variable}, and that the proxy runs"


def _diagnose(error: BaseException, connection: Connection, url: str, used_up: str | None) -> tuple[str, str, str]:
    """Return kind, cause and next step."""
    causes = list(_causes(error))

    def find(*types: type[BaseException]) -> BaseException | None:
        return next((cause for cause in causes if isinstance(cause, types)), None)

    without_tunnel = find(NoTunnelError)
    if without_tunnel is not None:
        variable = proxy_variable(url) or "the environment"
        return ("proxy", *_proxy_problem(_causes(without_tunnel), variable, connection))
    distrusted = next(filter(_is_distrust, causes), None)
    if distrusted is not None:
        return verify_error(distrusted, connection)
    # In some releases of urllib3 the former is a kind of the latter, however soon it comes.
    no_connection = find(urllib3.exceptions.NewConnectionError)
    never_connected = no_connection or find(requests.exceptions.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError)
    # Whatever the end of a connection looks like that was shut down.
    if used_up is not None and not never_connected:
        return _no_answer(connection, used_up)
    if find(requests.exceptions.InvalidURL):
        return "unknown_host", f"{connection.host} is not a valid host name", "Check url"
    if find(socket.gaierror):
        return "unknown_host", f"cannot resolve {connection.host}", "Check url and DNS"
    if find(ConnectionRefusedError):
        return (
            "connection_refused",
            "connection refused",
            "Check the host and port in url, and that the node is up",
        )
    if no_connection:
        why = next((cause.errno for cause in causes if isinstance(cause, OSError) and cause.errno), errno.EHOSTUNREACH)
        return "unreachable", os.strerror(why).lower(), "Check the host in url and the routes to it"
    if never_connected:
        return (
            "connect_timeout",
            f"connection timed out after {connection.timeout:g} s (timeout)",
            "Check the host and port in url, and the firewalls on the way",
        )
    if find(requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError, socket.timeout):
        return _no_answer(connection, "timeout")
    closed = find(ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionResetError, BrokenPipeError)
    found = find(ssl.SSLError)
    if isinstance(found, ssl.SSLError) and closed is None:
        reason = found.reason or "no reason given"
        return (
            "tls",
            f"TLS handshake failed ({reason})",
            handshake_remedy(reason, logs_in=bool(connection.client_cert)),
        )
    if found is None and find(urllib3.exceptions.SSLError):
        return (
            "tls_fingerprint_mismatch",
            "the API's certificate is not the one just installed",
            "Check what else changes certificates",
        )
    return (
        "connection_lost",
        "connection closed without a response",
        "Check the cluster's nodes, and any proxy or load balancer in between",
    )


def transport_error(
    error: BaseException, connection: Connection, request: str, url: str, used_up: str | None = None
) -> CertificateError:
    """Return the error to raise for C(error), which is not quoted: it may hold the request's headers or body.

    Args:
        request: method and path, for the message.
        url: where it went.
        used_up: the option whose time the request has used up.
    """
    return _failure(_diagnose(error, connection, url, used_up), request, url)


def timed_out(connection: Connection, request: str, url: str, used_up: str) -> CertificateError:
    """Return the error to raise where an answer is not complete in time; for the arguments see M(transport_error)."""
    return _failure(_no_answer(connection, used_up), request, url)


def _failure(diagnosis: tuple[str, str, str], request: str, url: str) -> CertificateError:
    kind, cause, next_step = diagnosis
    return CertificateError(kind, f"{request} to {url}: {cause}. {next_step}.", cluster=url)
