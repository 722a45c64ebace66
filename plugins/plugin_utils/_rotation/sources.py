# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role rotation knows of the sources of its material.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

#: Material that is there already.
GIVEN = ("files", "content")

#: Material that is issued when it is due, and the collection that each needs.
ISSUING: Mapping[str, str | None] = {
    "ownca": "community.crypto",
    "acme": "community.crypto",
    "vault_pki": "community.hashi_vault",
    "tasks": None,
}
KINDS = (*GIVEN, *ISSUING)

#: For which the role makes the private key. Elsewhere the CA does, and any will do unless the user wants a certain one.
MAKING_KEYS = ("ownca", "acme")

#: Defaults of the options of sources, as the role's argument_specs declare them.
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "ownca": {"key_type": "RSA", "days": 365},
    "acme": {"key_type": "RSA", "terms_agreed": False, "validate_certs": True},
    "vault_pki": {"mount": "pki", "issuer_ref": "default"},
    "tasks": {"issues": True},
}

#: The sizes, in bits, of the keys that sources make. The first is that of a key whose size is not set.
KEY_SIZES = {"RSA": (2048, 3072, 4096), "ECC": (256, 384, 521)}


def kind_of(entry: Mapping[str, Any]) -> str | None:
    """Return the kind of an entry's source, or None where there is not exactly one."""
    kinds = [kind for kind, value in (entry.get("source") or {}).items() if value is not None]
    return kinds[0] if len(kinds) == 1 and kinds[0] in KINDS else None


def options_of(entry: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return the options of an entry's source, with their defaults."""
    given = {option: value for option, value in entry["source"][kind].items() if value is not None}
    options = {**DEFAULTS.get(kind, {}), **given}
    if kind in MAKING_KEYS:
        options.setdefault("key_size", KEY_SIZES[options["key_type"]][0])
    return options


def is_missing(collection: str) -> bool:
    """Check whether a collection is not installed."""
    try:
        return find_spec(f"ansible_collections.{collection}") is None
    except ImportError:  # not even its namespace
        return True
