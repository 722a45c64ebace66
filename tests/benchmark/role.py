# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role rotation on a cluster that has what it should have."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from integration.runs import PREFIX, Ansible, login
from simulator import Authority, Cluster

from .single import EMPTY
from .ways import ENVIRONMENT, Spread

ROLE = "the role `rotation`, one certificate from files"

_BEFORE, _EMPTY = "Before", "Empty"


def measure(folder: Path, rounds: int) -> dict[str, Spread]:
    """Seconds of the role and of an empty action, in turn. The first round warms up, and does not count."""
    with Cluster(nodes=1, database="none", authority=Authority("Benchmark CA")) as cluster:
        held = cluster.nodes[0].holds("proxy")
        for suffix, text in zip(("pem", "key"), held):
            (folder / f"proxy.{suffix}").write_text(text or "")
        variables = {f"redis_enterprise_{option}": value for option, value in login(cluster).items()}
        wanted = [{"name": "proxy", "source": {"files": {"directory": str(folder)}}}]
        one = [
            {"name": _BEFORE, "benchmark_empty": {}},
            {"name": _EMPTY, "benchmark_empty": {}},
            {"name": "Rotate", "ansible.builtin.import_role": {"name": f"{PREFIX}.rotation"}},
        ]
        run = Ansible(folder).tasks(
            one * (rounds + 1), variables={**variables, "rotation_certificates": wanted}, environment=ENVIRONMENT
        )
        assert not cluster.writes
    outcomes = run.expect().outcomes
    assert not any(one.changed for one in outcomes if one.status == "ok"), run.output
    starts = [number for number, one in enumerate(outcomes) if one.task == _BEFORE]
    times: dict[str, list[float]] = {EMPTY: [], ROLE: []}
    for start, end in pairwise([*starts, len(outcomes)]):
        before, empty, *role = outcomes[start:end]
        assert any(one.action == f"{PREFIX}.cluster_rotation" and one.status == "ok" for one in role), run.output
        times[EMPTY].append(empty.ended - before.ended)
        times[ROLE].append(role[-1].ended - empty.ended)
    return {name: Spread.of(some[1:]) for name, some in times.items()}
