# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passwords that are part of names, numbers and words of results, which masking would garble.

Results are right, or the error that names the option: never a green one that nobody can rely on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from simulator.authority import Authority, cluster_names

from .parts import free_ports
from .runs import PREFIX, Ansible, at, clusters_for, login, task
from .test_audit import PLAYBOOK as AUDIT
from .test_audit import failures as failed
from .test_audit import report
from .test_backup import vault
from .test_rotation import PLAYBOOK, SIDE_BY_SIDE, failures, folder, from_folder, inventory, updated

__all__ = ["vault"]

pytestmark = [pytest.mark.role, pytest.mark.corner]

_TEXT = "the value occurs in names, numbers or words of the result"
WEAK = f"option password: {_TEXT}"
WEAK_VARIABLE = f"redis_enterprise_password: {_TEXT}"

#: By host: the password, and whether it occurs in what the cluster has. Only C(prod-a) has a certificate that expired.
FLEET: Mapping[str, tuple[str, bool]] = {
    "prod-a": ("a good one: 8kd;Lq", False),
    "prod-b": ("prod", False),  # in the names of the others, and not in its own cluster
    "prod-c": ("example", True),  # in the FQDN
    "prod-d": ("proxy", True),  # a name of a certificate
    "prod-e": ("9", True),  # in numbers and dates
    "prod-f": ("unchanged-prod-f", False),
}


def cases(**first: Any) -> dict[str, dict[str, Any]]:
    return {
        host: {"password": password, **(first if host == "prod-a" else {})}
        for host, (password, _occurs) in FLEET.items()
    }


@pytest.mark.parametrize("by_environment", [False, True], ids=["of each", "of all, from the environment"])
def test_an_audit_is_right_or_says_why_not(ansible: Ansible, by_environment: bool) -> None:
    made = cases(expires={"cm": -1})
    if by_environment:
        made = {"prod-a": {"expires": {"cm": -1}, "password": "prod"}, "prod-b": {"password": "prod"}}
    with clusters_for(made) as clusters:
        hosts = inventory(ansible, clusters, audit_output_directory="reports")
        environment = {"REDIS_ENTERPRISE_PASSWORD": "prod"} if by_environment else {}
        run = ansible.playbook(AUDIT, "-i", hosts, environment=environment)
    assert run.returncode != 0, run.output
    assert "Traceback" not in run.output
    found = failed(run)
    assert "cm: expired" in found["prod-a"]
    weak = {host for host, (_password, occurs) in FLEET.items() if occurs and host in made}
    assert set(found) == {"prod-a", *weak}
    assert all(WEAK_VARIABLE in found[host] for host in weak)
    written = report(ansible.folder / "reports")
    assert set(written) == set(made)
    for host in weak:
        assert written[host]["error"]["failure"] == {"kind": "weak_secret", "option": "password"}
    for format_ in ("html", "csv", "xml", "prom"):
        (file,) = (ansible.folder / "reports").glob(f"*.{format_}")
        content = file.read_text()
        assert all(host in content for host in made), format_
        assert "VALUE_SPECIFIED" not in content


def test_a_rotation_is_right_or_refused(ansible: Ansible, vault: list[str], authority: Authority) -> None:
    with clusters_for(cases()) as clusters:
        made = folder(ansible, {"cm": authority.issue("cluster.example.com")})
        (ansible.folder / "kept").mkdir(mode=0o700)
        hosts = inventory(ansible, clusters, rotation_certificates=from_folder(made, ["cm"]))
        kept = {"rotation_backup": "kept", "rotation_backup_vault_id": "backups"}
        for arguments in (["--check"], ["-e", json.dumps(kept), *vault], []):
            run = ansible.playbook(PLAYBOOK, "-i", hosts, *SIDE_BY_SIDE, *arguments).expect(ok=False)
            if arguments == ["--check"]:
                assert [host for host, cluster in clusters.items() if cluster.writes] == []
            weak = {host for host, (_password, occurs) in FLEET.items() if occurs}
            if "-e" in arguments:
                weak.add("prod-b")  # whose password is in the name of its backup
            assert {host for host in FLEET if any(WEAK_VARIABLE in message for message in failures(run, host))} == weak
        assert [host for host, cluster in clusters.items() if updated(cluster)] == ["prod-a", "prod-b", "prod-f"]
        assert sorted(path.name for path in (ansible.folder / "kept").iterdir()) == ["prod-a.vault", "prod-f.vault"]


