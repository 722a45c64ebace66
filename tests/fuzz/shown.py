# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all that is shown has to keep to: it can be written, holds no secret, and does nothing in a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from simulator.keys import secret_lines

#: Characters of a password that is no ordinary word.
_LONG = 8


@dataclass(frozen=True)
class Promises:
    """What no output may hold.

    Attributes:
        secrets: the lines of private keys, and passwords.
    """

    secrets: frozenset[str]

    @classmethod
    def about(cls, keys: Iterable[str], passwords: Iterable[str]) -> Promises:
        """Keep private keys in PEM, and passwords, out of what is shown."""
        return cls(frozenset((*secret_lines(*keys), *(one for one in passwords if len(one) >= _LONG))))

    def broken(self, shown: Any, *, printable: bool) -> str | None:
        """Return the first of the promises that what is shown breaks.

        Args:
            shown: a value of JSON, or a text.
            printable: whether it must have no character that could act on a terminal.
        """
        try:
            text = json.dumps(shown, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            return f"shows what is no JSON ({type(error).__name__})"
        for one in self.secrets:
            if one in text:
                return "shows a private key or a password"
        # A half of a surrogate pair is not printable, either.
        if printable and not all(one.replace("\n", "").isprintable() for one in texts(shown)):
            return "shows a character that could act on a terminal"
        return None


def texts(value: Any) -> Iterator[str]:
    """Yield all texts in a value of JSON, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from texts(key)
            yield from texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from texts(one)
