# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The proxies of the environment, and of it alone: macOS kills a forked worker that asks for the system's settings."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

from .._errors import CertificateError
from .deadline import Deadline

try:
    from requests.utils import get_environ_proxies
    from urllib3.exceptions import ProxyError
except ImportError:  # reported by _libraries
    ProxyError = Exception  # type: ignore[assignment,misc]
try:
    import socks
except ImportError:  # reported by find_proxies
    socks = None

_SOCKS = frozenset({"socks4", "socks4a", "socks5", "socks5h"})
_SCHEMES = frozenset({"http", "https"}) | _SOCKS

#: How http.client begins where a proxy refuses CONNECT; a status or a reason follows.
REFUSED = "Tunnel connection failed: "
LOGIN = "407"


class NoTunnelError(ProxyError):
    """A proxy did not connect to the server: nothing was sent to that."""


def find_proxies(url: str) -> dict[str, str]:
    """Return the proxies of the environment for a URL, by scheme.

    Raises:
        CertificateError: the one that would be used is not usable.
    """
    found = _given(url)
    scheme = _in_force(url, found)
    problem = _problem(found[scheme]) if scheme else None
    if scheme and problem:
        # The value may contain a password.
        raise CertificateError(
            "proxy",
            f"environment variable {_variable(scheme)}: {problem}, or list the host in NO_PROXY.",
            cluster=url,
        )
    return found


def proxy_variable(url: str) -> str | None:
    """Return the environment variable whose proxy is used for a URL, if one is."""
    scheme = _in_force(url, _given(url))
    return _variable(scheme) if scheme else None


def _given(url: str) -> dict[str, str]:
    # Without one in the environment, requests would look elsewhere.
    found = get_environ_proxies(url) if getproxies_environment() else {}
    # Old releases of requests take HOST:PORT for a scheme and a path.
    return {scheme: proxy if "//" in proxy else f"http://{proxy}" for scheme, proxy in found.items()}


def _in_force(url: str, found: Mapping[str, str]) -> str | None:
    """Return the scheme of the proxy that requests takes, if any."""
    return next((scheme for scheme in (url.partition(":")[0], "all") if found.get(scheme)), None)


def _variable(scheme: str) -> str:
    lower = f"{scheme}_proxy"  # which comes before the other one
    return lower if os.environ.get(lower) else lower.upper()


def _problem(proxy: str) -> str | None:
    """Return why a proxy cannot be used, and what to do about it."""
    try:
        parts = urlsplit(proxy)
        usable = bool(parts.hostname) and not any(character.isspace() for character in proxy)
        parts.port  # noqa: B018 - its computation is the check
    except ValueError:
        usable = False
    if not usable:
        return "not a valid URL. Give it as http://proxy.example.com:3128"
    if parts.scheme not in _SCHEMES:
        return f"unknown scheme. Use one of {', '.join(sorted(_SCHEMES))}"
    if parts.scheme in _SOCKS and socks is None:
        return "a SOCKS proxy needs the Python library PySocks, which is not installed where the task runs. Install it"
    return None


def connect_by_socks(options: Mapping[str, Any], host: str, port: int, deadline: Deadline) -> socket.socket:
    """Return a connection to a server by way of a SOCKS proxy, which is shut down when the time is up.

    Args:
        options: as urllib3's SOCKSProxyManager hands them to connections.

    Raises:
        OSError: the proxy does not connect; beginning with M(REFUSED), if it refused to.
    """
    problem: OSError = socket.timeout()
    where = (options["proxy_host"].strip("[]"), options["proxy_port"] or 1080)
    for family, kind, _protocol, _name, address in socket.getaddrinfo(*where, type=socket.SOCK_STREAM):
        connection = socks.socksocket(family, kind)
        login = options["username"], options["password"]
        connection.set_proxy(options["socks_version"], *address[:2], options["rdns"], *login)
        connection.settimeout(max(0.001, deadline.left))
        deadline.watch(connection)
        try:
            connection.connect((host, port))
        except OSError as error:
            connection.close()
            problem = _unwrapped(error)
            continue
        return connection  # type: ignore[no-any-return]
    raise problem


def _unwrapped(error: OSError) -> OSError:
    """Return the error that PySocks wrapped; a refusal as http.client words it."""
    inner = getattr(error, "socket_err", None) or error
    if isinstance(inner, socks.SOCKS5AuthError):
        return OSError(f"{REFUSED}{LOGIN}")
    if isinstance(inner, (socks.SOCKS5Error, socks.SOCKS4Error)):
        return OSError(f"{REFUSED}{inner}")
    return inner
