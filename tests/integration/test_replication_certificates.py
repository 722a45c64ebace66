# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Peers learn a new proxy or syncer certificate: Active-Active databases, and what replicates from a cluster."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from simulator import ActiveActive, Cluster, Fault, ReplicaSource
from simulator.authority import Authority, Material
from simulator.keys import secret_lines

from .runs import Ansible, Outcome, Run, at, login, striking, task
from .test_secrets import assert_absent

MODULE = "replication_certificates"
SOURCE_FQDN = "source.example.com"
PASSWORDS = ["p@ss/w:rd#1", "second secret", "third secret"]


def pair(name: str, material: Material) -> dict[str, Any]:
    return {"name": name, "certificate": material.certificate_pem, "private_key": str(material.key_pem)}


def uri(host: str, password: str, port: int = 12000) -> str:
    return f"rediss://admin:{quote(password, safe='')}@{host}:{port}"


def posts(cluster: Cluster) -> list[str]:
    return [request.path for request in cluster.writes if request.method == "POST"]


def puts(cluster: Cluster) -> list[str]:
    return [request.path for request in cluster.writes if request.method == "PUT"]


def active_active(*names: str) -> list[ActiveActive]:
    made = [ActiveActive(name) for name in names]
    for crdb in made:
        crdb.queued = crdb.running = 0.02
    return made


@contextmanager
def sharing(crdbs: Sequence[ActiveActive]) -> Iterator[list[Cluster]]:
    """Two clusters that share these databases."""
    options: dict[str, Any] = {"nodes": 1, "database": "tls", "active_active": crdbs}
    with Cluster(fqdn="one.example.com", **options) as one, Cluster(fqdn="two.example.com", **options) as two:
        yield [one, two]


@pytest.fixture
def crdbs() -> list[ActiveActive]:
    return active_active("orders", "carts")


@pytest.fixture
def clusters(crdbs: Sequence[ActiveActive]) -> Iterator[list[Cluster]]:
    with sharing(crdbs) as started:
        yield started


# Active-Active


@pytest.mark.main_path
def test_peers_synchronise_again(
    ansible: Ansible, authority: Authority, crdbs: list[ActiveActive], clusters: list[Cluster]
) -> None:
    one = clusters[0]
    options = pair("proxy", authority.issue(one.fqdn))
    rotate = [task("rotate", "cluster_certificate", options, register="proxy")]
    assert ansible.tasks(rotate, connection=login(one)).expect()["rotate"].changed
    assert not any(crdb.synchronising() for crdb in crdbs)
    propagate = [
        task("predict", MODULE, {"updated": ["proxy"]}, check_mode=True),
        task("propagate", MODULE, {"updated": ["proxy"]}),
        task("nothing to tell", MODULE, {}),
        task("another certificate", MODULE, {"updated": ["api", "cm"]}),
    ]
    run = ansible.tasks(propagate, connection=login(one)).expect()
    assert all(crdb.synchronising() for crdb in crdbs)
    assert [run[name].changed for name in ("predict", "propagate")] == [True, True]
    assert run["predict"].writes(one) == []
    assert [path for _method, path, _status in run["propagate"].writes(one)] == [
        f"/v1/crdbs/{crdb.guid}/updates" for crdb in crdbs
    ]
    for name, status in (("predict", None), ("propagate", "finished")):
        assert run[name].result["outcome"] == "changed"
        assert run[name].result["active_active"] == [
            {
                "guid": crdb.guid,
                "name": crdb.name,
                "clusters": ["one.example.com", "two.example.com"],
                "action": "update",
                "outcome": "changed",
                "status": status,
                "errors": [],
                "failure": None,
            }
            for crdb in crdbs
        ]
    for name in ("nothing to tell", "another certificate"):
        assert not run[name].changed
        assert run[name].writes(one) == []
        assert {entry["action"] for entry in run[name].result["active_active"]} == {"none"}


def test_a_playbook_that_rotates_and_propagates_twice(
    ansible: Ansible, authority: Authority, crdbs: list[ActiveActive], clusters: list[Cluster]
) -> None:
    one = clusters[0]
    tasks = [
        task("rotate", "cluster_certificate", pair("syncer", authority.issue(one.fqdn)), register="syncer"),
        task("propagate", MODULE, {"updated": ["syncer"]}, when="syncer is changed"),
    ]
    first = ansible.tasks(tasks, connection=login(one)).expect()
    assert first["propagate"].changed
    assert all(crdb.synchronising() for crdb in crdbs)
    second = ansible.tasks(tasks, connection=login(one)).expect()
    assert second["propagate"].status == "skipped"
    assert len(posts(one)) == len(crdbs)


