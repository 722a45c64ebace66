# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what is wanted to what was done, on simulated clusters: what tests/integration and tests/faults do not show."""

from __future__ import annotations

import math
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils import _options
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._reconcile import (
    SPEC,
    Report,
    reconcile,
    wanted,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._task import Task
from simulator import Cluster, Fault
from simulator.authority import Authority, Material

CERTIFICATES = "/v1/cluster/certificates"
THREE = ["cm", "metrics_exporter", "syncer"]


def task(cluster: Cluster, **options: Any) -> Task:
    """With everything that makes a task fail fast."""
    defaults = {name: spec.get("default") for name, spec in {**_options.CONNECTION_SPEC, **SPEC}.items()}
    login = {"url": cluster.url, "username": cluster.username, "password": cluster.password, "ca_path": cluster.ca_path}
    hasty = {"retries": 0, "verify_timeout": 0.5, "wait_timeout": 5, "metrics_port": cluster.metrics_port}
    return Task({**defaults, **login, **hasty, **options}, check_mode=False)


def entry(name: str, material: Material) -> dict[str, Any]:
    pair = {"certificate": material.certificate_pem, "private_key": str(material.key_pem)}
    return {"name": name, "state": "present", "compare": "chain", **pair}


def entries(authority: Authority, *names: str) -> list[dict[str, Any]]:
    return [entry(name, authority.issue(root=True)) for name in names]


def failed(made: Task, certificates: list[dict[str, Any]]) -> tuple[CertificateError, Report]:
    report = Report()
    with pytest.raises(CertificateError) as raised:
        reconcile(made, wanted(certificates), report)
    return raised.value, report


def names(cluster: Cluster) -> list[tuple[str, ...]]:
    return [request.names for request in cluster.writes]


def test_one_that_cannot_come_back_keeps_no_other_from_coming_back(authority: Authority) -> None:
    """The old certificate of `cm` has expired, so that the server refuses the bulk update which puts all back."""
    with Cluster(nodes=3, database="none", expires={"cm": -1}, lag={3: math.inf}) as cluster:
        before = [node.stored for node in cluster.nodes]
        new = entries(authority, *THREE)
        error, report = failed(task(cluster), new)
        assert names(cluster) == [tuple(THREE), tuple(THREE), *((name,) for name in THREE)]
        assert report.common["outcome"] == "partial"
        assert report.outcomes == {"cm": "partial", "metrics_exporter": "rolled_back", "syncer": "rolled_back"}
        for node, old in zip(cluster.nodes, before):
            for name in THREE[1:]:
                assert node.holds(name) == old[name]
        assert cluster.certificate("cm") == new[0]["certificate"]
        assert "cm: Putting the old certificate back failed too" in error.message
        assert "406" in error.message
        assert "Put back: metrics_exporter, syncer" in error.message
        seen = {(one["name"], one["node"]): one["status"] for one in report.common["nodes"]}
        assert seen == {(name, uid): "verified" for name in THREE for uid in (1, 2, 3)} | {("cm", 3): "stale"}


def test_what_somebody_else_wrote_is_left_alone_and_the_rest_is_put_back(authority: Authority) -> None:
    third = authority.issue()
    with Cluster(nodes=3, database="none") as cluster:
        before = [node.stored for node in cluster.nodes]

        def write(_cluster: Cluster) -> None:
            cluster.set_certificate("cm", third.certificate_pem, str(third.key_pem))

        cluster.add_fault(Fault("GET", CERTIFICATES, kind="pass", after=1, times=1, effect=write))
        error, report = failed(task(cluster, wait_timeout=1), entries(authority, *THREE))
        assert report.outcomes == {"cm": "partial", "metrics_exporter": "rolled_back", "syncer": "rolled_back"}
        assert "cm: The cluster has a third certificate" in error.message
        for node, old in zip(cluster.nodes, before):
            assert node.stored == {**old, "cm": node.holds("cm")}
            assert node.holds("cm").certificate == third.certificate_pem


def test_a_key_that_may_not_be_read_keeps_one_certificate_from_coming_back(authority: Authority) -> None:
    with Cluster(nodes=3, database="none", lag={3: math.inf}) as cluster:
        cluster.set_certificate("cm", cluster.certificate("cm"), None)
        error, report = failed(task(cluster), entries(authority, *THREE))
        assert report.outcomes == {"cm": "partial", "metrics_exporter": "rolled_back", "syncer": "rolled_back"}
        assert "cm: The old certificate cannot be put back: this user may not read" in error.message


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_missing_bulk_update_is_asked_for_once(authority: Authority, status: int) -> None:
    with Cluster(nodes=1, database="none") as cluster:
        cluster.add_fault(Fault("PUT", CERTIFICATES, status=status))
        report = Report()
        reconcile(task(cluster), wanted(entries(authority, *THREE)), report)
        assert names(cluster) == [tuple(THREE), *((name,) for name in THREE)]
        assert [request.path for request in cluster.writes].count(CERTIFICATES) == 1
        assert set(report.outcomes.values()) == {"changed"}


def test_writes_after_an_internode_change_wait_for_the_api(authority: Authority) -> None:
    """RS208996 and RS199373: without retries, nothing else waits for it."""
    order = ["ccs_internode_encryption", *THREE]
    with Cluster(nodes=3, version="8.0.20-60", database="none", internode_outage=0.7) as cluster:
        report = Report()
        reconcile(task(cluster, verify_timeout=20, wait_timeout=20), wanted(entries(authority, *order)), report)
        assert names(cluster) == [("ccs_internode_encryption",), tuple(THREE)]
        assert set(report.outcomes.values()) == {"changed"}


def test_a_write_whose_answer_was_lost_does_not_end_the_transaction(authority: Authority) -> None:
    """Neither when it was made, nor with an error that says nothing about it."""
    with Cluster(nodes=3, version="7.8.6-36", database="none") as cluster:
        cluster.add_fault(Fault("PUT", "*", kind="close_after", times=1))
        cluster.add_fault(Fault("PUT", "*", status=500, applied=True, times=1))
        report = Report()
        reconcile(task(cluster), wanted(entries(authority, *THREE)), report)
        assert names(cluster) == [(name,) for name in THREE]
        assert [request.status for request in cluster.writes] == [None, 500, 200]
        assert set(report.outcomes.values()) == {"changed"}
        assert {one["status"] for one in report.common["nodes"]} == {"verified"}
        assert len(report.common["nodes"]) == 9


def test_what_only_apis_tell_is_asked_of_each_node_once(authority: Authority) -> None:
    with Cluster(nodes=3, database="none") as cluster:
        reconcile(task(cluster), wanted(entries(authority, "syncer", "ldap_client", "sso_service")), Report())
        asked = [
            request.node_uid for request in cluster.requests if request.path == CERTIFICATES and not request.writes
        ]
        assert {uid: asked.count(uid) for uid in (1, 2, 3)} == {1: 3, 2: 1, 3: 1}


def test_the_report_of_a_failure_says_what_there_is(authority: Authority) -> None:
    with Cluster(nodes=1, database="none") as cluster:
        cluster.add_fault(Fault("PUT", "*", status=403))
        same = {"name": "ldap_client", "state": "absent", "compare": "chain"}
        dummy, report = failed(task(cluster), [*entries(authority, "cm"), same])
        (cm, ldap_client) = [report.change(change) for change in report.changes]
        assert (cm["outcome"], cm["after"]) == ("failed_unchanged", cm["before"])
        assert (ldap_client["outcome"], ldap_client["action"]) == ("unchanged", "none")
