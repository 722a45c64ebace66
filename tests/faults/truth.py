# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must be true of every cell. All of it is told by what the simulated nodes hold, present and were asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import unquote, urlsplit

from simulator.keys import secret_lines

from . import bounds, nodes, truth_certificates, truth_replication, truth_rotation
from .cell import Cell
from .operations import CertificateWrite, ForcedUpdate, Operation, Repinning, Rotation
from .rows import BACK, CHANGED, FAILED, PARTIAL, UNCHANGED
from .witnesses import METRICS, kind

#: How often RS208996 closes all APIs at the most: after the write, and after the one that puts back.
_OUTAGES = 2

_OUTCOMES = {UNCHANGED, CHANGED, FAILED, BACK, PARTIAL}

#: What else must be true, by the kind of operation.
_OWN: Mapping[type[Operation], Callable[[Cell], None]] = {
    CertificateWrite: truth_certificates.check,
    Rotation: truth_rotation.check,
    ForcedUpdate: truth_replication.check_forced_update,
    Repinning: truth_replication.check_repinning,
}


def check(cell: Cell) -> None:
    """Fail where the module lied, leaked, crashed, dawdled, or left something broken."""
    _nothing_leaked(cell)
    _well_ended(cell)
    _bounded(cell)
    nodes.nothing_else_changed(cell)
    _OWN[type(cell.operation)](cell)


# Words.


def _secrets(cell: Cell) -> Iterator[str]:
    setting = cell.setting
    yield cell.cluster.password
    held = [*cell.before.values(), *(node.stored for node in cell.cluster.nodes)]
    pairs = [*cell.wanted.values(), *(pair for stored in held for pair in stored.values())]
    yield from secret_lines(*(pair.key for pair in pairs if pair.key), setting.fresh.key_pem, setting.third.key_pem)
    for source in (source for listed in cell.sources.values() for source in listed):
        password = urlsplit(source.uri).password or ""
        yield from {password, unquote(password)}


def _nothing_leaked(cell: Cell) -> None:
    shown = cell.finished.stdout + cell.finished.stderr
    assert not any(secret in shown for secret in _secrets(cell)), "a private key or a password is shown"


def _well_ended(cell: Cell) -> None:
    shown = cell.finished.stdout + cell.finished.stderr
    assert "Traceback" not in shown, shown
    result = cell.result
    assert result["outcome"] in _OUTCOMES, result
    succeeded = result["outcome"] in (CHANGED, UNCHANGED)
    assert (cell.finished.returncode == 0) is succeeded, result
    assert bool(result.get("failed")) is not succeeded, result
    assert result["changed"] is (result["outcome"] in (CHANGED, PARTIAL)), result
    assert succeeded or result["failure"]["kind"] != "internal_error", result


# Numbers.


def _bounded(cell: Cell) -> None:
    metrics = cell.options.get("verify") != "none" and METRICS in {kind(cell, name) for name in cell.operation.names}
    limits = bounds.of(cell.operation, cell.options, back=cell.outcome in (BACK, PARTIAL), metrics=metrics)
    assert cell.seconds <= limits.seconds
    assert len(cell.answered) <= limits.requests
    assert len(cell.metrics_requests) <= limits.metrics_requests, cell.metrics_requests
    assert len(cell.writes) <= limits.writes
    _followers_left_alone(cell)
    _as_many_writes_as_declared(cell)
    _none_sent_again(cell)
    if cell.operation.lost_is_read:
        _lost_answers_are_followed_by_a_read(cell)


def _as_many_writes_as_declared(cell: Cell) -> None:
    key, declared = cell.operation.key, cell.row.writes
    fewest = most = declared.get(key) if isinstance(declared, Mapping) else declared
    if fewest is None or most is None:
        return
    if key == "outage":
        fewest = min(1, fewest)  # where the API goes down after each write, not all that are tried arrive
    if key == "one_by_one":
        most *= len(cell.operation.names)
    if key == "several" and cell.outcome == BACK:
        most += 2  # what was created is taken back by a separate request, and each may meet the fault
    assert fewest <= len(cell.writes) <= most, cell.writes


def _followers_left_alone(cell: Cell) -> None:
    """No follower is asked anything, but for who the primary is, and that once for each time that it moves."""
    cluster = cell.cluster
    primaries = {cell.primary_before, cluster.primary.uid}
    strangers = [request for request in cell.answered if request.node_uid not in primaries]
    assert cluster.handle_redirects or not strangers, strangers
    found = cell.redirected or any(request.node_uid == cluster.primary.uid for request in cell.answered)
    assert found or cluster.handle_redirects or cluster.nodes[0].down, "the primary moved too late to be missed"
    if cell.row.redirects is not None:
        # After an outage of all APIs, any node may be the first that is there again.
        most = cell.row.redirects + (_OUTAGES if cell.operation.key == "outage" else 0)
        assert len(cell.redirected) <= most, cell.redirected


def _none_sent_again(cell: Cell) -> None:
    """Only after statuses that allow it."""
    final = [
        (request.method, request.path, request.names, request.status)
        for request in cell.writes
        if request.status not in cell.operation.sent_again_after | {307}
    ]
    # There is a way back, or a second way to write the same.
    ways = 1 + (cell.outcome in (BACK, PARTIAL) and cell.operation.undone_by is not None)
    for one in final:
        second = isinstance(cell.operation, Repinning) and one[-1] in (400, 406)
        assert final.count(one) <= ways + second, cell.writes


def _lost_answers_are_followed_by_a_read(cell: Cell) -> None:
    for request, following in zip(cell.answered, cell.answered[1:]):
        if request.writes and (request.status is None or request.status in (502, 504)):
            assert not following.writes, cell.requests
