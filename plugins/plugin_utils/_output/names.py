# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names and numbers in one line.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Sequence

_MOST = 10


def listed(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - _MOST
    return ", ".join(names[:_MOST]) + (f" and {more} more" if more > 0 else "")


def counted(number: int, what: str) -> str:
    """Return how many there are of something.

    Args:
        what: one of them is.
    """
    return f"{number} {what}{'' if number == 1 else 's'}"
