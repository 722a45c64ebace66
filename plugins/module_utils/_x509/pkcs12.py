# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""PKCS#12 files (RFC 7292): what is in them, in the order in which a cluster wants it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

from .._errors import MaterialProblem
from .._secrets import Secret
from .._untrusted import printable
from .certificate import complete_chain, subject_text, to_iso
from .chain import ChainCertificate
from .der import OBJECT_IDENTIFIER, content, element, elements
from .opaque import Certificate, refusal
from .private_key import key_matches, key_to_pem

try:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.serialization import pkcs12
except ImportError:  # reported by _libraries
    pass

_DATA = element(OBJECT_IDENTIFIER, bytes.fromhex("2a864886f70d010701"))  # PKCS#7

#: The two types of bags that hold a private key (RFC 7292, 4.2), of which cryptography returns one.
_KEY_BAGS = tuple(element(OBJECT_IDENTIFIER, bytes.fromhex(f"2a864886f70d010c0a010{kind}")) for kind in (1, 2))


class Pkcs12Content(NamedTuple):
    """What was in the file."""

    certificates: tuple[Certificate, ...]  # with a key: the leaf, then its issuers; without: as in the file
    private_key: Secret | None  # PEM, not encrypted


class _Pair(NamedTuple):
    """A private key in the file, and the certificate that was issued for it."""

    name: str  # the friendly name, which Java calls the alias
    leaf: Certificate
    key: Any

    @property
    def title(self) -> str:
        """Return the pair for messages."""
        read = ChainCertificate.of(1, self.leaf)
        ends = f", expires on {to_iso(read.validity[1])}" if read.validity else ""
        return f"{self.name or 'without a name'} ({subject_text(self.leaf)}{ends})"


def load_pkcs12(data: bytes, passphrase: Secret | None, friendly_name: str | None = None) -> Pkcs12Content:
    """Decrypt a file and order its certificates.

    Certificates that are not among the leaf's issuers are left out. The library checks a key's numbers in full.

    Args:
        friendly_name: of the pair to take, where there are several. Its case does not count, since Java changes it.

    Raises:
        MaterialProblem: it is not PKCS#12, the passphrase is missing or wrong, it holds no certificate for its key, or
            several pairs of which none is chosen, or can be.
    """
    password = passphrase.reveal().encode() if passphrase else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about BER, which Windows writes
            found = pkcs12.load_pkcs12(data, password)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        refused = refusal(error)
        if refused:  # it was decrypted
            raise MaterialProblem(
                "invalid_certificate",
                "the file holds a certificate that cannot be parsed by cryptography, the library of Python "
                f"({refused})",
                "Give it in certificate_path and private_key_path: openssl pkcs12 -in FILE -nodes -out FILE.pem",
            ) from None
        # Of a damaged file and of a wrong passphrase, the library says the same.
        if passphrase is None:
            raise MaterialProblem(
                "passphrase_missing", "the file is encrypted, or is not PKCS#12", "Give private_key_passphrase"
            ) from None
        raise MaterialProblem(
            "passphrase_wrong",
            "the file cannot be decrypted, or is not PKCS#12",
            "Check private_key_passphrase; a file of an old program may have to be exported again with AES",
        ) from None
    held = [*([found.cert] if found.cert else []), *found.additional_certs]
    certificates = [one.certificate for one in held]
    if found.key is None:
        if not certificates:
            raise MaterialProblem("invalid_certificate", "the file holds no certificate", "Check the path")
        return Pkcs12Content(tuple(certificates), None)
    keys = _keys(data, password) if sum(map(data.count, _KEY_BAGS)) > 1 else [found.key]
    if not keys:
        raise MaterialProblem(
            "several_pairs",
            "the file holds several pairs, in a form in which only the first of them can be read",
            "Export the pair to install alone, without the others",
        )
    pairs = [
        _Pair(printable((one.friendly_name or b"").decode("utf-8", "replace")), one.certificate, key)
        for key in keys
        for one in held
        if _belongs(key, one.certificate)
    ]
    pair = _choose(pairs, friendly_name)
    try:
        return Pkcs12Content(complete_chain((pair.leaf,), certificates), key_to_pem(pair.key))
    except (ValueError, AttributeError):  # a key that has no PKCS#8 form
        raise MaterialProblem(
            "invalid_private_key", "the key type is not supported", "Use RSA, EC or Ed25519"
        ) from None


def _choose(pairs: Sequence[_Pair], friendly_name: str | None) -> _Pair:
    if not pairs:
        raise MaterialProblem(
            "key_mismatch",
            "the file holds no certificate that belongs to its private key",
            "Export the certificate together with the key that it was issued for",
        )
    wanted = [one for one in pairs if friendly_name is None or one.name.lower() == friendly_name.lower()]
    if len(wanted) == 1:
        return wanted[0]
    raise MaterialProblem(
        "several_pairs",
        f"the file holds {'several pairs' if len(pairs) > 1 else 'one pair'}: {', '.join(one.title for one in pairs)}",
        "Choose one by its name with pkcs12_friendly_name",
    )


def _belongs(key: Any, certificate: Certificate) -> bool:
    try:
        return key_matches(key, certificate)
    except (ValueError, AttributeError):
        return False


def _keys(data: bytes, password: bytes | None) -> list[Any]:
    """Return all private keys in a file; none where it is BER, or one of them cannot be read."""
    found = []
    try:
        _version, safe, *_mac = elements(content(data))
        for info in elements(content(_octets(safe))):
            for bag in elements(content(_octets(info))) if elements(content(info))[0] == _DATA else ():
                kind, value, *_attributes = elements(content(bag))
                if kind in _KEY_BAGS:
                    secret = password if kind == _KEY_BAGS[1] else None
                    found.append(serialization.load_der_private_key(content(value), secret))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return []
    return found


def _octets(info: bytes) -> bytes:
    """Return the octets in a ContentInfo of PKCS#7."""
    return content(content(elements(content(info))[1]))
