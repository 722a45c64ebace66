# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints of Active-Active databases and their tasks (contract, section 6)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .active_active import ActiveActive
from .refusal import Refused
from .state import PINNED_BY_PEERS
from .validation import expired
from .web import Answer, json_answer

if TYPE_CHECKING:
    from .api import Call


def _describe(crdb: ActiveActive) -> dict[str, Any]:
    instances = [
        {"id": number, "cluster": {"name": cluster.fqdn, "url": cluster.url}}
        for number, cluster in enumerate(crdb.clusters, 1)
    ]
    return {"guid": crdb.guid, "name": crdb.name, "encryption": True, "instances": instances}


def _visible(call: Call) -> list[ActiveActive]:
    return [bdb.crdb for bdb in call.bdbs if bdb.crdb is not None]


def _asked_for(call: Call) -> ActiveActive:
    for crdb in _visible(call):
        if crdb.guid == call.arguments[0]:
            return crdb
    raise Refused(404, "crdb_not_exist", "there is no Active-Active database of this guid")


def crdbs(call: Call) -> Answer:
    """Answer ``GET /v1/crdbs``."""
    call.need("view_crdb_list")
    return json_answer(200, [_describe(crdb) for crdb in _visible(call)])


def crdb(call: Call) -> Answer:
    """Answer ``GET /v1/crdbs/{guid}``."""
    call.need("view_crdb")
    return json_answer(200, _describe(_asked_for(call)))


def update(call: Call) -> Answer:
    """Answer ``POST /v1/crdbs/{guid}/updates``: forced ones only."""
    call.need("update_crdb")
    crdb = _asked_for(call)
    body = call.json_object()
    if set(body) != {"force_update"} or body["force_update"] is not True:
        raise Refused(400, "invalid_schema", "the body needs force_update, which is true, and no other field")
    if call.node.release.expired_pair_blocks_forced_update:
        for name in PINNED_BY_PEERS:
            if expired(call.node.holds(name).certificate):
                raise Refused(406, "certificate_expired", f"the certificate {name} has expired")
    return json_answer(200, {"id": crdb.update(call.cluster).id, "status": "queued"})


def task(call: Call) -> Answer:
    """Answer ``GET /v1/crdb_tasks/{id}``: known to the cluster that was asked for the update, and not for ever."""
    call.need("view_crdb_task")
    for crdb in call.cluster.active_active:
        found = crdb.task(call.cluster, call.arguments[0])
        if found is not None:
            status = crdb.status(found)
            errors = [asdict(error) for error in found.errors] if status == "failed" else []
            value = {"id": found.id, "crdb_guid": crdb.guid, "operation": "update_crdb"}
            return json_answer(200, value | {"status": status, "errors": errors})
    raise Refused(404, "task_not_exist", "there is no task of this id, or no longer")
