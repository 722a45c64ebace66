# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The trust anchor of what a cluster presents, and the fingerprints that a person has confirmed. Pure.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import invalid_option
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import (
    CertificateParseError,
    complete_chain,
    parse_der,
    sha256_fingerprint,
    to_pem,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.facts import (
    NO_FACTS,
    CertificateFacts,
    chain_facts,
)

#: A SHA-256 fingerprint as OpenSSL, browsers and this collection write it.
_FINGERPRINT = re.compile(r"(?:sha256 fingerprint\s*=|sha256:)?\s*([0-9a-f]{2}(?::?[0-9a-f]{2}){31})", re.IGNORECASE)


@dataclass(frozen=True)
class Anchor:
    """The certificate to trust: the last one on the line from the leaf to its root, of those that are presented.

    Attributes:
        fingerprint: SHA-256, of the certificate itself.
        facts: about it; C(error) says what is wrong with one that cannot be parsed.
    """

    der: bytes
    fingerprint: str
    facts: CertificateFacts = field(compare=False)

    @property
    def pem(self) -> str:
        """Return it as PEM."""
        return to_pem([self.der])


def find_anchor(chain: Sequence[bytes]) -> Anchor:
    """Return the trust anchor of a chain; the leaf where the chain cannot be parsed.

    What is presented besides that line, such as a CA that issued none of it, is left out.

    Args:
        chain: as DER, the leaf first.
    """
    try:
        leaf, *others = parse_der(chain)
        certificate = complete_chain([leaf], others)[-1]
        der = chain[[leaf, *others].index(certificate)]
        facts = chain_facts([certificate], datetime.now(timezone.utc))
    except CertificateParseError as error:
        der, facts = chain[0], {**NO_FACTS, "error": str(error)}
    return Anchor(der, sha256_fingerprint(der), facts)


def parse_fingerprints(given: Iterable[str]) -> set[str]:
    """Return SHA-256 fingerprints as results have them.

    Args:
        given: in hexadecimal, with colons or without, also as OpenSSL prints them.

    Raises:
        CertificateError: one is something else.
    """
    found = set()
    for number, text in enumerate(given):
        match = _FINGERPRINT.fullmatch(text.strip())
        if match is None:
            raise invalid_option(
                f"fingerprints[{number}]",
                "not a SHA-256 fingerprint, which has 64 hexadecimal digits",
                "Give what this prints: openssl x509 -noout -fingerprint -sha256 -in FILE",
            )
        found.add(bytes.fromhex(match[1].replace(":", "")).hex(":"))
    return found
