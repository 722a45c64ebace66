# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every fault, and the outcome that is right for each kind of certificate write that meets it.

What is right follows from the rules in docs/architecture.md, not from what the module does:

- ``changed``: the cluster acknowledged the write and the primary reports it, and nothing that can be seen shows
  anything else; or, whatever the API answered on the way, the new certificate is seen on every node.
- ``failed_unchanged``: nothing was written, or the old certificate is seen everywhere after a write that nobody
  acknowledged, or that is not to be taken back.
- ``rolled_back``: a write was acknowledged, or shows, and the same as for ``changed`` holds of the old certificate
  after it was restored.
- ``partial``: neither could be proven.

Where handshakes or metrics show a certificate on every node, an API that cannot be read does not matter. Where nothing
shows it, there is only the word of the cluster: what it acknowledged and reports is done, and what it did not
acknowledge is not, whatever it reports. Operations are named one by one, so that a new one is undeclared everywhere,
and fails, until its outcomes have been thought about.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from simulator import Cluster

from . import catalogue_metrics, catalogue_primary
from .operations import ALL, SEEN, SEEN_BY_HANDSHAKE, SEEN_BY_METRICS, SEVERAL, UNSEEN
from .rows import A_WHILE, BACK, CHANGED, FAILED, FOR_GOOD, NOT_FOLLOWED, PARTIAL, UNCHANGED, Row, right
from .scene import (
    Arm,
    already_there,
    another_writer,
    api_down,
    at_read_back,
    keys_not_readable,
    lag,
    node_down,
    node_up,
    on_reads_after,
    on_third_write,
    on_writes,
    ports_closed,
    role,
    together,
    when_read,
    when_reading_back,
    when_written,
)

#: Seconds for a read that is never answered.
SHORT = 1.2

#: A write that was made, and never acknowledged, as is what would put it back.
_NOT_ACKNOWLEDGED = right(CHANGED, *SEEN) | right(PARTIAL, *UNSEEN, *SEVERAL)

#: A node has missed the write. The cluster refuses it, and what would put it back; but a deletion that is sent again
#: after that is answered with 404: there is nothing to delete any more.
_MISSED = right(PARTIAL, *SEEN, *SEVERAL) | {"create": BACK, "delete": CHANGED}

#: What was made cannot be read.
_UNREADABLE = right(CHANGED, *SEEN) | right(PARTIAL, *UNSEEN, *SEVERAL)


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
    changed = right(CHANGED, *ALL)
    # A gateway's 504 is an answer that was lost: a read tells. By the others the cluster says that it has not done it.
    always = {409: _NOT_ACKNOWLEDGED, 500: _NOT_ACKNOWLEDGED, 504: changed}
    for status, outcome in always.items():
        rows.append(Row(f"{status}, once", on_writes(status=status, times=1, applied=True), changed))
        rows.append(Row(f"{status}, always", on_writes(status=status, applied=True), outcome))
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


#: Where no API of the cluster listens.
_ELSEWHERE = "https://127.0.0.1:1"

#: Answers with a status of success that say nothing.
_NONSENSE = {"HTML page": "html", "garbage": "garbage", "truncated": "truncated", "empty": "empty"} | {
    "over-long": "overlong"
}


def _odd_answers() -> list[Row]:
    failed = right(FAILED, *ALL)
    rows = [
        Row("HTML page with 503, not made, always", on_writes(kind="html"), failed),
        Row("HTML page with 503, made, always", on_writes(kind="html", applied=True), _NOT_ACKNOWLEDGED),
        Row("redirect to another port, always", on_writes(kind="redirect", location=_ELSEWHERE), failed, writes=1),
        Row("redirect to a follower, always", on_writes(kind="redirect"), failed, writes=3, redirects=3),
    ]
    for title, kind in _NONSENSE.items():
        for word, applied, outcome in (("not made", False, BACK), ("made", True, CHANGED)):
            arm = on_writes(kind=kind, status=200, applied=applied)
            rows.append(Row(f"{title} with 200, {word}, always", arm, right(outcome, *ALL)))
    return rows


def _reading_back() -> list[Row]:
    changed, rows = right(CHANGED, *ALL), []
    # A permission is not waited for.
    forbidden = right(CHANGED, *SEEN) | right(BACK, *UNSEEN, *SEVERAL)
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
        rows.append(Row(f"{title}, from then on", on_reads_after(**fault), _UNREADABLE, options, deadline=True))
    return rows


