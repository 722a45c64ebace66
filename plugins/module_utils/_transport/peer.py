# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""One address of a cluster: the TLS trust, the login, timeouts, and a limit on what is read."""

from __future__ import annotations

import base64
import json
import ssl
import time
from collections.abc import Mapping, Sequence
from datetime import timezone
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from .._connection import Connection
from .._errors import CertificateError, invalid_option
from .._secrets import Secret
from .adapter import Adapter
from .deadline import Deadline
from .proxies import find_proxies
from .tls_context import Context, trusting_context, unverified_context
from .transport_errors import timed_out, transport_error

try:
    import requests
    import urllib3
except ImportError:  # reported by _libraries
    pass

#: Bytes of a response body that are read at the most.
BODY_LIMIT = 10 * 1024 * 1024


class Response(NamedTuple):
    """An answer of the API."""

    status: int
    content_type: str
    location: str | None
    body: bytes
    body_error: CertificateError | None  # why the body is incomplete
    retry_after: float | None  # seconds that the server asks to wait


def for_requests(context: Context) -> None:
    """Complete a context for the session of requests."""
    ssl.SSLContext.set_alpn_protocols(context, ["http/1.1"])
    # urllib3 1.26 passes no host to OpenSSL when it is an address, and compares names itself when OpenSSL does not.
    if urllib3.__version__.startswith("1."):  # type: ignore[attr-defined]
        context.check_hostname = False


def tls_context(connection: Connection, *, verify: bool) -> Context:
    """Return the TLS context that the connection uses.

    Args:
        verify: false for a context that leaves it to its user to compare the certificate.

    Raises:
        CertificateError: C(ca_path), C(client_cert) or C(client_key) is not usable.
    """
    if verify:
        context = trusting_context(connection.ca_path, for_requests, shared=not connection.client_cert)
    else:
        context = unverified_context(for_requests)
    if connection.client_cert:
        try:
            # Without a password callback, OpenSSL asks for one on the terminal.
            context.load_cert_chain(connection.client_cert, connection.client_key, password="")
        except OSError:
            option, path = ("client_key", connection.client_key) if connection.client_key else ("client_cert", None)
            raise invalid_option(
                option,
                f"{path or connection.client_cert} is not the unencrypted PEM key of the client certificate",
                "Give the key that belongs to client_cert, without a passphrase",
            ) from None
    return context


def assert_leaf(fingerprint: str) -> dict[str, str]:
    """Return the keyword for M(Peer) that demands the server with this leaf (SHA-256)."""
    return {"assert_fingerprint": fingerprint.replace(":", "")}


def authorization(connection: Connection, token: Secret | None = None) -> Secret | None:
    """Return the Authorization header of a login by token or password; None for one by client certificate.

    Args:
        token: comes before the password.
    """
    if token is not None:
        return Secret(f"Bearer {token.reveal()}")
    if connection.password is not None:
        login = f"{connection.username}:{connection.password.reveal()}"
        return Secret(f"Basic {base64.b64encode(login.encode()).decode('ascii')}")
    return None


def _seconds(retry_after: str) -> float | None:
    """Return what a C(Retry-After) header asks for: seconds, or a date (RFC 9110, 10.2.3)."""
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    if moment.tzinfo is None:  # the oldest of the three forms names no zone, and means UTC
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, moment.timestamp() - time.time())


