# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports on every node of a cluster: opened, or held so that they stay closed."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

from .bdb import service_of
from .listeners import Ending, Identity, Listener, Serve
from .ports import hold_port
from .redis_server import RedisServer
from .state import Node
from .web import Exchange

_REDIS_ATTEMPTS = 5


class _Making(Protocol):
    def __call__(self, held: socket.socket, node: Node) -> Listener:
        """Make the listener of one node from its socket."""


class Ports:
    """The opener of ports, each with the same number on every node, which closes them.

    :param latency: seconds that pass before a new connection is heard, and before each answer of HTTP.
    """

    def __init__(self, nodes: Sequence[Node], latency: float) -> None:
        self._nodes = nodes
        self._latency = latency

    def serve(self, port: int, name: str, answering: Callable[[Node], Callable[[Exchange], None]]) -> int:
        """Open an HTTPS port that presents the certificate ``name``; return its number.

        :param port: 0 for any that is free.
        :raises OSError: it cannot be bound.
        """

        def make(held: socket.socket, node: Node) -> Listener:
            return Listener(held, _identity(node, name), _http(answering(node), self._latency))

        return self.listen(port, name, make)

    def listen(self, port: int, service: str, make: _Making) -> int:
        """Open a port with a listener for each node; parameters and errors as in :meth:`serve`."""
        held = self._hold(port)
        listeners = [make(held=one, node=node) for one, node in zip(held, self._nodes)]
        for node, listener in zip(self._nodes, listeners):
            listener.latency = self._latency
            node.services[service] = listener
        for listener in listeners:
            listener.resume()
        return listeners[0].port

    @contextmanager
    def held_closed(self) -> Iterator[int]:
        """Keep a port closed for as long as the context lasts; yield its number."""
        with ExitStack() as held:
            sockets = self._hold(0)
            for one in sockets:
                held.callback(one.close)
            yield sockets[0].getsockname()[1]

    def start_redis(self, port: int, bdb: int, private: Path) -> int:
        """Start a redis-server for a database on every node; return their port.

        Each binds by itself, so another process may be faster.

        :param bdb: uid of the database.
        :raises OSError: the port is taken.
        :raises RuntimeError: redis-server does not start.
        """
        for left in reversed(range(1 if port else _REDIS_ATTEMPTS)):
            held = self._hold(port)
            found: int = held[0].getsockname()[1]
            for one in held:
                one.close()
            try:
                self._start_redis_at(found, bdb, private)
            except RuntimeError:
                if not left:
                    raise
            else:
                break
        return found

    def _start_redis_at(self, port: int, bdb: int, private: Path) -> None:
        with ExitStack() as started:
            servers = []
            for node in self._nodes:
                server = RedisServer(node, bdb, port, private)
                started.callback(server.close)
                servers.append(server)
            started.pop_all()
        for node, server in zip(self._nodes, servers):
            node.services[service_of(bdb)] = server

    def _hold(self, port: int) -> list[socket.socket]:
        return hold_port([node.address for node in self._nodes], port)


def _http(answer: Callable[[Exchange], None], latency: float) -> Serve:
    def late(exchange: Exchange) -> None:
        time.sleep(latency)
        answer(exchange)

    def serve(connection: ssl.SSLSocket, ending: Ending) -> None:
        Exchange(connection, late if latency else answer, ending)

    return serve


def _identity(node: Node, name: str) -> Callable[[], Identity]:
    """Return what a port presents now; the API also takes client certificates of the authorities that are trusted."""

    def identity() -> Identity:
        trusted = None
        if name == "api" and node.release.client_certificate_login:
            trusted = node.holds("mtls_trusted_ca").certificate
        return Identity(node.holds(name), trusted)

    return identity
