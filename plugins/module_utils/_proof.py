# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Proof that every node has its certificates: by handshakes with its ports, or by what its own API reports."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from itertools import chain
from typing import Any, NamedTuple, Optional

from ._api import Api
from ._endpoints import Endpoint
from ._errors import CertificateError
from ._installed import Installed, parsed
from ._retry import until
from ._session import Session
from ._side_by_side import side_by_side
from ._state import State
from ._wire import NO_ADDRESS, names_a_host, presented

#: Seconds for one look at one endpoint, unless O(timeout) is shorter: a firewall that drops packets costs as much.
_LOOK_TIMEOUT = 10.0

#: A certificate, and where it is looked for.
_Spot = tuple[str, Endpoint]

#: By certificate name.
Reported = Mapping[str, Optional[Installed]]

#: Waiting does not mend these.
_NOT_ALLOWED = frozenset({"unauthorized", "forbidden"})

_NOTHING_LISTENS = frozenset({"connection_refused", "connect_timeout", "unreachable", "unknown_host"})


class Sighting(NamedTuple):
    """What was seen of one certificate at one endpoint."""

    name: str  # of the certificate
    endpoint: Endpoint
    status: str  # "verified", "stale", "unreachable" or "failed"
    fingerprint: str | None = None  # of the leaf that was seen, where one was
    problem: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """For results."""
        return {
            "name": self.name,
            "node": self.endpoint.node,
            "address": self.endpoint.address,
            "port": self.endpoint.port,
            "service": self.endpoint.service,
            "status": self.status,
            "fingerprint": self.fingerprint,
            "problem": self.problem,
        }

    def __str__(self) -> str:
        detail = self.problem or f"has {self.fingerprint or 'none'}"
        about = "" if self.endpoint.service == self.name else f" for {self.name}"
        return f"{self.endpoint} is {self.status}{about} ({detail})"


@dataclass(frozen=True)
class Proof:
    """What was seen everywhere."""

    names: frozenset[str] = frozenset()  # of the certificates that were looked for
    sightings: tuple[Sighting, ...] = ()
    excused: frozenset[Endpoint] = frozenset()  # could not be reached before the change either

    @property
    def complete(self) -> bool:
        """Whether every certificate has endpoints, and every one is verified."""
        return {sighting.name for sighting in self.sightings} == self.names != set() and all(
            sighting.status == "verified" for sighting in self.sightings
        )

    @property
    def missing(self) -> tuple[Sighting, ...]:
        """What is not verified, and should be."""
        return tuple(
            sighting
            for sighting in self.sightings
            if sighting.status != "verified"
            and not (sighting.status == "unreachable" and sighting.endpoint in self.excused)
        )

    def of(self, name: str) -> Proof:
        """The part that is about one certificate."""
        about = tuple(sighting for sighting in self.sightings if sighting.name == name)
        return Proof(self.names & {name}, about, self.excused)

    def as_list(self) -> list[dict[str, Any]]:
        """For results."""
        return [sighting.as_dict() for sighting in self.sightings]

    @property
    def unreachable(self) -> tuple[Sighting, ...]:
        """What could not be looked at."""
        return tuple(sighting for sighting in self.sightings if sighting.status == "unreachable")


@dataclass(frozen=True)
class Target:
    """One certificate, and where it is looked for.

    Attributes:
        name: of the certificate.
        endpoints: where it can be seen.
        by_handshake: whether handshakes with these show it; otherwise they are APIs that report it.
        handshakes: how many in a row have to present it.
    """

    name: str
    endpoints: tuple[Endpoint, ...]
    by_handshake: bool
    handshakes: int = 1


