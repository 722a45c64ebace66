# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every fault, and the outcome that is right for an internal rotation that meets it.

What is right follows from the rules in docs/architecture.md and docs/decisions.md:

- ``changed``: the cluster acknowledged it and the primary reports a leaf that it did not report before, and no node is
  seen to have an old one; or, whatever the API answered on the way, the metrics of every node show a later expiry.
- ``failed_unchanged``: nothing was written, or every node has the old certificate.
- ``partial``: neither could be proven. There is no way back.

A second rotation is another one. So the request is sent again after 429, and after 409 and 503 when a read shows that
nothing has changed; after any other answer, and after none, there is nothing but looking.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from . import catalogue_metrics
from .catalogue import SECTIONS as CERTIFICATES
from .rows import BACK, CHANGED, FAILED, FOR_GOOD, PARTIAL, UNCHANGED, Row, declared, right
from .scene import (
    Arm,
    another_writer,
    api_down,
    at_read_back,
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

_FORGOTTEN = right(CHANGED, BOTH) | right(PARTIAL, ONE)


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
    not_made = [row.name for row in rows if "not made" in row.name or "redirect" in row.name]
    again = {"HTML page with 503, not made, always": 3, "redirect to a follower, always": 3}
    return declared(rows, _CHANGED, dict.fromkeys(not_made, _FAILED), usual_writes=1, writes=again)


def _reading_back() -> list[Row]:
    rows = CERTIFICATES["Reading back goes wrong"]
    # The metrics of all nodes are proof enough.
    return declared(rows, _CHANGED, usual_writes=1)


def _nodes() -> list[Row]:
    down = node_down(3)
    return [
        Row("node 3 down from the start", down, _FAILED, writes=0),
        # With RS200137, a node that was down is forgotten, and the rotation of the others acknowledged.
        Row("node 3 goes down with the write", when_written(down), _FORGOTTEN, writes=1),
        Row(
            "node 3 goes down with the write, until it is read back",
            when_written(together(down, at_read_back(node_up(3)))),
            right(PARTIAL, BOTH) | right(CHANGED, ONE),
            writes=1,
        ),
        Row("node 3 goes down after the write", when_reading_back(down), _CHANGED, writes=1),
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
    rows = CERTIFICATES["The API of all nodes is down"]
    not_made = ("for good before the write", "for good with the write, not made")
    return declared(rows, _CHANGED, dict.fromkeys(not_made, _FAILED), writes={"for good before the write": 0})


def _primary() -> list[Row]:
    """It is sent again only after an answer that says that nothing was begun."""
    rows = CERTIFICATES["The primary moves, or is somewhere else"]
    refused = ("it cannot be reached from the start", "it moves before the write, and cannot be reached")
    not_made = "it moves with the write, not made, and the connection breaks"
    never = [row.name for row in rows if "never follows" in row.name]
    apart = dict.fromkeys((*refused, not_made), _FAILED) | dict.fromkeys(never, _PARTIAL)
    # There is no way back.
    without = ["it moves on the way back from a change that node 3 never follows"]
    return declared(
        rows,
        _CHANGED,
        {name: outcome for name, outcome in apart.items() if name not in without},
        usual_writes=1,
        writes=dict.fromkeys(refused, 0),
        without=without,
    )


def _seen_by_metrics(section: str) -> list[Row]:
    """The same faults as for an internode certificate; but where a node shows the old one, it is not restored."""
    rows = CERTIFICATES[section]
    stale = [row.name for row in rows if row.outcomes["internode"] == BACK]
    return declared(rows, _CHANGED, dict.fromkeys(stale, _PARTIAL), usual_writes=1)


def _people() -> list[Row]:
    return [
        Row("permission to write lost before the write", when_read(role("cluster_member")), _FAILED, writes=1),
        Row("all permissions lost after the write", when_reading_back(role("none")), _CHANGED, writes=1),
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
        Row(
            "verify: strict, node 3 goes down with the write",
            when_written(node_down(3)),
            _FORGOTTEN,
            options,
        ),
        Row("verify: strict, node 3 follows after 1.5 s", lag(3, 1.5), _CHANGED, options),
        Row("verify: strict, node 3 never follows", lag(3, math.inf), _PARTIAL, options),
        Row("verify: strict, API down before the write", when_read(api_down(FOR_GOOD)), _FAILED, options, writes=0),
        *_strict_metrics(),
    ]


def _strict_metrics() -> list[Row]:
    rows = catalogue_metrics.strictly()
    refused = [row.name for row in rows if row.outcomes["internode"] == FAILED]
    stale = [row.name for row in rows if row.outcomes["internode"] == BACK]
    return declared(
        rows,
        _CHANGED,
        dict.fromkeys(refused, _FAILED) | dict.fromkeys(stale, _PARTIAL),
        usual_writes=1,
        writes=dict.fromkeys(refused, 0),
    )


def _inactive_nodes() -> list[Row]:
    options, down = {"allow_inactive_nodes": True}, node_down(3)
    return [
        Row("allow_inactive_nodes: true, node 3 down from the start", down, _CHANGED, options, writes=1),
        Row(
            "allow_inactive_nodes: true, verify: none, node 3 down from the start",
            down,
            _CHANGED,
            {**options, "verify": "none"},
            writes=1,
        ),
        Row(
            "allow_inactive_nodes: true, verify: strict, node 3 down from the start",
            down,
            _FAILED,
            {**options, "verify": "strict"},
            writes=0,
        ),
        Row(
            "allow_inactive_nodes: true, node 3 down from the start, node 2 never follows",
            together(down, lag(2, math.inf)),
            _PARTIAL,
            options,
            writes=1,
        ),
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
    "Nodes are not active, and that is accepted": _inactive_nodes(),
    "The API of all nodes is down": _api(),
    "The primary moves, or is somewhere else": _primary(),
    "Followers pass requests on": _seen_by_metrics("Followers pass requests on"),
    "The APIs of followers fail": declared(CERTIFICATES["The APIs of followers fail"], _CHANGED, usual_writes=1),
    "Metrics are missing, wrong or refused": _seen_by_metrics("Metrics are missing, wrong or refused"),
    "Other people": _people(),
    "Options": [*_without_proof(), *_strict_proof()],
}