class Peer:
    """One address, to which requests are sent. Not safe to share between threads.

    Attributes:
        connection: the options that it was made with.
        url: scheme, host and port.
    """

    def __init__(
        self,
        connection: Connection,
        url: str,
        context: Context,
        names: Sequence[Mapping[str, str]],
        login: Secret | None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            connection: of which the timeouts count, and what messages name.
            context: what is trusted.
            names: how the server has to be known, in this order, each as keyword arguments of
                M(_transport.adapter.Adapter): it is enough that one of them fits.
            login: the Authorization header, see M(authorization); None: no login.
            headers: sent with each request, in place of those of the same name.

        Raises:
            CertificateError: a proxy in the environment is not usable.
        """
        self.url = url
        self.connection = connection
        self._headers = {"Accept": "application/json", "Accept-Encoding": "identity", **(headers or {})}
        self._login = login
        self._deadline = Deadline()
        self._trusting = [self._client(Adapter(context, self._deadline, **name)) for name in names]
        self._pinning: requests.Session | None = None

    def _client(self, adapter: Adapter) -> requests.Session:
        http = requests.Session()
        http.trust_env = False  # or .netrc and REQUESTS_CA_BUNDLE override what the user gave
        # Redirects are not followed here, but requests looks where they lead, and fails on invalid URLs.
        http.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
        http.mount("https://", adapter)
        http.mount("http://", adapter)
        http.proxies = find_proxies(self.url)
        http.headers.update(self._headers)
        if self._login is not None:
            http.headers["Authorization"] = self._login.reveal()
        return http

    def disconnect(self) -> None:
        """Let the next request begin with a handshake."""
        for http in (*self._trusting, self._pinning):
            if http is not None:
                http.close()

    def pin(self, fingerprint: str, context: Context) -> None:
        """Accept, from the next handshake on, also a server whose leaf this is, whatever else is trusted.

        Args:
            fingerprint: SHA-256, as M(_x509.certificate.sha256_fingerprint) gives it.
            context: one that verifies nothing.
        """
        self._pinning = self._client(Adapter(context, self._deadline, **assert_leaf(fingerprint)))

    def request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Response:
        """Send one request and read the answer, whatever its status is. Redirects are not followed.

        A read takes at most O(timeout). A write takes at most O(write_timeout), including at most O(timeout) each to
        connect and for the body of the response. Only the resolution of a name cannot be limited.

        Raises:
            CertificateError: no response.
        """
        with self._deadline.limit(self._time(method)):
            return self._known_server(method, path, body)

    def _time(self, method: str) -> float:
        """Return the time limit of a request, in seconds."""
        return self.connection.timeout if method == "GET" else self.connection.write_timeout

    def _known_server(self, method: str, path: str, body: Mapping[str, Any] | None) -> Response:
        """Send one request to the server, in whichever of the ways it is known."""
        first, *others = self._trusting
        try:
            return self._request(first, method, path, body)
        except CertificateError as error:
            if not error.kind.startswith("tls_"):
                raise
            distrusted = error
        # Not in the handler: what fails here would have the distrust for its context, and be taken for it.
        for http in (*others, *filter(None, [self._pinning])):
            try:
                return self._request(http, method, path, body)
            except CertificateError as error:
                if not error.kind.startswith("tls"):
                    raise
        raise distrusted

    def _request(self, http: requests.Session, method: str, path: str, body: Mapping[str, Any] | None) -> Response:
        connection, request = self.connection, f"{method} {path}"
        headers = {} if body is None else {"Content-Type": "application/json"}
        try:
            answer = http.request(
                method,
                self.url + path,
                data=None if body is None else json.dumps(body).encode(),
                headers=headers,
                timeout=(connection.timeout, self._time(method)),
                verify=connection.validate_certs,
                allow_redirects=False,
                stream=True,
            )
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise transport_error(error, connection, request, self.url, self._used_up(method)) from None
        used_up = self._used_up(method)
        if used_up is not None:  # the headers may have been cut off
            answer.close()
            raise timed_out(connection, request, self.url, used_up)
        with self._deadline.limit(connection.timeout):
            content, problem = self._read(answer, request)
        used_up = self._used_up(method)
        if used_up is not None:  # the end may be one that the deadline made
            problem = timed_out(connection, request, self.url, used_up)
        if problem is None:
            answer.raw.release_conn()
        else:
            answer.close()
        return Response(
            answer.status_code,
            answer.headers.get("Content-Type", ""),
            answer.headers.get("Location"),
            content,
            problem,
            _seconds(answer.headers.get("Retry-After", "")),
        )

    def _used_up(self, method: str) -> str | None:
        """Return the option whose time the request has used up; None: there is time left."""
        if not self._deadline.passed:
            return None
        return "timeout" if method == "GET" or self._deadline.left else "write_timeout"

    def _read(self, answer: requests.Response, request: str) -> tuple[bytes, CertificateError | None]:
        """Return the body, and why it is not whole."""
        # read1 returns what has arrived, so that what is too large is found before all of it is there.
        raw: Any = answer.raw
        read1 = getattr(raw, "read1", None) or raw._fp.read1  # noqa: SLF001 - urllib3 1.26 has no read1
        content = bytearray()
        problem = None
        try:
            while len(content) <= BODY_LIMIT:
                chunk = read1(65536)
                if not chunk:
                    break
                content += chunk
            else:
                excess = f"the response is larger than {BODY_LIMIT // 1024 // 1024} MiB"
                problem = self._body_error(request, "too_large", excess)
            expected = answer.headers.get("Content-Length", "")
            if problem is None and expected.isdigit() and len(content) < int(expected):
                problem = self._body_error(request, "truncated", "the response is truncated")
        except Exception as error:  # urllib3, http.client, ssl and OSError, depending on versions
            problem = transport_error(error, self.connection, request, self.url)
            if problem.kind == "connection_lost":
                problem = self._body_error(request, "truncated", "the response is truncated")
        return bytes(content), problem

    def _body_error(self, request: str, kind: str, problem: str) -> CertificateError:
        return CertificateError(
            kind,
            f"{request} to {self.url}: {problem}. Check any proxy or load balancer in between, and the cluster itself.",
            cluster=self.url,
        )
