# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private keys: text that hides itself, and pools, since an RSA key takes some 60 ms to make."""

from __future__ import annotations

import base64
import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Union

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

PrivateKey = Union[rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey, ed25519.Ed25519PrivateKey]


class KeyText(str):
    """PEM text of a private key whose ``repr`` shows nothing of it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<private key>"


@dataclass(frozen=True, repr=False)
class Key:
    """A private key and its unencrypted PKCS #8 PEM text."""

    private: PrivateKey
    pem: KeyText


def to_pem(key: PrivateKey, passphrase: str | None = None, traditional: bool = False) -> KeyText:
    """Return the PEM text of ``key``: PKCS #8, or its type's own older form; encrypted when ``passphrase`` is given."""
    protection: KeySerializationEncryption = NoEncryption()
    if passphrase is not None:
        protection = BestAvailableEncryption(passphrase.encode())
    form = PrivateFormat.TraditionalOpenSSL if traditional else PrivateFormat.PKCS8
    return KeyText(key.private_bytes(Encoding.PEM, form, protection).decode())


def secret_lines(*keys: str) -> set[str]:
    """Return the lines of private keys in PEM by which each can be known where it must not be shown.

    Those from the middle of the public half are left out: by the length of what is before it in a certificate, that may
    have the same ones. So are the shortest, at the end of a key, which may be part of anything.
    """
    return {line for key in keys for line in _secret_lines(key)}


@functools.lru_cache(maxsize=1024)  # loading checks an RSA key
def _secret_lines(key: str) -> list[str]:
    lines = [line for line in key.splitlines() if len(line) > 12 and not line.startswith("-----")]
    try:
        private = load_pem_private_key(key.encode(), None)
    except (TypeError, ValueError, UnsupportedAlgorithm):  # encrypted, or made to be refused
        return lines
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return [line for line in lines if base64.b64decode(line) not in public]


def _rsa(bits: int) -> Key:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    return Key(key, to_pem(key))


class _Ring:
    """Keys handed out in turn: the same one comes back only after ``size`` others."""

    def __init__(self, make: Callable[[], Key], size: int) -> None:
        self._make = make
        self._size = size
        self._keys: list[Key] = []
        self._next = 0
        self._lock = threading.Lock()

    def take(self) -> Key:
        with self._lock:
            index = self._next % self._size
            self._next += 1
            if index == len(self._keys):
                self._keys.append(self._make())
            return self._keys[index]


_LEAVES = {
    "rsa": _Ring(lambda: _rsa(2048), 24),
    "rsa1024": _Ring(lambda: _rsa(1024), 2),
    "rsa3072": _Ring(lambda: _rsa(3072), 4),
    "rsa4096": _Ring(lambda: _rsa(4096), 2),
}
_AUTHORITIES = _Ring(lambda: _rsa(2048), 16)
KINDS = (*_LEAVES, "ec", "ed25519")


def leaf_key(kind: str) -> Key:
    """Return a key for an issued certificate, different from those of the issues right before.

    :raises ValueError: ``kind`` is none of :data:`KINDS`.
    """
    private: PrivateKey
    if kind in _LEAVES:
        return _LEAVES[kind].take()
    if kind == "ec":
        private = ec.generate_private_key(ec.SECP256R1())
    elif kind == "ed25519":
        private = ed25519.Ed25519PrivateKey.generate()
    else:
        raise ValueError(f"unknown kind of key {kind!r}: one of {', '.join(KINDS)}")
    return Key(private, to_pem(private))


def authority_key() -> Key:
    """Return an RSA key for a certificate authority."""
    return _AUTHORITIES.take()


GENERATIONS = 3
"""How many keys of one name there are, one after the other, and again from the first."""

_NAMED_LOCK = threading.Lock()
_NAMED: dict[tuple[str, int], Key] = {}


def named_key(name: str, generation: int = 0) -> Key:
    """Return the key that every cluster uses for its own certificate ``name``; neighbouring generations differ."""
    place = name, generation % GENERATIONS
    with _NAMED_LOCK:
        if place not in _NAMED:
            _NAMED[place] = _rsa(2048)
        return _NAMED[place]
