# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is sent again, what is not, and what happens when an answer is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator import Cluster, Fault
from simulator.authority import Authority, Material

from .runs import Ansible, Run, at, clusters_for, login, striking, task

MODULE = "cluster_certificate"
PATHS = {"7.8.6-36": "/v1/cluster/update_cert", "8.0.20-96": "/v1/cluster/certificates"}


def pair(material: Material, **options: Any) -> dict[str, Any]:
    return {"name": "cm", "certificate": material.certificate_pem, "private_key": str(material.key_pem), **options}


def replace(
    ansible: Ansible, clusters: Mapping[str, Cluster], material: Material, *arguments: str, **options: Any
) -> Run:
    """Replace a certificate of each cluster."""
    given = pair(material, **options)
    tasks = [task(case, MODULE, given, ignore_errors=True, **at(cluster)) for case, cluster in clusters.items()]
    return ansible.tasks(tasks, *arguments).expect()


def read(ansible: Ansible, clusters: Mapping[str, Cluster]) -> Run:
    tasks = [
        task(case, "cluster_certificate_info", {}, ignore_errors=True, **at(cluster))
        for case, cluster in clusters.items()
    ]
    return ansible.tasks(tasks).expect()


def test_a_lost_answer_to_a_change_that_was_made(ansible: Ansible, authority: Authority) -> None:
    material = authority.issue()
    kinds = {f"{kind}, {version}": (kind, version) for kind in ("close_after", "reset", "never") for version in PATHS}
    with clusters_for({case: {"version": version} for case, (_kind, version) in kinds.items()}) as clusters:
        for case, (kind, _version) in kinds.items():
            clusters[case].add_fault(Fault(method="PUT", kind=kind, applied=True, times=1))
        run = replace(ansible, clusters, material, write_timeout=1)
        for case, (_kind, version) in kinds.items():
            assert run[case].result["outcome"] == "changed", case
            assert run[case].result["after"]["fingerprint"] == material.fingerprint, case
            assert [request.path for request in clusters[case].writes] == [PATHS[version]], case


def test_a_lost_answer_to_a_change_that_was_not_made(ansible: Ansible, authority: Authority) -> None:
    kinds = ("close_before", "reset", "never")
    with striking({kind: Fault(method="PUT", kind=kind, applied=False, times=1) for kind in kinds}) as clusters:
        run = replace(ansible, clusters, authority.issue(), write_timeout=1)
        for case, cluster in clusters.items():
            assert (run[case].result["outcome"], run[case].result["attempts"]) == ("changed", 2), case
            assert len(cluster.writes) == 2, case


def test_a_deletion_whose_answer_was_lost(ansible: Ansible) -> None:
    with Cluster(nodes=1, database="none", optional=["ldap_client"]) as cluster:
        cluster.add_fault(Fault(method="DELETE", kind="close_after", times=1))
        run = ansible.tasks(
            [task("remove", MODULE, {"name": "ldap_client", "state": "absent"})], connection=login(cluster)
        ).expect()
        assert run["remove"].result["outcome"] == "changed"
        assert len(cluster.writes) == 1


def test_an_update_is_sent_again(ansible: Ansible, authority: Authority) -> None:
    statuses = (409, 429, 500, 502, 503, 504)
    with striking({str(status): Fault(method="PUT", status=status, times=2) for status in statuses}) as clusters:
        run = replace(ansible, clusters, authority.issue(), "-v")
        for case, cluster in clusters.items():
            assert (run[case].result["outcome"], run[case].result["attempts"]) == ("changed", 3), case
            assert len(run[case].result["retried"]) == 2, case
            assert run.output.count(f"(HTTP {case}, simulated_fault: ") == 2, case
            assert len(cluster.writes) == 3, case


def test_what_is_refused_is_not_sent_again(ansible: Ansible, authority: Authority) -> None:
    faults = {
        str(status): Fault(method="PUT", path="/v1/cluster/certificates", status=status)
        for status in (400, 401, 403, 406, 501)
    }
    with striking(faults) as clusters:
        for cluster in clusters.values():
            cluster.add_fault(Fault(method="PUT", path="/v1/cluster/update_cert", status=400))
        run = replace(ansible, clusters, authority.issue())
        for case, cluster in clusters.items():
            assert run[case].status == "failed", case
            assert (run[case].result["outcome"], run[case].result["attempts"]) == ("failed_unchanged", 1), case
            assert len(cluster.writes) == (2 if case == "501" else 1), case


def test_a_read_is_sent_again(ansible: Ansible) -> None:
    faults = {
        **{str(status): Fault(method="GET", times=2, status=status) for status in (429, 500, 502, 503, 504)},
        **{kind: Fault(method="GET", times=2, kind=kind) for kind in ("close_before", "reset", "truncated")},
        "page": Fault(method="GET", times=2, kind="html", status=503),
    }
    with striking(faults) as clusters:
        run = read(ansible, clusters)
    for case in faults:
        assert (run[case].status, run[case].result["attempts"]) == ("ok", 3), case


def test_a_read_is_not_sent_again(ansible: Ansible) -> None:
    faults = {str(status): Fault(method="GET", status=status) for status in (400, 409, 418)}
    with striking({**faults, "garbage": Fault(method="GET", kind="garbage")}) as clusters:
        run = read(ansible, clusters)
        for case, cluster in clusters.items():
            assert (run[case].status, run[case].result["attempts"]) == ("failed", 1), case
            assert len(cluster.requests) == 1, case


def test_retries_end(ansible: Ansible, cluster: Cluster, authority: Authority) -> None:
    cluster.add_fault(Fault(method="PUT", status=409))
    before = cluster.certificate("cm")
    options = pair(authority.issue(), retries=3)
    run = ansible.tasks([task("replace", MODULE, options)], connection=login(cluster)).expect(ok=False)
    assert (run["replace"].result["outcome"], run["replace"].result["attempts"]) == ("failed_unchanged", 4)
    assert run["replace"].failure["kind"] == "not_all_nodes_updated"
    assert len(cluster.writes) == 4
    assert cluster.certificate("cm") == before


def test_retry_after_is_honoured_up_to_a_cap(ansible: Ansible, cluster: Cluster) -> None:
    for seconds in ("2", "3600"):
        cluster.add_fault(Fault(method="GET", status=503, times=1, headers={"Retry-After": seconds}))
    run = ansible.tasks(
        [task("read", "cluster_certificate_info", {"retry_max_delay": 3})], connection=login(cluster)
    ).expect()
    arrived = [request.arrived for request in cluster.requests[:3]]
    assert arrived[1] - arrived[0] >= 2
    assert 3 <= arrived[2] - arrived[1] < 30
    assert run["read"].result["attempts"] == 3


def test_options_out_of_range(ansible: Ansible, cluster: Cluster) -> None:
    wrong = {"retries": -1, "retry_delay": "nan", "retry_max_delay": -1, "metrics_port": 70000}
    tasks = [
        task(option, "cluster_certificate_info", {option: value}, ignore_errors=True) for option, value in wrong.items()
    ]
    run = ansible.tasks(tasks, connection=login(cluster)).expect()
    for option in wrong:
        assert run[option].failure == {"kind": "invalid_option", "option": option}
    assert cluster.requests == []
