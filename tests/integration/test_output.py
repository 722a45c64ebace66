# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person reads of a run: how many lines, how wide, and each thing once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from simulator import Cluster, Fault, Fleet
from simulator.authority import Authority, cluster_names

from .parts import program
from .runs import PREFIX, Ansible, Run, clusters_for, task
from .test_rotation import PLAYBOOK, connection, folder, from_folder, result_of, shown, written
from .test_sources import ENVIRONMENT

pytestmark = pytest.mark.role

AUDIT = f"{PREFIX}.audit"
NAMES = ["cm", "proxy", "syncer"]

#: Columns of our own lines. Banners, results and the recap are Ansible's, whose lines are as long as they come.
WIDE = 100
_OF_ANSIBLE = (
    "PLAY",
    "TASK",
    "ok:",
    "changed:",
    "skipping:",
    "included:",
    "fatal:",
    "[ERROR]",
    "[WARNING]",
    "Origin:",
)


@pytest.mark.parametrize("playbook", ["audit", "rotate", "rollback", "trust"])
def test_an_inventory_without_clusters_fails(ansible: Ansible, playbook: str) -> None:
    """Ansible takes a play without hosts for done: a scheduled audit would be green for ever."""
    path = ansible.folder / "inventory.yml"
    path.write_text("redis_cluster: {hosts: {payments: }}\n", encoding="utf-8")
    run = ansible.playbook(f"{PREFIX}.{playbook}", "-i", str(path)).expect(ok=False)
    assert "the group redis_enterprise. Check " in run.output


def test_a_host_that_does_not_exist_is_named(ansible: Ansible) -> None:
    modules = ["fleet_certificate_info", "fleet_rotation_plan", "trust_anchors"]
    run = ansible.tasks([task(one, one, {"hosts": ["nope"]}, ignore_errors=True) for one in modules]).expect()
    for one in modules:
        assert run[one].failure == {"kind": "invalid_option", "option": "hosts"}
        assert run[one].result["msg"].startswith("option hosts: the inventory has no host nope.")


def test_a_step_of_the_role_by_itself_is_refused(ansible: Ansible) -> None:
    modules = ["cluster_rotation", "issued_certificate", "ownca_certificates"]
    run = ansible.tasks([task(one, one, {}, ignore_errors=True) for one in modules]).expect()
    for one in modules:
        assert run[one].failure == {"kind": "invalid_option"}
        assert run[one].result["msg"].startswith("the variable rotation_result has no plan.")


@pytest.fixture
def two() -> Iterator[dict[str, Cluster]]:
    with clusters_for(
        {name: {"fqdn": f"{name}.example.com"} for name in ("payments", "orders")}, nodes=3, database="none"
    ) as clusters:
        yield clusters


def of_files(ansible: Ansible, authority: Authority, clusters: Mapping[str, Cluster]) -> str:
    """An inventory in which three certificates of each cluster are to be replaced."""
    names = [name for cluster in clusters.values() for name in cluster_names(cluster.fqdn)]
    made = folder(ansible, {name: authority.issue("example.com", sans=names) for name in NAMES})
    hosts = {name: connection(cluster) for name, cluster in clusters.items()}
    return written(ansible, hosts, rotation_certificates=from_folder(made, NAMES))


def count(run: Run) -> int:
    """The lines of a run; ours are narrow, and no line skips a cluster in a task that is for others."""
    lines = run.output.splitlines()
    recap = next(number for number, line in enumerate(lines) if line.startswith("PLAY RECAP"))
    wide = [line for line in lines[:recap] if len(line) > WIDE and not line.startswith(_OF_ANSIBLE)]
    assert not wide, "\n".join(wide)
    return len(lines)


def test_lines_of_a_rotation(ansible: Ansible, authority: Authority, two: dict[str, Cluster]) -> None:
    hosts = of_files(ansible, authority, two)
    alone = ansible.playbook(PLAYBOOK, "-i", hosts, "--check", "--limit", "orders").expect()
    predicted = ansible.playbook(PLAYBOOK, "-i", hosts, "--check").expect()
    assert count(predicted) - count(alone) <= 25 + 6  # and its lines of the plan, the summary and the recap
    assert "Rotation of 2 clusters: 2 would be changed" in predicted.output
    assert " replaced" not in predicted.output.replace("would be replaced", "")
    rotated = ansible.playbook(PLAYBOOK, "-i", hosts).expect()
    assert count(rotated) <= 90  # 163 before there was a plan
    assert rotated.output.count("proven 3/3") == 6
    assert [line for line in rotated.output.splitlines() if line.startswith("changed  ")] == [
        "changed       orders: cm, proxy, syncer: proven 9/9",
        "changed       payments: cm, proxy, syncer: proven 9/9",
    ]
    # The block is the last of the log.
    last = rotated.output.partition("PLAY RECAP")[0].rpartition("-" * 80)[2]
    assert last.splitlines()[1] == "Rotation of 2 clusters: 2 changed"
    assert "TASK" not in last
    again = ansible.playbook(PLAYBOOK, "-i", hosts).expect()
    assert count(again) <= 30
    assert "Plan for 2 clusters: 0 due, 2 in order" in again.output


