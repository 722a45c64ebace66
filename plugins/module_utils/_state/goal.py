# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What one certificate of a cluster is to be, or was: identified by fingerprints, compared with what is there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from .._transport.tls_handshake import Presented
from .._x509.certificate import issued_by, not_after, sha256_fingerprint, sha256_fingerprints
from .._x509.opaque import Certificate
from .installed import Installed

#: Two ends of validity that are this close may be the same one: metrics are whole seconds, as of some moment.
SLACK = timedelta(minutes=1)

#: Two ends of validity that are further apart are those of different certificates, whatever clocks and caches add.
APART = timedelta(days=1)


def close_ends(one: datetime, other: datetime) -> bool:
    """Return whether two ends of validity are too close to be distinguished.

    What is measured may be off in either direction.
    """
    return abs(one - other) <= 2 * SLACK


def same_end(one: datetime, other: datetime) -> bool:
    """Return whether two ends of validity may be that of the same certificate."""
    return abs(one - other) <= SLACK


def has_kept(measured: datetime, end: datetime) -> bool | None:
    """Return whether a node still has the certificate that ends then; None where a clock or a cache may be wrong.

    Args:
        measured: what the node's metrics show, in UTC.
        end: of that certificate, in UTC.
    """
    if same_end(measured, end):
        return True
    return False if abs(measured - end) > APART else None


@dataclass(frozen=True)
class ExpectedChain:
    """A chain that is compared, or that the certificate is absent.

    Attributes:
        fingerprints: leaf first; empty: no certificate.
        compare: V(chain), V(leaf), or V(set) for bundles, whose order does not count.
        ends_in_root: whether the last one is self-signed: servers need not present it.
        end: of the validity of the leaf, in UTC; None for bundles, and without a certificate.
    """

    fingerprints: tuple[str, ...] = ()
    compare: str = "chain"
    ends_in_root: bool = False
    end: datetime | None = None

    @classmethod
    def of(cls, certificates: Sequence[Certificate], compare: str) -> ExpectedChain:
        """Return the state in which these certificates are there."""
        return cls(
            tuple(sha256_fingerprints(certificates)),
            compare,
            len(certificates) > 1 and issued_by(certificates[-1], certificates[-1]),
            not_after(certificates[0]) if certificates and compare != "set" else None,
        )

    def shown_by(self, installed: Installed | None) -> bool:
        """Return whether this is what an API reports."""
        if installed is None or not installed.fingerprints:
            return installed is None and not self.fingerprints
        reported = installed.fingerprints
        if self.compare == "set":
            return set(reported) == set(self.fingerprints)
        return reported[:1] == self.fingerprints[:1] if self.compare == "leaf" else reported == self.fingerprints

    def leaf_shown_by(self, installed: Installed | None) -> bool:
        """Return whether an API reports its leaf, be it with other issuers; of a bundle, all has to be the same."""
        return (self if self.compare == "set" else replace(self, compare="leaf")).shown_by(installed)

    def served_by(self, presented: Presented) -> bool:
        """Return whether this is what a port presents. It may leave the root out, or add issuers that it knows."""
        if self.compare == "leaf":
            return presented.fingerprints[:1] == self.fingerprints[:1]
        without_root = self.fingerprints[:-1] if self.ends_in_root else self.fingerprints
        return presented.fingerprints[: len(without_root)] == without_root

    def ended_by(self, measured: datetime, others: Collection[datetime]) -> bool | None:
        """Return whether a node whose certificate ends then has this one; None where that cannot be determined.

        Args:
            measured: what the node's metrics show, in UTC.
            others: when those end that the node may have instead, none of them together with this one.
        """
        if self.end is not None and same_end(measured, self.end):
            return True
        return False if any(same_end(measured, other) for other in others) else None


@dataclass(frozen=True)
class KeptLeaf(ExpectedChain):
    """The chain that every node should already have: one whose certificate expires on another day has missed it."""

    @classmethod
    def like(cls, chain: ExpectedChain) -> KeptLeaf:
        """Return the same chain, kept."""
        return cls(chain.fingerprints, chain.compare, chain.ends_in_root, chain.end)

    def ended_by(self, measured: datetime, others: Collection[datetime]) -> bool | None:
        """Return whether a node whose certificate ends then has this one; None where that cannot be determined."""
        return None if self.end is None else has_kept(measured, self.end)


_PAST = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class LastingLeaf(ExpectedChain):
    """Any certificate that lasts long enough. No port shows it.

    Attributes:
        lasts: the leaf ends after that, in UTC. Its issuers do not count, since a new leaf has the same.
    """

    lasts: datetime = _PAST

    def shown_by(self, installed: Installed | None) -> bool:
        """Return whether this is what an API reports."""
        return installed is not None and bool(installed.chain) and not_after(installed.chain[0]) > self.lasts

    def served_by(self, presented: Presented) -> bool:
        """Return False: no port shows it."""
        return False

    def ended_by(self, measured: datetime, others: Collection[datetime]) -> bool | None:
        """Return whether a node whose certificate ends then has such a one."""
        return measured > self.lasts


@dataclass(frozen=True)
class RenewedLeaf(ExpectedChain):
    """Any certificate with another leaf than these. No port shows it.

    Attributes:
        fingerprints: of the leaves that it is not.
        end: of the new leaf that the primary reports, once that is known.
    """

    def shown_by(self, installed: Installed | None) -> bool:
        """Return whether this is what an API reports."""
        if installed is None or not installed.chain:
            return False
        return sha256_fingerprint(installed.chain[0]) not in self.fingerprints

    def served_by(self, presented: Presented) -> bool:
        """Return False: no port shows it."""
        return False

    def ended_by(self, measured: datetime, others: Collection[datetime]) -> bool | None:
        """Return whether a node whose certificate ends then has a new one; None where that cannot be determined.

        Args:
            measured: what the node's metrics show, in UTC.
            others: when those end that the node had.
        """
        if self.end is not None and any(close_ends(self.end, other) for other in others):
            return None
        if any(same_end(measured, other) for other in others):
            return False
        # What it replaces may last longer, as a customer-provided certificate does.
        reported = self.end is not None and same_end(measured, self.end)
        return True if others and (reported or measured > max(others)) else None
