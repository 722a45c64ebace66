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
from dataclasses import dataclass, field, replace
from typing import Any

from .._api.client import Api, NoBulkUpdate
from .._errors import CertificateError
from .._probe.proof import Proof
from .._probe.prover import Prover
from .._state.goal import ExpectedChain
from .._state.installed import Installed
from .._state.read_back import Reported, poll_installed
from .._transport.retry import Retries, answer_lost, misses_nodes, never_sent, perhaps_made, write_may_be_repeated
from .ordering import Write, in_safe_order, next_request
from .plan import CannotUndo, Change, plan_undo

_NOT_WANTED = "The old certificate was not put back (option rollback)"

#: By certificate name.
States = Mapping[str, ExpectedChain]


@dataclass(frozen=True)
class Settings:
    """What the user wants of a transaction, and what the server can do.

    Attributes:
        verify_timeout: seconds.
        wait_timeout: seconds.
        rollback: whether what cannot be proven is put back.
        bulk: whether the bulk update is tried first.
        alone: names that are never updated together with others.
        disturbing: names after whose update the cluster has to come to rest before the next one.
        unreadable: names of which this version reports another certificate than it has (RS176540).
        without_nodes: whether the user goes on although nodes are not active, which the cluster then says.
    """

    verify_timeout: float
    wait_timeout: float
    rollback: bool
    bulk: bool
    alone: frozenset[str] = frozenset()
    disturbing: frozenset[str] = frozenset()
    unreadable: frozenset[str] = frozenset()
    without_nodes: bool = False


@dataclass(frozen=True)
class Evidence:
    """What speaks for states."""

    installed: Reported = field(default_factory=dict)  # what the API reports
    unread: CertificateError | None = None  # why it could not be asked
    proof: Proof = field(default_factory=Proof)
    proven: bool = False
    unreadable: frozenset[str] = frozenset()  # names for which another read-back says nothing
    reported: bool = False  # whether the API reports what was looked for

    def shows(self, states: States) -> bool:
        """Whether the API reports the states, but for names that it cannot report."""
        return self.unread is None and all(
            name in self.unreadable or state.shown_by(self.installed[name]) for name, state in states.items()
        )

    def proves(self, name: str, state: ExpectedChain) -> bool:
        """Whether one certificate is there: reported by the API, and nothing else wherever it could be seen."""
        return self.shows({name: state}) and not self.proof.of(name).missing

    def summary(self) -> dict[str, Any]:
        """How far it is proven, for results."""
        return self.proof.summary(reported=self.reported)


def not_proven(evidence: Evidence, states: States, settings: Settings, url: str) -> CertificateError:
    """The error that says what is missing for proof of the states, which the server said that it has brought about."""
    if evidence.unread is not None:
        problem = f"it cannot be read back: {evidence.unread.message}"
    elif not evidence.shows(states):
        problem = f"the API still does not report it after {settings.wait_timeout:g} s (option wait_timeout)."
        if all(state.leaf_shown_by(evidence.installed[name]) for name, state in states.items()):
            problem += (
                " The leaf does, but with other issuers than those that were sent: send what the cluster reports, or "
                "set compare to leaf."
            )
    else:
        missing = "; ".join(map(str, evidence.proof.missing))
        problem = f"after {settings.verify_timeout:g} s (option verify_timeout) {missing}."
    return CertificateError("not_proven", f"the cluster accepted the change, but {problem}", cluster=url)


