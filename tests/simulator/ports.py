# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses and ports on the loopback network: the same ports on every node."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from .listeners import bound

LARGEST = 254
_ATTEMPTS = 50


def addresses_available(count: int) -> list[str]:
    """Return 127.0.0.1 and its neighbours, or 127.0.0.1 alone where the system has no others (macOS)."""
    addresses = [f"127.0.0.{number}" for number in range(1, count + 1)]
    try:
        for address in addresses[1:2]:
            bound(address, 0).close()
    except OSError as error:
        if error.errno != errno.EADDRNOTAVAIL:
            raise
        return addresses[:1]
    return addresses


def hold_port(addresses: Sequence[str], port: int) -> list[socket.socket]:
    """Bind one socket for each address, all with the same port number.

    :param port: 0 for any that is free everywhere.
    :raises OSError: the port is taken, or too many were.
    """
    for attempt in range(_ATTEMPTS):
        held: list[socket.socket] = []
        try:
            for address in addresses:
                held.append(bound(address, held[0].getsockname()[1] if held else port))
            return held
        except OSError as error:
            for one in held:
                one.close()
            if port:
                raise OSError(error.errno, f"port {port} cannot be bound: {error.strerror}") from None
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("not reached")


@contextmanager
def full_port() -> Iterator[int]:
    """Yield a port that takes no connection and refuses none: its backlog is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = [socket.socket() for dummy in range(8)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        try:
            yield listener.getsockname()[1]
        finally:
            for filler in fillers:
                filler.close()
