# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Keep certificates of a cluster, with their private keys, in an encrypted file."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from .._api.client import Api
from .._api.cluster import cluster_name
from .._argspec import CONNECTION_EXCLUSIVE, CONNECTION_SPEC
from .._change.backup import Backup, BackupFile, Entry, Vault, backup_timestamp
from .._errors import CertificateError, combined, invalid_option
from .._operation import Context, Operation
from .._product.names import canonical_name
from .._state.installed import Installed, parse_installed


def _run(task: Context, open_vault: Callable[[str], Vault]) -> dict[str, Any]:
    params = task.params
    if params["state"] == "proven":
        return _note_proof(task, open_vault)
    names = sorted({canonical_name(name.strip()) for name in params["names"] or ()})
    if not names or "" in names:
        raise invalid_option("names", "must not be empty, nor contain an empty name", "Give certificate names")
    vault = open_vault(params["vault_id"])
    return _back_up(task, names, BackupFile(params["path"], vault), vault)


def _note_proof(task: Context, open_vault: Callable[[str], Vault]) -> dict[str, Any]:
    """Note that the change is proven; no request is needed for it, and without a backup nothing at all."""
    path, vault_id = os.path.realpath(task.params["path"]), task.params["vault_id"]
    task.check_masking([path, vault_id])
    held: Backup | None = None
    changed = False
    try:
        file = BackupFile(path, open_vault(vault_id)) if os.path.lexists(path) else None
        if file is not None and file.backup is not None:
            held = file.backup
            if not held.proven and not task.check_mode:
                file.write(replace(held, proven=True), None)
            changed = not held.proven
    except CertificateError as error:
        task.warn(f"{error.message} Until then the next backup may only be added to this one.")
    return {
        "changed": changed,
        "path": path,
        "previous_path": None,
        "vault_id": vault_id,
        "cluster": {"name": held.cluster, "url": held.url} if held else None,
        "certificates": [entry.facts for entry in held.entries] if held else [],
    }


def _back_up(task: Context, names: Sequence[str], file: BackupFile, vault: Vault) -> dict[str, Any]:
    now = datetime.now(timezone.utc)
    session, retries = task.connect()
    try:
        with session:
            api = Api(session, retries)
            stored = api.certificates()
            cluster = cluster_name(api)
        entries = _entries(parse_installed(stored, names, now))
        read = Backup(cluster, api.url, backup_timestamp(now), entries, proven=not task.params["until_proven"])
        backup, beside = file.prepare(read)
        current = beside is None and file.is_current(backup)
        result = {
            "changed": not current,
            "path": file.path,
            "previous_path": file.path_of(beside) if beside else None,
            "vault_id": vault.vault_id,
            "cluster": {"name": cluster, "url": api.url},
            "certificates": [entry.facts for entry in backup.entries],
        }
        task.check_masking(result)
        if not current and not task.check_mode:
            file.write(backup, beside)
    except CertificateError as error:
        raise error.with_result(attempts=retries.attempts, retried=retries.log) from None
    return {**result, "attempts": retries.attempts, "retried": retries.log}


def _entries(installed: Mapping[str, Installed | None]) -> tuple[Entry, ...]:
    entries, errors = [], []
    for name, one in installed.items():
        try:
            entries.append(Entry.of(name, one))
        except CertificateError as error:
            errors.append(error.about(name))
    if errors:
        raise combined(errors)
    return tuple(entries)


def with_vault(open_vault: Callable[[str], Vault]) -> Operation:
    """Return the operation, where it can encrypt.

    Args:
        open_vault: gives the vault that encrypts with the secret of one identity, or raises CertificateError.
    """
    return Operation(
        functools.partial(_run, open_vault=open_vault),
        {
            **CONNECTION_SPEC,
            "path": {"type": "path", "required": True},
            "names": {"type": "list", "elements": "str"},
            "state": {"type": "str", "choices": ["present", "proven"], "default": "present"},
            "until_proven": {"type": "bool", "default": False},
            "vault_id": {"type": "str", "default": "default"},
        },
        mutually_exclusive=CONNECTION_EXCLUSIVE,
    )
