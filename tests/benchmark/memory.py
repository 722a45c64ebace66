# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The memory of a process tree, told by /proc: what is shared between processes counts once."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_INTERVAL = 0.1


def available() -> bool:
    return (_PROC / "self/smaps_rollup").exists()


def _descendants() -> set[int]:
    """The processes below this one."""
    parents: dict[int, int] = {}
    for path in _PROC.glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text("utf-8", "replace").rpartition(")")[2].split()[1])
    found: set[int] = set()
    new = {os.getpid()}
    while new:
        new = {child for child, parent in parents.items() if parent in new}
        found |= new
    return found


def _proportional(pid: int) -> int:
    """The proportional set size of a process in bytes; 0 when it has gone."""
    with suppress(OSError):
        for line in (_PROC / f"{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


class Peak:
    """Watches, while entered, the processes that this one starts from then on.

    Attributes:
        bytes: the most that they had together.
    """

    def __init__(self) -> None:
        self.bytes = 0
        self._others: set[int] = set()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="benchmark-memory")

    def __enter__(self) -> Peak:
        self._others = _descendants()
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(_INTERVAL):
            self.bytes = max(self.bytes, sum(map(_proportional, _descendants() - self._others)))
