# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module again and again, each time in a new process: ``python warm.py MODULE SOCKET``.

Most of a module's time goes into imports. This process has made them; what it forks is as new as a started one, and
there at once. For each message on the socket, which brings the process its standard streams, the exit code goes back.
"""

from __future__ import annotations

import importlib
import os
import runpy
import socket
import sys


def main() -> None:
    module, number = sys.argv[1:]
    del sys.argv[1:]  # the module has none
    # Imported with everything that it needs, but to be run as if it were not.
    importlib.import_module(module)
    del sys.modules[module]
    caller = socket.socket(fileno=int(number))
    while True:
        message, streams, dummy, dummy = socket.recv_fds(caller, 1, 3)
        if not message:
            return
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
