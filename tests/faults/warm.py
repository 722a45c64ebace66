# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs modules, each time in a new process: ``python warm.py PACKAGE SOCKET``.

Most of a module's time goes into imports. This process makes them; what it forks is as new as a started one, and there
at once. Each message on the socket names a module and brings its standard streams; the exit code goes back.
"""

from __future__ import annotations

import importlib
import os
import runpy
import socket
import sys


def main() -> None:
    package, number = sys.argv[1:]
    del sys.argv[1:]  # the module has none
    caller = socket.socket(fileno=int(number))
    while True:
        message, streams, dummy, dummy = socket.recv_fds(caller, 64, 3)
        if not message:
            return
        module = f"{package}.{message.decode()}"
        # Imported with everything that it needs, but to be run as if it were not.
        importlib.import_module(module)
        del sys.modules[module]
        process = os.fork()
        if not process:
            caller.close()
            for standard, stream in enumerate(streams):
                os.dup2(stream, standard)
                os.close(stream)
            runpy.run_module(module, run_name="__main__", alter_sys=True)
            return
        for stream in streams:
            os.close(stream)
        status = os.waitpid(process, 0)[1]
        caller.send(str(os.waitstatus_to_exitcode(status)).encode())


main()
