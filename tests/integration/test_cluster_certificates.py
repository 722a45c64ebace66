# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cluster_certificates: all of a cluster's certificates in one transaction, or none of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from simulator import Cluster, Fault
from simulator.authority import Authority, Material
from simulator.record import Request

from .conftest import VERSIONS
from .runs import Ansible, Outcome, login, task

MODULE = "cluster_certificates"
OLD, NEW = VERSIONS

#: As they are written, one after the other.
FIVE = ["cm", "ldap_client", "metrics_exporter", "proxy", "api"]


def pair(name: str, material: Material, **options: Any) -> dict[str, Any]:
    return {"name": name, "certificate": material.certificate_pem, "private_key": str(material.key_pem), **options}


def five(authority: Authority) -> dict[str, Material]:
    return {name: authority.issue(key="ec" if name == "cm" else "rsa", intermediates=1) for name in FIVE}


def entries(materials: dict[str, Material]) -> list[dict[str, Any]]:
    """Not in the order in which they are to be written."""
    return [pair(name, materials[name]) for name in sorted(materials)]


def names(requests: Sequence[Request]) -> list[tuple[str, ...]]:
    return [request.names for request in requests]


def by_name(outcome: Outcome, key: str) -> dict[str, Any]:
    return {change["name"]: change[key] for change in outcome.result["changes"]}


def seen(outcome: Outcome) -> set[tuple[str, str, str, str | None]]:
    return {(node["name"], node["address"], node["status"], node["evidence"]) for node in outcome.result["nodes"]}


def proof(level: str, verified: int = 0, *, not_visible: Sequence[str] = ()) -> dict[str, Any]:
    """What results say where every place that could be seen was."""
    return {
        "level": level,
        "verified": verified,
        "of": verified,
        "not_visible": list(not_visible),
        "unreachable": [],
    }


def trust(ansible: Ansible, cluster: Cluster, authority: Authority) -> dict[str, Any]:
    """A login that trusts the old certificate of the API and the new one."""
    bundle = ansible.folder / "both.pem"
    bundle.write_text(Path(cluster.ca_path).read_text() + authority.ca_pem)
    return {**login(cluster), "ca_path": str(bundle)}


