# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""X.509 certificates: parsing, comparing, and who issued which."""

from __future__ import annotations

import hashlib
import string
import warnings
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from itertools import islice
from typing import Any, NamedTuple, NewType

from .._untrusted import printable
from .der import OBJECT_IDENTIFIER, content, element, elements, first_element
from .opaque import Certificate, OpaqueCertificate, UnparsedField, refusal
from .pem import PemBlock, split_pem

try:
    from cryptography import exceptions, x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
    from cryptography.hazmat.primitives.serialization import pkcs7
    from cryptography.x509.oid import SignatureAlgorithmOID
except ImportError:  # reported by _libraries
    pass

_LOWER = {ord(letter): letter.lower() for letter in string.ascii_uppercase}

_LABELS = frozenset({"CERTIFICATE", "X509 CERTIFICATE"})
#: What may be beside certificates, and holds none.
_BESIDE = ("PRIVATE KEY", "PUBLIC KEY", "CERTIFICATE REQUEST", "PARAMETERS", "X509 CRL")
_PKCS7_LABELS = frozenset({"PKCS7", "PKCS #7 SIGNED DATA", "CMS"})
_SIGNED_DATA = element(OBJECT_IDENTIFIER, bytes.fromhex("2a864886f70d010702"))
_CERTIFICATES = 0xA0  # tag of the certificates in it

#: What cryptography warns of: names that are longer than X.520 allows, serial numbers and parameters against the RFCs.
_ODD = "Attribute's length must be|Parsed a (?:negative )?serial number|The parsed certificate contains"

#: Lines from a leaf to its root that are compared: a bag of crossed signatures has no end of them.
_MOST_LINES, _LONGEST_LINE = 64, 32

#: Characters of a distinguished name, or of an alternative name, that are shown; a URI is the longest that is of use.
LONGEST_NAME = 1024


#: A time as results show it: M(to_iso).
IsoTime = NewType("IsoTime", str)


class CertificateParseError(ValueError):
    """The text holds no certificate, or one that cannot be parsed; the message never quotes the text."""


def parse_pem(text: str) -> tuple[Certificate, ...]:
    """Parse all certificates in a PEM text, in order; blocks of other kinds and text between blocks are passed over.

    Raises:
        CertificateParseError: there is none, or one of them is broken.
    """
    return parse_bag(text).certificates


class Bag(NamedTuple):
    """Certificates that came together."""

    certificates: tuple[Certificate, ...]
    ordered: bool  # whether their order is the user's own; PKCS#7 has none


def parse_bag(text: str) -> Bag:
    """Parse all certificates in a PEM text: blocks CERTIFICATE, also those of OpenSSL for trust, and PKCS#7.

    Raises:
        CertificateParseError: there is none, or one of them is broken.
    """
    ders, ordered = _ders_in(text)
    return Bag(parse_der(ders), ordered)


def certificates_in(text: str) -> tuple[bytes, ...]:
    """Return the certificates in a PEM text as DER, whether or not they can be parsed; none where it is no PEM."""
    try:
        return tuple(_ders_in(text)[0])
    except CertificateParseError:
        return ()


def _ders_in(text: str) -> tuple[list[bytes], bool]:
    """Return the certificates in a PEM text, and whether their order is the user's own.

    Raises:
        CertificateParseError: there is none.
    """
    ders: list[bytes] = []
    ordered = True
    try:
        for block in split_pem(text):
            if block.label in _LABELS:
                ders.append(block.der)
            elif block.label == "TRUSTED CERTIFICATE":  # what it is trusted for follows
                ders.append(first_element(block.der))
            elif block.label in _PKCS7_LABELS:
                ordered = False
                ders += in_pkcs7(block.der)
            elif not block.label.endswith(_BESIDE):
                raise ValueError(f"a PEM block {block.label} is none that is known. Convert it, or remove it")
    except ValueError as error:  # PemError, too
        raise CertificateParseError(str(error)) from None
    if not ders:
        raise CertificateParseError("no PEM block CERTIFICATE found")
    return ders, ordered


