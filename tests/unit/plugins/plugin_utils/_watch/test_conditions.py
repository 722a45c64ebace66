# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is worth an event, when it is told, and what is remembered of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import fleets
import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._watch.conditions import (
    UNREACHABLE,
    Conditions,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._watch.settings import Settings
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._watch.state_file import ReportedConditions

NAME = "one.example.com"


def settings(**args: Any) -> Settings:
    clusters = [{"name": NAME, "url": f"https://{NAME}", "token": "t"}]
    return Settings.parse({"state_path": "unused", "clusters": clusters, **args})


def with_proxy(days: int = 200, **facts: Any) -> Any:
    return fleets.cluster(NAME, certificates=[fleets.facts(NAME, "proxy", days, **facts)])


def differing() -> Any:
    ports = [fleets.endpoint(NAME, "proxy", node, 12000, matches=node != 2) for node in (1, 2)]
    return fleets.cluster(NAME, endpoints=ports)


def replicating() -> Any:
    pins = [{"database": "carts", "source": "a.example.com", "state": "expired"}]
    return fleets.cluster(NAME, replication={"active_active": [], "replica_of": pins})


def unreadable() -> Any:
    return fleets.unreachable(NAME)


WEAK = fleets.finding("weak_signature", "error", "proxy", "the leaf uses SHA1", "Have it signed with SHA-256")
LONG = fleets.finding("validity_too_long", "warning", "proxy", "the leaf is valid for 730 days", "Issue it for less")


class Watched:
    """One cluster, as it is read again and again."""

    def __init__(self, path: Path, **args: Any) -> None:
        self.path = path / "state.json"
        self.settings = settings(**args)
        self.restart()

    def restart(self) -> None:
        self.reported = ReportedConditions(str(self.path), [NAME])

    def read(self, data: Any) -> list[dict[str, Any]]:
        """The events of one read."""
        conditions = Conditions.of(data, self.settings, fleets.NOW)
        events = [dict(one.event) for one in self.reported.news(NAME, conditions)]
        self.reported.update(NAME, conditions)
        self.reported.save()
        return events

    def thresholds(self, days: int, **facts: Any) -> list[int]:
        return [event["threshold"] for event in self.read(with_proxy(days, **facts))]


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_a_healthy_cluster_is_silent(watched: Watched) -> None:
    assert watched.read(fleets.cluster(NAME)) == []


def test_an_expiring_certificate(watched: Watched) -> None:
    facts = fleets.facts(NAME, "proxy", 5)
    assert watched.read(with_proxy(5)) == [
        {
            "kind": "expiring",
            "cluster": NAME,
            "url": f"https://{NAME}:9443",
            "message": "expires in 5 days",
            "certificate": "proxy",
            "fingerprint": facts["fingerprint"],
            "not_after": facts["not_after"],
            "days_remaining": 5,
            "threshold": 7,
        }
    ]


def test_each_threshold_is_told_once(watched: Watched) -> None:
    same = {"fingerprint": "aa:bb"}
    seen = [(days, watched.thresholds(days, **same)) for days in (31, 30, 29, 29, 14, 13, 12, 3, 1, 0, -1, -9)]
    assert [(days, told) for days, told in seen if told] == [(29, [30]), (13, [14]), (3, [7]), (0, [1])]


def test_several_thresholds_at_once_are_one_event(watched: Watched) -> None:
    assert watched.thresholds(0) == [1]
    assert watched.thresholds(-3, fingerprint="aa:bb") == [1]


def test_the_end_itself_may_be_a_threshold(tmp_path: Path) -> None:
    watched = Watched(tmp_path, thresholds=[0, 7])
    same = {"fingerprint": "aa:bb"}
    assert [watched.thresholds(days, **same) for days in (3, 0, -1, -2)] == [[7], [], [0], []]


def test_a_replaced_certificate_starts_anew(watched: Watched) -> None:
    assert watched.thresholds(5, fingerprint="aa:bb") == [7]
    assert watched.thresholds(5, fingerprint="cc:dd") == [7]
    assert watched.thresholds(300, fingerprint="ee:ff") == []
    assert watched.thresholds(5, fingerprint="aa:bb") == [7]


def test_a_finding_is_told_once_and_again_when_it_comes_back(watched: Watched) -> None:
    (event,) = watched.read(with_proxy(findings=[WEAK]))
    assert event.pop("fingerprint") == fleets.facts(NAME, "proxy", 200)["fingerprint"]
    assert event == {
        "kind": "finding",
        "cluster": NAME,
        "url": f"https://{NAME}:9443",
        "message": "the leaf uses SHA1",
        "certificate": "proxy",
        "check": "weak_signature",
        "severity": "critical",
        "remedy": "Have it signed with SHA-256",
    }
    assert watched.read(with_proxy(findings=[WEAK])) == []
    assert watched.read(with_proxy()) == []
    assert len(watched.read(with_proxy(findings=[WEAK]))) == 1


def test_a_finding_that_becomes_critical_is_told_again(watched: Watched) -> None:
    """An issuer that expires: a warning at first."""
    same = {"fingerprint": "aa:bb"}
    seen = [watched.read(with_proxy(200, chain_days_remaining=days, **same)) for days in (29, 20, 13, 12)]
    assert [[event["severity"] for event in events] for events in seen] == [["warning"], [], ["critical"], []]


@pytest.mark.parametrize(("severity", "kinds"), [("info", 1), ("warning", 0), ("critical", 0)])
def test_advice_is_told_when_asked_for(tmp_path: Path, severity: str, kinds: int) -> None:
    assert len(Watched(tmp_path, minimum_severity=severity).read(with_proxy(findings=[LONG]))) == kinds


def test_findings_about_the_cluster_are_told_apart(watched: Watched) -> None:
    data = fleets.cluster(NAME)
    pins = [{"database": name, "source": "a.example.com", "state": "expired"} for name in ("carts", "orders")]
    data["replication"] = {"active_active": [], "replica_of": pins[:1]}
    (first,) = watched.read(data)
    assert (first["check"], "certificate" in first) == ("replica_pin", False)
    data["replication"]["replica_of"] = pins
    (second,) = watched.read(data)
    assert "orders" in second["message"]


def test_served_differs_from_stored(watched: Watched) -> None:
    (event,) = watched.read(differing())
    assert (event["kind"], event["certificate"], event["check"]) == ("served_differs", "proxy", "served")
    assert event["fingerprint"] == fleets.facts(NAME, "proxy")["fingerprint"]
    assert "10." in event["message"]
    assert watched.read(differing()) == []
    assert watched.read(fleets.cluster(NAME)) == []
    assert len(watched.read(differing())) == 1


def of_database() -> Any:
    return fleets.cluster(NAME, databases=[fleets.database(NAME, "orders", days=5)])


UNSEEN = fleets.endpoint(NAME, "proxy", 1, 12000, matches=None, status="unreachable", trusted=None)
NO_NODES = {**fleets.cluster(NAME)["cluster"], "nodes": None}
REFUSED = ["GET /v1/bdbs: HTTP 503"]


@pytest.mark.parametrize(
    ("seen", "without"),
    [
        (differing(), [{"endpoints": [UNSEEN]}, {"endpoints": []}]),
        (of_database(), [{"warnings": REFUSED}, {"not_visible": ["databases"]}]),
        (fleets.cluster(NAME, on_disk=[fleets.on_disk("syncer", 1, "stale")]), [{"on_disk": []}]),
        # Its names are judged by the cluster's own one.
        (with_proxy(findings=[WEAK]), [{"cluster": NO_NODES, "warnings": REFUSED}]),
        (replicating(), [{"replication": {"active_active": [], "replica_of": None}}, {"replication": None}]),
    ],
    ids=["port", "database", "metrics", "requirement", "pin"],
)
def test_what_cannot_be_seen_now_is_not_forgotten(watched: Watched, seen: Any, without: list[Any]) -> None:
    assert len(watched.read(seen)) == 1
    for parts in without:
        assert watched.read(fleets.cluster(NAME, **parts)) == []
    assert watched.read(seen) == []
    assert watched.read(fleets.cluster(NAME)) == []
    assert len(watched.read(seen)) == 1


def test_a_certificate_of_a_database_says_so(watched: Watched) -> None:
    weak = fleets.finding("weak_signature", "error", "database orders", "the leaf uses SHA1", "Have it signed again")
    facts = fleets.database(NAME, "orders", 7, days=5, findings=[weak])
    ports = [fleets.endpoint(NAME, "proxy", 1, 12007, database=7, matches=False)]
    events = watched.read(fleets.cluster(NAME, databases=[facts], endpoints=ports))
    assert sorted(event["kind"] for event in events) == ["expiring", "finding", "served_differs"]
    for event in events:
        about = event["certificate"], event["database"], event["fingerprint"]
        assert about == ("database orders", 7, facts["fingerprint"])
    for other in watched.read(differing()):
        assert "database" not in other


def test_drift_from_what_is_wanted(watched: Watched) -> None:
    drifted = {**with_proxy(), "drift": [{"name": "proxy", "action": "update", "reason": "the leaf differs"}]}
    (event,) = watched.read(drifted)
    assert (event["kind"], event["check"], event["certificate"]) == ("finding", "drift", "proxy")
    assert watched.read(with_proxy()) == []  # it could not be compared
    assert watched.read(drifted) == []
    assert watched.read({**drifted, "drift": [{"name": "proxy", "action": "none", "reason": None}]}) == []
    assert len(watched.read(drifted)) == 1


def test_an_unreachable_cluster(watched: Watched) -> None:
    assert watched.thresholds(5, fingerprint="aa:bb") == [7]
    (event,) = watched.read(unreadable())
    assert (event["kind"], event["failure"]) == ("unreachable", "unreachable")
    assert "gave no answer" in event["message"]
    assert watched.reported.was(NAME, UNREACHABLE)
    assert watched.read(unreadable()) == []
    assert watched.thresholds(5, fingerprint="aa:bb") == []  # nothing was forgotten meanwhile
    assert not watched.reported.was(NAME, UNREACHABLE)
    assert len(watched.read(unreadable())) == 1


@pytest.mark.parametrize(("check", "data"), [("expiry", with_proxy(5)), ("served", differing()),
                                             ("reachable", unreadable())])  # fmt: skip
def test_what_is_accepted_is_silent(tmp_path: Path, check: str, data: dict[str, Any]) -> None:
    accepted = {"cluster": NAME, "check": check, "until": "2027-06-30", "reason": "it is being replaced"}
    assert Watched(tmp_path, exceptions=[accepted]).read(data) == []


def test_a_restart_repeats_nothing(watched: Watched) -> None:
    ill = with_proxy(5, findings=[WEAK])
    assert len(watched.read(ill)) == 2
    watched.restart()
    assert watched.read(ill) == []
    assert watched.read(unreadable()) != []
    watched.restart()
    assert watched.reported.was(NAME, UNREACHABLE)
    assert watched.read(unreadable()) == []
    assert watched.path.stat().st_mode & 0o777 == 0o600


def test_a_cluster_that_is_no_longer_watched_is_forgotten(watched: Watched) -> None:
    ill = with_proxy(5)
    assert len(watched.read(ill)) == 1
    ReportedConditions(str(watched.path), ["another"])
    watched.restart()
    assert len(watched.read(ill)) == 1


GOOD = {"kind": "expiring", "certificate": "proxy", "check": "expiry", "about": "aa:bb", "level": 7}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "all:\n  hosts:\n",
        '{"schema": 1}',
        '{"schema": 2, "clusters": {}}',
        '{"schema": 1, "clusters": []}',
        '{"schema": 1, "clusters": {"one": 7}}',
        json.dumps({"schema": 1, "clusters": {"one": [{**GOOD, "level": "7"}]}}),
        json.dumps({"schema": 1, "clusters": {"one": [{**GOOD, "about": {}}]}}),
        json.dumps({"schema": 1, "clusters": {"one": [{**GOOD, "kind": None}]}}),
        json.dumps({"schema": 1, "clusters": {"one": [{**GOOD, "more": "of it"}]}}),
        json.dumps({"schema": 1, "clusters": {"one": [{"level": 7}]}}),
        "[" * 100000,
        "\udcff",
    ],
)
def test_another_file_is_refused_and_not_overwritten(tmp_path: Path, content: str) -> None:
    path = tmp_path / "state.json"
    raw = content.encode("utf-8", "surrogateescape")
    path.write_bytes(raw)
    with pytest.raises(CertificateError, match=r"option state_path: .*state\.json is not a state file"):
        ReportedConditions(str(path), ["one"])
    assert path.read_bytes() == raw


def test_a_path_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match=r"option state_path: .* is not a file"):
        ReportedConditions(str(tmp_path), ["one"])
    with pytest.raises(CertificateError, match=r"option state_path: .* could not be written: No such file"):
        ReportedConditions(str(tmp_path / "nowhere/state.json"), ["one"])
