# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wanted of several certificates: read together, and refused together; and what is said of their proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils import _concurrency
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import Api
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CERTIFICATE_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.evidence import Evidence
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.execution import note_evidence
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.wanted import parse_wanted
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context, Operation
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import (
    cluster_certificate,
    cluster_certificates,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.endpoints import Endpoint
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.proof import (
    NO_PROOF,
    Proof,
    Sighting,
)
from simulator import Cluster, Fault
from simulator.authority import Authority, Material


def entry(name: str, material: Material | None = None, **options: Any) -> dict[str, Any]:
    """One certificate as a module gets it; absent without material."""
    defaults = {option: spec.get("default") for option, spec in CERTIFICATE_SPEC.items()}
    given: dict[str, Any] = {"state": "absent"}
    if material is not None:
        given = {"certificate": material.certificate_pem, "private_key": str(material.key_pem)}
    return {**defaults, "name": name, **given, **options}


def refused(*entries: dict[str, Any]) -> CertificateError:
    with pytest.raises(CertificateError) as raised:
        parse_wanted(entries)
    return raised.value


def test_what_is_wanted_is_in_the_order_in_which_it_is_given(material: Material, other: Material) -> None:
    found = parse_wanted([entry("proxy", material), entry("ldap_client"), entry("api", other, compare="leaf")])
    assert [(one.name, one.material is None, one.compare, one.reason) for one in found] == [
        ("proxy", False, "chain", "not_wanted"),
        ("ldap_client", True, "chain", "not_wanted"),
        ("api", False, "leaf", "not_wanted"),
    ]
    assert parse_wanted([]) == []


def test_names_of_the_operator_are_those_of_the_api(material: Material) -> None:
    names = ["cp_internode_encryption", "dp_internode_encryption", " proxy "]
    found = parse_wanted([entry(name, material) for name in names])
    internode = ["ccs_internode_encryption", "data_internode_encryption"]
    assert [one.name for one in found] == [*internode, "proxy"]
    assert [one.material and one.material.name for one in found] == [*internode, "proxy"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("proxy", "proxy"),
        ("proxy", " proxy"),
        ("ccs_internode_encryption", "cp_internode_encryption"),
        ("dp_internode_encryption", "data_internode_encryption"),
    ],
)
@pytest.mark.parametrize("absent", [True, False])
def test_a_name_that_stands_twice(material: Material, first: str, second: str, absent: bool) -> None:
    error = refused(entry(first, material), entry(second, None if absent else material))
    assert (error.kind, error.data["option"]) == ("invalid_option", "certificates")
    assert "twice" in error.message
    assert error.data["certificate"] not in ("cp_internode_encryption", "dp_internode_encryption")


def test_all_that_is_wrong_is_named(material: Material, other: Material) -> None:
    error = refused(
        entry("proxy", material, private_key=str(other.key_pem)),
        entry("cm", material),
        entry("api", material, certificate=None),
        entry(" "),
        entry("cm", material),
    )
    assert [(one["kind"], one.get("certificate")) for one in error.failure["failures"]] == [
        ("key_mismatch", "proxy"),
        ("missing_certificate", "api"),
        ("invalid_option", None),
        ("invalid_option", "cm"),
    ]
    assert error.data["certificate"] == "proxy, api, cm"
    for name in ("proxy: ", "api: ", "cm: "):
        assert name in error.message
    assert "PRIVATE" not in error.message


# What is said of the proof.

PORTS = [Endpoint(number, f"10.0.0.{number}", 8443, "cm") for number in (1, 2)]


def noted(evidence: Evidence) -> tuple[dict[str, Any], list[str]]:
    """What a result has of it, and the warnings."""
    common: dict[str, Any] = {}
    warnings: list[str] = []
    note_evidence(evidence, ["cm", "syncer"], common, warnings.append)
    return common, warnings


def proof(*of: str) -> Proof:
    return Proof(frozenset({"cm"}), tuple(Sighting("cm", port, status) for port, status in zip(PORTS, of)))


def test_what_was_seen_is_in_the_result() -> None:
    common, warnings = noted(Evidence(proof=proof("verified", "verified"), reported=True))
    assert common["proof"]["level"] == "complete"
    assert [node["status"] for node in common["nodes"]] == ["verified"] * 2
    assert warnings == []


@pytest.mark.parametrize("status", ["not_visible", "reported"])
def test_what_cannot_be_seen_is_no_warning(status: str) -> None:
    common, warnings = noted(Evidence(proof=proof("verified", status), reported=True))
    assert (common["proof"]["level"], common["proof"]["not_visible"], warnings) == ("partial", ["cm"], [])


def test_what_could_not_be_reached_is_a_warning() -> None:
    common, (warning,) = noted(Evidence(proof=proof("verified", "unreachable"), reported=True))
    assert common["proof"]["unreachable"] == ["10.0.0.2:8443"]
    assert warning.startswith("cm, syncer: not proven where no connection was possible")
    assert "10.0.0.2:8443" in warning


