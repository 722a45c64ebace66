# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""How far it is proven that every node has its certificates: handshakes with ports, metrics, what the primary reports.

A follower's API reports nothing of that node: it redirects, or passes on what the primary says (vendor: cluster setting
handle_redirects). So there are three kinds of evidence: a port presents the certificate, and the peer has its key; the
node's own metrics show the end of the validity of what is on its disk; or the cluster has acknowledged the change, and
its primary reports it. What none of them shows is not visible, and nothing waits for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any

from .._concurrency import side_by_side
from .._progress import following
from .._state.goal import ExpectedChain, close_ends, same_end
from .._state.read_back import Reported
from .._transport.retry import poll_until
from .._transport.tls_handshake import read_presented
from .endpoints import Endpoint
from .metrics import Exporters, Shown
from .proof import FAILURES, HANDSHAKE, METRICS, NOWHERE, Proof, Sighting

#: Seconds for one look at one endpoint, unless O(timeout) is shorter: a firewall that drops packets costs as much.
_LOOK_TIMEOUT = 10.0


#: Places that are named of those that are waited for.
_MOST = 3

#: A certificate, and where it is looked for.
_Spot = tuple[str, Endpoint]


_SAME_END = "the old and the new certificate expire at the same time, so metrics cannot distinguish them"


@dataclass(frozen=True)
class Target:
    """One certificate, and where it is looked for.

    Attributes:
        name: of the certificate.
        endpoints: ports whose handshakes show it; or of each node the metrics port or, where nothing shows it, the API.
        by: V(handshake), V(metrics) or V(nowhere).
        handshakes: how many in a row have to present it.
        ends: when the old one and the new one end, in UTC, as far as that is known: metrics are to distinguish them.
        before: the state before the change, where that is another one than after it.
    """

    name: str
    endpoints: tuple[Endpoint, ...]
    by: str
    handshakes: int = 1
    ends: tuple[datetime, ...] = ()
    before: ExpectedChain | None = None

    @property
    def ambiguous(self) -> bool:
        """Return whether the old and the new one end at the same time, so that metrics cannot distinguish them."""
        return len(self.ends) == 2 and close_ends(*self.ends)


@dataclass
class _Before:
    """What was there before the change."""

    reached: frozenset[Endpoint] = frozenset()  # ports that answered
    leaves: dict[Endpoint, str] = field(default_factory=dict)  # fingerprints of what they presented
    ends: dict[_Spot, frozenset[datetime]] = field(default_factory=dict)  # by metrics


