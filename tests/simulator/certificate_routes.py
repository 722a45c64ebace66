# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate endpoints (vendor: REST API reference, cluster certificates)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .refusal import Refused
from .releases import NAMES
from .state import UNSET, Pair, pair
from .validation import Demands, Unparsable, check
from .web import Answer, json_answer

if TYPE_CHECKING:
    from .api import Call

_ENTRY_FIELDS = ("name", "certificate", "key")


def read(call: Call) -> Answer:
    """Answer ``GET /v1/cluster/certificates``: keys only for those who may see them."""
    call.need("view_cluster_info")
    keys = call.user.may("view_cluster_keys")
    value: dict[str, str | None] = {}
    for name in call.node.release.names:
        held = call.cluster.reported(call.node, name)
        value[f"{name}_cert"] = held.certificate
        if keys and NAMES[name].keyed:
            value[f"{name}_key"] = held.key
    if call.cluster.unset == "omit":
        value = {name: text for name, text in value.items() if text is not None}
    elif call.cluster.unset == "empty":
        value = {name: text or "" for name, text in value.items()}
    return json_answer(200, value)


def update_one(call: Call) -> Answer:
    """Answer ``PUT /v1/cluster/update_cert``."""
    call.need("update_cluster")
    try:
        return _update(call, [call.json_object()])
    except Unparsable as refused:
        refused.status = call.node.release.unparsable_status
        raise


def update_many(call: Call) -> Answer:
    """Answer ``PUT /v1/cluster/certificates``: all are validated before any is applied."""
    call.need("update_cluster")
    body = call.json_object()
    if set(body) != {"certificates"}:
        raise Refused(400, "invalid_schema", "the body needs the field certificates, and no other")
    entries = body["certificates"]
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise Refused(400, "invalid_schema", "certificates needs to be a list of objects, and not an empty one")
    return _update(call, entries)


def _update(call: Call, entries: list[dict[str, Any]]) -> Answer:
    for entry in entries:
        _check_fields(entry)
    names = tuple(entry["name"] for entry in entries)
    if len(set(names)) != len(names):
        raise Refused(400, "invalid_schema", "a name is given twice")
    release = call.node.release
    for entry in entries:
        if not release.settable(entry["name"]):
            raise Refused(403, "unknown_certificate", "a certificate of this name cannot be set")
        _check(call, entry)
    changes = {entry["name"]: pair(entry["certificate"], entry.get("key")) for entry in entries}
    if not call.cluster.update(changes):
        raise Refused(409, "nodes_not_updated", "not all nodes have been updated")
    return _done(call)


def _check(call: Call, entry: dict[str, Any]) -> None:
    """Judge one certificate.

    :raises Refused: 400 or 406, with a reason on versions that give one.
    """
    release = call.node.release
    try:
        demands = Demands(release, call.cluster.suites, call.cluster.needs_root)
        check(NAMES[entry["name"]], entry["certificate"], entry.get("key"), demands)
    except Refused as refused:
        if not release.refusals_are_explained:
            refused.text = "the certificate is not valid"
        raise


def _check_fields(entry: dict[str, Any]) -> None:
    if not set(entry) <= set(_ENTRY_FIELDS):
        raise Refused(400, "invalid_schema", "the only fields are name, certificate and key")
    if not {"name", "certificate"} <= set(entry):
        raise Refused(400, "invalid_schema", "name and certificate are needed")
    if not all(isinstance(value, str) for value in entry.values()):
        raise Refused(400, "invalid_schema", "name, certificate and key need to be strings")


def delete(call: Call) -> Answer:
    """Answer ``DELETE /v1/cluster/certificates/{name}``."""
    call.need("update_cluster")
    (name,) = call.arguments
    entry = call.node.release.names.get(name)
    if entry is None:
        raise Refused(404, "unknown_certificate", "there is no certificate of this name")
    if entry.required:
        raise Refused(403, "required_certificate", "a required certificate cannot be deleted")
    if call.node.holds(name) == UNSET:
        raise Refused(404, "unknown_certificate", "the certificate is not set")
    if not call.cluster.apply({name: UNSET}):
        raise Refused(500, "disk_error", "the certificate was not removed from the disk of every node")
    return _done(call)


def rotate(call: Call) -> Answer:
    """Answer ``POST /v1/cluster/certificates/rotate``: new internal certificates from the cluster's own authority."""
    call.need("update_cluster")
    body = call.json_object(optional=True)
    if not set(body) <= {"name"} or not all(isinstance(name, str) for name in body.values()):
        raise Refused(400, "invalid_schema", "the only field is name, a string")
    internal = [name for name, entry in call.node.release.names.items() if entry.internode]
    names = [body["name"]] if body else internal
    if not set(names) <= set(internal):
        raise Refused(403, "rotation_not_supported", "this certificate has no internal rotation")
    changes: dict[str, Pair] = {name: call.cluster.initial.rotated(name) for name in names}
    skip = call.node.release.rotation_skips_down_nodes
    if not call.cluster.rotate(changes, skip_down=skip) and not skip:
        raise Refused(400, "nodes_not_updated", "not all nodes have been updated")
    return _done(call)


def _done(call: Call) -> Answer:
    """Answer with success: an empty object for a body, and in older versions none."""
    return json_answer(200, {}) if call.node.release.errors_are_described else Answer(200)


Routes = dict[str, Callable[["Call"], Answer]]
COLLECTION: Routes = {"GET": read, "PUT": update_many}
UPDATE: Routes = {"PUT": update_one}
ONE: Routes = {"DELETE": delete}
ROTATE: Routes = {"POST": rotate}
