# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The benchmark measures every case, and each task that it measures does its work; how fast is not asked."""

from __future__ import annotations

from benchmark.__main__ import QUICK, measure
from benchmark.fleets import AUDIT, CLIENT, FLEET, INFO, MODULE, URI
from benchmark.report import page
from benchmark.rotation import FIVE, TEN
from benchmark.targets import TARGETS


def test_every_case_is_measured_and_reported() -> None:
    results = measure(QUICK)
    assert [len(times) for times in results[:5]] == [7, 2, 5, 3, 3]
    assert all(spread.low > 0 for times in results[:5] for spread in times.values())
    assert {(one.way, one.clusters) for one in results.rates} == {
        *((way, clusters) for way in (AUDIT, CLIENT, FLEET) for clusters in (2, 4, 40)),
        (INFO, 2),
        (INFO, 4),
        (URI, 2),
        (MODULE, 2),
    }
    assert {(len(one.names), one.nodes) for one in results.proofs} == {(1, 1), (1, 2), (5, 1), (5, 2)}
    assert [cost.trial.low > 0 and cost.check.low > 0 for cost in results.trials.values()] == [True] * 3
    assert [spread.low > 0 for spread in results.role.values()] == [True] * 2
    assert (len(FIVE), len(set(TEN))) == (5, 10)

    assert results.page is None or all(one.low > 0 for one in results.page[3:])

    text = page(results)
    for target in TARGETS:
        assert target.text in text
    for heading in (
        "The machine",
        "One task",
        "The audit",
        "five",
        "ten",
        "Fleets",
        "Memory",
        "Proofs",
        "Plans",
        "The role",
        "The page",
    ):
        assert f"{heading}" in text
    assert "nan" not in text
