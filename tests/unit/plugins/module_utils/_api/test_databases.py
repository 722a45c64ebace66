# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that belong to databases: which there are, and what is known of each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import Api
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.databases import (
    CLIENTS,
    DatabaseEntry,
    describe_databases,
    own_certificates,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.facts import NO_FACTS
from hypothesis import given
from hypothesis import strategies as st
from simulator.authority import Authority, Material

FQDN = "cluster.example.com"
PATH = "/v1/bdbs/certificates"
FIELDS = ["uid", "name", "tls_mode", "endpoints", "dns_name", "port", "client_cert", *CLIENTS.values()]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["enabled", "redis-1.example.com"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(FIELDS), inner),
)


class Pages:
    """Answers each page of the list, and with an empty one after the last."""

    url = f"https://{FQDN}:9443"
    secrets: Sequence[Any] = ()

    def __init__(self, *pages: Any) -> None:
        self.pages = pages
        self.asked: list[str] = []

    def request(self, method: str, path: str, body: Any = None) -> Any:
        self.asked.append(path)
        number = len(self.asked)
        page = self.pages[number - 1] if number <= len(self.pages) else []
        status, content = page if isinstance(page, tuple) else (200, page)
        return Answer(status, json.dumps(content).encode())


class Answer:
    """What a session returns, as far as it is looked at."""

    content_type = "application/json"
    location = body_error = retry_after = None

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.body = body


def api(*pages: Any) -> Any:
    session: Any = Pages(*pages)
    return Api(session)


def entry(uid: Any, pem: Any = "pem") -> dict[str, Any]:
    return {"bdb_uid": uid, "cert": pem, "not_before": "", "not_after": ""}


# Which there are


def test_all_pages_are_read() -> None:
    client = api([entry("1"), entry("2")], [entry("3")])
    assert own_certificates(client) == {"1": "pem", "2": "pem", "3": "pem"}
    assert client.session.asked == [f"{PATH}?page={number}" for number in (1, 2, 3)]


def test_a_server_that_ignores_the_page_is_asked_twice() -> None:
    page = [entry("1"), entry("2")]
    client = api(*[page] * 9)
    assert list(own_certificates(client)) == ["1", "2"]
    assert len(client.session.asked) == 2


def test_a_page_that_overlaps_the_last_one_does_not_end_the_list() -> None:
    client = api([entry("1"), entry("2")], [entry("2"), entry("3")], [entry("3")])
    assert list(own_certificates(client)) == ["1", "2", "3"]


@pytest.mark.parametrize("status", [404, 405])
def test_a_version_without_such_certificates(status: int) -> None:
    client = api((status, {}))
    assert own_certificates(client) == {}
    assert len(client.session.asked) == 1


@pytest.mark.parametrize("status", [404, 405])
def test_a_page_after_the_last_one_may_be_missing(status: int) -> None:
    assert own_certificates(api([entry("1"), entry("2")], (status, {}))) == {"1": "pem", "2": "pem"}


@pytest.mark.parametrize("status", [403, 500])
def test_a_later_page_that_cannot_be_read_is_a_failure(status: int) -> None:
    with pytest.raises(CertificateError) as raised:
        own_certificates(api([entry("1")], (status, {})))
    assert raised.value.data["status"] == status


def test_a_list_without_end_is_given_up() -> None:
    class Endless(Pages):
        def request(self, method: str, path: str, body: Any = None) -> Any:
            self.asked.append(path)
            return Answer(200, json.dumps([entry(str(len(self.asked)))]).encode())

    session: Any = Endless()
    with pytest.raises(CertificateError, match="a list that ends within 1000 pages") as raised:
        own_certificates(Api(session))
    assert (raised.value.kind, len(session.asked)) == ("unexpected_json", 1000)


def test_a_list_that_takes_memory_without_end_is_given_up() -> None:
    class Huge(Pages):
        def request(self, method: str, path: str, body: Any = None) -> Any:
            self.asked.append(path)
            return Answer(200, json.dumps([{**entry(str(len(self.asked))), "more": "x" * 2**20}]).encode())

    session: Any = Huge()
    with pytest.raises(CertificateError, match="as short as one answer may be") as raised:
        own_certificates(Api(session))
    assert (raised.value.kind, len(session.asked)) == ("unexpected_json", 10)


def test_uids_are_compared_as_text() -> None:
    assert own_certificates(api([entry("1"), entry(2)])) == {"1": "pem", "2": "pem"}


@pytest.mark.parametrize(
    "odd", [{}, entry(None), entry(True), entry([1]), entry("1", None), entry("1", ""), entry("1", 7)]
)
def test_an_entry_that_names_no_database_or_certificate_is_passed_over(odd: dict[str, Any]) -> None:
    assert own_certificates(api([odd, entry("2")])) == {"2": "pem"}


# What is known of each


