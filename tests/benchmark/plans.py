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
        latency: seconds until each of their connections is heard, and of each answer.
        serial: by C(rotation_serial), of those that are due.
    """

    clusters: int
    unchanged: Mapping[str, Spread]
    due: int
    latency: float
    serial: Mapping[int, Spread]


def _inventory(ansible: Ansible, fleet: Fleet, certificates: Sequence[Mapping[str, Any]], **variables: Any) -> str:
    path = ansible.folder / "plans.json"
    hosts = {one["fqdn"]: {**login_variables(one), **variables} for one in fleet.members}
    group = {"hosts": hosts, "vars": {"rotation_certificates": list(certificates)}}
    path.write_text(json.dumps({"redis_enterprise": group}))
    return str(path)


def _due(ansible: Ansible, fleet: Fleet, authority: Authority) -> str:
    """Issue the certificate of each API, and return an inventory that wants these."""
    trusted = ansible.folder / "trusted.pem"
    trusted.write_text(Path(fleet.ca_path).read_text() + authority.ca_pem)
    for one in fleet.members:
        folder = ansible.folder / one["fqdn"]
        folder.mkdir(exist_ok=True)
        issued = authority.issue(one["fqdn"], key="ec")
        (folder / "api.pem").write_text(issued.certificate_pem)
        (folder / "api.key").write_text(str(issued.key_pem))
    files = {"directory": f"{ansible.folder}/{{{{ inventory_hostname }}}}"}
    wanted = [{"name": "api", "source": {"files": files}}]
    return _inventory(ansible, fleet, wanted, redis_enterprise_ca_path=str(trusted))


def _timed(ansible: Ansible, playbook: str | Path, *arguments: str) -> tuple[Run, float]:
    started = time.monotonic()
    run = ansible.playbook(playbook, *arguments)
    assert run.returncode == 0, run.output
    return run, time.monotonic() - started


def measure(folder: Path, clusters: int, due: int, latency: float, serials: Sequence[int], rounds: int) -> Plans:
    """Measure both side by side.

    Args:
        clusters: of which nothing is due.
        due: clusters of which one certificate is replaced, with C(latency) for each connection and each answer.
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
        authority = Authority("Benchmark CA")
        for dummy in range(rounds):
            for serial in serials:
                hosts = _due(ansible, fleet, authority)
                run, seconds = _timed(ansible, ROTATE, "-i", hosts, "--forks", "20", "-e", f"rotation_serial={serial}")
                assert run.output.count("replaced  proven 1/1") == due, run.output
                taken[serial].append(seconds)
    return Plans(
        clusters,
        {name: Spread.of(some) for name, some in times.items()},
        due,
        latency,
        {serial: Spread.of(some) for serial, some in taken.items()},
    )
