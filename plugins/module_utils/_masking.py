# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Masking of secrets in results, as AnsibleModule does it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ansible.module_utils.common.parameters import remove_values


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


def _texts(value: Any) -> set[str]:
    """Return all that is compared: the values, not the keys."""
    texts = set()
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, (dict, list)):
            rest.extend(one.values() if isinstance(one, dict) else one)
        else:
            texts.add(str(one))
    return texts
