# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long before its end a certificate is renewed.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from .._audit.times import issuer_ends_first, left

if TYPE_CHECKING:
    from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.facts import CertificateFacts

_LEAD_TIME = re.compile(r"(\d{1,6})([dh]?)")


def parse_lead_time(value: Any) -> timedelta:
    """Parse a number of days, or a text such as V(12d) or V(8h).

    Raises:
        ValueError: it is written otherwise.
    """
    found = _LEAD_TIME.fullmatch(str(value).strip())
    if found is None:
        raise ValueError("neither a number of days nor a time such as 12d or 8h")
    number = int(found[1])
    return timedelta(hours=number) if found[2] == "h" else timedelta(days=number)


def leaf_expires_within(facts: CertificateFacts, lead: timedelta) -> bool:
    """Return whether the certificate itself expires so soon, to the second."""
    return left(facts["not_after"], datetime.now(timezone.utc)) < lead


def issuer_expires_within(facts: CertificateFacts, lead: timedelta) -> bool:
    """Return whether an issuer expires before the certificate does, and so soon."""
    return issuer_ends_first(facts) and left(facts["chain_not_after"], datetime.now(timezone.utc)) < lead
