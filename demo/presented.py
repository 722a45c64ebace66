# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows what each port of a simulated cluster presents in a fresh TLS handshake."""

from __future__ import annotations

import json
import ssl
import sys

from cryptography import x509

with open(sys.argv[1], encoding="utf-8") as file:
    cluster = json.load(file)
for address in cluster["addresses"]:
    for service in ("api", "cm", "metrics", "database"):
        port = cluster[f"{service}_port"]
        pem = ssl.get_server_certificate((address, port))
        certificate = x509.load_pem_x509_certificate(pem.encode())
        print(
            f"{address}:{port}  {service:8}  issued by {certificate.issuer.rfc4514_string()},"
            f" valid until {certificate.not_valid_after_utc:%Y-%m-%d}"
        )
