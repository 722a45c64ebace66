# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""From what a cluster has and what it should have to what must be changed. Pure: no request is made here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import _names, _private_key, _x509
from ._api import Update
from ._errors import CertificateError
from ._installed import Installed, entry
from ._material import Material
from ._state import State

#: The facts that a diff shows: what identifies a certificate, and nothing that changes by itself.
_DIFF_FACTS = (
    "subject",
    "issuer",
    "serial_number",
    "subject_alternative_names",
    "not_before",
    "not_after",
    "chain_fingerprints",
)


@dataclass(frozen=True)
class Change:
    """What is to be done about one certificate."""

    name: str
    action: str  # "none", "update" or "delete"
    installed: Installed | None
    after: dict[str, Any] | None  # facts, as they will be
    old: State
    new: State
    update: Update | None = None  # what is sent, if something is
    material: Material | None = None  # what is wanted, if something is

    @property
    def before(self) -> dict[str, Any] | None:
        """Facts about what was there."""
        return self.installed.facts if self.installed else None

    @property
    def diff(self) -> dict[str, Any]:
        """For diff mode: facts, never PEM."""
        return {
            "before_header": f"certificate {self.name}",
            "after_header": f"certificate {self.name}",
            "before": _diff_side(self.before),
            "after": _diff_side(self.after),
        }


def _diff_side(facts: Mapping[str, Any] | None) -> dict[str, Any]:
    return {} if facts is None else {key: facts[key] for key in _DIFF_FACTS}


def _state_of(installed: Installed | None) -> State:
    if installed is None:
        return State()
    return State.of(installed.chain, "set" if installed.name in _names.CA_BUNDLES else "chain")


def present(
    wanted: Material, installed: Installed | None, *, compare_chain: bool, force: bool, now: datetime
) -> Change:
    """Plan for a certificate that should be there. Checks the key in full when it is about to be sent.

    Raises:
        CertificateError: the private key's numbers are not consistent, or the certificate has a malformed field.
    """
    old = _state_of(installed)
    new = State.of(wanted.certificates, "set" if wanted.is_bundle else "chain" if compare_chain else "leaf")
    if not force and new.shown_by(installed):
        return Change(wanted.name, "none", installed, installed.facts if installed else None, old, new)
    key = wanted.load_key(check=True)
    after = entry(wanted.name, wanted.facts(now), key is not None)
    update = Update(wanted.name, wanted.certificate_pem(), None if key is None else _private_key.to_pem(key))
    return Change(wanted.name, "update", installed, after, old, new, update, wanted)


def absent(name: str, installed: Installed | None) -> Change:
    """Plan for a certificate that should not be there.

    Raises:
        CertificateError: every cluster needs this certificate.
    """
    if name in _names.REQUIRED:
        raise CertificateError(
            "required_certificate",
            "this certificate is required: a cluster cannot be without it. Replace it with state=present, or leave "
            "the task out.",
            option="state",
        )
    if installed is None:
        return Change(name, "none", None, None, State(), State())
    return Change(name, "delete", installed, None, _state_of(installed), State())


class CannotUndo(Exception):
    """A change cannot be taken back; the text says why."""


def undo(change: Change) -> Update | None:
    """What puts the old certificate back: an update, or None for a deletion.

    Raises:
        CannotUndo: there is no way back.
    """
    installed = change.installed
    if installed is None:
        return None
    if not installed.chain:
        raise CannotUndo("the old certificate cannot be parsed")
    if change.old.fingerprints == change.new.fingerprints:
        raise CannotUndo("the old certificate is the same one")
    key = installed.private_key
    if key is None and change.name not in _names.CA_BUNDLES:
        raise CannotUndo("this user may not read the old private key (the role admin may)")
    try:
        return Update(change.name, _x509.to_pem(installed.chain), key and _private_key.normalised(key))
    except _private_key.KeyProblem:
        raise CannotUndo("the old private key cannot be read as PEM") from None
