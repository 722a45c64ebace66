# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Chains of every kind, good and odd: what CAs issue, and what cryptography alone would not write."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Union

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from simulator.keys import authority_key, leaf_key

SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
FQDN = "cluster.example.com"
_RSA_KEY = bytes.fromhex("300d06092a864886f70d0101010500")
#: The algorithm of a key for RSASSA-PSS: for any digest, and for SHA-384 alone.
PSS = bytes.fromhex("300b06092a864886f70d01010a")
PSS_SHA384 = bytes.fromhex("301e06092a864886f70d01010a3011a00f300d06096086480165030402020500")
_SHA256_WITH_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")

#: An element of DER: its tag, and its content or what is in it.
Element = tuple[int, Union[bytes, "list[Element]"]]


def parse(der: bytes) -> list[Element]:
    """Return the elements in DER; what is constructed is parsed, too."""
    found: list[Element] = []
    while der:
        tag, length, start = der[0], der[1], 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(der[2:start], "big")
        content, der = der[start : start + length], der[start + length :]
        found.append((tag, parse(content) if tag & 0x20 else content))
    return found


def encode(elements: Sequence[Element]) -> bytes:
    """Return the DER of elements."""
    made = b""
    for tag, inside in elements:
        content = inside if isinstance(inside, bytes) else encode(inside)
        size = len(content)
        length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
        if 128 <= size < 256:
            length = b"\x81" + bytes([size])
        made += bytes([tag]) + length + content
    return made


def encode_ber(elements: Sequence[Element]) -> bytes:
    """Return the BER of elements, without the lengths of what is constructed, as Windows writes PKCS#12."""
    return b"".join(
        encode([(tag, inside)]) if isinstance(inside, bytes) else bytes([tag, 0x80]) + encode_ber(inside) + b"\0\0"
        for tag, inside in elements
    )


def pem(label: str, der: bytes) -> str:
    text = base64.encodebytes(der).decode().replace("\n", "")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def name(common_name: str, *, printable: bool = False, organisation: str | None = None) -> x509.Name:
    kind = _ASN1Type.PrintableString if printable else _ASN1Type.UTF8String
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common_name, _type=kind)]
    if organisation is not None:
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation, _type=kind))
    return x509.Name(parts)


@dataclass(frozen=True)
class Issued:
    """A certificate with its key. ``der`` is what counts where cryptography cannot parse it."""

    der: bytes
    key: Any
    subject: x509.Name
    key_pem: str

    def __repr__(self) -> str:
        return f"<Issued {self.subject.rfc4514_string()}>"

    @property
    def pem(self) -> str:
        return pem("CERTIFICATE", self.der)

    @property
    def certificate(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.der)


def key_pem(key: Any) -> str:
    form = serialization.PrivateFormat.PKCS8
    return str(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode())


def usage(*, ca: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(not ca, False, not ca, False, False, ca, ca, False, False)


def names(*hosts: str) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])


#: What a leaf has unless told otherwise.
SANS = names(FQDN, f"*.{FQDN}", f"internal.{FQDN}", f"*.internal.{FQDN}")
BOTH = x509.ExtendedKeyUsage([SERVER, CLIENT])
_DEFAULTS: dict[bool, tuple[x509.ExtensionType, ...]] = {
    True: (x509.BasicConstraints(True, None), usage(ca=True)),
    False: (x509.BasicConstraints(False, None), usage(), BOTH, SANS),
}
_CRITICAL = (x509.BasicConstraints, x509.KeyUsage, x509.NameConstraints)


def make(
    subject: str | x509.Name,
    issuer: Issued | None = None,
    *,
    ca: bool = False,
    extensions: Sequence[x509.ExtensionType] = (),
    without: Sequence[type] = (),
    key: Any = None,
    days: tuple[float, float] = (-1, 200),
    issuer_name: x509.Name | None = None,
    patch: Callable[[list[Element]], None] | None = None,
) -> Issued:
    """Issue a certificate; self-signed without an issuer.

    :param extensions: in place of those of the same kind that it would have.
    :param without: kinds of extensions that it does not have.
    :param key: of a new RSA-2048 pair unless given.
    :param days: start and end of its validity, from now.
    :param issuer_name: in place of the issuer's subject.
    :param patch: changes the elements of the TBSCertificate, which is signed afterwards (by an RSA key).
    """
    subject = name(subject) if isinstance(subject, str) else subject
    key = key or (authority_key() if ca else leaf_key("rsa")).private
    signer = key if issuer is None else issuer.key
    now = datetime.now(timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name or (subject if issuer is None else issuer.subject))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
    )
    given: dict[type, x509.ExtensionType] = {type(one): one for one in (*_DEFAULTS[ca], *extensions)}
    if ca:
        given[x509.SubjectKeyIdentifier] = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    for kind, extension in given.items():
        if kind not in without:
            builder = builder.add_extension(extension, critical=isinstance(extension, _CRITICAL))
    digest = hashes.SHA256() if isinstance(signer, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)) else None
    certificate = builder.sign(signer, digest)
    der = certificate.public_bytes(serialization.Encoding.DER)
    if patch is not None:
        der = signed_again(certificate, signer, patch)
    return Issued(der, key, subject, key_pem(key))


