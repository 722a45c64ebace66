# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""X.509 certificates: parsing, comparing, and the facts that results and diffs show."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from typing import NewType, TypedDict, cast

from .._untrusted import printable
from .pem import PemError, split_pem

try:
    from cryptography import exceptions, x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x448, x25519
except ImportError:  # reported by _libraries
    pass

_LABELS = frozenset({"CERTIFICATE", "X509 CERTIFICATE"})

#: Bits. Of what is larger Python makes no text, and no JSON; a serial number has 160 at the most (RFC 5280, 4.1.2.2).
_LARGEST_NUMBER = 14000

#: Characters of a distinguished name, or of an alternative name, that are shown; a URI is the longest that is of use.
_LONGEST_NAME = 1024


#: A time as results show it: M(to_iso).
IsoTime = NewType("IsoTime", str)


class CertificateParseError(ValueError):
    """The text holds no certificate, or one that cannot be parsed; the message never quotes the text."""


def parse_pem(text: str) -> tuple[x509.Certificate, ...]:
    """Parse all certificates in a PEM text, in order; blocks of other kinds and text between blocks are passed over.

    Raises:
        CertificateParseError: there is none, or one of them is broken.
    """
    try:
        ders = [block.der for block in split_pem(text) if block.label in _LABELS]
    except PemError as error:
        raise CertificateParseError(str(error)) from None
    if not ders:
        raise CertificateParseError("no PEM block CERTIFICATE found")
    return parse_der(ders)


def parse_der(ders: Sequence[bytes]) -> tuple[x509.Certificate, ...]:
    """Parse the certificates, in order.

    Raises:
        CertificateParseError: one of them is broken.
    """
    certificates = []
    for number, der in enumerate(ders, 1):
        try:
            certificates.append(x509.load_der_x509_certificate(der))
        except Exception:  # the parser raises more than ValueError for hostile input
            raise CertificateParseError(f"certificate {number} of {len(ders)} cannot be parsed") from None
    return tuple(certificates)


def to_pem(certificates: Iterable[x509.Certificate]) -> str:
    """Return normalised PEM: LF, one block directly after the other, a last newline."""
    return "".join(c.public_bytes(serialization.Encoding.PEM).decode("ascii") for c in certificates)


def sha256_fingerprint(certificate: x509.Certificate) -> str:
    """Return SHA-256 over the DER bytes, lower-case hexadecimal with colons, as community.crypto prints it."""
    return certificate.fingerprint(hashes.SHA256()).hex(":")


def sha256_fingerprints(certificates: Iterable[x509.Certificate]) -> list[str]:
    """Return the fingerprint of each certificate, in order."""
    return [sha256_fingerprint(certificate) for certificate in certificates]


def not_before(certificate: x509.Certificate) -> datetime:
    """Return the start of validity, in UTC."""
    if hasattr(certificate, "not_valid_before_utc"):  # cryptography >= 42
        return certificate.not_valid_before_utc
    return certificate.not_valid_before.replace(tzinfo=timezone.utc)


def not_after(certificate: x509.Certificate) -> datetime:
    """Return the end of validity, in UTC."""
    if hasattr(certificate, "not_valid_after_utc"):  # cryptography >= 42
        return certificate.not_valid_after_utc
    return certificate.not_valid_after.replace(tzinfo=timezone.utc)


def earliest_end(chain: Iterable[x509.Certificate]) -> datetime:
    """Return when the first of the certificates expires, in UTC."""
    return min(map(not_after, chain))


def to_iso(moment: datetime) -> IsoTime:
    """Return ISO 8601 in UTC, to the second."""
    return IsoTime(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


def name_text(name: x509.Name) -> str:
    """Return a subject or issuer as RFC 4514 writes it, with what does not print escaped.

    The most specific part comes first: C(CN=a.example.com,O=Example).
    """
    return printable(name.rfc4514_string(), _LONGEST_NAME)


def issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Return whether C(issuer) is named as the issuer and its key verifies the signature.

    Where the signature's algorithm is one that cryptography does not verify (SHA-1, MD5), the names decide.
    """
    try:
        named = certificate.issuer == issuer.subject
    except Exception:  # a malformed name; what is raised depends on the version
        return False
    if named:
        try:
            certificate.verify_directly_issued_by(issuer)
        except exceptions.UnsupportedAlgorithm:
            return True
        except ValueError as error:  # of an algorithm, too; or the key is of another type than the signature
            return "unsupported" in str(error).lower()
        except (TypeError, exceptions.InvalidSignature):
            return False
    return named


def complete_chain(
    chain: Sequence[x509.Certificate], others: Iterable[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Return the chain, and after it those of the others that lead on to the root, each issuer after what it issued.

    Where several fit, as after the renewal of a CA with the same key, a root comes first, then the one that ends last.
    """
    path = list(chain)
    rest = [one for one in dict.fromkeys(others) if one not in path]
    while not issued_by(path[-1], path[-1]):
        fitting = [one for one in rest if issued_by(path[-1], one)]
        if not fitting:
            break
        path.append(max(fitting, key=lambda one: (issued_by(one, one), not_after(one))))
        rest.remove(path[-1])
    return tuple(path)


def chain_depth(chain: Sequence[x509.Certificate]) -> int:
    """Return how many certificates lead from the leaf to the root, counting a root that the chain leaves out."""
    return len(chain) + (not issued_by(chain[-1], chain[-1]))


def _serial_number(certificate: x509.Certificate) -> int:
    number = certificate.serial_number
    if number.bit_length() > _LARGEST_NUMBER:
        raise ValueError
    return number


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


def _alternative_names(certificate: x509.Certificate) -> list[str]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return [printable(_general_name(name), _LONGEST_NAME) for name in extension.value]


def _public_key(certificate: x509.Certificate) -> tuple[str, int | None]:
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
    """Return full days between, negative when C(end) comes first."""
    return math.floor((end - start).total_seconds() / 86400)


class _Facts(TypedDict):
    subject: str
    issuer: str
    serial_number: int
    subject_alternative_names: list[str]
    not_before: IsoTime
    not_after: IsoTime
    days_remaining: int
    expired: bool
    fingerprint: str
    chain_fingerprints: list[str]
    chain_length: int
    chain_days_remaining: int
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


def chain_facts(chain: Sequence[x509.Certificate], now: datetime) -> CertificateFacts:
    """Return the facts of a chain.

    Raises:
        CertificateParseError: a field of the certificate is malformed.
    """
    leaf = chain[0]
    end = not_after(leaf)
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
            "chain_days_remaining": days_between(now, earliest_end(chain)),
            "public_key_type": key_type,
            "public_key_size": key_size,
            "signature_algorithm": leaf.signature_algorithm_oid._name,  # noqa: SLF001 - the only place that has it
            "self_signed": issued_by(leaf, leaf),
        }
    except Exception:  # odd extensions, names, numbers and keys make cryptography raise many things
        raise CertificateParseError("a field of the certificate is malformed") from None