def in_pkcs7(der: bytes) -> list[bytes]:
    """Return the certificates in PKCS#7 (RFC 2315), as DER.

    Raises:
        ValueError: it cannot be parsed.
    """
    try:
        return [one.public_bytes(serialization.Encoding.DER) for one in pkcs7.load_der_pkcs7_certificates(der)]
    except Exception:  # of many kinds, depending on the version
        return _in_signed_data(der)  # it refuses all for one that only OpenSSL parses


def _in_signed_data(der: bytes) -> list[bytes]:
    """Return the certificates in PKCS#7 of the type SignedData (RFC 2315, 9.1), whether or not they can be parsed.

    Raises:
        ValueError: it is something else.
    """
    try:
        kind, signed = elements(content(der))
        held = next(one for one in elements(content(content(signed))) if one[0] == _CERTIFICATES)
        if kind == _SIGNED_DATA:
            return elements(content(held))
    except (ValueError, StopIteration):
        pass
    raise ValueError("a block PKCS7 cannot be parsed")


def parse_der(ders: Sequence[bytes]) -> tuple[Certificate, ...]:
    """Parse the certificates, in order.

    Raises:
        CertificateParseError: one of them is broken.
    """
    # What is odd is shown as it is, and workers of Ansible must not write to stderr. This is set here, since Ansible
    # undoes what is set while a plugin is loaded.
    warnings.filterwarnings("ignore", _ODD, UserWarning)
    certificates: list[Certificate] = []
    for number, der in enumerate(ders, 1):
        try:
            certificates.append(parse_one(der))
        except ValueError as error:
            reason = f" ({error})" if str(error) else ""
            raise CertificateParseError(f"certificate {number} of {len(ders)} cannot be parsed{reason}") from None
    return tuple(certificates)


def parse_one(der: bytes) -> Certificate:
    """Parse one certificate, also one that only OpenSSL parses.

    Raises:
        ValueError: no library does; the message says why, if anything.
    """
    try:
        return x509.load_der_x509_certificate(der)
    except Exception as error:  # the parser raises more than ValueError for hostile input
        reason = refusal(error)
    try:
        # OpenSSL passes over what follows the certificate, and presents it with the shortest lengths.
        framed = element(der[0], content(der))
        return parse_one(framed) if framed != der else OpaqueCertificate.of(der, reason or "no reason given")
    except Exception:  # as above
        raise ValueError(reason) from None


def by_library(error: Exception) -> str:
    """Return, for a message, what of a certificate cryptography refuses, where it says so; else nothing.

    OpenSSL and the cluster may accept what it refuses, such as a default that is written out.
    """
    reason = refusal(error)
    return f" by cryptography, the library of Python ({reason}), which is stricter than OpenSSL" if reason else ""


def to_pem(certificates: Iterable[Certificate | bytes]) -> str:
    """Return normalised PEM: LF, one block directly after the other, a last newline.

    Args:
        certificates: parsed, or as DER.
    """
    return "".join(PemBlock.of("CERTIFICATE", _der(one)).text for one in certificates)


def _der(certificate: Certificate | bytes) -> bytes:
    if isinstance(certificate, bytes):
        return certificate
    if isinstance(certificate, OpaqueCertificate):
        return certificate.der
    return certificate.public_bytes(serialization.Encoding.DER)


def sha256_fingerprint(certificate: Certificate | bytes) -> str:
    """Return SHA-256 over the DER bytes, lower-case hexadecimal with colons, as community.crypto prints it."""
    return hashlib.sha256(_der(certificate)).digest().hex(":")


def sha256_fingerprints(certificates: Iterable[Certificate | bytes]) -> list[str]:
    """Return the fingerprint of each certificate, in order."""
    return [sha256_fingerprint(certificate) for certificate in certificates]


def without_colons(fingerprints: Iterable[str]) -> list[str]:
    """Return fingerprints for a diff, whose lines would be longer than 100 columns. Options take them so, too."""
    return [one.replace(":", "") for one in fingerprints]