def _odd_ways() -> list[Row]:
    changed = right(CHANGED, *ALL)
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
        rows.append(Row(f"{title}, when reading back, from then on", always, _UNREADABLE, deadline=True))
    slow: Mapping[str, Any] = {"kind": "drip", "delay": 1.0}
    options = {"timeout": SHORT}
    rows.append(Row("byte by byte, when reading back, once", on_reads_after(times=1, **slow), changed, options))
    always = on_reads_after(**slow)
    rows.append(Row("byte by byte, when reading back, from then on", always, _UNREADABLE, options, deadline=True))
    return rows


def _nodes() -> list[Row]:
    down = node_down(3)
    return [
        Row("node 3 down from the start", down, right(FAILED, *ALL), writes=0),
        Row("node 3 goes down with the write", when_written(down), _MISSED),
        Row(
            "node 3 goes down with the write, until it is read back",
            when_written(together(down, at_read_back(node_up(3)))),
            # The write was refused. Of several one by one, it is the first, which handshakes show.
            right(CHANGED, *SEEN, "one_by_one", "delete") | right(BACK, "create", "several"),
        ),
        Row(
            "node 3 goes down after the write",
            when_reading_back(down),
            # The write was acknowledged. That a port was closed shows; that metrics end does not tell anything.
            right(PARTIAL, *SEEN_BY_HANDSHAKE, *SEVERAL) | right(CHANGED, *SEEN_BY_METRICS, *UNSEEN),
        ),
        Row("node 3 follows after 1.5 s", lag(3, 1.5), right(CHANGED, *ALL), writes=1),
        Row("node 3 never follows", lag(3, math.inf), NOT_FOLLOWED, writes=_there_and_back(2)),
        Row(
            "node 3 never follows, and rolling back is refused with 403",
            together(lag(3, math.inf), on_writes(status=403, after=1)),
            right(PARTIAL, *SEEN, *SEVERAL) | right(CHANGED, *UNSEEN),
        ),
        Row(
            "node 3 never follows, and rolling back fails with 500 once",
            together(lag(3, math.inf), on_writes(status=500, after=1, times=1)),
            NOT_FOLLOWED,
        ),
        Row(
            "node 3 never follows, and rolling back is closed before the change, once",
            together(lag(3, math.inf), on_writes(kind="close_before", after=1, times=1)),
            NOT_FOLLOWED,
            writes=_there_and_back(3),
        ),
        Row(
            "node 3 never follows, and rolling back is not answered, though made",
            together(lag(3, math.inf), on_writes(kind="close_after", after=1)),
            NOT_FOLLOWED,
        ),
    ]


def _there_and_back(writes: int) -> dict[str, int]:
    """How many writes are right where only what shows anywhere is restored."""
    return {key: writes if NOT_FOLLOWED[key] == BACK else 1 for key in ALL}


def _inactive_nodes() -> list[Row]:
    """The user goes on although the cluster says that a node is not active."""
    options, down = {"allow_inactive_nodes": True}, node_down(3)
    changed, strict = right(CHANGED, *ALL), right(FAILED, *SEEN, *SEVERAL) | right(CHANGED, *UNSEEN)
    return [
        Row("allow_inactive_nodes: true, node 3 down from the start", down, changed, options, writes=1),
        Row(
            "allow_inactive_nodes: true, verify: none, node 3 down from the start",
            down,
            changed,
            {**options, "verify": "none"},
            writes=1,
        ),
        Row(
            "allow_inactive_nodes: true, verify: strict, node 3 down from the start",
            down,
            strict,
            {**options, "verify": "strict"},
            writes={key: int(outcome == CHANGED) for key, outcome in strict.items()},
        ),
        Row(
            "allow_inactive_nodes: true, node 3 down from the start, node 2 never follows",
            together(down, lag(2, math.inf)),
            NOT_FOLLOWED,
            options,
            # What was refused together is restored one by one.
            writes={**_there_and_back(2), "several": 3},
        ),
    ]


