# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who answers: a primary that moves, one that cannot be reached, and followers; met by writes of certificates.

A follower answers every request with a redirect to the primary and carries nothing out (contract, section 1). So none
of it changes what is right, as long as the primary can be reached.
"""

from __future__ import annotations

import math

from .operations import ALL, SEEN, SEEN_BY_HANDSHAKE, SEEN_BY_METRICS, SEVERAL, UNSEEN
from .rows import CHANGED, FAILED, NOT_FOLLOWED, PARTIAL, Row, right
from .scene import (
    Arm,
    followers_answer,
    handle_redirects,
    lag,
    node_down,
    on_writes,
    out_of_reach,
    ports_closed,
    primary_moves,
    together,
    when_read,
    when_reading_back,
    when_written,
)

#: Nothing can be read any more.
_UNREADABLE = right(CHANGED, *SEEN) | right(PARTIAL, *UNSEEN, *SEVERAL)

#: Its ports are closed as well; that metrics end does not tell anything.
_WITHOUT_A_NODE = right(PARTIAL, *SEEN_BY_HANDSHAKE, *SEVERAL) | right(CHANGED, *SEEN_BY_METRICS, *UNSEEN)


def rows() -> list[Row]:
    changed = right(CHANGED, *ALL)
    moved, lost = when_written(primary_moves), together(out_of_reach(), primary_moves)
    return [
        Row("url leads to a follower", primary_moves, changed, writes=1, redirects=1),
        Row("url leads to a follower, and node 3 never follows", _with_lag(primary_moves), NOT_FOLLOWED, redirects=1),
        Row("it moves before the write", when_read(primary_moves, afterwards=True), changed, writes=1, redirects=1),
        Row("it moves when the write arrives", moved, changed, writes=1, redirects=1),
        Row(
            "it moves with the write, not made, and the connection breaks",
            when_written(primary_moves, kind="close_before"),
            changed,
            writes=2,
            redirects=1,
        ),
        Row(
            "it moves with the write, made, and the connection breaks",
            when_written(primary_moves, kind="close_after", afterwards=True),
            changed,
            writes=1,
            redirects=1,
        ),
        Row("it moves after the write", when_reading_back(primary_moves), changed, writes=1, redirects=1),
        Row(
            "it moves on the way back from a change that node 3 never follows",
            _with_lag(on_writes(kind="pass", after=1, times=1, effect=lambda cluster: cluster.move_primary(2))),
            NOT_FOLLOWED,
            redirects=1,
        ),
        Row(
            "it goes down with the write, made, and node 2 takes over",
            when_written(node_down(1), kind="close_after", afterwards=True),
            _WITHOUT_A_NODE,
        ),
        Row(
            "it goes down after the write, and node 2 takes over",
            when_reading_back(node_down(1)),
            _WITHOUT_A_NODE,
            redirects=1,
        ),
        Row("it cannot be reached from the start", lost, right(FAILED, *ALL), writes=0, redirects=None),
        Row(
            "it moves before the write, and cannot be reached",
            when_read(lost, afterwards=True),
            right(FAILED, *ALL),
            writes=0,
            redirects=None,
        ),
        Row(
            "it moves after the write, and cannot be reached",
            when_reading_back(lost),
            _UNREADABLE,
            redirects=None,
            deadline=True,
        ),
        Row(
            "it moves after the write, and can be reached at its external address",
            together(out_of_reach(external=True), when_reading_back(primary_moves)),
            changed,
            writes=1,
            redirects=1,
        ),
    ]


def with_handle_redirects() -> list[Row]:
    changed = right(CHANGED, *ALL)
    elsewhere = together(handle_redirects, primary_moves)
    return [
        Row("handle_redirects: true, nothing", handle_redirects, changed, writes=1),
        Row("handle_redirects: true, node 3 never follows", _with_lag(handle_redirects), NOT_FOLLOWED),
        Row("handle_redirects: true, url leads to a follower", elsewhere, changed, writes=1),
        Row(
            "handle_redirects: true, url leads to a follower, and node 3 never follows",
            _with_lag(elsewhere),
            NOT_FOLLOWED,
        ),
    ]


def with_failing_followers() -> list[Row]:
    """Nothing is asked of them, and of their ports the handshake alone counts."""
    changed = right(CHANGED, *ALL)
    return [
        Row("500", followers_answer(status=500), changed, writes=1),
        Row("never answered", followers_answer(kind="never"), changed, writes=1),
        Row("HTML page", followers_answer(kind="html", status=200), changed, writes=1),
        Row("their API ports are closed", ports_closed("api", 2, 3), changed, writes=1),
    ]


def _with_lag(arm: Arm) -> Arm:
    """Node 3 never follows, either."""
    return together(arm, lag(3, math.inf))
