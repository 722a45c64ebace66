# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a decrypted backup holds: whoever has the vault's secret may have edited it."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from random import Random
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.backup import (
    Backup,
    BackupFile,
    Entry,
    Opened,
    backup_timestamp,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret

from .corpus import Corpus
from .engine import Target
from .mutation import mutate_json

_TIME = backup_timestamp(datetime(2026, 12, 1, tzinfo=timezone.utc))


class _Open:
    """A vault that does not encrypt."""

    vault_id = "default"
    loaded: list[str] = ["default"]  # noqa: RUF012 - as the protocol has it

    def encrypt(self, content: Secret) -> bytes:
        return content.reveal().encode()

    def decrypt(self, encrypted: bytes) -> Opened | None:
        try:
            return Opened(Secret(encrypted.decode()), self.vault_id)
        except UnicodeDecodeError:
            return None


def targets(corpus: Corpus, folder: Path) -> list[Target]:
    """Return the targets of this kind."""
    entries = tuple(
        Entry(name, chain, Secret(key)) for name, chain, key in zip(("api", "cm", "proxy"), corpus.chains, corpus.clear)
    )
    whole = Backup(
        "cluster.example.com", "https://127.0.0.1:9443", _TIME, (*entries, Entry("ldap_client")), proven=False
    )
    valid = json.loads(whole.content().reveal())
    file = folder / "backup.json"

    def run(given: bytes) -> Any:
        file.write_bytes(given)
        opened = BackupFile(str(file), _Open())
        held = opened.backup
        assert held is not None
        prepared, beside = opened.prepare(whole)
        opened.is_current(prepared)
        opened.write(prepared, beside)
        again = BackupFile(str(file), _Open()).backup
        assert again is not None
        assert again.holds_the_same_as(prepared)
        return [opened.path_of(held), held.cluster, held.url, repr(held), [entry.facts for entry in prepared.entries]]

    def make(chance: Random) -> bytes:
        # Who writes a private key into the name of a cluster has it there.
        return json.dumps(mutate_json(chance, valid, exchange=False)).encode()

    return [Target("backup", make, run, (CertificateError,), weight=2)]
