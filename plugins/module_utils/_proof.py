# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Proof that every node has a certificate: by handshakes with its ports, or by what its own API reports."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, NamedTuple, TypeVar

from ._api import Api
from ._endpoints import Endpoint
from ._errors import CertificateError
from ._installed import Installed
from ._retry import until
from ._session import Session
from ._state import State
from ._wire import NO_ADDRESS, names_a_host, presented

#: Seconds for one look at one endpoint, unless O(timeout) is shorter: a firewall that drops packets costs as much.
_LOOK_TIMEOUT = 10.0

#: Endpoints that are looked at side by side.
_SIDE_BY_SIDE = 64

_Seen = TypeVar("_Seen")

_NOTHING_LISTENS = frozenset({"connection_refused", "connect_timeout", "unreachable", "unknown_host"})


class Sighting(NamedTuple):
    """What was seen at one endpoint."""

    endpoint: Endpoint
    status: str  # "verified", "stale", "unreachable" or "failed"
    fingerprint: str | None = None  # of the leaf that was seen, where one was
    problem: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """For results."""
        return {
            "node": self.endpoint.node,
            "address": self.endpoint.address,
            "port": self.endpoint.port,
            "service": self.endpoint.service,
            "status": self.status,
            "fingerprint": self.fingerprint,
            "problem": self.problem,
        }

    def __str__(self) -> str:
        detail = f"has {self.fingerprint or 'none'}" if self.status == "stale" else self.problem
        return f"{self.endpoint} is {self.status}" + (f" ({detail})" if detail else "")


@dataclass(frozen=True)
class Proof:
    """What was seen everywhere."""

    sightings: tuple[Sighting, ...] = ()
    excused: frozenset[Endpoint] = frozenset()  # could not be reached before the change either

    @property
    def complete(self) -> bool:
        """Whether there are endpoints, and every one is verified."""
        return bool(self.sightings) and all(sighting.status == "verified" for sighting in self.sightings)

    @property
    def missing(self) -> tuple[Sighting, ...]:
        """What is not verified, and should be."""
        return tuple(
            sighting
            for sighting in self.sightings
            if sighting.status != "verified"
            and not (sighting.status == "unreachable" and sighting.endpoint in self.excused)
        )

    def as_list(self) -> list[dict[str, Any]]:
        """For results."""
        return [sighting.as_dict() for sighting in self.sightings]

    @property
    def unreachable(self) -> tuple[Sighting, ...]:
        """What could not be looked at."""
        return tuple(sighting for sighting in self.sightings if sighting.status == "unreachable")


class Prover:
    """Looks at the endpoints that show one certificate, side by side."""

    def __init__(
        self, session: Session, name: str, shown: Sequence[Endpoint], reported: Sequence[Endpoint], handshakes: int
    ) -> None:
        """Prepare.

        Args:
            session: the login and the trust for nodes' own APIs.
            name: of the certificate.
            shown: where handshakes show it.
            reported: APIs that report it, which are asked when nothing shows it.
            handshakes: how many in a row have to present it.
        """
        self._session = session
        self._name = name
        #: Whether ports show this certificate.
        self.by_handshake = bool(shown)
        self._endpoints = tuple(shown or reported)
        self._handshakes = handshakes
        self._timeout = min(_LOOK_TIMEOUT, session.connection.timeout)
        self._excused: frozenset[Endpoint] = frozenset()

    def try_all(self, otherwise: Callable[[Iterable[Endpoint]], tuple[Endpoint, ...]]) -> tuple[Sighting, ...]:
        """See which endpoints can be reached before a change; those that cannot hold nothing up after it.

        Args:
            otherwise: gives the endpoints to use when none of them can be.

        Returns:
            Those that cannot be reached.
        """
        unreachable = self._unreachable(self._endpoints)
        if unreachable and len(unreachable) == len(self._endpoints):
            others = tuple(one for one in otherwise(self._endpoints) if one not in self._endpoints)
            self._endpoints += others
            unreachable += self._unreachable(others)
        self._excused = frozenset(sighting.endpoint for sighting in unreachable)
        return unreachable

    def _unreachable(self, endpoints: Sequence[Endpoint]) -> tuple[Sighting, ...]:
        def connect(endpoint: Endpoint) -> Sighting | None:
            seen = presented(endpoint.address, endpoint.port, endpoint.server_name, self._timeout)
            return None if seen.reachable else Sighting(endpoint, "unreachable", None, seen.problem)

        return tuple(filter(None, self._side_by_side(connect, endpoints)))

    def look(self, state: State) -> Proof:
        """Look everywhere, once."""
        return Proof(self._look(self._endpoints, state), self._excused)

    def prove(self, state: State, timeout: float) -> Proof:
        """Look until everything that can be reached shows the state.

        Args:
            timeout: seconds until giving up.
        """
        seen: dict[Endpoint, Sighting] = {}
        pending, proof = self._endpoints, Proof()
        for dummy in until(time.monotonic() + timeout):
            seen.update((sighting.endpoint, sighting) for sighting in self._look(pending, state))
            proof = Proof(tuple(seen[endpoint] for endpoint in self._endpoints), self._excused)
            if not proof.missing:
                break
            pending = tuple(sighting.endpoint for sighting in proof.sightings if sighting.status != "verified")
        return proof

    @staticmethod
    def _side_by_side(look: Callable[[Endpoint], _Seen], endpoints: Sequence[Endpoint]) -> tuple[_Seen, ...]:
        if not endpoints:
            return ()
        with ThreadPoolExecutor(min(len(endpoints), _SIDE_BY_SIDE)) as threads:
            return tuple(threads.map(look, endpoints))

    def _look(self, endpoints: Sequence[Endpoint], state: State) -> tuple[Sighting, ...]:
        one = self._at_port if self.by_handshake else self._at_api
        return self._side_by_side(lambda endpoint: one(endpoint, state), endpoints)

    def _at_port(self, endpoint: Endpoint, state: State) -> Sighting:
        for dummy in range(self._handshakes):
            seen = presented(endpoint.address, endpoint.port, endpoint.server_name, self._timeout)
            if seen.problem is not None:
                return Sighting(endpoint, "failed" if seen.reachable else "unreachable", None, seen.problem)
            if not state.served_by(seen):
                return Sighting(endpoint, "stale", seen.fingerprints[0])
        return Sighting(endpoint, "verified", seen.fingerprints[0])

    def _at_api(self, endpoint: Endpoint, state: State) -> Sighting:
        if not names_a_host(endpoint.address):
            return Sighting(endpoint, "unreachable", None, NO_ADDRESS)
        try:
            with self._session.at(endpoint.url, self._timeout) as session:
                installed = installed_now(Api(session), self._name)
        except CertificateError as error:
            return Sighting(
                endpoint, "unreachable" if error.kind in _NOTHING_LISTENS else "failed", None, error.message
            )
        fingerprint = installed.facts["fingerprint"] if installed else None
        return Sighting(endpoint, "verified" if state.shown_by(installed) else "stale", fingerprint)


def installed_now(api: Api, name: str) -> Installed | None:
    """What an API reports under this name.

    Raises:
        CertificateError: it cannot be read.
    """
    stored = api.certificates().get(name)
    return None if stored is None else Installed.of(name, stored, datetime.now(timezone.utc))
