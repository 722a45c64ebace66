# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What certificates say, as the tests read them themselves."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from simulator.authority import fingerprint_of
from simulator.state import UNSET, Pair


@lru_cache(maxsize=256)
def chain(pem: str | None) -> tuple[str, ...]:
    """Return the fingerprints, leaf first."""
    return tuple(map(fingerprint_of, x509.load_pem_x509_certificates(pem.encode()))) if pem else ()


@lru_cache(maxsize=256)
def not_after(pair: Pair) -> datetime | None:
    """Return when the leaf ends, in UTC; None where there is none."""
    if pair.certificate is None:
        return None
    return x509.load_pem_x509_certificates(pair.certificate.encode())[0].not_valid_after_utc


@lru_cache(maxsize=256)
def fits(pair: Pair) -> bool:
    """Tell whether the key is that of the leaf, or there is neither."""
    if pair.certificate is None or pair.key is None:
        return pair == UNSET
    leaf = x509.load_pem_x509_certificates(pair.certificate.encode())[0]
    public = leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return public == _public_half(pair.key)


@lru_cache(maxsize=256)
def _public_half(key: str) -> bytes:
    private = load_pem_private_key(key.encode(), None, unsafe_skip_rsa_key_validation=True)
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
