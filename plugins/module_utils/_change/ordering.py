# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The order in which writes are made, and which of them go into one request. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import takewhile
from typing import NamedTuple

from .._api.client import Update
from .._product.names import INTERNODE
from .._state.goal import ExpectedChain


class Write(NamedTuple):
    """One certificate to be updated, or deleted."""

    name: str
    update: Update | None  # None: deleted
    goal: ExpectedChain  # in which the certificate is afterwards


def in_safe_order(writes: Iterable[Write]) -> list[Write]:
    """Return the writes in the order in which they are made.

    The certificates between nodes come first: what can cost a cluster its API has nothing to be restored with it.
    Deletions come after all updates, which may be refused, and V(api) last: from then on another certificate is met.
    """

    def rank(write: Write) -> tuple[int, str]:
        if write.name in INTERNODE:
            return 0, write.name
        if write.update is None:
            return 2, write.name
        # Active-Active databases do not synchronise between these two and their forced update: late, and together.
        return (3 if write.name == "api" else 1), ("~" if write.name in ("proxy", "syncer") else "") + write.name

    return sorted(writes, key=rank)


def next_request(writes: Sequence[Write], *, bulk: bool, alone: Collection[str]) -> list[Write]:
    """Return those of the writes, the first and what may follow it, that one request makes.

    Args:
        bulk: whether one request can update several certificates.
        alone: names that are never updated together with others.
    """
    first, *others = writes
    if not bulk or first.update is None or first.name in alone:
        return [first]
    together = takewhile(lambda write: write.update is not None and write.name not in alone, others)
    return [first, *together]
