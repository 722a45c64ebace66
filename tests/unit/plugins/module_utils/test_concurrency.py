# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at many places by several processes."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils import _concurrency
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._concurrency import in_processes

# The processes of xdist have threads of their own, which Ansible's do not.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")


@pytest.fixture(autouse=True)
def _three_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_concurrency, "_processors", lambda: 3)


@pytest.mark.parametrize(("places", "limit", "processes"), [(31, 16, 1), (32, 16, 2), (200, 16, 3), (200, 2, 2)])
def test_each_place_is_seen_once_and_in_its_order(places: int, limit: int, processes: int) -> None:
    seen = in_processes(lambda place: (place, os.getpid()), range(places), limit)
    assert [place for place, dummy in seen] == list(range(places))
    assert len({process for dummy, process in seen}) == processes
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("limit", [3, 5])
def test_all_processes_together_keep_to_the_limit(limit: int) -> None:
    def look(_place: int) -> tuple[int, int]:
        with lock:
            now.append(None)
            most = len(now)
        time.sleep(0.002)
        with lock:
            now.pop()
        return os.getpid(), most

    lock: Any = threading.Lock()
    now: list[None] = []
    most: dict[int, int] = {}
    for process, count in in_processes(look, range(90), limit):
        most[process] = max(most.get(process, 0), count)
    assert len(most) == 3
    assert sum(most.values()) <= limit


def test_a_process_that_ends_is_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    def look(place: int) -> int:
        return os._exit(9) if place == 41 else place  # a share that is not the first one

    with pytest.raises(RuntimeError, match="has ended"):
        in_processes(look, range(60), 6)
    assert multiprocessing.active_children() == []
    assert capfd.readouterr() == ("", "")
