# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is judged, by which policy, and what that makes of a cluster."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import fleets
import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.facts import NO_FACTS
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit import assessment, inputs, policy
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.formats import attention, text_table

from . import reports
from .reports import found, report

NAME = "one.example.com"


def with_proxy(days: int = 200, **facts: Any) -> list[dict[str, Any]]:
    cluster = fleets.cluster(NAME)
    cluster["certificates"] = [fleets.facts(NAME, "proxy", days, **facts)]
    return [cluster]


def verdict(clusters: list[dict[str, Any]], **policy: Any) -> str:
    (cluster,) = report(clusters, **policy)["clusters"]
    text: str = cluster["verdict"]
    return text


def test_made_up_facts_are_those_of_real_certificates() -> None:
    assert NO_FACTS.keys() <= fleets.facts(NAME, "proxy").keys()


def test_a_healthy_cluster_has_no_findings() -> None:
    made = report([fleets.cluster(NAME)])
    assert made["findings"] == []
    assert made["clusters"][0]["verdict"] == "ok"
    assert {check["outcome"] for check in made["checks"]} == {"passed"}
    checked = {check["check"] for check in made["checks"]}
    assert {"expiry", "issuer_expiry", "key_size", "served", "trusted", "expiry_alert", "reachable"} <= checked


@pytest.mark.parametrize(
    ("days", "severity", "verdict_"),
    [(-1, "critical", "failed"), (0, "critical", "failed"), (13, "critical", "failed"), (14, "warning", "warning"),
     (29, "warning", "warning"), (30, None, "ok")],
)  # fmt: skip
def test_thresholds_in_days(days: int, severity: str | None, verdict_: str) -> None:
    expected = [(severity, "proxy", "expiry")] if severity else []
    assert found(with_proxy(days)) == expected
    assert verdict(with_proxy(days)) == verdict_


@pytest.mark.parametrize(
    ("hours", "days", "message"),
    [(-73, -3, "expired 3 days ago"), (-71, -2, "expired 2 days ago"), (-25, -1, "expired 1 day ago"),
     (-23, 0, "expired less than a day ago"), (-0.1, 0, "expired less than a day ago"),
     (0.1, 0, "expires in less than a day"), (23, 0, "expires in less than a day"), (25, 1, "expires in 1 day")],
)  # fmt: skip
def test_sentences_and_data_count_the_same_days(hours: float, days: int, message: str) -> None:
    end = fleets.iso(fleets.NOW + timedelta(hours=hours))
    made = report(with_proxy(not_after=end, chain_not_after=end))
    assert made["findings"][0]["message"] == message
    proxy = next(one for one in made["clusters"][0]["certificates"] if one["name"] == "proxy")
    assert (proxy["days_remaining"], proxy["chain_days_remaining"]) == (days, days)
    assert proxy["expired"] is message.startswith("expired")
    assert made["summary"]["certificates"]["expired"] == proxy["expired"]


def test_thresholds_are_times_and_not_full_days() -> None:
    for seconds, expected in ((-1, "critical"), (0, "warning")):
        end: Any = fleets.iso(fleets.NOW + timedelta(days=14, seconds=seconds))
        assert found(with_proxy(not_after=end, chain_not_after=end)) == [(expected, "proxy", "expiry")]


def test_other_thresholds() -> None:
    assert verdict(with_proxy(40), fail_within=60) == "failed"
    assert verdict(with_proxy(40), warn_within=60) == "warning"
    assert verdict(with_proxy(0), warn_within=0, fail_within=0) == "ok"


def test_an_issuer_that_expires_first() -> None:
    assert found(with_proxy(200, chain_days_remaining=9)) == [("critical", "proxy", "issuer_expiry")]


def test_what_was_read_days_ago_has_less_left() -> None:
    clusters: Any = with_proxy(31)
    later = fleets.NOW + timedelta(days=2, hours=2)
    made = assessment.report(clusters, reports.policy(), later)
    (finding,) = made["findings"]
    assert (finding["severity"], finding["message"]) == ("warning", "expires in 28 days")
    proxy = next(one for one in made["clusters"][0]["certificates"] if one["name"] == "proxy")
    assert proxy["days_remaining"] == 28


