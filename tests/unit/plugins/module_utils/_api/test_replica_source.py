# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is taken out of an entry of replica_sources, what never is, and which entries a new certificate concerns."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.replica_source import (
    Pin,
    ReplicaSource,
    address,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._replication.syncer import (
    syncer_refusals,
    syncer_warning,
)
from hypothesis import given
from hypothesis import strategies as st
from simulator.authority import Material

FQDN = "a.example.com"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["uid", "uri", "server_cert"]), inner),
)


def pin(material: Material, *hosts: str, old: str | None = None) -> Pin:
    return Pin(material.certificate_pem, tuple(source(material).fingerprints), hosts, old)


def source(material: Material | None, host: str = f"redis-1.{FQDN}", **more: Any) -> ReplicaSource:
    pinned = {} if material is None else {"server_cert": material.certificate_pem}
    return ReplicaSource.of({"uid": 7, "uri": f"rediss://u:p@{host}:12000", **pinned, **more})


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("redis://host:1", ("host", 1)),
        ("redis://host", ("host", None)),
        ("rediss://u:p@Host.Example.COM.:12000/0?a=b#c", ("host.example.com", 12000)),
        ("rediss://u:p@[2001:DB8:0:0::1]:12000", ("2001:db8::1", 12000)),
        # Not escaped as it should be.
        ("rediss://u:p@ss/w?r#d@host:1", ("host", 1)),
        ("rediss://u:p@ss@host:1/0", ("host", 1)),
        # No host, or none that is certain.
        ("rediss://user:password", (None, None)),
        ("rediss://:password", (None, None)),
        ("rediss://user:password@", (None, None)),
        ("rediss://user:password@host:port", (None, None)),
        ("password", (None, None)),
        ("", (None, None)),
        (None, (None, None)),
        (["rediss://host:1"], (None, None)),
    ],
)
def test_the_address(uri: Any, expected: tuple[str | None, int | None]) -> None:
    assert address(uri) == expected


@given(st.text(), st.text())
def test_no_user_info_gets_into_the_address(user: str, password: str) -> None:
    assert address(f"rediss://{user}:{password}@host:12000") == ("host", 12000)


@given(JSON)
def test_any_entry_is_kept_as_it_is(entry: Any) -> None:
    kept = ReplicaSource.of(entry)
    assert json.loads(kept.entry.reveal()) == entry
    assert kept.fingerprints == ()


@given(st.text(min_size=1))
def test_an_entry_has_no_text_form(text: str) -> None:
    password = f"secret-{text}"
    shown = repr(ReplicaSource.of({"uri": f"rediss://u:{password}@host:1", "client_cert": password}))
    assert password not in shown
    assert "secret-" not in shown


def test_only_the_pin_becomes_another(material: Material, other: Material) -> None:
    entry = {"uid": 7, "unknown": [1.5, None], "client_cert": "c\r\n", "status": "in-sync", "uri": "rediss://u:p@h:1"}
    before = ReplicaSource.of({**entry, "server_cert": other.certificate_pem})
    after = before.pinning(pin(material))
    assert list(json.loads(after.entry.reveal()).items()) == [*entry.items(), ("server_cert", material.certificate_pem)]
    assert (before.fingerprints[0], after.fingerprints[0]) == (other.fingerprint, material.fingerprint)


@pytest.mark.parametrize(
    ("host", "meant"),
    [
        (FQDN, True),
        (f"redis-12000.{FQDN}", True),
        (f"internal.{FQDN}", True),
        (f"redis-12000.internal.{FQDN}", True),
        (f"redis-12000.eu.{FQDN}", False),
        (f"x{FQDN}", False),
        ("example.com", False),
        ("192.0.2.7", True),
        ("192.0.2.70", False),
    ],
)
def test_hosts(material: Material, other: Material, host: str, meant: bool) -> None:
    assert pin(material, "192.0.2.7", FQDN).concerns(source(other, host)) is meant


def test_a_source_without_a_pin_is_never_meant(material: Material) -> None:
    for entry in (source(None), source(None, server_cert=""), source(None, server_cert=None)):
        assert not pin(material, FQDN).concerns(entry)


