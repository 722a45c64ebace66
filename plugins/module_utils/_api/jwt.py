# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What a token says of itself."""

from __future__ import annotations

import base64
import json
import math
import time

from .._secrets import Secret


def token_expiry(token: Secret) -> float | None:
    """Return when a JWT ends, in seconds since the epoch (RFC 7519, 4.1.4: C(exp)); None where it does not say."""
    parts = token.reveal().split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    end = claims.get("exp") if isinstance(claims, dict) else None
    if not isinstance(end, (int, float)) or isinstance(end, bool) or not math.isfinite(end):
        return None
    return float(end)


def seconds_left(token: Secret | None) -> float | None:
    """Return how long a token lasts, negative once it has ended; None where there is none, or it does not say."""
    end = token_expiry(token) if token is not None else None
    return None if end is None else end - time.time()
