# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small certificate authority that issues the material of tests."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .keys import Key, KeyText, PrivateKey, authority_key, leaf_key, to_pem

_PURPOSES = {
    "serverAuth": ExtendedKeyUsageOID.SERVER_AUTH,
    "clientAuth": ExtendedKeyUsageOID.CLIENT_AUTH,
    "codeSigning": ExtendedKeyUsageOID.CODE_SIGNING,
    "anyExtendedKeyUsage": ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
}
_DIGESTS: dict[str, type[hashes.SHA256] | type[hashes.SHA384] | type[hashes.SHA512]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_UNKNOWN = x509.ObjectIdentifier("1.3.6.1.4.1.99999.1")
_BOTH_PURPOSES = ("serverAuth", "clientAuth")


def cluster_names(fqdn: str, nodes: int = 3) -> list[str]:
    """List the alternative names that a cluster's certificate should have, and the loopback addresses of its nodes."""
    names = [fqdn, f"*.{fqdn}", f"internal.{fqdn}", f"*.internal.{fqdn}", "localhost"]
    return names + [f"127.0.0.{number}" for number in range(1, nodes + 1)]


def pem_of(certificate: x509.Certificate) -> str:
    """Return ``certificate`` as PEM text that ends with a newline."""
    return certificate.public_bytes(Encoding.PEM).decode()


def fingerprint_of(certificate: x509.Certificate) -> str:
    """Return the SHA-256 fingerprint, lower-case hex with colons."""
    return certificate.fingerprint(hashes.SHA256()).hex(":")


def _subject(common_name: str | None) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Simulated")]
    if common_name is not None:
        attributes.insert(0, x509.NameAttribute(NameOID.COMMON_NAME, common_name))
    return x509.Name(attributes)


def _alternative_name(text: str) -> x509.GeneralName:
    kind, colon, value = text.partition(":")
    if colon and kind in ("DNS", "IP"):
        return x509.DNSName(value) if kind == "DNS" else x509.IPAddress(ipaddress.ip_address(value))
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _moment(days: float | datetime) -> datetime:
    return days if isinstance(days, datetime) else datetime.now(timezone.utc) + timedelta(days=days)


def _key_usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not authority,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


@dataclass(frozen=True)
class Form:
    """The content of a certificate to sign. Moments are days from now, or a datetime."""

    common_name: str | None
    days: float | datetime = 365
    not_before: float | datetime | None = None
    sans: Sequence[str] = ()
    eku: Sequence[str] = ()
    key_usage: bool = True
    ca: bool = False
    digest: str = "sha256"
    unknown_extension: bool = False

    def sign(self, key: PrivateKey, issuer: x509.Name | None, issuer_key: PrivateKey) -> x509.Certificate:
        """Sign the certificate for ``key``; self-signed when ``issuer`` is None."""
        end = _moment(self.days)
        start = _moment(self.not_before) if self.not_before is not None else min(_moment(-1), end - timedelta(days=1))
        subject = _subject(self.common_name)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer or subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=self.ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        )
        if self.key_usage:
            builder = builder.add_extension(_key_usage(self.ca), critical=True)
        if self.eku:
            purposes = x509.ExtendedKeyUsage([_PURPOSES[purpose] for purpose in self.eku])
            builder = builder.add_extension(purposes, critical=False)
        if self.sans:
            names = x509.SubjectAlternativeName([_alternative_name(name) for name in self.sans])
            builder = builder.add_extension(names, critical=False)
        if self.unknown_extension:
            builder = builder.add_extension(x509.UnrecognizedExtension(_UNKNOWN, b"\x05\x00"), critical=False)
        digest = None if isinstance(issuer_key, ed25519.Ed25519PrivateKey) else _DIGESTS[self.digest]()
        return builder.sign(issuer_key, digest)


def self_signed(form: Form, key: PrivateKey) -> x509.Certificate:
    """Return a certificate of ``key`` signed by itself."""
    return form.sign(key, None, key)


@dataclass(frozen=True, repr=False)
class Material:
    """An issued certificate with its chain, and the private key. Its ``repr`` shows no key."""

    chain: tuple[x509.Certificate, ...]
    key_pem: KeyText
    ca_pem: str

    def __repr__(self) -> str:
        return f"<Material {self.leaf.subject.rfc4514_string()} {self.fingerprint}>"

    @property
    def leaf(self) -> x509.Certificate:
        return self.chain[0]

    @property
    def certificate_pem(self) -> str:
        """Return the leaf first, then the intermediates (and the root where it was asked for)."""
        return "".join(map(pem_of, self.chain))

    @property
    def leaf_pem(self) -> str:
        return pem_of(self.leaf)

    @property
    def chain_pem(self) -> str:
        """Return what follows the leaf."""
        return "".join(map(pem_of, self.chain[1:]))

    @property
    def fingerprint(self) -> str:
        """Return the leaf's SHA-256 fingerprint."""
        return fingerprint_of(self.leaf)

    @property
    def chain_fingerprints(self) -> list[str]:
        return [fingerprint_of(certificate) for certificate in self.chain]


