# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Tokens: issued for a password, used in its place, refreshed. They change nothing, and expire on their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._api.jwt import token_expiry
from .._secrets import Secret
from .answer import Answer
from .check import UNCLEAR, NotChecked, Verdict, check, verdict
from .questions import PASSWORD, Questions
from .shapes import kind_of
from .vocabulary import Fact, Status

_AUTHORIZE, _REFRESH = "/v1/users/authorize", "/v1/users/refresh_jwt"
_SOURCE = "vendor, REST API, authorize"
#: Seconds that are asked for, and by which the ends of two tokens may be off.
_SHORT, _LONG, _SLACK = 60, 660, 45


def _in(answer: Answer) -> Secret | None:
    token = answer.value.get("access_token") if isinstance(answer.value, dict) else None
    usable = isinstance(token, str) and token.isascii() and token.isprintable() and answer.status == 200
    return Secret(token) if usable and token else None


def _given(asked: Questions, body: Mapping[str, Any]) -> Secret:
    """Return a token.

    Raises:
        NotChecked: there is none; another check says so.
    """
    answer = asked.post(_AUTHORIZE, body)
    answer.assert_permitted()
    token = _in(answer)
    if token is None:
        raise NotChecked(UNCLEAR)
    return token


def _end(token: Secret) -> float:
    end = token_expiry(token)
    if end is None:
        raise NotChecked(UNCLEAR)
    return end


@check("POST /v1/users/authorize gives an access_token, which is a JWT with an end", _SOURCE, login=PASSWORD)
def token_is_given(asked: Questions) -> Verdict:
    """Ask for one."""
    answer = asked.post(_AUTHORIZE, {})
    problem = answer.unlike("object")
    if problem is not None:
        return problem
    token = _in(answer)
    ends = token is not None and token_expiry(token) is not None
    return verdict(ends, Fact("access_token", kind_of("access_token", answer.value)), Fact("not_after", ends))


@check("A token is taken in place of a password", _SOURCE, login=PASSWORD)
def token_is_taken(asked: Questions) -> Verdict:
    """Read with one."""
    answer = asked.with_token(_given(asked, {}), "GET", "/v1/cluster")
    return verdict(answer.status == asked.read("/v1/cluster").status, Fact("status", Status(answer.status)))


@check("A token lives 300 seconds unless another ttl is asked for", _SOURCE, login=PASSWORD)
def token_lives_300_seconds(asked: Questions) -> Verdict:
    """Compare the end of one without ttl and of one with ttl 300; so the clocks need not agree."""
    same = abs(_end(_given(asked, {})) - _end(_given(asked, {"ttl": 300}))) <= _SLACK
    return verdict(same, Fact("agrees", same))


@check("A token lives for as long as ttl says", _SOURCE, login=PASSWORD)
def token_lives_as_asked(asked: Questions) -> Verdict:
    """Compare the ends of two with different ttl."""
    longer = _end(_given(asked, {"ttl": _LONG})) - _end(_given(asked, {"ttl": _SHORT}))
    same = abs(longer - (_LONG - _SHORT)) <= _SLACK
    return verdict(same, Fact("agrees", same))


@check("A ttl of more than 86400 seconds is answered by 400", _SOURCE, login=PASSWORD)
def token_ttl_is_limited(asked: Questions) -> Verdict:
    """Ask for one second more."""
    answer = asked.post(_AUTHORIZE, {"ttl": 86401})
    answer.assert_permitted()
    return verdict(answer.status == 400, Fact("status", Status(answer.status)))


@check("POST /v1/users/refresh_jwt gives a token that ends later", "vendor, REST API, refresh JWT", login=PASSWORD)
def token_is_refreshed(asked: Questions) -> Verdict:
    """Refresh a short one, made for that."""
    old = _given(asked, {"ttl": _SHORT})
    answer = asked.with_token(old, "POST", _REFRESH, {"ttl": _LONG})
    new = _in(answer)
    later = new is not None and _end(new) - _end(old) > (_LONG - _SHORT) / 2
    return verdict(later, Fact("status", Status(answer.status)), Fact("access_token", new is not None))


CHECKS = (
    token_is_given,
    token_is_taken,
    token_lives_300_seconds,
    token_lives_as_asked,
    token_ttl_is_limited,
    token_is_refreshed,
)
