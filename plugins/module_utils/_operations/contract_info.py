# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Compare a cluster with what the collection takes to be true of every cluster."""

from __future__ import annotations

from typing import Any

from .._api.client import Api
from .._api.cluster import cluster_name
from .._api.tokens import ensure_token_lasts
from .._argspec import CONNECTION_EXCLUSIVE, CONNECTION_SPEC
from .._contract.catalogue import report
from .._contract.questions import Questions
from .._errors import CertificateError
from .._operation import Context, Operation


def run(task: Context) -> dict[str, Any]:
    """Make all checks.

    Raises:
        CertificateError: the cluster cannot be read; the writes are not confirmed (V(not_confirmed)); or what they
            changed could not be restored (V(not_restored)).
    """
    writes = task.params["writes"]
    session, retries = task.connect()
    with session:
        if writes:
            _confirm(Api(session, retries), task.params["writes_confirmed"])
            if not task.check_mode:
                ensure_token_lasts(Api(session, retries), session.connection.write_timeout)
        asked = Questions(session, retries, writes=writes, check_mode=task.check_mode)
        try:
            found = report(asked)
        finally:
            asked.close()
    if asked.restored is False:
        raise CertificateError(
            "not_restored",
            "what the checks had written could not be restored. Check metrics_exporter and the certificates of "
            "databases. Replace what is wrong with cluster_certificate or rladmin.",
            cluster=session.url,
        ).with_result(changed=True, **found)
    return {"changed": False, **found}


def _confirm(api: Api, given: str | None) -> None:
    name = cluster_name(api)
    if name is None or given != name:
        raise CertificateError(
            "not_confirmed",
            "option writes_confirmed is not the name of this cluster (name in GET /v1/cluster), so nothing was "
            "written. Give that name where the cluster may fail.",
            option="writes_confirmed",
            cluster=api.url,
        )


OPERATION = Operation(
    run,
    {
        **CONNECTION_SPEC,
        "writes": {"type": "bool", "default": False},
        "writes_confirmed": {"type": "str"},
    },
    mutually_exclusive=CONNECTION_EXCLUSIVE,
)
