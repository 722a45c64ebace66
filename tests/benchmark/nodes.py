# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the proof of a change takes as nodes are added."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from integration.runs import Ansible
from simulator import Authority, Cluster

from .rotation import FIVE, all_at_once, material, proven
from .ways import Seen, Spread, Way, series

ONE = ("cm",)
_PROVEN, _UNPROVEN = "proven", "unproven"


class Proof(NamedTuple):
    """Seconds of one `cluster_certificates` with EC keys, with the proof and without."""

    names: Sequence[str]
    nodes: int
    latency: float
    proven: Spread
    unproven: Spread

    @property
    def alone(self) -> float:
        """What the proof adds."""
        return self.proven.median - self.unproven.median


def measure(folder: Path, nodes: Sequence[int], latencies: Sequence[float], rounds: int) -> list[Proof]:
    """Prove one certificate, and five, on clusters of each size."""
    authority = Authority("Benchmark CA")
    proofs = []
    for names in (ONE, FIVE):
        sets = material(folder, authority, names, "ec")
        for latency in latencies:
            for count in nodes:
                place = folder / f"{len(names)}-{count}-{latency}"
                place.mkdir()

                def unproven(seen: Seen) -> None:
                    assert seen.result["outcome"] == "changed"
                    assert not seen.result["nodes"]

                with Cluster(nodes=count, database="tls", authority=authority, latency=latency) as cluster:
                    ways = [
                        Way(_PROVEN, all_at_once(sets), proven(sets, count)),
                        Way(_UNPROVEN, all_at_once(sets, verify="none"), unproven),
                    ]
                    times = series(Ansible(place), cluster, ways, rounds)
                proofs.append(Proof(names, count, latency, times[_PROVEN], times[_UNPROVEN]))
    return proofs
