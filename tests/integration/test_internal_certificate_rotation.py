# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Internal certificates are rotated when they are due, by one request, and every node is seen to have new ones."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import pytest
from simulator import Cluster, Fault
from simulator.authority import Authority

from .runs import Ansible, Outcome, login, task
from .test_secrets import assert_absent, key_lines

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


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")


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


@pytest.mark.parametrize(
    ("expires", "options", "rotated"),
    [
        ({CCS: 10, DATA: 80}, {}, [CCS]),
        ({CCS: 80, DATA: -1}, {}, [DATA]),
        ({CCS: 80, DATA: 31}, {}, []),
        ({CCS: 80, DATA: 31}, {"renew_before": 32}, [DATA]),
        ({CCS: 10, DATA: 20}, {"name": DATA}, [DATA]),
        ({CCS: 10, DATA: 20}, {"name": "cp_internode_encryption"}, [CCS]),
        ({CCS: 10, DATA: 80}, {"name": " dp_internode_encryption "}, []),
        ({CCS: 10, DATA: 20}, {"renew_before": 0}, []),
    ],
)
def test_only_what_is_due_is_rotated(
    ansible: Ansible, expires: dict[str, float], options: dict[str, Any], rotated: list[str]
) -> None:
    with Cluster(nodes=1, database="none", expires=expires) as cluster:
        before = {name: cluster.certificate(name) for name in (CCS, DATA)}
        run = ansible.tasks([task("rotate", MODULE, options)], connection=login(cluster)).expect()
        assert [name for name in (CCS, DATA) if cluster.certificate(name) != before[name]] == rotated
        assert [request.names for request in cluster.writes] == [(name,) for name in rotated]
        assert run["rotate"].changed is bool(rotated)
        assert [one["name"] for one in run["rotate"].result["changes"] if one["action"] == "rotate"] == rotated


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


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"name": "proxy"}, "name"),
        ({"name": ""}, "name"),
        ({"renew_before": 90}, "renew_before"),
        ({"renew_before": -1}, "renew_before"),
        ({"verify_timeout": -1}, "verify_timeout"),
        ({"wait_timeout": "nan"}, "wait_timeout"),
    ],
)
def test_options_that_make_no_sense(ansible: Ansible, cluster: Cluster, options: dict[str, Any], option: str) -> None:
    run = ansible.tasks([task("rotate", MODULE, {"force": True, **options})], connection=login(cluster))
    failed = run.expect(ok=False)["rotate"]
    assert failed.failure == {"kind": "invalid_option", "option": option}
    assert f"option {option}" in failed.result["msg"]
    assert (failed.result["outcome"], failed.result["changes"]) == ("failed_unchanged", [])
    assert cluster.requests == []


def test_a_certificate_that_the_cluster_does_not_report(ansible: Ansible, cluster: Cluster) -> None:
    cluster.set_certificate(DATA, None)
    run = ansible.tasks([task("rotate", MODULE, {"force": True})], connection=login(cluster)).expect(ok=False)
    assert run["rotate"].failure["kind"] == "not_reported"
    assert run["rotate"].failure["certificate"] == DATA
    assert cluster.writes == []


@pytest.mark.parametrize("version", ["7.8.6-36", "8.2.0-45", "8.2.0-46"])
def test_it_is_refused_while_a_node_is_down(ansible: Ansible, version: str) -> None:
    with Cluster(nodes=3, database="none", version=version, expires=BOTH, down=[2]) as cluster:
        before = held(cluster)
        run = ansible.tasks(
            [
                task("predict", MODULE, {}, check_mode=True, ignore_errors=True),
                task("refuse", MODULE, {}, ignore_errors=True),
                task("not due", MODULE, {"renew_before": 1}),
            ],
            connection=login(cluster),
        ).expect()
        skipped = version != "8.2.0-46"
        for name in ("predict", "refuse"):
            result = run[name].result
            assert run[name].failure == {
                "kind": "node_not_active",
                "option": "allow_inactive_nodes",
                "certificate": f"{CCS}, {DATA}",
            }
            assert "node 2 (127.0.0.2) is down" in result["msg"]
            assert (f"RS200137), and this cluster has {version}" in result["msg"]) is skipped
            assert [hazard["id"] for hazard in result["hazards"]] == ["RS200137"] * skipped
            assert plan(run[name]) == [("rotate", "expires", "failed_unchanged")] * 2
        assert run["not due"].result["outcome"] == "unchanged"
        assert (cluster.writes, held(cluster)) == ([], before)


def test_a_node_that_follows_later_is_waited_for(ansible: Ansible) -> None:
    with Cluster(nodes=3, database="none", expires=BOTH, lag={1: 1.5, 3: 3.0}) as cluster:
        before = held(cluster)
        run = ansible.tasks([task("rotate", MODULE, {})], connection=login(cluster)).expect()
        assert statuses(run["rotate"]) == everywhere(CCS, DATA)
        assert not set(before) & set(held(cluster))
        assert len(cluster.writes) == 1


def test_a_node_that_never_follows_is_named_and_found_again(ansible: Ansible) -> None:
    """The old certificates are not put back; and the next run sees that this node still has them."""
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
        assert "option verify_timeout" in message
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


