# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is accepted before a write, peers accept; what is refused, they refuse, or the vendor demands more."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from random import Random

from judged import STRICTER, disagreement, judge, make_case

CASES = 300


def test_the_preflight_agrees_with_peers(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    kinds: Counter[str] = Counter()
    for seed in range(CASES):
        case = make_case(Random(seed))
        judged = judge(case)
        problem = disagreement(case, judged, tmp_path, openssl)
        assert problem is None, f"seed {seed}: {problem}"
        kinds.update(judged.errors or {"accepted"})
    # Neither all good nor all bad, and more than the vendor's demands.
    assert kinds["accepted"] > CASES / 6, kinds
    assert kinds["trial_failed"] > CASES / 12, kinds
    assert kinds.keys() & STRICTER
