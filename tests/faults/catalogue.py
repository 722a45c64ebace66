# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every fault, and the outcome that is right for each kind of certificate write that meets it.

What is right follows from the rules in docs/architecture.md, not from what the module does:

- ``changed``: the new certificate is served everywhere, whatever the API answered on the way.
- ``failed_unchanged``: nothing was written, or the old certificate is seen everywhere after a write that nobody
  acknowledged, or that is not to be taken back.
- ``rolled_back``: a write was acknowledged, or shows, and the old certificate is seen everywhere after it was put back.
- ``partial``: neither could be proven.

Where ports show a certificate, handshakes are the proof, and an API that cannot be read does not matter. Operations are
named one by one, so that a new one is undeclared everywhere, and fails, until somebody has thought about it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from simulator import Cluster

from .rows import A_WHILE, BACK, CHANGED, FAILED, FOR_GOOD, PARTIAL, UNCHANGED, Row, right
from .scene import (
    Arm,
    already_there,
    another_writer,
    api_down,
    keys_not_readable,
    lag,
    node_down,
    node_down_for,
    on_reads_after,
    on_third_write,
    on_writes,
    role,
    together,
    when_read,
    when_reading_back,
    when_written,
)

#: Keys of operations.
BY_HANDSHAKE = ("bulk", "single", "api")
OPTIONAL = ("create", "delete")
INTERNODE = ("internode", "outage")
SEVERAL = ("several", "one_by_one")
BY_API = (*OPTIONAL, *INTERNODE, *SEVERAL)
ALL = (*BY_HANDSHAKE, *BY_API)

#: Seconds for a read that is never answered.
SHORT = 1.2


def _refused() -> list[Row]:
    statuses = (400, 401, 403, 404, 405, 406, 409, 429, 500, 501, 502, 503, 504, 505)
    return [Row(f"{status}, always", on_writes(status=status), right(FAILED, *ALL)) for status in statuses]


def _refused_once() -> list[Row]:
    rows = [
        Row(f"{status}, once", on_writes(status=status, times=1), right(CHANGED, *ALL), writes=2)
        for status in (409, 429, 500, 502, 503, 504)
    ]
    asked = on_writes(status=503, times=1, headers={"Retry-After": "3600"})
    return [*rows, Row("503 with Retry-After of an hour, once", asked, right(CHANGED, *ALL), writes=2)]


def _refused_though_made() -> list[Row]:
    rows = []
    for status in (409, 500, 504):
        rows.append(Row(f"{status}, once", on_writes(status=status, times=1, applied=True), right(CHANGED, *ALL)))
        rows.append(Row(f"{status}, always", on_writes(status=status, applied=True), right(CHANGED, *ALL)))
    return rows


def _no_answer() -> list[Row]:
    changed, failed = right(CHANGED, *ALL), right(FAILED, *ALL)
    return [
        Row("closed before the change, once", on_writes(kind="close_before", times=1), changed, writes=2),
        Row("closed before the change, always", on_writes(kind="close_before"), failed),
        Row("closed after the change, once", on_writes(kind="close_after", times=1), changed, writes=1),
        Row("closed after the change, always", on_writes(kind="close_after"), changed, writes=1),
        Row("reset, once", on_writes(kind="reset", times=1), changed, writes=2),
        Row("reset, always", on_writes(kind="reset"), failed),
        Row("reset after the change, always", on_writes(kind="reset", applied=True), changed, writes=1),
        Row("slow", on_writes(kind="slow", delay=0.5), changed, writes=1),
        Row("never, not made, once", on_writes(kind="never", times=1), changed, writes=2),
        Row("never, not made, always", on_writes(kind="never"), failed),
        Row("never, made, always", on_writes(kind="never", applied=True), changed, writes=1),
    ]


#: Answers with a status of success that say nothing.
_NONSENSE = {"HTML page": "html", "garbage": "garbage", "truncated": "truncated", "empty": "empty"} | {
    "over-long": "overlong"
}