class Prover:
    """A prover that looks wherever certificates can be seen, side by side."""

    def __init__(
        self,
        targets: Iterable[Target],
        timeout: float,
        *,
        exporters: Exporters | None = None,
        primary: Callable[[], Any] = lambda: None,
        inactive: Collection[Any] = (),
    ) -> None:
        """Prepare.

        Args:
            targets: one for each certificate that will be asked for.
            timeout: seconds for each look.
            exporters: where metrics are read.
            primary: gives the uid of the node that answered last: what is not visible there is reported.
            inactive: uids of nodes that the cluster says are not active. Where such a one shows nothing, it counts as
                unreachable, whatever still listens there.
        """
        self._targets = {target.name: target for target in targets}
        self._timeout = min(_LOOK_TIMEOUT, timeout)
        self._exporters = exporters
        self._primary = primary
        self.inactive = frozenset(inactive)
        self._before = _Before()

    @property
    def places(self) -> list[Endpoint]:
        """Return where it looks."""
        return [endpoint for target in self._targets.values() for endpoint in target.endpoints]

    def sees(self, names: Iterable[str]) -> bool:
        """Return whether there is evidence besides the API of all these certificates."""
        return all(self._targets[name].by != NOWHERE and self._targets[name].endpoints for name in names)

    def try_all(self, otherwise: Callable[[Iterable[Endpoint]], tuple[Endpoint, ...]]) -> tuple[Sighting, ...]:
        """Check before a change what can be seen; what cannot holds nothing up after it.

        Args:
            otherwise: gives the ports to use when none of a certificate's can be reached.

        Returns:
            Where a handshake or metrics could show a certificate, and do not; and why.
        """
        by_port = [target for target in self._targets.values() if target.by == HANDSHAKE]
        problems = self._unreachable(endpoint for target in by_port for endpoint in target.endpoints)
        for target in by_port:
            if target.endpoints and all(problems[one] is not None for one in target.endpoints):
                others = tuple(one for one in otherwise(target.endpoints) if one not in target.endpoints)
                self._targets[target.name] = replace(target, endpoints=target.endpoints + others)
                problems.update(self._unreachable(others))
        self._before.reached = frozenset(one for one, problem in problems.items() if problem is None)
        unreachable = [
            Sighting(name, endpoint, "unreachable", None, problems[endpoint], None)
            for name, endpoint in self._spots(self._targets, HANDSHAKE)
            if problems[endpoint] is not None
        ]
        return (*unreachable, *self._unseen_in_metrics())

    def _unreachable(self, endpoints: Iterable[Endpoint]) -> dict[Endpoint, str | None]:
        """Return why ports cannot be reached; None for those that can, and what these present is noted."""

        def connect(endpoint: Endpoint) -> str | None:
            one = read_presented(endpoint.address, endpoint.port, endpoint.server_name, self._timeout)
            gone = not one.reachable or (endpoint.node in self.inactive and one.problem is not None)
            if one.problem is None:
                self._before.leaves[endpoint] = one.fingerprints[0]
            return (one.problem or "no answer") if gone else None

        distinct = tuple(dict.fromkeys(endpoints))
        return dict(zip(distinct, side_by_side(connect, distinct)))

    def _unseen_in_metrics(self) -> list[Sighting]:
        spots = self._spots(self._targets, METRICS)
        shown = self._shown(spots)
        self._before.ends = {(name, one): shown.of(one.node, name) for name, one in spots}
        return [
            self._hidden(name, endpoint, self._silence(name, endpoint, shown))
            for name, endpoint in spots
            if self._targets[name].ambiguous or not self._before.ends[name, endpoint]
        ]

    def _spots(self, names: Iterable[str], by: str) -> list[_Spot]:
        return [
            (name, endpoint)
            for name in names
            if self._targets[name].by == by
            for endpoint in self._targets[name].endpoints
        ]

    def _shown(self, spots: Iterable[_Spot]) -> Shown:
        nodes = dict.fromkeys(endpoint.node for dummy, endpoint in spots)
        if not nodes or self._exporters is None:
            return Shown()
        return self._exporters.read(nodes)

    def look(self, states: Mapping[str, ExpectedChain], reported: Reported | None = None) -> Proof:
        """Look everywhere, once. See M(prove)."""
        return self.prove(states, 0, reported)

    def prove(self, states: Mapping[str, ExpectedChain], timeout: float, reported: Reported | None = None) -> Proof:
        """Look until nothing that can be seen shows anything but the states.

        Args:
            states: what is looked for, by certificate name.
            timeout: seconds until giving up; with 0, it is looked once.
            reported: what the API reports, as far as it is known.
        """
        spots = [(name, one) for name in states for one in self._targets[name].endpoints]
        seen: dict[_Spot, Sighting] = {
            spot: self._reported(*spot, states, reported or {}, None) for spot in self._spots(states, NOWHERE)
        }
        pending = [spot for spot in spots if spot not in seen]
        proof = Proof()
        deadline = time.monotonic() + timeout

        def how_far() -> str:
            left = max(0, round(deadline - time.monotonic()))
            places = [f"{one.endpoint} (it is {one.status})" for one in proof.missing[:_MOST]]
            waiting = ", ".join(places) or f"{len(spots)} places"
            more = len(proof.missing) - _MOST
            return f"waiting, {left} s at most, for {waiting}{f' and {more} more' if more > 0 else ''}"

        with following(how_far):
            for dummy in poll_until(deadline):
                seen.update(((one.name, one.endpoint), one) for one in self._look(pending, states, reported or {}))
                proof = Proof(frozenset(states), tuple(seen[spot] for spot in spots))
                if not proof.missing:
                    break
                pending = [spot for spot in pending if seen[spot].status in (*FAILURES, "unreachable")]
        return proof

    def _look(self, spots: list[_Spot], states: Mapping[str, ExpectedChain], reported: Reported) -> list[Sighting]:
        by_port = [spot for spot in spots if self._targets[spot[0]].by == HANDSHAKE]
        by_metrics = [spot for spot in spots if self._targets[spot[0]].by == METRICS]
        looks: list[Callable[[], list[Sighting]]] = [partial(self._at_port, *spot, states) for spot in by_port]
        if by_metrics:
            looks.append(partial(self._by_metrics, by_metrics, states, reported))
        return list(chain.from_iterable(side_by_side(lambda look: look(), looks)))

    def _at_port(self, name: str, endpoint: Endpoint, states: Mapping[str, ExpectedChain]) -> list[Sighting]:
        for dummy in range(self._targets[name].handshakes):
            seen = read_presented(endpoint.address, endpoint.port, endpoint.server_name, self._timeout)
            if seen.problem is not None:
                return [self._failed(name, endpoint, seen.problem, reachable=seen.reachable)]
            if not states[name].served_by(seen):
                return [self._other(name, endpoint, states[name], seen.fingerprints[0])]
        return [Sighting(name, endpoint, "verified", seen.fingerprints[0])]

    def _other(self, name: str, endpoint: Endpoint, state: ExpectedChain, leaf: str) -> Sighting:
        """Return the sighting of another certificate at a port.

        On the way back, one that it presented before the change, too, is none that the change left there.
        """
        if state == self._targets[name].before and leaf == self._before.leaves.get(endpoint):
            why = "it presents what it presented before the change, which was not the old certificate"
            return Sighting(name, endpoint, "not_visible", leaf, why)
        return Sighting(name, endpoint, "stale", leaf)

    def _failed(self, name: str, endpoint: Endpoint, problem: str, *, reachable: bool) -> Sighting:
        if endpoint.node in self.inactive:
            return Sighting(name, endpoint, "unreachable", None, problem, None)
        if reachable:
            return Sighting(name, endpoint, "failed", None, problem)
        # A port that answered before the change and is closed after it is not blocked by a firewall.
        if endpoint in self._before.reached:
            return Sighting(name, endpoint, "failed", None, f"{problem}; it answered before the change")
        return Sighting(name, endpoint, "unreachable", None, problem, None)

    def _by_metrics(
        self, spots: list[_Spot], states: Mapping[str, ExpectedChain], reported: Reported
    ) -> list[Sighting]:
        shown = self._shown(spots)
        return [
            self._on_disk(name, endpoint, states[name], shown)
            or self._reported(name, endpoint, states, reported, self._silence(name, endpoint, shown))
            for name, endpoint in spots
        ]

    def _silence(self, name: str, endpoint: Endpoint, shown: Shown) -> str:
        """Return why the metrics tell nothing."""
        return _SAME_END if self._targets[name].ambiguous else shown.silence(endpoint.node, name)

    def _on_disk(self, name: str, endpoint: Endpoint, state: ExpectedChain, shown: Shown) -> Sighting | None:
        """Return what a node's metrics show; None where they tell nothing."""
        target = self._targets[name]
        if target.ambiguous:
            return None
        others = set(target.ends)
        if not target.ends or state.end == target.ends[-1]:
            # On the way back, the state before the change does not count against the old certificate.
            others.update(self._before.ends.get((name, endpoint), ()))
        if state.end is not None:
            others = {other for other in others if not same_end(other, state.end)}
        judged = [(end, state.ended_by(end, others)) for end in sorted(shown.of(endpoint.node, name))]
        stale = [end for end, has_it in judged if has_it is False]
        # A file that a deleted database left behind shows as well, before and after (RS187553): beside the new
        # certificate, and what may be it, only the one that was replaced counts.
        replaced = [end for end in stale if any(same_end(end, one) for one in target.ends)] if target.ends else stale
        verified = [end for end, has_it in judged if has_it]
        alone = stale if len(stale) == len(judged) else []
        for ends, status in ((replaced, "stale"), (verified, "verified"), (alone, "stale")):
            if ends:
                return Sighting(name, endpoint, status, None, None, METRICS, ends[0])
        return None

    def _reported(
        self, name: str, endpoint: Endpoint, states: Mapping[str, ExpectedChain], reported: Reported, why: str | None
    ) -> Sighting:
        """Return what is left where nothing is seen: the primary's own word."""
        installed = reported.get(name)
        shown = name in reported and states[name].shown_by(installed)
        if shown and endpoint.node == self._primary():
            leaf = installed.facts["fingerprint"] if installed else None
            return Sighting(name, endpoint, "reported", leaf, why, "api")
        return self._hidden(name, endpoint, why or "no port and no metrics show it")

    def _hidden(self, name: str, endpoint: Endpoint, why: str) -> Sighting:
        if endpoint.node is not None and endpoint.node in self.inactive:
            return Sighting(name, endpoint, "unreachable", None, "the node is not active", None)
        return Sighting(name, endpoint, "not_visible", None, why, None)
