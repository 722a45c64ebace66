# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""A certificate that a cluster has: parsed, with the facts that results show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .._api.client import Stored
from .._product.names import REQUIRED
from .._secrets import Secret
from .._x509.certificate import CertificateParseError, certificates_in, earliest_end, parse_pem, sha256_fingerprints
from .._x509.facts import NO_FACTS, CertificateFacts, chain_facts
from .._x509.finding import Finding, FindingEntry
from .._x509.opaque import Certificate
from .._x509.requirements import check_requirements


class InstalledFacts(CertificateFacts):
    """The facts of one certificate of a cluster."""

    name: str
    required: bool
    has_private_key: bool


class CertificateEntry(InstalledFacts):
    """The facts of one certificate of a cluster, with the vendor's requirements that it does not meet."""

    findings: list[FindingEntry]


def installed_facts(name: str, facts: CertificateFacts, has_private_key: bool) -> InstalledFacts:
    """Return the facts of one certificate of a cluster, as results show them."""
    return {"name": name, "required": name in REQUIRED, **facts, "has_private_key": has_private_key}


@dataclass(frozen=True)
class Installed:
    """One certificate that a cluster has."""

    name: str
    chain: tuple[Certificate, ...]  # empty when it cannot be parsed
    private_key: Secret | None  # None: there is none, or the user may not see it
    facts: InstalledFacts  # with C(error) when it cannot be parsed, or a field of it is malformed
    unparsed: tuple[bytes, ...] = ()  # DER of what cannot be parsed; empty too when it is no PEM

    @classmethod
    def of(cls, name: str, stored: Stored, now: datetime) -> Installed:
        """Parse what the API reports. Never raises: one broken certificate must not hide the others."""
        chain: tuple[Certificate, ...] = ()
        try:
            chain = parse_pem(stored.certificate)
            facts = chain_facts(chain, now)
        except CertificateParseError as error:
            facts = {**NO_FACTS, "error": str(error)}
        described = installed_facts(name, facts, stored.private_key is not None)
        unparsed = () if chain else certificates_in(stored.certificate)
        return cls(name, chain, stored.private_key, described, unparsed)

    @property
    def certificates(self) -> Sequence[Certificate | bytes]:
        """Return the chain as it came, whether or not it can be parsed; empty when it is no PEM."""
        return self.chain or self.unparsed

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Return those of the chain, which identify it."""
        return tuple(sha256_fingerprints(self.certificates))

    def expires_within(self, days: int, now: datetime) -> bool:
        """Return whether the leaf or an issuer in the chain ends by then. What cannot be parsed may end at any time."""
        return not self.chain or earliest_end(self.chain) - now <= timedelta(days=days)

    def described(
        self, fqdn: str | None, versions: frozenset[str], now: datetime, settings: Mapping[str, Any] | None = None
    ) -> CertificateEntry:
        """Return the facts, with the vendor's requirements that it does not meet.

        Args:
            fqdn: of the cluster; None where it is unknown.
            versions: of the nodes' software; empty where they are unknown.
            settings: of the cluster, C(GET /v1/cluster); None where they are unknown.
        """
        found: Sequence[Finding] = ()
        if self.chain:
            found = check_requirements(self.name, self.chain, fqdn=fqdn, versions=versions, now=now, settings=settings)
        return {**self.facts, "findings": [finding.as_dict() for finding in found]}


def parse_installed(stored: Mapping[str, Stored], names: Iterable[str], now: datetime) -> dict[str, Installed | None]:
    """Parse what an API reports under these names; None for what is not set."""
    return {name: Installed.of(name, stored[name], now) if name in stored else None for name in names}


def expired_names(stored: Mapping[str, Stored], names: Iterable[str], now: datetime) -> list[str]:
    """Return under which of these names an API reports a certificate that has expired."""
    installed = parse_installed(stored, names, now)
    return [name for name, one in installed.items() if one is not None and one.facts["expired"] is True]