def _api() -> list[Row]:
    without = right(CHANGED, "bulk", "single", *SEEN_BY_METRICS) | right(PARTIAL, "api", *UNSEEN, *SEVERAL)
    return [
        Row(
            "for 1 s before the write, which is sent again until then",
            when_read(api_down(A_WHILE)),
            right(CHANGED, *ALL),
            {"retries": 100},
            writes=1,
            redirects=2,
        ),
        Row("for good before the write", when_read(api_down(FOR_GOOD)), right(FAILED, *ALL), writes=0),
        Row(
            "for good with the write, not made",
            when_written(api_down(FOR_GOOD), kind="close_before"),
            # The first of several one by one is cm. The API of each node was the only port that shows api.
            right(FAILED, "bulk", "single", *SEEN_BY_METRICS, "one_by_one") | right(PARTIAL, "api", *UNSEEN, "several"),
            deadline=True,
        ),
        Row(
            "for good with the write, made",
            when_written(api_down(FOR_GOOD), kind="close_after"),
            without,
            deadline=True,
        ),
        Row(
            "for 1 s after the write",
            when_written(api_down(A_WHILE)),
            right(CHANGED, *ALL),
            writes=1,
            redirects=2,
        ),
        Row("for good after the write", when_written(api_down(FOR_GOOD)), without, deadline=True),
    ]


def _people() -> list[Row]:
    return [
        Row("permission to write lost before the write", when_read(role("cluster_member")), right(FAILED, *ALL)),
        Row(
            "all permissions lost after the write",
            when_reading_back(role("none")),
            _UNREADABLE,
        ),
        Row("another writer right before the write", when_written(another_writer), right(CHANGED, *ALL)),
        Row("another writer right after the write", when_reading_back(another_writer), right(PARTIAL, *ALL)),
        Row("old private key not readable", keys_not_readable, right(CHANGED, *ALL)),
        Row(
            "old private key not readable, and node 3 never follows",
            together(keys_not_readable, lag(3, math.inf)),
            right(PARTIAL, *SEEN, *SEVERAL) | right(CHANGED, *UNSEEN),
        ),
    ]


def _without_rollback() -> list[Row]:
    options = {"rollback": False}
    left = right(PARTIAL, *SEEN, *SEVERAL) | right(CHANGED, *UNSEEN)
    return [
        Row("rollback: false, node 3 never follows", lag(3, math.inf), left, options, writes=1),
        Row(
            "rollback: false, node 3 goes down with the write",
            when_written(node_down(3)),
            _MISSED | right(PARTIAL, "create"),
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
        Row("verify: none, node 3 down from the start", node_down(3), right(FAILED, *ALL), options, writes=0),
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
    """Before the write, there has to be something to see of each node; what metrics do not show is in their section."""
    options = {"verify": "strict"}
    hidden = right(FAILED, "api") | right(CHANGED, *(key for key in ALL if key != "api"))
    return [
        Row("verify: strict, nothing", together(), right(CHANGED, *ALL), options, writes=1),
        Row("verify: strict, node 3 down from the start", node_down(3), right(FAILED, *ALL), options, writes=0),
        Row("verify: strict, node 3 goes down with the write", when_written(node_down(3)), _MISSED, options),
        Row("verify: strict, node 3 follows after 1.5 s", lag(3, 1.5), right(CHANGED, *ALL), options),
        Row("verify: strict, node 3 never follows", lag(3, math.inf), NOT_FOLLOWED, options),
        Row(
            "verify: strict, the API ports of followers are closed",
            ports_closed("api", 2, 3),
            hidden,
            options,
            writes={key: int(outcome == CHANGED) for key, outcome in hidden.items()},
        ),
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
    "Nodes are not active, and that is accepted": _inactive_nodes(),
    "The API of all nodes is down": _api(),
    "The primary moves, or is somewhere else": catalogue_primary.rows(),
    "Followers pass requests on": catalogue_primary.with_handle_redirects(),
    "The APIs of followers fail": catalogue_primary.with_failing_followers(),
    "Metrics are missing, wrong or refused": catalogue_metrics.rows(),
    "Databases have their own certificates": catalogue_metrics.with_own_certificates(),
    "Other people": _people(),
    "The third write goes wrong": _third_write(),
    "Options": [*_without_rollback(), *_without_proof(), *_strict_proof(), *catalogue_metrics.strictly()],
}