@pytest.mark.main_path
@pytest.mark.parametrize("version", VERSIONS)
def test_all_are_replaced_by_one_request_where_there_is_one_and_api_last(
    ansible: Ansible, authority: Authority, version: str
) -> None:
    materials = five(authority)
    options = {"certificates": entries(materials)}
    with Cluster(nodes=3, version=version) as cluster:
        cluster.clear_requests()
        run = ansible.tasks(
            [
                task("predict", MODULE, options, check_mode=True),
                task("do", MODULE, options),
                task("again", MODULE, options),
                task("predict again", MODULE, options, check_mode=True),
            ],
            "--diff",
            connection=trust(ansible, cluster, authority),
        ).expect()
        done, predicted = run["do"], run["predict"]
        assert (predicted.result["outcome"], done.result["outcome"]) == ("changed", "changed")
        reasons = dict.fromkeys(FIVE, "leaf_differs") | {"ldap_client": "not_set"}
        for outcome in (predicted, done):
            assert by_name(outcome, "reason") == reasons
            assert by_name(outcome, "action") == dict.fromkeys(FIVE, "update")
            assert by_name(outcome, "outcome") == dict.fromkeys(FIVE, "changed")
            after = by_name(outcome, "after")
            assert {name: after[name]["chain_fingerprints"] for name in FIVE} == {
                name: materials[name].chain_fingerprints for name in FIVE
            }
        assert predicted.result["diff"] == done.result["diff"]
        assert names(cluster.writes) == ([tuple(FIVE)] if version == NEW else [(name,) for name in FIVE])
        assert seen(done) == {
            (name, node.address, "verified", "handshake") for name in FIVE[:1] + FIVE[2:] for node in cluster.nodes
        } | {
            ("ldap_client", "127.0.0.1", "reported", "api"),
            ("ldap_client", "127.0.0.2", "not_visible", None),
            ("ldap_client", "127.0.0.3", "not_visible", None),
        }
        assert done.result["proof"] == proof("partial", 12, not_visible=["ldap_client"])
        proofs = dict.fromkeys(FIVE, proof("complete", 3)) | {
            "ldap_client": proof("reported", not_visible=["ldap_client"])
        }
        assert by_name(done, "proof") == proofs
        assert by_name(predicted, "proof") == dict.fromkeys(FIVE, proof("none"))
        assert done.result["cluster"]["primary"] == {"node": 1, "address": "127.0.0.1"}
        for node in cluster.nodes:
            for name in FIVE:
                assert node.holds(name).certificate == materials[name].certificate_pem
        for outcome in (run["again"], run["predict again"]):
            assert not outcome.changed
            assert outcome.result["outcome"] == "unchanged"
            assert by_name(outcome, "action") == dict.fromkeys(FIVE, "none")
            assert outcome.writes(cluster) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_when_the_third_of_five_is_refused_all_five_are_the_old_ones(
    ansible: Ansible, authority: Authority, version: str
) -> None:
    """Without clientAuth, which the server demands."""
    materials = five(authority) | {"metrics_exporter": authority.issue(eku=["serverAuth"])}
    options = {"certificates": entries(materials), "requirements": "ignore"}
    with Cluster(nodes=3, version=version) as cluster:
        before = [node.stored for node in cluster.nodes]
        connection = trust(ansible, cluster, authority)
        run = ansible.tasks([task("replace", MODULE, options)], connection=connection).expect(ok=False)
        replaced = run["replace"]
        assert [node.stored for node in cluster.nodes] == before
        assert replaced.failure["kind"] == "certificate_refused"
        assert not replaced.changed
        if version == NEW:
            assert replaced.result["outcome"] == "failed_unchanged"
            assert by_name(replaced, "outcome") == dict.fromkeys(FIVE, "failed_unchanged")
            assert names(cluster.writes) == [tuple(FIVE)]
            return
        assert replaced.result["outcome"] == "rolled_back"
        assert by_name(replaced, "outcome") == dict.fromkeys(FIVE, "failed_unchanged") | dict.fromkeys(
            FIVE[:2], "rolled_back"
        )
        assert by_name(replaced, "after") == by_name(replaced, "before")
        assert replaced.failure["certificate"] == "metrics_exporter"
        assert replaced.result["msg"].startswith("metrics_exporter: PUT /v1/cluster/update_cert")
        rolled_back = "Rolled back: the previous certificates (cm, ldap_client) are proven at 3 of 3 places again"
        assert rolled_back in replaced.result["msg"]
        written = [(request.method, *request.names) for request in cluster.writes]
        assert written[:3] == [("PUT", "cm"), ("PUT", "ldap_client"), ("PUT", "metrics_exporter")]
        assert ("DELETE", "ldap_client") in written[3:]
        assert {(name, status) for name, _address, status, _evidence in seen(replaced)} == {
            ("cm", "verified"),
            ("ldap_client", "reported"),
            ("ldap_client", "not_visible"),
        }
        assert replaced.result["proof"] == proof("partial", 3, not_visible=["ldap_client"])
        proofs = {"cm": proof("complete", 3), "ldap_client": proof("reported", not_visible=["ldap_client"])}
        assert by_name(replaced, "proof") == dict.fromkeys(FIVE, proof("none")) | proofs


@pytest.mark.parametrize("version", VERSIONS)
def test_when_a_node_never_follows_all_are_put_back(ansible: Ansible, authority: Authority, version: str) -> None:
    options = {"certificates": entries(five(authority)), "verify_timeout": 1}
    with Cluster(nodes=3, version=version, lag={3: math.inf}) as cluster:
        before = [node.stored for node in cluster.nodes]
        connection = trust(ansible, cluster, authority)
        run = ansible.tasks([task("replace", MODULE, options)], connection=connection).expect(ok=False)
        replaced = run["replace"]
        assert [node.stored for node in cluster.nodes] == before
        assert replaced.result["outcome"] == "rolled_back"
        assert by_name(replaced, "outcome") == dict.fromkeys(FIVE, "rolled_back")
        assert replaced.failure["kind"] == "not_proven"
        assert "127.0.0.3" in replaced.result["msg"]
        assert replaced.result["proof"] == proof("partial", 12, not_visible=["ldap_client"])
        assert "12 of 12 places again" in replaced.result["msg"]


