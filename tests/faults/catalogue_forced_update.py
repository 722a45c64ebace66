# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every fault, and the outcome that is right for a forced update that meets it.

What is right follows from docs/decisions.md:

- ``changed``: the task of an update has finished, and the clusters synchronise.
- ``failed_unchanged``: no update was begun; the cluster said so, or nothing reached it.
- ``partial``: one was begun, or perhaps was, and nobody saw it finish.

No read tells whether an update was begun whose answer was lost, so it is sent again, which does no harm. Success is
never guessed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from .catalogue import SECTIONS as CERTIFICATES
from .rows import A_WHILE, CHANGED, FAILED, FOR_GOOD, PARTIAL, UNCHANGED, Row, declared, right
from .scene import (
    another_update,
    api_down,
    on_reads_after,
    on_writes,
    other_cluster_down,
    role,
    together,
    updates_fail,
    updates_take,
    when_read,
    when_reading_back,
    when_written,
)

_CHANGED, _FAILED, _PARTIAL = right(CHANGED, "forced"), right(FAILED, "forced"), right(PARTIAL, "forced")

#: By 409 the cluster would say that it has not started.
_CONTRADICTIONS = ("409, once", "409, always")


def _refused() -> list[Row]:
    rows = CERTIFICATES["The write is answered with a failure"]
    unclear = [f"{status}, always" for status in (500, 501, 502, 503, 504, 505)]
    again = [f"{status}, always" for status in (409, 429, 500, 502, 503, 504)]
    return declared(rows, _FAILED, dict.fromkeys(unclear, _PARTIAL), usual_writes=1, writes=dict.fromkeys(again, 3))


def _refused_though_made() -> list[Row]:
    rows = CERTIFICATES["The write is answered with a failure, though it was made"]
    for_good = ("500, always", "504, always")
    return declared(
        rows,
        _CHANGED,
        dict.fromkeys(for_good, _PARTIAL),
        usual_writes=2,
        writes=dict.fromkeys(for_good, 3),
        without=_CONTRADICTIONS,
    )


def _no_answer() -> list[Row]:
    rows = CERTIFICATES["The write gets no answer, or a late one"]
    for_good = [row.name for row in rows if row.name.endswith("always")]
    return declared(
        rows,
        _CHANGED,
        dict.fromkeys(for_good, _PARTIAL),
        usual_writes=2,
        writes=dict.fromkeys(for_good, 3) | {"slow": 1},
    )


def _odd_answers() -> list[Row]:
    """No answer of these names a task, and none but a redirect says that nothing was begun."""
    rows = CERTIFICATES["The write is answered with something odd"]
    redirects = [row.name for row in rows if "redirect" in row.name]
    again = dict.fromkeys([row.name for row in rows if "503" in row.name or "follower" in row.name], 3)
    shapeless = Row("JSON of another shape with 200, made, always", on_writes(kind="wrong_json"), _PARTIAL, writes=1)
    return [
        *declared(rows, _PARTIAL, dict.fromkeys(redirects, _FAILED), usual_writes=1, writes=again),
        shapeless,
    ]


def _reading_back() -> list[Row]:
    rows = CERTIFICATES["Reading back goes wrong"]
    # A permission is not waited for.
    lasting = [row.name for row in rows if row.name.endswith("from then on")] + ["403, once"]
    forgotten = Row("404, once", on_reads_after(status=404, times=1), _PARTIAL, writes=1)
    return [*declared(rows, _CHANGED, dict.fromkeys(lasting, _PARTIAL), usual_writes=1), forgotten]


def _tasks() -> list[Row]:
    return [
        Row("the other cluster is down", other_cluster_down, _PARTIAL, writes=1),
        Row("the other cluster goes down with the write", when_written(other_cluster_down), _PARTIAL, writes=1),
        Row("it fails on the other cluster", updates_fail(), _PARTIAL, writes=1),
        Row("it waits for 1 s and runs for 1 s", updates_take(1.0, 1.0), _CHANGED, writes=1),
        Row("it never starts", updates_take(queued=math.inf), _PARTIAL, writes=1),
        Row("it never ends", updates_take(running=math.inf), _PARTIAL, writes=1),
        Row("its task is forgotten at once", updates_take(kept=0.0), _PARTIAL, writes=1),
    ]


def _api() -> list[Row]:
    rows = CERTIFICATES["The API of all nodes is down"]
    for_good = ("for good with the write, not made", "for good with the write, made")
    apart = dict.fromkeys(for_good, _PARTIAL) | {"for good before the write": _FAILED}
    # An update that begins without the API of a participating cluster, which this one is, fails.
    without = ("for 1 s after the write", "for good after the write")
    return [
        *declared(rows, _CHANGED, apart, usual_writes=1, writes={"for good before the write": 0}, without=without),
        Row("for 1 s with the write, made", when_written(api_down(A_WHILE)), _PARTIAL, writes=1),
        Row("for 1 s after the write", when_reading_back(api_down(A_WHILE)), _CHANGED, writes=1),
        Row("for good after the write", when_reading_back(api_down(FOR_GOOD)), _PARTIAL, writes=1),
    ]


def _primary() -> list[Row]:
    rows = CERTIFICATES["The primary moves, or is somewhere else"]
    unread = {"it moves after the write, and cannot be reached": _PARTIAL}
    unwritten = {"it moves before the write, and cannot be reached": _FAILED}
    lost = "it moves with the write, made, and the connection breaks"
    # No node has anything to follow. An update that begins without the API of a node of this cluster fails; and without
    # the list of databases, there is no update to speak of.
    external = "it moves after the write, and can be reached at its external address"  # the nodes are not read
    without = [row.name for row in rows if "never follows" in row.name or "takes over" in row.name]
    return declared(
        rows,
        _CHANGED,
        unread | unwritten,
        usual_writes=1,
        writes=dict.fromkeys(unwritten, 0)
        | {lost: 2, "it moves with the write, not made, and the connection breaks": 2},
        without=[*without, "it cannot be reached from the start", external],
    )


def _people() -> list[Row]:
    return [
        Row("permission to write lost before the write", when_read(role("cluster_viewer")), _FAILED, writes=1),
        Row("all permissions lost after the write", when_reading_back(role("none")), _PARTIAL, writes=1),
        Row("another update right before the write", when_written(another_update), _CHANGED, writes=1),
        Row("another update right after the write", when_reading_back(another_update), _CHANGED, writes=1),
        Row(
            "another update right before the write, which is answered with 409",
            when_written(another_update, kind="status", status=409),
            _CHANGED,
            writes=2,
        ),
    ]


SECTIONS: Mapping[str, list[Row]] = {
    "Nothing goes wrong": [
        Row("nothing", together(), _CHANGED, writes=1),
        Row("nothing, and nothing to do", together(), right(UNCHANGED, "forced"), {"updated": ["api"]}, writes=0),
    ],
    "The write is answered with a failure": _refused(),
    "The write is answered with a failure, and made when it is sent again": declared(
        CERTIFICATES["The write is answered with a failure, and made when it is sent again"], _CHANGED, usual_writes=2
    ),
    "The write is answered with a failure, though it was made": _refused_though_made(),
    "The write gets no answer, or a late one": _no_answer(),
    "The write is answered with something odd": _odd_answers(),
    "Reading the task goes wrong": _reading_back(),
    "The update goes wrong": _tasks(),
    "The API of all nodes is down": _api(),
    "The primary moves, or is somewhere else": _primary(),
    "Other people": _people(),
}
