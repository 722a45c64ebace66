# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs Python scripts, each in a new process: ``python warm.py SOCKET LIFELINE playbooks|modules [FOLDER...]``.

A third of a short run goes into importing libraries, and half of a module's. This process imports them; what it forks
is as new as a started one. Nothing of the collection is imported here, since what it becomes depends on the environment
and the folder of a run, and of Ansible only what does not, for playbooks (primed.py). But what the FOLDERs hold is
compiled, since each run would compile the same sources again: a module comes in an archive without byte code, and
Ansible keeps none of a collection.

It listens at SOCKET until LIFELINE, a file descriptor, is closed. A request is its length in eight digits, with the
descriptors of the standard streams; then, separated by null bytes, the folder, how many arguments there are (none: the
script is on standard input), these, and the environment. The answer is the number of the process, then its exit code.
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import gc
import importlib
import os
import select
import socket
import sys
import threading
import types
import zipimport
from typing import Any

#: What ansible-playbook and the collection import of others, directly or not.
_LIBRARIES = (
    "argparse",
    "cmd",
    "concurrent.futures.thread",
    "configparser",
    "cryptography.hazmat.backends.openssl.backend",
    "cryptography.hazmat.primitives.hmac",
    "cryptography.hazmat.primitives.kdf.pbkdf2",
    "cryptography.hazmat.primitives.padding",
    "cryptography.hazmat.primitives.serialization.pkcs12",
    "cryptography.hazmat.primitives.serialization.pkcs7",
    "cryptography.x509.verification",
    "csv",
    "ctypes.util",
    "curses",
    "decimal",
    "difflib",
    "distro",
    "encodings.unicode_escape",
    "getpass",
    "gettext",
    "glob",
    "importlib.metadata",
    "jinja2.ext",
    "jinja2.nativetypes",
    "jinja2.sandbox",
    "logging.handlers",
    "multiprocessing.managers",
    "multiprocessing.pool",
    "multiprocessing.popen_fork",
    "multiprocessing.queues",
    "multiprocessing.synchronize",
    "packaging.requirements",
    "packaging.version",
    "pexpect",
    "pkgutil",
    "platform",
    "pty",
    "requests",
    "runpy",
    "secrets",
    "shlex",
    "syslog",
    "tarfile",
    "textwrap",
    "tomli",
    "tomllib",
    "typing_extensions",
    "unicodedata",
    "urllib.request",
    "uuid",
    "xml.dom.minidom",
    "xml.etree.ElementTree",
    "yaml",
)


def _compile(folders: list[str]) -> None:
    """Compile the sources in these folders, and take them from here when they are imported."""
    known = {}
    for folder in folders:
        for parent, dummy, names in os.walk(folder):
            for path in (os.path.join(parent, name) for name in names if name.endswith(".py")):
                with open(path, "rb") as file, contextlib.suppress(SyntaxError):  # this Python may be too old for it
                    source = file.read()
                    known[source] = compile(source, path, "exec", dont_inherit=True)
    compile_archived = zipimport._compile_source  # type: ignore[attr-defined]
    zipimport._compile_source = (  # type: ignore[attr-defined]
        lambda path, source: known.get(source) or compile_archived(path, source)
    )
    compile_any = builtins.compile

    def compile_once(source: Any, filename: Any, mode: str, *arguments: Any, **options: Any) -> Any:
        whole = isinstance(source, bytes) and mode == "exec" and options == {"flags": 0, "dont_inherit": True}
        return (known.get(source) if whole else None) or compile_any(source, filename, mode, *arguments, **options)

    builtins.compile = compile_once


def _request(caller: socket.socket) -> tuple[list[str], list[int]]:
    length, streams, _flags, _address = socket.recv_fds(caller, 8, 3)
    text = b""
    while len(text) < int(length):
        text += caller.recv(int(length) - len(text))
    return os.fsdecode(text).split("\0"), streams


def _become(request: list[str], streams: list[int]) -> None:
    """Turn this process into one that was started for the script, and run it."""
    for standard, stream in enumerate(streams):
        os.dup2(stream, standard)
        os.close(stream)
    # What the interpreter made of the descriptors that it had when it started may fit these badly.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        old = getattr(sys, name)
        buffering = 1 if name == "stderr" else -1
        file = os.fdopen(old.fileno(), mode, buffering, encoding=old.encoding, errors=old.errors, closefd=False)
        setattr(sys, name, file)
        setattr(sys, f"__{name}__", file)
    folder, count, *words = request
    arguments, environment = words[: int(count)], words[int(count) :]
    os.chdir(folder)
    before = os.environ.get("PYTHONPATH")
    os.environ.clear()
    for word in environment:
        variable, dummy, value = word.partition("=")
        os.environ[variable] = value
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    if arguments:
        script = arguments[0]
        sys.path[0] = os.path.dirname(script)
        with open(script, encoding="utf-8") as text:
            source = text.read()
    else:
        script, arguments = "<stdin>", [""]
        sys.path[0] = ""
        source = sys.stdin.read()
    if os.environ.get("PYTHONPATH") != before:
        sys.path[1:1] = os.environ["PYTHONPATH"].split(os.pathsep)
    module.__file__ = script
    sys.argv[:] = arguments
    try:
        exec(compile(source, script, "exec", dont_inherit=True), module.__dict__)
    except SystemExit as ended:
        _end(ended.code)
    _end(0)


def _end(code: Any) -> None:
    """End as the interpreter does, but for taking apart all that there is, a tenth of a short run."""
    if code is not None and not isinstance(code, int):
        sys.stderr.write(f"{code}\n")
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]  # private, and what the interpreter calls
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit((code or 0) & 0xFF)


def _serve(listener: socket.socket, lifeline: int) -> None:
    """Fork what is asked for, until nobody asks any more."""
    while lifeline not in select.select([listener.fileno(), lifeline], [], [])[0]:
        caller = listener.accept()[0]
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass  # those that waited for the runs before
        if not os.fork():
            listener.close()
            os.close(lifeline)
            request, streams = _request(caller)
            process = os.fork()
            if not process:
                caller.close()
                _become(request, streams)
            for stream in streams:
                os.close(stream)
            with contextlib.suppress(BrokenPipeError):  # nobody wants to know any more
                caller.sendall(b"%d\n" % process)
                caller.sendall(b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
            os._exit(0)
        caller.close()
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def main() -> None:
    path, lifeline, what, *folders = sys.argv[1:]
    for name in _LIBRARIES:
        with contextlib.suppress(ImportError):  # not everything is there for each of the Pythons
            importlib.import_module(name)
    _compile(folders)
    if what == "playbooks":
        importlib.import_module("primed").prime()
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        os.write(1, b"ready\n")
        _serve(listener, int(lifeline))


main()