def _odd_answers() -> list[Row]:
    rows = [
        Row("HTML page with 503, not made, always", on_writes(kind="html"), right(FAILED, *ALL)),
        Row("HTML page with 503, made, always", on_writes(kind="html", applied=True), right(CHANGED, *ALL)),
        Row("redirect, always", on_writes(kind="redirect"), right(FAILED, *ALL), writes=1),
    ]
    for title, kind in _NONSENSE.items():
        for word, applied, outcome in (("not made", False, BACK), ("made", True, CHANGED)):
            arm = on_writes(kind=kind, status=200, applied=applied)
            rows.append(Row(f"{title} with 200, {word}, always", arm, right(outcome, *ALL)))
    return rows


def _reading_back() -> list[Row]:
    changed, rows = right(CHANGED, *ALL), []
    # A permission is not waited for.
    forbidden = right(CHANGED, *BY_HANDSHAKE) | right(BACK, *BY_API)
    unreadable = right(CHANGED, *BY_HANDSHAKE) | right(PARTIAL, *BY_API)
    kinds = {kind: {"kind": kind, "status": 200} for kind in _NONSENSE.values()}
    faults: dict[str, Mapping[str, Any]] = {
        "500": {"status": 500},
        "403": {"status": 403},
        **{title: kinds[kind] for title, kind in _NONSENSE.items()},
        "JSON of another shape": {"kind": "wrong_json"},
        "closed": {"kind": "close_before"},
        "never answered": {"kind": "never"},
    }
    for title, fault in faults.items():
        once = forbidden if title == "403" else changed
        options = {"timeout": SHORT} if title == "never answered" else {}
        rows.append(Row(f"{title}, once", on_reads_after(times=1, **fault), once, options))
        rows.append(Row(f"{title}, from then on", on_reads_after(**fault), unreadable, options, deadline=True))
    return rows


def _odd_ways() -> list[Row]:
    changed = right(CHANGED, *ALL)
    unreadable = right(CHANGED, *BY_HANDSHAKE) | right(PARTIAL, *BY_API)
    rows = [Row("byte by byte, to the write", on_writes(kind="drip"), changed, writes=1)]
    for title, kind in (
        ("over-long in chunks", "overlong_chunked"),
        ("over-long without an end", "overlong_unbounded"),
    ):
        for word, applied, outcome in (("not made", False, BACK), ("made", True, CHANGED)):
            arm = on_writes(kind=kind, status=200, applied=applied)
            rows.append(Row(f"{title}, to the write, {word}", arm, right(outcome, *ALL)))
        rows.append(Row(f"{title}, when reading back, once", on_reads_after(times=1, kind=kind), changed))
        always = on_reads_after(kind=kind)
        rows.append(Row(f"{title}, when reading back, from then on", always, unreadable, deadline=True))
    slow: Mapping[str, Any] = {"kind": "drip", "delay": 1.0}
    options = {"timeout": SHORT}
    rows.append(Row("byte by byte, when reading back, once", on_reads_after(times=1, **slow), changed, options))
    always = on_reads_after(**slow)
    rows.append(Row("byte by byte, when reading back, from then on", always, unreadable, options, deadline=True))
    return rows


