# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where operations run: inside the controller, or in a process of their own because something asks for one.

That both return the same is compared over all of these tests (tools/compare_results.py).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from simulator import Cluster
from simulator.authority import Authority
from simulator.keys import secret_lines

from .runs import PREFIX, PROGRAMS, TARGET, Ansible, Run, login, task
from .test_secrets import assert_absent

pytestmark = pytest.mark.corner

#: What ansible-core says before it runs a module, at -vvv.
MODULE_FILE = "Using module file"

READ = task("read", "cluster_certificate_info", {})


def is_in_process(run: Run) -> bool:
    return MODULE_FILE not in run.output


def another_python(folder: Path) -> str:
    """The same Python, called in another folder, as that of another environment is."""
    link = folder / "python"
    link.symlink_to(sys.executable)
    return str(link)


def test_a_cluster_is_not_logged_in_to(ansible: Ansible, cluster: Cluster) -> None:
    """An action of several steps says what to do, as Ansible does for one."""
    plan = task("plan", "fleet_rotation_plan", {"hosts": ["payments"]})
    play = {"hosts": "payments", "gather_facts": False, "tasks": [plan]}
    (ansible.folder / "play.yml").write_text(yaml.safe_dump([play]))
    variables = {
        "ansible_host": "payments.invalid",
        "redis_enterprise_url": cluster.url,
        "rotation_certificates": [{"name": "proxy", "source": {"files": {"directory": "certificates"}}}],
    }
    run = ansible.playbook("play.yml", "-i", "payments,", "-e", json.dumps(variables))
    assert run.returncode != 0
    assert run["plan"].failure["kind"] == "host_unreachable"
    assert "Set connection: local on the play, or delegate_to: localhost on the task" in run["plan"].result["msg"]


@pytest.mark.parametrize(
    "python", [TARGET, "auto_silent", "{{ ansible_playbook_python }}"], ids=["named", "discovered", "of the playbook"]
)
def test_in_the_controller(ansible: Ansible, cluster: Cluster, python: str) -> None:
    run = ansible.tasks(
        [READ],
        "-vvv",
        connection=login(cluster),
        python=python,
        environment={"REDIS_ENTERPRISE_IN_PROCESS": "true"},
    ).expect()
    in_controller = python != TARGET or Path(TARGET).parent == PROGRAMS
    assert is_in_process(run) is in_controller
    assert len(run["read"].result["certificates"]) == 7


@pytest.mark.parametrize(
    "keywords",
    [{"async": 60, "poll": 1}, {"environment": {"COLOUR": "blue"}}, {"timeout": 60}],
    ids=["async", "environment", "timeout"],
)
def test_a_keyword_asks_for_a_process(ansible: Ansible, cluster: Cluster, keywords: dict[str, Any]) -> None:
    environment = {"ANSIBLE_ASYNC_DIR": str(ansible.folder / "async")}
    run = ansible.tasks([{**READ, **keywords}], "-vvv", connection=login(cluster), environment=environment).expect()
    assert not is_in_process(run)
    assert len(run["read"].result["certificates"]) == 7


def test_become_asks_for_a_process(ansible: Ansible, cluster: Cluster, tmp_path: Path) -> None:
    become = tmp_path / "become"
    become.write_text('#!/bin/sh\nwhile [ "$1" != -c ]; do shift; done\nexec /bin/sh "$@"\n')
    become.chmod(0o755)
    keywords = {"become": True, "become_method": "su", "vars": {"ansible_su_exe": str(become)}}
    run = ansible.tasks([{**READ, **keywords}], "-vvv", connection=login(cluster))
    assert not is_in_process(run)


def test_another_python_asks_for_a_process(ansible: Ansible, cluster: Cluster, tmp_path: Path) -> None:
    python = another_python(tmp_path)
    run = ansible.tasks([{**READ, "ignore_errors": True}], "-vvv", connection=login(cluster), python=python)
    assert not is_in_process(run)


