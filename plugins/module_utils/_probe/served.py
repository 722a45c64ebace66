# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What one port serves: the facts of the chain that it presents, whether it verifies, and whether the API agrees."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from .._api.fields import Uid
from .._state.goal import ExpectedChain
from .._transport.tls_handshake import HUNG_UP, NO_ANSWER, Presented, read_presented
from .._x509.certificate import CertificateParseError, parse_der
from .._x509.facts import NO_FACTS, CertificateFacts, chain_facts
from .endpoints import Endpoint

#: What is reported of each certificate of a chain.
_CHAIN_FACTS = (
    "subject",
    "issuer",
    "serial_number",
    "not_before",
    "not_after",
    "days_remaining",
    "expired",
    "fingerprint",
    "self_signed",
)


class _Endpoint(TypedDict):
    address: str
    port: int
    service: str | None
    database: Uid | None  # that presents a certificate of its own there
    status: str
    trusted: bool | None
    verify_error: str | None
    matches: bool | None


class EndpointEntry(_Endpoint, total=False):
    """A port in results, without the facts of what it presents. Audits rely on the fields of the base."""

    node: Uid | None
    server_name: str | None
    problem: str | None
    tls_version: str | None
    verify_error_message: str | None
    reported_chain_fingerprints: list[str] | None


class _PresentedFacts(CertificateFacts):
    chain: list[dict[str, Any]]


class ServedEntry(EndpointEntry, _PresentedFacts):
    """A port in results, with the facts of what it presents."""


@dataclass(frozen=True)
class Served:
    """What was seen at one port."""

    endpoint: Endpoint
    presented: Presented
    verified: Presented | None  # by the handshake that verifies; None: nothing was presented

    @classmethod
    def look(cls, endpoint: Endpoint, trust: ssl.SSLContext, timeout: float) -> Served:
        """Look once, and once more at what cannot be verified.

        Args:
            trust: see M(_transport.tls_handshake.read_presented).
            timeout: seconds, for each of the handshakes.
        """
        where = endpoint.address, endpoint.port, endpoint.server_name, timeout
        verified = read_presented(*where, trust)
        final = verified.fingerprints or not verified.reachable or verified.problem in (NO_ANSWER, HUNG_UP)
        seen = verified if final else read_presented(*where)
        return cls(endpoint, seen, verified if seen.fingerprints else None)

    @classmethod
    def look_only(cls, endpoint: Endpoint, timeout: float) -> Served:
        """Look once, whatever is presented, and verify nothing."""
        return cls(endpoint, read_presented(endpoint.address, endpoint.port, endpoint.server_name, timeout), None)

    def matches(self, reported: ExpectedChain | None) -> bool | None:
        """Return whether this is what the API reports; None where either is unknown."""
        return None if reported is None or not self.presented.fingerprints else reported.served_by(self.presented)

    def entry(self, reported: ExpectedChain | None, now: datetime, database: Uid | None = None) -> ServedEntry:
        """Return the entry of this port in results.

        Args:
            reported: what the API reports.
            database: uid of the database whose own certificate that is, in place of V(proxy).
        """
        seen = self.presented
        trusted, verify_error, verify_error_message = self._verification()
        return {
            "address": self.endpoint.address,
            "port": self.endpoint.port,
            "node": self.endpoint.node,
            "service": self.endpoint.service,
            "database": database,
            "server_name": self.endpoint.server_name,
            "status": "seen" if seen.fingerprints else "failed" if seen.reachable else "unreachable",
            "problem": seen.problem,
            **_facts(seen, now),
            "tls_version": seen.tls_version,
            "trusted": trusted,
            "verify_error": verify_error,
            "verify_error_message": verify_error_message,
            "matches": self.matches(reported),
            "reported_chain_fingerprints": list(reported.fingerprints) if reported else None,
        }

    def _verification(self) -> tuple[bool | None, str | None, str | None]:
        """Return whether it verifies, and the kind and the message of why not."""
        verified = self.verified
        if verified is None:
            return None, None, None
        if verified.verify_error is None:
            # The handshake may have failed for another reason, such as ciphers that are only good enough to look.
            return True if verified.fingerprints else None, None, verified.problem
        return False, verified.verify_error.kind, verified.verify_error.message


def _facts(seen: Presented, now: datetime) -> _PresentedFacts:
    if not seen.fingerprints:
        return {**NO_FACTS, "chain": []}
    try:
        chain = parse_der(seen.chain)
        leaf = chain_facts(chain, now)
        issuers = [chain_facts([certificate], now) for certificate in chain[1:]]
        return {**leaf, "chain": [_short(one) for one in (leaf, *issuers)]}
    except CertificateParseError as error:
        fingerprints = list(seen.fingerprints)
        return {
            **NO_FACTS,
            "fingerprint": fingerprints[0],
            "chain_fingerprints": fingerprints,
            "chain_length": len(fingerprints),
            "chain": [],
            "error": str(error),
        }


def _short(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in _CHAIN_FACTS}
