# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter renewal_reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleFilterError
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.lead_time import (
    issuer_expires_within,
    leaf_expires_within,
    parse_lead_time,
)

if TYPE_CHECKING:
    from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.facts import CertificateFacts

DOCUMENTATION = r"""
name: renewal_reasons
short_description: Return why a certificate has to be issued again
version_added: 1.0.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Compares the facts about a certificate with the desired ones. Makes no request and reads no file.
options:
  _input:
    description:
      - Facts about the certificate as M(redis_enterprise.certificates.cluster_certificate_info) returns them, or null
        when there is none.
    type: dict
    required: true
  renew_before:
    description:
      - Days, or a time such as V(12d) or V(8h). The certificate is due if it, or an issuer in its chain, expires
        sooner.
    type: raw
    required: true
  names:
    description: The subject alternative names that it must have, exactly. Those without C(IP:) are host names.
    type: list
    elements: str
  key_type:
    description: The type of its public key. If not set, any.
    type: str
    choices: [RSA, ECC]
  key_size:
    description: The size of its public key, in bits. If not set, any.
    type: int
  ca_fingerprint:
    description:
      - The SHA-256 fingerprint of the CA certificate that should have issued it, and come next in its chain.
    type: str
  issuer:
    description:
      - A part of the issuer's name, as RFC 4514 writes it. If neither this nor O(ca_fingerprint) is set, any issuer
        is accepted, but not the certificate itself.
    type: str
  force:
    description: Whether it is due in any case.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Show why the certificate of the database endpoints is due
  ansible.builtin.debug:
    msg: >-
      {{ installed.certificates | selectattr('name', 'eq', 'proxy') | first
         | redis_enterprise.certificates.renewal_reasons(renew_before=30, key_type='RSA', key_size=3072) }}
"""

RETURN = r"""
_value:
  description: Why it is due, in a few words each. Empty when it is not.
  type: list
  elements: str
"""


def _name(text: str) -> str:
    kind, colon, value = str(text).partition(":")
    if colon and kind in ("DNS", "IP"):
        return f"{kind}:{value.lower()}"
    return f"DNS:{str(text).lower()}"


def _names(facts: CertificateFacts, wanted: Sequence[str]) -> Iterator[str]:
    has, should = (set(map(_name, names)) for names in (facts["subject_alternative_names"], wanted))
    differences = [f"without {name.partition(':')[2]}" for name in sorted(should - has)]
    differences += [f"with {name.partition(':')[2]}" for name in sorted(has - should)]
    if differences:
        yield f"names differ ({', '.join(differences)})"


def _validity(facts: CertificateFacts, lead: timedelta) -> Iterator[str]:
    if facts["expired"]:
        yield f"expired on {facts['not_after'][:10]}"
    elif leaf_expires_within(facts, lead):
        yield f"expires in {facts['days_remaining']} days" if facts["days_remaining"] else "expires within a day"
    elif issuer_expires_within(facts, lead):
        yield f"an issuer expires in {facts['chain_days_remaining']} days"


def _key(facts: CertificateFacts, key_type: str | None, key_size: int | None) -> Iterator[str]:
    if key_type is not None and facts["public_key_type"] != key_type:
        yield f"key type is {facts['public_key_type']}, not {key_type}"
    elif key_size is not None and facts["public_key_size"] != key_size:
        yield f"key size is {facts['public_key_size']}, not {key_size}"


def _ca(facts: CertificateFacts, ca_fingerprint: str | None, issuer: str | None) -> Iterator[str]:
    if ca_fingerprint is not None:
        if facts["chain_fingerprints"][1:2] != [ca_fingerprint]:
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
    ca_fingerprint: str | None = None,
    issuer: str | None = None,
    force: bool = False,
) -> list[str]:
    """Return why a certificate has to be issued again; empty when it has not.

    Raises:
        AnsibleFilterError: C(renew_before) is not a time.
    """
    try:
        lead = parse_lead_time(renew_before)
    except ValueError as error:
        raise AnsibleFilterError(f"renewal_reasons: renew_before: {error}") from None
    reasons = ["rotation_force is set"] if force else []
    if not facts:
        return [*reasons, "not installed"]
    if facts.get("error"):
        return [*reasons, "cannot be parsed"]
    reasons += _validity(facts, lead)
    reasons += _names(facts, names) if names is not None else ()
    reasons += _key(facts, key_type, key_size)
    reasons += _ca(facts, ca_fingerprint, issuer)
    return reasons


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"renewal_reasons": renewal_reasons}
