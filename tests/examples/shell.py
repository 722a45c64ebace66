# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A shell on a terminal, in which examples are typed, and what they ask for is answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pexpect

#: More than any command takes on a slow machine.
_SECONDS = 300
_ENDED = r"<ended (\d+)>$"
_CONTINUED = r"<continued>$"


@dataclass(frozen=True)
class Typed:
    """A command that has ended.

    Attributes:
        lines: as the page has them.
        code: its exit code.
        output: what the terminal showed.
    """

    lines: str
    code: int
    output: str


class Shell:
    """A bash without settings; a context manager.

    Args:
        answers: what is typed when the terminal shows a text that ends in a pattern.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], answers: Mapping[str, str]) -> None:
        self._answers = list(answers.values())
        self._shown = [re.compile(one) for one in (_ENDED, _CONTINUED, *(f"{pattern}$" for pattern in answers))]
        self._bash = pexpect.spawn(
            "bash",
            ["--norc", "--noprofile", "--noediting"],
            cwd=str(folder),
            env={**environment, "PS1": "<ended $?>", "PS2": "<continued>", "HISTFILE": ""},
            encoding="utf-8",
            echo=False,
            timeout=_SECONDS,
            dimensions=(50, 200),
        )
        self._bash.delaybeforesend = None

    def __enter__(self) -> Shell:
        self._read()
        return self

    def __exit__(self, *_error: object) -> None:
        self._bash.close(force=True)

    def type(self, text: str, typed: str) -> Iterator[Typed]:
        """Type lines, and yield each command when it has ended. Which lines belong together, bash knows.

        Args:
            text: as the page has them.
            typed: with the names of clusters that exist.
        """
        shown = []
        for line, real in zip(text.splitlines(), typed.splitlines(), strict=True):
            shown.append(line)
            self._bash.sendline(real)
            code, output = self._read()
            if code is not None:
                yield Typed("\n".join(shown), code, output)
                shown = []
        assert not shown, f"bash wants more lines: {text}"

    def _read(self) -> tuple[int | None, str]:
        """Wait for the next prompt; return the exit code, unless the command goes on in the next line."""
        output = ""
        while True:
            found = self._bash.expect(self._shown)
            output += self._bash.before
            if found == 0:
                return int(self._bash.match[1]), output
            if found == 1:
                return None, output
            output += self._bash.match[0]
            self._bash.sendline(self._answers[found - 2])
