# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A short run of C(make fuzz) where modules run; and that it finds what it looks for."""

from __future__ import annotations

import json
import time
from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest
from fuzz.corpus import Corpus, make
from fuzz.engine import Target, attempt, case_of, cases
from fuzz.mutation import mutate_bytes, mutate_json
from fuzz.shown import Promises
from fuzz.targets import core_targets

SEED = 15
PROMISES = Promises.about(
    ["-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----\n"], ["correct horse"]
)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return make()


@pytest.fixture
def targets(corpus: Corpus, tmp_path: Path) -> list[Target]:
    return core_targets(corpus, tmp_path)


def test_a_short_run_finds_nothing(corpus: Corpus, targets: list[Target]) -> None:
    ran = list(islice(cases(targets, SEED, corpus.promises), 600))
    assert [(violation, violation.details) for _target, _case, violation in ran if violation] == []
    counts = Counter(target.name for target, _case, _violation in ran)
    assert min(counts[target.name] for target in targets) > 5


def test_a_case_is_the_same_each_time(targets: list[Target]) -> None:
    first, again = ([case_of(targets, SEED, case) for case in numbers] for numbers in (range(40), reversed(range(40))))
    assert first == again[::-1]
    assert len({given for _target, given in first}) > 30


def test_mutations_leave_what_is_valid_as_it_is() -> None:
    valid: Any = {"nodes": [{"uid": 1, "addr": "192.0.2.1"}], "name": "cluster.example.com"}
    before = json.dumps(valid)
    mutated = {json.dumps(mutate_json(Random(number), valid)) for number in range(100)}
    assert len(mutated) > 60
    assert json.dumps(valid) == before
    assert len({mutate_bytes(Random(number), b"valid", [b"other"]) for number in range(100)}) > 60


def _raise(_given: bytes) -> Any:
    raise LookupError("MIIEvQIBADANBgkq")


def _loop(_given: bytes) -> Any:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        pass


@pytest.mark.parametrize(
    ("run", "problem"),
    [
        (_raise, "LookupError in _raise"),
        (_loop, "took more than 0.2 s"),
        (lambda given: {"msg": "of the key: MIIEvQIBADANBgkq"}, "shows a private key or a password"),
        (lambda given: [{"correct horse": 1}], "shows a private key or a password"),
        (lambda given: "\x1b[31mred", "shows a character that could act on a terminal"),
        (lambda given: ["\ud800"], "shows a character that could act on a terminal"),
        (lambda given: {"days": float("nan")}, "shows what is no JSON (ValueError)"),
        (lambda given: [given], "shows what is no JSON (TypeError)"),
        (lambda given: {"msg": "two lines\nof a file", "key": "<secret>"}, None),
    ],
)
def test_each_kind_of_violation_is_found(monkeypatch: pytest.MonkeyPatch, run: Any, problem: str | None) -> None:
    monkeypatch.setattr("fuzz.engine.LIMIT", 0.2)
    violation = attempt(Target("made up", lambda chance: b"", run), b"input", PROMISES, 7)
    assert (violation and violation.problem) == problem
    if violation is not None:
        assert (violation.target, violation.case, violation.given) == ("made up", 7, b"input")


def test_what_is_documented_may_be_raised_and_is_shown() -> None:
    target = Target("made up", lambda chance: b"", _raise, raises=(LookupError,))
    violation = attempt(target, b"", PROMISES)
    assert violation is not None
    assert violation.problem == "shows a private key or a password"
