# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""An internal rotation: one request that must not be sent twice for nothing, its proof, and no way back.

What the cluster had could only be installed as a customer-provided certificate, which it would never rotate again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from .._api.client import Api
from .._errors import CertificateError
from .._probe.proof import Proof
from .._probe.prover import Prover
from .._state.goal import ExpectedChain
from .._state.read_back import poll_installed
from .._transport.retry import Retries, answer_lost, misses_nodes, rotation_may_be_repeated, rotation_perhaps_made
from .._x509.certificate import not_after
from .evidence import Evidence, not_proven
from .outcome import CHANGED, FAILED_UNCHANGED, PARTIAL, Outcome
from .plan import Change
from .settings import Settings


class InternalRotation:
    """One internal rotation: the cluster issues new internal certificates, once."""

    def __init__(
        self, api: Api, retries: Retries, changes: Sequence[Change], prover: Prover, settings: Settings, *, whole: bool
    ) -> None:
        """Prepare.

        Args:
            api: without its own retries.
            retries: for the request.
            changes: one, or all that the cluster rotates.
            prover: knows where to look.
            settings: its timeouts.
            whole: whether the changes are all that the cluster rotates.
        """
        self._api = api
        self._retries = retries
        self._new = {change.name: change.new for change in changes}
        self._prover = prover
        self._settings = settings
        self._name = None if whole else changes[0].name
        self._perhaps_made = False

    def run(self) -> Outcome:
        """Rotate, and prove it."""
        names = ", ".join(self._new)
        refused = self._send()
        if refused is not None and not self._perhaps_made:
            outcomes = dict.fromkeys(self._new, FAILED_UNCHANGED)
            return Outcome(FAILED_UNCHANGED, outcomes, cause=refused.about(names), rotation=True)
        acknowledged = refused is None or self._expected(refused)
        evidence = self._after_success() if acknowledged else self._after_failure()
        outcomes = {name: self._outcome(name, evidence, acknowledged=acknowledged) for name in self._new}
        distinct = set(outcomes.values())
        if distinct == {CHANGED}:
            return Outcome(CHANGED, outcomes, evidence, rotation=True)
        cause = refused or not_proven(evidence, self._new, self._settings, self._api.url)
        return Outcome(
            FAILED_UNCHANGED if distinct == {FAILED_UNCHANGED} else PARTIAL,
            outcomes,
            evidence,
            cause.about(names),
            rotation=True,
            may_follow=refused is None or answer_lost(refused),
        )

    def _send(self) -> CertificateError | None:
        """Send the request until it succeeds, or must not be sent again; return why it did not, if so."""
        untouched = False

        def send() -> None:
            # A kept connection may be closed just now, and then it is unknown whether the request has arrived.
            self._api.session.disconnect()
            self._api.rotate(self._name)

        def made(error: CertificateError) -> bool:
            nonlocal untouched
            if not rotation_perhaps_made(error):
                return False
            self._perhaps_made = True
            seen = self._read(self._settings.wait_timeout if answer_lost(error) else 0)
            untouched = seen.unread is None and not any(seen.shows({name: new}) for name, new in self._new.items())
            return answer_lost(error) and seen.shows(self._new)

        def again(error: CertificateError) -> bool:
            return rotation_may_be_repeated(error, untouched=untouched) and not self._expected(error)

        try:
            self._retries.run(send, again, made)
        except CertificateError as error:
            return error
        return None

    def _read(self, timeout: float) -> Evidence:
        """Read what the API at O(url) reports, until it shows the rotation or the seconds have passed."""
        deadline = time.monotonic() + timeout
        unreadable = self._settings.unreadable
        enough = Evidence(unreadable=unreadable)
        found = poll_installed(
            self._api, self._new, lambda read: replace(enough, installed=read).shows(self._new), deadline
        )
        return Evidence(*found, unreadable=unreadable)

    def _expected(self, refused: CertificateError) -> bool:
        """Return whether the cluster only reports that the nodes that are not active have missed it."""
        return self._settings.without_nodes and misses_nodes(refused)

    def _after_success(self) -> Evidence:
        """Wait until every node shows what the server said that it has done; longer only where the API shows it."""
        read = self._read(self._settings.wait_timeout)
        worth_waiting = read.shows(self._new) or read.unread is not None
        return self._proven(read, self._settings.verify_timeout if worth_waiting else 0)

    def _after_failure(self) -> Evidence:
        """Check whether it was done anyway, and wait for the other nodes when one shows that it was begun."""
        read = self._read(0)
        seen = self._proven(read, 0)
        if any(sighting.status == "verified" for sighting in seen.proof.sightings):
            seen = self._proven(self._read(0), self._settings.verify_timeout)
        return seen

    def _proven(self, read: Evidence, timeout: float) -> Evidence:
        """Return what was read, with what nodes show."""
        proof = self._prover.prove(
            {name: self._expected_on_nodes(name, read) for name in self._new}, timeout, read.installed
        )
        return replace(read, proof=proof, reported=Evidence(read.installed, read.unread).shows(self._new))

    def _expected_on_nodes(self, name: str, read: Evidence) -> ExpectedChain:
        """Return the new state, with the end of the leaf that the primary reports.

        That end may be too close to that of the old leaf.
        """
        installed = read.installed.get(name) if read.unread is None else None
        if installed is None or not installed.chain or not self._new[name].shown_by(installed):
            return self._new[name]
        return replace(self._new[name], end=not_after(installed.chain[0]))

    def _outcome(self, name: str, evidence: Evidence, *, acknowledged: bool) -> str:
        proof, goal = evidence.proof.of(name), {name: self._new[name]}
        if acknowledged and evidence.shows(goal):
            return PARTIAL if proof.missing else CHANGED
        # What is not visible proves nothing that the server did not acknowledge.
        if proof.complete and (evidence.unread is not None or evidence.shows(goal)):
            return CHANGED
        return FAILED_UNCHANGED if _nowhere(proof, evidence) and not evidence.shows(goal) else PARTIAL


def _nowhere(proof: Proof, evidence: Evidence) -> bool:
    """Return whether all that can be seen has the old certificate, and that is every node or what the API reports."""
    seen = [one.status for one in proof.sightings if one.status in ("verified", "stale", "failed")]
    everywhere = len(seen) == len(proof.sightings) > 0
    return (evidence.unread is None or everywhere) and set(seen) <= {"stale"}
