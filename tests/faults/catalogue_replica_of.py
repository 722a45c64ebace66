# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every fault, and the outcome that is right when one of several replica sources is to pin another certificate.

What is right follows from docs/decisions.md:

- ``changed``: the API reports the new certificate, whatever it answered on the way.
- ``failed_unchanged``: nothing was written, or the API reports what was there before.
- ``partial``: neither; it cannot be read, or shows something else.

The old certificate is not restored.
"""

from __future__ import annotations

from collections.abc import Mapping

from .catalogue import SECTIONS as CERTIFICATES
from .rows import CHANGED, FAILED, PARTIAL, UNCHANGED, Row, declared, right
from .scene import (
    already_pinned,
    another_pin,
    read_only_refused,
    role,
    together,
    when_read,
    when_reading_back,
    when_written,
)

_CHANGED, _FAILED, _PARTIAL = right(CHANGED, "repin"), right(FAILED, "repin"), right(PARTIAL, "repin")

#: By 409 the cluster would say that another change is under way, and this one not started.
_CONTRADICTIONS = ("409, once", "409, always")


def _refused() -> list[Row]:
    again = dict.fromkeys([f"{status}, always" for status in (409, 429, 500, 502, 503, 504)], 3)
    # What was refused as invalid comes once more without what only the server sets.
    writes = again | {"400, always": 2, "406, always": 2}
    return declared(CERTIFICATES["The write is answered with a failure"], _FAILED, usual_writes=1, writes=writes)


def _no_answer() -> list[Row]:
    rows = CERTIFICATES["The write gets no answer, or a late one"]
    not_made = ("closed before the change, always", "reset, always", "never, not made, always")
    twice = ("closed before the change, once", "reset, once", "never, not made, once")
    writes = dict.fromkeys(not_made, 3) | dict.fromkeys(twice, 2)
    return declared(rows, _CHANGED, dict.fromkeys(not_made, _FAILED), usual_writes=1, writes=writes)


def _odd_answers() -> list[Row]:
    rows = CERTIFICATES["The write is answered with something odd"]
    not_made = [row.name for row in rows if "not made" in row.name or "redirect" in row.name]
    again = {"HTML page with 503, not made, always": 3, "redirect to a follower, always": 3}
    return declared(rows, _CHANGED, dict.fromkeys(not_made, _FAILED), usual_writes=1, writes=again)


def _reading_back() -> list[Row]:
    rows = CERTIFICATES["Reading back goes wrong"]
    # A permission is not waited for.
    lasting = [row.name for row in rows if row.name.endswith("from then on")] + ["403, once"]
    return declared(rows, _CHANGED, dict.fromkeys(lasting, _PARTIAL), usual_writes=1)


def _api() -> list[Row]:
    rows = CERTIFICATES["The API of all nodes is down"]
    for_good = ("for good with the write, not made", "for good with the write, made", "for good after the write")
    apart = dict.fromkeys(for_good, _PARTIAL) | {"for good before the write": _FAILED}
    return declared(rows, _CHANGED, apart, usual_writes=1, writes={"for good before the write": 0})


def _primary() -> list[Row]:
    rows = CERTIFICATES["The primary moves, or is somewhere else"]
    # The nodes are not read, so that there is nobody else to ask when the one in url is down.
    unread = dict.fromkeys(
        (
            "it moves after the write, and cannot be reached",
            "it goes down with the write, made, and node 2 takes over",
        ),
        _PARTIAL,
    )
    unwritten = {"it moves before the write, and cannot be reached": _FAILED}
    # No node has anything to follow; and without the list of databases, there is no source to speak of.
    external = "it moves after the write, and can be reached at its external address"
    without = [row.name for row in rows if "never follows" in row.name]
    return declared(
        rows,
        _CHANGED,
        unread | unwritten,
        usual_writes=1,
        writes=dict.fromkeys(unwritten, 0) | {"it moves with the write, not made, and the connection breaks": 2},
        without=[*without, "it cannot be reached from the start", external],
    )


def _people() -> list[Row]:
    return [
        Row("permission to write lost before the write", when_read(role("cluster_viewer")), _FAILED, writes=1),
        Row("all permissions lost after the write", when_reading_back(role("none")), _PARTIAL, writes=1),
        Row(
            "another writer, the same change, before the last read",
            when_read(already_pinned),
            right(UNCHANGED, "repin"),
            writes=0,
        ),
        Row("another writer right before the write", when_written(another_pin), _CHANGED, writes=1),
        Row("another writer right after the write", when_reading_back(another_pin), _PARTIAL, writes=1),
    ]


SECTIONS: Mapping[str, list[Row]] = {
    "Nothing goes wrong": [
        Row("nothing", together(), _CHANGED, writes=1),
        Row("nothing, and nothing to do", already_pinned, right(UNCHANGED, "repin"), writes=0),
        Row("what only the server sets may not come back", read_only_refused, _CHANGED, writes=2),
    ],
    "The write is answered with a failure": _refused(),
    "The write is answered with a failure, and made when it is sent again": declared(
        CERTIFICATES["The write is answered with a failure, and made when it is sent again"], _CHANGED, usual_writes=2
    ),
    "The write is answered with a failure, though it was made": declared(
        CERTIFICATES["The write is answered with a failure, though it was made"],
        _CHANGED,
        usual_writes=1,
        without=_CONTRADICTIONS,
    ),
    "The write gets no answer, or a late one": _no_answer(),
    "The write is answered with something odd": _odd_answers(),
    "Reading back goes wrong": _reading_back(),
    "The API of all nodes is down": _api(),
    "The primary moves, or is somewhere else": _primary(),
    "Other people": _people(),
}
