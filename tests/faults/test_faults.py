# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every fault meets every write operation; docs/faults.md says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from . import cell, table, truth
from .conftest import WRITE
from .module import PYTHONS, Module
from .operations import Operation
from .parts import PARTS
from .rows import BACK, PARTIAL, Row
from .setting import Materials, opened

_Cell = tuple[str, Row, Operation, int]

#: Cells with these outcomes wait for deadlines, and the others work. After each one come so many others, so that at any
#: time some workers wait and some work, and that none waits alone at the end.
_WAITING = (PARTIAL, BACK)
_OTHERS = 3


def _cells() -> list[_Cell]:
    """Every cell, and which Python runs it: as on a chessboard, so that each row and each column meets both."""
    cells = [
        (section, row, operation, (down + across) % len(PYTHONS))
        for part in PARTS
        for section, rows in part.sections.items()
        for down, row in enumerate(rows)
        for across, operation in enumerate(part.operations)
    ]
    work: list[_Cell] = []
    wait: list[_Cell] = []
    for one in cells:
        (wait if one[1].outcomes.get(one[2].key, PARTIAL) in _WAITING else work).append(one)
    mixed = [one for at, first in enumerate(wait) for one in (first, *work[_OTHERS * at : _OTHERS * (at + 1)])]
    return mixed + work[_OTHERS * len(wait) :]


def _id(value: object) -> str:
    if isinstance(value, Row):
        return value.name
    if isinstance(value, Operation):
        return value.key
    return ("newest", "oldest")[value] if isinstance(value, int) else str(value)


@pytest.mark.parametrize(("section", "row", "operation", "python"), _cells(), ids=_id)
def test_cell(
    section: str,
    row: Row,
    operation: Operation,
    python: int,
    materials: Materials,
    modules: Sequence[Module],
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
    documented: dict[table.Place, str],
    request: pytest.FixtureRequest,
) -> None:
    with opened(operation, materials) as setting:
        ran = cell.run(setting, row, modules[python], monkeypatch)
        place = table.Place(section, row.name, operation.key)
        figures = (ran.outcome, len(ran.writes), len(ran.requests), ran.seconds)
        record_property("cell", (tuple(place), figures))
        truth.check(ran)
        assert operation.key in row.outcomes, "nobody has declared what is right here"
        assert ran.outcome == row.outcomes[operation.key], ran.result.get("msg")
    if not request.config.getoption(WRITE):
        assert documented.get(place) == ran.outcome, f"docs/faults.md says otherwise; to write it again: {WRITE}"


def test_names_are_unique() -> None:
    places = list(table.places())
    assert len(set(places)) == len(places)


def test_documentation_has_every_cell_and_no_other(
    documented: dict[table.Place, str], request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption(WRITE):
        assert list(documented) == list(table.places())
