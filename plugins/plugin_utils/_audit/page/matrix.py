# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Clusters by certificate: how many days each has left, and its findings."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from .. import certificates
from ..types import Certificate, JudgedCluster, Report
from .timeline import LANES, lane, level

#: The most urgent first.
VERDICTS = ("unreachable", "failed", "warning", "ok")

_LEVELS = ("none", "ok", "warning", "critical", "expired", "unreadable")


@dataclass(frozen=True)
class Cell:
    """One certificate of one cluster, or several of the last column."""

    level: str
    days: int | None  # of the leaf, or of an issuer that expires before it
    flagged: bool  # something else was found of it that is to be fixed


@dataclass(frozen=True)
class Row:
    """One cluster."""

    name: str
    verdict: str
    first: int | None  # days until the first expiry
    cells: list[Cell]
    unseen: int  # checks that could not be made


@dataclass(frozen=True)
class Table:
    """The whole matrix."""

    columns: list[str]
    rows: list[Row]


_ABSENT = Cell("none", None, False)


def table(report: Report) -> Table:
    """Return the matrix of a report, the most urgent cluster first: by its verdict, then by its first expiry."""
    unseen = Counter(check["cluster"] for check in report["checks"] if check["outcome"] == "not_visible")
    flagged = {
        (finding["cluster"], finding["certificate"])
        for finding in report["findings"]
        if finding["severity"] != "info"
        and not finding["accepted"]
        and finding["check"] not in ("expiry", "issuer_expiry", "readable")
    }
    found: list[tuple[JudgedCluster, dict[str, Cell]]] = []
    for cluster in report["clusters"]:
        cells: dict[str, Cell] = {}
        for facts in certificates.of(cluster):
            column = lane(facts)
            cell = _cell(facts, report, (cluster["name"], facts["name"]) in flagged)
            cells[column] = max(cells.get(column, _ABSENT), cell, key=_urgency)
        found.append((cluster, cells))
    used = {column for _cluster, cells in found for column in cells}
    columns = [column for column in LANES if column in used]
    rows = [_row(cluster, cells, columns, unseen[cluster["name"]]) for cluster, cells in found]
    return Table(columns, sorted(rows, key=_rank))


def _cell(facts: Certificate, report: Report, flagged: bool) -> Cell:
    if facts.get("error"):
        return Cell("unreadable", None, flagged)
    days = facts["chain_days_remaining"]  # of the leaf, if it is the first to expire
    expired = facts["chain_not_after"] < report["generated_at"]
    return Cell(level(days, report["policy"], expired=expired), days, flagged)


def _urgency(cell: Cell) -> tuple[int, bool, int]:
    return _LEVELS.index(cell.level), cell.flagged, -(cell.days or 0)


def _rank(row: Row) -> tuple[int, float]:
    return VERDICTS.index(row.verdict), math.inf if row.first is None else row.first


def _row(cluster: JudgedCluster, cells: Mapping[str, Cell], columns: list[str], unseen: int) -> Row:
    first = min((cell.days for cell in cells.values() if cell.days is not None), default=None)
    return Row(cluster["name"], cluster["verdict"], first, [cells.get(column, _ABSENT) for column in columns], unseen)
