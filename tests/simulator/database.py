# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Database endpoints: on every node a real ``redis-server``, or a TLS listener that answers PING."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from .listeners import Ending, Identity, Listener, bound
from .state import Node, Pair

CHOICES = ("auto", "redis", "tls", "none")
_START_TIMEOUT = 10.0
_ANSWER_TIMEOUT = 10.0

# Starts the server given as arguments and kills it when standard input ends, which it does however this process ends.
_WATCHED = 'exec 3<&0; "$@" 3<&- & server=$!; (cat <&3 >/dev/null; kill -9 $server) & wait $server'


def chosen(wanted: str) -> str:
    """What ``wanted`` comes to on this machine.

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
    """PING, inline or as an array, is answered; all else is an error."""
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
    """What stands in for redis-server: a TLS listener with the habits of a proxy.

    :param stale: seconds after a change for which every second handshake, beginning with the second, presents the
        certificate from before; on versions whose proxy has that bug.
    :param client_certificates: whether it takes only clients with a certificate, which is the one that the cluster
        starts with as ``syncer``.
    """

    def __init__(self, held: socket.socket, node: Node, stale: float, client_certificates: bool) -> None:
        super().__init__(held, self._presented, _answer_pings)
        self._node = node
        self._stale = stale if node.release.old_proxy_workers_stay else 0.0
        self._client_authority = node.holds("syncer").certificate if client_certificates else None
        self._current = self._previous = node.holds("proxy")
        self._stale_until = 0.0
        self._turn = 0

    @property
    def pushed(self) -> bool:
        """Whether it must hear of a change at once: the seconds count from there."""
        return self._stale > 0

    def renew(self, name: str, pair: Pair) -> None:
        """Remember what was there before."""
        with self._lock:
            if name == "proxy" and pair != self._current:
                self._previous, self._current = self._current, pair
                self._stale_until = time.monotonic() + self._stale
                self._turn = 0

    def _presented(self) -> Identity:
        pair = self._node.holds("proxy")
        with self._lock:
            self._turn += 1
            if self._turn % 2 == 0 and time.monotonic() < self._stale_until:
                pair = self._previous
        return Identity(pair, self._client_authority, self._client_authority is not None)


class CommandRefused(RuntimeError):
    """redis-server answered with an error."""


class RedisServer:
    """``redis-server`` at one address; its certificate is changed live.

    :raises RuntimeError: it does not start.
    """

    pushed = True

    def __init__(self, address: str, port: int, pair: Pair, directory: Path) -> None:
        self._address = address
        self._port = port
        self._pair = pair
        self._held: socket.socket | None = None
        self._directory = directory / address
        self._directory.mkdir(mode=0o700)
        self._socket_path = self._directory / "s"  # the system allows some hundred characters for the whole path
        try:
            with _Files(self._directory, pair) as files:
                self._process = self._start(files)
                self._wait_until_up()
        except BaseException:
            self.close()
            raise

    def _start(self, files: _Files) -> subprocess.Popen[bytes]:
        server = ["redis-server", "--port", "0", "--tls-port", str(self._port), "--bind", self._address]
        server += ["--tls-auth-clients", "no", "--save", "", "--appendonly", "no", "--dir", str(self._directory)]
        server += ["--unixsocket", str(self._socket_path), "--unixsocketperm", "700"]
        server += ["--tls-cert-file", files.certificate, "--tls-key-file", files.key]
        return subprocess.Popen(
            ["sh", "-c", _WATCHED, "sh", *server],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _wait_until_up(self) -> None:
        end = time.monotonic() + _START_TIMEOUT
        while time.monotonic() < end and self._process.poll() is None:
            try:
                self._command("PING")
                return
            except OSError:
                time.sleep(0.005)
        raise RuntimeError(f"redis-server did not start at {self._address}:{self._port}")

    def _command(self, *words: str) -> None:
        request = b"*%d\r\n" % len(words)
        request += b"".join(b"$%d\r\n%b\r\n" % (len(word.encode()), word.encode()) for word in words)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_ANSWER_TIMEOUT)
            connection.connect(str(self._socket_path))
            connection.sendall(request)
            answer = connection.recv(4096)
        if answer.startswith(b"-"):
            raise CommandRefused(words[0])

    def renew(self, name: str, pair: Pair) -> None:
        """Present the new pair from now on; one that cannot be served leaves the old one in place."""
        if name != "proxy":
            return
        self._pair = pair
        if self._held is None:
            with suppress(CommandRefused):
                self._configure()

    def suspend(self) -> None:
        self._command("CONFIG", "SET", "tls-port", "0")
        self._command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        self._held = bound(self._address, self._port)

    def resume(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None
        port = ("tls-port", str(self._port))
        try:
            # In one command with the certificate: on its own, redis-server would open with the one it had.
            self._configure(*port)
        except CommandRefused:
            self._command("CONFIG", "SET", *port)

    def _configure(self, *more: str) -> None:
        with _Files(self._directory, self._pair) as files:
            self._command("CONFIG", "SET", *more, "tls-cert-file", files.certificate, "tls-key-file", files.key)

    def close(self) -> None:
        if self._held is not None:
            self._held.close()
        process = getattr(self, "_process", None)
        if process is not None:
            process.stdin.close()
            process.wait()
        shutil.rmtree(self._directory, ignore_errors=True)


class _Files:
    """A pair in two private files, for as long as redis-server reads them."""

    def __init__(self, directory: Path, pair: Pair) -> None:
        self._texts = {"certificate": pair.certificate or "", "key": pair.key or ""}
        self._paths = {name: directory / f"{name}.pem" for name in self._texts}

    @property
    def certificate(self) -> str:
        return str(self._paths["certificate"])

    @property
    def key(self) -> str:
        return str(self._paths["key"])

    def __enter__(self) -> _Files:
        for name, path in self._paths.items():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(self._texts[name])
        return self

    def __exit__(self, *_error: object) -> None:
        for path in self._paths.values():
            path.unlink(missing_ok=True)
