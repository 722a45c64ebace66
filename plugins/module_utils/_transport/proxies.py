# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The proxies of the environment, and of it alone: macOS kills a forked worker that asks for the system's settings."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

from .._errors import CertificateError

try:
    from requests.utils import get_environ_proxies
except ImportError:  # reported by _libraries
    pass

_SOCKS = frozenset({"socks4", "socks4a", "socks5", "socks5h"})
_SCHEMES = frozenset({"http", "https"}) | _SOCKS


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
    return get_environ_proxies(url) if getproxies_environment() else {}


def _in_force(url: str, found: Mapping[str, str]) -> str | None:
    """Return the scheme of the proxy that requests takes, if any."""
    return next((scheme for scheme in (url.partition(":")[0], "all") if found.get(scheme)), None)


def _variable(scheme: str) -> str:
    lower = f"{scheme}_proxy"  # which comes before the other one
    return lower if os.environ.get(lower) else lower.upper()


def _problem(proxy: str) -> str | None:
    """Return why a proxy cannot be used, and what to do about it."""
    try:
        parts = urlsplit(proxy if "//" in proxy else f"http://{proxy}")
        usable = bool(parts.hostname) and not any(character.isspace() for character in proxy)
        parts.port  # noqa: B018 - its computation is the check
    except ValueError:
        usable = False
    if not usable:
        return "not a valid URL. Give it as http://proxy.example.com:3128"
    if parts.scheme not in _SCHEMES:
        return f"unknown scheme. Use one of {', '.join(sorted(_SCHEMES))}"
    if parts.scheme in _SOCKS and importlib.util.find_spec("socks") is None:
        return "a SOCKS proxy needs the Python library PySocks, which is not installed where the task runs. Install it"
    return None
