# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The outcome of changes that were made together, and its report to the user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .._errors import CertificateError
from .._probe.proof import NO_PROOF
from .._product.names import INTERNODE
from .evidence import Evidence

CHANGED, FAILED_UNCHANGED, ROLLED_BACK, PARTIAL = "changed", "failed_unchanged", "rolled_back", "partial"


@dataclass(frozen=True)
class Outcome:
    """The outcome of changes that were made together.

    Attributes:
        whole: V(changed), V(failed_unchanged), V(rolled_back) or V(partial).
        changes: the same of each, by certificate name.
        evidence: for what is there now; nothing where nothing was touched, so that nothing was looked at.
        cause: why they are not all made and proven; None: they are.
        problems: why a certificate was not restored, by its name.
        repeatable: whether the same change may be made twice without harm.
        rotation: whether the cluster itself issued the certificates, so that they cannot be rolled back.
        unseen: whether a write that nothing would show, of the certificate that was there before, was perhaps made.
        may_follow: whether a rotation that has not shown yet may still come about.
        on_disk: names of deleted certificates whose files the cluster could not remove from the disk of every node.
    """

    whole: str
    changes: Mapping[str, str]
    evidence: Evidence = field(default_factory=Evidence)
    cause: CertificateError | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = False
    rotation: bool = False
    unseen: bool = False
    may_follow: bool = False
    on_disk: tuple[str, ...] = ()

    @property
    def restored(self) -> list[str]:
        """Return the names of the certificates that are proven to be the old ones again."""
        return [name for name, outcome in self.changes.items() if outcome == ROLLED_BACK]


def explain(outcome: Outcome) -> CertificateError | None:
    """Return the error of changes that were not all made, if so: the cause, what is there now, and what to do."""
    cause = outcome.cause
    if cause is None:
        return None
    sentences = {ROLLED_BACK: _rolled_back, PARTIAL: _partial}.get(outcome.whole, _unchanged)(outcome)
    untouched = outcome.whole == FAILED_UNCHANGED and not outcome.rotation
    return (cause.adding(sentences) if sentences else cause).with_result(
        outcome=outcome.whole,
        changed=outcome.whole == PARTIAL,
        nodes=outcome.evidence.proof.as_list(),
        # What a transaction has not changed, it does not claim to prove.
        proof=NO_PROOF if untouched else outcome.evidence.summary(),
    )


def _unchanged(outcome: Outcome) -> str:
    if outcome.unseen:
        return (
            "The cluster had this certificate before, so it is unknown whether it was written again. Run again: the "
            "same update may be made twice without harm."
        )
    if not outcome.may_follow:
        return ""
    return (
        "No node that could be seen has a new certificate yet, but that may still happen: read the certificates again "
        "before you rotate them again."
    )


def _rolled_back(outcome: Outcome) -> str:
    names, summary = outcome.restored, outcome.evidence.summary()
    if summary["level"] == "complete":
        seen = "proven on every node again"
    elif summary["verified"]:
        seen = f"proven at {summary['verified']} of {summary['of']} places again, and reported by the API"
    else:
        seen = "reported by the API again; no port and no metrics show it"
    which = "certificate is" if len(names) == 1 else f"certificates ({', '.join(names)}) are"
    internode = " and ".join(sorted(INTERNODE.intersection(names)))
    own = internode and (
        f" If the cluster itself had issued {internode}, it does not rotate it any more: use "
        "internal_certificate_rotation."
    )
    return f"Rolled back: the previous {which} {seen}. Fix the cause and run again.{own}"


def _partial(outcome: Outcome) -> str:
    nodes = "; ".join(map(str, outcome.evidence.proof.sightings)) or "not asked (verify=none)"
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
    if outcome.restored:
        whys.append(f"Rolled back: {', '.join(outcome.restored)}")
    again = " with force=true: the same update may be made twice without harm" if outcome.repeatable else ""
    return f"{'. '.join(whys)}. What the nodes have now: {nodes}. Fix the cause and run again{again}."
