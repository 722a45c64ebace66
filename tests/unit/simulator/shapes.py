# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes of JSON values, and what in a value differs from its shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Union

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "time": (str,),
}


@dataclass(frozen=True)
class ListOf:
    """A list whose entries have one shape."""

    of: Shape


@dataclass(frozen=True)
class MapOf:
    """An object whose fields are names, with values of one shape."""

    of: Shape


@dataclass(frozen=True)
class Fields:
    """An object.

    :ivar needed: fields that are always there.
    :ivar more: fields that may be there; no other may.
    """

    needed: Mapping[str, Shape] = field(default_factory=dict)
    more: Mapping[str, Shape] = field(default_factory=dict)


Shape = Union[str, tuple[str, ...], ListOf, MapOf, Fields]
"""A kind (string, integer, number, boolean, time), the texts that are allowed, or one of the classes above."""


def deviations(value: Any, shape: Shape, place: str = "answer") -> Iterator[str]:
    """Name each part of ``value`` that differs from ``shape``."""
    if isinstance(shape, ListOf):
        yield from _entries(value, list, shape.of, place)
    elif isinstance(shape, MapOf):
        yield from _entries(value, dict, shape.of, place)
    elif isinstance(shape, Fields):
        yield from _fields(value, shape, place)
    elif isinstance(shape, tuple):
        if value not in shape:
            yield f"{place} is {value!r}, not one of {', '.join(shape)}"
    elif not isinstance(value, _KINDS[shape]) or isinstance(value, bool) != (shape == "boolean"):
        yield f"{place} is no {shape}"
    elif shape == "time" and not _TIME.fullmatch(str(value)):
        yield f"{place} is no time of RFC 3339"


def _entries(value: Any, kind: type, shape: Shape, place: str) -> Iterator[str]:
    if not isinstance(value, kind):
        yield f"{place} is no {kind.__name__}"
        return
    entries: Any = value
    for name, one in entries.items() if kind is dict else enumerate(entries):
        yield from deviations(one, shape, f"{place}[{name!r}]")


def _fields(value: Any, shape: Fields, place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place} is no object"
        return
    known = {**shape.needed, **shape.more}
    yield from (f"{place}.{name} is missing" for name in shape.needed if name not in value)
    yield from (f"{place}.{name} is unknown" for name in value if name not in known)
    for name, one in value.items():
        if name in known:
            yield from deviations(one, known[name], f"{place}.{name}")
