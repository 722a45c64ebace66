# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""After a write every node has the new certificate, or the old one again, and the result says what each one has."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from simulator import Cluster, Fault
from simulator.authority import Authority, Material
from simulator.forgery import ECDHE_RSA, Forgery

from .runs import Ansible, login, task

MODULE = "cluster_certificate"


def pair(name: str, material: Material, **options: Any) -> dict[str, Any]:
    return {"name": name, "certificate": material.certificate_pem, "private_key": str(material.key_pem), **options}


def statuses(result: Any) -> list[tuple[str, str]]:
    return [(node["address"], node["status"]) for node in result["nodes"]]


ALL_VERIFIED = [(f"127.0.0.{number}", "verified") for number in (1, 2, 3)]


@pytest.mark.corner
@pytest.mark.parametrize("name", ["proxy", "syncer"])
def test_a_node_that_follows_later_is_waited_for(ansible: Ansible, authority: Authority, name: str) -> None:
    material = authority.issue()
    with Cluster(nodes=3, lag={3: 5.0}) as cluster:
        run = ansible.tasks([task("replace", MODULE, pair(name, material))], connection=login(cluster)).expect()
        result = run["replace"].result
        assert result["outcome"] == "changed"
        assert statuses(result) == ALL_VERIFIED
        # A handshake shows the certificate, metrics when it ends.
        shown = (
            ("proxy", "handshake", material.fingerprint) if name == "proxy" else ("metrics_exporter", "metrics", None)
        )
        assert {(node["service"], node["evidence"], node["fingerprint"]) for node in result["nodes"]} == {shown}
        assert {bool(node["not_after"]) for node in result["nodes"]} == {name == "syncer"}
        assert (result["proof"]["level"], result["proof"]["verified"], result["proof"]["of"]) == ("complete", 3, 3)
        assert run["replace"].ended - run["replace"].started > 4.5
        assert len(cluster.writes) == 1


@pytest.mark.parametrize("name", ["proxy", "syncer", "api"])
def test_a_node_that_never_follows_gets_all_of_them_the_old_one_again(
    ansible: Ansible, authority: Authority, name: str
) -> None:
    with Cluster(nodes=3, lag={3: math.inf}) as cluster:
        before = [node.holds(name) for node in cluster.nodes]
        options = pair(name, authority.issue(), verify_timeout=2)
        run = ansible.tasks([task("replace", MODULE, options)], connection=login(cluster))
        run.expect(ok=False, warnings=name == "api")  # the next run would not trust it
        result = run["replace"].result
        assert (result["outcome"], result["changed"]) == ("rolled_back", False)
        assert statuses(result) == ALL_VERIFIED
        assert [node.holds(name) for node in cluster.nodes] == before
        assert run["replace"].failure["kind"] == "not_proven"
        assert "127.0.0.3" in result["msg"]
        assert "verify_timeout" in result["msg"]
        assert "Rolled back: the previous certificate" in result["msg"]
        assert [request.status for request in cluster.writes] == [200, 200]


def test_a_node_that_presents_the_certificate_without_its_key_is_not_proven(
    ansible: Ansible, authority: Authority
) -> None:
    with Cluster(nodes=3, database="tls") as cluster:
        for name in ("cm", "proxy"):
            cluster.forge(name, 3, Forgery(ECDHE_RSA))
        options = [pair(name, authority.issue(), verify_timeout=1, rollback=False) for name in ("cm", "proxy")]
        tasks = [task(one["name"], MODULE, one, ignore_errors=True) for one in options]
        tasks.append(task("look", "served_certificate_info", {"discover": True}))
        run = ansible.tasks(tasks, connection=login(cluster)).expect()
        for name in ("cm", "proxy"):
            result = run[name].result
            assert (result["outcome"], run[name].failure["kind"]) == ("partial", "not_proven")
            assert statuses(result) == [*ALL_VERIFIED[:2], ("127.0.0.3", "failed")]
            assert "without proof that it has the private key" in result["msg"]
        forged = [one for one in run["look"].result["endpoints"] if one["status"] == "failed"]
        assert [(one["service"], one["address"]) for one in forged] == [("cm", "127.0.0.3"), ("proxy", "127.0.0.3")]
        for one in forged:
            assert (one["fingerprint"], one["trusted"]) == (None, None)
            assert "without proof that it has the private key" in one["problem"]


