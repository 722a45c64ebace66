# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that only one database has (vendor: OpenAPI description, database certificates)."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from .bdb import Bdb
from .bdb_routes import TLS_MODES, asked_for, tls_mode
from .refusal import Refused
from .state import UNSET, Pair, own_name, pair
from .validation import check_database_pair, leaf_validity
from .web import Answer, json_answer

if TYPE_CHECKING:
    from .api import Call

_FIELDS = {"cert", "private_key"}
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def _own(call: Call, bdb: Bdb) -> Pair:
    return call.node.holds(own_name(bdb.uid))


def _describe(bdb: Bdb, held: Pair) -> dict[str, Any]:
    """Describe a certificate; the uid is text, and the key is never shown."""
    value: dict[str, Any] = {"bdb_uid": str(bdb.uid), "cert": held.certificate}
    validity = leaf_validity(held.certificate)
    if validity is not None:  # a test may have put anything in place
        value |= {name: moment.strftime(_TIME) for name, moment in zip(("not_before", "not_after"), validity)}
    return value


def _number(query: dict[str, list[str]], name: str, default: int) -> int:
    text = query.get(name, [str(default)])[-1]
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise Refused(400, "invalid_param", f"{name} is a number from 1 on")
    return int(text)


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, _TIME)
    except ValueError:
        raise Refused(400, "invalid_param", "expires_before is not a time such as 2026-01-05T08:00:00Z") from None


def read_all(call: Call) -> Answer:
    """Answer ``GET /v1/bdbs/certificates``: one page of the databases that have one."""
    call.need("view_all_bdbs_info")
    query = parse_qs(call.record.query)
    page, size = _number(query, "page", 1), _number(query, "page_size", call.cluster.bdb_page_size)
    found = [_describe(bdb, _own(call, bdb)) for bdb in _selected(call, query)]
    if "expires_before" in query:
        before = _moment(query["expires_before"][-1])
        found = [one for one in found if "not_after" in one and _moment(one["not_after"]) < before]
    last = max(1, math.ceil(len(found) / size))
    if page > last and call.cluster.bdb_page_beyond == "404":
        raise Refused(404, "page_not_found", "there is no such page")
    if call.cluster.bdb_page_beyond == "last":
        page = min(page, last)
    return json_answer(200, found[(page - 1) * size : page * size])


def _selected(call: Call, query: dict[str, list[str]]) -> list[Bdb]:
    """Return the databases with a certificate of their own, in the mode that the query demands."""
    mode = query.get("tls_mode", [None])[-1]
    if mode is not None and mode not in TLS_MODES:
        raise Refused(400, "invalid_param", f"tls_mode is one of {', '.join(TLS_MODES)}")
    bdbs = [bdb for bdb in call.bdbs if _own(call, bdb) != UNSET]
    return [bdb for bdb in bdbs if mode in (None, tls_mode(bdb))]


def read(call: Call) -> Answer:
    """Answer ``GET /v1/bdbs/{uid}/certificates``."""
    call.need("view_bdb_info")
    bdb = asked_for(call)
    return json_answer(200, _describe(bdb, _set(call, bdb)))


def _set(call: Call, bdb: Bdb) -> Pair:
    held = _own(call, bdb)
    if held == UNSET:
        raise Refused(404, "certificate_not_exist", "the database has no certificate of its own")
    return held


def replace(call: Call) -> Answer:
    """Answer ``POST /v1/bdbs/{uid}/certificates``: the next handshake with the database shows it."""
    call.need("update_bdb")
    bdb = asked_for(call)
    body = call.json_object()
    if set(body) != _FIELDS or not all(isinstance(text, str) for text in body.values()):
        raise Refused(400, "invalid_schema", "the body needs cert and private_key, both strings, and no other field")
    check_database_pair(body["cert"], body["private_key"])
    wanted = pair(body["cert"], body["private_key"])
    if not call.dry_run and not call.cluster.apply({own_name(bdb.uid): wanted}):
        raise Refused(500, "internal_error", "not all nodes have been updated")
    return json_answer(200, _describe(bdb, wanted))


def remove(call: Call) -> Answer:
    """Answer ``DELETE /v1/bdbs/{uid}/certificates``: the database presents ``proxy`` again.

    No status is documented for a node that is down, which follows when it is up.
    """
    call.need("update_bdb")
    bdb = asked_for(call)
    _set(call, bdb)
    call.cluster.apply({own_name(bdb.uid): UNSET})
    return json_answer(200, {})


Routes = dict[str, Callable[["Call"], Answer]]
COLLECTION: Routes = {"GET": read_all}
ONE: Routes = {"GET": read, "POST": replace, "DELETE": remove}
