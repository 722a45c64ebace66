# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cipher suites that a cluster has configured, in the form of OpenSSL (vendor: cluster settings, ciphers)."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field

_CONTROL = ":".join(
    f"ECDHE-{key}-{cipher}"
    for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
    for key in ("ECDSA", "RSA")
)
_DATA = "HIGH:!3DES:!aDH"
_RSA = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384"
_CONTROL_NAMES = ("api", "cm", "metrics_exporter")
_DATA_NAMES = ("proxy",)


@dataclass
class Suites:
    """The cipher suites that are configured; may be changed at any time.

    :ivar control: ``control_cipher_suites``, for the ports of the control plane.
    :ivar data: ``data_cipher_list``, for the endpoints of databases, up to TLS 1.2.
    :ivar data_tls_1_3: ``data_cipher_suites_tls_1_3``. A string on the vendor's page, an array where other clients of
        the API read it (redisctl and a Go client declare a list); empty unless it is configured.
    """

    control: str = _CONTROL
    data: str = _DATA
    data_tls_1_3: list[str] | str = field(default_factory=list)

    @classmethod
    def initial(cls, rsa_only: bool) -> Suites:
        """Return the suites of a new cluster.

        :param rsa_only: whether none fits a key that is not RSA.
        """
        return cls(_RSA, _RSA) if rsa_only else cls()

    def fit(self, name: str, rsa: bool) -> bool:
        """Check whether the key of a certificate fits (contract, section 4); names without suites take any.

        Suites of TLS 1.3 fit keys of any type.
        """
        if name in _CONTROL_NAMES:
            return _authenticate(self.control, rsa)
        if name in _DATA_NAMES:
            return bool(self.data_tls_1_3) or _authenticate(self.data, rsa)
        return True


def _authenticate(suites: str, rsa: bool) -> bool:
    """Check whether one of the suites up to TLS 1.2 authenticates the server with a key of this type."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(suites)
    return ("auth-rsa" if rsa else "auth-ecdsa") in {cipher["auth"] for cipher in context.get_ciphers()}