def test_modules_refuse_before_they_write(ansible: Ansible, authority: Authority) -> None:
    """Words that only the end of a change brings, and a passphrase."""
    words = {word: {"password": word} for word in ("changed", "reported", "rolled_back", "cluster.example", "1")}
    with clusters_for({**words, "passphrase": {}}) as clusters:
        material = authority.issue("cluster.example.com")
        locked = authority.issue("cluster.example.com", passphrase="verified")
        wanted = {
            word: {
                "name": "ldap_client",
                "certificate": (locked if word == "passphrase" else material).certificate_pem,
                "private_key": str((locked if word == "passphrase" else material).key_pem),
                **({"private_key_passphrase": "verified"} if word == "passphrase" else {}),
            }
            for word in clusters
        }
        tasks = [
            task(word, "cluster_certificate", options, ignore_errors=True, **at(clusters[word]))
            for word, options in wanted.items()
        ]
        run = ansible.tasks(tasks).expect()
        for word in wanted:
            option = "private_key_passphrase" if word == "passphrase" else "password"
            assert (
                run[word]
                .result["msg"]
                .removeprefix("ldap_client: ")
                .startswith(f"option {option}: the value occurs in")
            ), word
            assert run[word].failure["option"] == option
            assert clusters[word].writes == []


def test_drift_is_masked_with_its_passphrases(ansible: Ansible, authority: Authority) -> None:
    """As the change itself would refuse them."""
    material = authority.issue("cluster.example.com", passphrase="proxy")
    with clusters_for({"weak": {}, "well": {}}) as clusters:
        wanted = {
            "name": "cm",
            "certificate": material.certificate_pem,
            "private_key": str(material.key_pem),
            "private_key_passphrase": "proxy",
        }
        listed = [{"name": host, **login(cluster)} for host, cluster in clusters.items()]
        listed[0]["certificates"] = [wanted]
        options = {"clusters": listed, "served": False, "drift": True}
        run = ansible.tasks([task("read", "fleet_certificate_info", options)]).expect()
    weak, well = run["read"].result["clusters"]
    assert weak["error"]["failure"] == {"kind": "weak_secret", "option": "private_key_passphrase"}
    assert well["error"] is None


def test_a_fleet_given_as_a_list_is_masked_each_by_its_own(ansible: Ansible) -> None:
    with clusters_for({"prod-a": {"password": "long enough, 7x"}, "prod-b": {"password": "prod"}}) as clusters:
        listed = [{"name": host, **login(cluster)} for host, cluster in clusters.items()]
        run = ansible.tasks([task("read", "fleet_certificate_info", {"clusters": listed, "served": False})]).expect()
    assert [one["name"] for one in run["read"].result["clusters"]] == ["prod-a", "prod-b"]
    assert [one["error"] for one in run["read"].result["clusters"]] == [None, None]
    assert PREFIX in run["read"].action


@pytest.mark.parametrize("check_mode", [True, False], ids=["predicted", "made"])
def test_what_only_the_change_brings_is_known_before(
    ansible: Ansible, authority: Authority, vault: list[str], check_mode: bool
) -> None:
    """Names of the new certificate, ports where it is looked for, words of the proof, and where the backup is from."""
    material = authority.issue(sans=[*cluster_names("cluster.example.com"), "brand-new.example.com"])
    options = {"name": "cm", "certificate": material.certificate_pem, "private_key": str(material.key_pem)}
    made = {word: {"password": word} for word in ("brand-new", "complete", "handshake")}
    (port,) = free_ports(1)
    with clusters_for(
        {**made, "port": {"cm_port": port, "password": str(port)}, "backup": {"password": "backups"}}
    ) as clusters:
        tasks = [
            task(word, "cluster_certificate", options, ignore_errors=True, check_mode=check_mode, **at(clusters[word]))
            for word in clusters
            if word != "backup"
        ]
        kept = {"path": "kept.vault", "names": ["cm"], "vault_id": "backups"}
        keywords = {"ignore_errors": True, "check_mode": check_mode, **at(clusters["backup"])}
        backup = task("backup", "cluster_certificate_backup", kept, **keywords)
        run = ansible.tasks([*tasks, backup], *vault).expect()
        assert {word: run[word].status for word in clusters} == dict.fromkeys(clusters, "failed")
        assert {word: run[word].failure["kind"] for word in clusters} == dict.fromkeys(clusters, "weak_secret")
        assert [cluster.writes for cluster in clusters.values()] == [[]] * len(clusters)
    assert not (ansible.folder / "kept.vault").exists()
