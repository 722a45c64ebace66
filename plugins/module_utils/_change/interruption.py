# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Signals that arrive while a cluster is being changed: acknowledged at once, and obeyed once the outcome is known.

Ansible reads no result by then, so messages go to stderr and to the system's log.
"""

from __future__ import annotations

import os
import signal
import syslog
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from .._errors import CertificateError
from .._operation import Context

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STDERR = 2

#: Seconds between two looks at whether C(ansible-playbook) is still there.
_PARENT_INTERVAL = 0.2


class Deferred:
    """The signals that were deferred.

    Attributes:
        signal: the first one; None: there was none.
    """

    def __init__(self, notice: str, *, in_controller: bool) -> None:
        """Prepare.

        Args:
            notice: the message for the first signal.
            in_controller: whether this is a worker of C(ansible-playbook), whose terminal it may not have itself.
        """
        self.signal: int | None = None
        self._notice = notice
        self._in_controller = in_controller
        self._handlers: dict[int, Any] = {}
        self._stream = _STDERR

    def __enter__(self) -> Deferred:
        self._stream = _open_stderr(self._in_controller)
        self._handlers = {number: signal.signal(number, self._defer) for number in _SIGNALS}
        return self

    def __exit__(self, *_error: object) -> None:
        self._restore()
        if self._stream != _STDERR:
            os.close(self._stream)

    def say(self, message: str) -> None:
        """Write a message to stderr and to the system's log."""
        with suppress(OSError):
            os.write(self._stream, f"redis_enterprise.certificates: {message}\n".encode())
        syslog.syslog(syslog.LOG_WARNING, f"redis_enterprise.certificates: {message}")

    def _defer(self, number: int, _frame: FrameType | None) -> None:
        if self.signal is None:
            self.signal = number
            self.say(self._notice)
            if number == signal.SIGINT and self._in_controller and os.getpgrp() == os.getpid():
                # Since ansible-core 2.19, workers have a process group each: a second Ctrl+C reaches
                # ansible-playbook alone, and ends it.
                threading.Thread(target=self._stop_with_parent, args=(os.getppid(),), daemon=True).start()
        elif self.signal == number:
            self._stop(number)
        # Another signal is from Ansible, which terminates its workers, more than once, when it was interrupted.

    def _stop(self, number: int) -> None:
        self._restore()
        signal.raise_signal(number)

    def _stop_with_parent(self, parent: int) -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_INTERVAL)
        os.kill(os.getpid(), signal.SIGINT)

    def _restore(self) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers = {}


@contextmanager
def deferred_signals(task: Context, notice: str) -> Iterator[Deferred]:
    """Complete the body although a signal asks the process to stop; stop at the second one.

    The message of a failure is written in place of the result. Outside of the main thread, signals are not deferred.

    Args:
        task: gets the signal.
        notice: the message for the first signal.
    """
    deferred = Deferred(notice, in_controller=task.in_controller)
    if threading.current_thread() is not threading.main_thread():
        yield deferred
        return
    with deferred:
        try:
            yield deferred
        except CertificateError as error:
            if deferred.signal is not None:
                deferred.say(error.message)
            raise
        finally:
            task.interrupted = deferred.signal


def _open_stderr(in_controller: bool) -> int:
    """Return the file descriptor of the user's stderr: since ansible-core 2.19, a worker's own is the null device."""
    with suppress(OSError):
        if in_controller and os.fstat(_STDERR).st_rdev == os.stat(os.devnull).st_rdev:
            return os.open(f"/proc/{os.getppid()}/fd/{_STDERR}", os.O_WRONLY | os.O_APPEND | os.O_NOCTTY)
    return _STDERR