def test_lines_of_a_rotation_that_issues(ansible: Ansible, two: dict[str, Cluster], own: Path) -> None:
    (ansible.home / "tmp").mkdir(mode=0o700)  # or Ansible warns that it makes it
    program("openssl")
    source = {"ca_certificate_path": str(own / "chain.pem"), "ca_private_key_path": str(own / "ca.key")}
    certificates = [
        {"name": name, "source": {"ownca": {**source, "ca_private_key_passphrase": "open sesame"}}} for name in NAMES
    ]
    hosts = written(
        ansible, {name: connection(cluster) for name, cluster in two.items()}, rotation_certificates=certificates
    )
    run = ansible.playbook(PLAYBOOK, "-i", hosts, environment=ENVIRONMENT).expect()
    assert count(run) <= 110
    assert run.output.count("proven 3/3") == 4


def test_a_failure_is_told_once(ansible: Ansible, authority: Authority, two: dict[str, Cluster]) -> None:
    hosts = of_files(ansible, authority, two)
    wrong = ansible.playbook(PLAYBOOK, "-i", hosts, "-e", "redis_enterprise_password=not-the-right-one").expect(
        ok=False
    )
    assert count(wrong) <= 60
    for host in two:  # whose addresses it names
        assert shown(wrong).count(f"FAILED {host}: GET /v1/cluster/certificates") == 1
    assert shown(wrong).count("authentication failed") == 2
    assert "redis_enterprise_username and redis_enterprise_password" in shown(wrong)
    assert not [one for one in wrong.outcomes if one.action == f"{PREFIX}.cluster_rotation"]

    lost = ansible.playbook(PLAYBOOK, "-i", hosts, "-e", "rotation_backup=nowhere/new").expect(ok=False)
    assert shown(lost).count("FAILED orders, payments: rotation_backup_vault_id: Ansible has no vault secret") == 1
    assert not [one for one in lost.outcomes if one.action == f"{PREFIX}.cluster_rotation"]

    two["orders"].add_fault(Fault(method="PUT", status=400))
    failed = ansible.playbook(PLAYBOOK, "-i", hosts).expect(ok=False)
    assert shown(failed).count("a simulated fault") == 1
    assert "FAILED orders: Nothing was changed. " in shown(failed)
    assert "not started payments Next: fix what failed, and run again for these: ansible-playbook " in shown(failed)
    assert "rotate --limit orders,payments" in shown(failed)
    assert count(failed) <= 76
    assert result_of(failed)["failure"]["kind"] == "certificate_refused"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with Fleet(60, directory=tmp_path_factory.mktemp("fleet")) as started:
        yield started


def of_fleet(ansible: Ansible, fleet: Fleet, **variables: Any) -> str:
    """An inventory of a fleet, in which the first cluster is away and the login of the second one is wrong."""
    options = ("url", "username", "password", "ca_path")
    hosts = {one["fqdn"]: {f"redis_enterprise_{option}": one[option] for option in options} for one in fleet.members}
    names = list(hosts)
    hosts[names[0]] |= {"redis_enterprise_url": "https://127.0.0.1:1", "redis_enterprise_retries": 0}
    hosts[names[1]] |= {"redis_enterprise_password": "not-the-right-one"}
    return written(ansible, hosts, **variables)


@pytest.mark.corner
def test_lines_of_an_audit(ansible: Ansible, fleet: Fleet) -> None:
    hosts = of_fleet(ansible, fleet)
    run = ansible.playbook(AUDIT, "-i", hosts).expect(ok=False)
    lines = count(run)
    assert lines <= 75 + len(fleet.members)  # one line each in Ansible's recap, and none before
    assert run.output.count("skipping:") <= 2  # of what is done once, for all of them
    recap = run.output.partition("PLAY RECAP")[2]
    assert recap.count("ok=1 ") >= len(fleet.members) - 2
    assert f"58 of {len(fleet.members)} clusters ok, 2 NOT READ" in run.output
    assert run.output.count("NOT READ (") == 2
    every = ansible.playbook(AUDIT, "-i", hosts, "-e", "audit_show_all=true").expect(ok=False)
    assert count(every) >= lines + 7 * 58


