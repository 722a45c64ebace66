# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Many places at a time: by threads, and by processes where one processor is not enough (threads share one)."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from ._progress import following

#: Places that are looked at side by side, unless the caller gives another number.
_LIMIT = 64

#: Places that are worth a process.
_WORTH = 16

_Place = TypeVar("_Place")
_Seen = TypeVar("_Seen")


def side_by_side(look: Callable[[_Place], _Seen], places: Sequence[_Place], limit: int = _LIMIT) -> list[_Seen]:
    """Return what each look returns, in the order of the places."""
    if len(places) < 2:
        return [look(place) for place in places]
    with ThreadPoolExecutor(min(len(places), limit)) as threads:
        return list(threads.map(look, places))


def in_processes(
    look: Callable[[_Place], _Seen],
    places: Sequence[_Place],
    limit: int,
    lost: Callable[[_Place], _Seen],
    how_far: Callable[[Sequence[_Place]], str],
) -> list[_Seen]:
    """Return what each look returns, in the order of the places; by several processes where there are many places.

    None of the processes outlives this one, however it ends.

    Args:
        look: what it returns must be plain data. A process is forked with the places, so that no secret in them is
            written anywhere.
        limit: how many are looked at side by side, by all processes together.
        lost: what is returned for a place whose process was killed, as when memory runs out.
        how_far: says how far it is, for a person who waits; gets the places that are left.
    """
    count = min(len(places) // _WORTH, limit, _processors())
    forking = multiprocessing.get_context("fork")
    # One for each place, which one thread writes: no process that is killed keeps a lock.
    done = forking.RawArray("b", len(places))
    numbered = list(enumerate(places))

    def counted(one: tuple[int, _Place]) -> _Seen:
        number, place = one
        seen = look(place)
        done[number] = True
        return seen

    def tell() -> str:
        return how_far([place for place, ended in zip(places, done) if not ended])

    if count < 2:
        with following(tell):
            return side_by_side(counted, numbered, limit)
    others = []
    try:
        for number in range(1, count):
            here, there = forking.Pipe(duplex=False)
            share = (counted, numbered[number::count], _part(limit, number, count))
            process = forking.Process(target=_work, args=(there, *share), daemon=True)
            process.start()
            there.close()
            others.append((process, here))
        # No sooner: a process is forked without threads.
        with following(tell):
            shares = [side_by_side(counted, numbered[::count], _part(limit, 0, count))]
            for number, (_process, here) in enumerate(others, 1):
                found = _answer(here)
                shares.append([lost(place) for place in places[number::count]] if found is None else found)
    finally:
        for process, here in others:
            here.close()
            process.terminate()
            process.join()
    return [shares[index % count][index // count] for index in range(len(places))]


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _part(limit: int, number: int, count: int) -> int:
    return limit // count + (number < limit % count)


def _work(end: Connection, look: Callable[[_Place], _Seen], places: Sequence[_Place], limit: int) -> None:
    # Whoever interrupts Ansible wants to see no traceback of each process.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    end.send(side_by_side(look, places, limit))


def _end_with_parent() -> None:
    """End this process when the one that forked it is gone: Ansible's workers, which fork it, may be killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _answer(end: Connection) -> list[Any] | None:
    """Return what a process has seen; None where it has ended before it was done."""
    try:
        seen: list[Any] = end.recv()
    except (EOFError, OSError):
        return None
    return seen
