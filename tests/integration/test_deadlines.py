# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What never ends: answers, handshakes and tunnels of which each byte comes in time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from simulator import Cluster, Fault
from simulator.authority import Authority, Material
from simulator.dripping import ANSWERS, HABITS, HANDSHAKE, LIFETIME, TUNNEL, DrippingServer

from .runs import TARGET, Ansible, Outcome, login, task

TIMEOUT = 2

#: Seconds that one task may take on a busy machine: far more than its time, and less than what drips here.
AT_THE_LATEST = LIFETIME - 20


@pytest.fixture(scope="module")
def material(authority: Authority) -> Material:
    return authority.issue(sans=["127.0.0.1"])


@pytest.fixture
def servers(material: Material) -> Iterator[dict[str, DrippingServer]]:
    with ExitStack() as stack:
        yield {habit: stack.enter_context(DrippingServer(habit, material)) for habit in HABITS}


def connection(authority: Authority, folder: Path, **options: Any) -> dict[str, Any]:
    """Connection options for what drips."""
    path = folder / "dripping-ca.pem"
    path.write_text(authority.ca_pem)
    user = {"username": "admin@example.com", "password": "open sesame"}
    return {**user, "ca_path": str(path), "timeout": TIMEOUT, "retries": 0, **options}


def duration(outcome: Outcome) -> float:
    return outcome.ended - outcome.started


@pytest.mark.main_path
def test_no_server_holds_a_task(ansible: Ansible, authority: Authority, servers: dict[str, DrippingServer]) -> None:
    read = task("read", "cluster_certificate_info", {"url": "{{ place }}", **connection(authority, ansible.folder)})
    play = {
        "name": "Read",
        "hosts": "all",
        "connection": "local",
        "gather_facts": False,
        "environment": {"HTTPS_PROXY": "{{ proxy | default('') }}"},
        "vars": {"ansible_python_interpreter": TARGET},
        "tasks": [read],
    }
    hosts: dict[str, dict[str, str]] = {habit.replace(" ", "_"): {"place": servers[habit].url} for habit in HABITS}
    hosts[TUNNEL] = {"place": "https://192.0.2.1:9443", "proxy": servers[TUNNEL].url}
    (ansible.folder / "playbook.yml").write_text(yaml.safe_dump([play]))
    (ansible.folder / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts}}))
    run = ansible.playbook(ansible.folder / "playbook.yml", "-i", "hosts.yml", "-f", str(len(hosts))).expect(ok=False)
    kinds = {**dict.fromkeys(hosts, "read_timeout"), TUNNEL: "proxy"}
    assert {outcome.host: outcome.failure["kind"] for outcome in run.outcomes} == kinds
    for outcome in run.outcomes:
        problem = "the proxy of HTTPS_PROXY does not respond within" if outcome.host == TUNNEL else "timed out after"
        assert f"{problem} {TIMEOUT} s (timeout)" in outcome.result["msg"], outcome.host
        assert duration(outcome) < AT_THE_LATEST, outcome.host


def test_one_cluster_that_drips_does_not_cost_the_others(
    ansible: Ansible, authority: Authority, cluster: Cluster, servers: dict[str, DrippingServer]
) -> None:
    slow = connection(authority, ansible.folder)
    members = [{"name": habit, "url": servers[habit].url, **slow} for habit in (*ANSWERS, HANDSHAKE)]
    audit = task("audit", "fleet_certificate_info", {"clusters": [*members, {"name": "good", **login(cluster)}]})
    outcome = ansible.tasks([audit]).expect()["audit"]
    found = {one["name"]: one for one in outcome.result["clusters"]}
    good = found.pop("good")
    assert good["error"] is None
    assert good["certificates"]
    assert {one["error"]["failure"]["kind"] for one in found.values()} == {"read_timeout"}
    assert duration(outcome) < AT_THE_LATEST


def test_ports_that_drip_are_looked_at_no_longer_than_others(
    ansible: Ansible, servers: dict[str, DrippingServer]
) -> None:
    listed = [f"127.0.0.1:{servers[HANDSHAKE].port}"]
    look = task("look", "served_certificate_info", {"endpoints": listed, "timeout": TIMEOUT})
    outcome = ansible.tasks([look]).expect()["look"]
    (entry,) = outcome.result["endpoints"]
    assert (entry["status"], entry["problem"]) == ("failed", "timed out")
    assert duration(outcome) < AT_THE_LATEST


def test_a_write_whose_answer_drips_is_read_back_and_not_repeated(
    ansible: Ansible, authority: Authority, cluster: Cluster
) -> None:
    new = authority.issue()
    cluster.add_fault(Fault(method="PUT", kind="drip_head", delay=0.3))
    options = {
        "name": "cm",
        "certificate": new.certificate_pem,
        "private_key": str(new.key_pem),
        "write_timeout": TIMEOUT,
    }
    run = ansible.tasks([task("write", "cluster_certificate", options)], connection=login(cluster)).expect()
    outcome = run["write"]
    assert outcome.changed
    assert len(outcome.writes(cluster)) == 1
    assert duration(outcome) < AT_THE_LATEST


def test_a_cluster_that_names_ports_without_end_is_looked_at_in_part(ansible: Ansible) -> None:
    addresses = [f"127.1.{number // 250}.{number % 250 + 1}" for number in range(1500)]
    with Cluster(nodes=1, database="none", external={1: addresses}) as cluster:
        options = {**login(cluster), "node_address": "both", "timeout": 5}
        audit = task("audit", "fleet_certificate_info", {"clusters": [options]})
        report = task("report", "audit_report", {"clusters": "{{ audit.clusters }}"})
        look = task("look", "served_certificate_info", {**options, "discover": True})
        run = ansible.tasks([{**audit, "register": "audit"}, report, look]).expect(warnings=True)
    said = "407 of the 4503 ports that the cluster lists are not checked: the limit is 4096."
    (entry,) = run["audit"].result["clusters"]
    assert len(entry["endpoints"]) == len(run["look"].result["endpoints"]) == 4096
    assert entry["warnings"][0].startswith(said)
    (finding,) = (one for one in run["report"].result["findings"] if one["check"] == "reading")
    assert finding["message"].startswith(said)
    assert any(said in warning for warning in run.warnings)