@pytest.mark.parametrize(
    ("facts", "policy", "expected"),
    [
        ({"public_key_size": 2048}, {"minimum_rsa_bits": 3072}, [("critical", "proxy", "key_size")]),
        ({"public_key_size": 3072}, {"minimum_rsa_bits": 3072}, []),
        ({"public_key_type": "ECC", "public_key_size": 256}, {"minimum_rsa_bits": 3072}, []),
        ({}, {"allowed_issuers": ["CN=Other,O=Example Corp"]}, [("critical", "proxy", "issuer")]),
        ({}, {"allowed_issuers": ["CN=Example Issuing CA 3,O=Example Corp"]}, []),
        ({}, {"allowed_issuers": [r"CN=Example Issuing CA \d+,O=Example Corp"]}, []),
        ({"issuer": "CN=Example Issuing CA 3,O=Example Corp,O=Else"}, {"allowed_issuers": [r"CN=.*O=Example Corp"]},
         [("critical", "proxy", "issuer")]),
        ({"issuer": "CN=A (B+)"}, {"allowed_issuers": ["CN=A (B+)"]}, []),
        ({}, {"maximum_lifetime": 364}, [("critical", "proxy", "lifetime")]),
        ({}, {"maximum_lifetime": 365}, []),
    ],
)  # fmt: skip
def test_the_policy_demands(facts: dict[str, Any], policy: dict[str, Any], expected: list[Any]) -> None:
    assert found(with_proxy(**facts), **policy) == expected


def test_what_the_vendor_demands_is_critical_and_what_it_advises_is_not() -> None:
    demanded = fleets.finding("eku_missing", "error", "proxy", "it lacks clientAuth", "Issue it again")
    also = fleets.finding("eku_missing", "warning", "proxy", "it lacks serverAuth", "Issue it again")
    advised = fleets.finding("common_name_differs", "warning", "proxy", "it has another", "Issue it again")
    made = report(with_proxy(findings=[demanded, also, advised]))
    assert [(one["severity"], one["check"], one["message"]) for one in made["findings"]] == [
        ("critical", "eku_missing", "it lacks clientAuth; it lacks serverAuth"),
        ("info", "common_name_differs", "it has another"),
    ]
    assert verdict(with_proxy(findings=[advised])) == "ok"


def test_what_is_read_of_expiry_and_keys_is_not_told_twice() -> None:
    expired = fleets.finding("expired", "error", "proxy", "it expired", "Replace it")
    weak = fleets.finding("key_too_small", "error", "proxy", "it has an RSA key of 1024 bits only", "Use another")
    clusters = with_proxy(-5, public_key_size=1024, findings=[expired, weak])
    assert found(clusters) == [("critical", "proxy", "expiry"), ("critical", "proxy", "key_size")]
    # The key of an issuer is only known from the finding.
    assert found(with_proxy(findings=[weak])) == [("critical", "proxy", "key_size")]


def test_a_certificate_that_cannot_be_read() -> None:
    clusters = [{**fleets.cluster(NAME), "certificates": [fleets.unreadable("proxy")]}]
    assert found(clusters) == [("critical", "proxy", "readable")]


def test_a_cluster_that_could_not_be_read() -> None:
    made = report([fleets.unreachable(NAME), fleets.cluster("two.example.com")])
    assert [cluster["verdict"] for cluster in made["clusters"]] == ["unreachable", "ok"]
    assert [(one["cluster"], one["check"]) for one in made["findings"]] == [(NAME, "reachable")]
    assert made["summary"]["clusters"] == {"total": 2, "ok": 1, "warning": 0, "failed": 0, "unreachable": 1}


def port(**other: Any) -> list[dict[str, Any]]:
    cluster = fleets.cluster(NAME)
    cluster["endpoints"] = [fleets.endpoint(NAME, "proxy", 1, 12000), fleets.endpoint(NAME, "proxy", 2, 12000, **other)]
    return [cluster]


