# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is sent again, what is not, and what happens when an answer is lost."""

from __future__ import annotations

from typing import Any

import pytest
from simulator import Cluster, Fault
from simulator.authority import Authority, Material

from .runs import Ansible, login, task

MODULE = "cluster_certificate"
PATHS = {"7.8.6-36": "/v1/cluster/update_cert", "8.0.20-96": "/v1/cluster/certificates"}


def pair(material: Material, **options: Any) -> dict[str, Any]:
    return {"name": "cm", "certificate": material.certificate_pem, "private_key": str(material.key_pem), **options}


@pytest.mark.parametrize("kind", ["close_after", "reset", "never"])
def test_a_lost_answer_to_a_change_that_was_made(
    ansible: Ansible, any_cluster: Cluster, authority: Authority, kind: str
) -> None:
    any_cluster.add_fault(Fault(method="PUT", kind=kind, applied=True, times=1))
    material = authority.issue()
    run = ansible.tasks(
        [task("replace", MODULE, pair(material, write_timeout=1))], connection=login(any_cluster)
    ).expect()
    assert run["replace"].result["outcome"] == "changed"
    assert run["replace"].result["after"]["fingerprint"] == material.fingerprint
    assert [request.path for request in any_cluster.writes] == [PATHS[any_cluster.nodes[0].release.text]]


@pytest.mark.parametrize("kind", ["close_before", "reset", "never"])
def test_a_lost_answer_to_a_change_that_was_not_made(
    ansible: Ansible, cluster: Cluster, authority: Authority, kind: str
) -> None:
    cluster.add_fault(Fault(method="PUT", kind=kind, applied=False, times=1))
    run = ansible.tasks(
        [task("replace", MODULE, pair(authority.issue(), write_timeout=1))], connection=login(cluster)
    ).expect()
    assert (run["replace"].result["outcome"], run["replace"].result["attempts"]) == ("changed", 2)
    assert len(cluster.writes) == 2


def test_a_deletion_whose_answer_was_lost(ansible: Ansible) -> None:
    with Cluster(nodes=1, database="none", optional=["ldap_client"]) as cluster:
        cluster.add_fault(Fault(method="DELETE", kind="close_after", times=1))
        run = ansible.tasks(
            [task("remove", MODULE, {"name": "ldap_client", "state": "absent"})], connection=login(cluster)
        ).expect()
        assert run["remove"].result["outcome"] == "changed"
        assert len(cluster.writes) == 1


@pytest.mark.parametrize("status", [409, 429, 500, 502, 503, 504])
def test_an_update_is_sent_again(ansible: Ansible, cluster: Cluster, authority: Authority, status: int) -> None:
    cluster.add_fault(Fault(method="PUT", status=status, times=2))
    run = ansible.tasks([task("replace", MODULE, pair(authority.issue()))], "-v", connection=login(cluster)).expect()
    assert (run["replace"].result["outcome"], run["replace"].result["attempts"]) == ("changed", 3)
    assert len(run["replace"].result["retried"]) == 2
    assert run.output.count(f"(HTTP {status}, simulated_fault: ") == 2
    assert len(cluster.writes) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 406, 501])
def test_what_is_refused_is_not_sent_again(
    ansible: Ansible, cluster: Cluster, authority: Authority, status: int
) -> None:
    cluster.add_fault(Fault(method="PUT", path="/v1/cluster/certificates", status=status))
    cluster.add_fault(Fault(method="PUT", path="/v1/cluster/update_cert", status=400))
    run = ansible.tasks([task("replace", MODULE, pair(authority.issue()))], connection=login(cluster)).expect(ok=False)
    assert (run["replace"].result["outcome"], run["replace"].result["attempts"]) == ("failed_unchanged", 1)
    assert len(cluster.writes) == (2 if status == 501 else 1)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429},
        {"status": 500},
        {"status": 502},
        {"status": 503},
        {"status": 504},
        {"kind": "html", "status": 503},
        {"kind": "close_before"},
        {"kind": "reset"},
        {"kind": "truncated"},
    ],
)
def test_a_read_is_sent_again(ansible: Ansible, cluster: Cluster, fault: dict[str, Any]) -> None:
    cluster.add_fault(Fault(method="GET", times=2, **fault))
    run = ansible.tasks([task("read", "cluster_certificate_info", {})], connection=login(cluster)).expect()
    assert run["read"].result["attempts"] == 3


@pytest.mark.parametrize("fault", [{"status": 400}, {"status": 409}, {"status": 418}, {"kind": "garbage"}])
def test_a_read_is_not_sent_again(ansible: Ansible, cluster: Cluster, fault: dict[str, Any]) -> None:
    cluster.add_fault(Fault(method="GET", **fault))
    run = ansible.tasks([task("read", "cluster_certificate_info", {})], connection=login(cluster)).expect(ok=False)
    assert run["read"].result["attempts"] == 1
    assert len(cluster.requests) == 1


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


@pytest.mark.parametrize(
    ("option", "value"), [("retries", -1), ("retry_delay", "nan"), ("retry_max_delay", -1), ("metrics_port", 70000)]
)
def test_options_out_of_range(ansible: Ansible, cluster: Cluster, option: str, value: Any) -> None:
    run = ansible.tasks([task("read", "cluster_certificate_info", {option: value})], connection=login(cluster)).expect(
        ok=False
    )
    assert run["read"].failure == {"kind": "invalid_option", "option": option}
    assert cluster.requests == []
