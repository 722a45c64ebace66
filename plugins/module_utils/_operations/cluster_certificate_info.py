# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Facts about the certificates that a cluster has."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from .. import _cluster, _installed, _names, _options
from .._api import Api
from .._errors import CertificateError
from .._task import Operation, Task


def run(task: Task) -> dict[str, Any]:
    """Facts about the certificates that a cluster has.

    Raises:
        CertificateError: the certificates cannot be read.
    """
    params = task.params
    _options.check_range(params, "expires_within", 0, 100_000, "days")
    now = datetime.now(timezone.utc)
    session, retries = task.connect()
    try:
        with session:
            api = Api(session, retries)
            stored = api.certificates()
            cluster = _cluster.read(api, task.warn, needed=False)
    except CertificateError as error:
        error.with_result(attempts=retries.attempts, retried=retries.log)
        raise

    missing: list[str] = []
    if params["names"] is not None:
        missing = [name for name in params["names"] if _names.canonical(name) not in stored]
        wanted = set(map(_names.canonical, params["names"]))
        stored = {name: value for name, value in stored.items() if name in wanted}
    found = [_installed.Installed.of(name, stored[name], now) for name in sorted(stored)]
    if params["expires_within"] is not None:
        found = [certificate for certificate in found if certificate.expires_within(params["expires_within"], now)]
    return {
        "changed": False,
        "cluster": cluster.as_dict(api.url),
        "certificates": [one.described(cluster.name, cluster.version, now, cluster.settings) for one in found],
        "missing": missing,
        "attempts": retries.attempts,
        "retried": retries.log,
    }


OPERATION = Operation(
    run,
    {
        **_options.CONNECTION_SPEC,
        "names": {"type": "list", "elements": "str"},
        "expires_within": {"type": "int"},
    },
    mutually_exclusive=_options.CONNECTION_EXCLUSIVE,
)
