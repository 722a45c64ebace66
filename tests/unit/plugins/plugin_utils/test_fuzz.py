# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A short run of C(make fuzz) for what runs in the controller alone."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from fuzz.corpus import make
from fuzz.engine import cases
from fuzz.targets import controller_targets


def test_a_short_run_finds_nothing(tmp_path: Path) -> None:
    corpus = make()
    ran = islice(cases(controller_targets(corpus, tmp_path), 15, corpus.promises), 200)
    assert [(violation, violation.details) for _target, _case, violation in ran if violation] == []
