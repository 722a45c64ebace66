# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each node holds, and how a change reaches it: at once, later, when it is up again, or never."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from .keys import KeyText
from .releases import Release


class Pair(NamedTuple):
    """A certificate and its key, as PEM text; None for what is not there. Its ``repr`` shows neither."""

    certificate: str | None
    key: KeyText | None

    def __repr__(self) -> str:
        parts = [name for name, text in (("certificate", self.certificate), ("key", self.key)) if text]
        return f"<Pair of {' and '.join(parts) or 'nothing'}>"


UNSET = Pair(None, None)
PINNED_BY_PEERS = ("proxy", "syncer")


def own_name(bdb: int) -> str:
    """Return the name under which a node keeps the certificate that only one database has, given its uid."""
    return f"bdb-{bdb}"


def pair(certificate: str | None, key: str | None) -> Pair:
    return Pair(certificate, None if key is None else KeyText(key))


class Service(Protocol):
    """A port of a node that follows the node's state."""

    def suspend(self) -> None:
        """Close the port."""

    def resume(self) -> None:
        """Open the port again."""

    def renew(self, name: str, pair: Pair) -> None:
        """Take note that the node now holds ``pair`` as ``name``."""

    def close(self) -> None:
        """Close the port for good."""


@dataclass(frozen=True)
class _Change:
    made: float
    name: str
    pair: Pair


class Node:
    """One node.

    Its API reports, and its ports serve, what it holds itself: :attr:`stored`.

    :ivar address: where its ports are.
    :ivar internal_address: what is reported of that, and as ``external_addresses``; not always the truth.
    :ivar services: its ports, by the certificate that they present; those of databases after the first by
        :func:`own_name`.
    """

    def __init__(
        self,
        uid: int,
        address: str,
        release: Release,
        lock: threading.RLock,
        lag: float,
        internal_address: str | None = None,
        external_addresses: Sequence[str] | None = None,
    ) -> None:
        self.uid = uid
        self.address = address
        self.release = release
        self.internal_address = internal_address or address
        self.external_addresses = list(external_addresses or ())
        self.services: dict[str, Service] = {}
        self.api_port = 0
        self._lock = lock
        self._lag = lag
        self._down = False
        self._kept_closed: set[str] = set()
        self._renewals = 0
        self._held: dict[str, Pair] = {}
        self._waiting: list[_Change] = []
        self._timers: list[threading.Timer] = []

    def __repr__(self) -> str:
        return f"<Node {self.uid} {self.address}{' down' if self._down else ''}>"

    @property
    def url(self) -> str:
        return f"https://{self.address}:{self.api_port}"

    @property
    def lag(self) -> float:
        """Return the seconds after which this node follows a change; ``math.inf``: never."""
        return self._lag

    @lag.setter
    def lag(self, seconds: float) -> None:
        with self._lock:
            self._lag = seconds
            self.settle()
            if self._waiting:
                self._wake_later()

    @property
    def down(self) -> bool:
        """Return whether the node's ports are closed. Set to False, it opens them and follows what it missed."""
        return self._down

    @down.setter
    def down(self, down: bool) -> None:
        with self._lock:
            if down == self._down:
                return
            self._down = down
            self.settle()
            for name, service in self.services.items():
                if name not in self._kept_closed:
                    _open_or_close(service, not down)

    def serves(self, name: str) -> bool:
        """Check whether the port of one service is open."""
        with self._lock:
            return name in self.services and not self._down and name not in self._kept_closed

    @property
    def renewals(self) -> int:
        """Return how often its ``proxy`` or ``syncer`` has become another one: each time, peers have to learn it."""
        with self._lock:
            self.settle()
            return self._renewals

    def keep_closed(self, name: str, closed: bool) -> None:
        """Keep the port of one service closed although the node is up, or no longer."""
        with self._lock:
            if closed == (name in self._kept_closed):
                return
            self._kept_closed ^= {name}
            if not self._down:
                _open_or_close(self.services[name], not closed)

    @property
    def stored(self) -> dict[str, Pair]:
        """Return every certificate name that the node's version knows, with what the node holds."""
        with self._lock:
            self.settle()
            return {name: self._held.get(name, UNSET) for name in self.release.names}

    def holds(self, name: str) -> Pair:
        with self._lock:
            self.settle()
            return self._held.get(name, UNSET)

    def presents(self, bdb: int) -> Pair:
        """Return what the endpoints of a database with TLS present: its own certificate, or else ``proxy``."""
        own = self.holds(own_name(bdb))
        return self.holds("proxy") if own == UNSET else own

    def put(self, name: str, pair: Pair) -> None:
        """Make the node hold ``pair`` at once."""
        with self._lock:
            self._waiting = [change for change in self._waiting if change.name != name]
            self._hold(name, pair)

    def follow(self, changes: Mapping[str, Pair]) -> None:
        """Make the node hold the changes after its lag, and not before it is up."""
        with self._lock:
            now = time.monotonic()
            self._waiting += [_Change(now, name, pair) for name, pair in changes.items()]
            self.settle()
            if self._waiting:
                self._wake_later()

    def settle(self) -> None:
        """Take over the changes that are due."""
        if self._down:
            return
        now = time.monotonic()
        while self._waiting and self._waiting[0].made + self._lag <= now:
            change = self._waiting.pop(0)
            self._hold(change.name, change.pair)

    def close(self) -> None:
        for timer in self._timers:
            timer.cancel()
        for timer in self._timers:
            timer.join()
        for service in self.services.values():
            service.close()
        self.services = {}

    def _hold(self, name: str, pair: Pair) -> None:
        if name in PINNED_BY_PEERS and self._held.get(name, pair) != pair:
            self._renewals += 1
        self._held[name] = pair
        for service in self.services.values():
            service.renew(name, pair)

    def _wake_later(self) -> None:
        """Schedule a push of the changes that wait.

        Only a service that must know when, or does not ask before each handshake (redis-server), needs it.
        """
        if self._lag == math.inf or not any(getattr(service, "pushed", False) for service in self.services.values()):
            return
        timer = threading.Timer(self._lag + 0.001, self._wake)
        timer.daemon = True
        self._timers = [one for one in self._timers if one.is_alive()] + [timer]
        timer.start()

    def _wake(self) -> None:
        with self._lock:
            self.settle()


def _open_or_close(service: Service, wanted: bool) -> None:
    if wanted:
        service.resume()
    else:
        service.suspend()


def spread(nodes: Iterable[Node], changes: Mapping[str, Pair], skip_down: bool = False) -> bool:
    """Bring a change to all nodes.

    :param skip_down: whether a node that is down never learns of it.
    :returns: whether every node was up.
    """
    complete = True
    for node in nodes:
        if node.down:
            complete = False
            if skip_down:
                continue
        node.follow(changes)
    return complete
