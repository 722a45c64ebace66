# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run cases for a time, or one of them again: C(make fuzz SECONDS=600), C(make fuzz SEED=1 CASE=23)."""

from __future__ import annotations

import argparse
import resource
import secrets
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from .corpus import load
from .engine import Violation, attempt, case_of, cases
from .targets import all_targets

#: Bytes of address space: what asks for more is stopped rather than the machine.
_ADDRESS_SPACE = 4 << 30


def main() -> None:
    """Print the seed, each kind of violation once, and at the end how many cases each target had."""
    options = _options()
    folder = Path(".venv/fuzz")
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, resource.getrlimit(resource.RLIMIT_AS)[1]))
    corpus = load(folder / "corpus.json")
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        targets = all_targets(corpus, Path(scratch))
        if options.target not in (None, *(one.name for one in targets)):
            sys.exit(f"there is no target {options.target}, but: {', '.join(one.name for one in targets)}")
        if options.case is not None:
            target, given = case_of(targets, options.seed, options.case)
            (folder / "input").write_bytes(given)
            violation = attempt(target, given, corpus.promises, options.case)
            print(f"case {options.case}, {target.name}: {violation.problem if violation else 'nothing wrong'}")
            print(violation.details if violation else "", end="")
            sys.exit(violation is not None)
        started, counts, found = time.monotonic(), Counter[str](), dict[tuple[str, str], Violation]()
        with open(folder / "last", "w", encoding="ascii") as last:
            for target, case, violation in cases(targets, options.seed, corpus.promises, options.target):
                # Where OpenSSL takes the whole process with it, this tells which case it was.
                last.seek(0)
                print(f"{options.seed} {case + 1:<12}", file=last, flush=True)
                counts[target.name] += 1
                if (
                    violation is not None
                    and found.setdefault((violation.target, violation.problem), violation) is violation
                ):
                    _report(violation, options.seed, folder)
                if time.monotonic() - started > options.seconds or case + 1 == options.cases:
                    break
        seconds = time.monotonic() - started
    for name, count in sorted(counts.items()):
        print(f"  {name:<16} {count:>8} cases")
    total = sum(counts.values())
    print(f"  {total} cases in {seconds:.0f} s, {total / seconds:.0f} a second; {len(found)} kinds of violations")
    sys.exit(bool(found))


def _report(violation: Violation, seed: int, folder: Path) -> None:
    saved = folder / f"{seed}-{violation.case}"
    saved.write_bytes(violation.given)
    print(f"VIOLATION in {violation.target}: {violation.problem}")
    print(f"  make fuzz SEED={seed} CASE={violation.case}; its input is in {saved}")
    print(violation.details, end="", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--cases", type=int, help="end after so many, whatever the time")
    parser.add_argument("--case", type=int, help="run this one alone")
    parser.add_argument("--target", help="run the cases of this one alone")
    return parser.parse_args()


main()