def test_one_database_by_force(ansible: Ansible, crdbs: list[ActiveActive], clusters: list[Cluster]) -> None:
    orders, carts = crdbs
    run = ansible.tasks(
        [
            task("by name", MODULE, {"force": True, "databases": ["orders"]}),
            task("by guid", MODULE, {"force": True, "databases": [carts.guid]}),
            task("unknown", MODULE, {"force": True, "databases": ["orders", "order"]}, ignore_errors=True),
        ],
        connection=login(clusters[0]),
    ).expect()
    assert [entry["name"] for entry in run["by name"].result["active_active"]] == ["orders"]
    assert posts(clusters[0]) == [f"/v1/crdbs/{crdb.guid}/updates" for crdb in (orders, carts)]
    assert run["unknown"].failure == {"kind": "invalid_option", "option": "databases"}
    assert "the cluster has no database order" in run["unknown"].result["msg"]
    assert run["unknown"].result["outcome"] == "failed_unchanged"


def test_a_participating_cluster_is_down(
    ansible: Ansible, authority: Authority, crdbs: list[ActiveActive], clusters: list[Cluster]
) -> None:
    one, two = clusters
    one.set_certificate("proxy", authority.issue(one.fqdn).certificate_pem)
    two.nodes[0].down = True
    run = ansible.tasks([task("propagate", MODULE, {"updated": ["proxy"]})], connection=login(one)).expect(ok=False)
    result = run["propagate"].result
    assert run["propagate"].failure == {"kind": "not_propagated", "cluster": one.url}
    assert (result["changed"], result["outcome"]) == (True, "partial")
    for crdb, entry in zip(crdbs, result["active_active"]):
        assert (entry["outcome"], entry["status"]) == ("partial", "failed")
        assert entry["errors"] == [{"cluster_name": "two.example.com", "error_code": "cluster_unreachable"}]
        assert f"{crdb.name} ({crdb.guid})" in result["msg"]
    assert "two.example.com (cluster_unreachable)" in result["msg"]
    assert "force=true" in result["msg"]
    two.nodes[0].down = False
    ansible.tasks([task("finish", MODULE, {"force": True})], connection=login(one)).expect()
    assert all(crdb.synchronising() for crdb in crdbs)


def test_all_are_tried_when_one_fails(
    ansible: Ansible, authority: Authority, crdbs: list[ActiveActive], clusters: list[Cluster]
) -> None:
    orders, carts = crdbs
    one, two = clusters
    one.set_certificate("syncer", authority.issue(one.fqdn).certificate_pem)
    orders.fail(two, "wrong_credentials", "hunter2 was refused")
    orders.fail(one, "Some words; no identifier", "hunter2 was refused")
    run = ansible.tasks([task("propagate", MODULE, {"updated": ["syncer"]})], "-vvvvv", connection=login(one))
    result = run.expect(ok=False)["propagate"].result
    assert [entry["outcome"] for entry in result["active_active"]] == ["partial", "changed"]
    assert result["active_active"][0]["errors"] == [
        {"cluster_name": "two.example.com", "error_code": "wrong_credentials"},
        {"cluster_name": "one.example.com", "error_code": None},
    ]
    assert result["active_active"][0]["failure"]["kind"] == "update_failed"
    assert "1 of 2 databases" in result["msg"]
    assert "hunter2" not in run.output
    assert "no identifier" not in run.output
    assert (orders.synchronising(), carts.synchronising()) == (False, True)


@pytest.mark.parametrize(("attribute", "state"), [("queued", "queued"), ("running", "started")])
def test_an_update_that_does_not_finish(
    ansible: Ansible, crdbs: list[ActiveActive], clusters: list[Cluster], attribute: str, state: str
) -> None:
    setattr(crdbs[0], attribute, math.inf)
    options = {"force": True, "wait_timeout": 0.3, "databases": ["orders"]}
    run = ansible.tasks([task("propagate", MODULE, options)], connection=login(clusters[0])).expect(ok=False)
    (entry,) = run["propagate"].result["active_active"]
    assert (entry["outcome"], entry["status"], entry["failure"]["kind"]) == ("partial", state, "update_not_finished")
    assert "wait_timeout" in run["propagate"].result["msg"]