def test_without_rollback_the_report_says_what_is_there(ansible: Ansible, authority: Authority) -> None:
    materials = five(authority) | {"metrics_exporter": authority.issue(eku=["serverAuth"])}
    options = {"certificates": entries(materials), "requirements": "ignore", "rollback": False}
    with Cluster(nodes=3, version=OLD, database="tls") as cluster:
        connection = trust(ansible, cluster, authority)
        run = ansible.tasks([task("replace", MODULE, options)], connection=connection).expect(ok=False)
        replaced = run["replace"]
        assert (replaced.result["outcome"], replaced.changed) == ("partial", True)
        assert by_name(replaced, "outcome") == dict.fromkeys(FIVE, "failed_unchanged") | dict.fromkeys(
            FIVE[:2], "changed"
        )
        assert by_name(replaced, "after")["cm"]["fingerprint"] == materials["cm"].fingerprint
        assert "cm, ldap_client: Not rolled back (rollback=false)" in replaced.result["msg"]
        assert cluster.certificate("cm") == materials["cm"].certificate_pem


def test_the_control_plane_certificate_goes_alone_where_it_can_be_corrupted(
    ansible: Ansible, authority: Authority
) -> None:
    """RS199373; and the API is away for a while after it (RS208996)."""
    materials = {
        "cm": authority.issue(),
        "ccs_internode_encryption": authority.issue(root=True),
        "data_internode_encryption": authority.issue(root=True),
    }
    options = {"certificates": entries(materials)}
    written = {}
    for version in ("8.0.20-67", "8.0.20-96"):
        with Cluster(nodes=3, version=version, internode_outage=1.0) as cluster:
            run = ansible.tasks([task("replace", MODULE, options)], connection=login(cluster))
            assert run["replace"].result["outcome"] == "changed", run.output
            written[version] = names([request for request in cluster.writes if request.status == 200])
            ids = {hazard["id"]: hazard["certificates"] for hazard in run["replace"].result["hazards"]}
        if version == "8.0.20-67":
            assert ids["RS199373"] == ["ccs_internode_encryption"]
            assert ids["RS208996"] == ["ccs_internode_encryption", "data_internode_encryption"]
    assert written == {
        "8.0.20-67": [("ccs_internode_encryption",), ("data_internode_encryption", "cm")],
        "8.0.20-96": [("ccs_internode_encryption", "data_internode_encryption", "cm")],
    }


def test_what_is_not_listed_is_left_alone_or_purged(ansible: Ansible, authority: Authority) -> None:
    material = authority.issue()
    listed = {"certificates": [pair("sso_service", material), {"name": "ldap_client", "state": "absent"}]}
    purge = {**listed, "purge_optional": True}
    optional = ["ldap_client", "mtls_trusted_ca", "sso_issuer"]
    with Cluster(nodes=1, database="none", optional=optional) as cluster:
        run = ansible.tasks(
            [
                task("listed", MODULE, listed),
                task("predict purge", MODULE, purge, check_mode=True),
                task("purge", MODULE, purge),
                task("again", MODULE, purge),
                task("everything", MODULE, {"certificates": [], "purge_optional": True}),
                task("nothing", MODULE, {"certificates": []}),
            ],
            connection=login(cluster),
        ).expect()
        assert by_name(run["listed"], "action") == {"sso_service": "update", "ldap_client": "delete"}
        assert by_name(run["listed"], "reason") == {"sso_service": "not_set", "ldap_client": "not_wanted"}
        for name in ("predict purge", "purge"):
            assert by_name(run[name], "reason") == {
                "sso_service": "same",
                "ldap_client": "absent",
                "mtls_trusted_ca": "not_listed",
                "sso_issuer": "not_listed",
            }
        assert [method for method, *dummy in run["purge"].writes(cluster)] == ["DELETE", "DELETE"]
        assert not run["again"].changed
        assert by_name(run["everything"], "action") == {"sso_service": "delete"}
        assert not run["nothing"].changed
        assert [cluster.certificate(name) for name in (*optional, "sso_service")] == [None] * 4
        assert None not in [cluster.certificate(name) for name in ("api", "cm", "proxy", "syncer")]


def test_a_purge_that_fails_brings_back_what_was_deleted(ansible: Ansible) -> None:
    with Cluster(nodes=1, database="none", optional=["ldap_client", "sso_service"]) as cluster:
        before = cluster.nodes[0].stored
        cluster.add_fault(Fault("DELETE", "/v1/cluster/certificates/sso_service", status=403))
        options = {"certificates": [], "purge_optional": True}
        run = ansible.tasks([task("purge", MODULE, options)], connection=login(cluster)).expect(ok=False)
        assert run["purge"].result["outcome"] == "rolled_back"
        assert by_name(run["purge"], "outcome") == {"ldap_client": "rolled_back", "sso_service": "failed_unchanged"}
        assert cluster.nodes[0].stored == before


