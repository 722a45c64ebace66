# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What was seen of certificates: single sightings, and the proof that they add up to."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypedDict

from .._api.fields import Uid
from .._hostnames import host_and_port
from .._x509.certificate import IsoTime, to_iso
from .endpoints import Endpoint

#: How a certificate can be seen.
HANDSHAKE, METRICS, NOWHERE = "handshake", "metrics", "nowhere"

#: Only these are failures.
FAILURES = frozenset({"stale", "failed"})


class Seen(TypedDict):
    """What a proof is summarised from."""

    name: str
    status: str
    address: str
    port: int


class SightingEntry(Seen):
    """A sighting in results."""

    node: Uid | None
    service: str | None
    evidence: str | None
    fingerprint: str | None
    not_after: IsoTime | None
    problem: str | None


class ProofSummary(TypedDict):
    """How far something is proven, in results."""

    level: str  # "complete", "partial", "reported" or "none"
    verified: int  # places
    of: int  # places
    not_visible: list[str]  # names of certificates
    unreachable: list[str]  # hosts and ports


class Sighting(NamedTuple):
    """What was seen of one certificate at one endpoint.

    Attributes:
        name: of the certificate.
        status: V(verified), V(reported), V(not_visible), V(unreachable), V(stale) or V(failed).
        fingerprint: of the leaf that was presented or reported, where one was.
        problem: why it is not verified.
        evidence: V(handshake), V(metrics) or V(api); None: there is none.
        not_after: when the certificate ends, by the metrics.
    """

    name: str
    endpoint: Endpoint
    status: str
    fingerprint: str | None = None
    problem: str | None = None
    evidence: str | None = HANDSHAKE
    not_after: datetime | None = None

    def as_dict(self) -> SightingEntry:
        """Return the sighting for results."""
        return {
            "name": self.name,
            "node": self.endpoint.node,
            "address": self.endpoint.address,
            "port": self.endpoint.port,
            "service": self.endpoint.service,
            "status": self.status,
            "evidence": self.evidence,
            "fingerprint": self.fingerprint,
            "not_after": to_iso(self.not_after) if self.not_after else None,
            "problem": self.problem,
        }

    def __str__(self) -> str:
        ends = self.not_after and f"ends on {to_iso(self.not_after)}"
        detail = self.problem or ends or f"has {self.fingerprint or 'none'}"
        about = "" if self.endpoint.service == self.name else f" for {self.name}"
        return f"{self.endpoint} is {self.status.replace('_', ' ')}{about} ({detail})"


@dataclass(frozen=True)
class Proof:
    """What was seen everywhere."""

    names: frozenset[str] = frozenset()  # of the certificates that were looked for
    sightings: tuple[Sighting, ...] = ()

    @property
    def complete(self) -> bool:
        """Return whether every certificate has endpoints, and every one is verified."""
        return self.complete_without(())

    def complete_without(self, nodes: Container[Any]) -> bool:
        """Return whether every certificate is verified everywhere but on these nodes, and somewhere.

        Args:
            nodes: uids.
        """
        counted = [one for one in self.sightings if one.endpoint.node not in nodes or one.status != "unreachable"]
        return {one.name for one in counted} == self.names != set() and all(one.status == "verified" for one in counted)

    @property
    def missing(self) -> tuple[Sighting, ...]:
        """Return the sightings of a wrong certificate, or of none; not visible is not a failure."""
        return tuple(sighting for sighting in self.sightings if sighting.status in FAILURES)

    def of(self, name: str) -> Proof:
        """Return the part that is about one certificate."""
        about = tuple(sighting for sighting in self.sightings if sighting.name == name)
        return Proof(self.names & {name}, about)

    def without(self, names: Iterable[str]) -> Proof:
        """Return the part that is about all other certificates."""
        left = self.names - set(names)
        return Proof(left, tuple(sighting for sighting in self.sightings if sighting.name in left))

    def as_list(self) -> list[SightingEntry]:
        """Return the sightings for results."""
        return [sighting.as_dict() for sighting in self.sightings]

    @property
    def unreachable(self) -> tuple[Sighting, ...]:
        """Return what could not be looked at."""
        return tuple(sighting for sighting in self.sightings if sighting.status == "unreachable")

    def summary(self, *, reported: bool) -> ProofSummary:
        """Return how far it is proven, for results.

        Args:
            reported: whether the API reports what was looked for.
        """
        return summarise(self.as_list(), self.names, reported=reported)


def summarise(nodes: Iterable[Seen], names: Iterable[str], *, reported: bool) -> ProofSummary:
    """Return how far something is proven, for results.

    Args:
        nodes: sightings, as results show them.
        names: of the certificates that were looked for.
        reported: whether the API reports them.
    """
    seen = list(nodes)
    places = [one for one in seen if one["status"] not in ("not_visible", "reported")]
    hidden = {one["name"] for one in seen if one["status"] in ("not_visible", "reported")}
    not_visible = sorted(hidden | (set(names) - {one["name"] for one in seen}))
    verified = sum(one["status"] == "verified" for one in places)
    if verified and verified == len(places) and not not_visible:
        level = "complete"
    elif verified:
        level = "partial"
    else:
        level = "reported" if reported else "none"
    unreachable = [host_and_port(one["address"], one["port"]) for one in places if one["status"] == "unreachable"]
    return {
        "level": level,
        "verified": verified,
        "of": len(places),
        "not_visible": not_visible,
        "unreachable": list(dict.fromkeys(unreachable)),
    }


#: The proof of what was not changed, or could not be read.
NO_PROOF = Proof().summary(reported=False)
