# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The transport adapter for requests: one TLS context, and a deadline for all that happens on a connection."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from functools import partial
from http.client import HTTPException
from typing import Any

from .deadline import Deadline
from .proxies import NoTunnelError, connect_by_socks
from .tls_context import Context

try:
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.exceptions import ConnectTimeoutError, HTTPError, LocationParseError, NewConnectionError
except ImportError:  # reported by _libraries
    HTTPAdapter = HTTPConnection = HTTPSConnection = object  # type: ignore[assignment,misc]
    HTTPConnectionPool = HTTPSConnectionPool = object  # type: ignore[assignment,misc]


class _Watched(HTTPConnection):
    """A connection that is shut down when the time of a request is up, be it its first or a later one."""

    def __init__(
        self, *args: Any, deadline: Deadline, _socks_options: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        self._deadline = deadline
        self._socks_options = _socks_options
        super().__init__(*args, **kwargs)
        self._by_proxy = bool(self.proxy or _socks_options)
        self._through = False

    def connect(self) -> None:
        """Connect within the connection timeout, including a proxy and the TLS handshake.

        Raises:
            NoTunnelError: the proxy did not connect to the server.
        """
        self._through = False
        with self._deadline.limit(self.timeout):  # type: ignore[arg-type]  # always a number here
            try:
                super().connect()
            except (OSError, ValueError, HTTPError, HTTPException) as error:
                if self._by_proxy and not self._through:
                    # Whatever the end of a connection looks like that was shut down.
                    why = socket.timeout() if self._deadline.passed else error
                    raise NoTunnelError("no tunnel", why) from why
                raise

    def _tunnel(self) -> None:
        super()._tunnel()
        # What ends in the middle of a proxy's answer to CONNECT is taken for its end.
        if self._deadline.passed:
            raise socket.timeout
        self._through = True

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:
            self._deadline.watch(self.sock)
        super().request(*args, **kwargs)

    def _new_conn(self) -> socket.socket:
        """Connect in place of urllib3, whose timeout starts again with each address of the host."""
        host = self._dns_host.strip("[]")
        try:
            if self._socks_options:
                connection = connect_by_socks(self._socks_options, host, self.port, self._deadline)
                self._through = True
                return connection
            return self._deadline.connect(host, self.port, options=self.socket_options or ())
        except UnicodeError:
            raise LocationParseError(host) from None
        except socket.timeout as error:
            raise ConnectTimeoutError(self, "connection timed out") from error
        except OSError as error:
            raise NewConnectionError(self, "no connection") from error


class _WatchedTls(_Watched, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


class Adapter(HTTPAdapter):
    """An adapter that uses one TLS context for everything, and keeps requests from adding its own CAs to it."""

    def __init__(self, context: Context, deadline: Deadline, **tls: str) -> None:
        """Prepare.

        Args:
            deadline: of the current request.
            tls: C(server_hostname), the name that the certificate must cover where the address is another, or
                C(assert_fingerprint), the fingerprint that it must have.
        """
        self._context = context
        self._pools = {"http": partial(_Pool, deadline=deadline), "https": partial(_TlsPool, deadline=deadline)}
        self._tls: dict[str, Any] = {**tls, "ssl_context": context}
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **{**kwargs, **self._tls})
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **{**kwargs, **self._tls})
        manager.pool_classes_by_scheme = self._pools
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        conn.cert_reqs = self._context.verify_mode.name
        conn.ca_certs = conn.ca_cert_dir = None
