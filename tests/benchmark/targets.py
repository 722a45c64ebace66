# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be reached, and whether it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from . import audit, fleets, role, rotation, single
from .fleets import Memory, Rate
from .nodes import Proof
from .plans import ROTATE, Plans
from .report_page import PageCost
from .trial import Cost
from .ways import Spread

Times = Mapping[str, Spread]


class Results(NamedTuple):
    """Everything that was measured."""

    single: Times
    audit: Times
    five: Times
    ten_rsa: Times
    ten_ec: Times
    rates: Sequence[Rate]
    memory: Sequence[Memory]  # empty where the system does not tell
    proofs: Sequence[Proof]
    trials: Mapping[str, Cost]
    plans: Plans
    role: Times
    page: PageCost | None  # None without a browser


class Target(NamedTuple):
    """A ratio that is to be reached."""

    text: str
    wanted: float
    at_least: bool  # or at most
    measured: Callable[[Results], float | None]  # None where it was not measured

    def reached(self, ratio: float) -> bool:
        return ratio >= self.wanted if self.at_least else ratio <= self.wanted


def ratio(times: Times, slow: str, fast: str) -> float:
    return times[slow].median / times[fast].median


def _rate(results: Results, way: str, clusters: int, forks: int) -> Rate | None:
    wanted = (way, clusters, forks)
    return next((one for one in results.rates if (one.way, one.clusters, one.forks) == wanted), None)


def _fleet(way: str) -> Callable[[Results], float | None]:
    def of(results: Results) -> float | None:
        ours, theirs = (_rate(results, one, 100, 20) for one in (way, fleets.URI))
        return ours.speed.median / theirs.speed.median if ours and theirs else None

    return of


def _flat(way: str, size: int) -> Callable[[Results], float | None]:
    def of(results: Results) -> float | None:
        small, large = (_rate(results, way, one, 20) for one in (100, size))
        return small.speed.median / large.speed.median if small and large else None

    return of


def _memory(results: Results) -> float | None:
    if not results.memory:
        return None
    return fleets.added(results.memory, fleets.INFO) / fleets.added(results.memory, fleets.URI)


def _slow_proof(count: int) -> Callable[[Results], float | None]:
    def of(results: Results) -> float | None:
        found = {one.nodes: one.alone for one in results.proofs if len(one.names) == count and one.latency}
        return found[30] / found[1] if {1, 30} <= set(found) else None

    return of


def _unchanged(results: Results) -> float:
    return ratio(results.plans.unchanged, fleets.URI, ROTATE)


def _side_by_side(results: Results) -> float | None:
    taken = results.plans.serial
    return taken[1].median / taken[20].median if {1, 20} <= set(taken) else None


def _ready(results: Results) -> float | None:
    return results.page.ready.median if results.page and results.page.clusters == 500 else None


TARGETS = (
    Target("`rotate` of a fleet of which nothing is due against one `uri` for each cluster", 8, True, _unchanged),
    Target("`rotate` of a slow fleet that is due, `rotation_serial` 20 against 1", 4, True, _side_by_side),
    Target(
        "the role `rotation`, unchanged, in empty actions",
        12,
        False,
        lambda all_: ratio(all_.role, role.ROLE, single.EMPTY),
    ),
    Target(
        "`cluster_certificate_info` against `uri`", 8, True, lambda all_: ratio(all_.single, single.URI, single.INFO)
    ),
    Target(
        "`cluster_certificate`, unchanged, against `uri`",
        8,
        True,
        lambda all_: ratio(all_.single, single.URI, single.SAME),
    ),
    Target(
        "`cluster_certificate_info` in empty actions",
        2.5,
        False,
        lambda all_: ratio(all_.single, single.INFO, single.EMPTY),
    ),
    Target(
        "`cluster_certificate`, unchanged, in empty actions",
        2.5,
        False,
        lambda all_: ratio(all_.single, single.SAME, single.EMPTY),
    ),
    Target(
        "the audit of one cluster against the one by hand",
        40,
        True,
        lambda all_: ratio(all_.audit, audit.BY_HAND, audit.BY_ONE),
    ),
    Target(
        "ten certificates with RSA-2048 keys, `verify: none`, against `uri`",
        7,
        True,
        lambda all_: ratio(all_.ten_rsa, rotation.BY_URI, rotation.BY_ONE_UNPROVEN),
    ),
    Target(
        "the same with the proof",
        5,
        True,
        lambda all_: ratio(all_.ten_rsa, rotation.BY_URI, rotation.BY_ONE),
    ),
    Target(
        "ten certificates with EC keys, `verify: none`, against `uri`",
        20,
        True,
        lambda all_: ratio(all_.ten_ec, rotation.BY_URI, rotation.BY_ONE_UNPROVEN),
    ),
    Target("clusters per second of a fleet of 100 at forks 20 against `uri`", 8, True, _fleet(fleets.INFO)),
    Target("the same by one `fleet_certificate_info`, without looks at ports", 20, True, _fleet(fleets.FLEET)),
    Target("the same with them", 20, True, _fleet(fleets.AUDIT)),
    Target("memory that a fork adds, against `uri`", 1 / 6, False, _memory),
    Target("time per cluster: a fleet of 500 against one of 100, at forks 20", 1.25, False, _flat(fleets.INFO, 500)),
    Target(
        "time per cluster by one `fleet_certificate_info`, without looks at ports: a fleet of 1000 against one of 100",
        1.1,
        False,
        _flat(fleets.FLEET, 1000),
    ),
    Target("with 100 ms of latency, the proof of one certificate: 30 nodes against one", 3, False, _slow_proof(1)),
    Target("with 100 ms of latency, the proof of five certificates: 30 nodes against one", 3, False, _slow_proof(5)),
    Target("seconds until the page of a fleet of 500 can be used", 1, False, _ready),
)
