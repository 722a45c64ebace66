# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of metrics, as an exporter of whatever kind may send it."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from random import Random
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.metrics import parse, parse_samples

from .corpus import Corpus
from .engine import Target
from .mutation import NUMBERS, mutate_bytes

_NOW = datetime(2026, 12, 1, tzinfo=timezone.utc)
_VALUES = (*map(str, NUMBERS), "NaN", "+Inf", "1e99", "1e308", "-1e-99", "0x10", "1_0", "\u0661", "1.2.3", "." * 20)


def targets(corpus: Corpus, _folder: Path) -> list[Target]:
    """Return the targets of this kind."""
    shown = [one["body"].encode("latin-1") for request, one in sorted(corpus.answers.items()) if "/v2" in request]

    def make(chance: Random) -> bytes:
        lines = chance.choice(shown).splitlines()
        for _number in range(chance.choice((1, 5, 30))):
            at = chance.randrange(len(lines))
            line, _space, _value = lines[at].rpartition(b" ")
            values = chance.choices(_VALUES, k=chance.choice((1, 2)))
            lines[at] = line + b" " + " ".join(values).encode()
        text = b"\n".join(lines)
        return mutate_bytes(chance, text) if chance.random() < 0.5 else text

    return [Target("metrics", make, _read, weight=2, printable=False)]


def _read(given: bytes) -> Any:
    text = given.decode("utf-8", "replace")
    ends = parse(text, _NOW)
    return [
        [dict(one.labels) for one in parse_samples(text)],
        [
            [node, name, sorted(end.isoformat() for end in found)]
            for node, names in ends.items()
            for name, found in names.items()
        ],
    ]
