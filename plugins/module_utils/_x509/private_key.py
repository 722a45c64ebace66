# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Private keys: loading, matching with a certificate, and the form that is sent."""

from __future__ import annotations

import os
import re
from typing import Any

from .._errors import MaterialProblem
from .._secrets import Secret
from .der import INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, content, element, elements
from .opaque import Certificate
from .pem import PemBlock, PemError, split_pem

try:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
except ImportError:  # reported by _libraries
    pass

_PSS = element(OBJECT_IDENTIFIER, bytes.fromhex("2a864886f70d01010a"))  # id-RSASSA-PSS
_VERSION = 0xA0  # tag of the version of a certificate

#: The headers of an encrypted key in its traditional form (RFC 1421, 4.6). The initialisation vector is as long as a
#: block of the cipher: by that it ends where no line does.
_HEADERS = re.compile(
    r"Proc-Type: *4,ENCRYPTED\s*DEK-Info: *(DES[A-Z0-9-]*,[0-9A-F]{16}|[A-Z0-9-]+,(?:[0-9A-F]{32}|[0-9A-F]{16}(?=\s)))"
)


def _invalid(message: str) -> MaterialProblem:
    return MaterialProblem("invalid_private_key", message, "Give one private key in PEM (PKCS#8, PKCS#1 or SEC 1)")


def holds_private_key(text: str) -> bool:
    """Return whether a text holds a private key in PEM, be it complete or cut off."""
    return "PRIVATE KEY-----" in text


def _key_block(text: str) -> PemBlock:
    try:
        blocks = [block for block in split_pem(text) if block.label.endswith("PRIVATE KEY")]
    except PemError as error:
        raise _invalid(str(error)) from None
    if len(blocks) != 1:
        raise _invalid(f"expected one PEM block PRIVATE KEY, found {len(blocks)}")
    return blocks[0]


def _regular(block: PemBlock) -> str:
    """Return a block in the one layout that the library reads, whatever became of its line ends.

    Raises:
        PemError: the content is not base64.
    """
    headers = _HEADERS.match("\n".join(block.lines))
    if headers is None:
        return PemBlock.of(block.label, block.der).text
    encrypted = PemBlock(block.label, (headers.string[headers.end() :],)).der
    lines = ("Proc-Type: 4,ENCRYPTED", f"DEK-Info: {headers[1]}", "", *PemBlock.of(block.label, encrypted).lines)
    return PemBlock(block.label, lines).text


def _is_encrypted(block: PemBlock) -> bool:
    return block.label == "ENCRYPTED PRIVATE KEY" or any("ENCRYPTED" in line for line in block.lines[:2])


def load_private_key(text: Secret, passphrase: Secret | None, *, check: bool) -> Any:
    """Return the private key in a PEM text, decrypted.

    Args:
        text: PEM; text and blocks around the key are passed over.
        passphrase: not used when the key is not encrypted.
        check: whether to check an RSA key's numbers for consistency. Without it, the public half is still right for
            comparing, but the key must not be sent to a cluster.

    Raises:
        MaterialProblem: no key, several keys, a wrong or missing passphrase, inconsistent numbers, or a type that no
            cluster takes.
    """
    block = _key_block(text.reveal())
    encrypted = _is_encrypted(block)
    if encrypted and passphrase is None:
        raise MaterialProblem("passphrase_missing", "it is encrypted", "Give private_key_passphrase")
    password = passphrase.reveal().encode() if encrypted and passphrase is not None else None
    try:
        pem = _regular(block).encode()
        key = serialization.load_pem_private_key(pem, password, unsafe_skip_rsa_key_validation=True)
        if check and isinstance(key, rsa.RSAPrivateKey) and not _is_consistent(key):
            # What is unusual is for the library to judge, which takes 30 to 200 ms.
            key = serialization.load_pem_private_key(pem, password)
    except PemError as error:
        raise _invalid(str(error)) from None
    except UnsupportedAlgorithm:
        raise MaterialProblem(
            "invalid_private_key",
            "its curve or form is not supported by cryptography, the library of Python",
            "Use an EC key on P-256, or an RSA key",
        ) from None
    except (ValueError, TypeError):
        if encrypted:
            raise MaterialProblem(
                "passphrase_wrong", "it cannot be decrypted", "Check private_key_passphrase and the key itself"
            ) from None
        raise _invalid(
            "it cannot be parsed, or the RSA key is inconsistent (p, q and d do not match the modulus) or has more "
            "than two primes"
        ) from None
    if not isinstance(
        key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey, ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey)
    ):
        raise MaterialProblem("invalid_private_key", "the key type is not supported", "Use an RSA, EC or Ed25519 key")
    return key


def _is_consistent(key: rsa.RSAPrivateKey) -> bool:
    """Return whether the numbers of an RSA key belong together, and sign what the public half verifies.

    Signatures tell factors that are no primes, unless these were made to deceive; the library's test of primality takes
    a hundred times as long. False: it is unknown.
    """
    numbers = key.private_numbers()
    n, e = numbers.public_numbers.n, numbers.public_numbers.e
    p, q, d = numbers.p, numbers.q, numbers.d
    if min(p, q, e) < 3 or p * q != n or d * e % (p - 1) != 1 or d * e % (q - 1) != 1:
        return False
    if numbers.dmp1 != d % (p - 1) or numbers.dmq1 != d % (q - 1):
        return False
    if not 0 < numbers.iqmp < p or numbers.iqmp * q % p != 1:
        return False
    message = os.urandom(32)
    try:
        signature = key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        key.public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):  # also where the key is too short to sign
        return False
    return True


def key_matches(key: Any, certificate: Certificate) -> bool:
    """Return whether C(certificate) was issued for this private key.

    Raises:
        ValueError: the public key in the certificate is malformed, or of a type that cryptography does not know.
    """
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    try:
        public = certificate.public_key()
    except UnsupportedAlgorithm:
        raise ValueError("the type of the public key is unknown") from None
    return bool(key.public_key().public_bytes(*form) == public.public_bytes(*form))


def key_to_pem(key: Any, certificate: Certificate | None = None) -> Secret:
    """Return the key as unencrypted PKCS#8 PEM with LF.

    That is the form that the vendor's REST API reference shows for updates.

    Args:
        certificate: to which it belongs: where that restricts the key to RSA-PSS, the key has to do the same, and
            cryptography writes the form for all uses alone.
    """
    algorithm = None if certificate is None else _pss_algorithm(certificate)
    if algorithm is not None and isinstance(key, rsa.RSAPrivateKey):
        pkcs1 = key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        inside = element(INTEGER, b"\0") + algorithm + element(OCTET_STRING, pkcs1)
        return Secret(PemBlock.of("PRIVATE KEY", element(SEQUENCE, inside)).text)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Secret(pem.decode("ascii"))


def _pss_algorithm(certificate: Certificate) -> bytes | None:
    """Return the algorithm of a public key, with its parameters, if it is id-RSASSA-PSS (RFC 4055, 1.2 and 3.1)."""
    try:
        fields = elements(content(certificate.tbs_certificate_bytes))
        # RFC 5280, 4.1; version 1 leaves out the version, which comes first.
        algorithm = elements(content(fields[6 if fields[0][0] == _VERSION else 5]))[0]
        return algorithm if elements(content(algorithm))[0] == _PSS else None
    except (ValueError, IndexError):  # malformed
        return None


def normalise_key(text: Secret) -> Secret:
    """Return the one key in a PEM text as it is, but with LF, a last newline and nothing around it.

    Raises:
        MaterialProblem: no key, or several keys.
    """
    return Secret(_key_block(text.reveal()).text)
