# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server says, or one host's variables, costs neither the terminal nor the rest of a fleet anything."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

import fleets
import pytest
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.assessment import SCHEMA
from simulator import Cluster
from simulator import api as simulated
from simulator.authority import Authority, Form, pem_of
from simulator.keys import leaf_key
from simulator.web import Answer

from .runs import Ansible, login, task
from .test_audit import PLAYBOOK, failures, give, report, table
from .test_rotation import inventory

#: Colours, a title, a bell, a forged result, text that turns round, and half of a character.
FORGED = "ok: [payments] FORGED"
EVIL = f"\x1b[31mred\x1b]0;title\x07\n{FORGED}\r\x9b2J\u202egnp\u2066\u2028\ud800"


def lie(patch: pytest.MonkeyPatch, lies: Mapping[str, Mapping[str, Callable[[Any], None]]]) -> None:
    """Change what simulated clusters answer.

    Args:
        lies: by FQDN and path, what changes the JSON.
    """
    process = simulated.Api._process

    def changed(self: simulated.Api, exchange: Any, record: Any, body: Any) -> Answer:
        answer = process(self, exchange, record, body)
        change = lies.get(self._cluster.fqdn, {}).get(record.path)
        if change is None or answer.status != 200 or record.method != "GET":
            return answer
        value = json.loads(answer.body)
        change(value)
        return Answer(answer.status, json.dumps(value).encode(), answer.content_type, answer.headers)

    patch.setattr(simulated.Api, "_process", changed)


def acting(text: str) -> list[str]:
    """What of an output acts on a terminal, or breaks a line as only some programs do."""
    kinds = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return sorted({one for one in text if one not in "\n\t" and unicodedata.category(one) in kinds})


def forged(output: str) -> list[str]:
    """Lines that look like a result of a task that never ran."""
    return [line for line in output.splitlines() if line.lstrip().startswith(FORGED)]


def each(value: list[dict[str, Any]], **fields: Any) -> None:
    for one in value:
        one.update(fields)


