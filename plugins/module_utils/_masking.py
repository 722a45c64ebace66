# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Masking of secrets in results, as AnsibleModule does it, and secrets that occur in what results say."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ansible.module_utils.common.parameters import remove_values

#: The words by which roles, reports and users decide, whichever of them a result has in the end.
WORDS = (
    *("unchanged", "changed", "failed_unchanged", "rolled_back", "partial"),  # outcomes
    *("verified", "reported", "not_visible", "unreachable", "stale", "failed"),  # what nodes show
    *("none", "update", "delete", "rotate", "issue"),  # actions
    *("in-sync", "syncing", "out-of-sync", "finished", "error", "warning"),
)

#: The fields whose texts are sentences for people, in which a mask does no harm.
_SENTENCES = frozenset(
    {"msg", "warnings", "problem", "text", "description", "remedy", "error", "retried", "diff", "invocation"}
)


def mask_secrets(result: Mapping[str, Any], secrets: Collection[str]) -> dict[str, Any]:
    """Return the result as Ansible masks it, with JSON's types.

    Ansible compares each text with each secret, and a fleet has many of both: a fifth of all its time went there. So it
    is only given the secrets that are anywhere in a field.
    """
    return {name: _masked(value, secrets) for name, value in json.loads(json.dumps(result)).items()}


def longest_first(secrets: Iterable[str]) -> list[str]:
    """Return secrets in the order to mask them: of a key, a short last line is only masked with the rest of it."""
    return sorted(secrets, key=len, reverse=True)


def _masked(value: Any, secrets: Collection[str]) -> Any:
    if value is None or isinstance(value, bool):  # which Ansible always shows
        return value
    text = "\0".join(_texts(value))
    found = longest_first(secret for secret in secrets if secret in text)
    return remove_values(value, found) if found else value


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
        else:
            texts.add(str(one))
    return texts
