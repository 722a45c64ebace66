# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Looking at many places at a time: thirty cost about as much as three."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

#: Places that are looked at side by side, unless somebody wants another number.
_LIMIT = 64

_Place = TypeVar("_Place")
_Seen = TypeVar("_Seen")


def side_by_side(look: Callable[[_Place], _Seen], places: Sequence[_Place], limit: int = _LIMIT) -> list[_Seen]:
    """What each look returns, in the order of the places."""
    if len(places) < 2:
        return [look(place) for place in places]
    with ThreadPoolExecutor(min(len(places), limit)) as threads:
        return list(threads.map(look, places))
