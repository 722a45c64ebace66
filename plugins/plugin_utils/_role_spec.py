# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables that the roles of this collection declare.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ansible.module_utils.common.yaml import yaml_load
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import ENVIRONMENT

_COLLECTION = Path(__file__).resolve().parents[2]
_ROLES = _COLLECTION / "roles"

_CONNECTION = "redis_enterprise_"

#: Lists of names that have commas themselves.
_WITH_COMMAS = frozenset({"audit_allowed_issuers"})

#: What is meant by a variable that is called as that of the environment is.
_AS_IN_ENVIRONMENT = {variable.lower(): option for option, variable in ENVIRONMENT.items()}

#: How much of a name, without its prefix, has to be the same for the other one to be meant.
_CLOSE = 0.8


def role_spec(role: str, *entry_points: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the variables of a role, as an argument spec.

    Args:
        entry_points: those whose variables are meant; all, if none is given.
    """
    return {
        name: option
        for entry_point, declares in _declared(role).items()
        if not entry_points or entry_point in entry_points
        for name, option in declares["options"].items()
    }


def prepare(role: str) -> None:
    """Read what the others need before Ansible forks its workers, each of which would read it again."""
    _declared(role)
    _known()


def misspelt(role: str, names: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each variable that is almost one of a role, and so without an effect.

    Variables of the connection are not judged for the role V(audit): what is wrong with one cluster is a line of its
    report.

    Args:
        names: of all variables that a host has.
    """
    prefixes = (f"{role}_",) if role == "audit" else (f"{role}_", _CONNECTION)
    known = _known()
    for name in names:
        prefix = next((one for one in prefixes if name.startswith(one)), None)
        if prefix is None or name in known or name.startswith(f"{prefix}_"):
            continue
        others = [one.removeprefix(prefix) for one in known if one.startswith(prefix)]
        close = get_close_matches(name.removeprefix(prefix), others, 1, _CLOSE)
        for meant in [_AS_IN_ENVIRONMENT[name]] if name in _AS_IN_ENVIRONMENT else close:
            yield f"{name}: no such variable. Did you mean {prefix}{meant}? Rename it, or remove it."


def not_lists(role: str, given: Mapping[str, Any], spec: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield a sentence for each text that would be taken for another list than the one that is meant.

    Ansible splits a text at its commas and keeps the spaces; the tasks of V(awx_setup) do not split it. The lists of
    V(rotation) are read by plugins, without the spaces.

    Args:
        given: the variables.
        spec: what the role declares of them.
    """
    for name, option in {} if role == "rotation" else spec.items():
        value, split = given.get(name), role != "awx_setup" and name not in _WITH_COMMAS
        if isinstance(value, Mapping):
            inner = {f"{name}.{one}": about for one, about in option.get("options", {}).items()}
            yield from not_lists(role, {f"{name}.{one}": value[one] for one in value}, inner)
        elif isinstance(value, str) and value.strip() and option.get("elements") == "str":
            if not (role == "awx_setup" or "," in value) or (split and re.fullmatch(r"[^\s,]+(,[^\s,]+)*", value)):
                continue
            also = ", or as ONE,TWO without spaces" if split else ""
            yield f'{name}: must be a list. Give it as {{"{name.rpartition(".")[2]}": ["ONE", "TWO"]}}{also}.'


@functools.cache
def _declared(role: str) -> Mapping[str, Any]:
    """Return what a role declares, by its entry points."""
    text = (_ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    return yaml_load(text)["argument_specs"]  # type: ignore[no-any-return]


@functools.cache
def _known() -> frozenset[str]:
    """Return every name that the roles and playbooks of this collection use, or set."""
    files = (path for folder in ("roles", "playbooks") for path in (_COLLECTION / folder).rglob("*.yml"))
    found = {name for path in files for name in re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+", path.read_text("utf-8"))}
    return frozenset(found | {f"{_CONNECTION}{one}" for one in ("in_process", "text_output")})
