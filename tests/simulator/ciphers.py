# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cipher suites that a cluster has configured, in the form of OpenSSL (vendor: cluster settings, ciphers).

``data_cipher_suites_tls_1_3`` is a string on the vendor's page, and an array where other clients of the API read it
(redisctl and a Go client declare a list): empty unless somebody configured it.
"""

from __future__ import annotations

CONTROL_SUITES = ":".join(
    f"ECDHE-{key}-{cipher}"
    for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
    for key in ("ECDSA", "RSA")
)
DATA_CIPHERS = "HIGH:!3DES:!aDH"
RSA_SUITES = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384"
