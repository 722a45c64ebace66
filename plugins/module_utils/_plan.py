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
    before: dict[str, Any] | None  # facts
    after: dict[str, Any] | None  # facts, as they will be
    wanted: Material | None = None
    compare_chain: bool = True
    update: Update | None = None  # what is sent

    @property
    def diff(self) -> dict[str, Any]:
        """For diff mode: facts, never PEM."""
        return {
            "before_header": f"certificate {self.name}",
            "after_header": f"certificate {self.name}",
            "before": _diff_side(self.before),
            "after": _diff_side(self.after),
        }

    def reached(self, installed: Installed | None) -> bool:
        """Whether the cluster has what this change leads to."""
        if self.wanted is None:
            return installed is None
        return installed is not None and _equal(self.wanted, installed, self.compare_chain)


def _diff_side(facts: Mapping[str, Any] | None) -> dict[str, Any]:
    return {} if facts is None else {key: facts[key] for key in _DIFF_FACTS}


def _equal(wanted: Material, installed: Installed, compare_chain: bool) -> bool:
    if not installed.chain:
        return False
    if wanted.is_bundle:
        return set(_x509.fingerprints(wanted.certificates)) == set(_x509.fingerprints(installed.chain))
    if compare_chain:
        return _x509.fingerprints(wanted.certificates) == _x509.fingerprints(installed.chain)
    return _x509.fingerprint(wanted.certificates[0]) == _x509.fingerprint(installed.chain[0])


def present(
    wanted: Material, installed: Installed | None, *, compare_chain: bool, force: bool, now: datetime
) -> Change:
    """Plan for a certificate that should be there. Checks the key in full when it is about to be sent.

    Raises:
        CertificateError: the private key's numbers are not consistent, or the certificate has a malformed field.
    """
    before = installed.facts if installed else None
    if installed is not None and not force and _equal(wanted, installed, compare_chain):
        return Change(wanted.name, "none", before, before, wanted, compare_chain)
    key = wanted.load_key(check=True)
    after = entry(wanted.name, wanted.facts(now), key is not None)
    update = Update(wanted.name, wanted.certificate_pem(), None if key is None else _private_key.to_pem(key))
    return Change(wanted.name, "update", before, after, wanted, compare_chain, update)


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
        return Change(name, "none", None, None)
    return Change(name, "delete", installed.facts, None)
