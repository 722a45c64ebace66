# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The primary node: the only one that answers API requests (contract, section 1)."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from .state import Node


class Primary:
    """The role that one node has at a time.

    :param lock: the one that the nodes share.
    :param uid: the node that begins with it.
    """

    def __init__(self, nodes: Sequence[Node], uid: int, lock: threading.RLock) -> None:
        self._nodes = nodes
        self._lock = lock
        self._node = nodes[uid - 1]

    @property
    def node(self) -> Node:
        """Return the primary. When it is down, the next node that is up takes over (fail-over)."""
        with self._lock:
            if self._node.down:
                self._node = self.next_up
            return self._node

    @property
    def next_up(self) -> Node:
        """Return the next node that is up, in the order of uids; the present primary if no other is."""
        with self._lock:
            place = self._nodes.index(self._node)
            others = [*self._nodes[place + 1 :], *self._nodes[:place]]
            return next((node for node in others if not node.down), self._node)

    def move(self, uid: int) -> None:
        """Make another node the primary; open connections stay as they are.

        :raises ValueError: there is no such node.
        """
        with self._lock:
            if not 1 <= uid <= len(self._nodes):
                raise ValueError(f"no node has the uid {uid}")
            self._node = self._nodes[uid - 1]
