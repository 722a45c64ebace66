# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The chain of an issuer in Vault, read by the collection that the source C(vault_pki) needs anyway.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError

from .._action import OperationAction
from .authorities import ReadIssuer


def issuer_reader(action: OperationAction, variables: dict[str, Any]) -> ReadIssuer:
    """Return what reads each issuer once.

    Args:
        action: the action plugin that runs.
        variables: of its task.
    """
    known: dict[str, str] = {}

    def read(entry: Mapping[str, Any], source: Mapping[str, Any]) -> str:
        path = f"{entry['options']['mount']}/issuer/{entry['options']['issuer_ref']}/json"
        connection = source.get("connection") or {}
        key = repr((path, sorted(connection.items(), key=str)))
        if key not in known:
            reader = action.other_action("community.hashi_vault.vault_read", {**connection, "path": path})
            found = reader.run(task_vars=variables)
            if found.get("failed"):
                raise CertificateError(
                    "issuer_not_readable",
                    f"{entry['name']}: source vault_pki: {path} cannot be read: {found.get('msg')}. Check the "
                    "connection, and that its token may read the issuer.",
                )
            issuer = found["data"]["data"]
            known[key] = "\n".join([issuer["certificate"], *(issuer.get("ca_chain") or ())])
        return known[key]

    return read
