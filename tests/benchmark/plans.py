# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook rotate on a fleet: of which nothing is due, and of which all is due and slow."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from integration.runs import PREFIX, Ansible, Run
from simulator import Authority, Fleet

from .fleets import URI, login_variables, looking
from .ways import Spread

ROTATE = f"{PREFIX}.rotate"

#: Nothing is due where an optional certificate is not wanted, and not installed.
_NOTHING = [{"name": "ldap_client", "state": "absent"}]


class Plans(NamedTuple):
    """Seconds that ansible-playbook takes.

    Attributes:
        clusters: of which nothing is due.
        unchanged: by way, of these.
        due: clusters that are all due.
        latency: seconds that each of their answers takes.
        serial: by C(rotation_serial), of those that are due.
    """

    clusters: int
    unchanged: Mapping[str, Spread]
    due: int
    latency: float
    serial: Mapping[int, Spread]


def _inventory(ansible: Ansible, fleet: Fleet, certificates: Sequence[Mapping[str, Any]]) -> str:
    path = ansible.folder / "plans.json"
    hosts = {one["fqdn"]: login_variables(one) for one in fleet.members}
    variables = {"rotation_certificates": list(certificates), "rotation_requirements": "warn"}
    path.write_text(json.dumps({"redis_enterprise": {"hosts": hosts, "vars": variables}}))
    return str(path)


def _timed(ansible: Ansible, playbook: str | Path, *arguments: str) -> tuple[Run, float]:
    started = time.monotonic()
    run = ansible.playbook(playbook, *arguments)
    assert run.returncode == 0, run.output
    return run, time.monotonic() - started


def measure(folder: Path, clusters: int, due: int, latency: float, serials: Sequence[int], rounds: int) -> Plans:
    """Measure both side by side.

    Args:
        clusters: of which nothing is due.
        due: clusters of which one certificate is replaced, with C(latency) for each answer.
        serials: how many of these at a time.
    """
    ansible = Ansible(folder)
    times: dict[str, list[float]] = {ROTATE: [], URI: []}
    with Fleet(clusters, nodes=1) as fleet:
        hosts = _inventory(ansible, fleet, _NOTHING)
        each = looking(folder, URI)
        for number in range(rounds + 1):
            for name, playbook in ((ROTATE, ROTATE), (URI, each)):
                run, seconds = _timed(ansible, playbook, "-i", hosts, "--forks", "20")
                if name == ROTATE:
                    assert f"Rotation of {clusters} cluster" in run.output, run.output
                    assert "Nothing to do." in run.output
                if number or not rounds:  # the first one warms up
                    times[name].append(seconds)
    taken: dict[int, list[float]] = {serial: [] for serial in serials}
    with Fleet(due, nodes=1, latency=latency) as fleet:
        names = ["*.fleet.example.com", *(one["fqdn"] for one in fleet.members)]
        for dummy in range(rounds):
            for serial in serials:
                issued = Authority(common_name=f"CA {len(taken[serial])} {serial}").issue("c.example.com", sans=names)
                for suffix, text in (("pem", issued.certificate_pem), ("key", str(issued.key_pem))):
                    (folder / f"cm.{suffix}").write_text(text)
                wanted = [{"name": "cm", "source": {"files": {"directory": str(folder)}}}]
                hosts = _inventory(ansible, fleet, wanted)
                run, seconds = _timed(ansible, ROTATE, "-i", hosts, "--forks", "20", "-e", f"rotation_serial={serial}")
                assert f"{due} changed" in run.output, run.output
                taken[serial].append(seconds)
    return Plans(
        clusters,
        {name: Spread.of(some) for name, some in times.items()},
        due,
        latency,
        {serial: Spread.of(some) for serial, some in taken.items()},
    )
