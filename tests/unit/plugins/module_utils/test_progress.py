# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far something is, is told again and again, to one listener, and to nobody if there is none."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils import _progress
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._concurrency import in_processes
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._progress import following, heard_by


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_progress, "_EVERY", 0.05)


def test_it_is_told_while_it_lasts() -> None:
    heard: list[str] = []
    others: list[str] = []
    enough = threading.Event()

    def listen(text: str) -> None:
        heard.append(text)
        if len(heard) > 2:
            enough.set()

    with heard_by(listen), heard_by(others.append), following(lambda: f"{len(heard)} so far"):
        assert enough.wait(30)
    told = len(heard)
    assert heard[:3] == ["0 so far", "1 so far", "2 so far"]
    assert others == []
    time.sleep(0.2)
    assert len(heard) == told


def test_nobody_listens() -> None:
    before = threading.active_count()
    with following(lambda: "nothing"):
        assert threading.active_count() == before


@pytest.mark.parametrize(("places", "limit"), [(2, 1), (40, 4)])
def test_places_are_counted_in_all_processes(places: int, limit: int) -> None:
    heard: list[str] = []

    def look(place: int) -> int:
        time.sleep(0.2 if place < limit or place >= places - limit else 0)
        return place

    def how_far(left: Sequence[int]) -> str:
        assert set(left) <= set(range(places))
        return str(places - len(left))

    with heard_by(heard.append):
        assert in_processes(look, range(places), limit, lambda place: place, how_far) == list(range(places))
    counts = [int(text) for text in heard]
    assert counts
    assert counts == sorted(counts)
