# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Tokens that would end in the middle of a change: renewed before it begins.

A token lives 300 seconds unless its user asks for more, and a write with its proof may take longer (vendor: REST API,
authorize and refresh_jwt).
"""

from __future__ import annotations

import base64
import json
import math
import time

from .._errors import CertificateError
from .._secrets import Secret
from .client import Api

#: Seconds that the vendor allows at the most.
_LONGEST = 86400


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


def ensure_token_lasts(api: Api, seconds: float) -> None:
    """Ensure that the token lasts as long as what is about to begin; nothing to do for another login.

    Args:
        seconds: that it may take.

    Raises:
        CertificateError: V(token_expires): the token ends sooner, and no other one can be had. Nothing was changed.
    """
    token = api.session.token
    needed = math.ceil(min(seconds, _LONGEST))
    left = _left(token)
    if token is None or left is None or left >= needed:
        return
    problem = ""
    try:
        renewed = api.refresh_token(needed)
        renewed_left = _left(renewed)
        # A second is lost on the way.
        if renewed_left is None or renewed_left >= needed - 5 or renewed_left >= _LONGEST - 5:
            api.session.renew_token(renewed)
            return
        problem = f"the cluster issues none that lasts longer than {renewed_left:.0f} s"
    except CertificateError as error:
        problem = f"refreshing it failed: {error.message.rstrip('.')}"
    raise CertificateError(
        "token_expires",
        f"option token: the token ends in {left:.0f} s, and the change with its proof may take {needed} s "
        f"(write_timeout, wait_timeout and verify_timeout); {problem}. Give a token that lasts longer (POST "
        "/v1/users/authorize with ttl), or set shorter timeouts.",
        option="token",
        cluster=api.url,
    )


def _left(token: Secret | None) -> float | None:
    end = token_expiry(token) if token is not None else None
    return None if end is None else end - time.time()