def test_a_task_that_is_forgotten_is_no_success(
    ansible: Ansible, crdbs: list[ActiveActive], clusters: list[Cluster]
) -> None:
    crdbs[0].queued = crdbs[0].running = crdbs[0].kept = 0
    run = ansible.tasks(
        [task("propagate", MODULE, {"force": True, "databases": ["orders"]})], connection=login(clusters[0])
    ).expect(ok=False)
    (entry,) = run["propagate"].result["active_active"]
    assert (entry["outcome"], entry["failure"]["kind"]) == ("partial", "task_unknown")
    assert run["propagate"].changed


def forced(ansible: Ansible, faults: Mapping[str, Mapping[str, Any]], **options: Any) -> tuple[Run, Cluster]:
    """Force the update of a database for each fault, which its request meets."""
    crdbs = active_active(*faults)
    with sharing(crdbs) as (one, _two):
        for crdb in crdbs:
            path = f"/v1/crdbs/{crdb.guid}/updates"
            one.add_fault(Fault(method="POST", path=path, **faults[crdb.name]))
        tasks = [
            task(case, MODULE, {"force": True, "databases": [case], **options}, ignore_errors=True) for case in faults
        ]
        return ansible.tasks(tasks, connection=login(one)).expect(), one


def test_a_forced_update_is_sent_again(ansible: Ansible) -> None:
    faults: dict[str, dict[str, Any]] = {
        **{str(status): {"status": status, "times": 1} for status in (409, 503)},
        **{kind: {"kind": kind, "times": 1} for kind in ("close_before", "close_after", "reset")},
    }
    run, cluster = forced(ansible, faults)
    for case in faults:
        assert run[case].status == "ok", case
        assert (run[case].result["outcome"], run[case].result["attempts"]) == ("changed", 2), case
        assert len(run[case].writes(cluster)) == 2, case


def test_a_forced_update_that_is_refused(ansible: Ansible) -> None:
    statuses = {400: "failed_unchanged", 403: "failed_unchanged", 409: "failed_unchanged", 500: "partial"}
    run, _cluster = forced(ansible, {str(status): {"status": status} for status in statuses}, retries=1)
    for status, outcome in statuses.items():
        refused = run[str(status)]
        (entry,) = refused.result["active_active"]
        assert refused.status == "failed", status
        assert entry["failure"]["status"] == status
        assert (refused.result["outcome"], entry["outcome"]) == (outcome, outcome), status
        assert refused.changed is (outcome == "partial"), status


def test_an_update_whose_task_is_not_named(ansible: Ansible) -> None:
    kinds = ("empty", "garbage", "wrong_json", "truncated")
    run, _cluster = forced(ansible, {kind: {"kind": kind, "status": 200} for kind in kinds})
    for kind in kinds:
        (entry,) = run[kind].result["active_active"]
        assert run[kind].status == "failed", kind
        assert (entry["outcome"], entry["failure"]["kind"]) == ("partial", "task_unknown"), kind


def test_the_api_is_away_while_the_task_runs(ansible: Ansible, clusters: list[Cluster]) -> None:
    for fault in ({"status": 503}, {"kind": "close_before"}, {"kind": "html", "status": 502}):
        clusters[0].add_fault(Fault(method="GET", path="/v1/crdb_tasks/*", times=1, **fault))
    run = ansible.tasks(
        [task("propagate", MODULE, {"force": True, "databases": ["orders"]})], connection=login(clusters[0])
    ).expect()
    assert run["propagate"].result["outcome"] == "changed"


def test_a_cluster_without_such_databases(ansible: Ansible, cluster: Cluster) -> None:
    run = ansible.tasks([task("propagate", MODULE, {"updated": ["proxy"]})], connection=login(cluster)).expect()
    assert (run["propagate"].result["outcome"], run["propagate"].result["active_active"]) == ("unchanged", [])


# Replica Of


@pytest.fixture
def source() -> Iterator[Cluster]:
    with Cluster(nodes=1, database="tls", fqdn=SOURCE_FQDN) as running:
        yield running


