# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results as docs/benchmark.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from . import audit, fleets, rotation, single
from .machine import description
from .nodes import Proof
from .plans import Plans
from .report_page import PageCost
from .targets import TARGETS, Results
from .trial import Cost
from .ways import Spread

_HEAD = """<!--
SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
SPDX-License-Identifier: GPL-3.0-or-later
-->

# Benchmark

How long tasks of this collection take, and what users would write without it. `make bench` measures, and writes this
page. What counts are the ratios: both sides of each were measured in turn, in one run, on one machine.
"""

_HOW = """## How it is measured

Every figure comes from real `ansible-playbook` runs against simulated clusters with real TLS on the same machine. The
simulator answers in Python and shares the processors with Ansible, so all absolute times would be shorter elsewhere.

- Modules and `uri` get pipelining, and the controller's own Python. Both make them faster than they are by default.
- A task's time is the time from the result before it to its own. That is how much longer a play gets by the task, with
  all that Ansible does around it.
- The ways of a table take turns within one play, every round beginning with another one. The first round warms up and
  is left out. Fleets are runs of their own, which take turns likewise after a warm-up.
- Each repetition is checked: what the task returned, and which requests the simulator received and granted. One that
  did not do its work ends the benchmark.
- Tables show the median, and the lower and upper quartile in brackets.
"""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines) + "\n"


def _milliseconds(spread: Spread) -> str:
    return f"{spread.median * 1000:.0f} ({spread.low * 1000:.0f} to {spread.high * 1000:.0f})"


def _times(times: Mapping[str, Spread], base: str, of: str) -> str:
    return _table(
        ["", "ms", f"times faster than {of}"],
        ([name, _milliseconds(spread), f"{times[base].median / spread.median:.1f}"] for name, spread in times.items()),
    )


def _targets(results: Results) -> str:
    rows = []
    for target in TARGETS:
        measured = target.measured(results)
        wanted = f"{'at least' if target.at_least else 'at most'} {target.wanted:.3g}"
        verdict = "not measured" if measured is None else "reached" if target.reached(measured) else "**not reached**"
        rows.append([target.text, wanted, "" if measured is None else f"{measured:.3g}", verdict])
    largest = max(one.clusters for one in results.rates)
    rows.append([f"a fleet of {largest} without a failure", "", "", "reached"])  # or there would be no page
    return _table(["ratio", "wanted", "measured", ""], rows)


def _fleets(results: Results) -> str:
    return _table(
        ["clusters", "forks", "", "clusters per second", "ms per cluster", "whole command, s"],
        (
            [
                str(one.clusters),
                str(one.forks),
                one.way,
                f"{one.speed.median:.1f} ({one.speed.low:.1f} to {one.speed.high:.1f})",
                f"{1000 / one.speed.median:.1f}",
                f"{one.command.median:.1f}",
            ]
            for one in sorted(results.rates, key=lambda one: (one.clusters, one.forks))
        ),
    )


def _memory(results: Results) -> str:
    if not results.memory:
        return "Not measured: this system does not tell what processes share.\n"
    ways = dict.fromkeys(one.way for one in results.memory)
    forks = sorted({one.forks for one in results.memory})
    peaks = {(one.way, one.forks): one.peak for one in results.memory}
    return _table(
        ["", *(f"forks {count}, MB" for count in forks), "added by a fork, MB"],
        (
            [
                way,
                *(f"{peaks[way, count] / 1e6:.0f}" for count in forks),
                f"{fleets.added(results.memory, way) / 1e6:.1f}",
            ]
            for way in ways
        ),
    )


def _proofs(proofs: Sequence[Proof]) -> str:
    return _table(
        ["certificates", "latency, ms", "nodes", "with the proof, ms", "`verify: none`, ms", "the proof alone, ms"],
        (
            [
                ", ".join(one.names),
                f"{one.latency * 1000:.0f}",
                str(one.nodes),
                _milliseconds(one.proven),
                _milliseconds(one.unproven),
                f"{one.alone * 1000:.0f}",
            ]
            for one in proofs
        ),
    )


def _trials(trials: Mapping[str, Cost]) -> str:
    return _table(
        ["key", "trial, ms", "check of the key, ms"],
        (
            [
                key,
                f"{cost.trial.median * 1000:.1f}",
                f"{cost.check.median * 1000:.1f}",
            ]
            for key, cost in trials.items()
        ),
    )


