# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The result of a change, filled as it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

from .._probe.proof import NO_PROOF, Proof, ProofSummary, summarise
from .._product.releases import Hazard
from .._state.installed import InstalledFacts
from .evidence import Evidence
from .hazards import describe_hazards
from .plan import Change


class ChangeEntry(TypedDict):
    """One change in results."""

    name: str
    action: str
    reason: str
    before: InstalledFacts | None
    after: InstalledFacts | None
    outcome: str
    proof: ProofSummary


@dataclass
class Report:
    """What is known, filled as it goes, so that a failure has what is known by then."""

    changes: list[Change] = field(default_factory=list)
    outcomes: dict[str, str] = field(default_factory=dict)  # by certificate name
    after: dict[str, InstalledFacts | None] = field(default_factory=dict)  # by certificate name
    seen: Proof = field(default_factory=Proof)  # of what needed no change
    common: dict[str, Any] = field(
        default_factory=lambda: {
            "changed": False,
            "outcome": "failed_unchanged",
            "findings": [],
            "hazards": [],
            "nodes": [],
            "proof": NO_PROOF,
            "cluster": None,
        }
    )  # what the results of all modules have

    @property
    def pending(self) -> list[Change]:
        """Return the changes that are to be made."""
        return [change for change in self.changes if change.action != "none"]

    def as_dict(self) -> dict[str, Any]:
        """Return the result, with every change."""
        return {**self.common, "changes": [self._change(change) for change in self.changes]}

    def plan(self, changes: Sequence[Change]) -> None:
        """Record the plan."""
        self.changes = list(changes)
        self.note({})

    def note(self, outcomes: Mapping[str, str]) -> None:
        """Record the outcome of changes that were made together."""
        for change in self.changes:
            outcome = "unchanged" if change.action == "none" else outcomes.get(change.name, "failed_unchanged")
            self.outcomes[change.name] = outcome
            # What the cluster has is known but for a change that is neither made nor undone.
            kept = {"changed": change.after, "partial": None}
            self.after[change.name] = kept.get(outcome, change.before)

    def note_hazards(self, hazards: Mapping[Hazard, Sequence[str]]) -> None:
        """Note the known bugs that the changes meet, each with the names of the certificates."""
        self.common["hazards"] = describe_hazards(hazards)

    def succeeded(self, evidence: Evidence | None) -> None:
        """Record that everything is, or in check mode would be, in the desired state."""
        for change in self.changes:
            self.outcomes[change.name] = "unchanged" if change.action == "none" else "changed"
            self.after[change.name] = change.after
        for name, installed in (evidence.installed if evidence else {}).items():
            self.after[name] = installed.facts if installed else None
        self.common["changed"] = "changed" in self.outcomes.values()
        self.common["outcome"] = "changed" if self.common["changed"] else "unchanged"
        # Of what was written, there is a newer look; not so in check mode.
        unchanged = self.seen.without(change.name for change in self.pending if evidence is not None)
        if not self.pending:
            self.common["proof"] = unchanged.summary(reported=True) if unchanged.names else NO_PROOF
        self.common["nodes"] = [*self.common["nodes"], *unchanged.as_list()]

    def _change(self, change: Change) -> ChangeEntry:
        """Return one change, for results."""
        return {
            "name": change.name,
            "action": change.action,
            "reason": change.reason,
            "before": change.before,
            "after": self.after[change.name],
            "outcome": self.outcomes[change.name],
            "proof": self._proof(change.name),
        }

    def _proof(self, name: str) -> ProofSummary:
        """Return how far the change of one certificate is proven; not at all where none was made."""
        overall = self.common["proof"]
        seen = self.outcomes[name] == "unchanged" and name in self.seen.names
        if not seen and (overall == NO_PROOF or self.outcomes[name] in ("unchanged", "failed_unchanged")):
            return NO_PROOF
        about = [one for one in self.common["nodes"] if one["name"] == name]
        # With verify none nothing was looked at, and all that is known is about all of them.
        reported = any(one["status"] == "reported" for one in about) if about else overall["level"] == "reported"
        return summarise(about, {name}, reported=reported)
