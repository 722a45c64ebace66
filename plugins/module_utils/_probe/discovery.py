# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""All ports that a cluster has, what its API reports of each, and looks at them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from .._api import fields
from .._api.client import Api, Stored
from .._api.cluster import Cluster, if_visible
from .._api.databases import own_certificates
from .._concurrency import side_by_side
from .._connection import Connection
from .._errors import CertificateError
from .._hostnames import is_host
from .._state.goal import ExpectedChain
from .._transport.tls_context import trusting_context
from .._transport.tls_handshake import prepare_look
from .._x509.certificate import CertificateParseError, parse_pem
from .endpoints import SERVICES, Endpoint, endpoints_at_url, endpoints_showing, within_limit
from .served import Served, ServedEntry


@dataclass
class Group:
    """Ports that present one certificate, and what the API reports for it."""

    endpoints: tuple[Endpoint, ...]
    reported: ExpectedChain | None = None
    database: fields.Uid | None = None  # uid of the database whose own certificate that is


class Looks:
    """Looks at ports, each once."""

    def __init__(self, ca_path: str | None, timeout: float) -> None:
        """Prepare.

        Args:
            ca_path: what verifies certificates; the operating system's trust store without it.
            timeout: seconds, for each handshake.

        Raises:
            CertificateError: C(ca_path) is not usable.
        """
        self._trust = trusting_context(ca_path, prepare_look)
        self._timeout = timeout
        self.seen: dict[Endpoint, Served] = {}

    def look(self, endpoints: Iterable[Endpoint]) -> None:
        """Look at those that were not looked at yet, side by side."""
        fresh = [endpoint for endpoint in dict.fromkeys(endpoints) if endpoint not in self.seen]
        found = side_by_side(lambda endpoint: Served.look(endpoint, self._trust, self._timeout), fresh)
        self.seen.update(zip(fresh, found))

    def entries(self, groups: Iterable[Group]) -> list[ServedEntry]:
        """Return one entry for each port, which was looked at before, for results."""
        now = datetime.now(timezone.utc)
        return [
            self.seen[one].entry(group.reported, now, group.database) for group in groups for one in group.endpoints
        ]


def other_endpoints(endpoints: Iterable[Endpoint], groups: Iterable[Group]) -> tuple[Endpoint, ...]:
    """Return those of the ports that are in no group."""
    known = {(one.address, one.port) for group in groups for one in group.endpoints}
    return tuple(one for one in endpoints if (one.address, one.port) not in known)


def look_at_groups(
    looks: Looks, groups: Iterable[Group], cluster: Cluster, connection: Connection, beside: Iterable[Endpoint] = ()
) -> None:
    """Look at all groups, and at some ports beside them.

    Where no address of a group can be reached, the host of O(url) is looked at too, and added to the group.
    """
    groups = list(groups)
    looks.look([*(endpoint for group in groups for endpoint in group.endpoints), *beside])
    for group in groups:
        if not any(looks.seen[endpoint].presented.reachable for endpoint in group.endpoints):
            group.endpoints += other_endpoints(endpoints_at_url(group.endpoints, cluster, connection), [group])
    looks.look(endpoint for group in groups for endpoint in group.endpoints)


def find_groups(
    api: Api, cluster: Cluster, warn: Callable[[str], None], tolerated: Callable[[str], None] | None = None
) -> list[Group]:
    """Find all ports that the cluster has, as far as this user may see them, and M(_probe.endpoints.within_limit).

    Args:
        warn: called with what this user may not see.
        tolerated: called with the message of any other failure, which is raised without it; and with what else is
            left out.

    Raises:
        CertificateError: a failure that is neither about permissions nor tolerated.
    """
    connection = api.session.connection
    if not cluster.nodes:
        warn(
            f"this user may not see the nodes: only the ports of {connection.host} are checked. Use a user whose "
            "role may see the nodes."
        )
    bdbs = if_visible(api.bdbs, tolerated)
    if bdbs is None:
        warn("this user may not see the databases: their endpoints are not checked. Use a user who may.")
    stored: Mapping[str, Stored] | None = if_visible(api.certificates, tolerated)
    if stored is None:
        warn(
            "this user may not see the certificates: what ports present cannot be compared. Use a user "
            "whose role may see the cluster."
        )
    found = []
    for service in SERVICES:
        reported = _state(stored[service].certificate) if stored and service in stored else None
        if service == "proxy":
            found += _databases(api, cluster, bdbs or (), reported, tolerated or warn)
        else:
            found.append(Group(_named(endpoints_showing(service, cluster, connection, ()), connection), reported))
    kept = set(within_limit([one for group in found for one in group.endpoints], tolerated or warn))
    for group in found:
        group.endpoints = tuple(one for one in group.endpoints if one in kept)
    return found


def _databases(
    api: Api,
    cluster: Cluster,
    bdbs: Iterable[Mapping[str, Any]],
    proxy: ExpectedChain | None,
    warn: Callable[[str], None],
) -> list[Group]:
    """Group the ports by database, since one may present its own certificate in place of V(proxy).

    Where that cannot be read, their ports are compared with nothing: what they present may well be right.
    """
    connection = api.session.connection
    shown = [(fields.uid(bdb), endpoints_showing("proxy", cluster, connection, [bdb])) for bdb in bdbs]
    shown = [(uid, endpoints) for uid, endpoints in shown if endpoints]
    own: dict[str, str] = {}
    try:
        own = own_certificates(api) if shown else {}
    except CertificateError as error:
        warn(f"databases may present their own certificates, so their ports are not compared: {error.message}")
        proxy = None
    found = []
    for uid, endpoints in shown:
        pem = None if uid is None else own.get(str(uid))
        reported, database = (proxy, None) if pem is None else (_state(pem), uid)
        found.append(Group(_named(endpoints, connection), reported, database))
    return found


def _named(endpoints: Iterable[Endpoint], connection: Connection) -> tuple[Endpoint, ...]:
    """Return the same ports, under the host of O(url) where the cluster reports no name."""
    return tuple(
        one if one.server_name and is_host(one.server_name) else replace(one, server_name=connection.host)
        for one in endpoints
    )


def _state(pem: str) -> ExpectedChain | None:
    """Return what the API reports; None when it cannot be parsed."""
    try:
        return ExpectedChain.of(parse_pem(pem), "chain")
    except CertificateParseError:
        return None
