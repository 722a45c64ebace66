# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs Python scripts in processes of their own, which one that has imported the libraries forks where that can be."""

from __future__ import annotations

import functools
import os
import re
import shlex
import signal
import socket
import subprocess
import tempfile
import threading
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path

#: Whether they are forked (TESTING.md).
WARM = os.environ.get("RC_WARM") == "true"

_HERE = Path(__file__).resolve().parent
#: What an interpreter, or a library, reads when it starts.
_AT_START = re.compile(r"PYTHON|LD_|DYLD_|OPENSSL_|LC_|LANG|TZ$")
#: A folder for PYTHONPATH that has nothing for either of them.
JOURNAL = str(_HERE / "journal")
_PATIENCE = 300.0

#: What ansible-playbook imports of the collection.
PLUGINS = f"{_HERE.parents[1]}/plugins"


class _Warm:
    """The process that forks others, for one Python: it ends with this one."""

    def __init__(self, python: str, what: str, *folders: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="rc-")
        self.path = f"{self._folder.name}/socket"
        lifeline, self._lifeline = os.pipe()
        process = subprocess.Popen(
            [python, str(_HERE / "warm.py"), self.path, str(lifeline), what, *folders],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            pass_fds=[lifeline],
            start_new_session=True,
        )
        os.close(lifeline)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.stdout.close()
        self._end = weakref.finalize(self, self._finish, process, self._lifeline, self._folder)

    @staticmethod
    def _finish(process: subprocess.Popen[bytes], lifeline: int, folder: tempfile.TemporaryDirectory[str]) -> None:
        os.close(lifeline)
        process.wait()
        folder.cleanup()

    def run(self, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[int, str]:
        output, its_output = os.pipe()
        variables = [f"{name}={value}" for name, value in environment.items()]
        request = os.fsencode("\0".join([str(folder), str(len(command)), *command, *variables]))
        with open(output, encoding="utf-8") as printed, socket.socket(socket.AF_UNIX) as server:
            with open(os.devnull, "rb") as nothing:
                server.connect(self.path)
                streams = [nothing.fileno(), its_output, its_output]
                socket.send_fds(server, [b"%8d" % len(request)], streams)
            os.close(its_output)
            server.sendall(request)
            with server.makefile() as answer:
                hanging = threading.Timer(_PATIENCE, os.kill, [int(answer.readline()), signal.SIGKILL])
                hanging.start()
                try:
                    said = printed.read()
                    return int(answer.readline()), said
                finally:
                    hanging.cancel()


@functools.cache
def _warm(python: str, what: str, *folders: str) -> _Warm:
    return _Warm(python, what, *folders)


def interpreter(python: str, *folders: str) -> str:
    """The path of what to call in place of this Python, which runs modules as it does, of sources in these folders."""
    if not WARM:
        return python
    socket_path = _warm(python, "modules", *folders).path
    path = Path(socket_path).parent / "bin/python"  # as an interpreter is called, also in what is shown of it
    path.parent.mkdir(exist_ok=True)
    command = shlex.join([python, "-ISB", str(_HERE / "interpreter.py"), python, socket_path, JOURNAL])
    path.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def _at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if _AT_START.match(name) and value != JOURNAL}


def run(python: Path, script: Path, *arguments: str, environment: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """Run a script to its end; return its exit code, and all that it printed."""
    command = [str(script), *arguments]
    if WARM and _at_start(environment) == _at_start(os.environ):
        return _warm(str(python), "playbooks", PLUGINS).run(command, environment, folder)
    finished = subprocess.run(
        [str(python), *command],
        check=False,
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_PATIENCE,
    )
    return finished.returncode, finished.stdout
