# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every fault, and the outcome that is right for an internal rotation that meets it.

What is right follows from the rules in docs/architecture.md and docs/decisions.md:

- ``changed``: every node has a leaf that was seen nowhere before, whatever the API answered on the way.
- ``failed_unchanged``: nothing was written, or every node has the old certificate.
- ``partial``: neither could be proven. There is no way back.

A second rotation is another one. So the request is sent again after 429, and after 409 and 503 when a read shows that
nothing has changed; after any other answer, and after none, there is nothing but looking.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from .catalogue import SECTIONS as CERTIFICATES
from .rows import CHANGED, FAILED, FOR_GOOD, PARTIAL, UNCHANGED, Row, declared, right
from .scene import (
    Arm,
    another_writer,
    api_down,
    at_second_read_back,
    lag,
    node_down,
    node_up,
    on_reads_after,
    on_writes,
    role,
    rotated,
    together,
    when_read,
    when_reading_back,
    when_written,
)

BOTH, ONE = "rotate_both", "rotate_one"
ALL = (BOTH, ONE)

_CHANGED, _FAILED, _PARTIAL = right(CHANGED, *ALL), right(FAILED, *ALL), right(PARTIAL, *ALL)


def _refused() -> list[Row]:
    rows = CERTIFICATES["The write is answered with a failure"]
    again = dict.fromkeys(("409, always", "429, always", "503, always"), 3)
    return declared(rows, _FAILED, usual_writes=1, writes=again)


def _refused_once() -> list[Row]:
    rows = CERTIFICATES["The write is answered with a failure, and made when it is sent again"]
    for_good = ("500, once", "502, once", "504, once")
    return declared(
        rows,
        _CHANGED,
        dict.fromkeys(for_good, _FAILED),
        usual_writes=2,
        writes=dict.fromkeys(for_good, 1),
    )


def _refused_though_made() -> list[Row]:
    rows = CERTIFICATES["The write is answered with a failure, though it was made"]
    more = [
        Row(f"{status}, always", on_writes(status=status, applied=True), _CHANGED, writes=1) for status in (400, 503)
    ]
    return [*declared(rows, _CHANGED, usual_writes=1), *more]


def _no_answer() -> list[Row]:
    not_made = (
        "closed before the change, once",
        "closed before the change, always",
        "reset, once",
        "reset, always",
        "never, not made, once",
        "never, not made, always",
    )
    rows = CERTIFICATES["The write gets no answer, or a late one"]
    return declared(rows, _CHANGED, dict.fromkeys(not_made, _FAILED), usual_writes=1)


def _odd_answers() -> list[Row]:
    rows = CERTIFICATES["The write is answered with something odd"]
    not_made = [row.name for row in rows if "not made" in row.name] + ["redirect, always"]
    busy = {"HTML page with 503, not made, always": 3}
    return declared(rows, _CHANGED, dict.fromkeys(not_made, _FAILED), usual_writes=1, writes=busy)


def _reading_back() -> list[Row]:
    rows = CERTIFICATES["Reading back goes wrong"]
    for_good = [row.name for row in rows if row.name.endswith("from then on")]
    return declared(rows, _CHANGED, dict.fromkeys(for_good, _PARTIAL), usual_writes=1)


def _nodes() -> list[Row]:
    down = node_down(3)
    return [
        Row("node 3 down from the start", down, _FAILED, writes=0),
        Row("node 3 goes down with the write", when_written(down), _PARTIAL, writes=1),
        Row(
            "node 3 goes down with the write, until it is read back",
            when_written(together(down, at_second_read_back(node_up(3)))),
            # With RS200137, a node that was down is forgotten.
            right(PARTIAL, BOTH) | right(CHANGED, ONE),
            writes=1,
        ),
        Row("node 3 goes down after the write", when_reading_back(down), _PARTIAL, writes=1),
        Row("node 3 follows after 1.5 s", lag(3, 1.5), _CHANGED, writes=1),
        Row("node 3 follows after 1.5 s, closed after the change", _late_and_lost(1.5), _CHANGED, writes=1),
        Row("node 3 never follows", lag(3, math.inf), _PARTIAL, writes=1),
        Row("node 3 never follows, closed after the change", _late_and_lost(math.inf), _PARTIAL, writes=1),
        Row("node 1 follows after 1.5 s", lag(1, 1.5), _CHANGED, writes=1),
        Row("node 1 never follows", lag(1, math.inf), _PARTIAL, writes=1),
    ]


