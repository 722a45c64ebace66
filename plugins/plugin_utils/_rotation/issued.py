# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a source has issued: made whole, and checked before it is kept or used.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.desired import (
    append_issuers,
    choose_line,
    read_issuers,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import (
    CertificateParseError,
    parse_bag,
    parse_pem,
    to_pem,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.facts import shown_facts

from .._paths import placed
from .authorities import CA
from .reasons import demands, renewal_reasons

#: What Ansible puts in the place of a secret.
_MASK = "********"


def _label(entry: Mapping[str, Any]) -> str:
    return f"{entry['name']}: source {entry['source']}"


def _issuers(source: Mapping[str, Any]) -> dict[str, Any]:
    path = source.get("issuers_path")
    return {"issuers": source.get("issuers"), "issuers_path": placed(path) if path else None}


def check_issuers(entry: Mapping[str, Any], source: Mapping[str, Any]) -> None:
    """Check that the further issuers of a source can be read, before what they belong to is issued.

    Raises:
        CertificateError: they cannot.
    """
    try:
        read_issuers(_issuers(source))
    except CertificateError as error:
        raise CertificateError(error.kind, f"{_label(entry)}: {error.message}") from None


def complete(entry: Mapping[str, Any], source: Mapping[str, Any], got: Mapping[str, Any]) -> dict[str, Any]:
    """Return the material with one line of issuers, and those that the source adds: what is judged is installed.

    Args:
        entry: of the plan.
        source: its options.
        got: C(certificate), C(private_key) and perhaps C(private_key_passphrase).

    Raises:
        CertificateError: something is masked, or cannot be parsed, is out of order, or the issuers do not
            continue the chain.
    """
    label = _label(entry)
    pem, key = str(got.get("certificate") or ""), got.get("private_key")
    if _MASK in f"{pem}{key}":
        raise CertificateError(
            "weak_secret",
            f"{label}: a password, token or passphrase of the source occurs in what was issued, where Ansible masks "
            "it. Nothing was changed. Choose a longer one.",
        )
    try:
        chain = append_issuers(choose_line(parse_bag(pem), "certificate"), _issuers(source))
    except CertificateParseError as error:
        raise CertificateError(
            "invalid_certificate", f"{label}: what was issued: {error}. Nothing was changed."
        ) from None
    except CertificateError as error:
        raise CertificateError(error.kind, f"{label}: {error.message}") from None
    return {**got, "certificate": to_pem(chain), "private_key": key}


def check_issued(entry: Mapping[str, Any], pem: str, authorities: Mapping[str, CA], values: Mapping[str, Any]) -> None:
    """Check that a certificate would not be issued again at every run.

    Raises:
        CertificateError: it would.
    """
    facts = shown_facts(parse_pem(pem), datetime.now(timezone.utc))
    reasons = renewal_reasons(facts, renew_before=values["rotation_renew_before"], **demands(entry, authorities))
    if reasons:
        raise CertificateError(
            "issued_already_due",
            f"{_label(entry)}: what was issued would be due again at the next run: "
            f"{', '.join(reasons)}. Nothing was changed. Adjust rotation_renew_before or the source.",
        )