@dataclass(frozen=True, repr=False)
class _Signer:
    certificate: x509.Certificate
    key: Key

    def sign(self, form: Form, key: PrivateKey) -> x509.Certificate:
        return form.sign(key, self.certificate.subject, self.key.private)

    def authority_below(self, common_name: str | None) -> _Signer:
        key = authority_key()
        form = Form(common_name=common_name, days=1825, ca=True)
        return _Signer(self.sign(form, key.private), key)


class Authority:
    """A root that issues leaves, with as many intermediates between as asked for."""

    def __init__(self, common_name: str | None = "Simulated root CA", days: float = 3650) -> None:
        key = authority_key()
        certificate = self_signed(Form(common_name=common_name, days=days, ca=True), key.private)
        self.common_name = common_name
        self._signers = [_Signer(certificate, key)]

    @property
    def certificate(self) -> x509.Certificate:
        return self._signers[0].certificate

    @property
    def ca_pem(self) -> str:
        return pem_of(self.certificate)

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for another process: keys as text, and without intermediates."""
        return {"name": self.common_name, "certificate": self.ca_pem, "key": str(self._signers[0].key.pem)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.common_name = state["name"]
        key = Key(load_pem_private_key(state["key"].encode(), None), KeyText(state["key"]))  # type: ignore[arg-type]
        self._signers = [_Signer(x509.load_pem_x509_certificate(state["certificate"].encode()), key)]

    def sign(self, form: Form, key: PrivateKey) -> x509.Certificate:
        """Return a certificate of ``key`` signed by the root."""
        return self._signers[0].sign(form, key)

    def _signer(self, depth: int) -> _Signer:
        while len(self._signers) <= depth:
            name = None if self.common_name is None else f"{self.common_name}, intermediate {len(self._signers)}"
            self._signers.append(self._signers[-1].authority_below(name))
        return self._signers[depth]

    def issue(
        self,
        name: str = "cluster.example.com",
        *,
        key: str = "rsa",
        days: float | datetime = 200,
        not_before: float | datetime | None = None,
        sans: Sequence[str] | None = None,
        intermediates: int = 0,
        eku: Sequence[str] | None = _BOTH_PURPOSES,
        passphrase: str | None = None,
        root: bool = True,
        common_name: bool = True,
        key_usage: bool = True,
        digest: str = "sha256",
        traditional: bool = False,
        ca: bool = False,
        unknown_extension: bool = False,
    ) -> Material:
        """Issue a new leaf for the FQDN ``name``.

        :param key: ``rsa`` (2048 bits), ``rsa1024``, ``rsa3072``, ``rsa4096``, ``ec`` (P-256) or ``ed25519``.
        :param days: end of validity, in days from now (negative: expired) or a datetime.
        :param not_before: start of validity, likewise; a day ago unless given.
        :param sans: ``DNS:...``, ``IP:...`` or bare names; the names a cluster needs unless given.
        :param intermediates: how many there are between the root and the leaf.
        :param eku: purposes; None or empty for no such extension.
        :param passphrase: encrypts the key.
        :param root: whether the root ends the chain.
        :param common_name: whether the leaf's subject has one.
        :param traditional: PKCS #1 or SEC 1 text instead of PKCS #8.
        :param unknown_extension: whether the leaf has an extension of an enterprise of its own.
        :raises ValueError: unknown ``key``.
        """
        pair = leaf_key(key)
        form = Form(
            common_name=name if common_name else None,
            days=days,
            not_before=not_before,
            sans=cluster_names(name) if sans is None else sans,
            eku=eku or (),
            key_usage=key_usage,
            digest=digest,
            ca=ca,
            unknown_extension=unknown_extension,
        )
        signer = self._signer(intermediates)
        leaf = signer.sign(form, pair.private)
        lowest_first = [self._signer(depth).certificate for depth in range(intermediates, 0, -1)]
        chain = (leaf, *lowest_first, *([self.certificate] if root else []))
        text = pair.pem if passphrase is None and not traditional else to_pem(pair.private, passphrase, traditional)
        return Material(chain, text, self.ca_pem)
