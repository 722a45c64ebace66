# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real ``redis-server`` as the endpoint of a database on one node."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from .listeners import bound
from .presented import Presented
from .state import Node, Pair

_START_TIMEOUT = 10.0
_ANSWER_TIMEOUT = 10.0

# Starts the server given as arguments and kills it when standard input ends, which it does however this process ends.
_WATCHED = 'exec 3<&0; "$@" 3<&- & server=$!; (cat <&3 >/dev/null; kill -9 $server) & wait $server'


class CommandRefused(RuntimeError):
    """An error that redis-server answered with."""


class RedisServer:
    """``redis-server`` on one node for one database; its certificate is changed live.

    :param bdb: uid of the database.
    :raises RuntimeError: it does not start.
    """

    pushed = True

    def __init__(self, node: Node, bdb: int, port: int, directory: Path) -> None:
        self._address = node.address
        self._port = port
        self._presented = Presented(node, bdb)
        self._held: socket.socket | None = None
        self._directory = directory / f"{node.address}-{bdb}"
        self._directory.mkdir(mode=0o700)
        self._socket_path = self._directory / "s"  # the system allows some hundred characters for the whole path
        try:
            with _Files(self._directory, self._presented.pair) as files:
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
        if self._presented.renew(name, pair) and self._held is None:
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
        with _Files(self._directory, self._presented.pair) as files:
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
