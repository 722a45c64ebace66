# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role audit, through its playbook."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret
from simulator import Cluster, Fault
from simulator.authority import Authority
from simulator.keys import secret_lines

from .runs import PREFIX, PROGRAMS, TARGET, Ansible, Run, task
from .test_rotation import folder, from_folder, inventory
from .test_secrets import assert_absent
from .test_sources import ENVIRONMENT

pytestmark = pytest.mark.role

PLAYBOOK = f"{PREFIX}.audit"


def table(run: Run) -> list[str]:
    lines: list[str] = run["Report on what was read"].result["table"]
    return lines


def failures(run: Run) -> dict[str, str]:
    """Why the audit failed, by host."""
    return {
        outcome.host: outcome.result["msg"]
        for outcome in run.outcomes
        if outcome.task.endswith("Fail where something is critical, or could not be read")
        and outcome.status == "failed"
    }


def report(place: Path) -> dict[str, Any]:
    """The clusters of a report, by name."""
    content = json.loads((place / "audit.json").read_text(encoding="utf-8"))
    return {cluster["name"]: cluster for cluster in content["clusters"]}


def play(ansible: Ansible, **keywords: Any) -> Path:
    """A playbook of the user's own."""
    path = ansible.folder / "own.yml"
    own = {"name": "Audit", "hosts": "redis_enterprise", "connection": "local", "gather_facts": False, **keywords}
    own["roles"] = [{"role": f"{PREFIX}.audit"}]
    path.write_text(yaml.safe_dump([own], sort_keys=False))
    return path


def give(hosts: str, variables: Mapping[str, Mapping[str, Any]]) -> None:
    """Give hosts of an inventory variables; the text VAULTED becomes a secret that no password at hand opens."""
    path = Path(hosts)
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, given in variables.items():
        content["redis_enterprise"]["hosts"][name].update(given)
    locked = VaultLib([("default", VaultSecret(b"another password"))]).encrypt("secret").decode()
    text = yaml.safe_dump(content).replace("VAULTED", "!vault |\n" + re.sub("(?m)^", " " * 10, locked))
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("role", ["admin", "cluster_viewer"])
def test_healthy_clusters_pass(ansible: Ansible, role: str) -> None:
    with (
        Cluster(nodes=1, database="none") as one,
        Cluster(nodes=1, database="none", version="7.8.6-36") as two,
    ):
        # Those of the merge, in a file of variables that both playbooks share.
        merge = {"audit_expected_clusters": ["one", "two", "three"], "audit_data_paths": ["nowhere"]}
        hosts = inventory(ansible, {"one": one, "two": two}, role, **merge)
        for mode in (["-e", "audit_output_directory=out"], ["--check"]):
            run = ansible.playbook(PLAYBOOK, "-i", hosts, *mode).expect()
            lines = table(run)
            header = ["cluster", "version", "certificate", "expires", "days", "status", "issuer", "proof"]
            assert lines[0].split() == header
            assert len(lines) == 1 + 7 + 7
            assert [line.split()[:3] for line in lines if "proxy" in line] == [
                ["one", "8.0.20-96", "proxy"],
                ["two", "7.8.6-36", "proxy"],
            ]
            assert all(line.split()[5] == "ok" for line in lines[1:])
            # By ports, or by metrics; also proxy, which no database presents.
            assert all(line.endswith("  proven 1/1") for line in lines[1:])
            assert run.output.count("changed=0 ") == 2
        assert one.writes == two.writes == []


