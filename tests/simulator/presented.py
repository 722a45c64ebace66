# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the endpoints of one database present on one node."""

from __future__ import annotations

from .state import UNSET, Node, Pair, own_name

_PROXY = "proxy"


class Presented:
    """The certificate of a database's own where it has one, or else ``proxy``.

    It is kept here, as a service hears of it, since a node may not be asked while it takes over a change.

    :param bdb: uid of the database.
    """

    def __init__(self, node: Node, bdb: int) -> None:
        self._own = own_name(bdb)
        self._pairs = {name: node.holds(name) for name in (_PROXY, self._own)}

    @property
    def pair(self) -> Pair:
        """Return what is presented now."""
        own = self._pairs[self._own]
        return self._pairs[_PROXY] if own == UNSET else own

    def renew(self, name: str, pair: Pair) -> bool:
        """Take over what the node holds now; return whether the endpoints present something else for it."""
        before = self.pair
        if name in self._pairs:
            self._pairs[name] = pair
        return self.pair != before
