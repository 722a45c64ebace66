# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run cases, each by its number: the same seed and number give the same input, whatever ran before it."""

from __future__ import annotations

import itertools
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from types import FrameType
from typing import Any

from .shown import Promises

#: Seconds that one input may take.
LIMIT = 5.0

#: Bytes by which one input may raise the most that the process has ever used. Inputs have a few hundred kB.
MEMORY = 300 * 1024 * 1024

#: What ru_maxrss counts in.
_UNIT = 1 if sys.platform == "darwin" else 1024


class TooSlow(BaseException):
    """An input took too long. No Exception: nothing that is tried may catch it."""


@dataclass(frozen=True)
class Target:
    """One part of the core, and how inputs for it are made.

    Attributes:
        make: returns an input.
        run: feeds it; returns all that users would be shown.
        raises: what it may raise; the texts of these are shown, too.
        weight: how often it has its turn, in relation to others.
        printable: whether all that is shown has to be printable. Line ends are, where it is a file.
    """

    name: str
    make: Callable[[Random], bytes]
    run: Callable[[bytes], Any]
    raises: tuple[type[Exception], ...] = ()
    weight: int = 1
    printable: bool = True


@dataclass(frozen=True)
class Violation:
    """A promise that did not hold."""

    target: str
    case: int
    problem: str  # in one line; the same for what is probably the same
    details: str
    given: bytes = field(repr=False)


def case_of(targets: Sequence[Target], seed: int, case: int) -> tuple[Target, bytes]:
    """Return which target has its turn in a case, and the input."""
    chance = Random(f"{seed}/{case}")
    target = chance.choices(targets, [one.weight for one in targets])[0]
    return target, target.make(chance)


def attempt(target: Target, given: bytes, promises: Promises, case: int = 0) -> Violation | None:
    """Feed an input to a target; return what was wrong with that, if anything."""
    before = _peak()
    try:
        with _time_limit(LIMIT):
            try:
                shown = target.run(given)
            except target.raises as error:
                shown = [str(error), *(getattr(error, name, None) for name in ("failure", "result", "next_step"))]
        problem, details = promises.broken(shown, printable=target.printable), ""
    except TooSlow:
        problem, details = f"took more than {LIMIT:g} s", traceback.format_exc()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a panic in cryptography's Rust code is no Exception
        last = traceback.extract_tb(error.__traceback__)[-1]
        problem, details = f"{type(error).__name__} in {last.name}", traceback.format_exc()
    if problem is None and _peak() - before > MEMORY:
        problem, details = f"needed more than {MEMORY >> 20} MiB", ""
    return None if problem is None else Violation(target.name, case, problem, details, given)


def cases(
    targets: Sequence[Target], seed: int, promises: Promises, only: str | None = None
) -> Iterator[tuple[Target, int, Violation | None]]:
    """Yield the outcome of one case after the other, without end.

    Args:
        only: the name of the one target whose cases are run.
    """
    for case in itertools.count():
        target, given = case_of(targets, seed, case)
        if only in (None, target.name):
            yield target, case, attempt(target, given, promises, case)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise in what takes longer; Python code, and regular expressions, are interrupted."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooSlow

    previous = signal.signal(signal.SIGALRM, stop)
    # Again and again: what is raised may be lost where nothing can be raised, as in a finalizer.
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