UNSEEN = {"matches": None, "trusted": None}


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"matches": False}, [("critical", "proxy", "served")]),
        ({"status": "failed", **UNSEEN}, [("warning", "proxy", "served")]),
        ({"status": "unreachable", **UNSEEN}, []),
        ({"trusted": False, "verify_error": "host_mismatch"}, [("warning", "proxy", "trusted")]),
        ({"trusted": False, "verify_error": "untrusted"}, [("info", "proxy", "trusted")]),
    ],
)
def test_ports(other: dict[str, Any], expected: list[Any]) -> None:
    assert found(port(**other)) == expected


def test_ports_that_nobody_saw_were_not_checked() -> None:
    cluster = fleets.cluster(NAME)
    cluster["endpoints"] = [fleets.endpoint(NAME, "cm", 1, 8443, status="unreachable", **UNSEEN)]
    made = report([cluster])
    outcomes = {check["check"]: check["outcome"] for check in made["checks"] if check["certificate"] == "cm"}
    assert outcomes["served"] == outcomes["trusted"] == "not_visible"
    assert made["findings"] == []


def test_ports_pass_only_if_all_were_seen() -> None:
    partly, fully = port(status="unreachable", **UNSEEN), port()
    for clusters, outcome, messages in (
        (fully, "passed", ["2 ports present it", "2 ports present what verifies here"]),
        (
            partly,
            "not_visible",
            ["1 of 2 ports present it; not seen: ", "1 of 2 ports present what verifies here; not"],
        ),
    ):
        checks = [one for one in report(clusters)["checks"] if one["check"] in ("served", "trusted")]
        assert [one["outcome"] for one in checks] == [outcome, outcome]
        assert [one["message"].startswith(text) for one, text in zip(checks, messages, strict=True)] == [True, True]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"alerts": {"cluster_certs_about_to_expire": {"enabled": False, "threshold": None},
                     "node_internal_certs_about_to_expire": None}}, [("warning", None, "expiry_alert")]),
        ({"internal": {"rotation_enabled": False}}, [("warning", None, "internal_rotation")]),
        ({"drift": [{"name": "proxy", "action": "update", "reason": "it differs"}]}, [("warning", "proxy", "drift")]),
        ({"drift": [{"name": "proxy", "action": "none", "reason": None}]}, []),
        ({"warnings": ["something odd"]}, [("info", None, "reading")]),
        ({"hazards": [{"id": "RS1", "description": "a bug", "remedy": "care", "certificates": ["proxy"]}]},
         [("info", None, "hazard")]),
        ({"alerts": None, "internal": None, "replication": None, "endpoints": None, "not_visible": ["alerts"]}, []),
    ],
)  # fmt: skip
def test_around_the_certificates(data: dict[str, Any], expected: list[Any]) -> None:
    assert found([{**fleets.cluster(NAME), **data}]) == expected


@pytest.mark.parametrize(("status", "outcome"), [("active", "passed"), ("down", "warning"), ("maintenance", "warning")])
def test_a_node_that_is_not_active(status: str, outcome: str) -> None:
    cluster = fleets.cluster(NAME)
    cluster["cluster"]["nodes"][1]["status"] = status
    made = report([cluster])
    (check,) = [one for one in made["checks"] if one["check"] == "node_active"]
    assert (check["certificate"], check["outcome"]) == (None, outcome)
    assert made["clusters"][0]["verdict"] == ("ok" if outcome == "passed" else "warning")
    if outcome != "passed":
        assert check["message"] == f"node 2 is {status}"
        assert made["findings"][0]["remedy"].startswith("Start it, or remove it from the cluster")


def test_a_node_whose_state_is_not_told_is_neither_active_nor_not() -> None:
    cluster = fleets.cluster(NAME)
    cluster["cluster"]["nodes"] = [{"uid": 1, "status": None, "version": None}]
    made = report([cluster])
    assert made["findings"] == []
    assert [one["outcome"] for one in made["checks"] if one["check"] == "node_active"] == ["not_visible"]