@pytest.mark.parametrize("name", ["ldap_client", "mtls_trusted_ca"])
def test_a_node_that_cannot_be_seen_is_neither_waited_for_nor_put_back(
    ansible: Ansible, authority: Authority, name: str
) -> None:
    with Cluster(nodes=3, lag={3: math.inf}, database="none") as cluster:
        options = pair(name, authority.issue())
        if name == "mtls_trusted_ca":
            options = {"name": name, "certificate": authority.ca_pem}
        run = ansible.tasks([task("create", MODULE, options)], connection=login(cluster)).expect()
        result = run["create"].result
        assert result["outcome"] == "changed"
        assert statuses(result) == [
            ("127.0.0.1", "reported"),
            ("127.0.0.2", "not_visible"),
            ("127.0.0.3", "not_visible"),
        ]
        assert result["proof"] == {
            "level": "reported",
            "verified": 0,
            "of": 0,
            "not_visible": [name],
            "unreachable": [],
        }
        assert run["create"].ended - run["create"].started < 20
        assert len(cluster.writes) == 1


def test_metrics_that_cannot_be_read_are_no_failure(ansible: Ansible, authority: Authority) -> None:
    with Cluster(nodes=3, database="none", ports=["api", "cm"], lag={3: math.inf}) as cluster:
        tasks = [
            task("auto", MODULE, pair("syncer", authority.issue())),
            task("strict", MODULE, pair("syncer", authority.issue(days=90), verify="strict"), ignore_errors=True),
        ]
        run = ansible.tasks(tasks, connection={**login(cluster), "metrics_port": 9}).expect()
        assert run["auto"].result["outcome"] == "changed"
        assert run["auto"].result["proof"]["level"] == "reported"
        assert run["strict"].failure["kind"] == "endpoint_unreachable"
        assert run["strict"].writes(cluster) == []


def test_what_cannot_be_seen_is_put_back_with_what_can(ansible: Ansible, authority: Authority) -> None:
    with Cluster(nodes=3, lag={3: math.inf}, database="none", optional=["ldap_client"]) as cluster:
        before = [node.stored for node in cluster.nodes]
        entries = [
            pair("syncer", authority.issue()),
            pair("sso_service", authority.issue()),
            {"name": "ldap_client", "state": "absent"},
        ]
        options = {"certificates": entries, "verify_timeout": 1}
        run = ansible.tasks([task("replace", "cluster_certificates", options)], connection=login(cluster))
        result = run.expect(ok=False)["replace"].result
        assert result["outcome"] == "rolled_back"
        assert {change["outcome"] for change in result["changes"]} == {"rolled_back"}
        assert "127.0.0.3" in result["msg"]
        assert [node.stored for node in cluster.nodes] == before
        assert [request.method for request in cluster.writes] == ["PUT", "DELETE", "PUT", "DELETE"]


def test_without_rollback_the_result_says_what_each_node_has(ansible: Ansible, authority: Authority) -> None:
    material = authority.issue()
    with Cluster(nodes=3, lag={3: math.inf}) as cluster:
        options = pair("proxy", material, verify_timeout=1, rollback=False)
        run = ansible.tasks([task("replace", MODULE, options)], connection=login(cluster)).expect(ok=False)
        result = run["replace"].result
        assert (result["outcome"], result["changed"]) == ("partial", True)
        assert statuses(result) == [*ALL_VERIFIED[:2], ("127.0.0.3", "stale")]
        assert result["nodes"][2]["fingerprint"] != material.fingerprint
        assert result["nodes"][2]["fingerprint"] in result["msg"]
        assert "rollback=false" in result["msg"]


