# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option C(certificates) of M(cluster_certificates), from the entries of a rotation. Reads no file.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._product.names import (
    CA_BUNDLES,
    canonical_name,
)

from .sources import kind_of

#: Options of the module by the options of a source.
_TEXT = ("certificate", "private_key", "private_key_passphrase")
_PATHS = {
    "certificate": "certificate_path",
    "private_key": "private_key_path",
    "pkcs12": "pkcs12_path",
}
_ISSUERS = ("issuers", "issuers_path")


def _absolute(path: Any) -> str:
    """Resolve a path from ansible-playbook's working directory: modules and lookups start from different folders."""
    return os.path.abspath(os.path.expanduser(str(path)))


def _files(name: str, options: Mapping[str, Any]) -> dict[str, str]:
    if options.get("directory"):
        stem = os.path.join(_absolute(options["directory"]), name)
        with_key = {} if name in CA_BUNDLES else {"private_key_path": f"{stem}.key"}
        return {"certificate_path": f"{stem}.pem", **with_key}
    made = {target: _absolute(options[option]) for option, target in _PATHS.items() if options.get(option)}
    if options.get("friendly_name"):
        made["pkcs12_friendly_name"] = str(options["friendly_name"])
    passphrase = options.get("passphrase") or options.get("private_key_passphrase")
    return {**made, "private_key_passphrase": str(passphrase)} if passphrase else made


def _issuers(options: Mapping[str, Any]) -> dict[str, str]:
    given = {option: str(options[option]) for option in _ISSUERS if options.get(option)}
    return {option: _absolute(value) if option == "issuers_path" else value for option, value in given.items()}


def _content(options: Mapping[str, Any]) -> dict[str, str]:
    # Values of ansible-vault become plain text here.
    return {option: str(options[option]) for option in _TEXT if options.get(option)}


def rotation_material(
    certificates: Iterable[Mapping[str, Any]], issued: Mapping[str, Mapping[str, Any]], *, compare: str
) -> list[dict[str, Any]]:
    """Return one dictionary of options for each certificate to have or to remove."""
    made = []
    for entry in certificates:
        name = canonical_name(str(entry["name"]))
        kind = kind_of(entry)
        options = {"name": name, "state": entry.get("state", "present"), "compare": entry.get("compare") or compare}
        if kind == "files":
            source = entry["source"]["files"]
            made.append({**options, **_files(name, source), **_issuers(source)})
        elif kind == "content":
            source = entry["source"]["content"]
            made.append({**options, **_content(source), **_issuers(source)})
        elif name in issued:
            made.append({**options, **_content(issued[name])})
        elif options["state"] == "absent":
            made.append(options)
    return made
