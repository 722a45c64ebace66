# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module contract_info and the playbook contract, as their users run them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from simulator import Cluster, Fault
from simulator.keys import secret_lines

from .runs import PREFIX, Ansible, Run, login, task
from .test_secrets import assert_absent

CHECK, SHOW, FAIL = "Check each fact on this cluster", "Report what to paste into an issue", "Fail where facts differ"


@pytest.fixture
def three() -> Iterator[Cluster]:
    with Cluster(nodes=3, database="tls", tls_databases=2) as started:
        yield started


def playbook(ansible: Ansible, cluster: Cluster, *arguments: str, **variables: Any) -> Run:
    given = {f"redis_enterprise_{name}": value for name, value in login(cluster).items()}
    inventory = ansible.folder / "inventory.yml"
    inventory.write_text(json.dumps({"redis_enterprise": {"hosts": {"payments": {**given, **variables}}}}))
    return ansible.playbook(f"{PREFIX}.contract", "-i", str(inventory), *arguments)


def keys(cluster: Cluster) -> set[str]:
    """The lines of all private keys that the cluster has."""
    return secret_lines(*(str(held.key) for node in cluster.nodes for held in node.stored.values() if held.key))


def block(run: Run) -> str:
    """What users paste."""
    return "\n".join(run[SHOW].result["msg"])


@pytest.mark.main_path
@pytest.mark.parametrize("process", ["true", "false"])
def test_it_returns_what_holds(ansible: Ansible, three: Cluster, process: str) -> None:
    run = ansible.tasks(
        [task("check", "contract_info", {})],
        connection=login(three),
        environment={"REDIS_ENTERPRISE_IN_PROCESS": process},
    ).expect()
    result = run["check"].result
    assert result["counts"]["differs"] == 0
    assert result["counts"]["holds"] > 60
    assert run["check"].writes(three) in ([], [("POST", "/v1/users/refresh_jwt", 200)])
    assert run["check"].changed is False


def test_the_playbook_prints_what_to_paste(ansible: Ansible, three: Cluster) -> None:
    run = playbook(ansible, three, redis_enterprise_token="").expect()
    text = block(run)
    assert text.startswith("redis_enterprise.certificates ")
    assert "differs: 0" in text
    assert three.writes == [] or {request.path for request in three.writes} == {"/v1/users/refresh_jwt"}
    ports = map(str, (three.api_port, three.cm_port, three.metrics_port, three.database_port))
    for hidden in ("payments", three.fqdn, "example.com", three.password, "127.0.0.", "orders", *ports):
        assert hidden not in text
    assert_absent(keys(three), run)


def test_facts_that_differ_fail_only_when_that_is_wanted(ansible: Ansible, three: Cluster) -> None:
    three.add_fault(Fault("GET", "/v1/no_such_path", status=418))
    run = playbook(ansible, three).expect()
    assert "DIFFERS  unknown_path_is_404" in block(run)
    assert "seen: status: 418" in block(run)
    assert run[FAIL].status == "skipped"
    failed = playbook(ansible, three, contract_fail_on_difference=True).expect(ok=False)
    assert failed[FAIL].result["msg"] == "Facts that differ: 1; the report is above."


def test_a_cluster_that_cannot_be_read_fails(ansible: Ansible, three: Cluster) -> None:
    run = playbook(ansible, three, redis_enterprise_password="wrong").expect(ok=False)
    assert run[CHECK].failure["kind"] == "unauthorized"


def test_writes_have_to_be_confirmed(ansible: Ansible, three: Cluster) -> None:
    before = [node.stored for node in three.nodes]
    run = playbook(ansible, three, contract_writes=True).expect(ok=False)
    assert run[CHECK].failure["kind"] == "not_confirmed"
    assert three.writes == []
    wanted = {"contract_writes": True, "contract_writes_confirmed": three.fqdn}
    run = playbook(ansible, three, "--check", **wanted).expect()
    assert {request.names for request in three.writes} <= {()}
    run = playbook(ansible, three, **wanted).expect()
    assert "everything that was written was restored: yes" in block(run)
    assert run[CHECK].changed is False
    assert [node.stored for node in three.nodes] == before
    assert ("metrics_exporter",) in {request.names for request in three.writes}
    assert_absent(keys(three), run)


def test_the_variables_that_other_playbooks_take(ansible: Ansible, three: Cluster) -> None:
    run = playbook(ansible, three, redis_enterprise_timeout=5, redis_enterprise_node_address="both").expect()
    assert run[CHECK].result["counts"]["differs"] == 0
