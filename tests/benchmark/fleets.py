# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fleets: clusters per second, and the memory that forks take."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import requests
import yaml
from integration.runs import TARGET, Ansible
from simulator import Fleet

from .memory import Peak
from .single import CERTIFICATES
from .ways import AS_MODULE, Spread, Task, own

URI, INFO, MODULE = "`uri`", "`cluster_certificate_info`", "`cluster_certificate_info`, as a module"
FLEET, AUDIT = "one `fleet_certificate_info`, `served: false`", "one `fleet_certificate_info`"
CLIENT = "a bare Python client"

_OPTIONS = ("url", "username", "password", "ca_path")
_LOGIN = {option: f"{{{{ redis_enterprise_{option} }}}}" for option in _OPTIONS}
#: As many clusters at a time as the others have forks.
_ALL = {"hosts": "{{ ansible_play_hosts_all }}", "concurrency": "{{ ansible_forks }}"}
_TASKS: Mapping[str, Task] = {
    URI: {
        "ansible.builtin.uri": {
            "url": _LOGIN["url"] + CERTIFICATES,
            "url_username": _LOGIN["username"],
            "url_password": _LOGIN["password"],
            "force_basic_auth": True,
            "ca_path": _LOGIN["ca_path"],
        }
    },
    INFO: own("cluster_certificate_info", _LOGIN),
    MODULE: own("cluster_certificate_info", _LOGIN, **AS_MODULE),
    FLEET: own("fleet_certificate_info", {**_ALL, "served": False}, run_once=True),
    AUDIT: own("fleet_certificate_info", _ALL, run_once=True),
}


class Rate(NamedTuple):
    """How fast a fleet was looked at.

    Attributes:
        speed: clusters per second, from the first task's start to the last result.
        command: seconds that ansible-playbook took as a whole.
    """

    way: str
    clusters: int
    forks: int
    speed: Spread
    command: Spread


class Memory(NamedTuple):
    """The most that the process tree of ansible-playbook had, in bytes, while every fork had a cluster to look at."""

    way: str
    forks: int
    peak: int


class _Run(NamedTuple):
    tasks: float  # seconds, as in Rate
    command: float


def login_variables(member: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of a host for a member of a fleet."""
    return {f"redis_enterprise_{option}": member[option] for option in _OPTIONS}


def looking(folder: Path, way: str) -> Path:
    """A playbook that looks at all hosts in this way."""
    play = {
        "name": "Look at all",
        "hosts": "all",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": TARGET},
        "tasks": [{"name": "Look", **_TASKS[way]}],
    }
    path = folder / "fleet.yml"
    path.write_text(yaml.safe_dump([play], sort_keys=False))
    return path


def _look(ansible: Ansible, fleet: Fleet, way: str, clusters: int, forks: int) -> _Run:
    """Look at the first clusters of a fleet, and make sure that each was asked once and answered."""
    members = fleet.members[:clusters]
    hosts = {one["fqdn"]: login_variables(one) for one in members}
    inventory = ansible.folder / "fleet.json"
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}))
    playbook = looking(ansible.folder, way)
    fleet.clear_requests()
    started = time.monotonic()
    run = ansible.playbook(playbook, "-i", str(inventory), "--forks", str(forks)).expect()
    command = time.monotonic() - started
    assert all(one.status == "ok" and not one.changed for one in run.outcomes)
    if way in (FLEET, AUDIT):
        answers = {one["name"]: one for outcome in run.outcomes for one in outcome.result["clusters"]}
    else:
        answers = {one.host: one.result for one in run.outcomes}
    assert sorted(answers) == sorted(hosts)
    assert all(one["json" if way == URI else "certificates"] for one in answers.values())
    _asked_once(fleet, clusters)
    first = min(one.started for one in run.outcomes)
    return _Run(max(one.ended for one in run.outcomes) - first, command)


def _asked_once(fleet: Fleet, clusters: int) -> None:
    for number, seen in enumerate(fleet.requests):
        answered = [one.path for one in seen if one.status == 200]
        assert answered.count(CERTIFICATES) == (number < clusters), (number, answered)


def _bare(fleet: Fleet, clusters: int, threads: int) -> _Run:
    """The same by requests and threads, without Ansible and without reading the certificates."""

    def ask(member: Mapping[str, Any]) -> int:
        with requests.Session() as session:
            session.trust_env = False
            login = (member["username"], member["password"])
            answer = session.get(member["url"] + CERTIFICATES, auth=login, verify=member["ca_path"], timeout=30)
            return len(answer.json()) if answer.ok else 0

    fleet.clear_requests()
    started = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        assert all(pool.map(ask, fleet.members[:clusters]))
    seconds = time.monotonic() - started
    _asked_once(fleet, clusters)
    return _Run(seconds, seconds)


def measure(
    folder: Path, sizes: Sequence[int], forks: Sequence[int], ways: Callable[[int, int], Sequence[str]], rounds: int
) -> list[Rate]:
    """Look at fleets of each size with each number of forks.

    Args:
        ways: those to measure for a size and a number of forks; there may be none.
    """
    ansible = Ansible(folder)
    seen: dict[tuple[str, int, int], list[_Run]] = {}

    def once(way: str, size: int, count: int) -> _Run:
        return _bare(fleet, size, count) if way == CLIENT else _look(ansible, fleet, way, size, count)

    with Fleet(max(sizes), nodes=1) as fleet:
        _bare(fleet, max(sizes), max(forks))  # each port reads its certificate when it is first asked
        for way in _TASKS:
            once(way, min(sizes), min(forks))
        for dummy in range(rounds):
            for size in sizes:
                for count in forks:
                    for way in ways(size, count):
                        seen.setdefault((way, size, count), []).append(once(way, size, count))
    return [
        Rate(*place, Spread.of([place[1] / run.tasks for run in runs]), Spread.of([run.command for run in runs]))
        for place, runs in seen.items()
    ]


def measure_memory(folder: Path, forks: Sequence[int], latency: float) -> list[Memory]:
    """Look at as many clusters as there are forks.

    Args:
        latency: seconds for which the clusters keep every fork waiting, so that all are there at one time.
    """
    ansible = Ansible(folder)
    found = []
    with Fleet(max(forks), nodes=1, latency=latency) as fleet:
        for count in forks:
            for way in (URI, INFO, MODULE):
                with Peak() as peak:
                    _look(ansible, fleet, way, count, count)
                found.append(Memory(way, count, peak.bytes))
    return found


def added(memory: Sequence[Memory], way: str) -> float:
    """Bytes that each further fork adds, between the fewest and the most that were tried."""
    found = sorted((one for one in memory if one.way == way), key=lambda one: one.forks)
    return (found[-1].peak - found[0].peak) / (found[-1].forks - found[0].forks)
