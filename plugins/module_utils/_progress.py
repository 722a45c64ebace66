# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""How far something is that takes long, for a person, where one listens: a line each five seconds at most."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Seconds between two lines, and before the first one.
_EVERY = 5.0

_Listener = Callable[[str], None]
_listeners: list[_Listener] = []


@contextmanager
def heard_by(listener: _Listener) -> Iterator[None]:
    """Have what is done in this context heard, unless there is a listener already.

    Args:
        listener: gets a line. It is called by another thread.
    """
    if _listeners:
        yield
        return
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.clear()


@contextmanager
def following(text: Callable[[], str]) -> Iterator[None]:
    """Say again and again how far it is what is done in this context.

    Args:
        text: returns how far. It is called by another thread.
    """
    if not _listeners:
        yield
        return
    (listener,) = _listeners
    ended = threading.Event()

    def tell() -> None:
        while not ended.wait(_EVERY):
            listener(text())

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
