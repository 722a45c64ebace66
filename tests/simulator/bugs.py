# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What known bugs do to the certificates of a cluster; which versions have them is in :mod:`releases`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

from .releases import NAMES, Release
from .state import UNSET, Node, Pair
from .validation import UNTRUSTED_DEPTH, depth_of, without_last

_CONTROL_PLANE = "ccs_internode_encryption"


class Bugs:
    """The bugs of a cluster; one node whose version has a bug is enough."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = nodes
        self._lock = threading.Lock()
        self._set_by_clients: set[str] = set()

    def _any(self, has: Callable[[Release], bool]) -> bool:
        return any(has(node.release) for node in self._nodes)

    def stored(self, changes: Mapping[str, Pair]) -> Mapping[str, Pair]:
        """Return what an update by a client comes to on the nodes.

        RS199373: when the control plane's internode certificate is not alone, it ends up with the key of another one.
        """
        with self._lock:
            self._set_by_clients |= {name for name in changes if NAMES[name].internode}
        others = [held.key for name, held in changes.items() if name != _CONTROL_PLANE and held.key is not None]
        if _CONTROL_PLANE in changes and others and self._any(lambda release: release.bulk_update_corrupts_internode):
            return {**changes, _CONTROL_PLANE: Pair(changes[_CONTROL_PLANE].certificate, others[0])}
        return changes

    def forget(self, names: Iterable[str]) -> None:
        """Take note that the cluster itself has replaced these certificates."""
        with self._lock:
            self._set_by_clients -= set(names)

    def reported(self, node: Node, name: str) -> Pair:
        """Return what the API of a node says that it holds.

        RS176540: an internode certificate that a client has set is reported without the last one of its chain.
        """
        held = node.holds(name)
        with self._lock:
            mine = name in self._set_by_clients
        if mine and held.certificate and self._any(lambda release: release.internode_chain_reported_short):
            return Pair(without_last(held.certificate), held.key)
        return held

    @property
    def degraded(self) -> bool:
        """Return whether the chain of an internode certificate is too deep to be trusted by all nodes (RS194253)."""
        affected = self._any(lambda release: release.deep_internode_chain_degrades)
        return affected and any(
            depth_of(node.holds(name).certificate) >= UNTRUSTED_DEPTH
            for node in self._nodes
            for name, entry in NAMES.items()
            if entry.internode
        )

    @property
    def ldap_login_works(self) -> bool:
        """Return whether ``ldap_client`` is set where the login needs it (RS193156)."""
        affected = self._any(lambda release: release.ldap_login_needs_client_certificate)
        return not affected or all(node.holds("ldap_client") != UNSET for node in self._nodes)
