# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""A backup of certificates with their private keys: what it holds, and its file, which is never plain.

The content is JSON, so that it can be read without this collection. Its C(certificates) is what the option
C(certificates) of M(cluster_certificates) takes.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from .._errors import CertificateError, invalid_option
from .._files import replace_file
from .._product.names import CA_BUNDLES, REQUIRED
from .._secrets import Secret, quoted
from .._state.installed import Installed
from .._x509.certificate import parse_pem, sha256_fingerprints, to_pem
from .._x509.private_key import key_matches, load_private_key, normalise_key

#: Of the content's format.
VERSION = 1

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


class Opened(NamedTuple):
    """What was in an encrypted file."""

    content: Secret
    vault_id: str  # whose secret it was encrypted with


class Vault(Protocol):
    """The encryption of files; only the controller has the secrets for it.

    Attributes:
        vault_id: the identity whose secret encrypts.
        loaded: all identities that there are secrets of.
    """

    vault_id: str
    loaded: list[str]

    def encrypt(self, content: Secret) -> bytes:
        """Return the content, encrypted, as a file holds it."""

    def decrypt(self, encrypted: bytes) -> Opened | None:
        """Return what is in such a file; None when no loaded secret opens it."""


@dataclass(frozen=True)
class Entry:
    """One certificate as it was, or that there was none."""

    name: str
    certificate: str | None = None  # normalised PEM
    private_key: Secret | None = None  # normalised PEM

    @classmethod
    def of(cls, name: str, installed: Installed | None) -> Entry:
        """Return the entry that would restore what the cluster has.

        Raises:
            CertificateError: it could not be restored from the backup.
        """
        without = f"To replace {name} without a backup, remove it from names (role rotation: unset rotation_backup)"
        if installed is None:
            if name in REQUIRED:
                raise CertificateError(
                    "missing_certificate",
                    "every cluster has this certificate, but this one does not report it. "
                    f"Check the cluster. {without}.",
                )
            return cls(name)
        if not installed.chain:
            raise CertificateError(
                "invalid_certificate",
                f"what the cluster has could not be restored: {installed.facts['error']}. {without}.",
            )
        pem = to_pem(installed.chain)
        if name in CA_BUNDLES:
            return cls(name, pem)
        if installed.private_key is None:
            raise CertificateError(
                "private_key_not_visible",
                "this user's role may not read the private key, and a backup without it could not be restored. Use a "
                f"user with the role admin, cluster_member or user_manager (permission view_cluster_keys). {without}.",
            )
        try:
            key = load_private_key(installed.private_key, None, check=False)
            fits = key_matches(key, installed.chain[0])
        except ValueError:
            fits = False
        if not fits:
            raise CertificateError(
                "key_mismatch",
                "the private key that the cluster has does not belong to its certificate, so the pair could not be "
                f"restored. {without}.",
            )
        return cls(name, pem, normalise_key(installed.private_key))

    @classmethod
    def parse(cls, fields: Any) -> Entry:
        """Return the entry that M(fields) has made. Whoever can decrypt a backup may have edited it since.

        Raises:
            ValueError: a field has another type or does not print, or the certificate cannot be parsed.
            KeyError, AttributeError, TypeError: this is no entry at all.
        """
        name, certificate, key = fields["name"], fields.get("certificate"), fields.get("private_key")
        if not _is_shown(name) or not isinstance(key, (str, type(None))):
            raise ValueError
        if certificate is not None:
            parse_pem(certificate)
        return cls(name, certificate, None if key is None else Secret(key))

    def fields(self) -> dict[str, str]:
        """Return the entry in clear."""
        if self.certificate is None:
            return {"name": self.name, "state": "absent"}
        fields = {"name": self.name, "state": "present", "certificate": self.certificate}
        if self.private_key is not None:
            fields["private_key"] = self.private_key.reveal()
        return fields

    @property
    def facts(self) -> dict[str, Any]:
        """Return it for results."""
        if self.certificate is None:
            return {"name": self.name, "state": "absent", "fingerprint": None, "chain_fingerprints": []}
        fingerprints = sha256_fingerprints(parse_pem(self.certificate))
        return {
            "name": self.name,
            "state": "present",
            "fingerprint": fingerprints[0],
            "chain_fingerprints": fingerprints,
        }


