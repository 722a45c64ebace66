# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit tells of the API's certificate of clusters that it cannot read, without a login and without trust."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from contextlib import ExitStack
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from prometheus_client.parser import text_string_to_metric_families
from simulator import Cluster, Fault
from simulator.authority import Authority, Material
from simulator.dripping import HANDSHAKE, DrippingServer
from simulator.forgery import ECDHE_RSA, Forgery

from .runs import PREFIX, Ansible, Run
from .test_audit import failures, table
from .test_audit_report import SCHEMA
from .test_rotation import connection, written
from .test_secrets import assert_absent

pytestmark = pytest.mark.role

PLAYBOOK = f"{PREFIX}.audit"
PASSWORD = "a password that nobody may see"


class Fleet:
    """Clusters that cannot be read, each for another reason."""

    def __init__(self, stack: ExitStack, ansible: Ansible, authority: Authority) -> None:
        self._stack, self._ansible = stack, ansible
        self.clusters: dict[str, Cluster] = {}
        self._hosts: dict[str, dict[str, Any]] = {}
        self.materials: dict[str, Material] = {}
        other = ansible.folder / "other.pem"
        other.write_text(Authority("Another CA").ca_pem)
        trusted = ansible.folder / "ca.pem"
        trusted.write_text(authority.ca_pem)

        def add(name: str, material: Material, *faults: Fault, **variables: Any) -> None:
            cluster = stack.enter_context(Cluster(nodes=1, database="none"))
            cluster.set_certificate("api", material.certificate_pem, str(material.key_pem))
            cluster.clear_requests()
            for fault in faults:
                cluster.add_fault(fault)
            given = {"ca_path": str(trusted), "timeout": 3, "retries": 0, **variables}
            options = {f"redis_enterprise_{option}": value for option, value in given.items()}
            self._hosts[name] = {**connection(cluster), **options}
            self.clusters[name], self.materials[name] = cluster, material

        read = "/v1/cluster/certificates"
        issue = authority.issue
        add("expired", issue(days=-2.5))
        add("untrusted", issue(days=100, intermediates=1), ca_path=str(other))
        add("login", issue(days=20.5), password=PASSWORD)
        add("broken", issue(days=5.5), Fault(path=read, status=503))
        add("silent", issue(days=50.5), Fault(path=read, kind="never"))
        add("closing", issue(days=60.5), Fault(path=read, kind="close_before"))
        add("gone", issue(), url="https://127.0.0.1:1")
        add("forged", issue())
        self.clusters["forged"].forge("api", None, Forgery(ECDHE_RSA, signs=True, done=True))
        dripping = stack.enter_context(DrippingServer(HANDSHAKE, issue()))
        add("dripping", issue(), url=dripping.url)

    def audit(self, *arguments: str) -> Run:
        return self._ansible.playbook(PLAYBOOK, "-i", written(self._ansible, self._hosts), *arguments)


KINDS = {
    "expired": "tls_expired",
    "untrusted": "tls_untrusted",
    "login": "unauthorized",
    "broken": "unavailable",
    "silent": "read_timeout",
    "closing": "connection_lost",
}
NOTHING_SEEN = {"gone": "connection_refused", "forged": "tls", "dripping": "read_timeout"}


def samples(path: Path, name: str) -> dict[tuple[str, str], float]:
    """The values of a metric, by cluster and certificate."""
    return {
        (sample.labels["cluster"], sample.labels["name"]): sample.value
        for family in text_string_to_metric_families(path.read_text())
        for sample in family.samples
        if sample.name == f"redis_enterprise_certificate_{name}"
    }


