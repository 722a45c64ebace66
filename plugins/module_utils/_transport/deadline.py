# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""A deadline for one whole request or handshake, however slowly its peer sends.

The timeout of a socket starts again with each byte that arrives. So a watchdog shuts the connection down when the time
is up, and a read returns the end of the connection, at any layer. Only the resolution of a name cannot be limited.
"""

from __future__ import annotations

import math
import os
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any


class Deadline:
    """The time limit of one request or handshake. Can be reused; must not be shared between threads.

    Attributes:
        end: in terms of C(time.monotonic); infinite outside of M(limit).
        hit: whether a limit within the last outermost one was reached.
    """

    def __init__(self) -> None:
        self.end = math.inf
        self.hit = False
        self._duplicate: socket.socket | None = None

    @property
    def left(self) -> float:
        """Return the seconds left; 0 when the time is up."""
        return max(0.0, self.end - time.monotonic())

    @property
    def passed(self) -> bool:
        """Return whether the time is up, or was up for a part."""
        return self.hit or not self.left

    @contextmanager
    def limit(self, seconds: float) -> Iterator[Deadline]:
        """Limit the time of the body, in seconds. A limit inside another one is for a part of it."""
        outer, self.end = self.end, min(self.end, time.monotonic() + seconds)
        self.hit = self.hit and outer != math.inf
        if self._duplicate is not None:
            _WATCHDOG.add(self)
        try:
            yield self
        finally:
            self.hit = self.passed
            if outer == math.inf:
                self._release()  # first: the watchdog cannot wait for ever
            self.end = outer

    def connect(self, host: str, port: int, options: Sequence[Any] = ()) -> socket.socket:
        """Return a new connection, which is shut down when the time is up.

        The addresses of the host are tried one after the other, each with its share of the time: one that does not
        respond must not keep the next from being tried.

        Args:
            options: arguments of C(setsockopt).

        Raises:
            OSError: cannot connect; C(socket.timeout), if the connection timed out.
            UnicodeError: the host is not a host name.
        """
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        problem: OSError = socket.timeout()
        for number, (family, kind, protocol, _name, address) in enumerate(found):
            share = self.left / (len(found) - number)
            if not share:
                break
            try:
                connection = socket.socket(family, kind, protocol)
            except OSError as error:  # this host does not support the family
                problem = error
                continue
            try:
                for option in options:
                    connection.setsockopt(*option)
                connection.settimeout(share)
                connection.connect(address)
                connection.settimeout(max(0.001, self.left))
                self.watch(connection)
            except OSError as error:
                connection.close()
                problem = error
                continue
            return connection
        raise problem

    def watch(self, connection: Any) -> None:
        """Shut this connection down when the time is up, instead of the previous one.

        Args:
            connection: whatever has a C(fileno). It may be wrapped or closed later.
        """
        self._release()
        # A duplicate: by the time of the shutdown, the file descriptor of the connection may have been reused. The
        # family does not matter for a shutdown.
        self._duplicate = socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM)
        _WATCHDOG.add(self)

    def shut_down(self) -> None:
        """Shut the connection down for reads and writes."""
        if self._duplicate is not None:
            with suppress(OSError):  # the peer was quicker
                self._duplicate.shutdown(socket.SHUT_RDWR)

    def forget(self) -> None:
        """Close the duplicate; the connection itself stays open."""
        if self._duplicate is not None:
            self._duplicate.close()
            self._duplicate = None

    def _release(self) -> None:
        _WATCHDOG.remove(self)
        self.forget()


class _Watchdog:
    """One thread for all connections of a process. It starts with the first and ends when there are none."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._watched: set[Deadline] = set()
        self._waking: float | None = None  # when the thread looks again; None: there is no thread

    def add(self, deadline: Deadline) -> None:
        with self._change:
            self._watched.add(deadline)
            if self._waking is None:
                threading.Thread(target=self._run, name="deadlines", daemon=True).start()
                self._waking = deadline.end
            elif deadline.end < self._waking:
                self._change.notify()

    def remove(self, deadline: Deadline) -> None:
        # The thread is not woken: it finds out when it looks again.
        with self._change:
            self._watched.discard(deadline)

    def restart(self) -> None:
        """Forget the watched connections after a fork: the thread is in the parent process."""
        for deadline in self._watched:
            deadline.forget()
        self._change = threading.Condition()  # a thread of the parent may have held the lock
        self._watched = set()
        self._waking = None

    def _run(self) -> None:
        with self._change:
            while self._watched:
                now = time.monotonic()
                for deadline in [one for one in self._watched if one.end <= now]:
                    deadline.shut_down()
                    self._watched.discard(deadline)
                if self._watched:
                    self._waking = min(one.end for one in self._watched)
                    self._change.wait(self._waking - now)
            self._waking = None


_WATCHDOG = _Watchdog()

os.register_at_fork(after_in_child=_WATCHDOG.restart)
