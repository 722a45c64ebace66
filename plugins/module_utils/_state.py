# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What one certificate of a cluster is to be, or was: told by fingerprints, compared with what is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from . import _x509
from ._installed import Installed
from ._wire import Presented

if TYPE_CHECKING:
    from cryptography import x509


@dataclass(frozen=True)
class State:
    """A chain that is compared, or that there is no certificate.

    Attributes:
        fingerprints: leaf first; empty: no certificate.
        compare: V(chain), V(leaf), or V(set) for bundles, whose order does not count.
        ends_in_root: whether the last one is self-signed: servers need not present it.
    """

    fingerprints: tuple[str, ...] = ()
    compare: str = "chain"
    ends_in_root: bool = False

    @classmethod
    def of(cls, certificates: Sequence[x509.Certificate], compare: str) -> State:
        """The state in which these certificates are there."""
        return cls(
            tuple(_x509.fingerprints(certificates)),
            compare,
            len(certificates) > 1 and _x509.issued_by(certificates[-1], certificates[-1]),
        )

    def shown_by(self, installed: Installed | None) -> bool:
        """Whether this is what an API reports."""
        if installed is None or not installed.chain:
            return installed is None and not self.fingerprints
        reported = tuple(_x509.fingerprints(installed.chain))
        if self.compare == "set":
            return set(reported) == set(self.fingerprints)
        return reported[:1] == self.fingerprints[:1] if self.compare == "leaf" else reported == self.fingerprints

    def leaf_shown_by(self, installed: Installed | None) -> bool:
        """Whether an API reports its leaf, be it with other issuers; of a bundle, all has to be the same."""
        return (self if self.compare == "set" else replace(self, compare="leaf")).shown_by(installed)

    def served_by(self, presented: Presented) -> bool:
        """Whether this is what a port presents. It may leave the root out, or add issuers that it knows."""
        if self.compare == "leaf":
            return presented.fingerprints[:1] == self.fingerprints[:1]
        without_root = self.fingerprints[:-1] if self.ends_in_root else self.fingerprints
        return presented.fingerprints[: len(without_root)] == without_root


_PAST = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class Renewed(State):
    """Any certificate with another leaf than these, which lasts long enough. No port shows it: only APIs are asked.

    Attributes:
        fingerprints: of the leaves that it is not.
        lasts: the leaf ends after that, in UTC. Its issuers do not count, since a new leaf has the same.
    """

    lasts: datetime = _PAST

    def shown_by(self, installed: Installed | None) -> bool:
        """Whether this is what an API reports."""
        if installed is None or not installed.chain:
            return False
        leaf = installed.chain[0]
        return _x509.fingerprint(leaf) not in self.fingerprints and _x509.not_after(leaf) > self.lasts

    def served_by(self, presented: Presented) -> bool:
        """Never."""
        return False
