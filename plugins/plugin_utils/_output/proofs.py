# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far something is proven, in a few words for tables and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.proof import ProofSummary


def proof_text(proof: ProofSummary | None) -> str:
    """Describe the C(proof) of a certificate: V(proven 9/9), V(proven 1/3 (2 unreachable)), V(reported by the API).

    Args:
        proof: as modules return it; None: nothing was changed.
    """
    if proof is None or (proof["level"] == "none" and not proof["of"]):
        return "-"
    if proof["level"] == "reported" and not proof["of"]:
        return "reported by the API"
    notes = []
    if proof["unreachable"]:
        notes.append(f"{len(proof['unreachable'])} unreachable")
    if proof["not_visible"] and proof["level"] != "reported":
        notes.append("others not visible")
    if proof["level"] == "reported":
        notes.append("reported by the API")
    return f"proven {proof['verified']}/{proof['of']}" + (f" ({', '.join(notes)})" if notes else "")
