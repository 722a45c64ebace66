# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Whether something has the form of fleet data, as far as the report relies on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import NO_FACTS

from .times import moment

_NONE = type(None)
_NUMBER = (int, float)

_Types = type | tuple[type, ...]

_CLUSTER: dict[str, _Types] = {
    "name": str,
    "url": (str, _NONE),
    "read_at": str,
    "seconds": _NUMBER,
    "error": (dict, _NONE),
    "cluster": (dict, _NONE),
    "certificates": list,
    "databases": list,
    "hazards": list,
    "endpoints": (list, _NONE),
    "on_disk": (list, _NONE),
    "internal": (dict, _NONE),
    "replication": (dict, _NONE),
    "alerts": (dict, _NONE),
    "drift": (list, _NONE),
    "not_visible": list,
    "warnings": list,
}

_READABLE: dict[str, _Types] = {
    **dict.fromkeys(NO_FACTS, str),
    "serial_number": int,
    "subject_alternative_names": list,
    "days_remaining": int,
    "expired": bool,
    "chain_fingerprints": list,
    "chain_length": int,
    "chain_days_remaining": int,
    "public_key_size": (int, _NONE),
    "self_signed": bool,
    "findings": list,
}

_ENDPOINT: dict[str, _Types] = {
    "address": str,
    "port": int,
    "service": (str, _NONE),
    "database": (int, str, _NONE),
    "status": str,
    "matches": (bool, _NONE),
    "trusted": (bool, _NONE),
    "verify_error": (str, _NONE),
}

#: Lists of a cluster, and what each of their entries holds.
_ENTRIES: dict[str, dict[str, _Types]] = {
    "certificates": {"name": str},
    "databases": {"uid": (int, str), "name": (str, _NONE), "certificate": str, "kind": str, "endpoints": list},
    "hazards": {"id": str, "description": str, "advice": str, "certificates": list},
    "endpoints": _ENDPOINT,
    "on_disk": {"name": str, "node": (int, str), "status": str, "not_after": (str, _NONE)},
    "drift": {"name": str, "action": str},
}

_ABOUT: dict[str, _Types] = {
    "name": (str, _NONE),
    "version": (str, _NONE),
    "primary": (dict, _NONE),
    "nodes": (list, _NONE),
}
_NODE: dict[str, _Types] = {"uid": (int, str, _NONE), "status": (str, _NONE)}
_FINDING: dict[str, _Types] = {"id": str, "severity": str, "found": str, "remedy": str}
_PIN: dict[str, _Types] = {"source": str, "state": str}
_ALERT: dict[str, _Types] = {"enabled": bool, "threshold": (int, _NONE)}


def problem(cluster: Any) -> str | None:
    """Return what is wrong with the data of one cluster; None when nothing is."""
    return _lacking(cluster, _CLUSTER) or _moment(cluster["read_at"]) or next(filter(None, _problems(cluster)), None)


def _problems(cluster: Mapping[str, Any]) -> Iterable[str | None]:
    if cluster["error"]:
        yield _lacking(cluster["error"], {"msg": str}, "error")
        return
    wrong = _lacking(cluster["cluster"], _ABOUT, "cluster")
    yield wrong
    for node in () if wrong else cluster["cluster"]["nodes"] or ():
        yield _lacking(node, _NODE, "nodes")
    for key, types in _ENTRIES.items():
        for entry in cluster[key] or ():
            yield _lacking(entry, types, key)
    for facts in cluster["certificates"]:
        yield from _facts(facts, facts["name"])
    for facts in cluster["databases"]:
        yield from _facts(facts, facts["certificate"])
    if cluster["internal"]:
        yield _lacking(cluster["internal"], {"rotation_enabled": (bool, _NONE)}, "internal")
    if cluster["replication"]:
        yield _lacking(cluster["replication"], {"active_active": list, "replica_of": list}, "replication")
        for pin in cluster["replication"]["replica_of"]:
            yield _lacking(pin, _PIN, "replica_of")
    for alert in (cluster["alerts"] or {}).values():
        if alert is not None:
            yield _lacking(alert, _ALERT, "alerts")
    for key in ("not_visible", "warnings"):
        if not all(isinstance(text, str) for text in cluster[key]):
            yield f"{key} holds something that is not text"


def _facts(facts: Mapping[str, Any], name: str) -> Iterable[str | None]:
    if facts.get("error"):
        return
    where = f"certificate {name}"
    yield _lacking(facts, _READABLE, where)
    for key in ("not_before", "not_after"):
        yield _moment(facts[key])
    for finding in facts["findings"]:
        yield _lacking(finding, _FINDING, where)


def _lacking(value: Any, types: Mapping[str, _Types], where: str = "it") -> str | None:
    """Return which of the keys is missing, or is of another type."""
    if not isinstance(value, dict):
        return f"{where} is not a dictionary"
    for key, wanted in types.items():
        if key not in value:
            return f"{where} has no {key}"
        if not isinstance(value[key], wanted):
            return f"{key} of {where} has a wrong type"
    return None


def _moment(text: str) -> str | None:
    try:
        moment(text)
    except ValueError:
        return "a time is not written as 2026-12-31T23:59:59Z"
    return None
