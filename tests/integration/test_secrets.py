# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Private keys and passwords reach no output, result, diff or file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from simulator import Cluster, Fault
from simulator.authority import Authority
from simulator.keys import secret_lines

from .runs import Ansible, Run, login, task

pytestmark = pytest.mark.corner


def files_with(secrets: set[str], *folders: Path) -> list[Path]:
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(secret in path.read_text("utf-8", "replace") for secret in secrets)]


def assert_absent(secrets: set[str], run: Run, *folders: Path) -> None:
    assert not [secret for secret in secrets if secret in run.output]
    results = str([outcome.result for outcome in run.outcomes])
    assert not [secret for secret in secrets if secret in results]
    assert files_with(secrets, *folders) == []


def test_nothing_shows_at_vvvvv(ansible: Ansible, authority: Authority, tmp_path: Path) -> None:
    material, other = authority.issue(), authority.issue(key="ec", passphrase="open sesame, please")
    temporary = tmp_path / "t"  # ansible-core makes a socket in it, whose path may have 107 bytes
    temporary.mkdir()
    # In variables: from 2.19 on, ansible-core quotes the lines of the playbook before a task that failed.
    variables = {
        "certificate": material.certificate_pem,
        "private_key": str(material.key_pem),
        "other_certificate": other.certificate_pem,
        "other_private_key": str(other.key_pem),
        "other_passphrase": "open sesame, please",
        "wrong_passphrase": "open barley",
    }
    good = {"name": "proxy", "certificate": "{{ certificate }}", "private_key": "{{ private_key }}"}
    encrypted = {
        "name": "cm",
        "certificate": "{{ other_certificate }}",
        "private_key": "{{ other_private_key }}",
        "private_key_passphrase": "{{ other_passphrase }}",
    }
    pasted = {**good, "certificate": "{{ certificate + private_key }}"}
    bad: dict[str, dict[str, Any]] = {
        "refused by the server": {**good, "force": True},
        "mismatch": {**good, "certificate": "{{ other_certificate }}"},
        "wrong passphrase": {**encrypted, "private_key_passphrase": "{{ wrong_passphrase }}"},
    }
    with Cluster(nodes=1, database="none", password="correct horse battery staple") as cluster:
        stored = cluster.nodes[0].stored
        cluster.add_fault(Fault(method="PUT", status=400, times=1, after=2))
        run = ansible.tasks(
            [
                task("predict", "cluster_certificate", good, check_mode=True),
                task("replace", "cluster_certificate", good),
                task("again", "cluster_certificate", good),
                task("encrypted", "cluster_certificate", encrypted),
                *[task(name, "cluster_certificate", options, ignore_errors=True) for name, options in bad.items()],
                task("key behind the certificate", "cluster_certificate", pasted),
                task("several", "cluster_certificates", {"certificates": [pasted, encrypted], "force": True}),
                task(
                    "several, one wrong",
                    "cluster_certificates",
                    {"certificates": [good, bad["wrong passphrase"]]},
                    ignore_errors=True,
                ),
                task("read", "cluster_certificate_info", {}),
            ],
            "-vvvvv",
            "--diff",
            connection={**login(cluster), "retries": 0},
            variables=variables,
            environment={"TMPDIR": str(temporary), "ANSIBLE_PIPELINING": "false"},
        ).expect()
    assert [outcome.status for outcome in run.outcomes] == [
        *["ok"] * 4,
        *["failed"] * 3,
        *["ok"] * 2,
        "failed",
        "ok",
    ]
    assert run["replace"].changed
    assert run["several"].changed
    secrets = secret_lines(str(material.key_pem), str(other.key_pem), *(key for _pem, key in stored.values() if key))
    secrets |= {"correct horse battery staple", "open sesame, please", "open barley"}
    assert len(secrets) > 150
    assert_absent(secrets, run, ansible.home, temporary)
    # What is public stays readable.
    assert material.certificate_pem.replace("\n", "\\n") in run.output
    assert material.fingerprint in run.output


def test_secrets_of_the_environment_and_the_url(ansible: Ansible, cluster: Cluster) -> None:
    user = cluster.user("admin")
    token = cluster.token("admin")
    environment = {"REDIS_ENTERPRISE_URL": cluster.url, "REDIS_ENTERPRISE_CA_CERT": str(cluster.ca_path)}
    with_password = {"REDIS_ENTERPRISE_USER": user.username, "REDIS_ENTERPRISE_PASSWORD": user.password}
    runs = [
        ansible.tasks([task("read", "cluster_certificate_info", {})], "-vvvvv", environment={**environment, **login})
        for login in (with_password, {"REDIS_ENTERPRISE_TOKEN": token})
    ]
    for run in runs:
        run.expect()
        assert_absent({user.password, token}, run, ansible.home)
    url = cluster.url.replace("https://", f"https://{user.username}:{user.password}@")
    refused = ansible.tasks([task("read", "cluster_certificate_info", {"url": url})], "-vvvvv").expect(ok=False)
    assert refused["read"].failure["option"] == "url"
    assert user.password not in refused["read"].result["msg"]
    assert user.password not in str(refused["read"].result)


def test_processes_and_files(ansible: Ansible, authority: Authority, tmp_path: Path) -> None:
    """Looks while the module waits for its answer, with the pipelining that the collection's playbooks set."""
    material = authority.issue()
    password = "correct horse battery staple"
    secrets = secret_lines(str(material.key_pem)) | {password}
    temporary = tmp_path / "t"  # ansible-core makes a socket in it, whose path may have 107 bytes
    temporary.mkdir()
    command_lines: list[str] = []
    files: list[Path] = []

    def look(_cluster: Cluster) -> None:
        for process in Path("/proc").iterdir():
            if process.name.isdigit() and int(process.name) != os.getpid():
                try:
                    command_lines.append((process / "cmdline").read_text("utf-8", "replace"))
                except OSError:  # it has ended
                    continue
        files.extend(files_with(secrets, ansible.home, temporary))

    variables = {"private_key": str(material.key_pem)}
    options = {"name": "proxy", "certificate": material.certificate_pem, "private_key": "{{ private_key }}"}
    with Cluster(nodes=1, database="none", password=password) as cluster:
        cluster.add_fault(Fault(method="PUT", kind="pass", effect=look))
        ansible.tasks(
            [task("replace", "cluster_certificate", options)],
            connection=login(cluster),
            variables=variables,
            # With a setting for Python, none of them is forked, and each has a command line of its own.
            environment={"TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"},
        ).expect()
    assert any("ansible-playbook" in line for line in command_lines)
    assert not [secret for secret in secrets if any(secret in line for line in command_lines)]
    assert files == []