def test_an_old_key_that_cannot_be_read_cannot_be_put_back(ansible: Ansible, authority: Authority) -> None:
    with Cluster(nodes=3, lag={3: math.inf}, database="none") as cluster:
        cluster.set_certificate("syncer", cluster.certificate("syncer"), None)
        options = pair("syncer", authority.issue(), verify_timeout=1)
        run = ansible.tasks([task("replace", MODULE, options)], connection=login(cluster))
        (warning,) = run.expect(ok=False, warnings=True).warnings
        assert "syncer: there is no way back: " in warning
        assert run["replace"].result["outcome"] == "partial"
        assert statuses(run["replace"].result) == [*ALL_VERIFIED[:2], ("127.0.0.3", "stale")]
        assert "may not read the old private key" in run["replace"].result["msg"]
        assert len(cluster.writes) == 1


def test_api_of_another_ca(ansible: Ansible, authority: Authority) -> None:
    """Changed, proven, and a warning; with the new CA the next run has nothing to do."""
    material = authority.issue(root=True)
    new_ca = ansible.folder / "new-ca.pem"
    new_ca.write_text(material.ca_pem)
    with Cluster(nodes=3, database="none") as cluster:
        run = ansible.tasks(
            [
                task("replace", MODULE, pair("api", material)),
                task("again", MODULE, pair("api", material, ca_path=str(new_ca))),
            ],
            connection=login(cluster),
        ).expect(warnings=True)
        assert run["replace"].result["outcome"] == "changed"
        assert statuses(run["replace"].result) == ALL_VERIFIED
        (warning,) = run.warnings
        assert f"ca_path {cluster.ca_path} does not verify it" in warning
        assert run["again"].result["outcome"] == "unchanged"
        assert len(cluster.writes) == 1


def test_api_whose_new_certificate_does_not_cover_the_url(ansible: Ansible, authority: Authority) -> None:
    """The connection goes on anyway: what was just installed is known by its fingerprint."""
    names = ["cluster.example.com", "*.cluster.example.com"]
    material = authority.issue(sans=names)
    bundle = ansible.folder / "both.pem"
    with Cluster(nodes=3, database="none") as cluster:
        bundle.write_text(Path(cluster.ca_path).read_text() + material.ca_pem)
        options = {**login(cluster), "ca_path": str(bundle)}
        run = ansible.tasks([task("replace", MODULE, pair("api", material))], connection=options).expect(warnings=True)
        assert run["replace"].result["outcome"] == "changed"
        (warning,) = run.warnings
        assert "does not cover 127.0.0.1" in warning


def test_api_is_put_back_over_a_connection_that_the_old_trust_refuses(ansible: Ansible, authority: Authority) -> None:
    with Cluster(nodes=3, database="none", lag={3: math.inf}) as cluster:
        before = [node.holds("api") for node in cluster.nodes]
        options = pair("api", authority.issue(sans=["cluster.example.com", "*.cluster.example.com"]), verify_timeout=1)
        run = ansible.tasks([task("replace", MODULE, options)], connection=login(cluster))
        assert run.expect(ok=False, warnings=True)["replace"].result["outcome"] == "rolled_back"
        assert [node.holds("api") for node in cluster.nodes] == before


def test_an_address_that_was_never_reachable_is_a_warning_or_refused(ansible: Ansible, authority: Authority) -> None:
    material = authority.issue()
    with Cluster(nodes=3, database="none", internal={3: "127.0.0.77"}) as cluster:
        run = ansible.tasks(
            [
                task("strict", MODULE, pair("cm", material, verify="strict"), ignore_errors=True),
                task(
                    "strict in check mode",
                    MODULE,
                    pair("cm", material, verify="strict"),
                    check_mode=True,
                    ignore_errors=True,
                ),
                task("auto", MODULE, pair("cm", material)),
                task("by metrics", MODULE, pair("syncer", authority.issue(), verify="strict")),
            ],
            connection=login(cluster),
        ).expect(warnings=True)
        for name in ("strict", "strict in check mode"):
            assert run[name].result["outcome"] == "failed_unchanged"
            assert run[name].failure["kind"] == "endpoint_unreachable"
            assert "127.0.0.77" in run[name].result["msg"]
            assert run[name].writes(cluster) == []
        for name in ("auto", "by metrics"):
            assert run[name].result["outcome"] == "changed"
        assert statuses(run["auto"].result) == [*ALL_VERIFIED[:2], ("127.0.0.77", "unreachable")]
        assert run["auto"].result["proof"]["unreachable"] == [f"127.0.0.77:{cluster.cm_port}"]
        # Another node tells what this one has.
        assert statuses(run["by metrics"].result) == [*ALL_VERIFIED[:2], ("127.0.0.77", "verified")]
        assert all("127.0.0.77" in warning for warning in run.warnings)