@pytest.fixture
def replicas(source: Cluster, authority: Authority) -> dict[str, list[ReplicaSource]]:
    """The database reports (3) replicates from the source and two others; archive (4) only from one of the others."""
    # What is none of ours is no normalised PEM, and must stay as it is.
    pin = authority.issue("other.example.com").certificate_pem.replace("\n", "\r\n")
    plain = ReplicaSource(f"redis://admin:{quote(PASSWORDS[1])}@192.0.2.1:12000")
    other = ReplicaSource(uri(f"redis-9.eu.{SOURCE_FQDN}", PASSWORDS[2]), pin, pin, encryption=True)
    return {"reports": [plain, ReplicaSource.of(source, PASSWORDS[0]), other], "archive": [other]}


@pytest.fixture
def destination(replicas: dict[str, list[ReplicaSource]]) -> Iterator[Cluster]:
    with Cluster(nodes=1, database="none", replicas=replicas) as running:
        yield running


def sources(cluster: Cluster, uid: int = 3) -> list[ReplicaSource]:
    (replica,) = [bdb.replica for bdb in cluster.bdbs if bdb.uid == uid]
    return list(replica.sources.values())


def in_sync(cluster: Cluster, uid: int = 3) -> list[bool]:
    (replica,) = [bdb.replica for bdb in cluster.bdbs if bdb.uid == uid]
    return [replica.in_sync(one) for one in replica.sources.values()]


def rotated(source: Cluster, authority: Authority) -> Material:
    material = authority.issue(source.fqdn, intermediates=1)
    source.set_certificate("proxy", material.certificate_pem, str(material.key_pem))
    return material


def pinning(material: Material, **options: Any) -> dict[str, Any]:
    return {"source_certificate": material.certificate_pem, "source_hosts": ["127.0.0.1", SOURCE_FQDN], **options}


def assert_pinned(outcome: Outcome, before: str | None, after: Material) -> None:
    case = outcome.task
    (entry,) = outcome.result["replica_of"]
    database = (entry["uid"], entry["name"], entry["source"]["uid"], entry["source"]["position"])
    assert database == (3, "reports", 2, 1), case
    assert entry["source"]["host"] == "127.0.0.1", case
    assert (entry["action"], entry["outcome"]) == ("update", "changed"), case
    assert entry["before"]["fingerprint"] == before, case
    assert entry["after"]["fingerprint"] == after.fingerprint, case
    assert len(entry["after"]["chain_fingerprints"]) == 3, case


@pytest.mark.main_path
def test_a_destination_follows_its_source_again(
    ansible: Ansible, authority: Authority, source: Cluster, destination: Cluster, tmp_path: Path
) -> None:
    first, _ours, last = sources(destination)
    archive = sources(destination, 4)
    material = rotated(source, authority)
    assert in_sync(destination) == [True, False, True]
    path = tmp_path / "proxy.pem"
    path.write_text(material.certificate_pem.replace("\n", "\r\n"), encoding="ascii")
    by_path = {"source_certificate_path": str(path), "source_hosts": ["127.0.0.1"]}
    variables = {"certificate": material.certificate_pem, "private_key": str(material.key_pem)}
    with_key = pinning(material, source_certificate="{{ certificate + private_key }}")
    run = ansible.tasks(
        [
            task("predict", MODULE, pinning(material), check_mode=True),
            task("pin", MODULE, pinning(material)),
            task("again", MODULE, by_path),
            task("with a key behind it", MODULE, with_key),
        ],
        "-vvvvv",
        "--diff",
        connection=login(destination),
        variables=variables,
        environment={"ANSIBLE_PIPELINING": "false"},
    ).expect()
    assert in_sync(destination) == [True, True, True]
    assert sources(destination)[0] == first
    assert sources(destination)[2] == last
    assert sources(destination, 4) == archive
    assert puts(destination) == ["/v1/bdbs/3"]
    assert run["predict"].writes(destination) == []
    old = run["pin"].result["replica_of"][0]["before"]["fingerprint"]
    for name in ("predict", "pin"):
        assert run[name].changed
        assert_pinned(run[name], old, material)
    assert not run["again"].changed
    assert [entry["action"] for entry in run["again"].result["replica_of"]] == ["none"]
    assert not run["with a key behind it"].changed
    passwords = {form for one in PASSWORDS for form in (one, quote(one), quote(one, safe=""))}
    assert_absent(passwords | secret_lines(str(material.key_pem)), run, ansible.home)
    assert old in run.output