def _nodes() -> list[Row]:
    down = node_down(3)
    return [
        Row(
            "node 3 down from the start",
            down,
            # The server acknowledges neither the write nor the way back, and a node that is not asked proves neither.
            right(PARTIAL, *BY_HANDSHAKE, *OPTIONAL, *SEVERAL) | right(FAILED, *INTERNODE),
        ),
        Row("node 3 goes down with the write", when_written(down), right(PARTIAL, *ALL)),
        Row("node 3 goes down with the write, for 1 s", when_written(node_down_for(3, 1.0)), right(CHANGED, *ALL)),
        Row("node 3 goes down after the write", when_reading_back(down), right(PARTIAL, *ALL)),
        Row("node 3 follows after 1.5 s", lag(3, 1.5), right(CHANGED, *ALL), writes=1),
        Row("node 3 never follows", lag(3, math.inf), right(BACK, *ALL), writes=2),
        Row(
            "node 3 never follows, and putting back is refused with 403",
            together(lag(3, math.inf), on_writes(status=403, after=1)),
            right(PARTIAL, *ALL),
        ),
        Row(
            "node 3 never follows, and putting back fails with 500 once",
            together(lag(3, math.inf), on_writes(status=500, after=1, times=1)),
            right(BACK, *ALL),
        ),
        Row(
            "node 3 never follows, and putting back is closed before the change, once",
            together(lag(3, math.inf), on_writes(kind="close_before", after=1, times=1)),
            right(BACK, *ALL),
            writes=3,
        ),
        Row(
            "node 3 never follows, and putting back is not answered, though made",
            together(lag(3, math.inf), on_writes(kind="close_after", after=1)),
            right(BACK, *ALL),
        ),
    ]


def _api() -> list[Row]:
    return [
        Row(
            "for 1 s before the write, which is sent again until then",
            when_read(api_down(A_WHILE)),
            right(CHANGED, *ALL),
            {"retries": 100},
            writes=1,
        ),
        Row("for good before the write", when_read(api_down(FOR_GOOD)), right(FAILED, *ALL), writes=0),
        Row(
            "for good with the write, not made",
            when_written(api_down(FOR_GOOD), kind="close_before"),
            right(PARTIAL, *ALL) | right(FAILED, "bulk", "single", "one_by_one"),
            deadline=True,
        ),
        Row(
            "for good with the write, made",
            when_written(api_down(FOR_GOOD), kind="close_after"),
            right(CHANGED, "bulk", "single") | right(PARTIAL, "api", *BY_API),
            deadline=True,
        ),
        Row("for 1 s after the write", when_written(api_down(A_WHILE)), right(CHANGED, *ALL), writes=1),
        Row(
            "for good after the write",
            when_written(api_down(FOR_GOOD)),
            right(CHANGED, "bulk", "single") | right(PARTIAL, "api", *BY_API),
            deadline=True,
        ),
    ]


def _people() -> list[Row]:
    return [
        Row("permission to write lost before the write", when_read(role("cluster_member")), right(FAILED, *ALL)),
        Row(
            "all permissions lost after the write",
            when_reading_back(role("none")),
            right(CHANGED, *BY_HANDSHAKE) | right(PARTIAL, *BY_API),
        ),
        Row("another writer right before the write", when_written(another_writer), right(CHANGED, *ALL)),
        Row("another writer right after the write", when_reading_back(another_writer), right(PARTIAL, *ALL)),
        Row("old private key not readable", keys_not_readable, right(CHANGED, *ALL)),
        Row(
            "old private key not readable, and node 3 never follows",
            together(keys_not_readable, lag(3, math.inf)),
            right(PARTIAL, *(key for key in ALL if key != "create")) | right(BACK, "create"),
        ),
    ]


def _without_rollback() -> list[Row]:
    options = {"rollback": False}
    return [
        Row("rollback: false, node 3 never follows", lag(3, math.inf), right(PARTIAL, *ALL), options, writes=1),
        Row(
            "rollback: false, node 3 goes down with the write",
            when_written(node_down(3)),
            right(PARTIAL, *ALL),
            options,
        ),
        Row(
            "rollback: false, HTML page with 200, not made",
            on_writes(kind="html", status=200),
            right(FAILED, *ALL),
            options,
            writes=1,
        ),
        Row(
            "rollback: false, closed before the change, always",
            on_writes(kind="close_before"),
            right(FAILED, *ALL),
            options,
        ),
        Row("rollback: false, closed after the change", on_writes(kind="close_after"), right(CHANGED, *ALL), options),
    ]


