# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server whose answers do not end: each byte comes in time, and the last one never."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, count, repeat

from .authority import Material
from .tls import server_context

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def _headers() -> Iterator[bytes]:
    return (b"X-%d: y\r\n" % number for number in count())


#: What is sent in place of an answer, after the request was read: pieces, with a pause after each.
ANSWERS: dict[str, Callable[[], Iterator[bytes]]] = {
    "status line": lambda: chain([b"HTTP/1.1 200 "], repeat(b"O")),
    "header": lambda: chain([_OK + b"X-Slow: "], repeat(b"y")),
    "headers": lambda: chain([_OK], _headers()),
    "continue": lambda: repeat(_CONTINUE),
    "flood of continue": lambda: repeat(_CONTINUE * 2000),
    "chunk size": lambda: chain([_CHUNKED], repeat(b"0")),
    "chunk": lambda: chain([_CHUNKED + b"ffff\r\n"], repeat(b" ")),
    "trailers": lambda: chain([_CHUNKED + b"2\r\n{}\r\n0\r\n"], _headers()),
    "body": lambda: chain([_OK + b"Content-Length: 9999\r\n\r\n"], repeat(b" ")),
    "body without length": lambda: chain([_OK + b"\r\n{}"], repeat(b" ")),
}

#: The same, of a TLS handshake: a record of 16 KiB that begins.
HANDSHAKE = "handshake"

#: The same, of a proxy's answer to CONNECT, on a port without TLS.
TUNNEL = "tunnel"

_PLAIN: dict[str, Callable[[], Iterator[bytes]]] = {
    HANDSHAKE: lambda: chain([b"\x16\x03\x03\x40\x00"], repeat(b"\x02")),
    TUNNEL: lambda: chain([b"HTTP/1.1 200 OK\r\n"], _headers()),
}

#: Everything that never ends.
HABITS = (*ANSWERS, *_PLAIN)

#: Seconds until a connection is closed all the same, so that whoever would wait for ever fails in the end.
LIFETIME = 120.0

#: Those without a pause.
_FLOODS = frozenset({"flood of continue"})


class DrippingServer:
    """A port of loopback that handles each connection in its own thread.

    :ivar port: where it listens.
    :ivar requests: the first line of each request.
    """

    def __init__(self, habit: str, material: Material, pause: float = 0.1) -> None:
        """Listen.

        :param habit: one of ``HABITS``.
        :param pause: seconds after each piece.
        """
        self.requests: list[str] = []
        self._habit = habit
        self._pause = 0.0 if habit in _FLOODS else pause
        self._context = server_context(material.certificate_pem, str(material.key_pem))
        self._ending = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self) -> DrippingServer:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._ending.set()
        self._thread.join()
        self._listener.close()

    @property
    def url(self) -> str:
        return f"{'http' if self._habit == TUNNEL else 'https'}://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while not self._ending.is_set():
            with suppress(socket.timeout):
                connection = self._listener.accept()[0]
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(20)
        with suppress(OSError):
            if self._habit == HANDSHAKE:
                self._drip(connection)
            elif self._habit == TUNNEL:
                self._answer(connection)
            else:
                connection = self._context.wrap_socket(connection, server_side=True)
                self._answer(connection)
        connection.close()

    def _answer(self, connection: socket.socket | ssl.SSLSocket) -> None:
        received = connection.recv(65536)
        if received:
            self.requests.append(received.partition(b"\r\n")[0].decode("latin-1"))
            self._drip(connection)

    def _drip(self, connection: socket.socket | ssl.SSLSocket) -> None:
        end = time.monotonic() + LIFETIME
        for piece in {**ANSWERS, **_PLAIN}[self._habit]():
            connection.sendall(piece)
            if self._ending.wait(self._pause) or time.monotonic() > end:
                return