@pytest.mark.corner
def test_what_a_server_says_is_only_text(
    ansible: Ansible, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = Form(common_name=EVIL.rstrip("\ud800"), eku=("serverAuth",))
    evil = pem_of(authority.sign(subject, leaf_key("rsa").private))
    names: dict[str, Callable[[Any], None]] = {
        "/v1/bdbs": lambda value: each(value, name=EVIL),
        "/v1/cluster": lambda value: value.update(name=EVIL, data_cipher_list=EVIL),
        "/v1/cluster/certificates": lambda value: value.update({f"{EVIL}_cert": evil}),
        "/v1/job_scheduler": lambda value: value["cert_rotation_job_settings"].update(cron_expression=EVIL),
        "/v1/nodes": lambda value: each(value, external_addr=[EVIL], software_version=f"8.0.20-96{EVIL}"),
    }
    down = {"/v1/nodes": lambda value: each(value, addr=EVIL, status=EVIL)}
    lie(monkeypatch, {"evil.example.com": names, "down.example.com": down})
    with (
        Cluster(nodes=1, database="tls", fqdn="evil.example.com") as cluster,
        Cluster(nodes=1, database="none", fqdn="down.example.com") as other,
        Cluster(nodes=1, database="none", fqdn="good.example.com") as good,
    ):
        new, fit = authority.issue(cluster.fqdn), authority.issue(other.fqdn)
        wanted = {"name": "proxy", "certificate": new.certificate_pem, "private_key": str(new.key_pem)}
        fitting = {**wanted, "certificate": fit.certificate_pem, "private_key": str(fit.key_pem)}
        members = [{"name": one.fqdn, **login(one)} for one in (cluster, other, good)]
        made = ansible.tasks(
            [
                task("facts", "cluster_certificate_info", {}),
                task("ports", "served_certificate_info", {"discover": True}),
                task("fleet", "fleet_certificate_info", {"clusters": members}, register="fleet"),
                task("report", "audit_report", {"clusters": "{{ fleet.clusters }}", "output_directory": "out"}),
                task("contract", "contract_info", {}),
                task("change", "cluster_certificate", {**wanted, "requirements": "warn"}, diff=True),
                task("refused", "cluster_certificate", {**fitting, **login(other)}, ignore_errors=True),
            ],
            "-v",
            connection=login(cluster),
        )
        assert cluster.certificate("proxy") == new.certificate_pem
    assert acting(made.output) == []
    assert forged(made.output) == []
    assert {name: made[name].status for name in ("facts", "ports", "fleet", "report", "contract", "change")} == (
        dict.fromkeys(("facts", "ports", "fleet", "report", "contract", "change"), "ok")
    )
    assert made["change"].changed
    assert made["refused"].failure["kind"] == "node_not_active"
    assert r"\x1b[31mred\x1b]0;title\x07\nok: [payments] FORGED" in made["refused"].result["msg"]
    for outcome in made.outcomes:
        shown = json.dumps(outcome.result["invocation"] and {**outcome.result, "invocation": None}, ensure_ascii=False)
        assert acting(shown) == []
    for path in (ansible.folder / "out").iterdir():
        content = path.read_text(encoding="utf-8")
        assert acting(content) == []  # but for the line ends of CSV, which Python reads as any other
        assert forged(content) == []


@pytest.mark.corner
def test_one_bent_cluster_of_a_fleet_costs_the_others_nothing(
    ansible: Ansible, monkeypatch: pytest.MonkeyPatch
) -> None:
    def alerts(value: Any) -> None:
        value["alert_settings"] = {"cluster_certs_about_to_expire": {}}

    def half(value: Any) -> None:
        value["cert_rotation_job_settings"]["cron_expression"] = "half\ud800"

    lie(monkeypatch, {"alerts.example.com": {"/v1/cluster": alerts}, "half.example.com": {"/v1/job_scheduler": half}})
    names = ("a-undefined", "a-vault", "alerts", "half", "good")
    with ExitStack() as stack:
        clusters = {
            name: stack.enter_context(Cluster(nodes=1, database="none", fqdn=f"{name}.example.com")) for name in names
        }
        hosts = inventory(ansible, clusters)
        give(
            hosts,
            {
                "a-undefined": {"redis_enterprise_timeout": "{{ nobody }}"},
                "a-vault": {"redis_enterprise_password": "VAULTED"},
            },
        )
        (ansible.folder / "password").write_text("open sesame", encoding="utf-8")
        arguments = ["-i", hosts, "--vault-password-file", "password", "-e", "audit_output_directory=out"]
        run = ansible.playbook(PLAYBOOK, *arguments).expect(ok=False)
        assert clusters["a-undefined"].requests == clusters["a-vault"].requests == []
    found = report(ansible.folder / "out")
    assert {name: cluster["verdict"] for name, cluster in found.items()} == {
        "a-undefined": "unreachable",
        "a-vault": "unreachable",
        "alerts": "warning",
        "half": "ok",
        "good": "ok",
    }
    assert "the variable redis_enterprise_timeout cannot be evaluated" in found["a-undefined"]["error"]["msg"]
    assert "the variable redis_enterprise_password cannot be evaluated" in found["a-vault"]["error"]["msg"]
    assert found["half"]["internal"]["cron_expression"] == r"half\ud800"
    assert [len(found[name]["certificates"]) for name in ("alerts", "half", "good")] == [7, 7, 7]
    assert set(failures(run)) == {"a-undefined", "a-vault"}
    assert len([line for line in table(run) if "NOT READ" in line]) == 2


BENT = {
    "endpoints": [3],
    "alerts": {"cluster_certs_about_to_expire": {}},
    "databases": {},
    "certificates": [{"name": "proxy"}],
    "warnings": "\ud800",
}


def test_bent_fleet_data_is_named_by_file_and_field(ansible: Ansible) -> None:
    for field, value in BENT.items():
        path = ansible.folder / field / "audit.json"
        path.parent.mkdir()
        cluster = {**fleets.cluster("one.example.com"), field: value}
        path.write_text(json.dumps({"schema": SCHEMA, "clusters": [cluster]}), encoding="utf-8")
    tasks = [
        task(field, "audit_report", {"data_paths": [str(ansible.folder / field)]}, ignore_errors=True) for field in BENT
    ]
    run = ansible.tasks(tasks)
    for field in BENT:
        assert run[field].failure == {"kind": "invalid_option", "option": "data_paths"}
        assert str(ansible.folder / field / "audit.json") in run[field].result["msg"]
        assert re.search(field.rstrip("s"), run[field].result["msg"].partition("not valid fleet data: ")[2])
