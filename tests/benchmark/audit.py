# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit of one cluster: by hand, and by one task."""

from __future__ import annotations

from pathlib import Path

from integration.runs import Ansible
from simulator import Authority, Cluster

from .single import CERTIFICATES
from .ways import Seen, Spread, Way, own, series, uri

BY_HAND = "`uri`, then `community.crypto.x509_certificate_info` for each certificate"
BY_ONE = "one `cluster_certificate_info`"
COUNT = 7
"""Of certificates: those that every cluster has."""


def measure(folder: Path, rounds: int) -> dict[str, Spread]:
    """Seconds of each audit."""
    with Cluster(nodes=1, database="none", authority=Authority("Benchmark CA")) as cluster:
        names = sorted(name for name, held in cluster.nodes[0].stored.items() if held.certificate)
        assert len(names) == COUNT
        found: dict[str, list[str]] = {}

        def by_hand(seen: Seen) -> None:
            assert [one.path for one in seen.requests] == [CERTIFICATES]
            found["hand"] = [one["fingerprints"]["sha256"] for one in seen.result["results"]]
            assert len(found["hand"]) == COUNT

        def by_one(seen: Seen) -> None:
            assert [one.path for one in seen.requests].count(CERTIFICATES) == 1
            assert [one["name"] for one in seen.result["certificates"]] == names
            found["one"] = [one["fingerprint"] for one in seen.result["certificates"]]

        each = {
            "community.crypto.x509_certificate_info": {"content": "{{ answer.json[item ~ '_cert'] }}"},
            "loop": names,
        }
        times = series(
            Ansible(folder),
            cluster,
            [
                Way(BY_HAND, lambda turn: [uri(cluster, CERTIFICATES, register="answer"), each], by_hand),
                Way(BY_ONE, lambda turn: [own("cluster_certificate_info")], by_one),
            ],
            rounds,
        )
    assert found["hand"] == found["one"], found
    return times
