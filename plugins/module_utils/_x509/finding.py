# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""One thing that is wrong with a certificate, or will be."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TypedDict, cast

ERROR = "error"  # breaks a cluster

WARNING = "warning"  # is advised against


class FindingEntry(TypedDict):
    """A finding in results, as M(Finding)."""

    id: str
    severity: str
    certificate: str
    found: str
    remedy: str
    source: str


@dataclass(frozen=True)
class Finding:
    """A requirement that is not met.

    Attributes:
        id: a stable identifier, such as V(eku_missing).
        severity: V(error) (breaks a cluster) or V(warning) (is advised against).
        certificate: the certificate name, such as V(proxy).
        found: what is wrong with which certificate of the chain; one line, without a final period.
        remedy: what to do about it; one line, without a final period.
        source: who demands it: a document of the vendor, a bug number, or a standard.
    """

    id: str
    severity: str
    certificate: str
    found: str
    remedy: str
    source: str

    def as_dict(self) -> FindingEntry:
        """Return the finding for results."""
        return cast("FindingEntry", asdict(self))

    @property
    def text(self) -> str:
        """Return one line for messages, without the certificate name."""
        return f"{self.found}. {self.remedy} ({self.id})"