def test_a_rotation_of_the_source_names_the_old_fingerprint(
    ansible: Ansible, authority: Authority, source: Cluster, destination: Cluster
) -> None:
    material = authority.issue(SOURCE_FQDN, intermediates=1)
    there = {key: value for key, value in login(destination).items() if key != "metrics_port"}
    by_fingerprint = {
        **there,
        "source_certificate": material.certificate_pem,
        "source_old_fingerprint": "{{ proxy.before.fingerprint | upper }}",
    }
    tasks = [
        task("rotate", "cluster_certificate", pair("proxy", material), register="proxy"),
        task("pin", MODULE, by_fingerprint),
    ]
    first = ansible.tasks(tasks, connection=login(source)).expect()
    assert_pinned(first["pin"], first["rotate"].result["before"]["fingerprint"], material)
    assert in_sync(destination) == [True, True, True]
    second = ansible.tasks(tasks, connection=login(source)).expect()
    assert [outcome.changed for outcome in second.outcomes] == [False, False]
    assert len(puts(destination)) == 1


def pin(ansible: Ansible, destinations: Mapping[str, Cluster], material: Material, **options: Any) -> Run:
    """Pin what a source has now at each destination."""
    given = pinning(material, **options)
    tasks = [task(case, MODULE, given, ignore_errors=True, **at(cluster)) for case, cluster in destinations.items()]
    return ansible.tasks(tasks).expect()


def test_entries_may_come_back_only_without_what_the_server_sets(
    ansible: Ansible, authority: Authority, source: Cluster, replicas: dict[str, list[ReplicaSource]]
) -> None:
    faults = {str(status): Fault(method="PUT", path="/v1/bdbs/*", status=status, times=1) for status in (400, 406, 422)}
    with striking(faults, replicas=replicas) as destinations:
        for destination in destinations.values():
            for bdb in destination.bdbs:
                bdb.replica.read_only_refused = True
        run = pin(ansible, destinations, rotated(source, authority))
        for case, destination in destinations.items():
            assert run[case].status == "ok", case
            assert in_sync(destination) == [True, True, True], case
            assert len(puts(destination)) == 2, case


def test_somebody_else_changes_the_sources_in_between(
    ansible: Ansible, authority: Authority, source: Cluster, destination: Cluster
) -> None:
    """After the plan was made, and before the write."""
    material = rotated(source, authority)
    (replica,) = [bdb.replica for bdb in destination.bdbs if bdb.uid == 3]

    def without_the_first(_cluster: Cluster) -> None:
        replica.replace([entry for entry in replica.describe(False) if entry["uid"] != 1])

    destination.add_fault(Fault(method="GET", path="/v1/bdbs", kind="pass", after=1, times=1, effect=without_the_first))
    run = ansible.tasks([task("pin", MODULE, pinning(material))], connection=login(destination)).expect()
    assert [entry["source"]["position"] for entry in run["pin"].result["replica_of"]] == [0]
    assert in_sync(destination) == [True, True]


def test_a_write_fails_once(
    ansible: Ansible, authority: Authority, source: Cluster, replicas: dict[str, list[ReplicaSource]]
) -> None:
    cases = {
        "503": (Fault(method="PUT", times=1, status=503), 2),
        "409": (Fault(method="PUT", times=1, status=409), 2),
        "close_before": (Fault(method="PUT", times=1, kind="close_before"), 2),
        "close_after": (Fault(method="PUT", times=1, kind="close_after"), 1),
        "reset": (Fault(method="PUT", times=1, kind="reset", applied=True), 1),
    }
    with striking({case: fault for case, (fault, _writes) in cases.items()}, replicas=replicas) as destinations:
        material = rotated(source, authority)
        run = pin(ansible, destinations, material)
        for case, (_fault, writes) in cases.items():
            assert run[case].status == "ok", case
            assert_pinned(run[case], run[case].result["replica_of"][0]["before"]["fingerprint"], material)
            assert in_sync(destinations[case]) == [True, True, True], case
            assert len(puts(destinations[case])) == writes, case


