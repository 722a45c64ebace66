# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API of all nodes closed for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from .arguments import check_seconds
from .state import Node


class Outage:
    """The outages of the API of all nodes, which end by themselves; where some overlap, the last to end counts.

    :param lock: the one that the nodes share.
    """

    def __init__(self, nodes: Sequence[Node], lock: threading.RLock) -> None:
        self._nodes = nodes
        self._lock = lock
        self._running = False
        self._end = 0.0
        self._timer: threading.Timer | None = None

    def start(self) -> None:
        """Take note that from now on there are ports to close."""
        self._running = True

    def begin(self, seconds: float) -> None:
        """Close the ports; may be called from any thread. Nothing happens while the cluster is not running.

        :raises ValueError: not a time.
        """
        check_seconds(outage=seconds)
        with self._lock:
            end = time.monotonic() + seconds
            if not self._running or not seconds or end <= self._end:
                return
            self._end = end
            self._keep_closed(True)
            if self._timer is None:
                self._wait(seconds)

    def close(self) -> None:
        """Leave the ports as they are from now on."""
        with self._lock:
            self._running = False
            timer = self._timer
        if timer is not None:
            timer.cancel()
            timer.join()

    def _wait(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._over)
        self._timer.name = "simulator-outage"
        self._timer.daemon = True
        self._timer.start()

    def _over(self) -> None:
        with self._lock:
            left = self._end - time.monotonic()
            if not self._running:
                return
            if left > 0:
                self._wait(left)
                return
            self._timer = None
            self._keep_closed(False)

    def _keep_closed(self, closed: bool) -> None:
        for node in self._nodes:
            node.keep_closed("api", closed)
