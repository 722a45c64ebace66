# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The facts about X.509 certificates that results and diffs show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict, cast

from .._untrusted import printable
from .certificate import (
    LONGEST_NAME,
    CertificateParseError,
    IsoTime,
    by_library,
    earliest_end,
    issued_by,
    name_text,
    not_after,
    not_before,
    sha256_fingerprints,
    to_iso,
)
from .opaque import Certificate

try:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x448, x25519
except ImportError:  # reported by _libraries
    pass

#: Bits that are shown of a serial number; it has 160 at the most (RFC 5280, 4.1.2.2).
_LARGEST_NUMBER = 14000


def _serial_number(certificate: Certificate) -> str:
    """Return what C(openssl x509 -serial) prints: a number would be rounded by what reads JSON with 53 bits."""
    number = certificate.serial_number
    if number.bit_length() > _LARGEST_NUMBER:
        raise ValueError
    octets = abs(number).to_bytes(max(1, (number.bit_length() + 7) // 8), "big")
    return f"{'-' if number < 0 else ''}{octets.hex().upper()}"


def _general_name(name: x509.GeneralName) -> str:
    if isinstance(name, x509.DNSName):
        return f"DNS:{name.value}"
    if isinstance(name, x509.IPAddress):
        return f"IP:{name.value}"
    if isinstance(name, x509.RFC822Name):
        return f"email:{name.value}"
    if isinstance(name, x509.UniformResourceIdentifier):
        return f"URI:{name.value}"
    if isinstance(name, x509.RegisteredID):
        return f"RID:{name.value.dotted_string}"
    if isinstance(name, x509.DirectoryName):
        return f"dirName:{name_text(name.value)}"
    return f"otherName:{name.type_id.dotted_string}" if isinstance(name, x509.OtherName) else "otherName"


def _alternative_names(certificate: Certificate) -> list[str]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return [printable(_general_name(name), LONGEST_NAME) for name in extension.value]


def _public_key(certificate: Certificate) -> tuple[str, int | None]:
    """Return type, in the words of community.crypto, and size in bits."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "ECC", key.key_size
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA", key.key_size
    for kind, name, size in (
        (ed25519.Ed25519PublicKey, "Ed25519", 256),
        (ed448.Ed448PublicKey, "Ed448", 456),
        (x25519.X25519PublicKey, "X25519", 256),
        (x448.X448PublicKey, "X448", 448),
    ):
        if isinstance(key, kind):
            return name, size
    return "unknown", None


def days_between(start: datetime, end: datetime) -> int:
    """Return the full days between, negative when C(end) comes first, and then too as many as are full."""
    return (end - start).days if end >= start else -(start - end).days


class _Facts(TypedDict):
    subject: str
    issuer: str
    serial_number: str
    subject_alternative_names: list[str]
    not_before: IsoTime
    not_after: IsoTime
    days_remaining: int
    expired: bool
    fingerprint: str
    chain_fingerprints: list[str]
    chain_length: int
    chain_days_remaining: int
    chain_not_after: IsoTime
    public_key_type: str
    public_key_size: int | None
    signature_algorithm: str
    self_signed: bool


class CertificateFacts(_Facts, total=False):
    """The facts of a chain's leaf, and the fingerprints of the whole chain: JSON, no PEM.

    With C(error), the certificate cannot be parsed, and all else is C(None): check that first.
    """

    error: str


#: The facts of a certificate that cannot be parsed.
NO_FACTS = cast("CertificateFacts", dict.fromkeys(_Facts.__annotations__))


def chain_facts(chain: Sequence[Certificate], now: datetime) -> CertificateFacts:
    """Return the facts of a chain.

    Raises:
        CertificateParseError: a field of the certificate is malformed.
    """
    leaf = chain[0]
    end, first_end = not_after(leaf), earliest_end(chain)
    try:
        key_type, key_size = _public_key(leaf)
        shown = sha256_fingerprints(chain)
        return {
            "subject": name_text(leaf.subject),
            "issuer": name_text(leaf.issuer),
            "serial_number": _serial_number(leaf),
            "subject_alternative_names": _alternative_names(leaf),
            "not_before": to_iso(not_before(leaf)),
            "not_after": to_iso(end),
            "days_remaining": days_between(now, end),
            "expired": end < now,
            "fingerprint": shown[0],
            "chain_fingerprints": shown,
            "chain_length": len(chain),
            "chain_days_remaining": days_between(now, first_end),
            "chain_not_after": to_iso(first_end),
            "public_key_type": key_type,
            "public_key_size": key_size,
            "signature_algorithm": leaf.signature_algorithm_oid._name,  # noqa: SLF001 - the only place that has it
            "self_signed": issued_by(leaf, leaf),
        }
    except Exception as error:  # odd extensions, names, numbers and keys make cryptography raise many things
        raise CertificateParseError(f"a field of the certificate cannot be parsed{by_library(error)}") from None


def shown_facts(chain: Sequence[Certificate], now: datetime) -> CertificateFacts:
    """Return the facts of a chain, with C(error) where a field of the certificate is malformed."""
    try:
        return chain_facts(chain, now)
    except CertificateParseError as error:
        return {**NO_FACTS, "error": str(error)}