@pytest.mark.parametrize("kind", ["close_after", "never"])
def test_a_lost_answer_to_a_rotation_that_was_made(ansible: Ansible, kind: str) -> None:
    with Cluster(nodes=3, database="none", expires=BOTH, lag={1: 1.0}) as cluster:
        cluster.add_fault(Fault(method="POST", kind=kind, applied=True))
        run = ansible.tasks([task("rotate", MODULE, {"write_timeout": 1})], connection=login(cluster)).expect()
        assert run["rotate"].result["outcome"] == "changed"
        assert statuses(run["rotate"]) == everywhere(CCS, DATA)
        assert [(request.method, request.path) for request in cluster.writes] == [("POST", ROTATE)]


@pytest.mark.parametrize(
    "fault", [{"kind": "close_before"}, {"kind": "never"}, {"status": 502}, {"kind": "html", "status": 504}]
)
def test_a_lost_answer_to_a_rotation_that_was_not_made(ansible: Ansible, fault: dict[str, Any]) -> None:
    with Cluster(nodes=3, database="none", expires=BOTH) as cluster:
        before = held(cluster)
        cluster.add_fault(Fault(method="POST", **fault))
        options = {"write_timeout": 1, "wait_timeout": 1}
        failed = ansible.tasks([task("rotate", MODULE, options)], connection=login(cluster)).expect(ok=False)["rotate"]
        assert (failed.result["outcome"], failed.changed) == ("failed_unchanged", False)
        assert plan(failed) == [("rotate", "expires", "failed_unchanged")] * 2
        assert statuses(failed) == everywhere(CCS, DATA, status="stale")
        assert "may still happen" in failed.result["msg"]
        assert held(cluster) == before
        assert len(cluster.writes) == 1


def test_a_server_that_says_it_was_done_and_has_not(ansible: Ansible) -> None:
    with Cluster(nodes=3, database="none", expires=BOTH) as cluster:
        cluster.add_fault(Fault(method="POST", status=200))
        options = {"wait_timeout": 1}
        failed = ansible.tasks([task("rotate", MODULE, options)], connection=login(cluster)).expect(ok=False)["rotate"]
        assert (failed.result["outcome"], failed.failure["kind"]) == ("failed_unchanged", "not_proven")
        assert "option wait_timeout" in failed.result["msg"]
        assert "may still happen" in failed.result["msg"]


@pytest.mark.parametrize("status", [409, 429, 503])
def test_it_is_sent_again_when_nothing_has_changed(ansible: Ansible, status: int) -> None:
    with Cluster(nodes=3, database="none", expires=BOTH) as cluster:
        cluster.add_fault(Fault(method="POST", status=status, times=2))
        run = ansible.tasks([task("rotate", MODULE, {})], connection=login(cluster)).expect()
        assert (run["rotate"].result["outcome"], run["rotate"].result["attempts"]) == ("changed", 3)
        assert len(run["rotate"].result["retried"]) == 2
        assert [request.status for request in cluster.writes] == [status, status, 200]


@pytest.mark.parametrize("status", [400, 409, 500, 503])
def test_a_refusal_after_which_every_node_has_it_all_the_same(ansible: Ansible, status: int) -> None:
    with Cluster(nodes=3, database="none", expires=BOTH, lag={3: 1.0}) as cluster:
        cluster.add_fault(Fault(method="POST", status=status, applied=True))
        run = ansible.tasks([task("rotate", MODULE, {})], connection=login(cluster)).expect()
        assert run["rotate"].result["outcome"] == "changed"
        assert statuses(run["rotate"]) == everywhere(CCS, DATA)
        assert len(cluster.writes) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500])
def test_what_is_refused_is_not_sent_again(ansible: Ansible, status: int) -> None:
    with Cluster(nodes=3, database="none", expires=BOTH) as cluster:
        before = held(cluster)
        cluster.add_fault(Fault(method="POST", status=status))
        failed = ansible.tasks([task("rotate", MODULE, {})], connection=login(cluster)).expect(ok=False)["rotate"]
        assert failed.result["outcome"] == "failed_unchanged"
        assert failed.failure["status"] == status
        assert failed.failure["certificate"] == f"{CCS}, {DATA}"
        assert "may still happen" not in failed.result["msg"]
        assert held(cluster) == before
        assert len(cluster.writes) == 1


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


@pytest.mark.parametrize("check_mode", [False, True])
def test_who_may_only_look_is_refused_by_the_cluster(ansible: Ansible, check_mode: bool) -> None:
    with Cluster(nodes=3, database="none", expires=BOTH) as cluster:
        run = ansible.tasks(
            [task("rotate", MODULE, {}, check_mode=check_mode)], connection=login(cluster, "cluster_viewer")
        ).expect(ok=check_mode)
        if check_mode:
            assert (run["rotate"].result["outcome"], cluster.writes) == ("changed", [])
            return
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


def test_no_key_shows(ansible: Ansible) -> None:
    with Cluster(nodes=3, database="none", expires=BOTH) as cluster:
        keys = [str(pair.key) for pair in held(cluster)]
        run = ansible.tasks([task("rotate", MODULE, {})], "-vvvvv", "--diff", connection=login(cluster)).expect()
        keys += [str(pair.key) for pair in held(cluster)]
        secrets = key_lines(*keys)
        assert len(secrets) > 50
        assert_absent(secrets | {cluster.password}, run, ansible.home)
