# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The evidence for states of certificates: what the API reports, and what nodes show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .._errors import CertificateError
from .._probe.proof import Proof, ProofSummary
from .._state.goal import ExpectedChain
from .._state.read_back import Reported
from .settings import Settings

#: By certificate name.
States = Mapping[str, ExpectedChain]


@dataclass(frozen=True)
class Evidence:
    """The evidence for states."""

    installed: Reported = field(default_factory=dict)  # what the API reports
    unread: CertificateError | None = None  # why it could not be asked
    proof: Proof = field(default_factory=Proof)
    proven: bool = False
    unreadable: frozenset[str] = frozenset()  # names for which another read-back says nothing
    reported: bool = False  # whether the API reports what was looked for

    def shows(self, states: States) -> bool:
        """Return whether the API reports the states, but for names that it cannot report."""
        return self.unread is None and all(
            name in self.unreadable or state.shown_by(self.installed[name]) for name, state in states.items()
        )

    def proves(self, name: str, state: ExpectedChain) -> bool:
        """Return whether one certificate is there: reported by the API, and nothing else wherever it could be seen."""
        return self.shows({name: state}) and not self.proof.of(name).missing

    def summary(self) -> ProofSummary:
        """Return how far it is proven, for results."""
        return self.proof.summary(reported=self.reported)


def not_proven(evidence: Evidence, states: States, settings: Settings, url: str) -> CertificateError:
    """Return the error that says what is missing for proof of states that the server said it has brought about."""
    if evidence.unread is not None:
        problem = f"reading it back failed: {evidence.unread.message}"
    elif not evidence.shows(states):
        problem = f"the API still reports another certificate after {settings.wait_timeout:g} s (wait_timeout)."
        if all(state.leaf_shown_by(evidence.installed[name]) for name, state in states.items()):
            problem += (
                " The leaf does, but with other issuers than those that were sent: send what the cluster reports, or "
                "set compare=leaf."
            )
    else:
        missing = "; ".join(map(str, evidence.proof.missing))
        problem = f"after {settings.verify_timeout:g} s (verify_timeout) {missing}."
    return CertificateError("not_proven", f"the cluster accepted the change, but {problem}", cluster=url)