def with_databases(*certificates: dict[str, Any], **other: Any) -> list[dict[str, Any]]:
    return [fleets.cluster(NAME, databases=list(certificates), **other)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"days": 29}, [("warning", "database orders", "expiry")]),
        ({"days": 13}, [("critical", "database orders", "expiry")]),
        ({"days": -1}, [("critical", "database orders", "expiry")]),
        ({"chain_days_remaining": 9}, [("critical", "database orders", "issuer_expiry")]),
        ({"public_key_size": 1024}, [("critical", "database orders", "key_size")]),
        ({"findings": [fleets.finding("name_missing", "error", "database orders", "names are missing", "Issue it")]},
         [("critical", "database orders", "name_missing")]),
        ({"error": "no PEM block"}, [("critical", "database orders", "readable")]),
    ],
)  # fmt: skip
def test_a_certificate_of_a_database(facts: dict[str, Any], expected: list[Any]) -> None:
    clusters = with_databases(fleets.database(NAME, "orders", **facts))
    assert found(clusters) == expected
    summary = report(clusters)["summary"]["certificates"]
    assert summary["total"] == len(fleets.NAMES) + 1
    assert summary["expired"] == (facts.get("days", 0) < 0)


def test_what_replaces_it_is_no_rotation() -> None:
    client: dict[str, Any] = {"certificate": "database orders, client 1", "kind": "client", "endpoints": []}
    clusters = with_databases(
        fleets.database(NAME, "orders", days=3), fleets.database(NAME, "orders", days=3, **client)
    )
    assert [one["remedy"] for one in report(clusters)["findings"]] == [
        "Replace the certificate of the database",
        "Replace it in the list of the database, or remove it once no client has it",
    ]


def test_certificates_between_nodes_are_not_rotated_like_others() -> None:
    cluster = fleets.cluster(NAME)
    name = "ccs_internode_encryption"
    cluster["certificates"] = [fleets.facts(NAME, name, -3), fleets.facts(NAME, "proxy", -3)]
    cluster["on_disk"] = [
        {"name": name, "node": 1, "status": "stale", "not_after": fleets.iso(fleets.NOW), "problem": None}
    ]
    remedies = {(one["certificate"], one["check"]): one["remedy"] for one in report([cluster])["findings"]}
    renew = "Renew the certificates between the nodes (module internal_certificate_rotation)"
    assert remedies[name, "expiry"] == renew
    assert remedies["proxy", "expiry"] == "Rotate it"
    assert remedies[name, "on_node"] == f"{renew}, and check that node: it may have missed a change"


def test_clients_have_issuers_and_lifetimes_of_their_own() -> None:
    demands = {"allowed_issuers": ["CN=Other"], "maximum_lifetime": 30}
    kinds = {
        kind: fleets.database(NAME, "orders", kind=kind, certificate=kind) for kind in ("server", "client", "peer")
    }
    checks = [one for one in found(with_databases(*kinds.values()), **demands) if one[1] in kinds]
    assert checks == [("critical", "server", "issuer"), ("critical", "server", "lifetime")]


def test_the_ports_of_a_database_are_judged_by_its_own_certificate() -> None:
    ports = [fleets.endpoint(NAME, "proxy", node, 12001, database=1, matches=node != 2) for node in (1, 2)]
    ports += [fleets.endpoint(NAME, "proxy", 1, 12000), fleets.endpoint(NAME, "proxy", 1, 12009, database=9)]
    made = report(with_databases(fleets.database(NAME, "orders", 1), endpoints=ports))
    outcomes = {one["certificate"]: one["outcome"] for one in made["checks"] if one["check"] == "served"}
    assert outcomes == {"database orders": "failed", "proxy": "passed", "database 9": "passed"}


def test_what_may_not_be_seen_is_said() -> None:
    hidden = dict.fromkeys(("alerts", "internal", "replication", "endpoints"))
    about = {"name": None, "version": None, "primary": None, "nodes": None}
    made = report([{**fleets.cluster(NAME), **hidden, "cluster": about, "not_visible": ["alerts"]}])
    unseen = [check["check"] for check in made["checks"] if check["outcome"] == "not_visible"]
    assert sorted(unseen) == [
        "expiry_alert", "internal_expiry_alert", "internal_rotation", "node_active", "replica_pin", "served",
        "visibility",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "outcome"),
    [("stale", "failed"), ("expired", "failed"), ("current", "passed"), ("unknown", "not_visible")],
)
def test_replica_pins(state: str, outcome: str) -> None:
    pin = {"database": "copy", "source": "a.example.com", "state": state}
    made = report([{**fleets.cluster(NAME), "replication": {"active_active": [], "replica_of": [pin]}}])
    assert [check["outcome"] for check in made["checks"] if check["check"] == "replica_pin"] == [outcome]