def _page(cost: PageCost | None) -> str:
    if cost is None:
        return "Not measured: there is no Chromium.\n"
    rows = {"open, until its script has run": cost.ready, "filter": cost.filter, "sort": cost.sort}
    return _table(["", "ms"], ([name, _milliseconds(spread)] for name, spread in rows.items()))


def _plans(plans: Plans) -> str:
    rows = [(f"nothing due, {name}", taken) for name, taken in plans.unchanged.items()]
    rows += [(f"all due, `rotation_serial` {serial}", taken) for serial, taken in plans.serial.items()]
    return _table(
        ["", "s"], ([name, f"{taken.median:.1f} ({taken.low:.1f} to {taken.high:.1f})"] for name, taken in rows)
    )


def page(results: Results) -> str:
    """The whole page."""
    parts = [
        _HEAD,
        "## What is to be reached\n",
        _targets(results),
        "## The machine\n",
        _table(["", ""], description()),
        _HOW,
        "## One task\n",
        "*As a module* means `redis_enterprise_in_process: false`.\n",
        _times(results.single, single.URI, "`uri`"),
        "## The audit of one cluster\n",
        f"The {audit.COUNT} certificates that every cluster has. By hand: two tasks, the second a loop.\n",
        _times(results.audit, audit.BY_HAND, "by hand"),
        "## Rotating five certificates\n",
        f"With RSA-2048 keys, on three nodes: {', '.join(rotation.FIVE)}. `uri` checks no key, and proves nothing.\n",
        _times(results.five, rotation.BY_URI_BLIND, "`uri`"),
        "## Rotating ten certificates\n",
        f"On three nodes: {', '.join(rotation.TEN)}.\nThe last one is a CA bundle: only nine names have keys.\n",
        "With RSA-2048 keys:\n",
        _times(results.ten_rsa, rotation.BY_URI, "`uri`"),
        "With EC keys, but for the two internode certificates: clusters take these with RSA keys only.\n",
        _times(results.ten_ec, rotation.BY_URI, "`uri`"),
        "## Fleets\n",
        "One task for each cluster, or one `fleet_certificate_info` for all, with as many clusters at a time as\n"
        "there are forks: it asks for more than the certificates, and looks at each port (here one). Clusters per\n"
        "second are counted from the first task's start to the last result. The whole command has Ansible's own\n"
        "start as well. The bare client is the limit: Python threads with requests, which do no more than the GET.\n"
        "What takes minutes is not measured on large fleets.\n",
        _fleets(results),
        "## Memory\n",
        "The most that the processes of `ansible-playbook` had together; what they share counts once (PSS).\n"
        "There were as many clusters as forks, and each kept its connection waiting, so that forks worked together.\n",
        _memory(results),
        "## Proofs\n",
        "One `cluster_certificates` with EC keys. The latency passes before the simulator hears a new connection,\n"
        "and before each answer of its API. All nodes of the simulator share one process of Python, and one processor\n"
        "at most.\n",
        _proofs(results.proofs),
        "## Trials\n",
        "What is to be written is tried before, in a handshake as server and as client; and its private key is\n"
        "loaded and checked. Both without a task around them, for one pair.\n",
        _trials(results.trials),
        "## Plans\n",
        f"The playbook `rotate`, forks 20: {results.plans.clusters} clusters of which nothing is due, against one\n"
        f"`uri` for each; and {results.plans.due} clusters of which the certificate `api` is replaced and proven;\n"
        f"{1000 * results.plans.latency:.0f} ms pass before they hear a new connection, and before each\n"
        "answer: less than a network with such a round trip takes. The whole command.\n",
        _plans(results.plans),
        "## The role\n",
        "The role `rotation` in a play of its own, on a cluster that has what it should have.\n",
        _table(
            ["", "ms", "in empty actions"],
            (
                [name, _milliseconds(taken), f"{taken.median / results.role[single.EMPTY].median:.1f}"]
                for name, taken in results.role.items()
            ),
        ),
        "## The page of an audit\n",
        *(
            [
                f"Of {results.page.clusters} clusters of all kinds with {results.page.certificates} certificates:"
                f" {results.page.size / 1e6:.2f} MB,\nin Chromium, from a file.\n"
            ]
            if results.page
            else []
        ),
        _page(results.page),
    ]
    return "\n".join(parts)
