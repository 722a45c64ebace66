# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What others wrote, be it a server, a certificate or a file, made fit to be shown.

A terminal acts on control characters (ANSI escape sequences, bidirectional overrides), a line break forges a line of a
log, and half of a surrogate pair can be neither printed nor written as UTF-8.
"""

from __future__ import annotations

from typing import Any

#: Characters that are kept of a name, a state or an address.
LONGEST = 256

#: Characters that are kept of a message, which may join several.
_LONGEST_MESSAGE = 4096

#: Levels that lists and objects may be nested; the API has fewer than ten.
_DEEPEST = 50


def printable(text: str, longest: int | None = None) -> str:
    """Return a text on one line, in which every character that does not print is written as its escape (C(\\x1b)).

    Args:
        longest: characters that are kept at the most, with what shows that more was there; None: all.
    """
    if longest is not None and len(text) > longest:
        text = f"{text[: longest - 3].rstrip()}..."
    if text.isprintable():
        return text
    return printable("".join(one if one.isprintable() else ascii(one)[1:-1] for one in text), longest)


def is_plain(text: str) -> bool:
    """Return whether a text can be shown as it is, so that nothing is lost when it is sent back."""
    return text == printable(text, LONGEST)


def printable_values(value: Any) -> Any:
    """Return the same JSON value with every text and every key as M(printable) shows it."""
    if isinstance(value, str):
        return printable(value, _LONGEST_MESSAGE)
    if isinstance(value, dict):
        return {printable(str(key), LONGEST): printable_values(one) for key, one in value.items()}
    return [printable_values(one) for one in value] if isinstance(value, (list, tuple)) else value


def writable(value: Any) -> Any:
    """Return the same result, in which lone surrogates are escaped; all else, line breaks too, is left as it is.

    The last net: a result that cannot be written is lost, and with it what the task has changed.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {writable(key): writable(one) for key, one in value.items()}
    return [writable(one) for one in value] if isinstance(value, (list, tuple)) else value


def is_nested_too_deeply(value: Any) -> bool:
    """Return whether a JSON value is nested so deeply that a walk through it may not come back."""
    level = [value]
    for _depth in range(_DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, (dict, list))
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True
