# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the endpoints of databases are: a real ``redis-server``, or a TLS listener that answers PING."""

from __future__ import annotations

import shutil
import socket
import ssl
import time

from .listeners import Ending, Identity, Listener
from .presented import Presented
from .state import Node, Pair

CHOICES = ("auto", "redis", "tls", "none")


def chosen(wanted: str) -> str:
    """Return what ``wanted`` comes to on this machine.

    :raises ValueError: no such choice, or redis-server is wanted and not installed.
    """
    if wanted not in CHOICES:
        raise ValueError(f"unknown database {wanted!r}: one of {', '.join(CHOICES)}")
    installed = shutil.which("redis-server") is not None
    if wanted == "redis" and not installed:
        raise ValueError("redis-server is not installed")
    if wanted == "auto":
        return "redis" if installed else "tls"
    return wanted


def _answer_pings(connection: ssl.SSLSocket, _ending: Ending) -> None:
    """Answer PING, inline or as an array; all else is an error."""
    connection.settimeout(60)
    stream = connection.makefile("rwb")
    while line := stream.readline(1024):
        words = [line.strip()]
        if line.startswith(b"*"):
            words = []
            for _number in range(int(line[1:])):
                words.append(stream.read(int(stream.readline(32)[1:]) + 2).strip())
        stream.write(b"+PONG\r\n" if [word.upper() for word in words] == [b"PING"] else b"-ERR unknown command\r\n")
        stream.flush()


class StandIn(Listener):
    """A TLS listener with the habits of a proxy, in place of redis-server.

    :param bdb: uid of the database.
    :param stale: seconds after a change for which every second handshake, beginning with the second, presents the
        certificate from before; on versions whose proxy has that bug.
    :param client_certificates: whether it takes only clients with a certificate, which is the one that the cluster
        starts with as ``syncer``.
    """

    def __init__(self, held: socket.socket, node: Node, bdb: int, stale: float, client_certificates: bool) -> None:
        super().__init__(held, self._identify, _answer_pings)
        self._node = node
        self._bdb = bdb
        self._stale = stale if node.release.old_proxy_workers_stay else 0.0
        self._client_authority = node.holds("syncer").certificate if client_certificates else None
        self._presented = Presented(node, bdb)
        self._previous = self._presented.pair
        self._stale_until = 0.0
        self._turn = 0

    @property
    def pushed(self) -> bool:
        """Return whether it must hear of a change at once: the seconds count from there."""
        return self._stale > 0

    def renew(self, name: str, pair: Pair) -> None:
        """Remember what was there before."""
        with self._lock:
            before = self._presented.pair
            if self._presented.renew(name, pair):
                self._previous = before
                self._stale_until = time.monotonic() + self._stale
                self._turn = 0

    def _identify(self) -> Identity:
        pair = self._node.presents(self._bdb)
        with self._lock:
            self._turn += 1
            if self._turn % 2 == 0 and time.monotonic() < self._stale_until:
                pair = self._previous
        return Identity(pair, self._client_authority, self._client_authority is not None)
