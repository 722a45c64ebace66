# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Where certificates can be seen: ports of a cluster (vendor: network ports, certificates), or those of a list."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .._api import fields
from .._api.cluster import Cluster, Node
from .._connection import DEFAULT_PORT, Connection
from .._errors import invalid_option
from .._hostnames import comparable_host, host_and_port, is_host, usual_address

#: Ports of one cluster that are checked: more than a hundred databases whose proxies listen on all of 35 nodes have.
#: A cluster that lists more would keep the run busy, most of all if none of them responds.
ENDPOINT_LIMIT = 4096

#: The certificates that ports show.
SERVICES = ("api", "cm", "metrics_exporter", "proxy")

#: What O(endpoints) takes: an IPv6 address is in brackets, or its end could be the port.
_LISTED = re.compile(r"(?:\[(?P<bracketed>[^\[\]]*:[^\[\]]*)\]|(?P<host>[^\[\]:]+)):(?P<port>[0-9]{1,5})")


@dataclass(frozen=True)
class Endpoint:
    """One port at one address."""

    node: fields.Uid | None  # where it is known
    address: str  # empty: the cluster reports none for this node
    port: int
    service: str | None  # the certificate that a handshake shows there, where it is known: one of SERVICES
    server_name: str | None = None  # for the server name indication

    @property
    def netloc(self) -> str:
        """Return address and port, as in a URL."""
        return host_and_port(self.address, self.port)

    @property
    def url(self) -> str:
        """Return the URL of the REST API there."""
        return f"https://{self.netloc}"

    def __str__(self) -> str:
        place = self.netloc if self.address or self.node is None else f"node {self.node}, {self.netloc}"
        return f"{place} ({self.service})" if self.service else place


def _addresses(node: Node, choice: str) -> Iterable[str]:
    """Return what O(node_address) chooses; the other kind where a node has none of that.

    It is empty where the node has neither, so that no proof is complete without the node.
    """
    internal = (node.internal,) if node.internal else ()
    if choice == "both":
        return node.addresses or ("",)
    return ((internal or node.external) if choice == "internal" else (node.external or internal)) or ("",)


def _everywhere(cluster: Cluster, connection: Connection, number: int, service: str) -> list[Endpoint]:
    """List a port that every node has, at each of its addresses; at the host of O(url) where no node may be seen."""
    return [
        Endpoint(node.uid, address, number, service, cluster.name)
        for node in cluster.nodes or (Node(None, connection.host, (), None, None),)
        for address in _addresses(node, connection.node_address)
    ]


def _by_address(cluster: Cluster) -> dict[str, Node]:
    """Return the node at each address, of either kind, in the form in which hosts are compared."""
    return {comparable_host(address): node for node in cluster.nodes for address in node.addresses}


def _databases(
    cluster: Cluster, connection: Connection, bdbs: Sequence[Mapping[str, Any]], own: Container[str]
) -> list[Endpoint]:
    """List the endpoints of all databases that speak TLS with their clients, but for those with these uids."""
    nodes = _by_address(cluster)
    found = []
    for bdb in bdbs:
        if bdb.get("tls_mode") != "enabled" or str(bdb.get("uid")) in own:
            continue
        for endpoint in fields.mappings(bdb, "endpoints"):
            number = fields.port(endpoint, "port")
            name = fields.text(endpoint, "dns_name")
            if number is None:
                continue
            for listed in fields.texts(endpoint, "addr"):
                node = nodes.get(comparable_host(listed)) or Node(None, listed, (), None, None)
                found += [
                    Endpoint(node.uid, address, number, "proxy", name or cluster.name)
                    for address in _addresses(node, connection.node_address)
                ]
    return found


def endpoints_showing(
    name: str,
    cluster: Cluster,
    connection: Connection,
    bdbs: Sequence[Mapping[str, Any]],
    own: Container[str] = (),
) -> tuple[Endpoint, ...]:
    """List the ports whose handshake shows a certificate; none for those that no port shows.

    Args:
        own: uids, as text, of the databases that present their own certificate in place of V(proxy): see
            M(_api.databases.own_certificates).
    """
    found: list[Endpoint] = []
    if name == "api":
        found = _everywhere(cluster, connection, _api_port(cluster, connection), name)
    elif name == "cm":
        found = _everywhere(cluster, connection, cluster.cm_port, name)
    elif name == "metrics_exporter":
        found = _everywhere(cluster, connection, connection.metrics_port, name)
    elif name == "proxy":
        found = _databases(cluster, connection, bdbs, own)
    return tuple(dict.fromkeys(found))


def within_limit(endpoints: Sequence[Endpoint], warn: Callable[[str], None]) -> Sequence[Endpoint]:
    """Return the ports up to the limit.

    Args:
        warn: called with how many are left out, if any are.
    """
    left_out = len(endpoints) - ENDPOINT_LIMIT
    if left_out > 0:
        warn(
            f"{left_out} of the {len(endpoints)} ports that the cluster lists are not checked: the limit is "
            f"{ENDPOINT_LIMIT}. Check GET /v1/nodes and GET /v1/bdbs, and check the others with "
            "served_certificate_info."
        )
    return endpoints[:ENDPOINT_LIMIT]


def _api_port(cluster: Cluster, connection: Connection) -> int:
    """Return what the cluster reports, else what the user says: in front of the cluster there may be another one."""
    return cluster.api_port or urlsplit(connection.url).port or DEFAULT_PORT["https"]


def endpoints_at_url(endpoints: Iterable[Endpoint], cluster: Cluster, connection: Connection) -> tuple[Endpoint, ...]:
    """Return the same ports at the host of O(url): all that a caller outside the cluster's network may reach."""
    node = _by_address(cluster).get(comparable_host(connection.host))
    return tuple(
        dict.fromkeys(
            Endpoint(node.uid if node else None, connection.host, one.port, one.service, one.server_name)
            for one in endpoints
        )
    )


def parse_endpoints(entries: Iterable[str], server_name: str | None) -> tuple[Endpoint, ...]:
    """Parse the ports of O(endpoints).

    Args:
        server_name: the name of all of them; that of each is its host where there is none.

    Raises:
        CertificateError: an entry names no port; it is named.
    """
    found = []
    for number, entry in enumerate(entries, 1):
        match = _LISTED.fullmatch(entry.strip())
        host = match and (match["bracketed"] or match["host"])
        if not match or not host or not is_host(host) or not 0 < int(match["port"]) < 65536:
            # Before an @ there may be a password.
            shown = "must not contain credentials, and" if "@" in entry else f"({entry})"
            raise invalid_option(
                "endpoints",
                f"entry {number} {shown} is not host:port",
                "Give each as cluster.example.com:9443, 192.0.2.1:9443 or [2001:db8::1]:9443",
            )
        address = usual_address(host)
        found.append(Endpoint(None, address, int(match["port"]), None, server_name or address))
    return tuple(dict.fromkeys(found))