def test_a_pin_that_cannot_be_parsed_is_replaced_where_its_host_is_named(material: Material) -> None:
    broken = source(None, server_cert="-----BEGIN CERTIFICATE-----")
    assert pin(material, FQDN).needed_by(broken)
    assert not pin(material, FQDN, old=material.fingerprint).concerns(broken)


def test_a_malformed_uri_is_meant_by_its_pin_alone(material: Material, other: Material) -> None:
    malformed = source(other, uri="nonsense")
    assert not pin(material, FQDN).concerns(malformed)
    assert pin(material, old=other.fingerprint).needed_by(malformed)


def test_the_old_fingerprint(material: Material, other: Material) -> None:
    wanted = pin(material, old=other.fingerprint)
    assert wanted.needed_by(source(other))
    # What has the new one already is meant, and needs nothing.
    assert wanted.concerns(source(material))
    assert not wanted.needed_by(source(material))
    assert not pin(material, "192.0.2.7", old=other.fingerprint).concerns(source(other))


def test_the_whole_chain_is_compared_and_text_is_not(material: Material) -> None:
    wanted = pin(material, FQDN)
    assert not wanted.needed_by(
        source(None, server_cert="a comment\n" + material.certificate_pem.replace("\n", "\r\n"))
    )
    leaf = material.certificate_pem.partition("-----END CERTIFICATE-----\n")
    assert wanted.needed_by(source(None, server_cert="".join(leaf[:2])))


@pytest.mark.parametrize(
    ("entry", "masked"),
    [
        ({"uri": "rediss://u:****@h:1"}, True),
        ({"uri": "rediss://:*@h:1"}, True),
        ({"uri": "rediss://********@h:1"}, True),
        ({"uri": "********"}, True),
        ({"uri": "rediss://u:p@h:1", "client_key": "****"}, True),
        ({"uri": "rediss://u:p***@h:1"}, False),
        ({"uri": "rediss://u:p@h:1/*"}, False),
        ({"uri": "rediss://*:p@h:1"}, False),
        ({"uri": "rediss://h:1"}, False),
        ({"uri": "rediss://:@h:1"}, False),
        ({"uri": None, "server_cert": ""}, False),
        ("****", False),
    ],
)
def test_what_is_masked(entry: Any, masked: bool) -> None:
    assert ReplicaSource.of(entry).masked is masked


@pytest.mark.parametrize(
    ("entry", "encrypted"),
    [
        ({"uri": "redis://h:1"}, False),
        ({"uri": "redis://h:1", "encryption": False}, False),
        ({"uri": "redis://h:1", "encryption": True}, True),
        ({"uri": "REDISS://h:1"}, True),
        ({"uri": "redis://h:1", "server_cert": "pem"}, True),
        ({"uri": 7}, False),
        (None, False),
    ],
)
def test_what_is_followed_over_tls(entry: Any, encrypted: bool) -> None:
    assert ReplicaSource.of(entry).encrypted is encrypted


def test_the_databases_whose_sources_may_refuse_a_new_syncer() -> None:
    tls, plain = {"uri": "rediss://u:p@redis-1.a.example.com:12000"}, {"uri": "redis://u:p@b.example.com:1"}
    bdbs: list[dict[str, Any]] = [
        {
            "uid": 1,
            "name": "orders",
            "replica_sources": [tls, plain, tls, {**tls, "uri": "rediss://u:p@[2001:db8::1]"}],
        },
        {"uid": 2, "name": "", "replica_sources": [{"encryption": True, "uri": "p@ss"}]},
        {"uid": 3, "name": "plain", "replica_sources": [plain]},
        {"uid": 4, "name": "none", "replica_sources": None},
        {},
    ]
    refusals = syncer_refusals(bdbs)
    assert refusals == [
        "orders (from redis-1.a.example.com:12000, [2001:db8::1])",
        "2 (from a source without a valid host)",
    ]
    warning = syncer_warning(refusals)
    assert all(text in warning for text in (*refusals, "authentication_ssl_client_certs"))
    assert "p@" not in warning
    assert syncer_refusals(bdbs[2:]) == []
