# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Versions of the server software."""

from __future__ import annotations

import re
from collections.abc import Iterable


def sort_key(version: str) -> tuple[int, ...]:
    """The numbers of a version such as C(8.0.20-96), in the order in which they count."""
    return tuple(int(number) for number in re.findall(r"\d+", version))


def oldest(versions: Iterable[str]) -> str | None:
    """During an upgrade nodes differ: the oldest one says what the cluster can do."""
    return min(versions, key=sort_key, default=None)
