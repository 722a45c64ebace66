# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""All expiries of a fleet as a picture: a lane for each certificate name, time to the right."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._product.names import KNOWN

from .. import certificates
from ..times import issuer_ends_first
from ..types import Certificate, PolicyEntry, Report

#: Pixels of the picture's own coordinates.
_LEFT, _RIGHT, _TOP, _LANE, _WIDTH = 190, 24, 46, 34, 1000
_MARGIN = 18
_APART = 30  # expiries that are nearer to each other are one dot

#: Days on the axis, and what they are called.
_TICKS = (
    (7, "7 d"),
    (30, "30 d"),
    (90, "90 d"),
    (180, "6 mo"),
    (365, "1 y"),
    (730, "2 y"),
    (1825, "5 y"),
    (3650, "10 y"),
)
_PAST = -30  # the left end, if something has expired; what expired earlier is drawn there
_FURTHEST = 366 * 10_000  # the right end at the most: no certificate can end later
ISSUERS = "issuers"
_DATABASES, _OTHERS = "databases", "others"

#: For certificates of clusters, of databases, and under names that the product does not document.
LANES = (*sorted(KNOWN), _DATABASES, _OTHERS)


@dataclass(frozen=True)
class End:
    """One expiry."""

    days: int
    date: str
    cluster: str
    certificate: str
    lane: str
    level: str  # critical, warning or ok


@dataclass(frozen=True)
class Dot:
    """Expiries that are drawn as one."""

    x: int
    y: int
    radius: int
    level: str
    ends: Sequence[End]
    title: str


@dataclass(frozen=True)
class Picture:
    """The picture that the template draws."""

    width: int
    height: int
    lanes: list[tuple[str, int]]  # name, y
    ticks: list[tuple[str, int]]  # name, x
    today: int
    fail: int
    warn: int
    left: int
    right: int
    top: int
    bottom: int
    dots: list[Dot]
    places: Mapping[End, int]  # the number of its dot


def level(days: int, policy: PolicyEntry, *, expired: bool) -> str:
    """Return how urgent an expiry is."""
    if expired:
        return "expired"
    return "critical" if days < policy["fail_within"] else "warning" if days < policy["warn_within"] else "ok"


def lane(facts: Certificate) -> str:
    """Return the lane, or column, of a certificate."""
    if certificates.belongs_to_database(facts):
        return _DATABASES
    return facts["name"] if facts["name"] in KNOWN else _OTHERS


def ends(report: Report) -> list[End]:
    """List all expiries, the first one first: those of the certificates, and of issuers that expire before them."""
    found = (
        end
        for cluster in report["clusters"]
        for facts in certificates.readable(cluster)
        for end in ends_of(facts, cluster["name"], report)
    )
    return sorted(found, key=lambda end: (end.days, end.date))


def ends_of(facts: Certificate, cluster: str, report: Report) -> Iterator[End]:
    """Yield the expiry of a certificate, and that of an issuer that expires before it."""
    name = facts["name"]
    found = [(facts["days_remaining"], facts["not_after"], lane(facts))]
    if issuer_ends_first(facts):
        found.append((facts["chain_days_remaining"], facts["chain_not_after"], ISSUERS))
    for days, end, place in found:
        urgency = level(days, report["policy"], expired=end < report["generated_at"])
        yield End(days, end[:10], cluster, name, place, urgency)


def _scale(days: float) -> float:
    """Scale days, so that near ones get more room than far ones."""
    return math.copysign(math.log1p(abs(days) / 7), days)


def picture(ends: Sequence[End], policy: PolicyEntry) -> Picture:
    """Return the places of everything that is drawn."""
    last = min(_FURTHEST, max([400, *(end.days for end in ends)]))
    first = _PAST if any(end.days < 0 for end in ends) else 0
    low, high = _scale(first), _scale(last)

    def x(days: float) -> int:
        place = (_scale(min(max(days, first), last)) - low) / (high - low)
        return round(_LEFT + _MARGIN + place * (_WIDTH - _LEFT - _RIGHT - _MARGIN))

    found = {end.lane for end in ends}
    names = [name for name in (*LANES, ISSUERS) if name in found]
    lanes = {name: _TOP + _LANE * number + _LANE // 2 for number, name in enumerate(names)}
    bottom = _TOP + _LANE * len(names)
    dots = _dots(ends, lanes, x)
    return Picture(
        _WIDTH,
        bottom + 10,
        list(lanes.items()),
        [(name, x(days)) for days, name in _TICKS if days <= last],
        x(0),
        x(policy["fail_within"]),
        x(max(policy["fail_within"], policy["warn_within"])),
        _LEFT,
        _WIDTH - _RIGHT,
        _TOP,
        bottom,
        dots,
        {end: number for number, dot in enumerate(dots) for end in dot.ends},
    )


def _dots(ends: Sequence[End], lanes: Mapping[str, int], x: Callable[[float], int]) -> list[Dot]:
    groups: dict[tuple[str, str], list[_Near]] = {}
    for end in ends:
        near, place = groups.setdefault((end.lane, end.level), [_Near()]), x(end.days)
        if near[-1].ends and place - near[-1].middle >= _APART:
            near.append(_Near())
        near[-1].add(end, place)
    return [
        Dot(
            round(group.middle),
            lanes[lane],
            min(14, round(5 + 2.2 * math.log2(len(group.ends)))),
            urgency,
            group.ends,
            _title(lane, group.ends),
        )
        for (lane, urgency), near in groups.items()
        for group in near
    ]


class _Near:
    """Expiries that become one dot."""

    def __init__(self) -> None:
        self.ends: list[End] = []
        self._sum = 0

    def add(self, end: End, place: int) -> None:
        """Add one that is drawn at C(place)."""
        self.ends.append(end)
        self._sum += place

    @property
    def middle(self) -> float:
        """Return the mean of their places."""
        return self._sum / len(self.ends)


def _title(lane: str, group: Sequence[End]) -> str:
    some = ", ".join(f"{end.cluster} ({end.date}, {end.days} d)" for end in group[:4])
    more = f" and {len(group) - 4} more" if len(group) > 4 else ""
    return f"{lane}: {some}{more}"
