# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random chains, which the preflight has to judge as peers do."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

from judged import disagreement, judge, make_case

from .corpus import Corpus
from .engine import Target


def targets(_corpus: Corpus, folder: Path) -> list[Target]:
    """Return the one target; its input is the seed of a case."""
    openssl = shutil.which("openssl")

    def run(given: bytes) -> None:
        case = make_case(Random(given.decode("ascii")))
        problem = disagreement(case, judge(case), folder, openssl)
        assert problem is None, problem

    return [Target("trial", lambda chance: str(chance.getrandbits(64)).encode("ascii"), run)]