def test_certificates_of_databases_and_nodes_that_are_not_active(ansible: Ansible, authority: Authority) -> None:
    with Cluster(nodes=3, database="tls", tls_databases=2) as cluster:
        first, second = cluster.bdbs
        for bdb, days in ((first, 200), (second, 3)):
            material = authority.issue(days=days, key="ec", sans=[f"redis-{bdb.port}.{cluster.fqdn}"])
            cluster.set_bdb_certificate(bdb.uid, material.certificate_pem, str(material.key_pem))
        second.client_certs = [authority.issue("client.example.com", key="ec", days=20).certificate_pem]
        cluster.nodes[2].down = True
        place = ansible.folder / "reports"
        variables = {"audit_output_directory": str(place)}
        run = ansible.playbook(PLAYBOOK, "-i", inventory(ansible, {"one": cluster}, **variables)).expect(ok=False)
    content = json.loads((place / "audit.json").read_text(encoding="utf-8"))
    found = content["findings"]
    outcomes = {(one["certificate"], one["check"]): one["outcome"] for one in content["checks"]}
    # Two of three ports were seen, and the metrics of two nodes.
    for check in (("api", "served"), ("api", "trusted"), ("syncer", "on_node")):
        assert outcomes[check] == "not_visible", check
    label = f"database {second.name}"
    assert [(one["severity"], one["certificate"], one["check"]) for one in found if one["severity"] != "info"] == [
        ("critical", label, "expiry"),
        ("warning", f"{label}, client 1", "expiry"),
        ("warning", None, "node_active"),
    ]
    assert failures(run)["one"] == f"{label}: expires in 2 days"
    assert [line for line in table(run) if f"database {first.name} " in line and " ok " in line]
    assert "node 3 is down" in (place / "audit.html").read_text(encoding="utf-8")


def test_fails_for_what_expires_and_for_what_cannot_be_read(ansible: Ansible) -> None:
    with (
        Cluster(nodes=1, database="none", expires={"proxy": 10, "cm": -1}) as soon,
        Cluster(nodes=1, database="none") as broken,
        Cluster(nodes=1, database="none") as unreadable,
        Cluster(nodes=1, database="none", expires={"proxy": 20}) as good,
    ):
        broken.add_fault(Fault(method="GET", path="/v1/cluster/certificates", status=503))
        unreadable.set_certificate("syncer", "garbage", None)
        issued = Authority(common_name="Ends soon", days=3).issue(root=True)
        unreadable.set_certificate("cm", issued.certificate_pem, str(issued.key_pem))
        clusters = {"soon": soon, "broken": broken, "unreadable": unreadable, "good": good}
        run = ansible.playbook(PLAYBOOK, "-i", inventory(ansible, clusters)).expect(ok=False)
    lines = table(run)
    assert len(lines) == 1 + 7 + 2 + 7 + 7
    status = {tuple(line.split()[:3:2]): line for line in lines}
    assert "  EXPIRES SOON  " in status["soon", "proxy"]
    assert "  EXPIRED  " in status["soon", "cm"]
    assert "  ok  " in status["soon", "api"]
    assert "NOT READ: GET /v1/cluster/certificates" in status["broken", "-"]
    assert "NOT READABLE" in status["unreadable", "syncer"]
    assert "  AN ISSUER EXPIRES SOON  " in status["unreadable", "cm"]
    failed = failures(run)
    assert set(failed) == {"soon", "broken", "unreadable"}
    assert failed["broken"].startswith("could not be read: GET /v1/cluster/certificates")
    assert "proxy: expires in 9 days" in failed["soon"].split("; ")


@pytest.mark.parametrize(("days", "ok"), [(11, False), (10, True)])
def test_the_threshold_is_in_days(ansible: Ansible, days: int, ok: bool) -> None:
    with Cluster(nodes=1, database="none", expires={"proxy": 10.5}) as cluster:
        run = ansible.playbook(PLAYBOOK, "-i", inventory(ansible, {"one": cluster}), "-e", f"audit_fail_within={days}")
        run.expect(ok=ok)