def test_a_fleet_of_which_few_are_due(ansible: Ansible, authority: Authority, fleet: Fleet) -> None:
    """Sixty clusters: two cannot be read, three are due, one of these fails, and the others go on."""
    names = [one["fqdn"] for one in fleet.members]
    due = names[10:13]
    made = folder(ansible, {"cm": authority.issue("c.fleet.example.com", sans=["*.fleet.example.com", *due])})
    hosts = of_fleet(ansible, fleet, rotation_requirements="warn")
    path = Path(hosts)
    content = path.read_text()
    nothing = json.dumps([{"name": "ldap_client", "state": "absent"}])
    wanted = json.dumps(from_folder(made, ["cm"]))
    variables = ansible.folder / "host_vars"
    variables.mkdir()
    for name in names:
        (variables / f"{name}.json").write_text(f'{{"rotation_certificates": {wanted if name in due else nothing}}}')
    (variables / f"{due[1]}.json").write_text(
        json.dumps({"rotation_certificates": from_folder(made, ["cm"]), "rotation_run_before": "fail.yml"})
    )
    (ansible.folder / "fail.yml").write_text("- ansible.builtin.fail:\n    msg: not on a Sunday\n")
    path.write_text(content)
    run = ansible.playbook(PLAYBOOK, "-i", hosts, "-e", "rotation_stop_on_failure=false").expect(
        ok=False, warnings=True
    )
    assert "Plan for 60 clusters: 3 due, 55 in order, 2 cannot be rotated" in run.output
    assert "Rotation of 60 clusters: 2 changed, 55 in order, 3 FAILED" in run.output
    assert {one.host for one in run.outcomes if one.action == f"{PREFIX}.cluster_rotation"} == set(due)
    assert {one.host for one in run.outcomes} == {*due, names[0], names[1]}
    for host in (names[0], names[1], due[1]):
        assert shown(run).count(f"FAILED {host}: ") == 1
    assert "not on a Sunday" in run.output.partition("-" * 80)[2]
    assert count(run) <= 200


@pytest.mark.parametrize(
    ("environment", "text"),
    [
        ({"ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml"}, True),
        ({"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}, False),
        ({"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json", "REDIS_ENTERPRISE_TEXT_OUTPUT": "true"}, True),
        ({"REDIS_ENTERPRISE_TEXT_OUTPUT": "false"}, False),
    ],
    ids=["yaml", "json", "json, with text", "off"],
)
def test_where_text_is_shown(ansible: Ansible, cluster: Cluster, environment: Mapping[str, str], text: bool) -> None:
    hosts = written(
        ansible, {"one": connection(cluster)}, rotation_certificates=[{"name": "ldap_client", "state": "absent"}]
    )
    run = ansible.playbook(PLAYBOOK, "-i", hosts, environment={**ENVIRONMENT, **environment})
    assert run.returncode == 0, run.output
    assert ("Plan for 1 cluster: 0 due, 1 in order" in run.output.splitlines()) is text
    if "json" in environment.get("ANSIBLE_STDOUT_CALLBACK", "") and not text:
        assert json.loads(run.output[run.output.index("{") :])["stats"]["one"]["ok"] == 3


def test_what_is_neither_shown_nor_hidden_is_said_before_anything_is_changed(
    ansible: Ansible, cluster: Cluster, authority: Authority
) -> None:
    made = folder(ansible, {"cm": authority.issue(cluster.fqdn)})
    hosts = written(ansible, {"one": connection(cluster)}, rotation_certificates=from_folder(made, ["cm"]))
    own = ansible.folder / "own.yml"
    roles = [f"{PREFIX}.rotation"]
    own.write_text(
        json.dumps([{"hosts": "redis_enterprise", "connection": "local", "gather_facts": False, "roles": roles}])
    )
    environment = {"REDIS_ENTERPRISE_TEXT_OUTPUT": "maybe"}
    for playbook in (own, f"{PREFIX}.rollback"):
        run = ansible.playbook(playbook, "-i", hosts, environment=environment).expect(ok=False)
        assert "environment variable REDIS_ENTERPRISE_TEXT_OUTPUT must be true or false" in shown(run)
        assert "internal error" not in run.output
        assert run.returncode == 2
    assert cluster.requests == []


def test_what_takes_long_says_how_far_it_is(ansible: Ansible, authority: Authority) -> None:
    with Cluster(nodes=1, version="7.22.0-94", database="tls", stale_proxy=7.0) as cluster:
        cluster.add_fault(Fault(method="GET", path="/v1/cluster/certificates", kind="slow", delay=6, times=1))
        made = folder(ansible, {"proxy": authority.issue(cluster.fqdn)})
        hosts = written(ansible, {"one": connection(cluster)}, rotation_certificates=from_folder(made, ["proxy"]))
        run = ansible.playbook(PLAYBOOK, "-i", hosts).expect(warnings=True)
    lines = run.output.splitlines()
    assert "0 of 1 clusters read, still reading one" in lines
    waiting, *_later = re.findall(r"one: waiting, (\d+) s at most, for 127", shown(run))
    assert 200 < int(waiting) < 300
    count(run)