def test_an_exception_accepts_until_its_date() -> None:
    clusters = with_proxy(3)
    exception = {"cluster": NAME, "certificate": "proxy", "check": "expiry", "until": "2026-11-25", "reason": "planned"}
    made = report(clusters, exceptions=[exception])
    assert made["clusters"][0]["verdict"] == "ok"
    assert made["findings"][0]["accepted"] == {"reason": "planned", "until": "2026-11-25"}
    assert made["summary"]["findings"] == {"critical": 0, "warning": 0, "info": 0, "accepted": 1}

    ended = report(clusters, exceptions=[{**exception, "until": "2026-11-24"}])
    assert [(one["severity"], one["check"]) for one in ended["findings"]] == [
        ("critical", "expiry"),
        ("warning", "exception_ended"),
    ]
    assert ended["clusters"][0]["verdict"] == "failed"


@pytest.mark.parametrize(
    ("cluster", "shown", "count"),
    [(NAME, NAME, "0 of 1 cluster ok, 1 with warnings"), ("*", "all clusters", "1 of 1 cluster ok")],
)
def test_an_exception_that_has_ended_is_a_warning(cluster: str, shown: str, count: str) -> None:
    ended = {"cluster": cluster, "certificate": "cm", "check": "expiry", "until": "2026-01-01", "reason": "old"}
    made = report(with_proxy(), exceptions=[ended])
    assert [row.short for row in text_table.rows(made) if row.urgency] == [
        [shown, "cm", "-", "-", "warning: exception_ended"]
    ]
    texts = [one if isinstance(one, str) else one[0] for one in attention.lines(made, {}, everything=False)]
    assert count in texts


@pytest.mark.parametrize(
    "other",
    [{"cluster": "two.example.com"}, {"certificate": "cm"}, {"check": "key_size"}],
    ids=lambda one: next(iter(one)),
)
def test_an_exception_accepts_nothing_else(other: dict[str, str]) -> None:
    exception = {"cluster": NAME, "certificate": "proxy", "check": "expiry", "until": "2027-01-01", "reason": "planned"}
    assert verdict(with_proxy(3), exceptions=[{**exception, **other}]) == "failed"


def test_an_ended_exception_of_another_slice_is_not_told_here() -> None:
    exception = {"cluster": "other", "certificate": "*", "check": "*", "until": "2026-01-01", "reason": "old"}
    assert found(with_proxy(), exceptions=[exception]) == []


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"until": "soon"}, "option exceptions: until of entry 1 (*, *, weak_signature) is not a date."),
        ({"reason": " "}, "option exceptions: entry 1 (*, *, weak_signature) has no reason."),
    ],
)
def test_bad_exceptions(other: dict[str, str], message: str) -> None:
    with pytest.raises(CertificateError) as raised:
        reports.policy(exceptions=[{**reports.ACCEPTED, **other}])
    assert raised.value.message.startswith(message)
    assert raised.value.data == {"option": "exceptions"}


@pytest.mark.parametrize(
    ("option", "value"),
    [("fail_within", -1), ("warn_within", 99999), ("minimum_rsa_bits", 1024), ("maximum_lifetime", 0),
     ("allowed_issuers", ["CN=("])],
)  # fmt: skip
def test_bad_policies(option: str, value: Any) -> None:
    with pytest.raises(CertificateError) as raised:
        reports.policy(**{option: value})
    assert f"option {option}" in raised.value.message


