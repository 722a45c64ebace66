# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a row of the matrix is: one fault, and the outcome that is right for each operation that meets it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .operations import SEEN, SEVERAL, UNSEEN
from .scene import Arm

UNCHANGED, CHANGED, FAILED, BACK, PARTIAL = "unchanged", "changed", "failed_unchanged", "rolled_back", "partial"

#: Seconds: shorter than every deadline, and longer than all of them together.
A_WHILE, FOR_GOOD = 1.0, 60.0

Outcomes = Mapping[str, str]


@dataclass(frozen=True)
class Row:
    """One fault.

    :ivar name: unique in its section.
    :ivar arm: makes it happen.
    :ivar outcomes: what is right, by the key of the operation.
    :ivar options: of the module, besides those of every cell.
    :ivar writes: how many write requests are right, where that is the point; or that by the key of the operation.
    :ivar redirects: how many requests may reach followers at the most, which redirect them; None for any number, where
        the module cannot know better.
    :ivar deadline: whether a deadline has to pass, also where the outcome is ``changed``.
    """

    name: str
    arm: Arm
    outcomes: Outcomes
    options: Mapping[str, Any] = field(default_factory=dict)
    writes: int | Mapping[str, int] | None = None
    redirects: int | None = 0
    deadline: bool = False


def right(outcome: str, *operations: str) -> dict[str, str]:
    return dict.fromkeys(operations, outcome)


#: Where a node never follows, on certificates: that shows wherever anything does.
NOT_FOLLOWED = right(BACK, *SEEN, *SEVERAL) | right(CHANGED, *UNSEEN)


def declared(
    rows: Sequence[Row],
    usual: Outcomes,
    apart: Mapping[str, Outcomes] | None = None,
    *,
    usual_writes: int | None = None,
    writes: Mapping[str, int] | None = None,
    without: Collection[str] = (),
) -> list[Row]:
    """The same faults, met by other operations.

    :param usual: what is right.
    :param apart: what is right instead, by the name of the row.
    :param writes: likewise.
    :param without: names of rows that cannot happen to these operations.
    :raises ValueError: there is no row of a name.
    """
    apart, writes = apart or {}, writes or {}
    unknown = {*apart, *writes, *without} - {row.name for row in rows}
    if unknown:
        raise ValueError(f"no rows: {unknown}")
    return [
        replace(row, outcomes={**usual, **apart.get(row.name, {})}, writes=writes.get(row.name, usual_writes))
        for row in rows
        if row.name not in without
    ]
