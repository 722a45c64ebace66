# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Tolerant readers of the fields of an API answer: a field of another type counts as one that is not there.

C(facts) is what the answer has where an object is expected, of whatever type it is. This is the door for what a server
says: what readers return can be shown as it is, but for what M(exact) returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Union

from .._untrusted import LONGEST, is_plain, printable

#: What identifies nodes and databases: numbers, but texts in some lists.
Uid = Union[int, str]

#: No number of the API comes near it.
_LARGEST = 2**63


def field(facts: Any, name: str) -> Any:
    """Return the field as it came; None where there is none."""
    return facts.get(name) if isinstance(facts, dict) else None


def uid(facts: Any, name: str = "uid") -> Uid | None:
    """Return the field, where it identifies something; it is sent back as it is, so nothing in it is replaced."""
    return plain(facts, name) or _whole_number(field(facts, name))


def text(facts: Any, name: str) -> str | None:
    """Return the field as it can be shown, where it is a text that is not empty."""
    value = exact(facts, name)
    return None if value is None else printable(value, LONGEST)


def plain(facts: Any, name: str) -> str | None:
    """Return the field as it came, where it is a text that can be shown as it is."""
    value = exact(facts, name)
    return value if value and is_plain(value) else None


def exact(facts: Any, name: str) -> str | None:
    """Return the field as it came, where it is a text that is not empty: PEM or a secret, which is not shown."""
    value = field(facts, name)
    return value if value and isinstance(value, str) else None


def flag(facts: Any, name: str) -> bool | None:
    """Return the field, where it is true or false."""
    value = field(facts, name)
    return value if isinstance(value, bool) else None


def number(facts: Any, name: str) -> int | None:
    """Return the field, where it is a whole number; some, such as thresholds of alerts, come as texts."""
    value = field(facts, name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return _whole_number(value)


def port(facts: Any, name: str) -> int | None:
    """Return the field, where it is the number of a port, be it written as text."""
    value = number(facts, name)
    return value if value is not None and 0 < value < 65536 else None


def mapping(facts: Any, name: str) -> Mapping[str, Any] | None:
    """Return the field, where it is an object."""
    value = field(facts, name)
    return value if isinstance(value, dict) else None


def entries(facts: Any, name: str) -> list[Any]:
    """Return the field, where it is a list; else an empty one."""
    value = field(facts, name)
    return value if isinstance(value, list) else []


def texts(facts: Any, name: str) -> tuple[str, ...]:
    """Return the texts in a list that are not empty, as they can be shown."""
    return tuple(printable(item, LONGEST) for item in entries(facts, name) if item and isinstance(item, str))


def mappings(facts: Any, name: str) -> list[Mapping[str, Any]]:
    """Return the objects in a list."""
    return [item for item in entries(facts, name) if isinstance(item, dict)]


def _whole_number(value: Any) -> int | None:
    usable = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST
    return value if usable else None