def signed_again(certificate: x509.Certificate, signer: Any, patch: Callable[[list[Element]], None]) -> bytes:
    ((tag, tbs),) = parse(certificate.tbs_certificate_bytes)
    assert isinstance(tbs, list)
    patch(tbs)
    content = encode([(tag, tbs)])
    signature = signer.sign(content, padding.PKCS1v15(), hashes.SHA256())
    algorithm = parse(_SHA256_WITH_RSA)
    return encode([(0x30, [*parse(content), *algorithm, (0x03, b"\0" + signature)])])


def for_pss(tbs: list[Element], algorithm: bytes = PSS) -> None:
    """Restrict the public key to RSASSA-PSS."""
    at = next(number for number, one in enumerate(tbs) if encode([one]).find(_RSA_KEY) in (4, 5))
    _tag, key = tbs[at]
    assert isinstance(key, list)
    tbs[at] = (0x30, [*parse(algorithm), key[1]])


def pss_key_pem(key: rsa.RSAPrivateKey, algorithm: bytes = PSS) -> str:
    """The key that belongs to :func:`for_pss`, as ``openssl genpkey -algorithm RSA-PSS`` writes it."""
    pkcs1 = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return pem("PRIVATE KEY", encode([(0x30, [(0x02, b"\0"), *parse(algorithm), (0x04, pkcs1)])]))


def _extensions(tbs: list[Element]) -> list[Element]:
    ((_tag, wrapped),) = [one for one in tbs if one[0] == 0xA3]
    assert isinstance(wrapped, list)
    inside = wrapped[0][1]
    assert isinstance(inside, list)
    return inside


def critical_false(tbs: list[Element]) -> None:
    """Write out the default of an extension: critical FALSE."""
    for _tag, extension in _extensions(tbs):
        assert isinstance(extension, list)
        if len(extension) == 2:
            extension.insert(1, (0x01, b"\0"))
            return


def ca_false(tbs: list[Element]) -> None:
    """Write out the default of basicConstraints: CA:FALSE."""
    oid = bytes.fromhex("551d13")
    for _tag, extension in _extensions(tbs):
        if isinstance(extension, list) and extension[0] == (0x06, oid):
            extension[-1] = (0x04, encode([(0x30, [(0x01, b"\0")])]))


def version_1(tbs: list[Element]) -> None:
    """Make it a certificate of version 1: without a version and extensions."""
    tbs[:] = [one for one in tbs if one[0] not in (0xA0, 0xA3)]


def critical_true_as_one(tbs: list[Element]) -> None:
    """Write the truth as BER has it: critical TRUE as 1, not as 255."""
    for _tag, extension in _extensions(tbs):
        if isinstance(extension, list) and len(extension) == 3:
            extension[1] = (0x01, b"\1")
            return


def version_2(tbs: list[Element]) -> None:
    """Make it a certificate of version 2, with extensions all the same."""
    tbs[0] = (0xA0, [(0x02, b"\1")])


def version_4(tbs: list[Element]) -> None:
    """Make it one of the version that there never was: 3, counted from 1."""
    tbs[0] = (0xA0, [(0x02, b"\3")])


def version_1_written_out(tbs: list[Element]) -> None:
    """Write out the default of the version, and keep the extensions."""
    tbs[0] = (0xA0, [(0x02, b"\0")])


def long_identifier(tbs: list[Element]) -> None:
    """Add an extension with an object identifier that is longer than most have."""
    _extensions(tbs).append((0x30, [(0x06, b"\x2a" + b"\1" * 70), (0x04, b"\5\0")]))


def unique_identifier(tbs: list[Element]) -> None:
    """Add an issuer's unique identifier whose unused bits are not zero."""
    tbs.insert(7, (0x81, b"\x07\xff"))


def unsorted_name(tbs: list[Element]) -> None:
    """Give the subject a second attribute in one set, in the wrong order."""
    _tag, subject = tbs[5]
    assert isinstance(subject, list)
    attributes = subject[-1][1]
    assert isinstance(attributes, list)
    attributes.append((0x30, [(0x06, bytes.fromhex("55040a")), (0x0C, b"Z")]))


def star_as_printable(tbs: list[Element]) -> None:
    """Give the subject a wildcard as PrintableString, which has no asterisk."""
    tbs[5] = (0x30, [(0x31, [(0x30, [(0x06, bytes.fromhex("550403")), (0x13, b"*.example.com")])])])


#: What OpenSSL verifies and cryptography refuses as a whole, by what it says of it.
ODD: dict[str, Callable[[list[Element]], None]] = {
    "EncodedDefault in Extension::critical": critical_false,
    "InvalidValue in Extension::critical": critical_true_as_one,
    "OidTooLong in Extension::extn_id": long_identifier,
    "EncodedDefault in TbsCertificate::version": version_1_written_out,
    "InvalidVersion in TbsCertificate::version": version_2,
    "InvalidValue in TbsCertificate::issuer_unique_id": unique_identifier,
    "InvalidSetOrdering in TbsCertificate::subject": unsorted_name,
}


def padded_serial(tbs: list[Element]) -> None:
    """Give the serial number a needless octet, which no library takes."""
    tbs[1] = (0x02, b"\0\0\1\2")


def without_seconds(tbs: list[Element]) -> None:
    """Leave the seconds out of the start of the validity: OpenSSL loads it, and verifies nothing."""
    validity = tbs[4][1]
    assert isinstance(validity, list)
    kind, start = validity[0]
    assert isinstance(start, bytes)
    validity[0] = (kind, start[:10] + b"Z")
