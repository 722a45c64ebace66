# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Which types of keys a list of TLS cipher suites is for, as OpenSSL reads it."""

from __future__ import annotations

import functools
import re
import ssl
from typing import Any

#: How OpenSSL names the authentication of cipher suites (C(SSL_CIPHER_get_auth_nid)).
RSA, ECDSA = "auth-rsa", "auth-ecdsa"

#: What is between suites. Square brackets and bars are those of BoringSSL, which serves the control plane.
_SEPARATORS = re.compile(r"[\s:,;|\[\]]+")

#: What removes suites, or orders them: it may name what this OpenSSL does not know.
_NOT_ADDING = ("!", "-", "+", "@")


def authentications(suites: Any) -> frozenset[str] | None:
    """Return the kinds of keys that the suites of TLS 1.2 authenticate with, as OpenSSL names them.

    Args:
        suites: the value of a setting of a cluster, whatever its type is.

    Returns:
        None where the list cannot be judged: it is empty, not text, or names a suite that this OpenSSL does not know.
    """
    if not isinstance(suites, str):
        return None
    # Suites of TLS 1.3 have a separate setting, and OpenSSL passes them over here.
    words = [word for word in _SEPARATORS.split(suites) if word and not word.startswith("TLS_")]
    adding = [word for word in words if not word.startswith(_NOT_ADDING)]
    if not adding or any(_auth(word) is None for word in adding):
        return None
    return _auth(":".join(words))


@functools.lru_cache(maxsize=256)  # a fleet has few lists, and each is compared with many certificates
def _auth(suites: str) -> frozenset[str] | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        # Without a security level, or this host's OpenSSL leaves out what a cluster may have.
        context.set_ciphers(f"{suites}:@SECLEVEL=0")
    except (ssl.SSLError, ValueError):
        return None
    return frozenset(cipher["auth"] for cipher in context.get_ciphers()) - {"auth-any"}
