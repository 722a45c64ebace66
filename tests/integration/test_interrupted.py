# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an interrupted run has left, the next one finishes; and the one after that finds nothing to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from simulator import ActiveActive, Cluster
from simulator.authority import Authority, Material
from simulator.state import pair

from .runs import Ansible, login, task
from .test_rotation import PLAYBOOK, folder, from_folder, inventory, proofs, table, updated


def change_without(cluster: Cluster, missing: int, material: Mapping[str, Material]) -> None:
    """Change certificates on all nodes but one, which then follows no more: its update was cut off."""
    for node in cluster.nodes:
        if node.uid != missing:
            for name, issued in material.items():
                node.put(name, pair(issued.certificate_pem, str(issued.key_pem)))


@pytest.mark.corner
def test_a_node_that_missed_the_change_gets_it_with_the_next_run(ansible: Ansible, authority: Authority) -> None:
    """A port shows C(proxy) and C(cm), metrics show C(syncer); nothing shows C(ldap_client)."""
    names = ["cm", "ldap_client", "proxy", "syncer"]
    with Cluster(nodes=3, database="tls") as cluster:
        material = {name: authority.issue() for name in names}
        change_without(cluster, 3, material)
        certificates = from_folder(folder(ansible, material), material)
        hosts = inventory(ansible, {"one": cluster}, rotation_certificates=certificates)

        ignored = ansible.playbook(PLAYBOOK, "-i", hosts, "-e", "rotation_verify_unchanged=false").expect()
        assert "changed=0 " in ignored.output
        assert proofs(ignored) == {}
        predicted = ansible.playbook(PLAYBOOK, "-i", hosts, "--check").expect(warnings=True)
        assert cluster.writes == []
        finished = ansible.playbook(PLAYBOOK, "-i", hosts).expect(warnings=True)
        assert table(predicted) == table(finished)
        assert sorted(updated(cluster)) == ["cm", "proxy", "syncer"]
        for name in ("cm", "proxy", "syncer"):
            assert table(finished)[name].endswith("replaced")
            assert [node.holds(name).certificate for node in cluster.nodes] == [material[name].certificate_pem] * 3
            assert any(f"{name}: the API reports the wanted" in warning for warning in finished.warnings)
        assert proofs(finished)["cm"] == proofs(finished)["proxy"] == proofs(finished)["syncer"] == "proven 3/3"
        third = ansible.playbook(PLAYBOOK, "-i", hosts).expect()
        assert "changed=0 " in third.output
        proven = dict.fromkeys(["cm", "proxy", "syncer"], "proven 3/3")
        assert proofs(third) == {**proven, "ldap_client": "reported by the API"}
        assert len(updated(cluster)) == 3


def test_what_is_not_safe_to_write_again_is_only_said(ansible: Ansible, authority: Authority) -> None:
    """A node that would miss it; a requirement that is not met; a known bug of the version."""
    cases: dict[str, tuple[dict[str, Any], str, dict[str, Any], str]] = {
        "inactive": ({"down": [2]}, "cm", {}, "not all nodes are active"),
        "requirements": ({}, "cm", {"eku": ["serverAuth"]}, "extended key usage"),
        "bug": ({"version": "8.0.20-60"}, "ccs_internode_encryption", {}, "RS199373"),
    }
    for options, name, form, why in cases.values():
        material = authority.issue(**form)
        with Cluster(nodes=3, database="none", **options) as cluster:
            change_without(cluster, 3, {name: material})
            wanted = {
                "name": name,
                "certificate": material.certificate_pem,
                "private_key": str(material.key_pem),
                "verify_unchanged": True,
            }
            run = ansible.tasks([task("look", "cluster_certificate", wanted)], connection=login(cluster))
            run.expect(warnings=True)
            assert not run["look"].changed
            assert cluster.writes == []
            (warning,) = [one for one in run.warnings if "It is not written again" in one]
            assert why in warning
            assert "127.0.0.3" in warning
            assert [one["node"] for one in run["look"].result["nodes"] if one["status"] == "stale"] == [3]


def test_active_active_databases_that_are_out_of_sync_are_updated(ansible: Ansible, authority: Authority) -> None:
    crdb = ActiveActive("orders")
    options: dict[str, Any] = {"nodes": 1, "database": "tls", "active_active": [crdb]}
    with Cluster(fqdn="one.example.com", **options) as one, Cluster(fqdn="two.example.com", **options) as two:
        material = {"proxy": authority.issue(one.fqdn)}
        one.set_certificate("proxy", material["proxy"].certificate_pem, str(material["proxy"].key_pem))
        assert not crdb.synchronising(one, two)
        hosts = inventory(ansible, {"one": one}, rotation_certificates=from_folder(folder(ansible, material), material))
        predicted = ansible.playbook(PLAYBOOK, "-i", hosts, "--check").expect()
        assert "changed=1 " in predicted.output
        assert one.writes == []
        finished = ansible.playbook(PLAYBOOK, "-i", hosts).expect()
        assert "changed=1 " in finished.output
        assert [request.path for request in one.writes] == [f"/v1/crdbs/{crdb.guid}/updates"]
        assert crdb.synchronising(one, two)
        third = ansible.playbook(PLAYBOOK, "-i", hosts).expect()
        assert "changed=0 " in third.output
        assert len(one.writes) == 1