def test_external_addresses(ansible: Ansible, authority: Authority) -> None:
    internal = {number: f"127.0.0.7{number}" for number in (1, 2, 3)}
    external = {number: [f"127.0.0.{number}"] for number in (1, 2, 3)}
    with Cluster(nodes=3, database="tls", internal=internal, external=external) as cluster:
        tasks = [
            task(name, MODULE, pair(name, authority.issue(), node_address="external", verify="strict"))
            for name in ("api", "proxy", "syncer")
        ]
        run = ansible.tasks(tasks[1:] + tasks[:1], connection=login(cluster))
        for name in ("proxy", "syncer", "api"):
            assert statuses(run[name].result) == ALL_VERIFIED


def test_only_the_address_of_the_url_can_be_reached(ansible: Ansible, authority: Authority) -> None:
    internal = {number: f"127.0.0.7{number}" for number in (1, 2, 3)}
    with Cluster(nodes=3, database="none", internal=internal) as cluster:
        run = ansible.tasks([task("replace", MODULE, pair("cm", authority.issue()))], connection=login(cluster))
        run.expect(warnings=True)
        assert ("127.0.0.1", "verified") in statuses(run["replace"].result)
        assert len(statuses(run["replace"].result)) == 4


def test_verify_none_makes_no_handshake(ansible: Ansible, authority: Authority) -> None:
    with Cluster(nodes=3, database="tls", lag={3: math.inf}) as cluster:
        run = ansible.tasks(
            [task("replace", MODULE, pair("proxy", authority.issue(), verify="none"))], connection=login(cluster)
        ).expect()
        assert (run["replace"].result["outcome"], run["replace"].result["nodes"]) == ("changed", [])
        assert cluster.handshakes("proxy") == 0


def test_databases_without_tls_are_left_alone_and_those_with_client_certificates_are_seen(
    ansible: Ansible, authority: Authority
) -> None:
    with Cluster(nodes=3, database="tls", plain_database=True, database_client_certificates=True) as cluster:
        run = ansible.tasks([task("replace", MODULE, pair("proxy", authority.issue()))], connection=login(cluster))
        assert statuses(run.expect()["replace"].result) == ALL_VERIFIED


def test_a_proxy_worker_that_still_serves_the_old_certificate_is_found(ansible: Ansible, authority: Authority) -> None:
    """RS122668: every second handshake presents the old one for a while."""
    material = authority.issue()
    with Cluster(nodes=3, version="7.22.0-94", database="tls", stale_proxy=3.0) as cluster:
        run = ansible.tasks([task("replace", MODULE, pair("proxy", material))], connection=login(cluster))
        run.expect(warnings=True)
        assert statuses(run["replace"].result) == ALL_VERIFIED
        assert run["replace"].ended - run["replace"].started > 2.5
        assert [hazard["id"] for hazard in run["replace"].result["hazards"]] == ["RS122668"]
        assert "RS122668" in run.warnings[0]


def test_somebody_elses_certificate_is_not_overwritten(ansible: Ansible, authority: Authority) -> None:
    third = authority.issue()
    with Cluster(nodes=3, database="none") as cluster:
        cluster.add_fault(
            Fault(
                method="GET",
                path="/v1/cluster/certificates",
                kind="pass",
                after=1,
                times=1,
                effect=lambda one: one.set_certificate("cm", third.certificate_pem, str(third.key_pem)),
            )
        )
        options = pair("cm", authority.issue(), wait_timeout=1)
        run = ansible.tasks([task("replace", MODULE, options)], connection=login(cluster)).expect(ok=False)
        assert run["replace"].result["outcome"] == "partial"
        assert "neither the old nor the new certificate" in run["replace"].result["msg"]
        assert cluster.certificate("cm") == third.certificate_pem
        assert {node["fingerprint"] for node in run["replace"].result["nodes"]} == {third.fingerprint}