def test_what_could_not_be_read_back_is_a_warning() -> None:
    unread = CertificateError("connection_lost", "The connection broke.")
    common, (warning,) = noted(Evidence(unread=unread, proof=proof("verified", "verified")))
    assert common["proof"]["level"] == "complete"
    assert warning == "cm, syncer: proven on every node, but not read back from the API: The connection broke."


def test_another_read_back_is_a_warning_with_the_bug() -> None:
    common, (warning,) = noted(Evidence(proof=proof("not_visible", "not_visible")))
    assert common["proof"]["level"] == "none"
    assert "RS176540: the API reports another certificate than the one that was sent" in warning


# The whole way, with real nodes.


@pytest.fixture
def start() -> Iterator[Callable[..., Cluster]]:
    with ExitStack() as running:

        def started(nodes: int = 3, **options: Any) -> Cluster:
            cluster = running.enter_context(Cluster(nodes, **{"database": "none", **options}))
            if cluster.notice:
                pytest.skip(cluster.notice)
            return cluster

        yield started


def run(cluster: Cluster, operation: Operation, *, check_mode: bool = False, **options: Any) -> tuple[Any, list[str]]:
    """The result, and the warnings."""
    defaults = {name: spec.get("default") for name, spec in operation.argument_spec.items()}
    login = {} if "token" in options else {"username": cluster.username, "password": cluster.password}
    place = {"url": cluster.url, "ca_path": cluster.ca_path, "metrics_port": cluster.metrics_port, "retries": 0}
    cluster.clear_requests()
    task = Context({**defaults, **place, **login, **options}, check_mode)
    return operation.run(task), task.warnings


def one(cluster: Cluster, name: str, material: Material, **options: Any) -> tuple[Any, list[str]]:
    return run(cluster, cluster_certificate.OPERATION, **entry(name, material, state="present"), **options)


def failure(cluster: Cluster, name: str, material: Material, **options: Any) -> CertificateError:
    with pytest.raises(CertificateError) as raised:
        one(cluster, name, material, **options)
    return raised.value


@pytest.mark.parametrize("name", ["cm", "syncer", "ldap_client"])
def test_an_inactive_node_is_refused_unless_it_is_accepted(
    start: Callable[..., Cluster], material: Material, name: str
) -> None:
    cluster = start(down=[3])
    for check_mode in (True, False):
        error = failure(cluster, name, material, check_mode=check_mode)
        assert (error.kind, error.data["option"]) == ("node_not_active", "allow_inactive_nodes")
        assert error.result["outcome"] == "failed_unchanged"
        assert cluster.writes == []
    result, warnings = one(cluster, name, material, allow_inactive_nodes=True)
    assert result["outcome"] == "changed"
    assert [(node["status"]) for node in result["nodes"] if node["node"] == 3] == ["unreachable"]
    assert len(cluster.writes) == 1
    assert any("127.0.0.3" in warning for warning in warnings)


def test_nothing_is_refused_where_nothing_differs(start: Callable[..., Cluster], material: Material) -> None:
    cluster = start(down=[3])
    cluster.set_certificate("cm", material.certificate_pem, str(material.key_pem))
    result, warnings = one(cluster, "cm", material)
    assert (result["outcome"], result["proof"], warnings) == ("unchanged", NO_PROOF, [])


@pytest.mark.parametrize("seconds", [90, 600])
def test_a_clock_that_is_wrong_gives_no_reason_to_write(
    start: Callable[..., Cluster], material: Material, seconds: float
) -> None:
    cluster = start()
    cluster.set_certificate("syncer", material.certificate_pem, str(material.key_pem))
    cluster.metrics.lie("syncer", seconds, node=3)
    result, warnings = one(cluster, "syncer", material, verify_unchanged=True, verify_timeout=1)
    assert (result["outcome"], [node["status"] for node in result["nodes"]]) == (
        "unchanged",
        ["verified", "verified", "not_visible"],
    )
    assert (cluster.writes, warnings) == ([], [])


def test_a_token_lasts_as_long_as_the_change_and_its_proof(start: Callable[..., Cluster], material: Material) -> None:
    cluster = start()
    result, dummy = one(cluster, "syncer", material, token=cluster.token())
    assert result["outcome"] == "changed"
    methods = [(request.method, request.path) for request in cluster.requests]
    assert methods.index(("POST", "/v1/users/refresh_jwt")) < methods.index(("PUT", "/v1/cluster/certificates"))
    cluster.add_fault(Fault("POST", "/v1/users/refresh_jwt", status=404))
    error = failure(cluster, "cm", material, token=cluster.token())
    assert error.kind == "token_expires"
    assert [request.method for request in cluster.writes if request.method == "PUT"] == []


