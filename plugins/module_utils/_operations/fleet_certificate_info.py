# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""All that an audit wants to know of many clusters, which are read side by side."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import Any

from .. import _fleet, _options, _pinned
from .._audited_cluster import READ, entry
from .._errors import CertificateError
from .._fleet import Member
from .._processes import in_processes
from .._task import Operation, Task
from .cluster_certificates import OPERATION as CHANGE


def run(task: Task) -> dict[str, Any]:
    """Read all clusters.

    Raises:
        CertificateError: there is none, or an option is wrong that is not about one cluster.
    """
    params = task.params
    _options.check_range(params, "concurrency", 1, 1000, "clusters")
    members = _fleet.members(params["clusters"] or (), params)
    if not members:
        raise CertificateError(
            "invalid_option", "there is nothing to read. Give clusters, or hosts.", option="clusters"
        )
    clusters = in_processes(lambda member: _entry(member, served=params["served"]), members, params["concurrency"])
    _pinned.judge(clusters)
    return {"changed": False, "clusters": clusters}


def _entry(member: _fleet.Member, *, served: bool) -> dict[str, Any]:
    """What is known of one cluster. Never raises."""
    started, moment = time.monotonic(), datetime.now(timezone.utc)
    task = Task({}, check_mode=True)
    try:
        task.params = member.checked(READ, served=served)
        found = READ.outcome(task)
    except CertificateError as wrong:
        found = {"failed": True, "msg": wrong.message, "failure": wrong.failure}
    error = {"msg": found.pop("msg"), "failure": found.pop("failure")} if found.pop("failed", False) else None
    drift = _drift(member, task) if error is None and member.wanted is not None else None
    seconds = round(time.monotonic() - started, 3)
    return entry(member.name, moment, seconds=seconds, error=error, found=found, drift=drift, warnings=task.warnings)


def _drift(member: Member, task: Task) -> list[dict[str, Any]] | None:
    """What a change to what is wanted would do; None where that cannot be told, of which there is a warning then."""
    compared = Task({}, check_mode=True)
    try:
        # Only what differs is of interest here.
        compared.params = member.checked(CHANGE, certificates=member.wanted, requirements="ignore", verify="none")
        found = CHANGE.outcome(compared)
    except CertificateError as wrong:
        found = {"failed": True, "msg": wrong.message}
    task.warnings += compared.warnings
    if found.get("failed"):
        task.warn(f"what is wanted could not be compared: {found['msg']}")
        return None
    return [{key: change[key] for key in ("name", "action", "reason")} for change in found["changes"]]


OPERATION = Operation(
    run,
    {
        **_options.CONNECTION_SPEC,
        "clusters": {"type": "list", "elements": "dict", "options": _fleet.SPEC},
        "hosts": {"type": "list", "elements": "str"},
        "concurrency": {"type": "int", "default": 16},
        "served": {"type": "bool", "default": True},
        "drift": {"type": "bool", "default": False},
    },
    mutually_exclusive=_options.CONNECTION_EXCLUSIVE,
)