def _without_proof() -> list[Row]:
    options = {"verify": "none"}
    return [
        Row("verify: none, nothing", together(), right(CHANGED, *ALL), options, writes=1),
        Row(
            "verify: none, closed before the change, always",
            on_writes(kind="close_before"),
            right(FAILED, *ALL),
            options,
        ),
        Row("verify: none, closed after the change", on_writes(kind="close_after"), right(CHANGED, *ALL), options),
        Row("verify: none, node 3 never follows", lag(3, math.inf), right(CHANGED, *ALL), options),
        Row(
            "verify: none, node 3 down from the start",
            node_down(3),
            right(PARTIAL, *BY_HANDSHAKE, *OPTIONAL, *SEVERAL) | right(FAILED, *INTERNODE),
            options,
        ),
        Row(
            "verify: none, HTML page with 200, not made", on_writes(kind="html", status=200), right(BACK, *ALL), options
        ),
        Row(
            "verify: none, HTML page when reading back, from then on",
            on_reads_after(kind="html"),
            right(PARTIAL, *ALL),
            options,
        ),
    ]


def _strict_proof() -> list[Row]:
    options = {"verify": "strict"}
    return [
        Row("verify: strict, nothing", together(), right(CHANGED, *ALL), options, writes=1),
        Row("verify: strict, node 3 down from the start", node_down(3), right(FAILED, *ALL), options, writes=0),
        Row(
            "verify: strict, node 3 goes down with the write", when_written(node_down(3)), right(PARTIAL, *ALL), options
        ),
        Row("verify: strict, node 3 follows after 1.5 s", lag(3, 1.5), right(CHANGED, *ALL), options),
        Row("verify: strict, node 3 never follows", lag(3, math.inf), right(BACK, *ALL), options),
    ]


def _third_write() -> list[Row]:
    """Only one operation has as many."""
    others = right(CHANGED, *(key for key in ALL if key != "one_by_one"))

    def row(name: str, arm: Arm, outcome: str) -> Row:
        return Row(name, arm, others | {"one_by_one": outcome})

    return [
        row("403, once", on_third_write(status=403, times=1), BACK),
        row("403, always", on_third_write(status=403), PARTIAL),
        row("409, always", on_third_write(status=409), PARTIAL),
        row("500, though made, once", on_third_write(status=500, applied=True, times=1), CHANGED),
        row("closed before the change, three times", on_third_write(kind="close_before", times=3), BACK),
        row("closed after the change, always", on_third_write(kind="close_after"), CHANGED),
        row("HTML page with 200, not made, once", on_third_write(kind="html", status=200, times=1), BACK),
        row("node 3 goes down with it", on_third_write(kind="pass", times=1, effect=_third_node_down), PARTIAL),
        row("permission to write lost with it", on_third_write(kind="pass", times=1, effect=_demoted), PARTIAL),
    ]


def _third_node_down(cluster: Cluster) -> None:
    cluster.nodes[2].down = True


def _demoted(cluster: Cluster) -> None:
    cluster.set_role(cluster.username, "cluster_member")


SECTIONS: Mapping[str, list[Row]] = {
    "Nothing goes wrong": [
        Row("nothing", together(), right(CHANGED, *ALL), writes=1),
        Row("nothing, and nothing to do", already_there, right(UNCHANGED, *ALL), writes=0),
    ],
    "The write is answered with a failure": _refused(),
    "The write is answered with a failure, and made when it is sent again": _refused_once(),
    "The write is answered with a failure, though it was made": _refused_though_made(),
    "The write gets no answer, or a late one": _no_answer(),
    "The write is answered with something odd": _odd_answers(),
    "Reading back goes wrong": _reading_back(),
    "Answers come in odd ways": _odd_ways(),
    "Nodes go down or fall behind": _nodes(),
    "The API of all nodes is down": _api(),
    "Other people": _people(),
    "The third write goes wrong": _third_write(),
    "Options": [*_without_rollback(), *_without_proof(), *_strict_proof()],
}