def test_who_is_next_and_all_the_counts() -> None:
    made = report(fleets.fleet(12), exceptions=[reports.ACCEPTED])
    summary = made["summary"]
    assert summary["next"] == {
        "days_remaining": 5,
        "not_after": "2026-11-30T11:00:00Z",
        "cluster": "catalogue-fra.example.com",
        "certificate": "proxy",
    }
    outcomes = Counter(check["outcome"] for check in made["checks"])
    assert summary["checks"] == {outcome: outcomes[outcome] for outcome in assessment.OUTCOMES}
    # Every kind of ill is there.
    assert all(outcomes[outcome] for outcome in assessment.OUTCOMES)
    assert all(summary["clusters"].values())
    assert sum(summary["findings"].values()) == len(made["findings"])
    severities = [one["severity"] for one in made["findings"]]
    assert severities == sorted(severities, key=["critical", "warning", "info"].index)


def test_the_table() -> None:
    clusters = [
        *with_proxy(-2),
        {**fleets.cluster("two"), "certificates": [fleets.facts("two", "cm", 20), fleets.unreadable("api")]},
        fleets.unreachable("three"),
    ]
    clusters[0]["endpoints"] = [fleets.endpoint(NAME, "api", 1, 9443, matches=False)]
    clusters[1]["alerts"]["cluster_certs_about_to_expire"]["enabled"] = False
    lines = text_table.lines(report(clusters))
    assert lines[0].split() == ["cluster", "version", "certificate", "expires", "days", "status", "issuer", "proof"]
    statuses = ["EXPIRED", "FAILED: served", "expires soon", "NOT READABLE", "warning: expiry_alert", "NOT READ: https"]
    assert len(lines) == 1 + len(statuses)
    assert all(status in line for status, line in zip(statuses, lines[1:]))


def test_hostile_text_does_nothing_to_a_terminal() -> None:
    assert all(line.isprintable() for line in text_table.lines(report([fleets.hostile()])))


def test_the_policy_is_documented_as_it_is_taken() -> None:
    assert set(policy.SPEC) == set(reports.policy().as_dict())


def test_no_cluster_comes_twice() -> None:
    with pytest.raises(CertificateError, match=r"the cluster one\.example\.com is in option clusters, twice"):
        inputs.gather([fleets.cluster(NAME), fleets.cluster(NAME)], [])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ({"name": None}, "name of the cluster has a wrong type"),
        ({"read_at": "yesterday"}, "a time is not written as"),
        ({"certificates": [{"name": "proxy"}]}, "certificate proxy has no subject"),
        ({"endpoints": [3]}, "endpoints is not a dictionary"),
        ({"databases": [{"uid": 1}]}, "databases has no subject"),
        ({"databases": [{**fleets.database(NAME, "orders"), "issuer": 3}]}, "issuer of certificate database orders"),
        ({"cluster": {"name": None, "version": None, "primary": None, "nodes": [3]}}, "nodes is not a dictionary"),
        ({"cluster": {"name": None, "version": None, "nodes": None}}, "cluster has no primary"),
        ({"alerts": {"a": {"enabled": "yes", "threshold": 3}}}, "enabled of alerts has a wrong type"),
        ({"replication": {"active_active": [], "replica_of": [{}]}}, "replica_of has no"),
        ({"cluster": None}, "cluster is not a dictionary"),
        ({"error": {"why": 3}}, "error has no msg"),
        ({"warnings": [3]}, "an entry of warnings has a wrong type"),
        (
            {"certificates": [{**fleets.unreadable("cm"), "subject": [None]}]},
            "subject of certificate cm has a wrong type",
        ),
        ({"seconds": True}, "seconds of the cluster has a wrong type"),
        ({"seconds": float("nan")}, "seconds of the cluster has a wrong type"),
        ({"seconds": float("inf")}, "seconds of the cluster has a wrong type"),
        ({"seconds": 10**400}, "seconds of the cluster has a wrong type"),
        ({"certificates": [{**fleets.facts(NAME, "cm"), "days_remaining": True}]}, "days_remaining of certificate cm"),
    ],
)
def test_what_is_no_fleet_data(damage: dict[str, Any], message: str) -> None:
    with pytest.raises(CertificateError) as raised:
        inputs.gather([{**fleets.cluster(NAME), **damage}], [])
    assert raised.value.message.startswith("option clusters: cluster 1 in option clusters is not valid fleet data: ")
    assert message in raised.value.message
