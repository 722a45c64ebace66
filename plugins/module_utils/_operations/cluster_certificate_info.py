# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Facts about the certificates that a cluster has."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from .._api.client import Api
from .._api.cluster import read_cluster
from .._argspec import CONNECTION_EXCLUSIVE, CONNECTION_SPEC
from .._connection import check_range
from .._errors import CertificateError
from .._operation import Context, Operation
from .._product.names import canonical_name
from .._state.installed import Installed


def run(task: Context) -> dict[str, Any]:
    """Return facts about the certificates that a cluster has.

    Raises:
        CertificateError: the certificates cannot be read.
    """
    params = task.params
    check_range(params, "expires_within", 0, 100_000, "days")
    now = datetime.now(timezone.utc)
    session, retries = task.connect()
    try:
        with session:
            api = Api(session, retries)
            stored = api.certificates()
            cluster = read_cluster(api, task.warn, needed=False)
    except CertificateError as error:
        raise error.with_result(attempts=retries.attempts, retried=retries.log) from None

    missing: list[str] = []
    if params["names"] is not None:
        missing = [name for name in params["names"] if canonical_name(name) not in stored]
        wanted = set(map(canonical_name, params["names"]))
        stored = {name: value for name, value in stored.items() if name in wanted}
    found = [Installed.of(name, stored[name], now) for name in sorted(stored)]
    if params["expires_within"] is not None:
        found = [certificate for certificate in found if certificate.expires_within(params["expires_within"], now)]
    return {
        "changed": False,
        "cluster": cluster.as_dict(api.url),
        "certificates": [one.described(cluster.name, cluster.versions, now, cluster.settings) for one in found],
        "missing": missing,
        "inactive_nodes": [node.as_dict() for node in cluster.inactive],
        "check_mode": task.check_mode,
        "attempts": retries.attempts,
        "retried": retries.log,
    }


OPERATION = Operation(
    run,
    {
        **CONNECTION_SPEC,
        "names": {"type": "list", "elements": "str"},
        "expires_within": {"type": "int"},
    },
    mutually_exclusive=CONNECTION_EXCLUSIVE,
)
