# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Tokens that would end in the middle of a change: renewed before it begins.

A token lives 300 seconds unless its user asks for more, and a write with its proof may take longer (vendor: REST API,
authorize and refresh_jwt).
"""

from __future__ import annotations

import math
from collections.abc import Callable

from .._errors import CertificateError
from .client import Api
from .jwt import seconds_left

#: Seconds that the vendor allows at the most.
_LONGEST = 86400


def ensure_token_lasts(api: Api, seconds: float) -> None:
    """Ensure that the token lasts as long as what is about to begin; nothing to do for another login.

    Args:
        seconds: that it may take.

    Raises:
        CertificateError: V(token_expires): the token ends sooner, and no other one can be had. Nothing was changed.
    """
    token = api.session.token
    needed = math.ceil(min(seconds, _LONGEST))
    left = seconds_left(token)
    if token is None or left is None or left >= needed:
        return
    problem = ""
    try:
        renewed = api.refresh_token(needed)
        renewed_left = seconds_left(renewed)
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


def warn_if_token_ends(api: Api, seconds: float, warn: Callable[[str], None]) -> None:
    """Warn if the token that was given ends before the next task can use it: one that is refreshed here is lost then.

    Args:
        seconds: until then.
    """
    left = seconds_left(api.session.connection.token)
    if left is not None and left < seconds:
        warn(
            f"option token: the token ends in {left:.0f} s, and the change with its proof may take {seconds:.0f} s. "
            "Then replication_certificates needs it to update the peers of Active-Active databases. Give a token that "
            "lasts longer (POST /v1/users/authorize with ttl)"
        )