class Prover:
    """Looks at the endpoints that show certificates, side by side."""

    def __init__(self, session: Session, targets: Iterable[Target], down: Container[Any] = ()) -> None:
        """Prepare.

        Args:
            session: the login and the trust for nodes' own APIs.
            targets: one for each certificate that will be asked for.
            down: uids of nodes that the cluster says are not active. Where such a one shows nothing, it counts as
                unreachable, whatever still listens there.
        """
        self._session = session
        self._down = down
        self._targets = {target.name: target for target in targets}
        self._timeout = min(_LOOK_TIMEOUT, session.connection.timeout)
        self._excused: frozenset[Endpoint] = frozenset()

    def by_handshake(self, names: Iterable[str]) -> bool:
        """Whether ports show all these certificates."""
        return all(self._targets[name].by_handshake for name in names)

    def try_all(self, otherwise: Callable[[Iterable[Endpoint]], tuple[Endpoint, ...]]) -> tuple[Sighting, ...]:
        """See which endpoints can be reached before a change; those that cannot hold nothing up after it.

        Args:
            otherwise: gives the endpoints to use when none of a certificate's can be.

        Returns:
            Those that cannot be reached.
        """
        problems = self._unreachable(endpoint for target in self._targets.values() for endpoint in target.endpoints)
        for target in self._targets.values():
            if target.endpoints and problems.keys() >= set(target.endpoints):
                others = tuple(one for one in otherwise(target.endpoints) if one not in target.endpoints)
                self._targets[target.name] = replace(target, endpoints=target.endpoints + others)
                problems.update(self._unreachable(others))
        self._excused = frozenset(problems)
        return tuple(
            Sighting(target.name, endpoint, "unreachable", None, problems[endpoint])
            for target in self._targets.values()
            for endpoint in target.endpoints
            if endpoint in problems
        )

    def _unreachable(self, endpoints: Iterable[Endpoint]) -> dict[Endpoint, str | None]:
        apis = {one for target in self._targets.values() if not target.by_handshake for one in target.endpoints}

        def connect(endpoint: Endpoint) -> tuple[bool, str | None]:
            one = presented(endpoint.address, endpoint.port, endpoint.server_name, self._timeout)
            if endpoint.node not in self._down:
                return one.reachable, one.problem
            problem = self._unanswered(endpoint) if one.problem is None and endpoint in apis else one.problem
            return problem is None, problem

        distinct = tuple(dict.fromkeys(endpoints))
        seen = zip(distinct, side_by_side(connect, distinct))
        return {endpoint: problem for endpoint, (reachable, problem) in seen if not reachable}

    def _unanswered(self, endpoint: Endpoint) -> str | None:
        """Why an API does not tell what it has, if so."""
        try:
            with self._session.at(endpoint.url, self._timeout) as session:
                installed_now(Api(session), ())
        except CertificateError as error:
            return error.message
        return None

    def look(self, states: Mapping[str, State]) -> Proof:
        """Look everywhere, once.

        Args:
            states: what is looked for, by certificate name.
        """
        return self.prove(states, 0)

    def prove(self, states: Mapping[str, State], timeout: float) -> Proof:
        """Look until everything that can be reached shows the states.

        Args:
            states: what is looked for, by certificate name.
            timeout: seconds until giving up; with 0, it is looked once.
        """
        spots = [(name, endpoint) for name in states for endpoint in self._targets[name].endpoints]
        seen: dict[_Spot, Sighting] = {}
        pending, proof = spots, Proof()
        for dummy in until(time.monotonic() + timeout):
            seen.update(((sighting.name, sighting.endpoint), sighting) for sighting in self._look(pending, states))
            proof = Proof(frozenset(states), tuple(seen[spot] for spot in spots), self._excused)
            if not proof.missing:
                break
            pending = [(one.name, one.endpoint) for one in proof.sightings if one.status != "verified"]
        return proof

    def _look(self, spots: Iterable[_Spot], states: Mapping[str, State]) -> Iterable[Sighting]:
        ports: list[_Spot] = []
        apis: dict[Endpoint, list[str]] = {}
        for name, endpoint in spots:
            if self._targets[name].by_handshake:
                ports.append((name, endpoint))
            else:
                apis.setdefault(endpoint, []).append(name)
        looks = [partial(self._at_port, *spot, states) for spot in ports]
        looks += [partial(self._at_api, names, endpoint, states) for endpoint, names in apis.items()]
        return chain.from_iterable(side_by_side(lambda look: look(), looks))

    def _at_port(self, name: str, endpoint: Endpoint, states: Mapping[str, State]) -> list[Sighting]:
        for dummy in range(self._targets[name].handshakes):
            seen = presented(endpoint.address, endpoint.port, endpoint.server_name, self._timeout)
            if seen.problem is not None:
                status = "failed" if seen.reachable and endpoint.node not in self._down else "unreachable"
                return [Sighting(name, endpoint, status, None, seen.problem)]
            if not states[name].served_by(seen):
                return [Sighting(name, endpoint, "stale", seen.fingerprints[0])]
        return [Sighting(name, endpoint, "verified", seen.fingerprints[0])]

    def _at_api(self, names: Sequence[str], endpoint: Endpoint, states: Mapping[str, State]) -> list[Sighting]:
        if not names_a_host(endpoint.address):
            return [Sighting(name, endpoint, "unreachable", None, NO_ADDRESS) for name in names]
        try:
            with self._session.at(endpoint.url, self._timeout) as session:
                installed = installed_now(Api(session), names)
        except CertificateError as error:
            nothing = error.kind in _NOTHING_LISTENS or endpoint.node in self._down
            status = "unreachable" if nothing else "failed"
            return [Sighting(name, endpoint, status, None, error.message) for name in names]
        return [
            Sighting(
                name,
                endpoint,
                "verified" if states[name].shown_by(one) else "stale",
                one.facts["fingerprint"] if one else None,
            )
            for name, one in installed.items()
        ]


def poll(
    api: Api,
    names: Iterable[str],
    enough: Callable[[Reported], bool],
    deadline: float,
    *,
    afresh: bool = False,
) -> tuple[Reported, CertificateError | None]:
    """Read until it is enough, at least once; what was read last, or why nothing could be.

    Args:
        deadline: in terms of C(time.monotonic).
        afresh: whether each read makes a connection of its own, since an old one would not meet a new certificate.
    """
    installed: Reported = {}
    unread = None
    for dummy in until(deadline):
        if afresh:
            api.session.disconnect()
        try:
            installed, unread = installed_now(api, names), None
        except CertificateError as error:
            installed, unread = {}, error
        if enough(installed) if unread is None else unread.kind in _NOT_ALLOWED:
            break
    return installed, unread


def installed_now(api: Api, names: Iterable[str]) -> dict[str, Installed | None]:
    """What an API reports under these names.

    Raises:
        CertificateError: it cannot be read.
    """
    return parsed(api.certificates(), names, datetime.now(timezone.utc))
