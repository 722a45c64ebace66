# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many names in one line.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Sequence

_MOST = 10


def listed(names: Sequence[str], most: int = _MOST) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
