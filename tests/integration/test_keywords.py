# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles under the keywords of plays and the settings of ansible.cfg that reach them.

The simulator's log judges what was written, and which peers were updated.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from simulator import ActiveActive, Cluster, Fault
from simulator.authority import Authority, cluster_names

from .runs import PREFIX, TARGET, Ansible, Run, clusters_for, login, task
from .test_audit import PLAYBOOK as AUDIT
from .test_audit import failures as failed
from .test_audit import play as audit_play
from .test_audit import report
from .test_backup import vault
from .test_rotation import PLAYBOOK, connection, folder, from_folder, inventory, updated, written
from .test_sources import handing_over, ran, wanted_names

__all__ = ["vault"]

pytestmark = pytest.mark.role

#: Settings by which results must not differ.
SETTINGS = {
    "ANSIBLE_HASH_BEHAVIOUR": "merge",
    "ANSIBLE_DIFF_ALWAYS": "true",
    "ANSIBLE_FORCE_HANDLERS": "true",
    "ANSIBLE_FORKS": "1",
    "ANSIBLE_PRIVATE_ROLE_VARS": "true",
    "ANSIBLE_GATHERING": "explicit",
    "ANSIBLE_CACHE_PLUGIN": "memory",
    "ANSIBLE_INJECT_FACT_VARS": "false",
    "ANSIBLE_VARS_PLUGINS_STAGE": "all",
    "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
    "ANSIBLE_JINJA2_NATIVE": "true",
    "ANSIBLE_ERROR_ON_UNDEFINED_VARS": "false",
    "ANSIBLE_TIMEOUT": "1",
}

#: A clock that would stop the plan and the change, and the read and the write that take longer.
CLOCK = 3
SLOW = Fault(method="PUT", kind="slow", delay=CLOCK + 1)
SLOW_READ = Fault(method="GET", kind="slow", times=1, delay=CLOCK + 1)


class Fleet:
    """Three clusters that rotate C(proxy): the first one refuses it, the second one has a peer that must be updated."""

    def __init__(self, ansible: Ansible, authority: Authority, stack: contextlib.ExitStack) -> None:
        self.ansible = ansible
        self.database = ActiveActive()
        alone: dict[str, Any] = {"nodes": 1, "database": "none"}
        shared: dict[str, Any] = {"nodes": 1, "database": "tls", "active_active": [self.database]}
        self.clusters = {
            name: stack.enter_context(Cluster(fqdn=f"{name}.example.com", **(shared if name == "second" else alone)))
            for name in ("first", "second", "third")
        }
        stack.enter_context(Cluster(fqdn="peer.example.com", **shared))
        self.clusters["first"].add_fault(Fault(method="PUT", status=400))
        self.clusters["second"].add_fault(SLOW)
        fqdns = [name for cluster in self.clusters.values() for name in cluster_names(cluster.fqdn)]
        made = folder(ansible, {"proxy": authority.issue("first.example.com", sans=fqdns)})
        become = ansible.folder / "become"
        become.write_text('#!/bin/sh\nwhile [ "$1" != /bin/sh ]; do shift; done\nexec "$@"\n')
        become.chmod(0o700)
        certificates = from_folder(made, ["proxy"])
        self.hosts = inventory(
            ansible, self.clusters, rotation_certificates=certificates, ansible_become_exe=str(become)
        )

    def rotated(self) -> list[str]:
        return [name for name, cluster in self.clusters.items() if updated(cluster)]


def own_play(ansible: Ansible, role: Mapping[str, Any] | None = None, **keywords: Any) -> Path:
    """A play of the user's own, with the role rotation and keywords, two clusters at a time."""
    play = {
        "name": "Own play",
        "hosts": "redis_enterprise",
        "connection": "local",
        "gather_facts": False,
        "serial": 2,
        "vars": {"ansible_python_interpreter": TARGET},
        "tasks": [{"name": "Rotate", "ansible.builtin.import_role": {"name": f"{PREFIX}.rotation", **(role or {})}}],
        **keywords,
    }
    path = ansible.folder / "own.yml"
    path.write_text(yaml.safe_dump([play]))
    return path


@pytest.fixture
def fleet(ansible: Ansible, authority: Authority) -> Iterator[Fleet]:
    with contextlib.ExitStack() as stack:
        yield Fleet(ansible, authority, stack)


def check_promise(fleet: Fleet, run: Run) -> None:
    """The cluster beside the one that failed came to its end, and the one that had not started was left alone."""
    assert run.returncode != 0, run.output
    assert "Traceback" not in run.output, run.output
    assert "is undefined" not in run.output, run.output
    assert fleet.rotated() == ["second"], run.output
    assert fleet.database.updates == 1, run.output
    assert fleet.database.synchronising()
    assert fleet.clusters["third"].writes == []
    assert fleet.clusters["first"].certificate("proxy") != fleet.clusters["second"].certificate("proxy")


