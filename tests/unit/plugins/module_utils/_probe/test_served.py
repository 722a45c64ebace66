# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of one port, whatever was seen there: without a network."""

from __future__ import annotations

import json
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.cluster import Cluster
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe import discovery, served
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.endpoints import Endpoint
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.served import Served
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.goal import ExpectedChain
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.tls_handshake import (
    NO_ANSWER,
    Presented,
    VerifyError,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import sha256_fingerprints
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.facts import NO_FACTS
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from simulator.authority import Material

ENDPOINT = Endpoint(2, "192.0.2.2", 9443, "api", "cluster.example.com")
NOW = datetime.fromisoformat("2026-06-01T00:00:00+00:00")
BROKEN = Presented(problem="connection closed during the handshake")
UNREACHABLE = Presented(reachable=False, problem="connection refused")
KEYS = {"status", "problem", "chain", "tls_version", "trusted", "verify_error", "verify_error_message", "matches"}


def shown(*chain: x509.Certificate) -> Presented:
    ders = tuple(certificate.public_bytes(Encoding.DER) for certificate in chain)
    return Presented(tuple(sha256_fingerprints(chain)), chain=ders, tls_version="TLSv1.3")


def entry(seen: Presented, verified: Presented | None = None, reported: ExpectedChain | None = None) -> dict[str, Any]:
    return {**Served(ENDPOINT, seen, verified).entry(reported, NOW)}


@pytest.mark.parametrize(
    ("verifying", "looks"),
    [
        (Presented(("aa",)), 1),
        (UNREACHABLE, 1),
        (Presented(problem=NO_ANSWER), 1),  # it would take the same time again
        (Presented(problem="the certificate is not verified", verify_error=VerifyError("expired", "it has")), 2),
        (BROKEN, 1),
        (Presented(problem="TLS handshake failed (NO_CIPHERS_AVAILABLE)"), 2),  # those may be good enough to look
    ],
)
def test_what_cannot_be_verified_is_looked_at_again(
    monkeypatch: pytest.MonkeyPatch, verifying: Presented, looks: int
) -> None:
    seen = [verifying, Presented(("bb",))]
    made = []

    def look(*arguments: Any) -> Presented:
        made.append(arguments)
        return seen[len(made) - 1]

    monkeypatch.setattr(served, "read_presented", look)
    trust: Any = object()
    found = Served.look(ENDPOINT, trust, 7)
    where = (ENDPOINT.address, ENDPOINT.port, ENDPOINT.server_name, 7)
    assert made == [(*where, trust), where][:looks]
    assert found == Served(ENDPOINT, seen[looks - 1], verifying if seen[looks - 1].fingerprints else None)


def test_every_entry_has_the_same_keys(material: Material) -> None:
    seen = shown(*material.chain)
    entries = [entry(seen, seen), entry(BROKEN), entry(UNREACHABLE)]
    for one in entries:
        assert set(one) == {*entries[0], *KEYS, *NO_FACTS}
        assert (one["node"], one["address"], one["port"], one["service"]) == (2, "192.0.2.2", 9443, "api")
    assert [one["status"] for one in entries] == ["seen", "failed", "unreachable"]
    assert [one["problem"] for one in entries] == [None, BROKEN.problem, UNREACHABLE.problem]


def test_what_was_not_seen_is_not_compared(material: Material) -> None:
    reported = ExpectedChain.of(material.chain, "chain")
    for seen in (BROKEN, UNREACHABLE):
        told = entry(seen, None, reported)
        assert (told["matches"], told["trusted"], told["fingerprint"], told["chain"]) == (None, None, None, [])
        assert told["reported_chain_fingerprints"] == material.chain_fingerprints


def test_each_certificate_of_the_chain_is_told(material: Material) -> None:
    told = entry(shown(*material.chain))
    assert [link["fingerprint"] for link in told["chain"]] == material.chain_fingerprints
    assert [link["subject"] for link in told["chain"]] == [one.subject.rfc4514_string() for one in material.chain]
    assert (told["fingerprint"], told["chain_length"]) == (material.fingerprint, 4)


def test_what_the_api_reports_is_compared(material: Material, other: Material) -> None:
    seen = shown(*material.chain)
    assert entry(seen, seen, ExpectedChain.of(material.chain, "chain"))["matches"] is True
    for chain in (other.chain, material.chain[::-1], (material.chain[0], other.chain[0])):
        assert entry(seen, seen, ExpectedChain.of(chain, "chain"))["matches"] is False
    assert entry(seen, seen, None)["matches"] is None


@pytest.mark.parametrize(
    ("verified", "expected"),
    [
        (BROKEN._replace(verify_error=VerifyError("expired", "certificate has expired")), (False, "expired")),
        (BROKEN, (None, None)),
    ],
)
def test_the_reason_why_it_does_not_verify(
    material: Material, verified: Presented, expected: tuple[bool | None, str | None]
) -> None:
    told = entry(shown(*material.chain), verified)
    assert (told["trusted"], told["verify_error"]) == expected
    assert told["verify_error_message"] == ("certificate has expired" if expected[1] else BROKEN.problem)


@given(ders=st.lists(st.binary(max_size=99), min_size=1, max_size=3))
def test_what_cannot_be_parsed_keeps_its_fingerprints(ders: list[bytes]) -> None:
    fingerprints = tuple(f"{number:02x}" for number in range(len(ders)))
    told = entry(Presented(fingerprints, chain=tuple(ders)), BROKEN)
    assert told["error"] == f"certificate 1 of {len(ders)} cannot be parsed"
    assert (told["status"], told["chain"], told["subject"]) == ("seen", [], None)
    assert (told["fingerprint"], told["chain_fingerprints"]) == (fingerprints[0], list(fingerprints))
    assert json.dumps(told)


def database(uid: Any, **fields: Any) -> dict[str, Any]:
    endpoint = {"dns_name": "db.example.com", "port": 12000, "addr": ["192.0.2.1"]}
    return {"uid": uid, "tls_mode": "enabled", "endpoints": [endpoint], **fields}


def compared(proxy: ExpectedChain, answer: Any, *bdbs: dict[str, Any]) -> list[tuple[ExpectedChain | None, Any]]:
    """What each database is compared with, and whose own that is, when the API answers that of their certificates."""
    connection: Any = SimpleNamespace(host="cluster.example.com", node_address="internal")

    def own() -> Any:
        if isinstance(answer, BaseException):
            raise answer
        return answer

    api: Any = SimpleNamespace(bdb_certificates=own, session=SimpleNamespace(connection=connection))
    cluster = Cluster("cluster.example.com", None, (), None, 8443)
    warnings: list[str] = []
    found = discovery._databases(api, cluster, bdbs, proxy, warnings.append)
    assert len(warnings) == isinstance(answer, BaseException)
    return [(group.reported, group.database) for group in found]


def test_a_database_is_compared_with_its_own_certificate(material: Material, other: Material) -> None:
    proxy, own = ExpectedChain.of(material.chain, "chain"), ExpectedChain.of(other.chain, "chain")
    answer = [{"bdb_uid": "2", "cert": other.certificate_pem}, {"bdb_uid": "3", "cert": material.certificate_pem}]
    assert compared(proxy, answer, database(1), database(2), database("2")) == [(proxy, None), (own, 2), (own, "2")]


def test_the_endpoint_of_such_a_database_says_so(material: Material) -> None:
    seen = Served(ENDPOINT, shown(*material.chain), None)
    assert seen.entry(ExpectedChain.of(material.chain, "chain"), NOW, 7)["database"] == 7
    assert seen.entry(None, NOW)["database"] is None


def test_without_a_port_nobody_asks_for_own_certificates(material: Material) -> None:
    proxy, ports = (
        ExpectedChain.of(material.chain, "chain"),
        [database(1, tls_mode="disabled"), database(2, endpoints=[])],
    )
    connection: Any = SimpleNamespace(host="cluster.example.com", node_address="internal")
    api: Any = SimpleNamespace(session=SimpleNamespace(connection=connection))
    cluster = Cluster("cluster.example.com", None, (), None, 8443)
    assert discovery._databases(api, cluster, ports, proxy, lambda message: None) == []


@pytest.mark.parametrize(
    "answer",
    [
        [],
        [{}],
        [{"bdb_uid": "1"}, {"bdb_uid": "2", "cert": None}],
        [{"bdb_uid": None, "cert": "rubbish"}, {"bdb_uid": [2], "cert": 7}],
    ],
)
def test_without_own_certificates_it_is_that_of_all_proxies(material: Material, answer: Any) -> None:
    proxy = ExpectedChain.of(material.chain, "chain")
    assert compared(proxy, answer, database(1), database(2), database([2]), database(None)) == [(proxy, None)] * 4


@pytest.mark.parametrize("kind", ["forbidden", "unexpected_json", "unavailable"])
def test_where_own_certificates_cannot_be_read_nothing_is_called_wrong(material: Material, kind: str) -> None:
    proxy = ExpectedChain.of(material.chain, "chain")
    assert compared(proxy, CertificateError(kind, "It failed."), database(1), database(2)) == [(None, None)] * 2


def test_what_cannot_be_parsed_is_compared_with_nothing(material: Material) -> None:
    proxy = ExpectedChain.of(material.chain, "chain")
    assert compared(proxy, [{"bdb_uid": "1", "cert": "rubbish"}], database(1)) == [(None, 1)]
