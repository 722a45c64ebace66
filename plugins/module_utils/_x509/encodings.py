# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Material in whatever form it comes: to PEM where that is safe, else what it is and how to convert it."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

from .certificate import in_pkcs7, parse_one
from .der import INTEGER, SEQUENCE, element
from .pem import PemBlock
from .private_key import key_to_pem

try:
    from cryptography.hazmat.primitives import serialization
except ImportError:  # reported by _libraries
    pass


class Form(NamedTuple):
    """A form that is not read: what it is, and what to do about it."""

    what: str
    next_step: str


#: What begins a file of Unicode text that is not UTF-8, which PowerShell's C(>) writes.
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_VERSION_3 = element(INTEGER, b"\x03")
_DER = bytes([SEQUENCE])

#: What binary files begin with, each with what it is.
_BINARY = {
    bytes.fromhex("feedfeed"): Form(
        "a Java keystore", "Convert it: keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12"
    ),
    b"PK\x03\x04": Form("a ZIP archive", "Unpack it"),
    bytes.fromhex("1f8b"): Form("a file that gzip has compressed", "Unpack it: gunzip FILE"),
}

#: Line ends that a variable, a form or JSON turned into two characters each.
_WRITTEN_OUT = re.compile(r"(?:\\+r)?\\+n")

_PATH = re.compile(r"\s*[^\s<>{}]{0,200}[/.][^\s<>{}]{1,200}\s*")


def to_text(data: bytes) -> str:
    """Return the content of a file as PEM: of certificates, PKCS#7 and private keys in DER, and of text in any Unicode.

    Other binary forms become base64, for M(name_form).
    """
    if data.startswith(_UTF_16):
        return data.decode("utf-16", "replace")
    for encoding in ("utf-16-le", "utf-16-be"):
        if data.find("-----BEGIN".encode(encoding)) % 2 == 0:
            return data.decode(encoding, "replace")
    if data.startswith((_DER, *_BINARY)):
        return der_to_pem(data) or base64.b64encode(data).decode("ascii")
    return data.decode("utf-8-sig", "replace")


def to_lines(text: str) -> str:
    """Return a text with real line ends, decoded where it is base64 of PEM or DER as a whole."""
    if "-----BEGIN%20" in text:  # as in a URL
        text = unquote(text)
    if "-----BEGIN" in text:
        return _WRITTEN_OUT.sub("\n", text)
    decoded = from_base64(text)
    if decoded is None:
        return text
    return der_to_pem(decoded) or (decoded.decode("utf-8", "replace") if b"-----BEGIN" in decoded else text)


def from_base64(text: str | bytes) -> bytes | None:
    """Return what is encoded, if the whole text is base64 of something long enough to be material."""
    try:
        decoded = base64.b64decode(b"".join((text.encode() if isinstance(text, str) else text).split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if len(decoded) > 32 else None


def der_to_pem(data: bytes) -> str | None:
    """Return certificates, PKCS#7 or a private key as PEM; None where it is neither."""
    if _loads(parse_one, data):
        return PemBlock.of("CERTIFICATE", data).text
    if _loads(in_pkcs7, data):
        return PemBlock.of("PKCS7", data).text
    try:
        key = serialization.load_der_private_key(data, None, unsafe_skip_rsa_key_validation=True)
    except TypeError:
        return PemBlock.of("ENCRYPTED PRIVATE KEY", data).text
    except Exception:  # what is raised depends on the version
        return None
    return key_to_pem(key).reveal()


def _loads(load: Callable[[bytes], object], data: bytes) -> bool:
    try:
        load(data)
    except ValueError:
        return False
    return True


def name_form(text: str, wanted: str) -> Form | None:
    """Return what some material is that is not read, if it can be recognised.

    Args:
        text: as M(to_text) and M(to_lines) return it.
        wanted: what it should be, V(a certificate), V(a private key) or V(a PKCS#12 file).
    """
    if wanted in _OWN and _OWN[wanted].search(text):
        return None  # what is beside it is not what is wrong
    for part, form in _BY_TEXT.items():
        if part in text:
            return form
    if not text.strip():
        return Form("empty", "Check the file, or the variable")
    decoded = from_base64(text) or b""
    for beginning, form in _BINARY.items():
        if decoded.startswith(beginning):
            return form
    if decoded.startswith(_DER) and any(decoded.startswith(_VERSION_3, at) for at in range(2, 6)):
        return None if wanted == _PKCS12.what else _PKCS12
    if text.lstrip().startswith("{") and "-----BEGIN" not in text:
        return Form("JSON", "Take the text in PEM out of it")
    if "-----BEGIN" not in text and _PATH.fullmatch(text):
        return Form("the path of a file, it seems", "Give it in the option with _path")
    return None


#: By which a text has at least one block of what is wanted, in a form that is read.
_OWN = {"a certificate": re.compile("CERTIFICATE-----"), "a private key": re.compile("(?<!OPENSSH )PRIVATE KEY-----")}

_PKCS12 = Form("a PKCS#12 file", "Give it in pkcs12_path")
_PRIVATE_KEY = Form("a private key", "Give it in private_key or private_key_path, and the certificate here")
_REQUEST = Form("a certificate signing request", "Give the certificate that the CA issued for it")
_BY_TEXT = {
    "$ANSIBLE_VAULT;": Form(
        "encrypted by ansible-vault, and files are read as they are",
        "Use the option without _path and {{ lookup('ansible.builtin.file', 'FILE') }}",
    ),
    "-----BEGIN OPENSSH PRIVATE KEY": Form(
        "a key in the form of OpenSSH", "Convert a copy: ssh-keygen -p -m PKCS8 -f FILE"
    ),
    "PuTTY-User-Key-File": Form(
        "a key in the form of PuTTY", "Convert it: puttygen FILE -O private-openssh -o FILE.key"
    ),
    "PRIVATE KEY-----": _PRIVATE_KEY,
    "-----BEGIN CERTIFICATE REQUEST": _REQUEST,
    "-----BEGIN NEW CERTIFICATE REQUEST": _REQUEST,
    "-----BEGIN PUBLIC KEY": Form("a public key", "Give the certificate, which contains it, or the private key"),
    "-----BEGIN X509 CRL": Form("a list of revoked certificates", "Give the certificate"),
    "-----BEGIN CERTIFICATE": Form(
        "a certificate", "Give it in certificate or certificate_path, and the private key here"
    ),
    "<html": Form("a web page", "Download the file itself"),
}