@pytest.mark.corner
def test_what_the_api_presents_is_told_in_every_format(ansible: Ansible, authority: Authority) -> None:
    with ExitStack() as stack:
        fleet = Fleet(stack, ansible, authority)
        run = fleet.audit("-e", "audit_output_directory=out").expect(ok=False)
        asked = {name: [request.path for request in one.requests] for name, one in fleet.clusters.items()}
        handshakes = {name: one.handshakes("api") for name, one in fleet.clusters.items()}
    out = ansible.folder / "out"
    report = json.loads((out / "audit.json").read_text())
    jsonschema.validate(report, SCHEMA)
    clusters: dict[str, Mapping[str, Any]] = {one["name"]: one for one in report["clusters"]}
    kinds = {name: one["error"]["failure"]["kind"] for name, one in clusters.items()}
    assert kinds == {**KINDS, **NOTHING_SEEN}
    assert {one["verdict"] for one in clusters.values()} == {"unreachable"}

    # Nothing was sent but the read that failed, and one handshake more.
    assert asked == {
        **{name: [] for name in ("expired", "untrusted", "forged", "gone", "dripping")},
        **{name: ["/v1/cluster/certificates"] for name in ("login", "broken", "silent", "closing")},
    }
    assert {handshakes[name] for name in KINDS} == {2}
    assert {name: clusters[name]["api_endpoint"] for name in NOTHING_SEEN} == dict.fromkeys(NOTHING_SEEN)

    seen = {name: clusters[name]["api_endpoint"] for name in KINDS}
    for name, endpoint in seen.items():
        assert endpoint["fingerprint"] == fleet.materials[name].fingerprint
        assert (endpoint["service"], endpoint["status"], endpoint["trusted"]) == ("api", "seen", None)
    assert seen["expired"]["days_remaining"] == -2
    assert seen["untrusted"]["chain_fingerprints"] == fleet.materials["untrusted"].chain_fingerprints

    findings = {(one["cluster"], one["check"]): one for one in report["findings"]}
    assert {(one["cluster"], one["check"], one["severity"]) for one in report["findings"]} == {
        *((name, "reachable", "critical") for name in clusters),
        ("expired", "expiry", "critical"),
        ("broken", "expiry", "critical"),
        ("login", "expiry", "warning"),
    }
    expired = findings["expired", "expiry"]
    place = f"127.0.0.1:{fleet.clusters['expired'].api_port}"
    assert expired["certificate"] == "api"
    assert expired["message"] == f"the API's certificate expired 2 days ago (presented at {place})"
    assert "break-glass" in expired["remedy"]
    # What was not looked at has not passed.
    checks = [
        (one["certificate"], one["check"], one["outcome"]) for one in report["checks"] if one["cluster"] == "silent"
    ]
    assert checks == [(None, "reachable", "failed"), ("api", "expiry", "passed"), ("api", "issuer_expiry", "passed")]

    assert f"api: {expired['message']}" in failures(run)["expired"].split("; ")
    ends = samples(out / "audit.prom", "not_after_timestamp_seconds")
    assert set(ends) == {(name, "api") for name in KINDS}
    assert ends["expired", "api"] == int(fleet.materials["expired"].leaf.not_valid_after_utc.timestamp())
    rows = [row for row in csv.DictReader(StringIO((out / "audit.csv").read_text())) if row["certificate"]]
    assert {row["cluster"]: row["fingerprint"] for row in rows} == {
        name: fleet.materials[name].fingerprint for name in KINDS
    }
    assert f"presented at {place}" in [row["proof"] for row in rows]
    assert expired["message"] in (out / "audit.xml").read_text()
    (line,) = (line for line in table(run) if line.startswith("expired ") and " api " in line)
    assert "  EXPIRED  " in line
    assert line.endswith(f"  presented at {place}")
    assert seen["expired"]["fingerprint"][:23] in (out / "audit.html").read_text()
    assert_absent({PASSWORD}, run, out)


def test_hosts_that_do_not_answer_cost_no_second_time_out(ansible: Ansible, authority: Authority) -> None:
    """A handshake that never ends."""
    with DrippingServer(HANDSHAKE, authority.issue()) as server:
        variables = {"username": "a@example.com", "password": "secret words", "url": server.url, "timeout": 12}
        host = {f"redis_enterprise_{option}": value for option, value in {**variables, "retries": 0}.items()}
        run = ansible.playbook(PLAYBOOK, "-i", written(ansible, {"one": host}), "-e", "audit_output_directory=out")
    run.expect(ok=False)
    (cluster,) = json.loads((ansible.folder / "out/audit.json").read_text())["clusters"]
    assert cluster["error"]["failure"]["kind"] == "read_timeout"
    assert cluster["api_endpoint"] is None
    assert 12 <= cluster["seconds"] < 12 + 9


def test_what_would_be_masked_is_not_told(ansible: Ansible) -> None:
    """A password that occurs in the facts, which could make times unreadable, and with them the report of all."""
    with Cluster(nodes=1, database="none", password="Simulated") as cluster:
        cluster.add_fault(Fault(path="/v1/cluster/certificates", status=403))
        ansible.playbook(
            PLAYBOOK, "-i", written(ansible, {"one": connection(cluster)}), "-e", "audit_output_directory=out"
        ).expect(ok=False)
    (found,) = json.loads((ansible.folder / "out/audit.json").read_text())["clusters"]
    assert (found["error"]["failure"]["kind"], found["api_endpoint"]) == ("forbidden", None)
