# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""One database with peers to update: what to do, and the outcome."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from .._api.replication import ReplicationApi
from .._errors import CertificateError
from .._operation import internal_error
from .._transport.retry import Retries


@dataclass(frozen=True)
class Cluster:
    """The dependencies for a write and for checking its result."""

    api: ReplicationApi  # without its own retries
    retries: Retries
    wait_timeout: float  # seconds


class Step(ABC):
    """One database.

    Attributes:
        label: names it in messages.
        needed: whether there is something to do.
        outcome: V(unchanged), V(changed), V(failed_unchanged), or V(partial) when the write was perhaps made.
        failure: why it failed, if it did.
    """

    def __init__(self, label: str, *, needed: bool) -> None:
        self.label = label
        self.needed = needed
        self.outcome = "changed" if needed else "unchanged"
        self.failure: CertificateError | None = None

    def take(self, cluster: Cluster) -> None:
        """Run the step. Whatever fails is its failure alone, so that the other databases are updated too.

        Raises:
            BaseException: it is to end the process.
        """
        self.outcome = "failed_unchanged"
        try:
            self._take(cluster)
        except CertificateError as error:
            self.failure = error
        except BaseException as error:
            found = internal_error(error)
            self.failure = found.adding("The update may have been made: run again, for Active-Active with force=true.")
            self.outcome = "partial"

    def refuse(self, reason: CertificateError) -> None:
        """Note before anything is sent that the cluster would refuse it, in check mode too."""
        self.outcome, self.failure = "failed_unchanged", reason

    @abstractmethod
    def _take(self, cluster: Cluster) -> None:
        """Run the step, and keep C(outcome) true at all times.

        Raises:
            CertificateError: it was not done, or it is unknown whether it was.
        """