@pytest.mark.parametrize(
    "settings",
    [
        {"ANSIBLE_ANY_ERRORS_FATAL": "true", "ANSIBLE_TASK_TIMEOUT": str(CLOCK), **SETTINGS},
        {"ANSIBLE_STRATEGY": "free"},
        {"ANSIBLE_STRATEGY": "host_pinned"},
    ],
    ids=["all but the strategy", "free", "host_pinned"],
)
def test_settings_do_not_reach_the_playbook(fleet: Fleet, settings: Mapping[str, str]) -> None:
    fleet.clusters["third"].add_fault(SLOW_READ)
    run = fleet.ansible.playbook(PLAYBOOK, "-i", fleet.hosts, "-e", "rotation_serial=2", environment=settings)
    check_promise(fleet, run)


@pytest.mark.parametrize(
    "keywords",
    [
        {"any_errors_fatal": True, "timeout": CLOCK, "throttle": 1, "no_log": True, "diff": True},
        {"ignore_errors": True, "ignore_unreachable": True},
        {
            "max_fail_percentage": 100,
            "become": True,
            "force_handlers": True,
            "order": "inventory",
            "environment": {"ANY": "thing"},
        },
        {"strategy": "free"},
        {"strategy": "host_pinned", "max_fail_percentage": 0},
    ],
    ids=["any_errors_fatal", "ignore_errors", "max_fail_percentage", "free", "host_pinned"],
)
def test_the_role_keeps_the_promise_in_any_play(fleet: Fleet, keywords: Mapping[str, Any]) -> None:
    check_promise(fleet, fleet.ansible.playbook(own_play(fleet.ansible, **keywords), "-i", fleet.hosts))


@pytest.mark.parametrize(
    "keywords", [{"any_errors_fatal": True}, {"max_fail_percentage": 0, "timeout": CLOCK}], ids=str
)
def test_a_roll_back_comes_to_its_end_beside_one_that_fails(
    fleet: Fleet, vault: list[str], keywords: Mapping[str, Any]
) -> None:
    for cluster in fleet.clusters.values():
        cluster.clear_faults()
    (fleet.ansible.folder / "kept").mkdir(mode=0o700)
    arguments = ["-i", fleet.hosts, *vault, "-e", "rotation_backup=kept", "-e", "rotation_backup_vault_id=backups"]
    before = fleet.clusters["second"].certificate("proxy")
    fleet.ansible.playbook(PLAYBOOK, *arguments, "-e", "rotation_serial=2").expect()
    fleet.clusters["first"].add_fault(Fault(method="PUT", status=400))
    fleet.clusters["second"].add_fault(SLOW)
    run = fleet.ansible.playbook(own_play(fleet.ansible, {"tasks_from": "rollback"}, **keywords), *arguments)
    run.expect(ok=False)
    assert fleet.clusters["second"].certificate("proxy") == before
    assert fleet.database.updates == 2
    assert fleet.database.synchronising()


def test_check_mode_by_keyword_is_that_of_the_command_line(
    ansible: Ansible, cluster: Cluster, authority: Authority
) -> None:
    material = authority.issue(sans=sorted(wanted_names(cluster.fqdn)))
    source = {"file": handing_over(ansible.folder, "issue.yml", material), "issuer": "Integration test CA"}
    certificates = [{"name": "proxy", "source": {"tasks": source}}]
    hosts = inventory(ansible, {"one": cluster}, rotation_certificates=certificates, rotation_keep_material="kept")
    (ansible.home / "tmp").mkdir(mode=0o700)
    ansible.playbook(own_play(ansible, check_mode=True), "-i", hosts).expect()
    assert cluster.writes == []
    assert ran(ansible.folder) == []  # nothing was issued
    assert not (ansible.folder / "kept").exists()
    ansible.playbook(own_play(ansible, check_mode=False), "-i", hosts, "--check").expect()
    assert cluster.certificate("proxy") == material.certificate_pem
    assert len(ran(ansible.folder)) == 1


def test_what_cannot_be_reached_is_no_success(ansible: Ansible, cluster: Cluster, authority: Authority) -> None:
    """An ignored task that was not run has no result to conclude from."""
    ssh = ansible.folder / "ssh"
    ssh.write_text("#!/bin/sh\nexit 255\n")
    ssh.chmod(0o700)
    made = folder(ansible, {"proxy": authority.issue(cluster.fqdn)})
    away: dict[str, Any] = {"ansible_connection": "ssh", "ansible_ssh_executable": str(ssh), "ansible_ssh_retries": 0}
    hosts = inventory(ansible, {"one": cluster}, rotation_certificates=from_folder(made, ["proxy"]), **away)
    run = ansible.playbook(own_play(ansible, ignore_unreachable=True, ignore_errors=True), "-i", hosts)
    assert run.returncode != 0, run.output
    assert cluster.writes == []


