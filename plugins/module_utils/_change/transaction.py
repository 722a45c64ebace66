# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Changes of certificates, all of them or none, with one of three outcomes, whatever breaks in between.

The new state, proven; the old state, proven; or a failure that names each node and what it has.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from .._api.client import Api, NoBulkUpdate
from .._errors import CertificateError
from .._probe.proof import Proof
from .._probe.prover import Prover
from .._product.names import INTERNODE
from .._state.installed import Installed
from .._state.read_back import Reported, poll_installed
from .._transport.retry import (
    Retries,
    answer_lost,
    misses_nodes,
    never_sent,
    perhaps_made,
    stays_on_disk,
    write_may_be_repeated,
)
from .evidence import Evidence, States, not_proven
from .ordering import Write, in_safe_order, next_request
from .outcome import CHANGED, FAILED_UNCHANGED, PARTIAL, ROLLED_BACK, Outcome
from .plan import CannotUndo, Change, plan_undo
from .settings import Settings

_NOT_WANTED = "Not rolled back (rollback=false)"


class Transaction:
    """A transaction of changes, made once."""

    def __init__(
        self, api: Api, retries: Retries, changes: Sequence[Change], prover: Prover, settings: Settings
    ) -> None:
        """Prepare.

        Args:
            api: without its own retries.
            retries: for the writes, and for single reads.
            changes: updates and deletions, of different certificates.
            prover: knows where to look.
        """
        self._api = api
        self._retries = retries
        self._changes = {change.name: change for change in changes}
        self._prover = prover
        self._settings = settings
        self._bulk = settings.bulk
        self._begun = False  # whether a write was sent
        self._before = {change.name: change.installed for change in changes}  # as reported before the next write
        self._perhaps_made: set[str] = set()  # names that a request that failed may have changed
        self._on_disk: set[str] = set()  # names whose files a deletion could not remove

    def run(self) -> Outcome:
        """Make the changes and prove them, or roll back."""
        outcome = self._run()
        left = (name for name in sorted(self._on_disk) if outcome.changes[name] != FAILED_UNCHANGED)
        return replace(outcome, on_disk=tuple(left))

    def _run(self) -> Outcome:
        api = self._changes.get("api")
        if api is not None and api.new.fingerprints:
            # Nothing else that the new certificate chains to is trusted.
            self._api.session.pin(api.new.fingerprints[0])
        waiting = in_safe_order(Write(name, one.update, one.new) for name, one in self._changes.items())
        made: list[str] = []
        evidence = Evidence()
        while waiting:
            names, refused = self._write(waiting)
            group, waiting = waiting[: len(names)], waiting[len(names) :]
            if refused is not None:
                perhaps = not self._perhaps_made.isdisjoint(names)
                expected = self._expected(refused, group)
                evidence = self._evidence(self._new(names), acknowledged=expected) if perhaps else Evidence()
                if not evidence.proven or (not expected and self._unseen(names)):
                    return self._refused(refused.about(", ".join(names)), made, names, evidence)
            made += names
            self._perhaps_made.difference_update(names)
            if waiting and not self._settings.disturbing.isdisjoint(names):
                self._poll_for(self._new(names))
        if not evidence.proven or evidence.proof.names != set(made):
            evidence = self._evidence(self._new(made), acknowledged=True)
        if not evidence.proven:
            missing = [name for name, state in self._new(made).items() if not evidence.proves(name, state)]
            cause = self._not_proven(evidence, self._new(made)).about(", ".join(missing or made))
            return self._failed(cause, made, evidence, acknowledged=True)
        return Outcome(CHANGED, self._outcomes(made, CHANGED), evidence)

    def _outcomes(self, names: Iterable[str], outcome: str) -> dict[str, str]:
        """Return the outcome of all changes, those of the rest being that nothing has happened."""
        return {**dict.fromkeys(self._changes, FAILED_UNCHANGED), **dict.fromkeys(names, outcome)}

    def _expected(self, refused: CertificateError, group: Sequence[Write]) -> bool:
        """Return whether a refusal only says that nothing is there to delete, or that inactive nodes have missed it.

        A read has to show whether it is so.
        """
        readable = self._settings.unreadable.isdisjoint(write.name for write in group)
        missed = misses_nodes(refused, deletion=group[0].update is None)
        return refused.kind == "not_found" or (readable and self._settings.without_nodes and missed)

    def _unseen(self, names: Iterable[str]) -> set[str]:
        """Return those whose write was not acknowledged and would show nothing: the certificate was there before."""
        return {name for name in self._perhaps_made.intersection(names) if self._changes[name].reason == "forced"}

    def _new(self, names: Iterable[str]) -> States:
        return {name: self._changes[name].new for name in names}

    def _old(self, names: Iterable[str]) -> States:
        return {name: self._changes[name].old for name in names}

    def _wait_deadline(self) -> float:
        return time.monotonic() + self._settings.wait_timeout

    # Writing.

    def _write(self, waiting: Sequence[Write]) -> tuple[list[str], CertificateError | None]:
        """Make the first of the writes, with those that go into the same request.

        Returns:
            Their names, and why they were not made, if so.
        """
        while True:
            group = next_request(waiting, bulk=self._bulk, alone=self._settings.alone)
            try:
                return [write.name for write in group], self._send(group)
            except NoBulkUpdate:
                self._bulk = False

    def _send(self, group: Sequence[Write]) -> CertificateError | None:
        """Send updates or one deletion until it succeeds; return why it did not, if so."""
        goals = {write.name: write.goal for write in group}
        updates = [write.update for write in group if write.update is not None]
        deadline = self._wait_deadline()

        def send() -> None:
            if updates:
                self._api.update(updates, bulk=self._bulk)
            else:
                self._api.delete(group[0].name)
            self._on_disk.difference_update(goals)

        def made(error: CertificateError) -> bool:
            # What is not there to be deleted was perhaps deleted by an attempt before, or concurrently.
            if perhaps_made(error) or (not updates and error.kind == "not_found"):
                self._perhaps_made.update(goals)
            if not updates and stays_on_disk(error):
                self._on_disk.update(goals)
            if answer_lost(error):
                # Without the server's word, a name that it does not report right may as well be as it was. And what it
                # reported before, as of a certificate that a node has missed, does not show that the write was made.
                shown = Evidence(*self._poll(goals, lambda dummy: True, deadline)).shows(goals)
                return shown and not any(goal.shown_by(self._before[name]) for name, goal in goals.items())
            if self._begun and never_sent(error):
                # In the middle there is more to lose than time.
                self._poll(goals, lambda dummy: True, deadline)
            return False

        def again(error: CertificateError) -> bool:
            return write_may_be_repeated(error) and not self._expected(error, group)

        try:
            self._retries.run(send, again, made)
        except CertificateError as error:
            return error
        finally:
            self._begun = True
        return None

    def _poll(
        self, names: Iterable[str], enough: Callable[[Reported], bool], deadline: float
    ) -> tuple[Reported, CertificateError | None]:
        return poll_installed(self._api, names, enough, deadline, afresh="api" in self._changes)

    def _poll_for(self, states: States) -> tuple[Reported, CertificateError | None]:
        """Read until it shows the states, or O(wait_timeout) has passed."""
        return self._poll(states, lambda read: self._read(read).shows(states), self._wait_deadline())

    def _read(self, installed: Reported, unread: CertificateError | None = None) -> Evidence:
        return Evidence(installed, unread, unreadable=self._settings.unreadable)

    # Proving.

    def _evidence(self, states: States, *, acknowledged: bool) -> Evidence:
        """Wait until the API reports the states and nothing that can be seen shows anything else.

        Where the API cannot be read, handshakes and metrics of all nodes are proof enough.

        Args:
            acknowledged: whether the server said that it has done the writes. If not, one read decides whether there is
                anything to wait for, and a certificate that is not visible is not proof.
        """
        installed, unread = (
            self._poll_for(states) if acknowledged else self._poll(states, lambda dummy: True, self._wait_deadline())
        )
        read = self._read(installed, unread)
        shown = read.shows(states)
        if not shown and (unread is None or not self._prover.sees(states)):
            return replace(read, proof=self._prover.look(states, installed))
        proof = self._prover.prove(states, self._settings.verify_timeout, installed)
        reported = Evidence(installed, unread).shows(states)
        without = self._prover.inactive if self._settings.without_nodes else ()
        proven = not proof.missing if acknowledged and shown else proof.complete_without(without)
        return replace(read, proof=proof, proven=proven, reported=reported)

    def _not_proven(self, evidence: Evidence, states: States) -> CertificateError:
        return not_proven(evidence, states, self._settings, self._api.url)

    # Failing.

    def _refused(
        self, cause: CertificateError, made: Sequence[str], names: Sequence[str], evidence: Evidence
    ) -> Outcome:
        """Return the outcome after a failed write.

        Args:
            made: names that were written before.
            names: names that the failed write was to change.
            evidence: for these names, if the write may have been made.
        """
        touched = [*made, *(name for name in self._changes if name in self._perhaps_made)]
        if not touched:
            return Outcome(FAILED_UNCHANGED, self._outcomes((), CHANGED), cause=cause)
        if set(touched) != set(names):
            evidence = self._read(*self._poll(touched, lambda dummy: True, time.monotonic()))
        return self._failed(cause, touched, evidence, acknowledged=bool(made))

    def _failed(
        self, cause: CertificateError, touched: Sequence[str], evidence: Evidence, *, acknowledged: bool
    ) -> Outcome:
        """Roll back as far as possible, and return the outcome.

        Args:
            touched: names that were written, or may have been.
            evidence: for these names.
            acknowledged: whether the server acknowledged any of the writes.
        """
        if not acknowledged or not self._settings.rollback:
            # Perhaps nothing has changed. Acknowledged writes are rolled back in any case.
            proof = self._unreached(touched, evidence)
            if proof is not None:
                return Outcome(
                    FAILED_UNCHANGED,
                    self._outcomes((), CHANGED),
                    Evidence(proof=proof),
                    cause,
                    unseen=bool(self._unseen(touched)),
                )
        if not self._settings.rollback:
            return self._partial(cause, dict.fromkeys(touched, _NOT_WANTED), ())
        return self._roll_back(cause, touched)

    def _unreached(self, names: Iterable[str], evidence: Evidence) -> Proof | None:
        """Return the proof that no write has reached these certificates; None: one perhaps has.

        Args:
            evidence: for these names.
        """
        old = self._old(names)
        proof = self._prover.look(old, evidence.installed)
        unread = evidence.unread is not None
        readable = not unread and self._settings.unreadable.isdisjoint(old)
        same = (unread or evidence.shows(old)) and (not proof.missing if readable else proof.complete)
        return proof if same else None

    def _roll_back(self, cause: CertificateError, touched: Sequence[str]) -> Outcome:
        """Restore the previous certificates where possible."""
        problems = self._changed_concurrently(touched)  # by certificate name
        kept = self._unreached_internode(touched)
        writes = []
        for name in touched:
            if name in problems or name in kept:
                continue
            try:
                writes.append(plan_undo(self._changes[name]))
            except CannotUndo as reason:
                problems[name] = f"The previous certificate cannot be restored: {reason}"
        refusals = self._write_all(writes, problems)
        old = self._old(write.name for write in writes if write.name not in problems)
        back = self._evidence(old, acknowledged=not refusals) if old else Evidence()
        restored = []
        for name, state in old.items():
            if back.proven or (name not in refusals and back.proves(name, state)):
                restored.append(name)
            else:
                why = refusals.get(name) or self._not_proven(back, {name: state})
                problems[name] = f"The roll-back failed too: {why.message}"
        if problems:
            return self._partial(cause, problems, restored)
        whole = ROLLED_BACK if restored else FAILED_UNCHANGED
        return Outcome(whole, self._outcomes(restored, ROLLED_BACK), back, cause)

    def _unreached_internode(self, touched: Iterable[str]) -> set[str]:
        """Return the certificates between nodes that need no roll-back.

        To send one that the cluster issued would make it a customer-provided one, which the cluster does not rotate
        (vendor, internode encryption).
        """
        doubtful = INTERNODE & self._perhaps_made.intersection(touched)
        read = self._read(*self._poll(doubtful, lambda dummy: True, time.monotonic())) if doubtful else Evidence()
        return {name for name in doubtful if self._unreached([name], read)}

    def _write_all(self, writes: Iterable[Write], problems: dict[str, str]) -> dict[str, CertificateError]:
        """Make all writes, whichever fail; return why those were not made, by certificate name.

        What they overwrite was read just now; it is read again after each of them.

        Args:
            problems: gets why certificates are left in place, by name.
        """
        refusals = {}
        waiting = in_safe_order(writes)
        while waiting:
            names, refused = self._write(waiting)
            if refused is not None and len(names) > 1:
                self._bulk = False  # one of them must not keep the others from being restored
            else:
                group, waiting = waiting[: len(names)], waiting[len(names) :]
                if refused is not None and not self._expected(refused, group):
                    refusals[names[0]] = refused
            if waiting:  # a write may take minutes
                problems.update(self._changed_concurrently(write.name for write in waiting))
                waiting = [write for write in waiting if write.name not in problems]
        return refusals

    def _changed_concurrently(self, names: Iterable[str]) -> dict[str, str]:
        """Read once; return why certificates that another client has written are left in place, by name."""
        installed, _unread = self._poll(names, lambda dummy: True, time.monotonic())
        self._before.update(installed)
        return {
            name: f"{_described(found)}, neither the old nor the new certificate (concurrent change?); left in place"
            for name, found in self._foreign(installed).items()
        }

    def _foreign(self, installed: Reported) -> Reported:
        """Return what is neither the old nor the new certificate, of all that can be read back and parsed."""

        def ours(name: str, found: Installed | None) -> bool:
            change = self._changes[name]
            unjudged = name in self._settings.unreadable or (found is not None and not found.certificates)
            return unjudged or change.old.shown_by(found) or change.new.leaf_shown_by(found)

        return {name: found for name, found in installed.items() if not ours(name, found)}

    def _partial(self, cause: CertificateError, problems: Mapping[str, str], restored: Iterable[str]) -> Outcome:
        """Return the outcome when not all certificates were restored.

        Args:
            problems: why a certificate was not restored, by its name.
            restored: names of the restored certificates.
        """
        outcomes = self._outcomes(restored, ROLLED_BACK)
        states = {**self._old(restored), **self._new(problems)}
        installed, unread = self._poll(states, lambda dummy: True, time.monotonic())
        proof = self._prover.look(states, installed)
        read = Evidence(installed, unread, proof)
        for name in problems:
            acknowledged = name not in self._perhaps_made
            seen = proof.of(name).complete and not self._unseen([name])
            there = seen or (acknowledged and read.proves(name, states[name]))
            outcomes[name] = CHANGED if there and name not in self._foreign(installed) else PARTIAL
        return Outcome(
            PARTIAL,
            outcomes,
            replace(read, reported=read.shows(states)),
            cause,
            problems=problems,
            repeatable=any(self._changes[name].update for name in problems),
        )


def _described(installed: Installed | None) -> str:
    if installed is None:
        return "The cluster now has none under this name"
    return f"The cluster now has {installed.fingerprints[0]} ({installed.facts['subject'] or 'it cannot be parsed'})"
