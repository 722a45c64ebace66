# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a server of a given release takes a certificate (vendor: REST API reference, cluster certificates).

The text must be normalised PEM. A real server forgives more; this one is here to catch what it might not forgive.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .ciphers import Suites
from .refusal import Refused
from .releases import CertificateName, Release
from .tls import server_context

_BODY = r"(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{1,64}={0,2}\n"
_BLOCK = re.compile(rf"-----BEGIN CERTIFICATE-----\n{_BODY}-----END CERTIFICATE-----\n", re.ASCII)
_BUNDLE = re.compile(rf"(?:{_BLOCK.pattern})+", re.ASCII)
_KEY_LABEL = "((?:RSA |EC )?PRIVATE" + " KEY)"
_KEY = re.compile(rf"-----BEGIN {_KEY_LABEL}-----\n{_BODY}-----END \1-----\n", re.ASCII)
_SMALLEST_RSA = 2048
#: What cryptography raises for a certificate that it cannot parse.
_REFUSED = (ValueError, x509.InvalidVersion)
_UTC_TIME = re.compile(rb"\x17\x0d(\d{12})Z")
UNTRUSTED_DEPTH = 3
_BOTH = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}


class Unparsable(Refused):
    """A refusal of what is not PEM of certificates."""

    def __init__(self, text: str) -> None:
        super().__init__(400, "invalid_certificate", text)


def _invalid(text: str) -> Refused:
    return Refused(400, "invalid_certificate", text)


def parse(text: str) -> list[x509.Certificate]:
    """Parse the certificates of normalised PEM text, in its order.

    :raises Unparsable: anything else.
    """
    if not _BUNDLE.fullmatch(text):
        raise Unparsable("the certificate is not normalised PEM of certificates only")
    try:
        return [x509.load_pem_x509_certificate(block.encode()) for block in _BLOCK.findall(text)]
    except _REFUSED:
        raise Unparsable("the certificate cannot be parsed") from None


@dataclass(frozen=True)
class Demands:
    """The demands of a server on a certificate, beside what its name demands.

    :ivar suites: with which the key must fit.
    :ivar root: whether a chain must end with its root.
    """

    release: Release
    suites: Suites
    root: bool


def check(entry: CertificateName, certificate: str, key: str | None, demands: Demands) -> None:
    """Judge one certificate and its key, the way an update does.

    :raises Refused: 400 invalid, 406 expired.
    """
    release = demands.release
    if entry.keyed and key is None:
        raise Refused(400, "missing_key", f"{entry.name} needs a private key")
    if not entry.keyed and key is not None:
        raise Refused(400, "unexpected_key", f"{entry.name} takes no private key")
    if _is_for_openssl_alone(certificate):
        if expired(certificate):
            raise Refused(406, "expired_certificate", "the certificate is expired")
        if key is not None:
            _load_pair(certificate, key)
        return
    certificates = parse(certificate)
    if release.needs_common_names:
        _check_common_names(certificates)
    if release.refuses_unknown_extensions:
        _check_extensions(certificates)
    if key is not None:
        _check_order(certificates)
        if demands.root and not _self_signed(certificates[-1]):
            raise _invalid("the root certificate of the chain is missing")
        _check_key(certificates[0], key)
        _check_key_type(entry, certificates[0], demands)
        _check_purposes(entry, certificates[0], release)
    for one in certificates:
        _check_validity(one)


def check_database_pair(certificate: str, key: str) -> None:
    """Judge a certificate that only one database is to have, and its key.

    :raises Refused: 400 invalid, 406 expired.
    """
    certificates = parse(certificate)
    _check_order(certificates)
    _check_key(certificates[0], key)
    _check_size(certificates[0])
    purposes = _purposes(certificates[0])
    if purposes is not None and ExtendedKeyUsageOID.SERVER_AUTH not in purposes:
        raise _invalid("the extended key usage needs serverAuth")
    for one in certificates:
        _check_validity(one)


def _check_order(chain: list[x509.Certificate]) -> None:
    for lower, upper in zip(chain, chain[1:]):
        if not _issued(lower, upper):
            raise _invalid("a certificate of the chain is not issued by the one after it")


def _issued(lower: x509.Certificate, upper: x509.Certificate) -> bool:
    """Check the names as OpenSSL does, where case and spaces do not count, and the signature."""
    if _canonical(lower.issuer) != _canonical(upper.subject):
        return False
    digest: Any = lower.signature_hash_algorithm
    arguments: dict[type, tuple[Any, ...]] = {
        rsa.RSAPublicKey: (padding.PKCS1v15(), digest),
        ec.EllipticCurvePublicKey: (ec.ECDSA(digest),) if digest else (),
        ed25519.Ed25519PublicKey: (),
    }
    key: Any = upper.public_key()
    try:
        more = next(more for kind, more in arguments.items() if isinstance(key, kind))
        key.verify(lower.signature, lower.tbs_certificate_bytes, *more)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, StopIteration):
        return False
    return True


def _canonical(name: x509.Name) -> list[tuple[str, str]]:
    return [(part.oid.dotted_string, " ".join(str(part.value).lower().split())) for part in name]


def _check_key(leaf: x509.Certificate, text: str) -> None:
    if not _KEY.fullmatch(text):
        raise _invalid("the key is not one unencrypted private key in normalised PEM")
    try:
        matching = _public_half(text) == leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _invalid("the key cannot be read") from None
    if not matching:
        raise _invalid("the key does not belong to the certificate")
    _load_pair(leaf.public_bytes(Encoding.PEM).decode(), text)


def _load_pair(certificate: str, key: str) -> None:
    try:
        server_context(certificate, key)
    except ssl.SSLError:
        raise _invalid("the key is not of the form that the certificate is for") from None


