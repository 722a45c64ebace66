# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What ports really present."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from .._api.client import Api
from .._api.cluster import read_cluster
from .._argspec import CONNECTION_EXCLUSIVE, CONNECTION_SPEC
from .._connection import check_range, find_ca_path
from .._errors import CertificateError, invalid_option
from .._hostnames import is_host
from .._operation import Context, Operation
from .._probe.discovery import Group, Looks, find_groups, look_at_groups, other_endpoints
from .._probe.endpoints import Endpoint, parse_endpoints
from .._secrets import quoted


def run(task: Context) -> dict[str, Any]:
    """Return what ports really present.

    Raises:
        CertificateError: an option is wrong, or the ports of the cluster cannot be found out.
    """
    params = task.params
    if not params["endpoints"] and not params["discover"]:
        raise invalid_option("endpoints", "no endpoints given", "Give endpoints, or set discover=true, or both")
    check_range(params, "timeout", 0.001, 86400, "seconds")
    server_name = params["server_name"] or None
    if server_name and not is_host(server_name):
        raise invalid_option(
            "server_name",
            f"{quoted(server_name)} is neither a host name nor an IP address",
            "Give the name that clients use",
        )
    listed = parse_endpoints(params["endpoints"] or (), server_name)
    looks = Looks(find_ca_path(params, os.environ), params["timeout"])
    result: dict[str, Any] = {"changed": False}
    groups: list[Group] = []
    if params["discover"]:
        groups = _discovered(task, looks, listed, result)
    groups.append(Group(other_endpoints(listed, groups)))
    looks.look(groups[-1].endpoints)
    entries = looks.entries(groups)
    return {**result, "endpoints": entries, "drift": [entry for entry in entries if entry["matches"] is False]}


def _discovered(task: Context, looks: Looks, listed: Iterable[Endpoint], result: dict[str, Any]) -> list[Group]:
    """Find the cluster's ports and look at them, and at the listed ones beside them; fills C(result)."""
    session, retries = task.connect()
    try:
        with session:
            api = Api(session, retries)
            # What a version that is unknown would mean for writes is of no interest here.
            cluster = read_cluster(api, lambda message: None, needed=True)
            result["cluster"] = cluster.as_dict(api.url)
            groups = find_groups(api, cluster, task.warn)
            look_at_groups(looks, groups, cluster, session.connection, other_endpoints(listed, groups))
    except CertificateError as error:
        raise error.with_result(attempts=retries.attempts, retried=retries.log) from None
    result.update(attempts=retries.attempts, retried=retries.log)
    return groups


OPERATION = Operation(
    run,
    {
        **CONNECTION_SPEC,
        "endpoints": {"type": "list", "elements": "str"},
        "discover": {"type": "bool", "default": False},
        "server_name": {"type": "str"},
    },
    mutually_exclusive=CONNECTION_EXCLUSIVE,
)
