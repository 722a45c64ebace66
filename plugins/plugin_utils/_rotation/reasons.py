# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a certificate is due to be issued again.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from .._audit.times import expiry_text
from .lead_time import issuer_expires_within, leaf_expires_within, parse_lead_time

if TYPE_CHECKING:
    from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.installed import CertificateEntry
    from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.facts import CertificateFacts

    from .authorities import CA


def _name(text: str) -> str:
    """Return a name as certificates have it: addresses in their shortest form, labels as A-labels (RFC 5280, 7.2)."""
    kind, _colon, value = str(text).partition(":")
    if kind == "IP":
        try:
            return f"IP:{ip_address(value)}"
        except ValueError:
            return f"IP:{value}"
    return f"DNS:{'.'.join(map(_a_label, str(text).removeprefix('DNS:').lower().split('.')))}"


def _a_label(label: str) -> str:
    """Return the A-label of a label in lower case (RFC 5890, 2.3.2.1)."""
    return label if label.isascii() else f"xn--{normalize('NFC', label).encode('punycode').decode('ascii')}"


def _names(facts: CertificateFacts, wanted: Sequence[str]) -> Iterator[str]:
    has, should = (set(map(_name, names)) for names in (facts["subject_alternative_names"], wanted))
    differences = {"without": should - has, "with": has - should}
    said = [
        f"{word} {', '.join(name.partition(':')[2] for name in sorted(names))}"
        for word, names in differences.items()
        if names
    ]
    if said:
        yield f"names differ ({'; '.join(said)})"


def _validity(facts: CertificateFacts, lead: timedelta) -> Iterator[str]:
    if facts["expired"]:
        yield f"expired on {facts['not_after'][:10]}"
    elif leaf_expires_within(facts, lead):
        yield expiry_text(facts["not_after"], datetime.now(timezone.utc))
    elif issuer_expires_within(facts, lead):
        yield f"an issuer {expiry_text(facts['chain_not_after'], datetime.now(timezone.utc))}"


def _key(facts: CertificateFacts, key_type: str | None, key_size: int | None) -> Iterator[str]:
    if key_type is not None and facts["public_key_type"] != key_type:
        yield f"key type is {facts['public_key_type']}, not {key_type}"
    elif key_size is not None and facts["public_key_size"] != key_size:
        yield f"key size is {facts['public_key_size']}, not {key_size}"


def _ca(facts: CertificateFacts, ca_fingerprints: Collection[str] | None, issuer: str | None) -> Iterator[str]:
    if ca_fingerprints is not None:
        if not set(facts["chain_fingerprints"][1:2]).intersection(ca_fingerprints):
            yield "issued by another CA"
    elif issuer is not None:
        if issuer not in facts["issuer"]:
            yield f"issuer is {facts['issuer']}"
    elif facts["self_signed"]:
        yield "self-signed"


def renewal_reasons(
    facts: CertificateFacts | None,
    *,
    renew_before: int | str,
    names: Sequence[str] | None = None,
    key_type: str | None = None,
    key_size: int | None = None,
    ca_fingerprints: Collection[str] | None = None,
    issuer: str | None = None,
    force: bool = False,
) -> list[str]:
    """Return why a certificate has to be issued again; empty when it has not.

    Raises:
        ValueError: C(renew_before) is not a time.
    """
    lead = parse_lead_time(renew_before)
    reasons = ["rotation_force is set"] if force else []
    if not facts:
        return [*reasons, "not installed"]
    if facts.get("error"):
        return [*reasons, "cannot be parsed"]
    reasons += _validity(facts, lead)
    reasons += _names(facts, names) if names is not None else ()
    reasons += _key(facts, key_type, key_size)
    reasons += _ca(facts, ca_fingerprints, issuer)
    return reasons


def due(
    entries: Iterable[Mapping[str, Any]],
    installed: Iterable[CertificateEntry],
    cas: Mapping[str, CA],
    values: Mapping[str, Any],
) -> dict[str, list[str]]:
    """Return by name why the certificates have to be issued that have to be.

    Args:
        entries: of the plan.
        installed: what the cluster has.
        cas: the CAs that can be looked at, by the name of the first certificate from each.
        values: the variables of the role.
    """
    has = {one["name"]: one for one in installed}
    found = {
        entry["name"]: renewal_reasons(
            has.get(entry["name"]),
            renew_before=values["rotation_renew_before"],
            force=values["rotation_force"],
            **demands(entry, cas),
        )
        for entry in entries
        if entry["issues"]
    }
    return {name: reasons for name, reasons in found.items() if reasons}


def demands(entry: Mapping[str, Any], cas: Mapping[str, CA]) -> dict[str, Any]:
    """Return what a certificate has to be, besides valid, as M(renewal_reasons) takes it."""
    ca = cas.get(entry["ca"]) if entry["ca"] else None
    wanted = {key: entry[key] for key in ("names", "key_type", "key_size", "issuer")}
    return {**wanted, "ca_fingerprints": ca["fingerprints"] if ca else None}
