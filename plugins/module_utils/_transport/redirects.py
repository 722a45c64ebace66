# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Where a follower redirects to, and what the cluster says of the addresses of its nodes. No request is made here.

Only the primary node answers API requests. All others redirect to its internal address, whatever the request and the
login (vendor: cluster setting handle_redirects, load balancer page; RS182423).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from .._hostnames import host_and_port, is_host, same_host
from .._untrusted import is_plain

#: What a follower answers (vendor: 307); 308 means the same to any client (RFC 9110, 15.4.9).
REDIRECT_STATUSES = frozenset({307, 308})


class NotFollowed(Exception):
    """A redirect leads to where the login must not go. The text says why."""


class Place(NamedTuple):
    """Where an API listens."""

    host: str
    port: int

    @property
    def netloc(self) -> str:
        """Return host and port, as in a URL."""
        return host_and_port(self.host, self.port)


class NodeAddresses(NamedTuple):
    """Where one node can be reached."""

    uid: int | str | None
    internal: str | None
    external: tuple[str, ...]

    def ordered(self, choice: str) -> list[str]:
        """Return all its addresses, those first that O(node_address) prefers."""
        internal = [self.internal] if self.internal else []
        external = list(self.external)
        return external + internal if choice == "external" else internal + external


def origin_of(location: str | None) -> str:
    """Return scheme, host and port of a Location header, for messages; its other parts may hold anything."""
    try:
        parts = urlsplit(location or "")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that is not valid"
    if not parts.hostname:
        return "another path"
    if not parts.hostname.isascii() or not is_host(parts.hostname):
        return "an address that is not valid"
    return f"{parts.scheme}://{parts.hostname}{port}"


def resolve(location: str | None, url: str) -> str:
    """Return where a redirect leads, which may be relative to the URL that was asked (RFC 9110, 10.2.2)."""
    try:
        return urljoin(url, location or "")
    except ValueError:
        return location or ""


def parse_place(url: str) -> Place:
    """Return where a URL with scheme, host and port leads."""
    parts = urlsplit(url)
    return Place(parts.hostname or "", parts.port or 0)


def find_destination(location: str | None, path: str) -> Place:
    """Return where a follower redirects a request to.

    Args:
        location: the Location header.
        path: of the request, which is kept whatever the redirect says. That of a follower repeats it or names the host
            alone; one to a page for people, such as a login, has a path of its own.

    Raises:
        NotFollowed: this is not the redirect of a follower.
    """
    try:
        parts = urlsplit(location or "")
        port = parts.port or 443
    except ValueError:
        raise NotFollowed("the address is not valid") from None
    if parts.scheme != "https":
        raise NotFollowed("the target is not https")
    if parts.username is not None or parts.password is not None:
        raise NotFollowed("the target contains credentials")
    host = parts.hostname
    if not host or not host.isascii() or not is_host(host):
        raise NotFollowed("the address is not valid")
    host_alone = parts.path in ("", "/") and not parts.query
    if not host_alone and parts.path != path.partition("?")[0]:
        raise NotFollowed("the path differs")
    return Place(host, port)


class Named:
    """What the cluster itself has said of the addresses of its nodes: C(addr) and C(external_addr)."""

    def __init__(self) -> None:
        self.nodes: tuple[NodeAddresses, ...] = ()

    def learn(self, nodes: Iterable[Mapping[str, Any]]) -> None:
        """Take over the answer of C(GET /v1/nodes)."""
        self.nodes = tuple(node for node in map(_addresses, nodes) if node.internal or node.external)

    def node_at(self, host: str) -> NodeAddresses | None:
        """Return the node that has this address."""
        return next((node for node in self.nodes if any(same_host(host, one) for one in node.ordered("both"))), None)

    def excludes(self, host: str) -> bool:
        """Return whether the cluster has named its nodes, and no node has this address."""
        return bool(self.nodes) and self.node_at(host) is None

    def ways_to(self, host: str, choice: str) -> list[str]:
        """Return the addresses of the node at C(host), those first that O(node_address) prefers; else C(host)."""
        node = self.node_at(host)
        return node.ordered(choice) if node else [host]

    def siblings(self, host: str, choice: str) -> list[str]:
        """Return an address of each other node.

        Empty unless C(host) is an address of a node itself rather than of a balancer.
        """
        node = self.node_at(host)
        others = [one.ordered(choice) for one in self.nodes if node is not None and one is not node]
        return [addresses[0] for addresses in others if addresses]


def _addresses(facts: Mapping[str, Any]) -> NodeAddresses:
    uid, internal, external = (facts.get(field) for field in ("uid", "addr", "external_addr"))
    listed = external if isinstance(external, list) else []
    return NodeAddresses(
        uid if isinstance(uid, int) or (isinstance(uid, str) and is_plain(uid)) else None,
        internal if isinstance(internal, str) and is_host(internal) else None,
        tuple(one for one in listed if isinstance(one, str) and is_host(one)),
    )
