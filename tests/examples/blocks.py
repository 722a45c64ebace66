# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples of the documentation, as blocks of text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"# ([\w./-]+\.(?:cfg|yml))\n")


@dataclass(frozen=True)
class Block:
    """One example.

    Attributes:
        page: the file that shows it, below the root of the repository.
        line: where it begins there.
        language: what the fence says.
        text: what is in it.
    """

    page: str
    line: int
    language: str
    text: str

    @property
    def first(self) -> str:
        """Its first line, by which a list names it."""
        return self.text.partition("\n")[0].strip()

    @property
    def file(self) -> str | None:
        """The file that the reader is to make of it, which its first line names."""
        found = _NAMED.match(self.text)
        return found[1] if found else None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.first}"


def pages() -> list[str]:
    """The files that hold examples."""
    patterns = ("*.md", "docs/*.md", "roles/*/README.md", "plugins/modules/*.py", "plugins/filter/*.py")
    found = (path for pattern in patterns for path in ROOT.glob(pattern))
    return sorted(page for page in (str(path.relative_to(ROOT)) for path in found) if any(blocks(page)))


def blocks(page: str) -> Iterator[Block]:
    """The examples of a file."""
    text = (ROOT / page).read_text(encoding="utf-8")
    if page.endswith(".md"):
        for fence in _FENCE.finditer(text):
            yield Block(page, text.count("\n", 0, fence.start()) + 2, fence[2], dedent(fence[3]))
        return
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "EXAMPLES":
            yield Block(page, statement.lineno + 1, "yaml", ast.literal_eval(statement.value).lstrip("\n"))
