# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at many places by several processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils import _concurrency
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._concurrency import in_processes
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.cluster_data import (
    ClusterData,
    cluster_entry,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import fleet_certificate_info

# The processes of xdist have threads of their own, which Ansible's do not.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")


@pytest.fixture(autouse=True)
def _three_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_concurrency, "_processors", lambda: 3)


def _how_far(left: Sequence[Any]) -> str:
    return f"{len(left)} left"


def _lost(place: int) -> Any:
    return -place


@pytest.mark.parametrize(("places", "limit", "processes"), [(31, 16, 1), (32, 16, 2), (200, 16, 3), (200, 2, 2)])
def test_each_place_is_seen_once_and_in_its_order(places: int, limit: int, processes: int) -> None:
    seen = in_processes(lambda place: (place, os.getpid()), range(places), limit, _lost, _how_far)
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
    for process, count in in_processes(look, range(90), limit, lambda _place: (0, 0), _how_far):
        most[process] = max(most.get(process, 0), count)
    assert len(most) == 3
    assert sum(most.values()) <= limit


@pytest.mark.parametrize("end", [lambda: os._exit(9), lambda: os.kill(os.getpid(), signal.SIGKILL)])
def test_a_process_that_is_killed_costs_its_own_places_alone(
    end: Callable[[], None], capfd: pytest.CaptureFixture[str]
) -> None:
    def look(place: int) -> int:
        if place == 41:  # of a share that is not the first one
            end()
        return place

    seen = in_processes(look, range(60), 6, _lost, _how_far)
    assert seen == [-place if place % 3 == 41 % 3 else place for place in range(60)]
    assert multiprocessing.active_children() == []
    assert capfd.readouterr() == ("", "")


def test_clusters_whose_reader_was_killed_are_entries_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def entry(member: Any, **_options: Any) -> ClusterData:
        if member.name == "c41":
            os.kill(os.getpid(), signal.SIGKILL)
        return cluster_entry(member.name, datetime.now(timezone.utc))

    monkeypatch.setattr(fleet_certificate_info, "_entry", entry)
    operation = fleet_certificate_info.OPERATION
    defaults = {name: spec.get("default") for name, spec in operation.argument_spec.items()}
    members = [{**dict.fromkeys(CONNECTION_SPEC), "name": f"c{number}"} for number in range(60)]
    result = operation.outcome(Context({**defaults, "clusters": members}, check_mode=False))
    kinds = {one["name"]: one["error"] and one["error"]["failure"]["kind"] for one in result["clusters"]}
    lost = {f"c{number}" for number in range(60) if number % 3 == 41 % 3}
    assert kinds == {f"c{number}": "reader_killed" if f"c{number}" in lost else None for number in range(60)}
    assert multiprocessing.active_children() == []


def test_no_process_outlives_the_one_that_forked_it(tmp_path: Path) -> None:
    def look(_place: int) -> None:
        (tmp_path / str(os.getpid())).touch()
        time.sleep(60)

    # As Ansible forks the worker that runs a task.
    worker = multiprocessing.get_context("fork").Process(
        target=in_processes, args=(look, range(90), 6, _lost, _how_far)
    )
    worker.start()
    try:
        _until(lambda: len(list(tmp_path.iterdir())) == 3)
    finally:
        worker.kill()
        worker.join()
    started = [int(one.name) for one in tmp_path.iterdir()]
    assert worker.pid in started
    _until(lambda: not any(map(_is_running, started)))


def _until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _is_running(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"  # nobody may reap what has lost its parent