def test_another_connection_asks_for_a_process(ansible: Ansible, cluster: Cluster) -> None:
    elsewhere = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
    inventory = ansible.folder / "inventory.yml"
    inventory.write_text(json.dumps({"all": {"hosts": {"localhost": {}, "elsewhere": elsewhere}}}))
    delegated = {**READ, "delegate_to": "elsewhere", "ignore_unreachable": True}
    run = ansible.tasks(
        [delegated, {**READ, "name": "back", "delegate_to": "localhost"}],
        "-i",
        str(inventory),
        connection=login(cluster),
    )
    assert run["read"].status == "unreachable"
    assert run["back"].status == "ok"


def test_the_python_of_a_delegated_host_counts(ansible: Ansible, cluster: Cluster, tmp_path: Path) -> None:
    """Not that of the host that the task is for."""
    local = {"ansible_connection": "local"}
    hosts = {
        "here": {**local, "ansible_python_interpreter": str(PROGRAMS / "python")},
        "there": {**local, "ansible_python_interpreter": another_python(tmp_path)},
    }
    playbook = ansible.folder / "delegated.yml"
    for one, other, expected in (("here", "there", False), ("there", "here", True)):
        options = {f"{PREFIX}.cluster_certificate_info": login(cluster)}
        tasks = [{"name": "read", "delegate_to": other, "ignore_errors": True, **options}]
        playbook.write_text(json.dumps([{"hosts": one, "gather_facts": False, "tasks": tasks}]))
        inventory = ansible.folder / "inventory.yml"
        inventory.write_text(json.dumps({"all": {"hosts": hosts}}))
        run = ansible.playbook(
            playbook, "-i", str(inventory), "-vvv", environment={"REDIS_ENTERPRISE_IN_PROCESS": "true"}
        )
        assert is_in_process(run) is expected


@pytest.mark.parametrize(
    ("environment", "variable", "expected"),
    [("false", None, False), ("no", None, False), ("", None, True), ("true", "{{ 1 > 2 }}", False), ("0", True, True)],
)
def test_it_can_be_turned_off(
    ansible: Ansible, cluster: Cluster, environment: str, variable: Any, expected: bool
) -> None:
    run = ansible.tasks(
        [READ],
        "-vvv",
        connection=login(cluster),
        python=str(PROGRAMS / "python"),
        variables={} if variable is None else {"redis_enterprise_in_process": variable},
        environment={"REDIS_ENTERPRISE_IN_PROCESS": environment},
    ).expect()
    assert is_in_process(run) is expected


def test_neither_true_nor_false(ansible: Ansible, cluster: Cluster) -> None:
    tasks = [{**READ, "ignore_errors": True}]
    named = {
        "environment variable REDIS_ENTERPRISE_IN_PROCESS": ansible.tasks(
            tasks, connection=login(cluster), environment={"REDIS_ENTERPRISE_IN_PROCESS": "perhaps"}
        ),
        "variable redis_enterprise_in_process": ansible.tasks(
            tasks, connection=login(cluster), variables={"redis_enterprise_in_process": "perhaps"}
        ),
    }
    for name, run in named.items():
        assert run["read"].status == "failed"
        assert f"{name} must be true or false" in run["read"].result["msg"]
    assert cluster.requests == []


