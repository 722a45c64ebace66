# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""How a change is to be made and proven."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """The user's settings for a change, and the server's abilities.

    Attributes:
        verify_timeout: seconds.
        wait_timeout: seconds.
        rollback: whether what cannot be proven is restored.
        bulk: whether the bulk update is tried first.
        alone: names that are never updated together with others.
        disturbing: names after which the cluster has to settle before the next update.
        unreadable: names of which this version reports another certificate than it has (RS176540).
        without_nodes: whether the user goes on although nodes are not active, which the cluster then says.
    """

    verify_timeout: float
    wait_timeout: float
    rollback: bool
    bulk: bool
    alone: frozenset[str] = frozenset()
    disturbing: frozenset[str] = frozenset()
    unreadable: frozenset[str] = frozenset()
    without_nodes: bool = False