@dataclass(frozen=True)
class Backup:
    """Some certificates of one cluster, as they were before a change.

    Attributes:
        cluster: FQDN; None where the user may not see it.
        time: ISO 8601 in UTC, to the millisecond.
        proven: whether the change after it is proven, so that the next backup may replace it.
    """

    cluster: str | None
    url: str
    time: str
    entries: tuple[Entry, ...]
    proven: bool = True

    @classmethod
    def parse(cls, content: Secret) -> Backup | None:
        """Return the backup in a decrypted text; None when it is something else."""
        try:
            found = json.loads(content.reveal())
            if found["version"] != VERSION or not _TIME.fullmatch(found["time"]):
                return None
            entries = tuple(map(Entry.parse, found["certificates"]))
            name, url = found["cluster"]["name"], found["cluster"]["url"]
            if not (name is None or _is_shown(name)) or not _is_shown(url):
                return None
            return cls(name, url, found["time"], entries, found.get("proven", True) is not False)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def content(self) -> Secret:
        """Return the text to be encrypted."""
        return Secret(
            json.dumps(
                {
                    "version": VERSION,
                    "cluster": {"name": self.cluster, "url": self.url},
                    "time": self.time,
                    **({} if self.proven else {"proven": False}),
                    "certificates": [entry.fields() for entry in self.entries],
                },
                indent=2,
            )
        )

    def added_to(self, earlier: Backup) -> Backup:
        """Return an earlier backup with this one's certificates added: of each certificate, the oldest is kept."""
        held = {entry.name: entry for entry in (*self.entries, *earlier.entries)}
        return replace(earlier, entries=tuple(held[name] for name in sorted(held)))

    def adds_up_to(self, other: Backup) -> bool:
        """Return whether the other one contains all of this one's certificates."""
        held = [entry.fields() for entry in other.entries]
        return all(entry.fields() in held for entry in self.entries)

    def holds_the_same_as(self, other: Backup) -> bool:
        """Return whether both would restore the same, until the same moment."""
        same = [entry.fields() for entry in self.entries] == [entry.fields() for entry in other.entries]
        return same and self.proven == other.proven


def _is_shown(value: Any) -> bool:
    """Return whether a value is a text that messages and results can show."""
    return isinstance(value, str) and value.isprintable()


def backup_timestamp(now: datetime) -> str:
    """Return a time in the form of M(Backup.time)."""
    return f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z"


class BackupFile:
    """The file of one cluster's backup.

    Attributes:
        path: where it is.
        backup: its current content; None if the file does not exist.
        vault_id: whose secret it is encrypted with now.
    """

    def __init__(self, path: str, vault: Vault) -> None:
        """Look at it.

        Raises:
            CertificateError: it cannot be written there, or is something that must not be replaced.
        """
        self.path = os.path.realpath(path)
        self.backup: Backup | None = None
        self.vault_id: str | None = None
        self._vault = vault
        self._encrypted = b""  # as it is now
        folder = os.path.dirname(self.path)
        if not os.path.lexists(folder):
            folder = os.path.dirname(folder)  # what is to be created there is written to
        if not os.path.isdir(folder):
            raise invalid_option(
                "path", f"the folder of {quoted(self.path)} does not exist", "Create it with mode 0700"
            )
        if not os.access(folder, os.W_OK | os.X_OK):
            raise invalid_option(
                "path", f"this user may not write to the folder of {self.path}", "Check its mode and owner"
            )
        if os.path.lexists(self.path):
            self._read()

    def _read(self) -> None:
        try:
            with open(self.path, "rb") as file:
                self._encrypted = file.read()
        except OSError as error:
            raise invalid_option(
                "path", f"{self.path} cannot be read: {os.strerror(error.errno or 0)}", "Move it away"
            ) from None
        opened = self._vault.decrypt(self._encrypted)
        self.backup = Backup.parse(opened.content) if opened else None
        if opened is None or self.backup is None:
            raise invalid_option(
                "path",
                f"{self.path} is not a backup that the loaded vault identities ({', '.join(self._vault.loaded)}) open",
                "Load the vault identity that it was encrypted with, or move the file away",
            )
        self.vault_id = opened.vault_id

    def path_of(self, backup: Backup) -> str:
        """Return the path, in the same folder, for a backup that is replaced."""
        root, extension = os.path.splitext(self.path)
        return f"{root}.{re.sub('[-:]', '', backup.time)}{extension}"

    def prepare(self, backup: Backup) -> tuple[Backup, Backup | None]:
        """Return the new content of the file, and the backup to keep beside it, if any.

        Pairs from before a change that is not proven stay in the file.

        Raises:
            CertificateError: it is the backup of another cluster.
        """
        held = self.backup
        if held is None:
            return backup, None
        if None not in (held.cluster, backup.cluster) and held.cluster != backup.cluster:
            raise invalid_option(
                "path",
                f"{self.path} is the backup of {held.cluster}, and this cluster is {backup.cluster}",
                "Give each cluster its own file",
            )
        if held.proven:
            return backup, None if held.holds_the_same_as(backup) else held
        whole = backup.added_to(held)
        return whole, None if backup.adds_up_to(whole) else backup

    def is_current(self, backup: Backup) -> bool:
        """Return whether there is nothing to write."""
        return (
            self.backup is not None and self.backup.holds_the_same_as(backup) and self.vault_id == self._vault.vault_id
        )

    def write(self, backup: Backup, beside: Backup | None) -> None:
        """Replace the file atomically, readable only for its owner.

        Args:
            beside: the backup to keep under another name, written first.

        Raises:
            CertificateError: it could not be written.
        """
        try:
            with contextlib.suppress(FileExistsError):
                os.mkdir(os.path.dirname(self.path), 0o700)
            if beside is not None:
                same = beside is self.backup
                replace_file(self.path_of(beside), self._encrypted if same else self._vault.encrypt(beside.content()))
            replace_file(self.path, self._vault.encrypt(backup.content()))
        except OSError as error:
            raise CertificateError(
                "not_written",
                f"{self.path} could not be written: {os.strerror(error.errno or 0)}. Check the file system.",
                option="path",
            ) from None
