# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The matrix as a table: for the terminal, and for docs/faults.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from .parts import PARTS, Part

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/faults.md"
_BEGIN = "<!-- What follows is written by the tests: see above. -->\n"


class Place(NamedTuple):
    """Of a cell in the matrix."""

    section: str
    row: str
    operation: str  # key


class Seen(NamedTuple):
    """What came of a cell."""

    outcome: str
    writes: int
    requests: int
    seconds: float
    wrong: bool  # whether its test failed

    def __str__(self) -> str:
        mark = " WRONG" if self.wrong else ""
        return f"{self.outcome} {self.writes}/{self.requests} {self.seconds:.1f} s{mark}"


def places() -> Iterable[Place]:
    """All of them, in order."""
    for part in PARTS:
        for section, rows in part.sections.items():
            for row in rows:
                for operation in part.operations:
                    yield Place(section, row.name, operation.key)


def _lines(part: Part, section: str, seen: Mapping[Place, Seen]) -> list[list[str]]:
    """The cells of one section's table, with a head; rows without any cell are left out."""
    lines = [["fault", *(operation.title for operation in part.operations)]]
    for row in part.sections[section]:
        cells = [seen.get(Place(section, row.name, operation.key)) for operation in part.operations]
        if any(cells):
            lines.append([row.name, *("" if cell is None else str(cell) for cell in cells)])
    return lines if len(lines) > 1 else []


def _aligned(lines: Sequence[Sequence[str]]) -> list[list[str]]:
    widths = [max(map(len, column)) for column in zip(*lines)]
    return [[text.ljust(width) for text, width in zip(line, widths)] for line in lines]


def as_text(seen: Mapping[Place, Seen]) -> str:
    """For the terminal."""
    texts = []
    for part in PARTS:
        for section in part.sections:
            lines = _lines(part, section, seen)
            if lines:
                title = f"{part.title}: {section}"
                texts.append("\n".join([title, *(f"  {'  '.join(line).rstrip()}" for line in _aligned(lines)), ""]))
    return "\n".join(texts).replace("`", "")


def as_markdown(seen: Mapping[Place, Seen]) -> str:
    """For the documentation."""
    texts = []
    for part in PARTS:
        texts.append(f"## {part.title}\n")
        for section in part.sections:
            head, *rows = _aligned(_lines(part, section, seen))
            rule = ["-" * len(text) for text in head]
            lines = [f"| {' | '.join(line)} |" for line in (head, rule, *rows)]
            texts.append("\n".join([f"### {section}\n", *lines, ""]))
    return "\n".join(texts)


def write(seen: Mapping[Place, Seen]) -> None:
    """Replace the table in the documentation."""
    introduction = DOCUMENT.read_text(encoding="utf-8").partition(_BEGIN)[0]
    DOCUMENT.write_text(f"{introduction}{_BEGIN}\n{as_markdown(seen)}", encoding="utf-8")


def documented() -> dict[Place, str]:
    """The outcome that the documentation shows, for each cell."""
    found: dict[Place, str] = {}
    section, keys = "", list[str]()
    titles = {operation.title: operation.key for part in PARTS for operation in part.operations}
    for line in DOCUMENT.read_text(encoding="utf-8").partition(_BEGIN)[2].splitlines():
        name, *cells = [text.strip() for text in line.strip("|").split(" | ")]
        if line.startswith("### "):
            section = line[4:]
        elif name == "fault":
            keys = [titles.get(title, title) for title in cells]
        elif cells and not name.startswith("---"):
            found |= {Place(section, name, key): text.partition(" ")[0] for key, text in zip(keys, cells)}
    return found
