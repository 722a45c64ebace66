# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cluster's certificates before and after a rotation, as text.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import printable
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.requirements import EASILY_OVERLOOKED

from .._output.proofs import proof_text
from .._output.table import paragraph, table
from .._output.text import CHANGED, FAILED, OK, Line
from .lead_time import issuer_expires_within, leaf_expires_within, parse_lead_time

Facts = Mapping[str, Any]

_HEADER = ("before", "after", "outcome", "proof")
_SOON = "EXPIRES SOON"


def _cell(facts: Facts | None) -> str:
    if facts is None:
        return "-"
    if facts.get("error"):
        return "not readable"
    return f"{facts['not_after'][:10]} {facts['fingerprint'][:11]}"


def _what(certificate: Facts, would: str) -> str:
    action, outcome = certificate["action"], certificate["outcome"]
    if outcome in ("rolled_back", "partial"):
        return "rolled back" if outcome == "rolled_back" else "PARTLY REPLACED"
    if action == "none":
        return "unchanged"
    if outcome != "changed":
        return "not replaced"
    if action == "issue":
        return "to be issued"
    if action == "delete":
        return f"{would}removed"
    return f"{would}added" if certificate["before"] is None else f"{would}replaced"


def outcome_text(certificate: Facts, lead: timedelta, *, check_mode: bool, failed: bool) -> str:
    """Return what happened to one certificate, why, and whether it still expires soon.

    Args:
        lead: how long before its end it is renewed.
        failed: whether the rotation failed, so that it is unknown what certificates were to be replaced by.
    """
    why = f" ({', '.join(certificate['due'])})" if certificate["due"] else ""
    what = f"{_what(certificate, 'would be ' if check_mode else '')}{why}"
    after = certificate["after"]
    known = after and not after.get("error")  # not what is to be issued
    if not known or not (leaf_expires_within(after, lead) or issuer_expires_within(after, lead)):
        return what
    remedy = " and so does its material" if certificate["source"] else " and has no source"
    # After a failure, what it was to be replaced by is unknown.
    unknown = failed or certificate["outcome"] == "failed_unchanged"
    return f"{what}, {_SOON}{'' if unknown else remedy}"


def lines(host: str, result: Facts, renew_before: int | str, *, check_mode: bool) -> list[Line]:
    """Return a line for each certificate that was changed or should be looked at, and one for all others.

    Below, the advice that is easily overlooked. All lines are of one meaning.

    Args:
        host: whose cluster it is: several may be shown at the same time.
        result: C(rotation_result).
        renew_before: days, or a time such as V(12d).
    """
    lead = parse_lead_time(renew_before)
    failed = result["failure"] is not None
    rows, rest = [], []
    for one in result["certificates"]:
        # Why it was due, the plan has said.
        outcome = outcome_text({**one, "due": ()}, lead, check_mode=check_mode, failed=failed)
        if outcome == "unchanged":
            rest.append(one["name"])
            continue
        cells = [one["name"], _cell(one["before"]), _cell(one["after"]), outcome, proof_text(one.get("proof"))]
        rows.append([printable(cell) for cell in cells])
    meaning = FAILED if failed else CHANGED if rows else OK
    made = table([host, *_HEADER], rows, sentences=(3,)) if rows else []
    if rest:
        made += paragraph("unchanged: " if rows else f"{host}: unchanged: ", printable(", ".join(rest)))
    return [(line, meaning) for line in (*made, *_advice(result["findings"]))]


def _advice(findings: Iterable[Facts]) -> list[str]:
    return [
        line
        for one in findings
        if one["id"] in EASILY_OVERLOOKED
        for line in paragraph(f"{one['certificate']}: ", printable(f"{one['found']}. {one['remedy']}."))
    ]
