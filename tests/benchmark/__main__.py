# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python -m benchmark FILE``: measure everything, and write the page. ``BENCH=quick`` tries each case only."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from . import audit, fleets, memory, nodes, plans, report_page, role, rotation, single, trial
from .report import page
from .targets import Results

_Result = TypeVar("_Result")


class Extent(NamedTuple):
    """How much is measured."""

    tasks: int  # rounds
    plays: int  # rounds of what takes longer
    fleets: int  # rounds
    sizes: Sequence[int]
    alone: int  # the largest fleet of which each cluster has a task of its own
    by_uri: int  # the largest that uri looks at, which takes minutes
    forks: Sequence[int]
    held: float  # seconds for which clusters keep forks waiting
    nodes: Sequence[int]
    latencies: Sequence[float]
    unchanged: int  # clusters of which nothing is due
    due: int
    serials: Sequence[int]
    page: int  # clusters on one page


WHOLE = Extent(
    21, 6, 2, (10, 100, 500, 1000), 500, 100, (5, 20, 50), 12.0, (1, 3, 10, 30), (0.0, 0.1), 200, 40, (1, 20), 500
)
QUICK = Extent(1, 1, 1, (2, 4, 40), 4, 2, (2,), 1.0, (1, 2), (0.1,), 3, 2, (1, 2), 12)


def _ways(extent: Extent) -> Callable[[int, int], Sequence[str]]:
    def of(size: int, forks: int) -> Sequence[str]:
        usual = forks == extent.forks[len(extent.forks) // 2]
        ways = [fleets.CLIENT, fleets.FLEET, fleets.AUDIT] if usual else []
        if size <= extent.alone:
            ways.append(fleets.INFO)
        if size <= extent.by_uri:
            ways.append(fleets.URI)
            if usual:
                ways.append(fleets.MODULE)
        return ways

    return of


def measure(extent: Extent) -> Results:
    """Measure everything."""
    done = iter(range(1, 13))

    def part(name: str, measuring: Callable[[Path], _Result]) -> _Result:
        print(f"  {next(done)} of 12: {name}", flush=True)
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            return measuring(Path(folder))

    forks = (min(extent.forks), max(extent.forks)) if len(extent.forks) > 1 else (1, *extent.forks)
    return Results(
        single=part("one task", lambda folder: single.measure(folder, extent.tasks)),
        audit=part("the audit of one cluster", lambda folder: audit.measure(folder, extent.plays)),
        five=part("five certificates", lambda folder: rotation.measure_five(folder, extent.plays)),
        ten_rsa=part("ten, RSA", lambda folder: rotation.measure_ten(folder, "rsa", extent.plays)),
        ten_ec=part("ten, EC", lambda folder: rotation.measure_ten(folder, "ec", extent.plays)),
        rates=part(
            "fleets",
            lambda folder: fleets.measure(folder, extent.sizes, extent.forks, _ways(extent), extent.fleets),
        ),
        memory=part(
            "memory",
            lambda folder: fleets.measure_memory(folder, forks, extent.held) if memory.available() else [],
        ),
        proofs=part("proofs", lambda folder: nodes.measure(folder, extent.nodes, extent.latencies, extent.plays)),
        trials=part("trials", lambda folder: trial.measure(folder, extent.tasks)),
        plans=part(
            "plans",
            lambda folder: plans.measure(folder, extent.unchanged, extent.due, 0.1, extent.serials, extent.fleets),
        ),
        role=part("the role", lambda folder: role.measure(folder, extent.plays)),
        page=part("the page", lambda folder: report_page.measure(folder, extent.page, extent.tasks)),
    )


def main() -> int:
    """Run the command; the exit code says whether all was measured, not whether it was fast."""
    results = measure(QUICK if os.environ.get("BENCH") == "quick" else WHOLE)
    Path(sys.argv[1]).write_text(page(results), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
