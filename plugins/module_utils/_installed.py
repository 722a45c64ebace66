# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""A certificate that a cluster has: parsed, with the facts that results show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from . import _names, _requirements, _x509
from ._api import Stored
from ._secrets import Secret

if TYPE_CHECKING:
    from cryptography import x509


def entry(name: str, facts: Mapping[str, Any], has_private_key: bool) -> dict[str, Any]:
    """The facts of one certificate of a cluster, as results show them."""
    return {"name": name, "required": name in _names.REQUIRED, **facts, "has_private_key": has_private_key}


@dataclass(frozen=True)
class Installed:
    """One certificate that a cluster has."""

    name: str
    chain: tuple[x509.Certificate, ...]  # empty when it cannot be parsed
    private_key: Secret | None  # None: there is none, or the user may not see it
    facts: dict[str, Any]  # with C(error) when it cannot be parsed, or a field of it is malformed

    @classmethod
    def of(cls, name: str, stored: Stored, now: datetime) -> Installed:
        """Parse what the API reports. Never raises: one broken certificate must not hide the others."""
        chain: tuple[x509.Certificate, ...] = ()
        has_key = stored.private_key is not None
        try:
            chain = _x509.parse_pem(stored.certificate)
            return cls(name, chain, stored.private_key, entry(name, _x509.facts(chain, now), has_key))
        except _x509.CertificateParseError as error:
            facts = {**entry(name, _x509.NO_FACTS, has_key), "error": str(error)}
            return cls(name, chain, stored.private_key, facts)

    def expires_within(self, days: int, now: datetime) -> bool:
        """Whether the leaf or an issuer in the chain ends by then. What cannot be parsed may end at any time."""
        return not self.chain or _x509.earliest_end(self.chain) - now <= timedelta(days=days)

    def described(
        self, fqdn: str | None, version: str | None, now: datetime, settings: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The facts, with what the vendor demands and it does not meet.

        Args:
            fqdn: of the cluster; None where it is not known.
            version: of the cluster's software; None where it is not known.
            settings: of the cluster, C(GET /v1/cluster); None where they are not known.
        """
        found: Sequence[_requirements.Finding] = ()
        if self.chain:
            found = _requirements.check(self.name, self.chain, fqdn=fqdn, version=version, now=now, settings=settings)
        return {**self.facts, "findings": [finding.as_dict() for finding in found]}


def parsed(stored: Mapping[str, Stored], names: Iterable[str], now: datetime) -> dict[str, Installed | None]:
    """What an API reports under these names; None for what is not set."""
    return {name: Installed.of(name, stored[name], now) if name in stored else None for name in names}
