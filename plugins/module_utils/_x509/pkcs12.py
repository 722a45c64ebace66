# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""PKCS#12 files (RFC 7292): what is in them, in the order in which a cluster wants it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, NamedTuple

from .._errors import MaterialProblem
from .._secrets import Secret
from .certificate import complete_chain, related, to_iso
from .chain import ChainCertificate
from .der import OBJECT_IDENTIFIER, element
from .private_key import key_to_pem

try:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import pkcs12
except ImportError:  # reported by _libraries
    pass

if TYPE_CHECKING:
    from cryptography import x509


#: The two types of bags that hold a private key (RFC 7292, 4.2), of which cryptography returns one. They cannot be
#: counted where the bags themselves are encrypted, which no common program does.
_KEY_BAGS = tuple(element(OBJECT_IDENTIFIER, bytes.fromhex(f"2a864886f70d010c0a010{kind}")) for kind in (1, 2))


class Pkcs12Content(NamedTuple):
    """What was in the file."""

    certificates: tuple[x509.Certificate, ...]  # with a key: the leaf, then its issuers; without: as in the file
    private_key: Secret | None  # PEM, not encrypted


def _is_ca(certificate: x509.Certificate) -> bool:
    return ChainCertificate.of(1, certificate).is_ca is not False


def _title(certificate: x509.Certificate) -> str:
    read = ChainCertificate.of(1, certificate)
    ends = f", expires on {to_iso(read.validity[1])}" if read.validity else ""
    return f"{read.title.partition(' ')[2].partition(' ')[2] or 'one without a subject'}{ends}"


def load_pkcs12(data: bytes, passphrase: Secret | None) -> Pkcs12Content:
    """Decrypt a file and order its certificates.

    Certificates that are not among the leaf's issuers are left out. The library checks a key's numbers in full.

    Raises:
        MaterialProblem: it is not PKCS#12, the passphrase is missing or wrong, or it holds no certificate for its key.
    """
    password = passphrase.reveal().encode() if passphrase else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about BER, which Windows and Java write
            key, leaf, others = pkcs12.load_key_and_certificates(data, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # of a damaged file and of a wrong passphrase alike
        if passphrase is None:
            raise MaterialProblem(
                "passphrase_missing", "the file is encrypted, or is not PKCS#12", "Give private_key_passphrase"
            ) from None
        raise MaterialProblem(
            "passphrase_wrong",
            "the file cannot be decrypted, or is not PKCS#12",
            "Check private_key_passphrase; a file of an old program may have to be exported again with AES",
        ) from None
    if key is None:
        certificates = tuple(others) if leaf is None else (leaf, *others)
        if not certificates:
            raise MaterialProblem("invalid_certificate", "the file holds no certificate", "Check the path")
        return Pkcs12Content(certificates, None)
    if leaf is None:
        raise MaterialProblem(
            "key_mismatch",
            "the file holds no certificate that belongs to its private key",
            "Export the certificate together with the key that it was issued for",
        )
    if sum(map(data.count, _KEY_BAGS)) > 1:
        strangers = [one for one in set(others) - related(leaf, others) - {leaf} if not _is_ca(one)]
        pairs = " and ".join(sorted(_title(one) for one in (leaf, *strangers)))
        raise MaterialProblem(
            "several_pairs",
            f"the file holds the certificates of several pairs: {pairs}",
            "Export the one that is wanted into a file of its own (openssl pkcs12 -in FILE -nodes shows them)",
        )
    try:
        return Pkcs12Content(complete_chain((leaf,), others), key_to_pem(key))
    except (ValueError, AttributeError):  # a key that has no PKCS#8 form
        raise MaterialProblem(
            "invalid_private_key", "the key type is not supported", "Use RSA, EC or Ed25519"
        ) from None
