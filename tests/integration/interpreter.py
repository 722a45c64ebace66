# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in for a Python: ``python interpreter.py PYTHON SOCKET PYTHONPATH [ARGUMENT...]``.

Without arguments, which is how a module is started, warm.py runs what is on standard input. Otherwise PYTHON does, and
where the environment has something for it, but for that PYTHONPATH. There is next to nothing imported here, since this
is there to be faster than PYTHON with its libraries.
"""

from __future__ import annotations

import _socket
import os
import sys

python, path, harmless, *arguments = sys.argv[1:]
environment = [b"%s=%s" % one for one in os.environb.items()]
if arguments or any(name.startswith("PYTHON") and value != harmless for name, value in os.environ.items()):
    os.execv(python, [python, *arguments])
request = b"\0".join([os.fsencode(os.getcwd()), b"0", *environment])
caller = _socket.socket(_socket.AF_UNIX)
caller.connect(path)
streams = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
caller.sendmsg([b"%8d" % len(request)], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
caller.sendall(request)
answer = b""
while answer.count(b"\n") < 2:
    received = caller.recv(64)
    if not received:
        sys.exit("the process that runs modules has ended")
    answer += received
code = int(answer.split()[1])
if code < 0:
    os.kill(os.getpid(), -code)
os._exit(code)
