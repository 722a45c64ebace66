# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Sending a request again: which failures allow it, and how long to wait before.

Only what may be repeated is: reads, and writes that have the same effect when they come twice (vendor: the same update
may be sent again, after any failure).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from .._errors import CertificateError

#: Nothing at the address of the server has taken a connection.
_UNANSWERED = frozenset({"connection_refused", "connect_timeout", "unreachable"})

#: There is no way to the server. Reads fail at once, since an option or the environment is probably wrong; before a
#: write, it was right.
_NO_WAY = frozenset({"unknown_host", "proxy"})

#: The node that was asked is not the primary, and that did not get the request.
_NO_PRIMARY = frozenset({"primary_unreachable", "primary_unknown"})

#: The server answered, or something before it, that it does not serve now.
_BUSY = frozenset({429, 500, 502, 503, 504})

#: A write that ends so was perhaps made anyway: only a read can show it.
_LOST = frozenset({"connection_lost", "read_timeout"})
_LOST_STATUSES = frozenset({502, 504})

#: The response is not from the API, whatever its status.
_NO_ANSWER = frozenset({"empty", "html", "not_json", "too_large", "unexpected_json"})

#: Seconds between two looks in a poll, from the first pause to the longest, doubling.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0

_Answer = TypeVar("_Answer")


def read_may_be_repeated(error: CertificateError) -> bool:
    """Return whether a read that failed so is sent again."""
    repeated = _UNANSWERED | _NO_PRIMARY | {"connection_lost", "empty", "truncated"}
    return error.kind in repeated or error.data.get("status") in _BUSY


def read_is_worth_waiting(error: CertificateError) -> bool:
    """Return whether a read that failed so may succeed later, when something is being waited for."""
    return read_may_be_repeated(error) or never_sent(error) or answer_lost(error) or error.kind in _NO_ANSWER


def never_sent(error: CertificateError) -> bool:
    """Return whether the request did not reach the node that would carry it out."""
    return error.kind in _UNANSWERED | _NO_WAY | _NO_PRIMARY


def connected(error: CertificateError) -> bool:
    """Return whether there was a connection with a server, although the request failed."""
    return error.kind not in _UNANSWERED | _NO_WAY


def answer_lost(error: CertificateError) -> bool:
    """Return whether a read has to show if a write that failed so was made, before it is sent again."""
    return error.kind in _LOST or error.data.get("status") in _LOST_STATUSES


def perhaps_made(error: CertificateError) -> bool:
    """Return whether a write that failed so may have changed something.

    That is every write but those that the server refused or never got.
    """
    status = error.data.get("status", 0)
    return error.kind in _LOST or status == 409 or status >= 500


def stays_on_disk(error: CertificateError) -> bool:
    """Return whether a deletion that failed so did not remove all files.

    To an update, the same status says that it failed (vendor: REST API reference, cluster certificates requests).
    """
    return bool(error.data.get("status") == 500)


def misses_nodes(error: CertificateError, *, deletion: bool = False) -> bool:
    """Return whether a write may have failed so because a node is not active.

    The answer is then 409, to a rotation 400, to a deletion 500.
    """
    return error.kind == "not_all_nodes_updated" or (deletion and stays_on_disk(error))


def write_may_be_repeated(error: CertificateError) -> bool:
    """Return whether a write that failed so is sent again, unless a read shows that it was made.

    Reads came before it.
    """
    return never_sent(error) or answer_lost(error) or error.data.get("status") in _BUSY | {409}


def rotation_perhaps_made(error: CertificateError) -> bool:
    """Return whether an internal rotation that failed so may have changed something.

    400 says that some nodes are not done.
    """
    return perhaps_made(error) or error.data.get("status") == 400


def rotation_may_be_repeated(error: CertificateError, *, untouched: bool) -> bool:
    """Return whether an internal rotation that failed so is sent again.

    A second one would issue yet another certificate.

    Args:
        untouched: whether a read shows that nothing has changed. It is needed where something other than the API may
            have answered.
    """
    status = error.data.get("status")
    return never_sent(error) or status == 429 or (untouched and status in (409, 503))


def poll_until(deadline: float) -> Iterator[None]:
    """Go once through a loop, and again after pauses, the last time when the deadline has come.

    Args:
        deadline: in terms of C(time.monotonic).
    """
    pause = _FIRST_PAUSE
    while True:
        yield
        left = deadline - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(pause, left))
        pause = min(2 * pause, _LONGEST_PAUSE)


class Retries:
    """How often requests are sent again, and after what pauses: exponential, with jitter, capped.

    Attributes:
        attempts: the most times that any one request was sent; 1 when none was sent again.
        log: one line for each repetition.
    """

    def __init__(self, limit: int, delay: float, longest: float) -> None:
        """Prepare.

        Args:
            limit: how often one request is sent again at the most.
            delay: seconds before the first repetition; doubles with each.
            longest: seconds, the longest pause, also when the server asks for a longer one (C(Retry-After)).
        """
        self.attempts = 1
        self.log: list[str] = []
        self._limit = limit
        self._delay = delay
        self._longest = longest

    def run(
        self,
        send: Callable[[], _Answer],
        again: Callable[[CertificateError], bool],
        made: Callable[[CertificateError], bool] | None = None,
    ) -> _Answer | None:
        """Call C(send) until it succeeds, fails for good, or has been called often enough.

        Args:
            send: makes one request.
            again: whether a failure allows to send it again.
            made: asked after each failure; when it is true, the request is taken as successful, without an answer.

        Raises:
            CertificateError: the last failure.
        """
        number = 1
        while True:
            self.attempts = max(self.attempts, number)
            try:
                return send()
            except CertificateError as error:
                failure = error
            # Not in a handler, where a request that fails would have this failure for its context, and be taken for it.
            if made is not None and made(failure):
                return None
            if number > self._limit or not again(failure):
                raise failure
            pause = self._pause(number, failure.retry_after)
            self.log.append(f"{failure.message} Sent again after {pause:.1f} s ({number} of {self._limit}).")
            time.sleep(pause)
            number += 1

    def _pause(self, repetition: int, asked: float | None) -> float:
        """Return the pause in seconds; C(asked) is what the server wants."""
        backoff = self._delay * 2.0 ** (repetition - 1) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, no secret
        return min(max(backoff, asked or 0.0), self._longest)