@pytest.mark.corner
def test_where_variables_may_come_from(ansible: Ansible) -> None:
    """Vaulted values, templates, files of the play, and what one host has of its own."""
    with Cluster(nodes=1, database="none", password="for all") as one, Cluster(nodes=1, database="none") as two:
        hosts = inventory(ansible, {"one": one, "two": two})
        content = yaml.safe_load(Path(hosts).read_text())
        group = content["redis_enterprise"]
        group["hosts"]["one"]["redis_enterprise_password"] = "{{ vault_password }}"
        del group["hosts"]["one"]["redis_enterprise_ca_path"]
        group["hosts"]["two"]["redis_enterprise_metrics_port"] = "{{ hostvars[inventory_hostname].other }}"
        group["hosts"]["two"]["other"] = two.metrics_port
        Path(hosts).write_text(yaml.safe_dump(content))
        (ansible.folder / "password").write_text("open sesame")
        (ansible.folder / "group_vars").mkdir()
        (ansible.folder / "ca.pem").write_text(Path(one.ca_path).read_text() + Path(two.ca_path).read_text())
        secret = ansible.folder / "secrets.yml"
        secret.write_text("vault_password: for all\n")
        vault = ["--vault-password-file", "password"]
        subprocess.run(
            [str(PROGRAMS / "ansible-vault"), "encrypt", *vault, "secrets.yml"],
            cwd=ansible.folder,
            env=ansible.environment({}),
            check=True,
            capture_output=True,
        )
        # The play's variables win over those of host two.
        variables = {"ansible_python_interpreter": TARGET, "redis_enterprise_ca_path": "ca.pem"}
        own = play(ansible, vars=variables, vars_files=["secrets.yml"])
        run = ansible.playbook(own, "-i", hosts, *vault, "-e", "audit_output_directory=out", "-vvv").expect()
        assert two.requests
    found = report(ansible.folder / "out")
    assert [cluster["verdict"] for cluster in found.values()] == ["ok", "ok"]
    assert {entry["trusted"] for cluster in found.values() for entry in cluster["endpoints"]} == {True, False}
    assert_absent({"for all", two.password}, run, ansible.home, ansible.folder / "out")


def test_a_variable_that_needs_another_one_is_an_error_of_its_host(ansible: Ansible, cluster: Cluster) -> None:
    hosts = inventory(ansible, {"one": cluster})
    content = yaml.safe_load(Path(hosts).read_text())
    content["redis_enterprise"]["hosts"]["one"]["redis_enterprise_timeout"] = "{{ 30 if nobody else 7 }}"
    Path(hosts).write_text(yaml.safe_dump(content))
    options = {"hosts": ["one"]}
    own = ansible.folder / "own.yml"
    tasks = [task("read", "fleet_certificate_info", options)]
    own.write_text(yaml.safe_dump([{"hosts": "one", "connection": "local", "gather_facts": False, "tasks": tasks}]))
    (entry,) = ansible.playbook(own, "-i", hosts).expect()["read"].result["clusters"]
    assert "host one: the variable redis_enterprise_timeout cannot be evaluated" in entry["error"]["msg"]
    assert entry["error"]["failure"] == {"kind": "invalid_option", "option": "redis_enterprise_timeout"}
    assert cluster.requests == []


def test_one_host_with_wrong_variables_is_a_row(ansible: Ansible) -> None:
    with Cluster(nodes=1, database="none") as good, Cluster(nodes=1, database="none") as wrong:
        hosts = inventory(ansible, {"wrong": wrong, "good": good})
        content = yaml.safe_load(Path(hosts).read_text())
        content["redis_enterprise"]["hosts"]["wrong"]["redis_enterprise_timeout"] = "long"
        Path(hosts).write_text(yaml.safe_dump(content))
        run = ansible.playbook(PLAYBOOK, "-i", hosts).expect(ok=False)
    assert len(table(run)) == 1 + 1 + 7
    assert any("NOT READ" in line and "redis_enterprise" not in line for line in table(run))


def test_drift(ansible: Ansible, authority: Authority) -> None:
    made = folder(ansible, {"proxy": authority.issue()})
    with (
        Cluster(nodes=1, database="none") as differs,
        Cluster(nodes=1, database="none") as same,
        Cluster(nodes=1, database="none") as down,
    ):
        material = authority.issue()
        other = ansible.folder / "other"
        other.mkdir()
        for name, text in {"proxy.pem": material.certificate_pem, "proxy.key": str(material.key_pem)}.items():
            (other / name).write_text(text)
        same.set_certificate("proxy", material.certificate_pem, str(material.key_pem))
        down.add_fault(Fault(status=503))
        hosts = inventory(ansible, {"differs": differs, "same": same, "down": down}, redis_enterprise_retries=0)
        content = yaml.safe_load(Path(hosts).read_text())
        of_hosts = content["redis_enterprise"]["hosts"]
        of_hosts["differs"]["rotation_certificates"] = from_folder(made, ["proxy"])
        of_hosts["same"]["rotation_certificates"] = from_folder(other, ["proxy"])
        of_hosts["down"]["rotation_certificates"] = from_folder(other, ["proxy"])
        Path(hosts).write_text(yaml.safe_dump(content))
        arguments = ["-i", hosts, "-e", "audit_drift=true", "-e", "audit_output_directory=out"]
        ansible.playbook(PLAYBOOK, *arguments).expect(ok=False)
        (made / "proxy.key").unlink()
        of_hosts["same"]["rotation_certificates"] = []
        Path(hosts).write_text(yaml.safe_dump(content))
        drift = {name: cluster["drift"] for name, cluster in report(ansible.folder / "out").items()}
        ansible.playbook(PLAYBOOK, *arguments).expect(ok=False)
        assert differs.writes == same.writes == down.writes == []
    assert [(one["name"], one["action"]) for one in drift["differs"]] == [("proxy", "update")]
    assert [(one["name"], one["action"]) for one in drift["same"]] == [("proxy", "none")]
    assert drift["down"] is None
    again = report(ansible.folder / "out")
    assert again["differs"]["drift"] is None
    assert "could not be compared" in again["differs"]["warnings"][0]
    assert again["same"]["drift"] == []


