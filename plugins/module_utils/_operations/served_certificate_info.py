# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What ports really present."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from .. import _cluster, _endpoints, _options, _trust, _wire
from .._api import Api, Stored
from .._cluster import Cluster
from .._endpoints import Endpoint
from .._errors import CertificateError
from .._installed import Installed
from .._options import Connection
from .._served import Served
from .._side_by_side import side_by_side
from .._state import State
from .._task import Operation, Task


@dataclass
class _Group:
    """Ports that show one certificate, and what the API reports of it."""

    endpoints: tuple[Endpoint, ...]
    reported: State | None = None


class _Looks:
    """Looks at ports, each once."""

    def __init__(self, trust: ssl.SSLContext, timeout: float) -> None:
        self._trust = trust
        self._timeout = timeout
        self.seen: dict[Endpoint, Served] = {}

    def look(self, endpoints: Iterable[Endpoint]) -> None:
        """Look at those that were not looked at yet, side by side."""
        fresh = [endpoint for endpoint in dict.fromkeys(endpoints) if endpoint not in self.seen]
        found = side_by_side(lambda endpoint: Served.look(endpoint, self._trust, self._timeout), fresh)
        self.seen.update(zip(fresh, found))


def run(task: Task) -> dict[str, Any]:
    """What ports really present.

    Raises:
        CertificateError: an option is wrong, or the ports of the cluster cannot be found out.
    """
    params = task.params
    if not params["endpoints"] and not params["discover"]:
        raise CertificateError(
            "invalid_option",
            "there is nothing to look at. Give endpoints, or set discover to true, or both.",
            option="endpoints",
        )
    _options.check_range(params, "timeout", 0.001, 86400, "seconds")
    server_name = params["server_name"] or None
    if server_name and not _wire.names_a_host(server_name):
        raise CertificateError(
            "invalid_option",
            f"option server_name ({server_name}) is neither a host name nor an IP address. Give the name that clients "
            "use.",
            option="server_name",
        )
    listed = _endpoints.listed(params["endpoints"] or (), server_name)
    trust = _trust.trusting(_options.ca_path(params, os.environ), _wire.overhear)
    looks = _Looks(trust, params["timeout"])
    result: dict[str, Any] = {"changed": False}
    groups: list[_Group] = []
    if params["discover"]:
        groups = _discovered(task, looks, listed, result)
    groups.append(_Group(_others(listed, groups)))
    looks.look(groups[-1].endpoints)
    now = datetime.now(timezone.utc)
    entries = [looks.seen[one].entry(group.reported, now) for group in groups for one in group.endpoints]
    return {**result, "endpoints": entries, "drift": [entry for entry in entries if entry["matches"] is False]}


def _others(listed: Iterable[Endpoint], groups: Iterable[_Group]) -> tuple[Endpoint, ...]:
    """Those of the listed ports that are in no group."""
    known = {(one.address, one.port) for group in groups for one in group.endpoints}
    return tuple(one for one in listed if (one.address, one.port) not in known)


def _discovered(task: Task, looks: _Looks, listed: Iterable[Endpoint], result: dict[str, Any]) -> list[_Group]:
    """Find the cluster's ports and look at them, and at the listed ones beside them; fills C(result).

    Where no address of a service can be reached, the host of O(url) is looked at too.
    """
    session, retries = task.connect()
    try:
        with session:
            api = Api(session, retries)
            # What a version that is not known would mean for writes is of no interest here.
            cluster = _cluster.read(api, lambda message: None, needed=True)
            result["cluster"] = {"name": cluster.name, "url": api.url, "version": cluster.version}
            groups = _groups(task, api, cluster)
            looks.look([*(endpoint for group in groups for endpoint in group.endpoints), *_others(listed, groups)])
            for group in groups:
                if not any(looks.seen[endpoint].presented.reachable for endpoint in group.endpoints):
                    substitutes = _endpoints.at_url(group.endpoints, cluster, session.connection)
                    group.endpoints += _others(substitutes, [group])
            looks.look(endpoint for group in groups for endpoint in group.endpoints)
    except CertificateError as error:
        error.with_result(attempts=retries.attempts, retried=retries.log)
        raise
    result.update(attempts=retries.attempts, retried=retries.log)
    return groups


def _groups(task: Task, api: Api, cluster: Cluster) -> list[_Group]:
    """All ports that the cluster has, as far as this user may see them."""
    connection = api.session.connection
    if not cluster.nodes:
        task.warn(
            f"this user may not see the nodes: their ports are looked at only at {connection.host}. Use a user whose "
            "role may see the nodes."
        )
    bdbs = _cluster.if_visible(api.bdbs, None)
    if bdbs is None:
        task.warn(
            "this user may not see the databases: their endpoints are not looked at. Use a user with the role admin."
        )
    stored: Mapping[str, Stored] | None = _cluster.if_visible(api.certificates, None)
    if stored is None:
        task.warn(
            "this user may not see the certificates: what ports present is compared with nothing. Use a user "
            "whose role may see the cluster."
        )
    groups = []
    for service in _endpoints.SERVICES:
        reported = _state(service, stored[service]) if stored and service in stored else None
        if service == "proxy":
            groups += _databases(task, api, cluster, bdbs or (), reported)
        else:
            groups.append(_Group(_named(_endpoints.showing(service, cluster, connection, ()), connection), reported))
    return groups


def _databases(
    task: Task, api: Api, cluster: Cluster, bdbs: Iterable[Mapping[str, Any]], proxy: State | None
) -> list[_Group]:
    """The ports of each database that has some, which may have a certificate of its own in place of V(proxy)."""
    connection = api.session.connection
    shown = [(bdb.get("uid"), _endpoints.showing("proxy", cluster, connection, [bdb])) for bdb in bdbs]
    shown = [(uid, endpoints) for uid, endpoints in shown if endpoints]
    own = (_cluster.if_visible(api.bdb_certificates, task.warn) or ()) if shown else ()
    groups = []
    for uid, endpoints in shown:
        pem = next((one.get("cert") for one in own if uid is not None and one.get("bdb_uid") == uid), None)
        reported = _state("proxy", Stored(pem, None)) if pem and isinstance(pem, str) else proxy
        groups.append(_Group(_named(endpoints, connection), reported))
    return groups


def _named(endpoints: Iterable[Endpoint], connection: Connection) -> tuple[Endpoint, ...]:
    """The same, under the host of O(url) where the cluster says no name."""
    return tuple(
        one if one.server_name and _wire.names_a_host(one.server_name) else replace(one, server_name=connection.host)
        for one in endpoints
    )


def _state(name: str, stored: Stored) -> State | None:
    """What the API reports; None when it cannot be parsed."""
    chain = Installed.of(name, stored, datetime.now(timezone.utc)).chain
    return State.of(chain, "chain") if chain else None


OPERATION = Operation(
    run,
    {
        **_options.CONNECTION_SPEC,
        "endpoints": {"type": "list", "elements": "str"},
        "discover": {"type": "bool", "default": False},
        "server_name": {"type": "str"},
    },
    mutually_exclusive=_options.CONNECTION_EXCLUSIVE,
)