def not_before(certificate: Certificate) -> datetime:
    """Return the start of validity, in UTC."""
    if hasattr(certificate, "not_valid_before_utc"):  # cryptography >= 42
        return certificate.not_valid_before_utc
    return certificate.not_valid_before.replace(tzinfo=timezone.utc)


def not_after(certificate: Certificate) -> datetime:
    """Return the end of validity, in UTC."""
    if hasattr(certificate, "not_valid_after_utc"):  # cryptography >= 42
        return certificate.not_valid_after_utc
    return certificate.not_valid_after.replace(tzinfo=timezone.utc)


def earliest_end(chain: Iterable[Certificate]) -> datetime:
    """Return when the first of the certificates expires, in UTC."""
    return min(map(not_after, chain))


def to_iso(moment: datetime) -> IsoTime:
    """Return ISO 8601 in UTC, to the second."""
    return IsoTime(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


def name_text(name: x509.Name) -> str:
    """Return a subject or issuer as RFC 4514 writes it, with what does not print escaped.

    The most specific part comes first: C(CN=a.example.com,O=Example).
    """
    return printable(name.rfc4514_string(), LONGEST_NAME)


def subject_text(certificate: Certificate) -> str:
    """Return the subject for messages, whether or not it can be read."""
    try:
        return name_text(certificate.subject)
    except Exception:  # what is raised depends on the version
        return "with a malformed subject"


def name_key(name: x509.Name) -> tuple[frozenset[tuple[str, str | bytes]], ...]:
    """Return what names have in common that count as the same one (RFC 5280, 7.1), as OpenSSL sees it.

    The type of a string, the case of its ASCII letters and the number of its spaces do not count.

    Raises:
        Exception: the name is malformed; what is raised depends on the version of cryptography.
    """
    return tuple(frozenset((part.oid.dotted_string, _comparable(part.value)) for part in rdn) for rdn in name.rdns)


def _comparable(value: str | bytes) -> str | bytes:
    return value if isinstance(value, bytes) else " ".join(value.split()).translate(_LOWER)


def issued_by(certificate: Certificate, issuer: Certificate) -> bool:
    """Return whether C(issuer) is named as the issuer and its key verifies the signature.

    Where the signature's algorithm is one that cryptography does not verify (MD5, on most hosts), or does not parse,
    the names decide.
    """
    if not is_named(certificate, issuer):
        return False
    try:
        _verify_signature(certificate, issuer.public_key())
    except (exceptions.UnsupportedAlgorithm, UnparsedField):
        return True
    except ValueError as error:  # of an algorithm, too; or the key cannot be read
        return "unsupported" in str(error).lower()
    except (TypeError, exceptions.InvalidSignature):  # the key may be of another type than the signature
        return False
    return True


def is_twin(certificate: Certificate, other: Certificate) -> bool:
    """Return whether both have one name and one key, as those of a CA that was renewed, or signed by several others."""
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    try:
        same_name = name_key(certificate.subject) == name_key(other.subject)
        keys = [one.public_key().public_bytes(*form) for one in (certificate, other)]
        return same_name and keys[0] == keys[1]
    except Exception:  # a field that cannot be read
        return certificate == other


def is_named(certificate: Certificate, issuer: Certificate) -> bool:
    """Return whether a certificate gives the subject of C(issuer) for its issuer."""
    try:
        return name_key(certificate.issuer) == name_key(issuer.subject)
    except Exception:  # a malformed name, which is the same where its bytes are
        return _raw_names(certificate)[0] == _raw_names(issuer)[1]


def _raw_names(certificate: Certificate) -> tuple[bytes, bytes]:
    """Return issuer and subject as DER (RFC 5280, 4.1)."""
    fields = elements(content(certificate.tbs_certificate_bytes))
    first = 1 if fields[0][:1] == b"\xa0" else 0  # the version, which version 1 leaves out
    return fields[first + 2], fields[first + 4]


def _verify_signature(certificate: Certificate, key: Any) -> None:
    """Verify a signature, which C(verify_directly_issued_by) does only where names are equal byte by byte.

    Raises:
        InvalidSignature, TypeError: it was not made with the key.
        UnsupportedAlgorithm, ValueError: the algorithm is not supported.
    """
    signature, signed = certificate.signature, certificate.tbs_certificate_bytes
    digest = certificate.signature_hash_algorithm
    if isinstance(key, rsa.RSAPublicKey):
        if certificate.signature_algorithm_oid != SignatureAlgorithmOID.RSASSA_PSS:
            key.verify(signature, signed, padding.PKCS1v15(), digest)  # type: ignore[arg-type]  # TypeError for None
        elif hasattr(certificate, "signature_algorithm_parameters"):  # cryptography >= 41
            key.verify(signature, signed, certificate.signature_algorithm_parameters, digest)  # type: ignore[arg-type]
        else:
            raise exceptions.UnsupportedAlgorithm("RSASSA-PSS")
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, signed, ec.ECDSA(digest))  # type: ignore[arg-type]
    elif isinstance(key, dsa.DSAPublicKey):
        key.verify(signature, signed, digest)  # type: ignore[arg-type]
    elif isinstance(key, (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
        key.verify(signature, signed)
    else:
        raise TypeError("a key that signs nothing")


def complete_chain(chain: Sequence[Certificate], others: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """Return the chain, and after it those of the others that lead on to the root, each issuer after what it issued.

    Where several lines do, as after the renewal of a CA with the same key or after cross-signing, one of valid issuers
    that ends in a root is taken, and at each step a root first, then the issuer that ends last. If the whole chain does
    not lead to a root that way, its leaf perhaps does: OpenSSL takes a trusted root by its name and key, and so in the
    place of one that another CA has signed.
    """
    line = _best_line(tuple(chain), others)
    if all(_rank(line)) or len(chain) == 1:
        return line
    return max(line, _best_line(tuple(chain[:1]), (*chain[1:], *others)), key=_rank)


def _best_line(start: tuple[Certificate, ...], others: Iterable[Certificate]) -> tuple[Certificate, ...]:
    return max(islice(_Issuers(others).lines(start), _MOST_LINES), key=_rank)


def _rank(line: Sequence[Certificate]) -> tuple[bool, bool]:
    """Return whether a line ends in a root, and whether its issuers are valid."""
    return issued_by(line[-1], line[-1]), all(map(_is_valid, line[1:]))


class _Issuers:
    """Who issued what in a bag of certificates, found once for each."""

    def __init__(self, certificates: Iterable[Certificate]) -> None:
        self._bag = list(dict.fromkeys(certificates))
        self._known: dict[Certificate, list[Certificate]] = {}

    def of(self, certificate: Certificate) -> list[Certificate]:
        """Return the issuers of a certificate, the best first; none of a root."""
        if certificate not in self._known:
            root = issued_by(certificate, certificate)
            found = [] if root else [one for one in self._bag if issued_by(certificate, one)]
            found.sort(key=lambda one: (_is_valid(one), issued_by(one, one), not_after(one)), reverse=True)
            self._known[certificate] = found
        return self._known[certificate]

    def lines(self, line: tuple[Certificate, ...]) -> Iterator[tuple[Certificate, ...]]:
        """Yield what a line can be completed to, the best first at each step."""
        further = [one for one in self.of(line[-1]) if one not in line] if len(line) < _LONGEST_LINE else []
        if not further:
            yield line
        for one in further:
            yield from self.lines((*line, one))


def _is_valid(certificate: Certificate) -> bool:
    return not_before(certificate) <= datetime.now(timezone.utc) <= not_after(certificate)


def related(leaf: Certificate, others: Iterable[Certificate]) -> set[Certificate]:
    """Return those of the others that are issuers of the leaf, on whichever line."""
    issuers, found, new = _Issuers(others), {leaf}, [leaf]
    while new:
        more = [one for one in issuers.of(new.pop()) if one not in found]
        found.update(more)
        new += more
    return found - {leaf}


def chain_depth(chain: Sequence[Certificate]) -> int:
    """Return how many certificates lead from the leaf to the root, counting a root that the chain leaves out."""
    return len(chain) + (not issued_by(chain[-1], chain[-1]))
