# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Certificates that cryptography refuses as a whole because of one field, and OpenSSL takes."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter, methodcaller
from typing import Any, Union

from .der import BIT_STRING, INTEGER, OBJECT_IDENTIFIER, SEQUENCE, content, element, elements

try:
    from cryptography import x509
except ImportError:  # reported by _libraries
    pass

#: The field (RFC 5280, 4.1) from which each attribute of a certificate is read.
_FIELDS = {
    "serial_number": "serialNumber",
    "signature_algorithm_oid": "signature",
    "signature_algorithm_parameters": "signature",
    "signature_hash_algorithm": "signature",
    "issuer": "issuer",
    "not_valid_before": "validity",
    "not_valid_before_utc": "validity",
    "not_valid_after": "validity",
    "not_valid_after_utc": "validity",
    "subject": "subject",
    "extensions": "extensions",
}

_VERSION, _EXTENSIONS = 0xA0, 0xA3  # tags
_VERSION_3 = element(_VERSION, element(INTEGER, b"\2"))

_BASIC_CONSTRAINTS = element(OBJECT_IDENTIFIER, bytes.fromhex("551d13"))
_EMPTY = element(SEQUENCE, b"")
_ED25519 = element(SEQUENCE, element(OBJECT_IDENTIFIER, bytes.fromhex("2b6570")))
_YEAR_2000 = element(0x17, b"000101000000Z")

#: A certificate that cryptography parses, of which one field at a time is replaced.
_STAND_IN = {
    "serialNumber": element(INTEGER, b"\1"),
    "signature": _ED25519,
    "issuer": _EMPTY,
    "validity": element(SEQUENCE, _YEAR_2000 * 2),
    "subject": _EMPTY,
    "subjectPublicKeyInfo": element(SEQUENCE, _ED25519 + element(BIT_STRING, bytes(33))),
    "extensions": b"",
}


#: How cryptography says what is wrong with DER, and where.
_PROBLEM, _FIELD = re.compile(r"kind: (\w+)"), re.compile(r'"(\w+::\w+)"')


class UnparsedField(ValueError):
    """A field that cryptography refuses; the message is M(refusal)."""


def refusal(error: Exception) -> str:
    """Return what cryptography refuses, such as V(EncodedDefault in Extension::critical); empty: it names no field."""
    if isinstance(error, UnparsedField):
        return str(error)
    if isinstance(error, x509.InvalidVersion):
        return "InvalidVersion in TbsCertificate::version"
    kind, fields = _PROBLEM.search(str(error)), _FIELD.findall(str(error))
    return f"{kind[1]} in {fields[-1]}" if kind and fields else ""


@dataclass(frozen=True)
class OpaqueCertificate:
    """A certificate that only OpenSSL parses. Whoever verifies it with OpenSSL, such as the cluster, may accept it.

    It has the attributes of C(x509.Certificate) that are read here: cryptography parses each field on its own. Of a
    field that is malformed, they raise M(UnparsedField). The validity is well-formed, since OpenSSL, too, verifies no
    certificate without.

    Attributes:
        der: as OpenSSL presents it.
        reason: why cryptography refuses it; printable.
        tbs_certificate_bytes: what is signed.
    """

    der: bytes = field(repr=False)
    reason: str = field(compare=False)
    tbs_certificate_bytes: bytes = field(compare=False, repr=False)
    signature: bytes = field(compare=False, repr=False)
    version: x509.Version = field(compare=False, repr=False)
    _fields: Mapping[str, bytes] = field(compare=False, repr=False)

    @classmethod
    def of(cls, der: bytes, reason: str) -> OpaqueCertificate:
        """Split a certificate into its fields.

        Raises:
            ValueError: OpenSSL refuses it too, or verifies no such certificate.
        """
        if not _is_taken_by_openssl(der):
            raise ValueError(reason)
        tbs, _algorithm, signature = elements(content(der))
        version, rest = [], elements(content(tbs))
        if rest[0][0] == _VERSION:
            version, rest = rest[:1], rest[1:]
        fields = dict(zip(_STAND_IN, rest[:6]))
        fields["extensions"] = next((one for one in rest[6:] if one[0] == _EXTENSIONS), b"")
        first = not version or content(content(version[0])) == b"\0"
        _with_field("validity", fields["validity"])
        return cls(
            der,
            reason,
            tbs,
            content(signature)[1:],  # the first octet counts the unused bits of the last one
            x509.Version.v1 if first else x509.Version.v3,
            fields,
        )

    def __getattr__(self, name: str) -> Any:
        """Return what cryptography makes of the field that holds it.

        Raises:
            AttributeError: certificates of this version of cryptography have no such attribute.
            UnparsedField: it refuses the field.
        """
        if name not in _FIELDS:
            raise AttributeError(name)
        return self._read(_FIELDS[name], attrgetter(name))

    def public_key(self) -> Any:
        """Return the public key.

        Raises:
            UnparsedField: cryptography refuses it.
        """
        return self._read("subjectPublicKeyInfo", methodcaller("public_key"))

    @property
    def is_ca_to_openssl(self) -> bool:
        """Return whether OpenSSL takes it for that of a CA, in any of the ways that there were before RFC 5280."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=self.der)
        found = bool(context.get_ca_certs(binary_form=True))
        _is_taken_by_openssl(b"\0")  # an error clears those that get_ca_certs may have left to whatever comes next
        return found

    @property
    def has_basic_constraints(self) -> bool:
        """Return whether it has the extension, whether or not that can be read."""
        return _BASIC_CONSTRAINTS in self._fields["extensions"]  # none other has that in it

    def _read(self, name: str, value: Callable[[x509.Certificate], Any]) -> Any:
        try:
            return value(_with_field(name, self._fields[name]))
        except AttributeError:
            raise
        except Exception as error:  # the parser raises more than ValueError for hostile input
            raise UnparsedField(refusal(error)) from None


#: What is known of a certificate, whether or not cryptography parses it as a whole.
Certificate = Union["x509.Certificate", OpaqueCertificate]


def _is_taken_by_openssl(der: bytes) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=der)
    except ssl.SSLError:
        return False
    return True


def _with_field(name: str, value: bytes) -> x509.Certificate:
    """Return a certificate in which all but one field are well-formed, and its signature is none."""
    fields = {**_STAND_IN, name: value}
    version = _VERSION_3 if fields["extensions"] else b""
    tbs = element(SEQUENCE, version + b"".join(fields.values()))
    return x509.load_der_x509_certificate(element(SEQUENCE, tbs + fields["signature"] + element(BIT_STRING, b"\0")))
