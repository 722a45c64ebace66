# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The backup that a rotation made of one cluster.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.backup import Backup, BackupFile
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError

from .._paths import placed
from .._variables import name_variables
from .._vault import LoadedVault


def backup_options(values: Mapping[str, Any], host: str) -> dict[str, Any] | None:
    """Return where the backup of a host's cluster is, as options of its module; None if none is wanted.

    Args:
        values: the variables of the role.
    """
    if not values.get("rotation_backup"):
        return None
    folder = placed(values["rotation_backup"])
    vault_id = values.get("rotation_backup_vault_id")
    return {"path": os.path.join(folder, f"{host}.vault"), **({"vault_id": vault_id} if vault_id else {})}


def check_backup(options: Mapping[str, Any] | None, secrets: Sequence[tuple[str, Any]]) -> Backup | None:
    """Return the backup that there is; None: there is none.

    Args:
        options: as M(backup_options) returns them.
        secrets: vault identities and their secrets, as the data loader of Ansible has them.

    Raises:
        CertificateError: none can be made, or that one cannot be read.
    """
    if options is None:
        return None
    return BackupFile(options["path"], LoadedVault(secrets, options.get("vault_id", "default"))).backup


def find_unproven(options: Mapping[str, Any] | None, secrets: Sequence[tuple[str, Any]]) -> str | None:
    """Return why a backup has to be looked at; None if it is in order, or there is none. See M(check_backup)."""
    if options is None or not os.path.lexists(options["path"]):
        return None
    try:
        held = check_backup(options, secrets)
    except CertificateError as error:
        return name_variables(error.message)
    return None if held is None or held.proven else f"the change after the backup {options['path']} is not proven"


def open_backup(path: str, secrets: Sequence[tuple[str, Any]]) -> Backup:
    """Return what a backup holds, decrypted by whichever loaded secret opens it.

    Raises:
        CertificateError: there is none, or it cannot be opened.
    """
    if not os.path.isfile(path):
        raise CertificateError(
            "file_missing",
            f"rotation_backup: no such file: {path} on the control node. Only a rotation with rotation_backup writes "
            "one, before it replaces anything.",
        )
    for vault_id, _secret in secrets:
        try:
            held = BackupFile(path, LoadedVault(secrets, str(vault_id))).backup
        except CertificateError:
            break
        if held is not None:
            return held
    raise CertificateError(
        "backup_not_readable",
        f"rotation_backup: {path} cannot be opened, or is not a backup of this version of the collection. Give "
        "ansible-playbook the vault identity under which it was encrypted (--vault-id). Nothing was changed.",
    )