@pytest.mark.parametrize(
    "settings",
    [{"ANSIBLE_ANY_ERRORS_FATAL": "true", **SETTINGS}, {"ANSIBLE_STRATEGY": "free"}],
    ids=["all but the strategy", "free"],
)
def test_an_audit_is_the_same(ansible: Ansible, settings: Mapping[str, str]) -> None:
    cases: dict[str, dict[str, Any]] = {"expired": {"expires": {"cm": -1}}, "well": {}, "away": {}}
    with clusters_for(cases) as clusters:
        clusters["away"].add_fault(Fault(method="GET", path="/v1/cluster/certificates", status=403))
        for cluster in clusters.values():
            cluster.clear_requests()
        hosts = inventory(ansible, clusters, audit_output_directory="reports")
        # Variables of the user's own come before those of tasks, if they have the same names.
        own = ["-e", "options=own", "-e", "specs=own", "-e", "names=own", "-e", "item=own"]
        run = ansible.playbook(AUDIT, "-i", hosts, *own, environment=settings)
        reads = [
            sum(request.path == "/v1/cluster/certificates" for request in cluster.requests)
            for cluster in clusters.values()
        ]
    assert run.returncode != 0, run.output
    assert reads == [1, 1, 1]
    assert sorted(failed(run)) == ["away", "expired"]
    assert sorted(report(ansible.folder / "reports")) == sorted(cases)
    merge = {
        "audit_merge_hosts": "redis_enterprise",
        "audit_data_paths": ["reports"],
        "audit_output_directory": "merged",
    }
    merged = ansible.playbook(f"{PREFIX}.audit_report", "-i", hosts, "-e", json.dumps(merge), environment=settings)
    assert merged.returncode != 0, merged.output
    assert merged["Report on what was read"].result["failed_clusters"] == ["away", "expired"]


def test_an_audit_in_a_play_that_breaks_its_promise(ansible: Ansible) -> None:
    """What is critical fails the play; what would read or write once for each host is refused before that."""
    with clusters_for({"expired": {"expires": {"cm": -1}}, "well": {}}) as clusters:
        hosts = inventory(ansible, clusters, audit_output_directory="reports")
        run = ansible.playbook(audit_play(ansible, ignore_errors=True, any_errors_fatal=True, timeout=30), "-i", hosts)
        assert run.returncode != 0, run.output
        assert list(failed(run)) == ["expired"]
        for cluster in clusters.values():
            cluster.clear_requests()
        refused: dict[str, dict[str, Any]] = {
            "run_once has no effect with the strategy free": {"strategy": "free"},
            "run_once has no effect with the strategy ansible.builtin.host_pinned": {
                "strategy": "ansible.builtin.host_pinned"
            },
            "The play has serial, and the role audits all 2 clusters": {"serial": 1},
        }
        for message, keywords in refused.items():
            run = ansible.playbook(audit_play(ansible, **keywords), "-i", hosts)
            assert run.returncode != 0, run.output
            assert message in run.output
        assert [cluster.requests for cluster in clusters.values()] == [[], []]


def test_async_is_refused_where_it_cannot_be(ansible: Ansible, cluster: Cluster, vault: list[str]) -> None:
    tasks: dict[str, dict[str, Any]] = {
        "cluster_certificate_backup": {**login(cluster), "names": ["cm"], "path": "kept.vault", "vault_id": "backups"},
        "audit_report": {"clusters": [], "output_directory": "reports"},
        "certificate_files": {
            "path": "kept",
            "name": "cm",
            "certificate": cluster.certificate("cm"),
            "private_key": "x",
        },
    }
    for poll in (0, 1):
        keywords = {"async": 30, "poll": poll, "ignore_errors": True}
        made = [task(module, module, options, **keywords) for module, options in tasks.items()]
        run = ansible.tasks(made, *vault).expect()
        for module in tasks:
            message = f"async is not supported by {PREFIX}.{module}, which runs on the control node"
            assert message in run[module].result["msg"], module
    assert cluster.requests == []
    assert not {"kept.vault", "reports", "kept"} & {path.name for path in ansible.folder.iterdir()}


def test_async_of_a_fleet_of_hosts_is_refused(ansible: Ansible, cluster: Cluster) -> None:
    """What their variables lack and want is found on the control node, and would be missing from the result."""
    (ansible.home / "tmp").mkdir(mode=0o700)
    hosts = written(ansible, {"good": connection(cluster), "bad": {"redis_enterprise_url": "{{ undefined_here }}"}})
    options = {"hosts": ["good", "bad"], "served": False}
    made = [
        task(f"poll {poll}", "fleet_certificate_info", options, **{"async": 30, "poll": poll, "ignore_errors": True})
        for poll in (0, 1)
    ]
    run = ansible.tasks(made, "-i", hosts).expect()
    for one in made:
        message = f"async is not supported by {PREFIX}.fleet_certificate_info with hosts"
        assert message in run[one["name"]].result["msg"]
    assert cluster.requests == []
