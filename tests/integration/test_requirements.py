# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the vendor demands is checked before anything is written, and known bugs are acted on."""

from __future__ import annotations

from typing import Any

import pytest
from simulator import Cluster, Fault
from simulator.authority import Authority, Material

from .runs import Ansible, login, task

MODULE = "cluster_certificate"
CCS = "ccs_internode_encryption"


def pair(name: str, material: Material, **options: Any) -> dict[str, Any]:
    return {"name": name, "certificate": material.certificate_pem, "private_key": str(material.key_pem), **options}


def ids(result: Any) -> list[str]:
    return [finding["id"] for finding in result["findings"]]


def test_all_errors_are_listed_at_once_and_nothing_is_written(
    ansible: Ansible, any_cluster: Cluster, authority: Authority
) -> None:
    material = authority.issue("other.example.com", eku=["serverAuth"], root=True)
    options = pair("proxy", material)
    run = ansible.tasks(
        [
            task("enforce", MODULE, options, ignore_errors=True),
            task("enforce in check mode", MODULE, options, check_mode=True, ignore_errors=True),
            task("warn in check mode", MODULE, {**options, "requirements": "warn"}, check_mode=True),
        ],
        connection=login(any_cluster),
    ).expect(warnings=True)
    for name in ("enforce", "enforce in check mode"):
        refused = run[name]
        assert refused.failure == {"kind": "requirements_not_met", "option": "requirements", "certificate": "proxy"}
        assert refused.result["outcome"] == "failed_unchanged"
        assert ids(refused.result) == [
            "eku_missing",
            "name_missing",
            "internal_name_missing",
            "common_name_differs",
        ]
        assert set(refused.result["findings"][0]) == {"id", "severity", "certificate", "found", "remedy", "source"}
        assert "clientAuth" in refused.result["msg"]
        assert "*.cluster.example.com" in refused.result["msg"]
        assert "internal_name_missing" not in refused.result["msg"]
    assert len(run.warnings) == 4
    assert run["warn in check mode"].changed
    assert any_cluster.writes == []


def test_ignore_says_nothing_and_returns_the_findings(ansible: Ansible, authority: Authority) -> None:
    """A version that takes an internode certificate without clientAuth, and breaks on it."""
    material = authority.issue(eku=["serverAuth"], root=True)
    with Cluster(nodes=1, version="7.22.2-70", database="none", internode_outage=0.5) as cluster:
        run = ansible.tasks(
            [
                task("enforce", MODULE, pair(CCS, material), ignore_errors=True),
                task("ignore", MODULE, pair(CCS, material, requirements="ignore")),
            ],
            connection=login(cluster),
        )
        assert "eku_missing" in run["enforce"].result["msg"]
        assert run["ignore"].result["outcome"] == "changed"
        assert ids(run["ignore"].result) == ["eku_missing"]
        assert len(cluster.writes) == 1


def test_an_audit_finds_what_works_by_luck(ansible: Ansible, cluster: Cluster, authority: Authority) -> None:
    bad = authority.issue("other.example.com", eku=["serverAuth"], days=900, root=False)
    cluster.set_certificate("proxy", bad.certificate_pem, str(bad.key_pem))
    run = ansible.tasks([task("read", "cluster_certificate_info", {})], connection=login(cluster)).expect()
    found = {one["name"]: ids(one) for one in run["read"].result["certificates"]}
    assert found.pop("proxy") == [
        "eku_missing",
        "name_missing",
        "chain_without_root",
        "internal_name_missing",
        "common_name_differs",
        "validity_too_long",
    ]
    assert set(map(tuple, found.values())) == {()}


def test_the_oldest_node_counts(ansible: Ansible, authority: Authority) -> None:
    material = authority.issue(intermediates=1, root=True)
    versions = ["8.0.20-68", "8.0.20-67", "8.0.20-68"]
    with Cluster(nodes=3, versions=versions, database="none", internode_outage=0.5) as cluster:
        run = ansible.tasks([task("replace", MODULE, pair(CCS, material))], connection=login(cluster))
        run.expect(ok=False, warnings=False)
        assert "internode_chain_depth" in run["replace"].result["msg"]
        assert run["replace"].result["findings"][0]["source"] == "RS194253"
        assert cluster.writes == []


def test_the_api_outage_after_an_internode_change_is_waited_for(ansible: Ansible, authority: Authority) -> None:
    material = authority.issue(root=True)
    with Cluster(nodes=3, version="8.0.20-67", database="none", internode_outage=4) as cluster:
        run = ansible.tasks([task("replace", MODULE, pair(CCS, material))], connection=login(cluster))
        result = run.expect(warnings=True)["replace"].result
        assert result["outcome"] == "changed"
        assert [hazard["id"] for hazard in result["hazards"]] == ["RS199373", "RS208996"]
        assert [node["status"] for node in result["nodes"]] == ["verified"] * 3
        (written,) = cluster.writes
        assert written.names == (CCS,)
        for hazard in ("RS199373", "RS208996"):
            assert any(hazard in warning for warning in run.warnings)


def test_an_internode_change_is_refused_while_a_node_is_down(ansible: Ansible, authority: Authority) -> None:
    with Cluster(nodes=3, database="none", down=[3]) as cluster:
        options = pair("data_internode_encryption", authority.issue(root=True))
        tasks = [task("read", "cluster_certificate_info", {}), task("replace", MODULE, options)]
        run = ansible.tasks(tasks, connection=login(cluster)).expect(ok=False)
        assert run["read"].result["inactive_nodes"] == [{"uid": 3, "address": "127.0.0.3", "status": "down"}]
        assert run["replace"].failure["kind"] == "node_not_active"
        assert "node 3 (127.0.0.3) is down" in run["replace"].result["msg"]
        assert run["replace"].result["outcome"] == "failed_unchanged"
        assert cluster.writes == []


@pytest.mark.parametrize("path", ["/v1/nodes", "/v1/cluster"])
def test_what_the_user_may_not_see_is_only_not_known(
    ansible: Ansible, cluster: Cluster, authority: Authority, path: str
) -> None:
    cluster.add_fault(Fault(method="GET", path=path, status=403))
    if path == "/v1/nodes":
        cluster.add_fault(Fault(method="GET", path="/v1/bootstrap", status=403))
    run = ansible.tasks([task("replace", MODULE, pair("syncer", authority.issue()))], connection=login(cluster))
    run.expect(warnings=path == "/v1/nodes")
    assert run["replace"].result["outcome"] == "changed"
    assert [node["status"] for node in run["replace"].result["nodes"]] == ["verified"]
