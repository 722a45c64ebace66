# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text tables for logs.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest

#: Columns of a terminal that a line takes at most.
WIDTH = 100

_GAP = "  "
#: Columns of a label.
_LABEL = 14
#: Narrower, and a column of words is unreadable.
_NARROW = 12


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = WIDTH, sentences: Sequence[int] = ()
) -> list[str]:
    """Return the rows under their header, as lines with aligned columns.

    Args:
        width: of a line. None: as long as it has to be.
        sentences: the columns that yield where a line would be longer, and go on below; all, where that is not enough.
    """
    lines = [list(header), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    if width is not None:
        room = width - len(_GAP) * (len(widths) - 1)
        for columns in (sentences, range(len(widths))):
            _narrow(widths, columns, room)
    return [text for line in lines for text in _laid_out(line, widths)]


def _narrow(widths: list[int], columns: Sequence[int], room: int) -> None:
    """Take from the widest of some columns what is too much for all of them, until none of these is wide."""
    while sum(widths) > room:
        wide = [column for column in columns if widths[column] > _NARROW]
        if not wide:
            return
        widest = max(wide, key=lambda column: widths[column])
        widths[widest] -= 1


def _laid_out(cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    wrapped = [textwrap.wrap(cell, size) or [""] for cell, size in zip(cells, widths)]
    for parts in zip_longest(*wrapped, fillvalue=""):
        yield _GAP.join(part.ljust(size) for part, size in zip(parts, widths)).rstrip()


def labelled(label: str, text: str) -> list[str]:
    """Return a text behind a short label, in the column that all lines of a block share."""
    return paragraph(f"{label:{_LABEL}}", text)


def paragraph(first: str, text: str) -> list[str]:
    """Return a text behind what begins its first line; the lines below are indented as far.

    Words that are longer than a line, such as paths and URLs, are left whole to be copied.

    Args:
        first: such as a name, with what sets it off.
    """
    return textwrap.wrap(
        first + text,
        WIDTH,
        subsequent_indent=" " * min(len(first), WIDTH // 3),
        break_long_words=False,
        break_on_hyphens=False,
    )
