# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Internal certificates are rotated when they are due, by one request, and every node is seen to have new ones."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from simulator import Cluster, Fault
from simulator.authority import Authority
from simulator.keys import secret_lines

from .runs import Ansible, Outcome, Run, at, clusters_for, login, striking, task
from .test_secrets import assert_absent

MODULE = "internal_certificate_rotation"
ROTATE = "/v1/cluster/certificates/rotate"
CCS, DATA = "ccs_internode_encryption", "data_internode_encryption"
BOTH = {CCS: 10.0, DATA: 20.0}


def held(cluster: Cluster, *names: str) -> list[Any]:
    """What every node has."""
    return [node.holds(name) for node in cluster.nodes for name in names or (CCS, DATA)]


def others(cluster: Cluster) -> list[Any]:
    return [{name: pair for name, pair in node.stored.items() if name not in (CCS, DATA)} for node in cluster.nodes]


def plan(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [(one["action"], one["reason"], one["outcome"]) for one in outcome.result["changes"]]


def statuses(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [(node["name"], node["address"], node["status"]) for node in outcome.result["nodes"]]


def everywhere(*names: str, status: str = "verified") -> list[tuple[str, str, str]]:
    return [(name, f"127.0.0.{number}", status) for name in names for number in (1, 2, 3)]


def rotate(ansible: Ansible, clusters: Mapping[str, Cluster], **options: Any) -> Run:
    """Rotate what is due on each cluster."""
    tasks = [task(case, MODULE, options, ignore_errors=True, **at(cluster)) for case, cluster in clusters.items()]
    return ansible.tasks(tasks).expect()


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")


@pytest.mark.main_path
def test_both_are_due_then_none_is(ansible: Ansible) -> None:
    with Cluster(nodes=3, database="none", expires=BOTH) as cluster:
        before, untouched = held(cluster), others(cluster)
        run = ansible.tasks(
            [
                task("predict", MODULE, {}, check_mode=True),
                task("rotate", MODULE, {}),
                task("again", MODULE, {}),
                task("predict nothing", MODULE, {}, check_mode=True),
            ],
            "--diff",
            connection=login(cluster),
        ).expect()
        due, same = [("rotate", "expires", "changed")] * 2, [("none", "same", "unchanged")] * 2
        for name, expected, writes in (
            ("predict", due, []),
            ("rotate", due, [("POST", ROTATE, 200)]),
            ("again", same, []),
            ("predict nothing", same, []),
        ):
            assert plan(run[name]) == expected
            assert run[name].changed is (expected is due)
            assert run[name].result["outcome"] == ("changed" if expected is due else "unchanged")
            assert run[name].writes(cluster) == writes
        assert cluster.writes[0].names == ()
        assert not set(before) & set(held(cluster))
        assert others(cluster) == untouched

        rotated, again = run["rotate"].result, run["again"].result
        assert statuses(run["rotate"]) == everywhere(CCS, DATA)
        assert [one["name"] for one in rotated["changes"]] == [CCS, DATA]
        for one, later, diff in zip(rotated["changes"], again["changes"], rotated["diff"]):
            assert one["before"]["fingerprint"] != one["after"]["fingerprint"] == later["before"]["fingerprint"]
            assert diff["before"]["serial_number"] == one["before"]["serial_number"]
            assert diff["after"]["serial_number"] == one["after"]["serial_number"]
        assert {(node["evidence"], node["fingerprint"]) for node in rotated["nodes"]} == {("metrics", None)}
        ends = {one["name"]: moment(one["after"]["not_after"]) for one in rotated["changes"]}
        assert all(abs(moment(node["not_after"]) - ends[node["name"]]).seconds <= 60 for node in rotated["nodes"])
        assert (rotated["proof"]["level"], rotated["proof"]["verified"]) == ("complete", 6)
        assert [one["after"] for one in run["predict"].result["changes"]] == [None, None]
        assert run["predict"].result["diff"] == again["diff"] == []
        assert [hazard["id"] for hazard in rotated["hazards"]] == ["RS200137"]
        assert rotated["hazards"] == run["predict"].result["hazards"]
        assert (again["hazards"], again["nodes"]) == ([], [])


def test_only_what_is_due_is_rotated(ansible: Ansible) -> None:
    cases: dict[str, tuple[dict[str, float], dict[str, Any], list[str]]] = {
        # name: days that are left, options, and what is rotated
        "the first": ({CCS: 10, DATA: 80}, {}, [CCS]),
        "the second, expired": ({CCS: 80, DATA: -1}, {}, [DATA]),
        "none": ({CCS: 80, DATA: 31}, {}, []),
        "earlier": ({CCS: 80, DATA: 31}, {"renew_before": 32}, [DATA]),
        "named": ({CCS: 10, DATA: 20}, {"name": DATA}, [DATA]),
        "named as by the operator": ({CCS: 10, DATA: 20}, {"name": "cp_internode_encryption"}, [CCS]),
        "named and not due": ({CCS: 10, DATA: 80}, {"name": " dp_internode_encryption "}, []),
        "never": ({CCS: 10, DATA: 20}, {"renew_before": 0}, []),
    }
    with clusters_for({case: {"expires": expires} for case, (expires, *dummy) in cases.items()}) as clusters:
        before = {case: {name: one.certificate(name) for name in (CCS, DATA)} for case, one in clusters.items()}
        tasks = [
            task(case, MODULE, options, **at(clusters[case])) for case, (_expires, options, _rotated) in cases.items()
        ]
        run = ansible.tasks(tasks).expect()
        for case, (_expires, _options, rotated) in cases.items():
            cluster, result = clusters[case], run[case].result
            assert [name for name in (CCS, DATA) if cluster.certificate(name) != before[case][name]] == rotated, case
            assert [request.names for request in cluster.writes] == [(name,) for name in rotated], case
            assert run[case].changed is bool(rotated), case
            assert [one["name"] for one in result["changes"] if one["action"] == "rotate"] == rotated, case


def test_force(ansible: Ansible) -> None:
    with Cluster(nodes=3, database="none", version="8.2.0-46", expires={CCS: 10}) as cluster:
        run = ansible.tasks(
            [task("both", MODULE, {"force": True}), task("one", MODULE, {"force": True, "name": DATA})],
            connection=login(cluster),
        ).expect()
        assert plan(run["both"]) == [("rotate", "expires", "changed"), ("rotate", "forced", "changed")]
        assert plan(run["one"]) == [("rotate", "forced", "changed")]
        assert [request.names for request in cluster.writes] == [(), (DATA,)]
        assert run["both"].result["hazards"] == []


def test_a_customer_provided_certificate_is_replaced_and_that_shows(ansible: Ansible, authority: Authority) -> None:
    material = authority.issue(intermediates=1, root=True)
    with Cluster(nodes=3, database="none") as cluster:
        cluster.set_certificate(CCS, material.certificate_pem, str(material.key_pem))
        run = ansible.tasks([task("rotate", MODULE, {"name": CCS, "force": True})], connection=login(cluster)).expect()
        (change,) = run["rotate"].result["changes"]
        assert change["before"]["fingerprint"] == material.fingerprint
        assert "private CA" in change["after"]["issuer"]
        assert "private CA" not in change["before"]["issuer"]


def test_issuers_that_expire_do_not_make_it_due(ansible: Ansible) -> None:
    """A rotation would not renew them, so that each run would rotate."""
    short = Authority("Short-lived CA", days=5).issue(days=80, root=True)
    with Cluster(nodes=1, database="none") as cluster:
        cluster.set_certificate(CCS, short.certificate_pem, str(short.key_pem))
        run = ansible.tasks([task("rotate", MODULE, {})], connection=login(cluster)).expect()
        assert run["rotate"].result["outcome"] == "unchanged"


def test_what_cannot_be_parsed_is_due(ansible: Ansible) -> None:
    with Cluster(nodes=3, database="none") as cluster:
        cluster.set_certificate(DATA, "rubbish")
        run = ansible.tasks([task("rotate", MODULE, {}), task("again", MODULE, {})], connection=login(cluster)).expect()
        assert plan(run["rotate"]) == [("none", "same", "unchanged"), ("rotate", "not_readable", "changed")]
        assert run["again"].result["outcome"] == "unchanged"


def test_options_that_make_no_sense(ansible: Ansible, cluster: Cluster) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "another name": {"name": "proxy"},
        "no name": {"name": ""},
        "longer than it is valid": {"renew_before": 90},
        "negative": {"renew_before": -1},
        "negative time": {"verify_timeout": -1},
        "no number": {"wait_timeout": "nan"},
    }
    tasks = [task(case, MODULE, {"force": True, **options}, ignore_errors=True) for case, options in wrong.items()]
    run = ansible.tasks(tasks, connection=login(cluster)).expect()
    for case, (option,) in wrong.items():
        assert run[case].failure == {"kind": "invalid_option", "option": option}, case
        assert f"option {option}" in run[case].result["msg"], case
        assert (run[case].result["outcome"], run[case].result["changes"]) == ("failed_unchanged", []), case
    assert cluster.requests == []


def test_a_certificate_that_the_cluster_does_not_report(ansible: Ansible, cluster: Cluster) -> None:
    cluster.set_certificate(DATA, None)
    run = ansible.tasks([task("rotate", MODULE, {"force": True})], connection=login(cluster)).expect(ok=False)
    assert run["rotate"].failure["kind"] == "not_reported"
    assert run["rotate"].failure["certificate"] == DATA
    assert cluster.writes == []


def test_it_is_refused_while_a_node_is_down(ansible: Ansible) -> None:
    versions = {version: {"version": version} for version in ("7.8.6-36", "8.2.0-45", "8.2.0-46")}
    with clusters_for(versions, nodes=3, expires=BOTH, down=[2]) as clusters:
        before = {version: held(cluster) for version, cluster in clusters.items()}
        tasks = [
            one
            for version, cluster in clusters.items()
            for one in (
                task(f"{version}: predict", MODULE, {}, check_mode=True, ignore_errors=True, **at(cluster)),
                task(f"{version}: refuse", MODULE, {}, ignore_errors=True, **at(cluster)),
                task(f"{version}: not due", MODULE, {"renew_before": 1}, **at(cluster)),
            )
        ]
        run = ansible.tasks(tasks).expect()
        for version, cluster in clusters.items():
            skipped = version != "8.2.0-46"
            for name in (f"{version}: predict", f"{version}: refuse"):
                result = run[name].result
                assert run[name].failure == {
                    "kind": "node_not_active",
                    "option": "allow_inactive_nodes",
                    "certificate": f"{CCS}, {DATA}",
                }, name
                assert "node 2 (127.0.0.2) is down" in result["msg"], name
                assert (f"RS200137), and this cluster runs {version}" in result["msg"]) is skipped, name
                assert [hazard["id"] for hazard in result["hazards"]] == ["RS200137"] * skipped, name
                assert plan(run[name]) == [("rotate", "expires", "failed_unchanged")] * 2, name
            assert run[f"{version}: not due"].result["outcome"] == "unchanged", version
            assert (cluster.writes, held(cluster)) == ([], before[version]), version


def test_a_node_that_follows_later_is_waited_for(ansible: Ansible) -> None:
    with Cluster(nodes=3, database="none", expires=BOTH, lag={1: 1.5, 3: 3.0}) as cluster:
        before = held(cluster)
        run = ansible.tasks([task("rotate", MODULE, {})], connection=login(cluster)).expect()
        assert statuses(run["rotate"]) == everywhere(CCS, DATA)
        assert not set(before) & set(held(cluster))
        assert len(cluster.writes) == 1


def test_a_node_that_never_follows_is_named_and_found_again(ansible: Ansible) -> None:
    """The old certificates are not restored; and the next run sees that this node still has them."""
    with Cluster(nodes=3, database="none", expires=BOTH, lag={3: math.inf}) as cluster:
        before = held(cluster)
        run = ansible.tasks([task("rotate", MODULE, {"verify_timeout": 1})], connection=login(cluster))
        failed = run.expect(ok=False)["rotate"]
        assert (failed.result["outcome"], failed.changed) == ("partial", True)
        assert failed.failure["kind"] == "not_proven"
        assert plan(failed) == [("rotate", "expires", "partial")] * 2
        assert statuses(failed) == [
            *[
                (name, f"127.0.0.{number}", "stale" if number == 3 else "verified")
                for name in (CCS, DATA)
                for number in (1, 2, 3)
            ],
        ]
        message = failed.result["msg"]
        assert "127.0.0.3" in message
        assert all(node["not_after"] in message for node in failed.result["nodes"])
        assert "force=true" in message
        assert "verify_timeout" in message
        after = held(cluster)
        assert (after[:4] != before[:4], after[4:]) == (True, before[4:])
        assert len(cluster.writes) == 1

        cluster.nodes[2].lag = 0
        for name in (CCS, DATA):
            cluster.nodes[2].put(name, before[4 if name == CCS else 5])
        run = ansible.tasks([task("rotate", MODULE, {}), task("again", MODULE, {})], connection=login(cluster)).expect()
        assert plan(run["rotate"]) == [("rotate", "expires_on_a_node", "changed")] * 2
        assert run["again"].result["outcome"] == "unchanged"
        assert held(cluster)[4:] == held(cluster)[:2]


def test_a_lost_answer_to_a_rotation_that_was_made(ansible: Ansible) -> None:
    faults = {kind: Fault(method="POST", kind=kind, applied=True) for kind in ("close_after", "never")}
    with striking(faults, nodes=3, expires=BOTH, lag={1: 1.0}) as clusters:
        run = rotate(ansible, clusters, write_timeout=1)
        for kind, cluster in clusters.items():
            assert (run[kind].status, run[kind].result["outcome"]) == ("ok", "changed"), kind
            assert statuses(run[kind]) == everywhere(CCS, DATA), kind
            assert [(request.method, request.path) for request in cluster.writes] == [("POST", ROTATE)], kind


def test_a_lost_answer_to_a_rotation_that_was_not_made(ansible: Ansible) -> None:
    faults = {
        **{kind: Fault(method="POST", kind=kind) for kind in ("close_before", "never")},
        "status": Fault(method="POST", status=502),
        "page": Fault(method="POST", kind="html", status=504),
    }
    with striking(faults, nodes=3, expires=BOTH) as clusters:
        before = {case: held(cluster) for case, cluster in clusters.items()}
        run = rotate(ansible, clusters, write_timeout=1, wait_timeout=1)
        for case, cluster in clusters.items():
            failed = run[case]
            assert (failed.status, failed.changed) == ("failed", False), case
            assert failed.result["outcome"] == "failed_unchanged", case
            assert plan(failed) == [("rotate", "expires", "failed_unchanged")] * 2, case
            assert statuses(failed) == everywhere(CCS, DATA, status="stale"), case
            assert "may still happen" in failed.result["msg"], case
            assert held(cluster) == before[case], case
            assert len(cluster.writes) == 1, case


def test_a_server_that_says_it_was_done_and_has_not(ansible: Ansible) -> None:
    with Cluster(nodes=3, database="none", expires=BOTH) as cluster:
        cluster.add_fault(Fault(method="POST", status=200))
        options = {"wait_timeout": 1}
        failed = ansible.tasks([task("rotate", MODULE, options)], connection=login(cluster)).expect(ok=False)["rotate"]
        assert (failed.result["outcome"], failed.failure["kind"]) == ("failed_unchanged", "not_proven")
        assert "wait_timeout" in failed.result["msg"]
        assert "may still happen" in failed.result["msg"]


def test_it_is_sent_again_when_nothing_has_changed(ansible: Ansible) -> None:
    faults = {str(status): Fault(method="POST", status=status, times=2) for status in (409, 429, 503)}
    with striking(faults, nodes=3, expires=BOTH) as clusters:
        run = rotate(ansible, clusters)
        for case, cluster in clusters.items():
            assert (run[case].status, run[case].result["outcome"]) == ("ok", "changed"), case
            assert (run[case].result["attempts"], len(run[case].result["retried"])) == (3, 2), case
            assert [request.status for request in cluster.writes] == [int(case), int(case), 200], case


def test_a_refusal_after_which_every_node_has_it_all_the_same(ansible: Ansible) -> None:
    faults = {str(status): Fault(method="POST", status=status, applied=True) for status in (400, 409, 500, 503)}
    with striking(faults, nodes=3, expires=BOTH, lag={3: 1.0}) as clusters:
        run = rotate(ansible, clusters)
        for case, cluster in clusters.items():
            assert (run[case].status, run[case].result["outcome"]) == ("ok", "changed"), case
            assert statuses(run[case]) == everywhere(CCS, DATA), case
            assert len(cluster.writes) == 1, case


def test_what_is_refused_is_not_sent_again(ansible: Ansible) -> None:
    faults = {str(status): Fault(method="POST", status=status) for status in (400, 403, 404, 405, 500)}
    with striking(faults, nodes=3, expires=BOTH) as clusters:
        before = {case: held(cluster) for case, cluster in clusters.items()}
        run = rotate(ansible, clusters)
        for case, cluster in clusters.items():
            assert run[case].failure["status"] == int(case), case
            assert run[case].failure["certificate"] == f"{CCS}, {DATA}", case
            assert run[case].result["outcome"] == "failed_unchanged", case
            assert "may still happen" not in run[case].result["msg"], case
            assert held(cluster) == before[case], case
            assert len(cluster.writes) == 1, case


def test_a_node_that_stops_during_the_rotation(ansible: Ansible) -> None:
    """From 8.2.0-46 on, the server then says 400, and the other nodes have new certificates."""

    def stop(cluster: Cluster) -> None:
        cluster.nodes[2].down = True

    with Cluster(nodes=3, database="none", version="8.2.0-46", expires=BOTH) as cluster:
        cluster.add_fault(Fault(method="POST", kind="pass", effect=stop))
        options = {"name": CCS, "verify_timeout": 1}
        failed = ansible.tasks([task("rotate", MODULE, options)], connection=login(cluster)).expect(ok=False)["rotate"]
        assert (failed.result["outcome"], failed.failure["kind"]) == ("partial", "not_all_nodes_updated")
        assert [status for *dummy, status in statuses(failed)] == ["verified", "verified", "not_visible"]
        assert cluster.writes[0].status == 400


def test_an_outage_after_the_rotation_is_waited_for(ansible: Ansible) -> None:
    with Cluster(nodes=3, database="none", expires=BOTH) as cluster:
        cluster.add_fault(Fault(method="POST", kind="pass", effect=lambda one: one.outage(3.0)))
        run = ansible.tasks([task("rotate", MODULE, {})], connection=login(cluster)).expect()
        assert statuses(run["rotate"]) == everywhere(CCS, DATA)
        assert len(cluster.writes) == 1


def test_who_may_only_look_is_refused_by_the_cluster(ansible: Ansible) -> None:
    with Cluster(nodes=3, database="none", expires=BOTH) as cluster:
        tasks = [
            task("predict", MODULE, {}, check_mode=True),
            task("rotate", MODULE, {}, ignore_errors=True),
        ]
        run = ansible.tasks(tasks, connection=login(cluster, "cluster_viewer")).expect()
        assert (run["predict"].result["outcome"], run["predict"].writes(cluster)) == ("changed", [])
        assert run["rotate"].failure["kind"] == "forbidden"
        assert run["rotate"].failure["status"] == 403
        assert run["rotate"].result["outcome"] == "failed_unchanged"


def test_one_exporter_tells_of_nodes_that_cannot_be_reached(ansible: Ansible) -> None:
    with Cluster(nodes=3, database="none", expires=BOTH, internal={3: "127.0.0.77"}) as cluster:
        run = ansible.tasks([task("rotate", MODULE, {"verify": "strict"})], connection=login(cluster)).expect()
        assert {node["status"] for node in run["rotate"].result["nodes"]} == {"verified"}
        assert run["rotate"].result["proof"]["level"] == "complete"


def test_what_no_exporter_tells_is_reported_or_refused(ansible: Ansible) -> None:
    with Cluster(nodes=3, database="none", expires=BOTH) as cluster:
        for node in cluster.nodes:
            node.keep_closed("metrics_exporter", True)
        run = ansible.tasks(
            [
                task("strict", MODULE, {"verify": "strict"}, ignore_errors=True),
                task("auto", MODULE, {}),
                task("none", MODULE, {"verify": "none", "force": True}),
            ],
            connection=login(cluster),
        ).expect()
        assert run["strict"].failure["kind"] == "endpoint_unreachable"
        assert "127.0.0.3" in run["strict"].result["msg"]
        assert run["strict"].writes(cluster) == []
        assert run["auto"].result["outcome"] == "changed"
        assert run["auto"].result["proof"]["level"] == "reported"
        assert {node["status"] for node in run["auto"].result["nodes"]} == {"reported", "not_visible"}
        assert (run["none"].result["outcome"], run["none"].result["nodes"]) == ("changed", [])


@pytest.mark.corner
def test_no_key_shows(ansible: Ansible) -> None:
    with Cluster(nodes=3, database="none", expires=BOTH) as cluster:
        keys = [str(pair.key) for pair in held(cluster)]
        run = ansible.tasks([task("rotate", MODULE, {})], "-vvvvv", "--diff", connection=login(cluster)).expect()
        keys += [str(pair.key) for pair in held(cluster)]
        secrets = secret_lines(*keys)
        assert len(secrets) > 50
        assert_absent(secrets | {cluster.password}, run, ansible.home)