class Transaction:
    """Makes changes.

    Attributes:
        outcomes: of each change, by certificate name, once it has run: V(changed), V(failed_unchanged),
            V(rolled_back) or V(partial).
    """

    def __init__(
        self, api: Api, retries: Retries, changes: Sequence[Change], prover: Prover, settings: Settings
    ) -> None:
        """Prepare.

        Args:
            api: without retries of its own.
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
        self._perhaps_made: set[str] = set()  # names that a request that failed may have changed
        self.outcomes = dict.fromkeys(self._changes, "failed_unchanged")

    def run(self) -> Evidence:
        """Make the changes and prove them.

        Raises:
            CertificateError: they were not made, or not everywhere. C(result) has C(outcome): V(failed_unchanged),
                V(rolled_back) or V(partial), and C(nodes).
        """
        api = self._changes.get("api")
        if api is not None and api.new.fingerprints:
            # Nothing else of what the new certificate leads to is trusted.
            self._api.session.pin(api.new.fingerprints[0])
        waiting = in_safe_order(Write(name, one.update, one.new) for name, one in self._changes.items())
        made: list[str] = []
        evidence = Evidence()
        while waiting:
            names, refused = self._write(waiting)
            waiting = waiting[len(names) :]
            if refused is not None:
                perhaps = not self._perhaps_made.isdisjoint(names)
                expected = self._expected(refused, names)
                evidence = self._evidence(self._new(names), acknowledged=expected) if perhaps else Evidence()
                if not evidence.proven:
                    raise self._refused(refused.about(", ".join(names)), made, names, evidence)
            made += names
            self._perhaps_made.difference_update(names)
            if waiting and not self._settings.disturbing.isdisjoint(names):
                self._poll_for(self._new(names))
        if not evidence.proven or evidence.proof.names != set(made):
            evidence = self._evidence(self._new(made), acknowledged=True)
        if not evidence.proven:
            missing = [name for name, state in self._new(made).items() if not evidence.proves(name, state)]
            cause = self._not_proven(evidence, self._new(made)).about(", ".join(missing or made))
            raise self._failed(cause, made, evidence, acknowledged=True)
        self.outcomes.update(dict.fromkeys(made, "changed"))
        return evidence

    def _expected(self, refused: CertificateError, names: Iterable[str]) -> bool:
        """Whether a refusal says no more than that nothing is there to delete, or that inactive nodes have missed it.

        A read has to tell whether it is so.
        """
        readable = self._settings.unreadable.isdisjoint(names)
        return refused.kind == "not_found" or (readable and self._settings.without_nodes and misses_nodes(refused))

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
        """Send updates or one deletion until it succeeds; why it did not, if so."""
        goals = {write.name: write.goal for write in group}
        updates = [write.update for write in group if write.update is not None]
        deadline = self._wait_deadline()

        def send() -> None:
            if updates:
                self._api.update(updates, bulk=self._bulk)
            else:
                self._api.delete(group[0].name)

        def made(error: CertificateError) -> bool:
            # What is not there to be deleted was perhaps deleted by an attempt before, or by somebody else.
            if perhaps_made(error) or (not updates and error.kind == "not_found"):
                self._perhaps_made.update(goals)
            if answer_lost(error):
                # Without the server's word, a name that it does not report right may as well be as it was.
                return Evidence(*self._poll(goals, lambda dummy: True, deadline)).shows(goals)
            if self._begun and never_sent(error):
                # In the middle there is more to lose than time.
                self._poll(goals, lambda dummy: True, deadline)
            return False

        def again(error: CertificateError) -> bool:
            return write_may_be_repeated(error) and not self._expected(error, goals)

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
                anything to wait for, and what is not visible is no proof.
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
    ) -> CertificateError:
        """The error to raise after a write failed.

        Args:
            made: what was written before it.
            names: what it was to write.
            evidence: for that, when it was perhaps made.
        """
        touched = [*made, *(name for name in self._changes if name in self._perhaps_made)]
        if not touched:
            return cause.with_result(outcome="failed_unchanged", changed=False)
        if set(touched) != set(names):
            evidence = self._read(*self._poll(touched, lambda dummy: True, time.monotonic()))
        return self._failed(cause, touched, evidence, acknowledged=bool(made))

    def _failed(
        self, cause: CertificateError, touched: Sequence[str], evidence: Evidence, *, acknowledged: bool
    ) -> CertificateError:
        """The error to raise, once everything that could be was put back.

        Args:
            touched: what was written, or perhaps was.
            evidence: what was read of it.
            acknowledged: whether the server said of any of it that it has done it.
        """
        if not acknowledged or not self._settings.rollback:
            # Perhaps nothing has happened. What was acknowledged is taken back all the same.
            old = self._old(touched)
            proof = self._prover.look(old, evidence.installed)
            unread = evidence.unread is not None
            readable = not unread and self._settings.unreadable.isdisjoint(old)
            if (unread or evidence.shows(old)) and (not proof.missing if readable else proof.complete):
                return cause.with_result(outcome="failed_unchanged", changed=False, nodes=proof.as_list())
        if not self._settings.rollback:
            return self._partial(cause, dict.fromkeys(touched, _NOT_WANTED))
        return self._put_back(cause, touched, evidence)

    def _put_back(self, cause: CertificateError, touched: Sequence[str], evidence: Evidence) -> CertificateError:
        """Put back what can be; the error to raise."""
        problems: dict[str, str] = {}  # by certificate name
        writes = []
        for name in touched:
            readable = evidence.unread is None and name not in self._settings.unreadable
            if readable and self._somebody_else(name, evidence.installed[name]):
                problems[name] = "The cluster has a third certificate, so somebody else changed it; that was left alone"
                continue
            try:
                writes.append(plan_undo(self._changes[name]))
            except CannotUndo as reason:
                problems[name] = f"The old certificate cannot be put back: {reason}"
        old = self._old(write.name for write in writes)
        refusals = {name: why for name, why in self._write_all(writes).items() if not self._expected(why, [name])}
        back = self._evidence(old, acknowledged=not refusals) if old else Evidence()
        for name, state in old.items():
            if back.proven or (name not in refusals and back.proves(name, state)):
                self.outcomes[name] = "rolled_back"
            else:
                why = refusals.get(name) or self._not_proven(back, {name: state})
                problems[name] = f"Putting the old certificate back failed too: {why.message}"
        if problems:
            return self._partial(cause, problems)
        what = "the previous certificate" if len(old) == 1 else f"the previous certificates ({', '.join(old)})"
        cause.message += (
            f" Rolled back: {what} {'is' if len(old) == 1 else 'are'} {_seen(back)}. Fix the cause and run again."
        )
        return cause.with_result(outcome="rolled_back", changed=False, nodes=back.proof.as_list(), proof=back.summary())

    def _write_all(self, writes: Iterable[Write]) -> dict[str, CertificateError]:
        """Make all writes, whichever fail; why those were not made, by certificate name."""
        refusals = {}
        waiting = in_safe_order(writes)
        while waiting:
            names, refused = self._write(waiting)
            if refused is not None and len(names) > 1:
                self._bulk = False  # one of them must not keep the others from being put back
                continue
            waiting = waiting[len(names) :]
            if refused is not None:
                refusals[names[0]] = refused
        return refusals

    def _somebody_else(self, name: str, installed: Installed | None) -> bool:
        parsed = installed is None or bool(installed.chain)
        change = self._changes[name]
        return parsed and not change.old.shown_by(installed) and not change.new.leaf_shown_by(installed)

    def _partial(self, cause: CertificateError, problems: Mapping[str, str]) -> CertificateError:
        """The error to raise when not everything is as it was.

        Args:
            problems: why a certificate was not put back, by its name.
        """
        put_back = [name for name, outcome in self.outcomes.items() if outcome == "rolled_back"]
        states = {**self._old(put_back), **self._new(problems)}
        installed, unread = self._poll(states, lambda dummy: True, time.monotonic())
        proof = self._prover.look(states, installed)
        read = Evidence(installed, unread, proof)
        for name in problems:
            acknowledged = name not in self._perhaps_made
            there = proof.of(name).complete or (acknowledged and read.proves(name, states[name]))
            self.outcomes[name] = "changed" if there else "partial"
        names: dict[str, list[str]] = {}
        for name, why in problems.items():
            names.setdefault(why.rstrip("."), []).append(name)
        many = len(self._changes) > 1
        whys = [f"{', '.join(about)}: {why}" if many else why for why, about in names.items()]
        if put_back:
            whys.append(f"Put back: {', '.join(put_back)}")
        nodes = "; ".join(map(str, proof.sightings)) or "not asked (option verify)"
        updated = any(self._changes[name].update for name in problems)
        cause.message += (
            f" {'. '.join(whys)}. What the nodes have now: {nodes}. Fix the cause and run again"
            f"{' with force=true: the same update may be made twice without harm' if updated else ''}."
        )
        summary = proof.summary(reported=read.shows(states))
        return cause.with_result(outcome="partial", changed=True, nodes=proof.as_list(), proof=summary)


def _seen(back: Evidence) -> str:
    """Who has the old certificate again."""
    summary = back.summary()
    if summary["level"] == "complete":
        return "proven on every node again"
    if summary["verified"]:
        return f"proven at {summary['verified']} of {summary['of']} places again, and reported by the API"
    return "reported by the API again; no port and no metrics show it"