def test_vaulted_options_and_dates_reach_it_as_they_reach_a_module(ansible: Ansible, cluster: Cluster) -> None:
    """Vaulted values arrive decrypted; YAML makes a date of an unquoted one."""
    secret = ansible.folder / "secret"
    secret.write_text("vault password\n")
    connection = login(cluster)
    encrypted = subprocess.run(
        [str(PROGRAMS / "ansible-vault"), "encrypt_string", "--vault-password-file", str(secret), "--stdin-name", "p"],
        input=connection["password"],
        env=ansible.environment({}),
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    connection["password"] = "{{ p }}"
    variables = ansible.folder / "vars.yml"
    variables.write_text(encrypted)
    run = ansible.tasks(
        [READ, task("dates", "cluster_certificate_info", {"names": ["2026-01-01", "2026-01-01T00:00:00Z"]})],
        "--vault-password-file",
        str(secret),
        "-e",
        f"@{variables}",
        connection=connection,
    ).expect()
    assert len(run["read"].result["certificates"]) == 7
    assert run["dates"].result["missing"] == ["2026-01-01", "2026-01-01T00:00:00Z"]


def test_no_key_on_disk_without_pipelining(ansible: Ansible, cluster: Cluster, authority: Authority) -> None:
    material = authority.issue()
    run = ansible.tasks(
        [
            task(
                "replace",
                "cluster_certificate",
                {"name": "proxy", "certificate": "{{ certificate }}", "private_key": "{{ private_key }}"},
            )
        ],
        connection=login(cluster),
        variables={"certificate": material.certificate_pem, "private_key": str(material.key_pem)},
        environment={
            "ANSIBLE_PIPELINING": "false",
            "ANSIBLE_KEEP_REMOTE_FILES": "true",
            "REDIS_ENTERPRISE_IN_PROCESS": "true",
        },
        python=str(PROGRAMS / "python"),
    ).expect()
    assert run["replace"].changed
    assert_absent(secret_lines(str(material.key_pem)), run, ansible.home)


@pytest.mark.parametrize(
    "error", ["RuntimeError('hunter2')", "type('PanicException', (BaseException,), {})('hunter2')"]
)
def test_a_crash_is_the_failure_of_its_task(ansible: Ansible, cluster: Cluster, tmp_path: Path, error: str) -> None:
    """And of no other one; what a library raises may quote a secret, so it is not told."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        textwrap.dedent(f"""
            import os
            if "BREAK_CERTIFICATES" in os.environ:
                import requests
                def request(*args, **kwargs):
                    raise {error}
                requests.Session.request = request
        """)
    )
    run = ansible.tasks(
        [{**READ, "ignore_errors": True}, {**READ, "name": "next", "ignore_errors": True}],
        connection=login(cluster),
        environment={"PYTHONPATH": str(broken), "BREAK_CERTIFICATES": "1"},
    ).expect()
    for name in ("read", "next"):
        assert run[name].failure == {"kind": "internal_error"}
        assert "report it" in run[name].result["msg"]
    assert "hunter2" not in run.output


@pytest.mark.one_corner
def test_nothing_piles_up_over_a_thousand_tasks(tmp_path: Path) -> None:
    """A loop runs all of its items in one process."""
    script = tmp_path / "loop.py"
    script.write_text(
        textwrap.dedent("""
            import gc, json, os, sys, threading, tracemalloc
            from ansible_collections.redis_enterprise.certificates.plugins.module_utils import _runner
            from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import (
                cluster_certificate_info as info, served_certificate_info as served,
            )
            given = json.load(sys.stdin)
            def one():
                for operation, options in (
                    (info.OPERATION, given),
                    (served.OPERATION, {**given, "endpoints": [given["url"].rpartition("/")[2]]}),
                ):
                    result = _runner.run_in_controller(
                        operation, options, module="m", check_mode=False, invocation=True
                    )
                    assert not result.get("failed"), result
            def held():
                gc.collect()
                return {
                    "memory": tracemalloc.get_traced_memory()[0],
                    "files": len(os.listdir("/proc/self/fd")),
                    "threads": threading.active_count(),
                }
            for _ in range(20):
                one()
            tracemalloc.start()
            for _ in range(80):
                one()
            before = held()
            for _ in range(400):
                one()
            print(json.dumps([before, held()]))
        """)
    )
    with Cluster(nodes=1, database="none") as cluster:
        finished = subprocess.run(
            [sys.executable, str(script)],
            input=json.dumps(login(cluster)),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
            capture_output=True,
            text=True,
        )
    before, after = json.loads(finished.stdout)
    assert after["files"] == before["files"]
    assert after["threads"] == before["threads"]
    assert after["memory"] - before["memory"] < 400 * 200  # bytes; one result alone has some 20,000
