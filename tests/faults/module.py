# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module as a separate process, with its options as JSON on standard input."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ansible_collections.redis_enterprise.certificates as collection

#: The Pythons that run modules: with the newest libraries, and with the oldest ones promised (TESTING.md).
PYTHONS = (sys.executable, os.environ.get("RC_TARGET_PYTHON") or sys.executable)

_MODULES = "ansible_collections.redis_enterprise.certificates.plugins.modules"
_WARM = Path(__file__).resolve().with_name("warm.py")

#: Nothing of whoever started the tests, such as a proxy or a login, reaches it.
_ENVIRONMENT = {
    "PATH": os.defpath,
    "PYTHONPATH": str(Path(next(iter(collection.__path__))).parents[2]),
    "LC_ALL": os.environ.get("LC_ALL", "C.UTF-8"),
}

#: Seconds after which the module is taken to hang.
_PATIENCE = 120.0


@dataclass(frozen=True)
class Finished:
    """What a process has left."""

    returncode: int
    stdout: str
    stderr: str
    started: float  # time.monotonic
    ended: float


class Module:
    """Starts modules; a context manager.

    :param python: that runs them.
    """

    def __init__(self, python: str) -> None:
        self._python = python

    def __enter__(self) -> Module:
        self._socket, other = socket.socketpair()
        self._socket.settimeout(_PATIENCE)
        with other:
            self._process = subprocess.Popen(
                [self._python, str(_WARM), _MODULES, str(other.fileno())],
                env=_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                pass_fds=[other.fileno()],
                start_new_session=True,
            )
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def run(self, name: str, arguments: Mapping[str, Any]) -> Finished:
        """Run one to its end.

        :raises TimeoutError: it hangs.
        """
        with (
            tempfile.TemporaryFile("w+") as stdin,
            tempfile.TemporaryFile("w+") as stdout,
            tempfile.TemporaryFile("w+") as stderr,
        ):
            stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": dict(arguments)}))
            stdin.seek(0)
            started = time.monotonic()
            socket.send_fds(self._socket, [name.encode()], [stream.fileno() for stream in (stdin, stdout, stderr)])
            returncode = int(self._socket.recv(16))
            ended = time.monotonic()
            stdout.seek(0)
            stderr.seek(0)
            return Finished(returncode, stdout.read(), stderr.read(), started, ended)
