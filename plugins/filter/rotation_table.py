# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter rotation_table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import printable
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.requirements import CHAIN_WITHOUT_ROOT
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.proofs import proof_text
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.table import table
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.lead_time import (
    issuer_expires_within,
    leaf_expires_within,
    parse_lead_time,
)

DOCUMENTATION = r"""
name: rotation_table
short_description: Show a cluster's certificates before and after a rotation
version_added: 1.0.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Returns a table, as a list of lines, of the certificates before and after, what was done, and how far that is
    proven.
options:
  _input:
    description: C(certificates) of what P(redis_enterprise.certificates.rotation_result#filter) returned.
    type: list
    elements: dict
    required: true
  renew_before:
    description: Days, or a time such as V(12d) or V(8h). A certificate that still expires sooner is marked.
    type: raw
    required: true
  findings:
    description: C(findings) of the same. A chain without its root gets a line below the table.
    type: list
    elements: dict
    default: []
  check_mode:
    description: Whether nothing was changed, so that the table says what would be.
    type: bool
    default: false
  failed:
    description: Whether the rotation failed, so that it is unknown what certificates were to be replaced by.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Show what changed
  ansible.builtin.debug:
    msg: "{{ rotation_result.certificates | redis_enterprise.certificates.rotation_table(
          renew_before=30, findings=rotation_result.findings) }}"
"""

RETURN = r"""
_value:
  description: The lines of the table.
  type: list
  elements: str
"""

Facts = Mapping[str, Any]


def _cells(facts: Facts | None) -> list[str]:
    if facts is None:
        return ["-", "-"]
    if facts.get("error"):
        return ["not readable", "-"]
    return [f"{facts['not_after'][:10]} ({facts['days_remaining']} days)", facts["fingerprint"][:11]]


def _what(certificate: Facts, would: str) -> str:
    action, outcome = certificate["action"], certificate["outcome"]
    if outcome in ("rolled_back", "partial"):
        return "rolled back" if outcome == "rolled_back" else "PARTLY REPLACED"
    if action == "none":
        return "unchanged"
    if action == "issue":
        return "to be issued"
    if outcome != "changed":
        return "not replaced"
    if action == "delete":
        return f"{would}removed"
    return f"{would}added" if certificate["before"] is None else f"{would}replaced"


def _outcome(certificate: Facts, lead: timedelta, would: str, *, failed: bool) -> str:
    why = f" ({', '.join(certificate['due'])})" if certificate["due"] else ""
    after = certificate["after"]
    # What is to be issued will not expire soon.
    known = after and not after.get("error") and certificate["action"] != "issue"
    if not known or not (leaf_expires_within(after, lead) or issuer_expires_within(after, lead)):
        return f"{_what(certificate, would)}{why}"
    remedy = " and so does its material" if certificate["source"] else " and has no source"
    # After a failure, what it was to be replaced by is unknown.
    unknown = failed or certificate["outcome"] == "failed_unchanged"
    return f"{_what(certificate, would)}{why}, EXPIRES SOON{'' if unknown else remedy}"


def rotation_table(
    certificates: Sequence[Facts],
    *,
    renew_before: int | str,
    findings: Sequence[Facts] = (),
    check_mode: bool = False,
    failed: bool = False,
) -> list[str]:
    """Return a line a certificate: until when it was and is valid, which, what happened to it, how far it is proven.

    Below, a line for each chain without its root.

    Raises:
        AnsibleFilterError: C(renew_before) is not a time.
    """
    try:
        lead = parse_lead_time(renew_before)
    except ValueError as error:
        raise AnsibleFilterError(f"rotation_table: renew_before: {error}") from None
    rows = [
        [
            printable(one["name"]),
            *_cells(one["before"]),
            *_cells(one["after"]),
            printable(_outcome(one, lead, "would be " if check_mode else "", failed=failed)),
            proof_text(one.get("proof")),
        ]
        for one in certificates
    ]
    incomplete = [
        printable(f"{one['certificate']}: {one['found']}. {one['remedy']}.")
        for one in findings
        if one["id"] == CHAIN_WITHOUT_ROOT
    ]
    header = ["certificate", "expires, before", "SHA-256", "expires, after", "SHA-256", "outcome", "proof"]
    return [*table(header, rows), *incomplete]


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"rotation_table": rotation_table}