def test_a_token_is_not_refreshed_in_check_mode(start: Callable[..., Cluster], material: Material) -> None:
    cluster = start()
    one(cluster, "syncer", material, token=cluster.token(), check_mode=True)
    assert {request.method for request in cluster.requests} == {"GET"}


def test_what_blocks_the_peers_is_said_of_the_change_also_where_it_stays(
    start: Callable[..., Cluster], material: Material
) -> None:
    cluster = start(1, version="7.8.2-20", database="tls", active_active=True, expires={"syncer": -3})
    result, warnings = one(cluster, "proxy", material, replication_follows=True, check_mode=True)
    assert [warning.partition(" the ")[0] for warning in warnings if "RS125934" in warning] == ["proxy: RS125934:"]
    assert {hazard["id"]: hazard["certificates"] for hazard in result["hazards"]}["RS125934"] == ["proxy"]
    assert cluster.writes == []


def test_what_is_misreported_is_written_if_that_is_forced(start: Callable[..., Cluster], authority: Authority) -> None:
    """RS176540: the API leaves an issuer out, so the chain seems to differ for ever."""
    cluster = start(version="8.0.2-20", internode_outage=0.0)
    wanted = authority.issue(root=True)
    for force, outcome, writes in ((False, "changed", 1), (False, "unchanged", 0), (True, "changed", 1)):
        result, warnings = one(cluster, "ccs_internode_encryption", wanted, force=force)
        assert (result["outcome"], len(cluster.writes)) == (outcome, writes)
        assert any("Set force=true to write it anyway" in warning for warning in warnings) == (writes == 0)


def test_a_node_without_an_address_is_not_left_out_of_the_proof(
    start: Callable[..., Cluster], material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = start()
    nodes = Api.nodes
    monkeypatch.setattr(
        Api, "nodes", lambda api: [{**one, **({"addr": None} if one["uid"] == 3 else {})} for one in nodes(api)]
    )
    refused = failure(cluster, "cm", material, verify="strict")
    assert refused.message.startswith("cm: node 3, no address:")
    assert (refused.kind, cluster.writes) == ("endpoint_unreachable", [])
    result, warnings = one(cluster, "cm", material)
    assert [node["status"] for node in result["nodes"]] == ["verified", "verified", "unreachable"]
    assert (result["proof"]["level"], len(result["proof"]["unreachable"])) == ("partial", 1)
    assert any("node 3, no address:" in warning for warning in warnings)


def test_each_change_has_its_own_proof(start: Callable[..., Cluster], authority: Authority) -> None:
    cluster = start()
    entries = [entry(name, authority.issue(), state="present") for name in ("cm", "ldap_client", "syncer")]
    same = entry("proxy", authority.issue(), state="present")
    cluster.set_certificate("proxy", same["certificate"], same["private_key"])
    result, dummy = run(cluster, cluster_certificates.OPERATION, certificates=[*entries, same])
    levels = {change["name"]: change["proof"]["level"] for change in result["changes"]}
    assert levels == {"cm": "complete", "ldap_client": "reported", "syncer": "complete", "proxy": "none"}
    assert result["proof"]["level"] == "partial"
    assert result["cluster"]["primary"] == {"node": 1, "address": "127.0.0.1"}


@pytest.mark.parametrize("stopped", [False, True])
def test_what_fails_unforeseen_after_a_write_does_not_hide_that_it_was_made(
    start: Callable[..., Cluster], monkeypatch: pytest.MonkeyPatch, material: Material, stopped: bool
) -> None:
    """As where a limit of the host lets no thread start."""
    cluster = start()

    def broken(*_args: Any, **_options: Any) -> None:
        raise KeyboardInterrupt if stopped else RuntimeError("hunter2")

    def begin(_cluster: Cluster) -> None:
        monkeypatch.setattr(_concurrency, "ThreadPoolExecutor", broken)

    cluster.add_fault(Fault("PUT", "*", kind="pass", times=1, effect=begin))
    if stopped:
        with pytest.raises(KeyboardInterrupt):
            one(cluster, "cm", material)
        return
    error = failure(cluster, "cm", material)
    assert error.failure == {"kind": "internal_error", "certificate": "cm"}
    assert (error.result["changed"], error.result["outcome"]) == (True, "partial")
    assert error.result["cluster"]["url"] == cluster.url
    assert "Certificates may have been changed" in error.message
    assert "hunter2" not in error.message


def test_files_that_a_deletion_may_have_left_are_warned_about(
    start: Callable[..., Cluster], material: Material
) -> None:
    cluster = start()
    cluster.set_certificate("ldap_client", material.certificate_pem, material.key_pem)
    cluster.add_fault(Fault("DELETE", "*", status=500, applied=True, times=1))
    result, warnings = run(cluster, cluster_certificates.OPERATION, certificates=[entry("ldap_client")], retries=1)
    assert result["outcome"] == "changed"
    (warning,) = warnings
    assert warning.startswith("ldap_client: the cluster could not remove the files from the disk of every node")
