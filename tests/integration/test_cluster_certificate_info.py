# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cluster_certificate_info."""

from __future__ import annotations

from typing import Any

import pytest
from simulator import Cluster, Fault
from simulator.authority import Authority

from .runs import Ansible, at, clusters_for, login, task

MODULE = "cluster_certificate_info"
REQUIRED = [
    "api",
    "ccs_internode_encryption",
    "cm",
    "data_internode_encryption",
    "metrics_exporter",
    "proxy",
    "syncer",
]


def names(result: Any) -> list[str]:
    return [certificate["name"] for certificate in result["certificates"]]


@pytest.mark.main_path
def test_everything_that_there_is_to_know(ansible: Ansible, any_cluster: Cluster, authority: Authority) -> None:
    material = authority.issue(intermediates=1, key="ec")
    any_cluster.set_certificate("ldap_client", material.certificate_pem, str(material.key_pem))
    run = ansible.tasks([task("read", MODULE, {})], "--check", connection=login(any_cluster)).expect()
    result = run["read"].result
    assert result["cluster"] == {
        "name": any_cluster.fqdn,
        "url": any_cluster.url,
        "version": any_cluster.nodes[0].release.text,
        "primary": {"node": 1, "address": "127.0.0.1"},
    }
    assert names(result) == sorted([*REQUIRED, "ldap_client"])
    assert result["missing"] == []
    assert result["inactive_nodes"] == []
    assert not run["read"].changed
    for certificate in result["certificates"]:
        assert certificate["required"] is (certificate["name"] in REQUIRED)
        assert certificate["has_private_key"] is True
        assert "error" not in certificate
    found = result["certificates"][names(result).index("ldap_client")]
    assert found["fingerprint"] == material.fingerprint
    assert found["chain_fingerprints"] == material.chain_fingerprints
    assert found["chain_length"] == 3
    assert found["public_key_type"] == "ECC"
    assert found["self_signed"] is False
    assert any_cluster.writes == []
    assert "PRIVATE KEY" not in run.output


def test_works_for_users_who_may_only_look(ansible: Ansible, cluster: Cluster) -> None:
    roles = ("cluster_viewer", "db_viewer", "user_manager")
    run = ansible.tasks([task(role, MODULE, {}, **at(cluster, role)) for role in roles]).expect()
    for role in roles:
        result = run[role].result
        assert names(result) == REQUIRED, role
        sees_keys = role == "user_manager"
        assert {certificate["has_private_key"] for certificate in result["certificates"]} == {sees_keys}, role
        assert result["cluster"]["name"] == cluster.fqdn, role


def test_names_missing_and_expiry(ansible: Ansible) -> None:
    with Cluster(nodes=1, database="none", expires={"proxy": 10.5, "cm": -2.5, "syncer": 40}) as cluster:
        run = ansible.tasks(
            [
                task("named", MODULE, {"names": ["proxy", "ldap_client", "cp_internode_encryption", "nonsense"]}),
                task("none", MODULE, {"names": []}),
                task("soon", MODULE, {"expires_within": 30}),
                task("for ever", MODULE, {"expires_within": 10**9}, ignore_errors=True),
                task("soonest", MODULE, {"expires_within": 10, "names": ["proxy", "cm", "api"]}),
            ],
            connection=login(cluster),
        ).expect()
        named = run["named"].result
        assert names(named) == ["ccs_internode_encryption", "proxy"]
        assert named["missing"] == ["ldap_client", "nonsense"]
        assert names(run["none"].result) == []
        assert names(run["soon"].result) == ["cm", "proxy"]
        cm, proxy = run["soon"].result["certificates"]
        assert (cm["days_remaining"], cm["expired"]) == (-2, True)
        assert (proxy["days_remaining"], proxy["expired"]) == (10, False)
        assert names(run["soonest"].result) == ["cm"]
        assert run["for ever"].failure["option"] == "expires_within"


def test_certificates_that_are_not_set_are_left_out(ansible: Ansible) -> None:
    with clusters_for({unset: {"unset": unset} for unset in ("omit", "empty", "null")}) as clusters:
        wanted = {"names": ["ldap_client", "api"]}
        run = ansible.tasks([task(unset, MODULE, wanted, **at(cluster)) for unset, cluster in clusters.items()])
        run.expect()
    for unset in clusters:
        assert names(run[unset].result) == ["api"], unset
        assert run[unset].result["missing"] == ["ldap_client"], unset


def test_one_that_cannot_be_parsed_does_not_hide_the_others(ansible: Ansible, cluster: Cluster) -> None:
    cluster.set_certificate("proxy", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", None)
    run = ansible.tasks(
        [task("read", MODULE, {}), task("soon", MODULE, {"expires_within": 1})], connection=login(cluster)
    ).expect()
    assert names(run["read"].result) == REQUIRED
    (broken,) = [entry for entry in run["read"].result["certificates"] if "error" in entry]
    assert broken["name"] == "proxy"
    assert broken["required"] is True
    assert broken["fingerprint"] is None
    assert "cannot be parsed" in broken["error"]
    assert names(run["soon"].result) == ["proxy"]


def test_the_oldest_node_gives_the_version(ansible: Ansible) -> None:
    versions = ["8.0.20-96", "8.0.6-54", "8.0.10-5"]
    with Cluster(nodes=3, versions=versions, database="none") as cluster:
        run = ansible.tasks([task("read", MODULE, {})], connection=login(cluster)).expect()
        assert run["read"].result["cluster"]["version"] == "8.0.6-54"


def test_what_the_user_may_not_see_is_null(ansible: Ansible, cluster: Cluster) -> None:
    cluster.add_fault(Fault(method="GET", path="/v1/nodes", status=403))
    cluster.add_fault(Fault(method="GET", path="/v1/bootstrap", status=403))
    cluster.add_fault(Fault(method="GET", path="/v1/cluster", status=403))
    run = ansible.tasks([task("read", MODULE, {})], connection=login(cluster)).expect(warnings=True)
    assert [("version of the cluster cannot be read" in warning) for warning in run.warnings] == [True]
    assert run["read"].result["cluster"] == {
        "name": None,
        "url": cluster.url,
        "version": None,
        "primary": {"node": 1, "address": None},
    }
    assert names(run["read"].result) == REQUIRED


def test_the_answering_node_gives_the_version_where_the_list_is_not_visible(ansible: Ansible, cluster: Cluster) -> None:
    cluster.add_fault(Fault(method="GET", path="/v1/nodes", status=403))
    run = ansible.tasks([task("read", MODULE, {})], connection=login(cluster)).expect()
    assert run["read"].result["cluster"]["version"] == "8.0.20-96"


def test_a_failure_beside_the_certificates_is_a_warning(ansible: Ansible, cluster: Cluster) -> None:
    cluster.add_fault(Fault(method="GET", path="/v1/nodes", status=500))
    run = ansible.tasks([task("read", MODULE, {})], connection=login(cluster)).expect(warnings=True)
    assert names(run["read"].result) == REQUIRED
    assert any("/v1/nodes" in warning for warning in run.warnings)
