# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Times in fleet data and reports, all in UTC and to the second; how many days are left is counted here alone."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.facts import (
    CertificateFacts,
    days_between,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.names import counted

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


def left(end: str, now: datetime) -> timedelta:
    """Return the time that is left, exactly; negative once it has passed."""
    return moment(end) - now


def expiry_text(end: str, now: datetime) -> str:
    """Describe an end of validity by full days, as many as C(days_remaining) has."""
    days = days_between(now, moment(end))
    if left(end, now) < timedelta(0):
        return f"expired {counted(-days, 'day') if days else 'less than a day'} ago"
    return f"expires in {counted(days, 'day') if days else 'less than a day'}"


def issuer_ends_first(facts: CertificateFacts) -> bool:
    """Return whether an issuer in the chain expires before the certificate does."""
    return moment(facts["chain_not_after"]) < moment(facts["not_after"])


def counted_again(value: Any, now: datetime) -> Any:
    """Return fleet data, or a part of it, with days as they are now: it may have been read days ago.

    Args:
        value: JSON; times that audits do not rely on may be malformed, and are left as they are.
    """
    if isinstance(value, list):
        return [counted_again(one, now) for one in value]
    if not isinstance(value, dict):
        return value
    found = {key: counted_again(one, now) for key, one in value.items()}
    for days, end in (("days_remaining", "not_after"), ("chain_days_remaining", "chain_not_after")):
        if isinstance(found.get(days), int) and isinstance(found.get(end), str):
            with suppress(ValueError):
                found[days] = days_between(now, moment(found[end]))
                if days == "days_remaining" and "expired" in found:
                    found["expired"] = left(found[end], now) < timedelta(0)
    return found
