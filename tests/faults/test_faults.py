# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every fault meets every write operation; docs/faults.md says what came of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from . import cell, table, truth
from .catalogue import ALL, BACK, CHANGED, FAILED, PARTIAL, SECTIONS, UNCHANGED, Row
from .cell import Materials
from .conftest import WRITE
from .module import Module
from .operations import OPERATIONS, Operation

#: Cells with these outcomes wait for deadlines: they come first, so that none is left running alone at the end.
_LONGEST_FIRST = (PARTIAL, BACK, FAILED, CHANGED, UNCHANGED)


def _cells() -> list[tuple[str, Row, Operation]]:
    cells = [
        (section, row, operation) for section, rows in SECTIONS.items() for row in rows for operation in OPERATIONS
    ]
    return sorted(cells, key=lambda cell: _LONGEST_FIRST.index(cell[1].outcomes.get(cell[2].key, PARTIAL)))


def _id(value: object) -> str:
    if isinstance(value, Row):
        return value.name
    return value.key if isinstance(value, Operation) else str(value)


@pytest.mark.parametrize(("section", "row", "operation"), _cells(), ids=_id)
def test_cell(
    section: str,
    row: Row,
    operation: Operation,
    materials: Materials,
    module: Module,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
    documented: dict[table.Place, str],
    request: pytest.FixtureRequest,
) -> None:
    with cell.cluster_for(operation) as cluster:
        ran = cell.run(cluster, operation, row, materials, module, monkeypatch)
        place = table.Place(section, row.name, operation.key)
        figures = (ran.outcome, len(ran.writes), len(ran.requests), ran.seconds)
        record_property("cell", (tuple(place), figures))
        truth.check(ran)
        assert operation.key in row.outcomes, "nobody has declared what is right here"
        assert ran.outcome == row.outcomes[operation.key], ran.result.get("msg")
    if not request.config.getoption(WRITE):
        assert documented.get(place) == ran.outcome, f"docs/faults.md says otherwise; to write it anew: {WRITE}"


def test_every_operation_is_declared() -> None:
    assert tuple(operation.key for operation in OPERATIONS) == ALL


def test_names_are_unique() -> None:
    places = list(table.places())
    assert len(set(places)) == len(places)


def test_documentation_has_every_cell_and_no_other(
    documented: dict[table.Place, str], request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption(WRITE):
        assert list(documented) == list(table.places())
