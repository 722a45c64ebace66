# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What has come of changes that were to be made together, and how that is reported to the user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._errors import CertificateError
from .._probe.proof import Proof
from .evidence import Evidence

CHANGED, FAILED_UNCHANGED, ROLLED_BACK, PARTIAL = "changed", "failed_unchanged", "rolled_back", "partial"


@dataclass(frozen=True)
class Outcome:
    """What has come of changes that were to be made together.

    Attributes:
        whole: V(changed), V(failed_unchanged), V(rolled_back) or V(partial).
        changes: the same of each, by certificate name.
        evidence: for what is there now; of a change that was made, for the new certificates.
        cause: why they are not all made and proven; None: they are.
        proof: what was seen of what is there now; None: nothing was touched, so nothing was looked at.
        summary: how far that is proven, for results; None: as far as nothing was changed.
        problems: why a certificate was not restored, by its name.
        repeatable: whether the same change may be made twice without harm.
        rotation: whether the cluster itself issued the certificates, so that there is no way back.
        may_follow: whether a rotation that has not shown yet may still come about.
    """

    whole: str
    changes: Mapping[str, str]
    evidence: Evidence = field(default_factory=Evidence)
    cause: CertificateError | None = None
    proof: Proof | None = None
    summary: Mapping[str, Any] | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = False
    rotation: bool = False
    may_follow: bool = False

    @property
    def put_back(self) -> list[str]:
        """Return the names of the certificates that are proven to be the old ones again."""
        return [name for name, outcome in self.changes.items() if outcome == ROLLED_BACK]


def explain(outcome: Outcome, cause: CertificateError) -> CertificateError:
    """Return the error of changes that were not all made: the cause, what is there now, and what to do."""
    sentences = {ROLLED_BACK: _rolled_back, PARTIAL: _partial}.get(outcome.whole, _unchanged)(outcome)
    result: dict[str, Any] = {"outcome": outcome.whole, "changed": outcome.whole == PARTIAL}
    if outcome.proof is not None:
        result["nodes"] = outcome.proof.as_list()
    if outcome.summary is not None:
        result["proof"] = outcome.summary
    return (cause.adding(sentences) if sentences else cause).with_result(**result)


def _unchanged(outcome: Outcome) -> str:
    if not outcome.may_follow:
        return ""
    return (
        "No node that could be seen has a new certificate yet, but that may still happen: read the certificates again "
        "before you rotate them again."
    )


def _rolled_back(outcome: Outcome) -> str:
    names, summary = outcome.put_back, outcome.summary or {}
    if summary["level"] == "complete":
        seen = "proven on every node again"
    elif summary["verified"]:
        seen = f"proven at {summary['verified']} of {summary['of']} places again, and reported by the API"
    else:
        seen = "reported by the API again; no port and no metrics show it"
    if len(names) == 1:
        return f"Rolled back: the previous certificate is {seen}. Fix the cause and run again."
    return f"Rolled back: the previous certificates ({', '.join(names)}) are {seen}. Fix the cause and run again."


def _partial(outcome: Outcome) -> str:
    seen = outcome.proof.sightings if outcome.proof else ()
    nodes = "; ".join(map(str, seen)) or "not asked (verify=none)"
    if outcome.rotation:
        return (
            "An internal rotation cannot be rolled back. What the nodes have now (verified: a new certificate, stale: "
            f"an old one): {nodes}. Check that every node is active and can be reached, then run again with "
            "force=true: another rotation is for all nodes."
        )
    names: dict[str, list[str]] = {}
    for name, why in outcome.problems.items():
        names.setdefault(why.rstrip("."), []).append(name)
    whys = [f"{', '.join(about)}: {why}" if len(outcome.changes) > 1 else why for why, about in names.items()]
    if outcome.put_back:
        whys.append(f"Rolled back: {', '.join(outcome.put_back)}")
    again = " with force=true: the same update may be made twice without harm" if outcome.repeatable else ""
    return f"{'. '.join(whys)}. What the nodes have now: {nodes}. Fix the cause and run again{again}."