def test_an_answer_that_was_lost_is_found_by_reading(ansible: Ansible, authority: Authority) -> None:
    with Cluster(nodes=3, database="tls") as cluster:
        cluster.add_fault(Fault("PUT", "/v1/cluster/*", kind="close_after", times=1))
        options = {"certificates": entries(five(authority))}
        connection = trust(ansible, cluster, authority)
        run = ansible.tasks([task("replace", MODULE, options)], connection=connection).expect()
        assert run["replace"].result["outcome"] == "changed"
        assert len(cluster.writes) == 1


@pytest.mark.parametrize("missing", [404, 405])
def test_a_server_that_seems_to_have_the_bulk_update_and_has_not(
    ansible: Ansible, authority: Authority, missing: int
) -> None:
    """A user who may not see the version: one refused request, then one after the other."""
    materials = {name: authority.issue() for name in ("cm", "metrics_exporter", "syncer")}
    with Cluster(nodes=1, version=OLD, database="none", bulk_put_missing_status=missing) as cluster:
        cluster.add_fault(Fault("GET", "/v1/nodes", status=403))
        cluster.add_fault(Fault("GET", "/v1/bootstrap", status=403))
        options = {"certificates": entries(materials)}
        run = ansible.tasks([task("replace", MODULE, options)], connection=login(cluster)).expect(warnings=True)
        assert run["replace"].result["outcome"] == "changed"
        assert [(request.status, *request.names) for request in cluster.writes] == [
            (missing, "cm", "metrics_exporter", "syncer"),
            (200, "cm"),
            (200, "metrics_exporter"),
            (200, "syncer"),
        ]


def test_all_that_is_wrong_is_named_before_the_first_request(ansible: Ansible, authority: Authority) -> None:
    one, other = authority.issue(), authority.issue()
    options = {
        "certificates": [
            {**pair("proxy", one), "private_key": str(other.key_pem)},
            {"name": "cm", "certificate": "nothing", "private_key": str(one.key_pem)},
            pair("syncer", authority.issue(days=-1)),
            pair("ccs_internode_encryption", one),
            pair("cp_internode_encryption", one),
            pair("api", one),
        ]
    }
    with Cluster(nodes=1, database="none") as cluster:
        run = ansible.tasks([task("replace", MODULE, options)], connection=login(cluster)).expect(ok=False)
        failure = run["replace"].failure
        assert cluster.requests == []
    assert [(one["certificate"], one["kind"]) for one in failure["failures"]] == [
        ("proxy", "key_mismatch"),
        ("cm", "invalid_certificate"),
        ("syncer", "certificate_expired"),
        ("ccs_internode_encryption", "invalid_option"),
    ]
    assert failure["certificate"] == "proxy, cm, syncer, ccs_internode_encryption"
    for text in ("4 things are wrong", "proxy: option private_key", "cm: option certificate", "listed twice"):
        assert text in run["replace"].result["msg"]


def test_a_required_certificate_is_not_removed_and_nothing_else_is_written(
    ansible: Ansible, authority: Authority
) -> None:
    options = {"certificates": [pair("cm", authority.issue()), {"name": "proxy", "state": "absent"}]}
    with Cluster(nodes=1, database="none") as cluster:
        run = ansible.tasks([task("replace", MODULE, options)], connection=login(cluster)).expect(ok=False)
        assert run["replace"].failure["kind"] == "required_certificate"
        assert run["replace"].failure["certificate"] == "proxy"
        assert cluster.writes == []


def test_requirements_of_all_of_them_are_named_at_once(ansible: Ansible, authority: Authority) -> None:
    options = {
        "certificates": [
            pair("cm", authority.issue(eku=["serverAuth"])),
            pair("proxy", authority.issue(key="rsa1024", sans=["DNS:other.example.com"])),
            pair("syncer", authority.issue()),
        ]
    }
    with Cluster(nodes=1, database="none") as cluster:
        run = ansible.tasks([task("replace", MODULE, options)], connection=login(cluster)).expect(ok=False)
        result = run["replace"].result
        assert cluster.writes == []
    assert run["replace"].failure["kind"] == "requirements_not_met"
    assert run["replace"].failure["certificate"] == "cm, proxy"
    errors = {(one["certificate"], one["id"]) for one in result["findings"] if one["severity"] == "error"}
    assert errors == {("cm", "eku_missing"), ("proxy", "key_too_small"), ("proxy", "name_missing")}
    assert all(f"({kind})" in result["msg"] for dummy, kind in errors)
    assert {change["outcome"] for change in result["changes"]} == {"failed_unchanged"}
