# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""All that an audit wants to know of many clusters, which are read side by side."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, cast

from .._argspec import CONNECTION_EXCLUSIVE, CONNECTION_SPEC, MEMBER_SPEC
from .._concurrency import in_processes
from .._connection import check_range, find_secrets, name_secrets
from .._errors import CertificateError, invalid_option
from .._fleet.cluster_data import NOTHING, ClusterData, ClusterError, DriftEntry, cluster_entry
from .._fleet.members import Member, parse_members
from .._fleet.pins import judge_pins
from .._fleet.read_cluster import READ
from .._masking import mask_secrets
from .._operation import Context, Operation, find_weakness
from .cluster_certificates import OPERATION as CHANGE

#: Only what differs is of interest, not whether it may be written now.
_COMPARE = {"requirements": "ignore", "verify": "none", "allow_inactive_nodes": True}

#: How many clusters that are still read are named to a person who waits.
_NAMED = 3


def run(task: Context) -> dict[str, Any]:
    """Read all clusters.

    Raises:
        CertificateError: there is none, or an option is wrong that is not about one cluster.
    """
    params = task.params
    check_range(params, "concurrency", 1, 1000, "clusters")
    members = parse_members(params["clusters"] or (), params)
    if not members:
        raise invalid_option("clusters", "no clusters given", "Give clusters, or hosts")

    def how_far(left: Sequence[Member]) -> str:
        names = f", still reading {', '.join(one.name for one in left)}" if 0 < len(left) <= _NAMED else ""
        return f"{len(members) - len(left)} of {len(members)} clusters read{names}"

    clusters = in_processes(
        lambda member: _entry(member, served=params["served"]), members, params["concurrency"], _lost, how_far
    )
    judge_pins(clusters)
    return {"changed": False, "clusters": clusters}


def _entry(member: Member, *, served: bool) -> ClusterData:
    """Return what is known of one cluster. Never raises."""
    started, moment = time.monotonic(), datetime.now(timezone.utc)
    secrets = name_secrets({**member.options, "certificates": member.wanted}, os.environ)
    task = Context({}, check_mode=True, secrets=secrets)
    try:
        task.params = member.checked(READ, served=served)
        read = READ.outcome(task)
    except CertificateError as wrong:
        read = {"failed": True, "msg": wrong.message, "failure": wrong.failure}
    error: ClusterError | None = {"msg": read["msg"], "failure": read["failure"]} if "failed" in read else None
    drift = _drift(member, task) if error is None and member.wanted is not None else None
    seconds = round(time.monotonic() - started, 3)
    entry = cluster_entry(
        member.name,
        moment,
        url=read.get("url"),
        seconds=seconds,
        error=error,
        api_endpoint=read.get("api_endpoint"),
        found=read.get("found"),
        drift=drift,
        warnings=task.warnings,
    )
    return _masked(entry, member, task.secrets)


def _masked(entry: ClusterData, member: Member, secrets: Mapping[str, str]) -> ClusterData:
    """Mask what is known of one cluster, with its own secrets; its name and address are everybody's."""
    shown = {key: value for key, value in entry.items() if key not in ("name", "url")}
    error = find_weakness(secrets, shown) if entry["error"] is None else None
    if error is not None:
        problem: ClusterError = {"msg": error.message, "failure": error.failure}
        return {**entry, **NOTHING, "error": problem, "drift": None, "warnings": []}
    if find_weakness(secrets, entry["api_endpoint"]) is not None:
        shown["api_endpoint"] = None  # masked, its times are none
    every = {*secrets} | find_secrets({**member.options, "wanted": member.wanted}, os.environ)
    return cast(ClusterData, {**entry, **mask_secrets(shown, every)})


def _lost(member: Member) -> ClusterData:
    """Return what is known of one cluster whose reader was killed."""
    message = (
        "the process that read this cluster and others was killed before it was done. Check whether this host ran out "
        "of memory, set a lower concurrency, and run again."
    )
    error: ClusterError = {"msg": message, "failure": {"kind": "reader_killed"}}
    return cluster_entry(member.name, datetime.now(timezone.utc), error=error)


def _drift(member: Member, task: Context) -> list[DriftEntry] | None:
    """Return what a change to what is wanted would do; None, with a warning, where that cannot be determined."""
    compared = Context({}, check_mode=True)
    try:
        compared.params = member.checked(CHANGE, certificates=member.wanted, **_COMPARE)
        found = CHANGE.outcome(compared)
    except CertificateError as wrong:
        found = {"failed": True, "msg": wrong.message}
    task.warnings += compared.warnings
    if found.get("failed"):
        task.warn(f"the desired state could not be compared: {found['msg']}")
        return None
    return [{"name": one["name"], "action": one["action"], "reason": one["reason"]} for one in found["changes"]]


OPERATION = Operation(
    run,
    {
        **CONNECTION_SPEC,
        "clusters": {"type": "list", "elements": "dict", "options": MEMBER_SPEC},
        "hosts": {"type": "list", "elements": "str"},
        "concurrency": {"type": "int", "default": 16},
        "served": {"type": "bool", "default": True},
        "drift": {"type": "bool", "default": False},
    },
    mutually_exclusive=CONNECTION_EXCLUSIVE,
    members="clusters",
)
