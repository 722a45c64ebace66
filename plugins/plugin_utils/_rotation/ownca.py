# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a CA of one's own issues a certificate: the modules of C(community.crypto), and their options.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .._paths import placed

Call = tuple[str, dict[str, Any]]
"""A module and its options."""

_CURVES = {256: "secp256r1", 384: "secp384r1", 521: "secp521r1"}


def private_key(entry: Mapping[str, Any]) -> Call:
    """Return what makes a private key.

    Args:
        entry: of the plan.
    """
    rsa = entry["key_type"] == "RSA"
    size = {"size": entry["key_size"]} if rsa else {"curve": _CURVES[entry["key_size"]]}
    return "community.crypto.openssl_privatekey_pipe", {"type": entry["key_type"], **size}


def signing_request(entry: Mapping[str, Any], key: str) -> Call:
    """Return what makes a signing request for a private key."""
    return "community.crypto.openssl_csr_pipe", {
        "privatekey_content": key,
        **({"common_name": entry["common_name"]} if entry["common_name"] else {}),
        "subject_alt_name": [one if re.match("IP:|DNS:", one) else f"DNS:{one}" for one in entry["names"]],
        # As RFC 5280 wants it without a subject.
        "subject_alt_name_critical": not entry["common_name"],
        "key_usage": ["digitalSignature", *(["keyEncipherment"] if entry["key_type"] == "RSA" else [])],
        "key_usage_critical": True,
        "extended_key_usage": ["serverAuth", "clientAuth"],
    }


def certificate(entry: Mapping[str, Any], source: Mapping[str, Any], request: str, ca_pem: str) -> Call:
    """Return what signs a request.

    Args:
        source: the options of the source.
        ca_pem: the certificate of the CA, and perhaps its issuers.
    """
    path = source.get("ca_private_key_path")
    given = {
        "ownca_privatekey_content": source.get("ca_private_key"),
        "ownca_privatekey_path": placed(path) if path else None,
        "ownca_privatekey_passphrase": source.get("ca_private_key_passphrase"),
    }
    return "community.crypto.x509_certificate_pipe", {
        "provider": "ownca",
        "csr_content": request,
        "ownca_content": ca_pem,
        **{option: value for option, value in given.items() if value},
        "ownca_not_before": "-1h",  # Clocks differ.
        "ownca_not_after": f"+{entry['options']['days']}d",
    }