def _is_for_openssl_alone(text: str) -> bool:
    """Return whether cryptography refuses what a real server, with OpenSSL, takes, as a default that is written out."""
    if not _BUNDLE.fullmatch(text):
        return False
    try:
        for block in _blocks(text):
            x509.load_pem_x509_certificate(block.encode())
    except _REFUSED:
        return _is_taken_by_openssl(text)
    return False


def _is_taken_by_openssl(text: str) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except ssl.SSLError:
        return False
    return True


@lru_cache(maxsize=128)
def _public_half(text: str) -> bytes:
    """Return the public key in DER; kept, since checking that an RSA key agrees with itself takes some 30 ms."""
    key = load_pem_private_key(text.encode(), None)
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _check_key_type(entry: CertificateName, leaf: x509.Certificate, demands: Demands) -> None:
    _check_size(leaf)
    is_rsa = isinstance(leaf.public_key(), rsa.RSAPublicKey)
    if entry.internode and not is_rsa:
        raise _invalid("an internode certificate must be RSA")
    if demands.release.checks_key_type and not demands.suites.fit(entry.name, is_rsa):
        raise _invalid("no configured cipher suite fits the type of the key")


def _check_size(leaf: x509.Certificate) -> None:
    key = leaf.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < _SMALLEST_RSA:
        raise _invalid(f"an RSA key needs at least {_SMALLEST_RSA} bits")


def _purposes(leaf: x509.Certificate) -> set[x509.ObjectIdentifier] | None:
    try:
        return set(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        return None
    except ValueError as error:
        if "EncodedDefault" in str(error):  # OpenSSL takes a default that is written out
            return _BOTH
        raise Unparsable("an extension of the certificate cannot be parsed") from None


def _check_purposes(entry: CertificateName, leaf: x509.Certificate, release: Release) -> None:
    purposes = _purposes(leaf)
    needed = set(_BOTH)
    if entry.internode:
        if not release.checks_internode_purposes:
            needed.discard(ExtendedKeyUsageOID.CLIENT_AUTH)
        elif purposes is None:
            raise _invalid("an internode certificate needs the purposes serverAuth and clientAuth")
    if purposes is not None and not needed <= purposes:
        raise _invalid("the extended key usage needs serverAuth and clientAuth")


def _check_extensions(chain: list[x509.Certificate]) -> None:
    for one in chain:
        try:
            unknown = any(isinstance(extension.value, x509.UnrecognizedExtension) for extension in one.extensions)
        except ValueError:
            raise Unparsable("an extension of the certificate cannot be parsed") from None
        if unknown:
            raise _invalid("a certificate of the chain has an unknown extension")


def _self_signed(certificate: x509.Certificate) -> bool:
    return _issued(certificate, certificate)


def _blocks(text: str | None) -> list[str]:
    return _BLOCK.findall(text or "")


def depth_of(text: str | None) -> int:
    """Return how many levels a chain in normalised PEM has, with its root, which need not be in it."""
    blocks = _blocks(text)
    if not blocks:
        return 0
    return len(blocks) + (not _self_signed(x509.load_pem_x509_certificate(blocks[-1].encode())))


def without_last(text: str) -> str:
    """Return a chain in normalised PEM without its last certificate, unless that is the only one."""
    blocks = _blocks(text)
    return "".join(blocks[:-1]) if len(blocks) > 1 else text


def check_client_certificate(text: str, known: bool) -> None:
    """Judge the certificate of a client that a database is to take.

    :param known: whether the database has it already; then it may have expired.
    :raises Refused: 400 invalid, 406 expired.
    """
    for one in parse(text):
        if not known:
            _check_validity(one)


def expired(text: str | None) -> bool:
    """Check whether the first certificate of PEM text has expired; text that is no certificate has not."""
    found = leaf_validity(text)
    return found is not None and found[1] < datetime.now(timezone.utc)


def _check_common_names(chain: list[x509.Certificate]) -> None:
    if any(not one.subject.get_attributes_for_oid(NameOID.COMMON_NAME) for one in chain):
        raise _invalid("a certificate of the chain has no Common Name")


def _check_validity(certificate: x509.Certificate) -> None:
    now = datetime.now(timezone.utc)
    start, end = validity(certificate)
    if end < now:
        raise Refused(406, "expired_certificate", "the certificate is expired")
    if start > now:
        raise _invalid("the certificate is not valid yet")


def leaf_validity(text: str | None) -> tuple[datetime, datetime] | None:
    """Return the validity of the first certificate of PEM text; None where the text is no certificate."""
    try:
        return validity(x509.load_pem_x509_certificate((text or "").encode()))
    except _REFUSED:
        pass
    for block in _blocks(text)[:1]:
        if _is_taken_by_openssl(block):
            found = [_moment(text) for text in _UTC_TIME.findall(ssl.PEM_cert_to_DER_cert(block))[:2]]
            return (found[0], found[1]) if len(found) == 2 else None
    return None


def _moment(utc_time: bytes) -> datetime:
    return datetime.strptime(utc_time.decode(), "%y%m%d%H%M%S").replace(tzinfo=timezone.utc)


def validity(certificate: x509.Certificate) -> tuple[datetime, datetime]:
    """Return from when until when a certificate is valid, in UTC."""
    if hasattr(certificate, "not_valid_after_utc"):  # cryptography >= 42
        return certificate.not_valid_before_utc, certificate.not_valid_after_utc
    start, end = certificate.not_valid_before, certificate.not_valid_after
    return start.replace(tzinfo=timezone.utc), end.replace(tzinfo=timezone.utc)
