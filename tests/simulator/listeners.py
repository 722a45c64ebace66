# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS listeners: one accepting thread for the whole process, one thread for each connection."""

from __future__ import annotations

import selectors
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from cryptography import x509

from .forgery import Forgery
from .state import Pair
from .tls import server_context

HANDSHAKE_TIMEOUT = 20.0
_BACKLOG = 512
_LINGER_NOT = struct.pack("ii", 1, 0)


class Identity(NamedTuple):
    """What a port presents, and the authorities of the client certificates that it takes, or even demands."""

    pair: Pair
    client_authority: str | None = None
    client_required: bool = False


class Ending(NamedTuple):
    """The events that make a connection end.

    :ivar at_once: set when the port closes for good.
    :ivar after_answer: set when the port closes, be it for a while: what is in hand is still answered.
    """

    at_once: threading.Event
    after_answer: threading.Event


Serve = Callable[[ssl.SSLSocket, Ending], None]
"""Handles one connection until it is over."""


class _Acceptor:
    """The acceptor for all listeners of the process, so that hundreds of clusters cost one thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._selector: selectors.BaseSelector | None = None
        self._bell: tuple[socket.socket, socket.socket] | None = None

    def add(self, listener: socket.socket, accepted: Callable[[socket.socket], None]) -> None:
        with self._lock:
            if self._selector is None:
                self._selector = selectors.DefaultSelector()
                self._bell = socket.socketpair()
                self._selector.register(self._bell[0], selectors.EVENT_READ)
                self._thread = threading.Thread(
                    target=self._run, args=(self._selector,), name="simulator-accept", daemon=True
                )
                self._thread.start()
            self._selector.register(listener, selectors.EVENT_READ, accepted)

    def remove(self, listener: socket.socket) -> None:
        with self._lock:
            if self._selector is None or self._bell is None or self._thread is None:
                return
            self._selector.unregister(listener)
            if len(self._selector.get_map()) > 1:
                return
            self._bell[1].send(b"x")
            self._thread.join()
            self._selector.close()
            for end in self._bell:
                end.close()
            self._selector = self._bell = self._thread = None

    @staticmethod
    def _run(selector: selectors.BaseSelector) -> None:
        while True:
            for key, _events in selector.select():
                if key.data is None:
                    return
                try:
                    connection, _address = key.fileobj.accept()  # type: ignore[union-attr]
                except OSError:
                    # The client has gone, or the listener; or files have run out, and then haste would not help.
                    time.sleep(0.001)
                    continue
                key.data(connection)


_ACCEPTOR = _Acceptor()


def bound(address: str, port: int) -> socket.socket:
    """Return a socket that holds the port without listening: connections to it are refused."""
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((address, port))
    except OSError:
        held.close()
        raise
    return held


def reset(connection: socket.socket) -> None:
    """End a connection with a RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    connection.close()


def _say_goodbye(connection: ssl.SSLSocket) -> None:
    """Send close_notify without waiting for the other side's."""
    with suppress(OSError, ValueError):
        connection.settimeout(0)
        connection.unwrap()


class Listener:
    """A TLS port of a node.

    :param identity: what to present; asked at each handshake, when the client's first byte is there.
    :ivar handshakes: how many handshakes clients have begun.
    :ivar latency: seconds that pass before a new connection is heard.
    :ivar forgery: how the port presents its certificate without the key; None: it has the key.
    """

    def __init__(self, held: socket.socket, identity: Callable[[], Identity], serve: Serve) -> None:
        self.address: str
        self.port: int
        self.address, self.port = held.getsockname()
        self.handshakes = 0
        self.latency = 0.0
        self.forgery: Forgery | None = None
        self._closing = threading.Event()
        self._suspended = threading.Event()
        self._identity = identity
        self._serve = serve
        self._socket = held
        self._listening = False
        self._lock = threading.Lock()
        self._connections: dict[threading.Thread, socket.socket] = {}
        self._context: tuple[Identity, ssl.SSLContext] | None = None

    def resume(self) -> None:
        self._socket.listen(_BACKLOG)
        self._socket.setblocking(False)
        self._suspended = threading.Event()
        self._listening = True
        _ACCEPTOR.add(self._socket, self._accepted)

    def suspend(self) -> None:
        """Close the port and drop its connections; the one whose thread calls this may still answer what it handles."""
        self._stop_listening()
        self._socket = bound(self.address, self.port)
        self._drop_connections()

    def close(self) -> None:
        self._closing.set()
        self._stop_listening()
        self._drop_connections()
        for thread in self._threads():
            if thread is not threading.current_thread():
                thread.join(timeout=5)

    def renew(self, name: str, pair: Pair) -> None:
        """Do nothing: each handshake asks."""

    def _stop_listening(self) -> None:
        if self._listening:
            with self._lock:
                self._listening = False
                self._suspended.set()
            _ACCEPTOR.remove(self._socket)
        self._socket.close()

    def _threads(self) -> list[threading.Thread]:
        with self._lock:
            return list(self._connections)

    def _drop_connections(self) -> None:
        with self._lock:
            for thread, connection in self._connections.items():
                if thread is threading.current_thread():
                    continue
                with suppress(OSError):
                    # Not SSLSocket's own shutdown, which takes the TLS state away from the thread that uses it.
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def _accepted(self, connection: socket.socket) -> None:
        connection.setblocking(True)
        with self._lock:
            if not self._listening:
                connection.close()
                return
            ending = Ending(self._closing, self._suspended)
            thread = threading.Thread(
                target=self._run, args=(connection, ending), name="simulator-connection", daemon=True
            )
            self._connections[thread] = connection
            thread.start()

    def _run(self, connection: socket.socket, ending: Ending) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(HANDSHAKE_TIMEOUT)
            if self.latency and ending.at_once.wait(self.latency):
                return
            if not connection.recv(1, socket.MSG_PEEK):
                return
            if self.forgery is not None:
                certificate = self._identity().pair.certificate
                assert certificate is not None
                self.forgery.serve(connection, x509.load_pem_x509_certificates(certificate.encode()))
                return
            connection = secured = self._secure(connection)
            secured.do_handshake()
            self._serve(secured, ending)
            _say_goodbye(secured)
        except OSError:
            pass  # the client's end broke; the next connection is not concerned
        finally:
            with self._lock:
                del self._connections[threading.current_thread()]
            connection.close()

    def _secure(self, connection: socket.socket) -> ssl.SSLSocket:
        context = self._current_context()
        with self._lock:
            self.handshakes += 1
            secured = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
            self._connections[threading.current_thread()] = secured
        return secured

    def _current_context(self) -> ssl.SSLContext:
        identity = self._identity()
        kept = self._context
        if kept is None or kept[0] != identity:
            (certificate, key), authority, required = identity
            kept = self._context = identity, server_context(certificate or "", key or "", authority, required)
        return kept[1]
