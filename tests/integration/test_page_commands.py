# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands that the page of an audit offers, run as they are copied: afterwards the next audit finds nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest
from simulator import Cluster
from simulator.authority import Authority

from .runs import PREFIX, PROGRAMS, Ansible
from .test_rotation import folder, from_folder, inventory

pytestmark = [
    pytest.mark.role,
    pytest.mark.skipif(not (shutil.which("jq") and shutil.which("curl")), reason="jq or curl is not installed"),
]

COMMAND = re.compile(r'<code class="command">(.*?)</code>', re.DOTALL)


def audit(ansible: Ansible, hosts: str) -> tuple[list[str], list[str | None]]:
    """The commands of the page, and the certificates of which more than advice was found."""
    ansible.playbook(f"{PREFIX}.audit", "-i", hosts, "-e", "audit_output_directory=reports")
    place = ansible.folder / "reports"
    found = json.loads((place / "audit.json").read_text(encoding="utf-8"))["findings"]
    commands = [unescape(one) for one in COMMAND.findall((place / "audit.html").read_text(encoding="utf-8"))]
    return commands, [one["certificate"] for one in found if one["severity"] != "info"]


def run(ansible: Ansible, command: str, **environment: str) -> None:
    """Run a command in a shell, where a user would."""
    path = f"{PROGRAMS}:{os.environ['PATH']}"
    record = {"RECORD_FILE": str(ansible.folder / "record.json")}
    own = ansible.environment({"PATH": path, "NO_PROXY": "*", "no_proxy": "*", **record, **environment})
    shell = ["bash", "-c", command]
    done = subprocess.run(shell, cwd=ansible.folder, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


@pytest.mark.one_release
def test_each_replaces_what_was_found(ansible: Ansible, authority: Authority) -> None:
    ending = {"proxy": 5, "cm": 5, "ccs_internode_encryption": 5, "metrics_exporter": 20}
    with Cluster(nodes=1, database="tls", tls_databases=2, expires=ending) as cluster:
        first, second = cluster.bdbs
        names = [f"redis-{first.port}.{cluster.fqdn}"]
        old = authority.issue(days=3, key="ec", sans=names)
        cluster.set_bdb_certificate(first.uid, old.certificate_pem, str(old.key_pem))
        second.client_certs = [authority.issue("client.example.com", key="ec", days=3).certificate_pem]

        material = {name: authority.issue(cluster.fqdn) for name in ("proxy", "cm", "metrics_exporter")}
        wanted = from_folder(folder(ansible, material), material)
        hosts = inventory(ansible, {"one": cluster}, rotation_certificates=wanted)
        commands, found = audit(ansible, hosts)
        labels = {f"database {first.name}", f"database {second.name}, client 1"}
        assert set(found) == {*ending, *labels}

        # What is written in capitals is the user's to fill in.
        new = authority.issue(days=200, key="ec", sans=names)
        (ansible.folder / "FILE.pem").write_text(new.certificate_pem)
        (ansible.folder / "FILE.key").write_text(str(new.key_pem))
        shutil.copy(cluster.ca_path, ansible.folder / "ca.pem")
        (ansible.folder / "both.pem").write_text(Path(cluster.ca_path).read_text() + authority.ca_pem)
        client = authority.issue("client.example.com", key="ec", days=200).certificate_pem
        edited = {"authentication_ssl_client_certs": [{"client_cert": client}]}
        editor = ansible.folder / "editor"
        editor.write_text(f"#!/bin/sh\ncat > \"$1\" <<'END'\n{json.dumps(edited)}\nEND\n")
        editor.chmod(0o700)
        user = cluster.user("admin")
        login = {
            "REDIS_ENTERPRISE_USER": user.username,
            "REDIS_ENTERPRISE_PASSWORD": user.password,
            "REDIS_ENTERPRISE_CA_CERT": str(Path(cluster.ca_path)),
            "EDITOR": str(editor),
        }
        for command in commands:
            run(ansible, command.replace("-u USER", f"-u {user.username}:{user.password}"), **login)
        assert audit(ansible, hosts)[1] == []
