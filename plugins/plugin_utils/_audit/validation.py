# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Check that what was read has its type: fleet data that of C(ClusterData), a policy that of C(PolicyEntry)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import NoneType, UnionType
from typing import Any, Optional, Union, get_args, get_origin, get_type_hints, is_typeddict

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.cluster_data import ClusterData
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import IsoTime
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.facts import NO_FACTS

from .times import moment
from .types import PolicyEntry

#: What JSON has for a type, where that is another one.
_JSON: Mapping[Any, Any] = {IsoTime: str, Sequence: list, Mapping: dict, Any: object}

#: Neither infinity nor NaN are numbers of JSON, although Python reads both; and formats print what is much smaller.
_LARGEST = 1e12

_hints = cache(get_type_hints)


def problem(cluster: object) -> str | None:
    """Return what is wrong with the data of one cluster; None when nothing is."""
    return next(_problems(cluster, ClusterData, "the cluster", "the cluster"), None)


def problem_of_policy(policy: object) -> str | None:
    """Return what is wrong with the policy of a report; None when nothing is."""
    return next(_problems(policy, PolicyEntry, "the policy", "the policy"), None)


def _problems(value: Any, hint: Any, name: str, where: str) -> Iterator[str]:
    """Yield what is wrong with a value.

    Args:
        hint: its type.
        name: of the key that has it.
        where: that key, and what has it.
    """
    choices = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    wanted, content = choices[0], get_args(choices[0])
    if value is None and NoneType in choices:
        return
    if is_typeddict(wanted):
        yield from _problems_of_keys(value, wanted, name)
    elif not _fits(value, _types(choices)):
        yield f"{where} has a wrong type"
    elif content:
        for entry in value.values() if isinstance(value, dict) else value:
            yield from _problems(entry, content[-1], name, f"an entry of {name}")
    elif wanted is IsoTime:
        try:
            moment(value)
        except ValueError:
            yield "a time is not written as 2026-12-31T23:59:59Z"


def _problems_of_keys(value: Any, form: Any, name: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{name} is not a dictionary"
        return
    hints = _hints(form)
    if hints.keys() >= NO_FACTS.keys():
        label = value.get("certificate", value.get("name"))
        name = f"certificate {label}" if label else name
        if value.get("error"):
            hints = {key: Optional[hint] if key in NO_FACTS else hint for key, hint in hints.items()}
    for key, hint in hints.items():
        if key in value:
            yield from _problems(value[key], hint, key, f"{key} of {name}")
        elif key in form.__required_keys__:
            yield f"{name} has no {key}"


def _fits(value: Any, types: tuple[Any, ...]) -> bool:
    """Check whether a value is of one of these types, as JSON has them."""
    if isinstance(value, bool):  # Python counts it among the whole numbers
        return bool in types or object in types
    if float in types and isinstance(value, (int, float)):
        return abs(value) <= _LARGEST
    return isinstance(value, types)


def _types(hints: tuple[Any, ...]) -> Any:
    """Return what the value is an instance of."""
    plain = (get_origin(hint) or hint for hint in hints)
    return tuple(_JSON.get(one, one) for one in plain)
