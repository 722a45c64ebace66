# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""PKCS#12 files (RFC 7292): what is in them, in the order in which a cluster wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .._errors import MaterialProblem
from .._secrets import Secret
from .certificate import complete_chain
from .private_key import key_to_pem

try:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import pkcs12
except ImportError:  # reported by _libraries
    pass

if TYPE_CHECKING:
    from cryptography import x509


class Pkcs12Content(NamedTuple):
    """What was in the file."""

    certificates: tuple[x509.Certificate, ...]  # with a key: the leaf, then its issuers; without: as in the file
    private_key: Secret | None  # PEM, not encrypted


def load_pkcs12(data: bytes, passphrase: Secret | None) -> Pkcs12Content:
    """Decrypt a file and order its certificates.

    Certificates that are not among the leaf's issuers are left out. The library checks a key's numbers in full.

    Raises:
        MaterialProblem: it is not PKCS#12, the passphrase is missing or wrong, or it holds no certificate for its key.
    """
    try:
        key, leaf, others = pkcs12.load_key_and_certificates(data, passphrase.reveal().encode() if passphrase else None)
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
    try:
        return Pkcs12Content(complete_chain((leaf,), others), key_to_pem(key))
    except (ValueError, AttributeError):  # a key that has no PKCS#8 form
        raise MaterialProblem(
            "invalid_private_key", "the key type is not supported", "Use RSA, EC or Ed25519"
        ) from None