def database(uid: Any = 1, port: int = 12000, **fields: Any) -> dict[str, Any]:
    endpoint = {"dns_name": f"redis-{port}.{FQDN}", "port": port, "addr": ["192.0.2.1"]}
    return {"uid": uid, "name": "orders", "tls_mode": "enabled", "endpoints": [endpoint], **fields}


def described(now: datetime, *bdbs: dict[str, Any], own: Any = None) -> list[DatabaseEntry]:
    return describe_databases(bdbs, own or {}, FQDN, frozenset({"8.2.0-46"}), now)


def findings(entry: DatabaseEntry) -> list[tuple[str, str]]:
    return [(one["severity"], one["id"]) for one in entry["findings"]]


def test_a_certificate_of_its_own(now: datetime, authority: Authority) -> None:
    material = authority.issue(f"redis-12000.{FQDN}", key="ec", sans=[f"redis-12000.{FQDN}"])
    (found,) = described(now, database(), database(2), own={"1": material.certificate_pem})
    assert found.keys() >= {*NO_FACTS, "findings"}
    assert (found["uid"], found["name"], found["kind"]) == (1, "orders", "server")
    assert found["endpoints"] == [f"redis-12000.{FQDN}:12000"]
    assert (found["fingerprint"], found["findings"]) == (material.fingerprint, [])
    assert json.dumps(found)


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        ([f"redis-12000.{FQDN}"], []),
        ([f"REDIS-12000.{FQDN}."], []),
        ([f"*.{FQDN}"], []),
        ([FQDN], [("error", "name_missing")]),
        ([f"redis-12001.{FQDN}"], [("error", "name_missing")]),
        (["*.example.com"], [("error", "name_missing")]),
    ],
)
def test_the_name_of_the_endpoint_has_to_be_covered(
    now: datetime, authority: Authority, names: list[str], missing: list[Any]
) -> None:
    material = authority.issue(FQDN, key="ec", sans=names)
    for one in (database(), database(endpoints=[{"port": 12000}])):  # what it is called by default
        (found,) = described(now, one, own={"1": material.certificate_pem})
        assert findings(found) == missing
        assert all(f"redis-12000.{FQDN}" in finding["found"] for finding in found["findings"])


def test_an_internal_name_is_advice(now: datetime, authority: Authority) -> None:
    material = authority.issue(FQDN, key="ec", sans=[f"redis-12000.{FQDN}"], root=True)
    internal = {"dns_name": f"redis-12000.internal.{FQDN}", "port": 12000}
    one = database(endpoints=[*database()["endpoints"], internal])
    (found,) = described(now, one, own={"1": material.certificate_pem})
    assert findings(found) == [("warning", "internal_name_missing")]


def test_what_holds_for_every_chain_is_demanded(now: datetime, authority: Authority) -> None:
    material = authority.issue(FQDN, key="rsa1024", sans=["other.example.com"], days=-1)
    (found,) = described(now, database(), own={"1": material.certificate_pem})
    assert findings(found) == [
        ("error", "expired"),
        ("error", "key_too_small"),
        ("error", "name_missing"),
    ]
    assert {one["certificate"] for one in found["findings"]} == {"database orders"}


def test_what_nobody_can_meet_is_left_out(now: datetime, material: Material) -> None:
    own = {"1": material.certificate_pem}
    assert described(now, database(tls_mode="disabled"), database(tls_mode=None), own=own) == []
    assert len(described(now, database(tls_mode="replica_ssl"), own=own)) == 1


def test_client_certificates(now: datetime, material: Material, other: Material) -> None:
    lists: dict[str, Any] = {
        "authentication_ssl_client_certs": [{"client_cert": material.certificate_pem}, {"client_cert": "rubbish"}],
        "authentication_ssl_crdt_certs": [{"client_cert": other.certificate_pem}],
    }
    found = described(now, database(tls_mode="disabled", **lists))
    assert [(one["kind"], one["certificate"], one["fingerprint"]) for one in found] == [
        ("client", "database orders, client 1", material.fingerprint),
        ("client", "database orders, client 2", None),
        ("peer", "database orders, peer 1", other.fingerprint),
    ]
    assert [one.get("error") for one in found] == [None, "no PEM block CERTIFICATE found", None]
    assert all(one["findings"] == [] for one in found)


def test_every_label_is_another_one(now: datetime, material: Material) -> None:
    own = dict.fromkeys("1234", material.certificate_pem)
    found = described(now, database(1), database("2"), database(3, name=None), database(4, name="carts"), own=own)
    assert [one["certificate"] for one in found] == [
        "database orders (1)",
        "database orders (2)",
        "database 3",
        "database carts",
    ]


@given(bdbs=st.lists(st.dictionaries(st.sampled_from(FIELDS), JSON)))
def test_no_answer_stops_it(bdbs: list[dict[str, Any]]) -> None:
    own = dict.fromkeys([*map(str, range(9)), ""], "rubbish")
    for one in describe_databases(bdbs, own, None, frozenset(), datetime.fromisoformat("2026-06-01T00:00:00+00:00")):
        assert json.dumps(one)
        assert one["certificate"].startswith("database ")