def _late_and_lost(seconds: float) -> Arm:
    return together(lag(3, seconds), on_writes(kind="close_after"))


def _api() -> list[Row]:
    for_good = (
        "for good with the write, not made",
        "for good with the write, made",
        "for good after the write",
    )
    rows = CERTIFICATES["The API of all nodes is down"]
    apart = dict.fromkeys(for_good, _PARTIAL) | {"for good before the write": _FAILED}
    return declared(rows, _CHANGED, apart, writes={"for good before the write": 0})


def _people() -> list[Row]:
    return [
        Row("permission to write lost before the write", when_read(role("cluster_member")), _FAILED, writes=1),
        Row("all permissions lost after the write", when_reading_back(role("none")), _PARTIAL, writes=1),
        Row("another writer right before the write", when_written(another_writer), _CHANGED, writes=1),
        # A leaf that was seen nowhere before: nobody can tell who has issued it.
        Row("another writer right after the write", when_reading_back(another_writer), _CHANGED, writes=1),
        Row("another rotation right before the write", when_written(rotated), _CHANGED, writes=1),
        Row(
            "another rotation right before the write, which is answered with 409",
            when_written(rotated, kind="status", status=409),
            _CHANGED,
            writes=1,
        ),
    ]


def _without_proof() -> list[Row]:
    options = {"verify": "none"}
    return [
        Row("verify: none, nothing", together(), _CHANGED, options, writes=1),
        Row("verify: none, closed before the change, always", on_writes(kind="close_before"), _FAILED, options),
        Row("verify: none, closed after the change", on_writes(kind="close_after"), _CHANGED, options),
        Row("verify: none, node 3 never follows", lag(3, math.inf), _CHANGED, options),
        Row("verify: none, node 3 down from the start", node_down(3), _FAILED, options, writes=0),
        Row("verify: none, HTML page with 200, not made", on_writes(kind="html", status=200), _FAILED, options),
        Row("verify: none, HTML page when reading back, from then on", on_reads_after(kind="html"), _PARTIAL, options),
    ]


def _strict_proof() -> list[Row]:
    options = {"verify": "strict"}
    return [
        Row("verify: strict, nothing", together(), _CHANGED, options, writes=1),
        Row("verify: strict, node 3 down from the start", node_down(3), _FAILED, options, writes=0),
        Row("verify: strict, node 3 goes down with the write", when_written(node_down(3)), _PARTIAL, options),
        Row("verify: strict, node 3 follows after 1.5 s", lag(3, 1.5), _CHANGED, options),
        Row("verify: strict, node 3 never follows", lag(3, math.inf), _PARTIAL, options),
        Row("verify: strict, API down before the write", when_read(api_down(FOR_GOOD)), _FAILED, options, writes=0),
    ]


SECTIONS: Mapping[str, list[Row]] = {
    "Nothing goes wrong": [
        Row("nothing", together(), _CHANGED, writes=1),
        Row("nothing, and nothing to do", rotated, right(UNCHANGED, *ALL), writes=0),
    ],
    "The write is answered with a failure": _refused(),
    "The write is answered with a failure, and not when it is sent again": _refused_once(),
    "The write is answered with a failure, though it was made": _refused_though_made(),
    "The write gets no answer, or a late one": _no_answer(),
    "The write is answered with something odd": _odd_answers(),
    "Reading back goes wrong": _reading_back(),
    "Nodes go down or fall behind": _nodes(),
    "The API of all nodes is down": _api(),
    "Other people": _people(),
    "Options": [*_without_proof(), *_strict_proof()],
}
