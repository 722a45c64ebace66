# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Metrics that are missing, wrong or refused, and databases that do not show ``proxy``; met by writes of certificates.

What metrics do not tell is not visible, which is no failure. An expiry that is that of the old certificate is one, also
where it is not true: nobody outside can know better. One that is neither the old nor the new one tells nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from .operations import ALL, SEEN_BY_HANDSHAKE, SEEN_BY_METRICS, SEVERAL, UNSEEN
from .rows import BACK, CHANGED, FAILED, NOT_FOLLOWED, Row, right
from .scene import (
    Arm,
    by_token,
    lag,
    metrics_a_week_off,
    metrics_auth,
    metrics_frozen,
    metrics_hide_node_3,
    metrics_presented_by_others,
    metrics_show_old,
    own_certificate,
    ports_closed,
    together,
    when_written,
)

_CHANGED = right(CHANGED, *ALL)

#: Of several certificates, handshakes show one.
_NOT_FOLLOWED_UNSEEN = right(BACK, *SEEN_BY_HANDSHAKE, *SEVERAL) | right(CHANGED, *SEEN_BY_METRICS, *UNSEEN)

#: Some metrics show the old certificate.
_OLD_SHOWN = right(BACK, *SEEN_BY_METRICS, *SEVERAL) | right(CHANGED, *SEEN_BY_HANDSHAKE, *UNSEEN)

#: Of some node, no metrics tell beforehand.
_REFUSED = right(FAILED, *SEEN_BY_METRICS, *SEVERAL) | right(CHANGED, *SEEN_BY_HANDSHAKE, *UNSEEN)

_CLOSED = ports_closed("metrics_exporter", 1, 2, 3)
_TOKEN = together(metrics_auth, by_token)

_STRICT = {"verify": "strict"}


def rows() -> list[Row]:
    def with_and_without_lag(name: str, arm: Arm, not_followed: Mapping[str, str]) -> list[Row]:
        late = together(arm, lag(3, math.inf))
        return [Row(name, arm, _CHANGED, writes=1), Row(f"{name}, and node 3 never follows", late, not_followed)]

    # Version 7.8 demands no login.
    by_token_only = _NOT_FOLLOWED_UNSEEN | right(BACK, "one_by_one")
    return [
        *with_and_without_lag("all their ports are closed", _CLOSED, _NOT_FOLLOWED_UNSEEN),
        *with_and_without_lag("the port of node 3 is closed", ports_closed("metrics_exporter", 3), NOT_FOLLOWED),
        *with_and_without_lag("node 3 is missing", metrics_hide_node_3, _NOT_FOLLOWED_UNSEEN),
        *with_and_without_lag("they demand a login", metrics_auth, NOT_FOLLOWED),
        *with_and_without_lag("they demand a login by password, and there is a token", _TOKEN, by_token_only),
        *with_and_without_lag(
            "their ports present another certificate", metrics_presented_by_others, _NOT_FOLLOWED_UNSEEN
        ),
        # An expiry that stays what it was is that of the old certificate, whatever that is.
        *with_and_without_lag("those of node 3 are a week off", metrics_a_week_off, NOT_FOLLOWED),
        Row("those of node 3 show the old certificate from the write on", when_written(metrics_show_old), _OLD_SHOWN),
        Row("they do not move any more", metrics_frozen(), _OLD_SHOWN),
        Row("they do not move any more, and say so", metrics_frozen(timestamps=True), _OLD_SHOWN),
    ]


def strictly() -> list[Row]:
    writes = {key: int(outcome == CHANGED) for key, outcome in _REFUSED.items()}
    # Version 7.8 demands no login.
    token, token_writes = _REFUSED | right(CHANGED, "one_by_one"), writes | {"one_by_one": 1}
    return [
        Row("verify: strict, all metrics ports are closed", _CLOSED, _REFUSED, _STRICT, writes=writes),
        Row("verify: strict, node 3 is missing in metrics", metrics_hide_node_3, _REFUSED, _STRICT, writes=writes),
        Row("verify: strict, metrics demand a login", metrics_auth, _CHANGED, _STRICT, writes=1),
        Row(
            "verify: strict, metrics demand a login by password, and there is a token",
            _TOKEN,
            token,
            _STRICT,
            writes=token_writes,
        ),
        Row(
            "verify: strict, metrics ports present another certificate",
            metrics_presented_by_others,
            _REFUSED,
            _STRICT,
            writes=writes,
        ),
        Row(
            "verify: strict, metrics of node 3 show the old certificate from the write on",
            when_written(metrics_show_old),
            _OLD_SHOWN,
            _STRICT,
        ),
    ]


def with_own_certificates() -> list[Row]:
    """Such a database never presents ``proxy``; where there is no other, metrics show it."""
    found = []
    for name, arm in (
        ("all but one database", own_certificate(all_databases=False)),
        ("all databases", own_certificate(all_databases=True)),
    ):
        late = together(arm, lag(3, math.inf))
        found += [Row(name, arm, _CHANGED, writes=1), Row(f"{name}, and node 3 never follows", late, NOT_FOLLOWED)]
    return found