def test_drift_of_what_is_issued_when_it_is_due(ansible: Ansible, authority: Authority) -> None:
    def issued(name: str, **more: Any) -> dict[str, Any]:
        files = {"ca_certificate_path": "nowhere.pem", "ca_private_key_path": "nowhere.key"}
        names = {"extra_names": ["localhost", "IP:127.0.0.1"]}  # as the simulator has them
        return {"name": name, "source": {"ownca": {**files, **names, **more}}}

    material = authority.issue()
    secret = {"certificate": material.certificate_pem, "private_key": str(material.key_pem)}
    wanted: dict[str, Any] = {
        "due": [
            issued("proxy"),
            issued("cm", key_size=3072),
            {"name": "syncer", "source": {"content": secret}},
            issued("api", key_type="ECC", extra_names=["IP:127.0.0.1", "{{ inventory_hostname }}"]),
            {"name": "ldap_client", "state": "absent"},
        ],
        "odd": "proxy",
        "wrong": [issued("proxy", days=0)],
        "undefined": [issued("proxy", names="{{ nowhere }}")],
        "nothing": None,
    }
    with ExitStack() as stack:
        clusters = {
            name: stack.enter_context(Cluster(nodes=1, database="none", expires={"proxy": 20})) for name in wanted
        }
        hosts = inventory(ansible, clusters)
        content = yaml.safe_load(Path(hosts).read_text())
        for name, entries in wanted.items():
            content["redis_enterprise"]["hosts"][name]["rotation_certificates"] = entries
        Path(hosts).write_text(yaml.safe_dump(content))
        own = play(ansible, vars={"ansible_python_interpreter": TARGET})
        arguments = ["-i", hosts, "-e", "audit_drift=true", "-e", "audit_output_directory=out", "-vvv"]
        run = ansible.playbook(
            own, *arguments, environment={**ENVIRONMENT, "ANSIBLE_INJECT_INVOCATION": "true"}
        ).expect()
        assert not any(cluster.writes for cluster in clusters.values())
    found = report(ansible.folder / "out")
    assert {one["name"]: (one["action"], one["reason"]) for one in found["due"].pop("drift")} == {
        "proxy": ("issue", "expires in 19 days, self-signed"),
        "cm": ("issue", "key size is 2048, not 3072, self-signed"),
        "syncer": ("update", "leaf_differs"),
        "api": (
            "issue",
            "names differ (without due; with localhost), key type is RSA, not ECC, self-signed",
        ),
        "ldap_client": ("none", "absent"),
    }
    assert {name: cluster["drift"] for name, cluster in found.items() if "drift" in cluster} == dict.fromkeys(
        ["odd", "wrong", "undefined", "nothing"]
    )
    warnings = {name: " ".join(cluster["warnings"]) for name, cluster in found.items()}
    assert "rotation_certificates" in warnings["odd"]
    assert "proxy: source ownca: days is less than 1" in warnings["wrong"]
    assert "the variable rotation_certificates cannot be evaluated" in warnings["undefined"]
    assert (warnings["due"], warnings["nothing"]) == ("", "")
    assert_absent(secret_lines(str(material.key_pem)), run, ansible.home, ansible.folder / "out")