def test_a_write_fails_for_good(
    ansible: Ansible, authority: Authority, source: Cluster, replicas: dict[str, list[ReplicaSource]]
) -> None:
    cases = {
        "403": (Fault(method="PUT", status=403), "failed_unchanged"),
        "500": (Fault(method="PUT", status=500), "failed_unchanged"),
        "500, and made": (Fault(method="PUT", status=500, applied=True), "changed"),
        "200, and not made": (Fault(method="PUT", kind="pass", applied=False, status=200), "failed_unchanged"),
    }
    with striking({case: fault for case, (fault, _outcome) in cases.items()}, replicas=replicas) as destinations:
        before = {case: sources(destination) for case, destination in destinations.items()}
        run = pin(ansible, destinations, rotated(source, authority), retries=1, wait_timeout=0.3)
        for case, (_fault, outcome) in cases.items():
            changed = outcome == "changed"
            assert (run[case].status, run[case].result["outcome"]) == ("ok" if changed else "failed", outcome), case
            assert [entry["outcome"] for entry in run[case].result["replica_of"]] == [outcome], case
            assert (sources(destinations[case]) == before[case]) is not changed, case
            assert run[case].changed is changed, case


def test_only_what_is_named_is_meant(
    ansible: Ansible, authority: Authority, source: Cluster, destination: Cluster
) -> None:
    material = rotated(source, authority)
    before = sources(destination)
    run = ansible.tasks(
        [
            # One label below it is another cluster's FQDN, and a name below that is none of this one.
            task("another cluster", MODULE, {**pinning(material), "source_hosts": [SOURCE_FQDN]}),
            task("another pin", MODULE, pinning(material, source_old_fingerprint="ab" * 32)),
            task("another database", MODULE, pinning(material, databases=["archive"])),
        ],
        connection=login(destination),
    ).expect(warnings=True)
    for outcome in run.outcomes:
        assert (outcome.result["outcome"], outcome.result["replica_of"]) == ("unchanged", [])
        assert "no database replicates from such a source" in str(outcome.result["warnings"])
    assert sources(destination) == before
    assert destination.writes == []


def test_options_that_make_no_sense(ansible: Ansible, authority: Authority, destination: Cluster) -> None:
    material, expired = authority.issue(SOURCE_FQDN), authority.issue(SOURCE_FQDN, days=-1)
    wrong: dict[str, tuple[dict[str, Any], str]] = {
        "no certificate": ({"source_hosts": [SOURCE_FQDN]}, "source_certificate"),
        "no source": ({"source_certificate": material.certificate_pem}, "source_hosts"),
        "expired": (pinning(expired), "source_certificate"),
        "no PEM": ({**pinning(material), "source_certificate": "hello"}, "source_certificate"),
        "a uri": (pinning(material, source_hosts=["rediss://admin:hunter2@h:1"]), "source_hosts"),
        "SHA-1": (pinning(material, source_old_fingerprint="ab" * 20), "source_old_fingerprint"),
        "unknown": (pinning(material, databases=["report"]), "databases"),
        "time": (pinning(material, wait_timeout=-1), "wait_timeout"),
    }
    run = ansible.tasks(
        [task(name, MODULE, options, ignore_errors=True) for name, (options, _option) in wrong.items()],
        connection=login(destination),
    ).expect()
    for name, (_options, option) in wrong.items():
        assert run[name].failure["option"] == option, name
        assert (run[name].result["outcome"], run[name].changed) == ("failed_unchanged", False)
    assert "hunter2" not in str(run["a uri"].result["msg"])
    assert destination.writes == []


def test_who_may_only_look(ansible: Ansible, authority: Authority, source: Cluster, destination: Cluster) -> None:
    material = rotated(source, authority)
    run = ansible.tasks(
        [
            task("predict", MODULE, pinning(material), check_mode=True),
            task("pin", MODULE, pinning(material), ignore_errors=True),
        ],
        connection=login(destination, "cluster_viewer"),
    ).expect()
    assert run["predict"].result["outcome"] == "changed"
    (entry,) = run["pin"].result["replica_of"]
    assert (entry["outcome"], entry["failure"]["kind"]) == ("failed_unchanged", "forbidden")


# Databases that are busy, masked or blocked


def test_a_database_is_waited_for(
    ansible: Ansible, authority: Authority, source: Cluster, destination: Cluster
) -> None:
    """Somebody else's change is under way, and this one takes its time."""
    destination.bdb_pending = 1
    next(bdb for bdb in destination.bdbs if bdb.uid == 3).pending_until = time.monotonic() + 4
    material = rotated(source, authority)
    run = ansible.tasks([task("pin", MODULE, pinning(material, retries=0))], connection=login(destination)).expect()
    assert_pinned(run["pin"], run["pin"].result["replica_of"][0]["before"]["fingerprint"], material)
    assert len(puts(destination)) == 1
    assert all(bdb.status == "active" for bdb in destination.bdbs)


