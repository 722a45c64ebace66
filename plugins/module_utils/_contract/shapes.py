# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Types of JSON values, and objects against the fields that the contract gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .vocabulary import MISSING, Fact

#: By field, the JSON types that its value may have.
Shape = Mapping[str, Sequence[str]]

TEXT, NUMBER, BOOLEAN, OBJECT, ARRAY = ("string",), ("number",), ("boolean",), ("object",), ("array",)


def kind(value: Any) -> str:
    """Return the JSON type of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def kind_of(field: str, holder: Mapping[str, Any]) -> str:
    """Return the JSON type of a field of an object, or V(missing)."""
    return kind(holder[field]) if field in holder else MISSING


def deviations(holders: Iterable[Mapping[str, Any]], shape: Shape) -> list[Fact]:
    """Return a fact for each field that is of another type in one of the objects."""
    listed = list(holders)
    found = {field: dict.fromkeys(kind_of(field, holder) for holder in listed) for field in shape}
    return [Fact(field, *kinds) for field, kinds in found.items() if not set(kinds) <= set(shape[field])]


def at(value: Any, *fields: str) -> Any:
    """Return what is below fields of objects within each other; None where one of them is not there."""
    for field in fields:
        value = value.get(field) if isinstance(value, dict) else None
    return value


def dicts(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects in a list; empty if it is not a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
