# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is accepted before a write, peers accept; what is refused, they refuse, or the vendor demands more."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import datetime
from pathlib import Path
from random import Random

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.plan import plan_change
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.wanted import Wanted
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.witness import find_refusals
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.desired import read_desired
from chains import FQDN, make
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


def test_a_chain_that_is_too_large_for_a_handshake(now: datetime) -> None:
    line = [make("CA 0", ca=True)]
    for number in range(1, 150):
        line.insert(0, make(f"CA {number}", line[0], ca=True))
    leaf = make(FQDN, line[0])
    options = {"certificate": "".join(one.pem for one in (leaf, *line)), "private_key": leaf.key_pem}
    change = plan_change(Wanted("proxy", read_desired("proxy", options, now)), None, force=False, now=now)
    (found,) = find_refusals(change, FQDN, ())
    assert "(excessive message size)" in found.found
    assert found.remedy == "Give a shorter chain: OpenSSL takes 100 KiB of DER"
