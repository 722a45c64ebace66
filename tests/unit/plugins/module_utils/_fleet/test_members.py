# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clusters of a fleet, what is made of their answers, and what is told by comparing them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.settings import (
    parse_alerts,
    parse_internal_rotation,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.members import parse_members
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.pins import judge_pins

NOTHING: dict[str, Any] = dict.fromkeys(CONNECTION_SPEC)


@pytest.mark.parametrize(
    ("entries", "names"),
    [
        ([{"url": "https://a.example.com"}, {"url": "https://b.example.com:1"}], ["a.example.com", "b.example.com"]),
        ([{"url": "https://a:1"}, {"url": "https://a:2"}], ["a:1", "a:2"]),
        ([{"url": "https://a:1", "name": "first"}, {"url": "https://a:1"}], ["first", "a:1"]),
        ([{}, {"url": "https://[::1"}, {"url": "https://a:port"}], ["cluster 1", "cluster 2", "a"]),
        ([{"url": "https://user:secret@a:1"}], ["a"]),
    ],
)
def test_names(entries: list[dict[str, Any]], names: list[str]) -> None:
    assert [member.name for member in parse_members(entries, NOTHING)] == names


def test_a_name_that_is_listed_twice() -> None:
    with pytest.raises(CertificateError, match="same listed more than once"):
        parse_members([{"name": "same"}, {"name": "same"}], NOTHING)


@pytest.mark.parametrize(
    ("own", "left"),
    [
        ({}, {"username": "u", "password": "p", "client_cert": "c", "client_key": "k"}),
        ({"password": "q"}, {"password": "q", "client_cert": "c", "client_key": "k"}),
        ({"token": "t"}, {"token": "t", "client_cert": "c", "client_key": "k"}),
        ({"client_cert": "d"}, {"username": "u", "password": "p", "client_cert": "d"}),
    ],
)
def test_a_login_of_its_own_is_not_mixed_with_that_of_all(own: dict[str, Any], left: dict[str, Any]) -> None:
    shared = {**NOTHING, "username": "u", "password": "p", "client_cert": "c", "client_key": "k"}
    (member,) = parse_members([own], shared)
    assert member.options == left


@pytest.mark.parametrize("settings", [None, {}, {"alert_settings": None}, {"alert_settings": []}, []])
def test_without_alert_settings_there_are_none(settings: Any) -> None:
    assert parse_alerts(settings) is None
    assert parse_internal_rotation(settings) is None


@pytest.mark.parametrize(
    ("threshold", "days"),
    [("45", 45), (45, 45), (None, None), ("", None), ("-1", None), (True, None), ("9" * 5000, None), ({}, None)],
)
def test_thresholds(threshold: Any, days: int | None) -> None:
    alert = {"enabled": True, "threshold": threshold}
    settings = {"alert_settings": {"cluster_certs_about_to_expire": alert, "node_internal_certs_about_to_expire": 7}}
    assert parse_alerts(settings) == {
        "cluster_certs_about_to_expire": {"enabled": True, "threshold": days},
        "node_internal_certs_about_to_expire": None,
    }


def test_a_schedule_that_is_not_complete() -> None:
    assert parse_internal_rotation({"cert_rotation_job_settings": {"enabled": 1, "cron_expression": 2}}) == {
        "rotation_enabled": None,
        "expiry_days_before_rotation": None,
        "cron_expression": None,
    }


def cluster(fqdn: str | None, proxy: str, *endpoints: dict[str, Any], pins: Any = ()) -> Any:
    return {
        "cluster": {"name": fqdn},
        "certificates": [{"name": "api", "fingerprint": "other"}, {"name": "proxy", "fingerprint": proxy}],
        "databases": [],
        "endpoints": list(endpoints) or None,
        "replication": {"replica_of": list(pins)} if pins else None,
    }


def endpoint(address: str, reported: str, **other: Any) -> dict[str, Any]:
    known = {"service": "proxy", "address": address, "port": 12000, "server_name": None}
    return {**known, "reported_chain_fingerprints": [reported], **other}


@pytest.mark.parametrize(
    ("source", "fleet", "state"),
    [
        ("redis-1.a.example.com", [cluster("A.example.com", "pinned")], "current"),
        ("redis-1.a.example.com", [cluster("a.example.com", "another")], "stale"),
        ("redis-1.a.example.com", [cluster("example.com", "another"), cluster(None, "pinned")], "unknown"),
        # Two clusters of one name or address that differ tell nothing.
        ("a.example.com", [cluster("a.example.com", "pinned"), cluster("a.example.com", "another")], "unknown"),
        ("192.0.2.1", [cluster(None, "another", endpoint("192.0.2.1", "pinned"))], "current"),
        ("192.0.2.1", [cluster(None, "pinned", endpoint("192.0.2.1", "another"))], "stale"),
        ("192.0.2.1", [cluster(None, "pinned", endpoint("192.0.2.1", "pinned", port=1))], "unknown"),
        ("192.0.2.1", [cluster(None, "pinned", endpoint("192.0.2.1", "pinned", service="api"))], "unknown"),
        # A database with its own certificate, in a cluster whose proxy has another.
        (
            "redis-1.a.example.com",
            [cluster("a.example.com", "another", endpoint("x", "pinned", server_name="redis-1.a.example.com"))],
            "current",
        ),
    ],
)
def test_what_replicas_pin(source: str, fleet: list[Any], state: str) -> None:
    pin = {"source": source, "port": 12000, "fingerprint": "pinned", "state": "unknown"}
    judge_pins([*fleet, cluster("destination.example.org", "mine", pins=[pin])])
    assert pin["state"] == state


@pytest.mark.parametrize(
    ("own", "endpoint", "state"),
    [
        ("pinned", "redis-1.a.example.com:12000", "current"),
        ("renewed", "redis-1.a.example.com:12000", "stale"),
        ("renewed", "redis-1.a.example.com:12001", "current"),  # of another database: it is that of all proxies
        (None, "redis-1.a.example.com:12000", "current"),  # nobody can read it
    ],
)
def test_a_database_that_was_not_looked_at_has_a_certificate_of_its_own(
    own: str | None, endpoint: str, state: str
) -> None:
    source = cluster("a.example.com", "pinned")
    source["databases"] = [{"endpoints": [endpoint], "fingerprint": own}]
    pin = {"source": "redis-1.a.example.com", "port": 12000, "fingerprint": "pinned", "state": "unknown"}
    judge_pins([source, cluster("destination.example.org", "mine", pins=[pin])])
    assert pin["state"] == state


@pytest.mark.parametrize(("fingerprint", "state"), [("pinned", "expired"), (None, "unknown")])
def test_what_has_ended_or_cannot_be_parsed_stays_so(fingerprint: str | None, state: str) -> None:
    pin = {"source": "a.example.com", "port": 1, "fingerprint": fingerprint, "state": state}
    judge_pins([cluster("a.example.com", "pinned", pins=[pin])])
    assert pin["state"] == state
