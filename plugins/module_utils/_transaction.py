# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""One change of a certificate, with one of three outcomes, whatever breaks in between.

The new state, proven; the old state, proven; or a failure that names each node and what it has.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from . import _plan
from ._api import Api, Update
from ._errors import CertificateError
from ._installed import Installed
from ._plan import Change
from ._proof import Proof, Prover, installed_now
from ._retry import Retries, answer_lost, perhaps_made, until, write_may_be_repeated
from ._state import State

#: Waiting does not mend these.
_NOT_ALLOWED = frozenset({"unauthorized", "forbidden"})


@dataclass(frozen=True)
class Settings:
    """What the user wants of a transaction."""

    verify_timeout: float  # seconds
    wait_timeout: float  # seconds
    rollback: bool
    bulk: bool  # whether the bulk update is tried first


@dataclass(frozen=True)
class Evidence:
    """What speaks for a state."""

    installed: Installed | None = None  # what the API reports
    unread: CertificateError | None = None  # why it could not be asked
    proof: Proof = field(default_factory=Proof)
    proven: bool = False

    def shows(self, state: State) -> bool:
        """Whether the API reports the state."""
        return self.unread is None and state.shown_by(self.installed)


class Transaction:
    """Makes one change."""

    def __init__(self, api: Api, retries: Retries, change: Change, prover: Prover, settings: Settings) -> None:
        """Prepare.

        Args:
            api: without retries of its own.
            retries: for the writes, and for single reads.
            change: an update or a deletion.
            prover: knows where to look.
        """
        self._api = api
        self._retries = retries
        self._change = change
        self._prover = prover
        self._settings = settings
        self._perhaps_made = False  # whether a write that failed may have changed something

    def run(self) -> Evidence:
        """Make the change and prove it.

        Raises:
            CertificateError: it was not made, or not everywhere. C(result) has C(outcome): V(failed_unchanged),
                V(rolled_back) or V(partial), and C(nodes).
        """
        change, old, new = self._change, self._change.old, self._change.new
        if change.name == "api" and new.fingerprints:
            # Nothing else of what the new certificate leads to is trusted.
            self._api.session.pin(new.fingerprints[0])
        refused = self._write(change.update, new)
        if refused is not None and not self._perhaps_made:
            raise refused.with_result(outcome="failed_unchanged", changed=False)

        evidence = self._evidence(new, acknowledged=refused is None)
        if evidence.proven:
            return evidence
        cause = refused or self._not_proven(evidence)
        if refused is not None or not self._settings.rollback:
            # Perhaps nothing has happened. What was acknowledged is taken back all the same.
            proof = self._prover.look(old)
            by_handshake = evidence.unread is not None and self._prover.by_handshake and proof.complete
            if by_handshake or (evidence.shows(old) and not proof.missing):
                raise cause.with_result(outcome="failed_unchanged", changed=False, nodes=proof.as_list())
        raise self._put_back(cause, evidence)

    def _write(self, update: Update | None, state: State) -> CertificateError | None:
        """Send an update or a deletion until it succeeds; why it did not, if so."""
        deadline = time.monotonic() + self._settings.wait_timeout

        def send() -> None:
            if update is None:
                self._api.delete(self._change.name)
            else:
                self._api.update(update, bulk=self._settings.bulk)

        def made(error: CertificateError) -> bool:
            # What is not there to be deleted was perhaps deleted by an attempt before, or by somebody else.
            self._perhaps_made |= perhaps_made(error) or (update is None and error.kind == "not_found")
            if not answer_lost(error):
                return False
            installed, unread = self._poll(lambda installed: True, deadline)
            return Evidence(installed, unread).shows(state)

        try:
            self._retries.run(send, write_may_be_repeated, made)
        except CertificateError as error:
            return error
        return None

    def _poll(
        self, enough: Callable[[Installed | None], bool], deadline: float
    ) -> tuple[Installed | None, CertificateError | None]:
        """Read until it is enough, at least once; what was read last, or why nothing could be."""
        installed, unread = None, None
        for dummy in until(deadline):
            if self._change.name == "api":
                self._api.session.disconnect()  # an old connection would not meet the new certificate
            try:
                installed, unread = installed_now(self._api, self._change.name), None
            except CertificateError as error:
                installed, unread = None, error
            if enough(installed) if unread is None else unread.kind in _NOT_ALLOWED:
                break
        return installed, unread

    def _evidence(self, state: State, *, acknowledged: bool) -> Evidence:
        """Wait until the API reports a state and every endpoint shows it.

        Where the API cannot be read, handshakes with all endpoints are proof enough.

        Args:
            acknowledged: whether the server said that it has done the write. If not, one read decides whether there is
                anything to wait for, and an endpoint that cannot be reached is no proof.
        """
        wanted = state.shown_by if acknowledged else (lambda installed: True)
        installed, unread = self._poll(wanted, time.monotonic() + self._settings.wait_timeout)
        shown = Evidence(installed, unread).shows(state)
        if not shown and (unread is None or not self._prover.by_handshake):
            return Evidence(installed, unread, self._prover.look(state))
        proof = self._prover.prove(state, self._settings.verify_timeout)
        proven = not proof.missing if acknowledged and shown else proof.complete
        return Evidence(installed, unread, proof, proven)

    def _not_proven(self, evidence: Evidence) -> CertificateError:
        settings = self._settings
        if evidence.unread is not None:
            problem = f"it cannot be read back: {evidence.unread.message}"
        elif evidence.proof.missing:
            missing = "; ".join(map(str, evidence.proof.missing))
            problem = f"after {settings.verify_timeout:g} s (option verify_timeout) {missing}."
        else:
            problem = f"after {settings.wait_timeout:g} s it still does not show (option wait_timeout)."
        return CertificateError("not_proven", f"the cluster accepted the change, but {problem}", cluster=self._api.url)

    def _put_back(self, cause: CertificateError, evidence: Evidence) -> CertificateError:
        """Put the old certificate back, if that is possible; the error to raise."""
        change = self._change
        if not self._settings.rollback:
            return self._partial(cause, "The old certificate was not put back (option rollback)")
        if evidence.unread is None and self._somebody_else(evidence.installed):
            return self._partial(
                cause, "The cluster has a third certificate, so somebody else changed it; that was left alone"
            )
        try:
            update = _plan.undo(change)
        except _plan.CannotUndo as reason:
            return self._partial(cause, f"The old certificate cannot be put back: {reason}")
        refused = self._write(update, change.old)
        back = self._evidence(change.old, acknowledged=refused is None)
        if not back.proven:
            return self._partial(
                cause, f"Putting the old certificate back failed too: {(refused or self._not_proven(back)).message}"
            )
        cause.message += " The old certificate was put back, and shows everywhere. Mend the cause, then run again."
        return cause.with_result(outcome="rolled_back", changed=False, nodes=back.proof.as_list())

    def _somebody_else(self, installed: Installed | None) -> bool:
        parsed = installed is None or bool(installed.chain)
        return parsed and not self._change.old.shown_by(installed) and not self._change.new.shown_by(installed)

    def _partial(self, cause: CertificateError, why: str) -> CertificateError:
        proof = self._prover.look(self._change.new)
        nodes = "; ".join(map(str, proof.sightings)) or "not asked (option verify)"
        cause.message += (
            f" {why.rstrip('.')}. What the nodes have now: {nodes}. Mend the cause, then run again"
            f"{' with force=true: the same update may be made twice without harm' if self._change.update else ''}."
        )
        return cause.with_result(outcome="partial", changed=True, nodes=proof.as_list())