def test_what_the_playbook_for_slices_merges_is_what_one_run_reports(ansible: Ansible) -> None:
    with ExitStack() as stack:
        clusters = {f"c{number}": stack.enter_context(Cluster(nodes=1, database="none")) for number in range(4)}
        hosts = inventory(ansible, clusters)
        for limit in ("c0:c1", "c2:c3"):
            out = f"audit_output_directory={limit[:2]}"
            ansible.playbook(PLAYBOOK, "-i", hosts, "--limit", limit, "-e", out, "-e", "audit_formats=json").expect()
        ansible.playbook(PLAYBOOK, "-i", hosts, "-e", "audit_output_directory=whole").expect()
    given = {"audit_data_paths": ["c0/audit.json", "c2/audit.json"], "audit_output_directory": "merged"}
    merged = ansible.playbook(f"{PREFIX}.audit_report", "-e", json.dumps(given)).expect()
    assert len(table(merged)) == 1 + 4 * 7
    stats = merged["Publish the summary (set_stats)"].result["ansible_stats"]["data"]
    assert stats["audit_failed_clusters"] == []
    assert stats["audit_summary"]
    assert sorted(path.name for path in (ansible.folder / "merged").iterdir()) == [
        "audit.csv",
        "audit.html",
        "audit.json",
        "audit.prom",
        "audit.xml",
    ]
    parts, whole = report(ansible.folder / "merged"), report(ansible.folder / "whole")
    assert list(parts) == list(whole)
    for name, cluster in parts.items():
        assert cluster["certificates"] == whole[name]["certificates"]
    texts = {"audit_formats": "json, html", "audit_expected_clusters": "c0, c1"}
    refused = ansible.playbook(f"{PREFIX}.audit_report", "-e", json.dumps({**given, **texts})).expect(ok=False)
    for name in texts:
        assert (
            f'{name}: must be a list. Give it as {{"{name}": ["ONE", "TWO"]}}, or as'
            in refused["Check the variables"].result["msg"]
        )
    failing = ansible.playbook(f"{PREFIX}.audit_report", "-e", json.dumps({**given, "audit_fail_within": 1000}))
    assert "Critical, or not read: c0, c1, c2, c3" in failing.expect(ok=False).output


def test_what_an_audit_hands_on(ansible: Ansible) -> None:
    """Where no folder outlasts the run: by tasks of the user, and by artifacts that are not too large."""
    tasks = [
        {
            "name": "Hand the report on",
            "ansible.builtin.copy": {
                "content": "{{ audit_result | to_json }}\n{{ lookup('file', audit_result.files.json) }}",
                "dest": str(ansible.folder / "elsewhere-{{ inventory_hostname }}"),
                "mode": "0600",
            },
        }
    ]
    (ansible.folder / "hand_on.yml").write_text(yaml.safe_dump(tasks))
    given: dict[str, Any] = {
        "audit_run_after": "hand_on.yml",
        "audit_output_directory": "out",
        "audit_formats": ["json"],
    }
    with (
        Cluster(nodes=1, database="none", expires={"proxy": 10, "cm": 20}) as soon,
        Cluster(nodes=1, database="none") as good,
    ):
        hosts = inventory(ansible, {"good": good, "soon": soon}, **given)
        run = ansible.playbook(PLAYBOOK, "-i", hosts).expect(ok=False)
    (handed,) = ansible.folder.glob("elsewhere-*")  # once
    result, _end, whole = handed.read_text().partition("\n")
    found = json.loads(result)
    assert (found["failed_clusters"], list(found["files"])) == (["soon"], ["json"])
    assert json.loads(whole)["findings"] == found["findings"]
    published = run["Publish the summary (set_stats)"].result["ansible_stats"]["data"]["audit_findings"]
    assert [(one["severity"], one["certificate"]) for one in published] == [("critical", "proxy"), ("warning", "cm")]
    assert failures(run) == {"soon": "proxy: expires in 9 days"}

    old = ansible.folder / "runs/1"
    old.mkdir(parents=True)
    (old / "audit.json").write_text("{}")
    for path in (old, old.parent):
        os.utime(path, (0, 0))
    retention = {"audit_retention_days": 90, "audit_retention_directory": "runs"}
    merged = {**given, **retention, "audit_data_paths": "out/audit.json", "audit_output_directory": "runs/2"}
    done = ansible.playbook(f"{PREFIX}.audit_report", "-e", json.dumps(merged)).expect(ok=False)
    assert (ansible.folder / "elsewhere-localhost").exists()
    assert done["Report on what was read"].result["removed"] == [str(old)]
    assert [path.name for path in old.parent.iterdir()] == ["2"]

    missing = ansible.playbook(PLAYBOOK, "-i", hosts, "-e", "audit_run_after=missing.yml").expect(ok=False)
    said = missing["Fail for tasks that are missing"].result["msg"]
    assert said.startswith(f"audit_run_after: no such file: {ansible.folder / 'missing.yml'}. The report is made")
    assert missing["Summarise"].status == "ok"


