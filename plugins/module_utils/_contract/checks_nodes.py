# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Nodes: what the cluster says of them, and of its health."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from .._x509.certificate import not_after
from .check import UNCLEAR, NotChecked, Verdict, check, verdict
from .questions import Questions
from .shapes import ARRAY, BOOLEAN, NUMBER, TEXT, at, deviations, dicts, kind
from .vocabulary import Fact, Version

_HEALTH = "/v4/cluster/health"
_HEALTH_SOURCE = "vendor, REST API, cluster health"
_TIME = "%Y-%m-%dT%H:%M:%SZ"
#: Seconds by which two statements of the same end may differ.
_SLACK = 60


@check(
    "GET /v1/nodes lists objects with uid, addr, external_addr, status and software_version",
    "vendor, REST API, node object",
)
def nodes_are_listed(asked: Questions) -> Verdict:
    """Look at all nodes."""
    answer = asked.read("/v1/nodes")
    shape = {"uid": NUMBER, "addr": TEXT, "external_addr": ARRAY, "status": TEXT, "software_version": TEXT}
    return answer.each_against(shape)


@check("The version of a node has the form 8.0.20-96", "vendor, REST API, node object")
def version_has_form(asked: Questions) -> Verdict:
    """Look at the versions of all nodes."""
    versions = [node.get("software_version") for node in asked.read("/v1/nodes").objects]
    texts = [one for one in versions if isinstance(one, str)]
    if not texts or len(texts) < len(versions):
        raise NotChecked(UNCLEAR)
    shown = [Version(text) for text in texts]
    return verdict(all(one.text != "other" for one in shown), Fact("software_version", *shown))


@check(
    "GET /v1/nodes/status is an object by uid, with role, node_status, hostname and software_version",
    "vendor, REST API, node status",
)
def node_statuses_by_uid(asked: Questions) -> Verdict:
    """Look at all entries, and at their names."""
    answer = asked.read("/v1/nodes/status")
    problem = answer.unlike("object")
    if problem is not None:
        return problem
    entries = list(answer.value.values())
    numbered = all(uid.isdecimal() for uid in answer.value)
    facts = deviations(dicts(entries), dict.fromkeys(("role", "node_status", "hostname", "software_version"), TEXT))
    whole = len(dicts(entries)) == len(entries)
    return verdict(numbered and whole and not facts, Fact("entries", len(entries)), Fact("uid", numbered), *facts)


@check("GET /v1/bootstrap has the version of the node that answers", "vendor, REST API, bootstrap")
def bootstrap_has_version(asked: Questions) -> Verdict:
    """Look where it is."""
    answer = asked.read("/v1/bootstrap")
    problem = answer.unlike("object")
    if problem is not None:
        return problem
    places = [answer.value.get("software_version"), at(answer.value, "local_node_info", "software_version")]
    found = [one for one in places if isinstance(one, str)]
    return verdict(bool(found), Fact("software_version", *map(Version, found)))


@check("GET /v4/cluster/health has fqdn, status, certificates and nodes", _HEALTH_SOURCE, since="8.0.16")
def health_is_told(asked: Questions) -> Verdict:
    """Look at the answer and at the entries of its two lists."""
    answer = asked.read(_HEALTH)
    problem = answer.unlike("object")
    if problem is not None:
        return problem
    value = answer.value
    status = value.get("status")
    facts = [
        *deviations([value], {"fqdn": TEXT, "certificates": ARRAY, "nodes": ARRAY}),
        *deviations(dicts(value.get("certificates")), {"type": TEXT, "expired": BOOLEAN, "valid_until": TEXT}),
        *deviations(dicts(value.get("nodes")), {"role": TEXT, "version": TEXT}),
    ]
    known = status in ("ok", "warning", "error")
    return verdict(known and not facts, Fact("status", status if isinstance(status, str) else kind(status)), *facts)


@check("GET /v4/cluster/health reports the same end of each certificate as its PEM", _HEALTH_SOURCE, since="8.0.16")
def health_tells_ends(asked: Questions) -> Verdict:
    """Compare those that both report."""
    listed = dicts(asked.read(_HEALTH).object.get("certificates"))
    compared, wrong = 0, []
    for one in listed:
        name, end = one.get("type"), _moment(one.get("valid_until"))
        chain = asked.chain(name) if isinstance(name, str) else ()
        if chain and end is not None:
            compared += 1
            if abs((not_after(chain[0]) - end).total_seconds()) > _SLACK:
                wrong.append(name)
    if not compared:
        raise NotChecked(UNCLEAR)
    return verdict(not wrong, Fact("certificates", compared), Fact("differ", *wrong))


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=timezone.utc)
    except (TypeError, ValueError):
        return None


CHECKS = (
    nodes_are_listed,
    version_has_form,
    node_statuses_by_uid,
    bootstrap_has_version,
    health_is_told,
    health_tells_ends,
)
