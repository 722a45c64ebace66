# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Masking of secrets in results, as AnsibleModule does it, and secrets that occur in what results say."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

#: What Ansible shows in place of a value that is a secret, and in place of one within a text.
_WHOLE, _PART = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "********"

#: The words by which roles, reports and users decide, whichever of them a result has in the end.
WORDS = (
    *("unchanged", "changed", "failed_unchanged", "rolled_back", "partial"),  # outcomes
    *("verified", "reported", "not_visible", "unreachable", "stale", "failed"),  # what nodes show
    *("handshake", "metrics", "api"),  # by what
    *("complete", "partial", "reported", "none"),  # how far it is proven
    *("update", "delete", "rotate", "issue"),  # actions
    *("in-sync", "syncing", "out-of-sync", "finished", "error", "warning"),
)

#: The fields whose texts are sentences for people, in which a mask does no harm.
_SENTENCES = frozenset(
    {"msg", "warnings", "problem", "text", "description", "remedy", "error", "retried", "diff", "invocation"}
)


def mask_secrets(result: Mapping[str, Any], secrets: Collection[str]) -> dict[str, Any]:
    """Return the result as Ansible up to 2.21 masks it, with JSON's types. Its own function ends with 2.25.

    To compare each text with each secret took a fifth of the time of a fleet, which has many of both. So only the
    secrets that are anywhere in a field are looked for in it.
    """
    return {name: _masked(value, secrets) for name, value in json.loads(json.dumps(result)).items()}


def longest_first(secrets: Iterable[str]) -> list[str]:
    """Return secrets in the order to mask them: of a key, a short last line is only masked with the rest of it."""
    return sorted(secrets, key=len, reverse=True)


def _masked(value: Any, secrets: Collection[str]) -> Any:
    text = "\0".join(_texts(value))
    found = longest_first(secret for secret in secrets if secret in text)
    return _without(value, found) if found else value


def _without(value: Any, secrets: Sequence[str]) -> Any:
    """Return a value without secrets, which are given in the order to mask them."""
    if isinstance(value, dict):
        return {name: _without(one, secrets) for name, one in value.items()}
    if isinstance(value, list):
        return [_without(one, secrets) for one in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if value in secrets:
            return _WHOLE
        for secret in secrets:
            value = value.replace(secret, _PART)
        return value
    return _WHOLE if any(secret in str(value) for secret in secrets) else value


def occurring(secrets: Iterable[str], value: Any) -> set[str]:
    """Return the secrets that masking would find in a value, but for its sentences."""
    text = "\0".join(_texts(value, _SENTENCES))
    return {secret for secret in secrets if secret in text}


def _texts(value: Any, without: Collection[str] = ()) -> set[str]:
    """Return all that is compared: the values, not the keys.

    Args:
        without: fields of dictionaries that are left out.
    """
    texts = set()
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, dict):
            rest.extend(inner for name, inner in one.items() if name not in without)
        elif isinstance(one, (list, tuple)):
            rest.extend(one)
        elif one is not None and not isinstance(one, bool):  # which are never masked
            texts.add(str(one))
    return texts