@pytest.mark.corner
def test_a_fleet_is_read_by_one_task(ansible: Ansible) -> None:
    password = "correct horse battery staple"
    with ExitStack() as stack:
        fleet = {
            f"c{number:02}": stack.enter_context(Cluster(nodes=1, database="none", password=password))
            for number in range(64)
        }
        fleet["c07"].add_fault(Fault(method="GET", path="/v1/cluster/certificates", status=503))
        hosts = inventory(ansible, fleet, redis_enterprise_retries=0)
        run = ansible.playbook(PLAYBOOK, "-i", hosts, "-vvv", environment={"ANSIBLE_INJECT_INVOCATION": "true"})
        run.expect(ok=False)
        assert all(len(cluster.requests) == 5 for name, cluster in fleet.items() if name != "c07")
    assert len(run["Read all clusters"].result["clusters"]) == 64
    assert len(table(run)) == 1 + 63 * 7 + 2
    assert set(failures(run)) == {"c07"}
    assert_absent({password}, run, ansible.home)


def test_a_wrong_variable_of_the_role_fails_at_the_start(ansible: Ansible, cluster: Cluster) -> None:
    hosts = inventory(ansible, {"one": cluster}, audit_fail_within="soon")
    output = ansible.playbook(PLAYBOOK, "-i", hosts).expect(ok=False).output
    assert "audit_fail_within" in output
    assert "argument_spec_data" not in output  # all that the role declares, on one line
    assert cluster.requests == []


def test_a_variable_without_a_value_is_not_set(ansible: Ansible, cluster: Cluster) -> None:
    """As where all entries of a list are comments."""
    names = (
        "concurrency",
        "served",
        "drift",
        "minimum_rsa_bits",
        "allowed_issuers",
        "exceptions",
        "formats",
        "fail_within",
    )
    hosts = inventory(ansible, {"one": cluster})
    give(hosts, {"one": {f"audit_{name}": None for name in names}})
    assert len(table(ansible.playbook(PLAYBOOK, "-i", hosts).expect())) == 1 + 7


@pytest.mark.corner
def test_what_one_host_lacks_costs_the_others_nothing(ansible: Ansible) -> None:
    """Neither the file of a lookup, nor a variable, nor the password of a vault: each is the line of that host."""
    lacking = {
        "undefined": {"redis_enterprise_password": "{{ nowhere }}"},
        "lookup": {"redis_enterprise_password": "{{ lookup('ansible.builtin.file', 'nowhere.txt') }}"},
        "vault": {"redis_enterprise_password": "VAULTED"},
    }
    with ExitStack() as stack:
        clusters = {name: stack.enter_context(Cluster(nodes=1, database="none")) for name in (*lacking, "well")}
        hosts = inventory(ansible, clusters)
        give(hosts, lacking)
        for playbook in (PLAYBOOK, str(play(ansible))):
            run = ansible.playbook(playbook, "-i", hosts, "-e", "audit_output_directory=out")
            assert run.returncode != 0, run.output
            found = report(ansible.folder / "out")
            assert {name: one["error"] is None for name, one in found.items()} == {
                **dict.fromkeys(lacking, False),
                "well": True,
            }
            for name in lacking:
                assert f"host {name}: the variable redis_enterprise_password cannot" in found[name]["error"]["msg"]
            assert len(found["well"]["certificates"]) == 7
            assert "well" not in failures(run)