def test_a_change_that_is_not_in_force_in_time(
    ansible: Ansible, authority: Authority, source: Cluster, destination: Cluster
) -> None:
    destination.bdb_pending = 60
    options = pinning(rotated(source, authority), wait_timeout=0.5)
    pin = [
        task("pin", MODULE, options, ignore_errors=True),
        task("again", MODULE, {**options, "force": True}, ignore_errors=True),
    ]
    run = ansible.tasks(pin, connection=login(destination)).expect()
    result = run["pin"].result
    assert (result["outcome"], result["replica_of"][0]["failure"]["kind"]) == ("partial", "not_proven")
    assert "is still active-change-pending after 0.5 s (wait_timeout)" in result["msg"]
    assert run["again"].result["outcome"] == "unchanged"
    assert len(puts(destination)) == 1


def test_a_database_that_stays_busy(
    ansible: Ansible, authority: Authority, source: Cluster, destination: Cluster
) -> None:
    next(bdb for bdb in destination.bdbs if bdb.uid == 3).pending_until = math.inf
    pin = task("pin", MODULE, pinning(rotated(source, authority), wait_timeout=0.5))
    run = ansible.tasks([pin], connection=login(destination)).expect(ok=False)
    (entry,) = run["pin"].result["replica_of"]
    assert (run["pin"].result["outcome"], entry["failure"]["kind"]) == ("failed_unchanged", "database_busy")
    assert puts(destination) == []


def test_masked_credentials_are_never_written_back(
    ansible: Ansible, authority: Authority, source: Cluster, destination: Cluster
) -> None:
    before = sources(destination)
    destination.mask_bdb_credentials = True
    material = rotated(source, authority)
    tasks = [
        task("check", MODULE, pinning(material), check_mode=True, ignore_errors=True),
        task("pin", MODULE, pinning(material), ignore_errors=True),
    ]
    run = ansible.tasks(tasks, connection=login(destination)).expect()
    for name in ("check", "pin"):
        assert run[name].failure == {"kind": "credentials_masked", "cluster": destination.url}
        assert (run[name].result["outcome"], run[name].changed) == ("failed_unchanged", False)
        assert "mask_bdb_credentials" in run[name].result["msg"]
    assert puts(destination) == []
    assert sources(destination) == before
    destination.mask_bdb_credentials = False
    ansible.tasks([task("pin", MODULE, pinning(material))], connection=login(destination)).expect()
    assert in_sync(destination) == [True, True, True]


@pytest.mark.parametrize(("version", "blocked"), [("7.8.2-33", True), ("7.8.2-34", False)])
def test_an_expired_client_certificate_blocks_a_database(
    ansible: Ansible, authority: Authority, source: Cluster, version: str, blocked: bool
) -> None:
    """The database beside it gets its turn."""
    expired = authority.issue("client.example.com", days=-1).certificate_pem
    replicas = {name: [ReplicaSource.of(source, PASSWORDS[0])] for name in ("reports", "archive")}
    with Cluster(nodes=1, database="none", replicas=replicas, version=version) as destination:
        destination.bdbs[0].client_certs = [expired]
        material = rotated(source, authority)
        tasks = [
            task("check", MODULE, pinning(material), check_mode=True, ignore_errors=True),
            task("pin", MODULE, pinning(material), ignore_errors=True),
        ]
        run = ansible.tasks(tasks, connection=login(destination)).expect()
        writes = puts(destination)
    outcomes = {name: [one["outcome"] for one in run[name].result["replica_of"]] for name in ("check", "pin")}
    assert outcomes == {name: ["failed_unchanged" if blocked else "changed", "changed"] for name in ("check", "pin")}
    assert writes == [f"/v1/bdbs/{bdb.uid}" for bdb in destination.bdbs[blocked:]]
    for name in ("check", "pin"):
        if blocked:
            assert run[name].failure is not None
            assert run[name].failure["kind"] == "not_propagated"
            assert run[name].result["replica_of"][0]["failure"]["kind"] == "client_certificate_expired"
            for part in ("RS133653", "Replica Of database reports", "client.example.com", "1 of 2"):
                assert part in run[name].result["msg"]
        else:
            assert run[name].status == "ok"
