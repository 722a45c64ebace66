# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Times in fleet data and reports, all in UTC and to the second."""

from __future__ import annotations

from datetime import datetime, timezone

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.cluster_data import ReadStatus

from .types import Report

_FORM = "%Y-%m-%dT%H:%M:%SZ"


def moment(text: str) -> datetime:
    """Parse the time in a text.

    Raises:
        ValueError: it is written otherwise.
    """
    return datetime.strptime(text, _FORM).replace(tzinfo=timezone.utc)


def made(report: Report) -> datetime:
    """Return when a report was made."""
    return moment(report["generated_at"])


def age(cluster: ReadStatus, now: datetime) -> int:
    """Return the full days since a cluster was read: what its facts say of days has to be lessened by as many."""
    return max(0, (now - moment(cluster["read_at"])).days)
