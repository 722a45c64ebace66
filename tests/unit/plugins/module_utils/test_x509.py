# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates: parsing, comparing, facts."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils import _x509
from hypothesis import given
from hypothesis import strategies as st
from simulator.authority import Authority, Material


def test_facts_of_a_chain(material: Material, now: datetime) -> None:
    facts = _x509.facts(_x509.parse_pem(material.certificate_pem), now)
    assert facts["subject"] == "O=Simulated,CN=cluster.example.com"
    assert facts["issuer"] == "O=Simulated,CN=Unit test CA\\, intermediate 2"
    assert facts["serial_number"] == material.leaf.serial_number
    assert facts["subject_alternative_names"][:2] == ["DNS:cluster.example.com", "DNS:*.cluster.example.com"]
    assert "IP:127.0.0.1" in facts["subject_alternative_names"]
    assert facts["days_remaining"] == 364
    assert facts["chain_days_remaining"] == 364
    assert facts["expired"] is False
    assert facts["fingerprint"] == material.fingerprint
    assert facts["chain_fingerprints"] == material.chain_fingerprints
    assert facts["chain_length"] == 3
    assert (facts["public_key_type"], facts["public_key_size"]) == ("RSA", 2048)
    assert facts["signature_algorithm"] == "sha256WithRSAEncryption"
    assert facts["self_signed"] is False
    assert set(facts) == set(_x509.NO_FACTS)
    json.dumps(facts)


def test_fingerprint_is_what_openssl_prints(material: Material, tmp_path: Path) -> None:
    path = tmp_path / "leaf.pem"
    path.write_text(material.leaf_pem)
    printed = subprocess.run(
        ["openssl", "x509", "-in", str(path), "-noout", "-fingerprint", "-sha256"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert _x509.fingerprint(material.leaf) == printed.strip().partition("=")[2].lower()


@pytest.mark.parametrize(("key", "expected"), [("ec", ("ECC", 256)), ("ed25519", ("Ed25519", 256))])
def test_facts_of_other_key_types(authority: Authority, key: str, expected: tuple[str, int], now: datetime) -> None:
    facts = _x509.facts(_x509.parse_pem(authority.issue(key=key).certificate_pem), now)
    assert (facts["public_key_type"], facts["public_key_size"]) == expected


def test_days_are_full_days_and_negative_once_expired(authority: Authority) -> None:
    end = datetime(2030, 6, 1, 12, 0, 0, tzinfo=timezone.utc)
    chain = _x509.parse_pem(authority.issue(days=end).certificate_pem)
    for offset, days, expired in (
        (timedelta(days=2, hours=1), 2, False),
        (timedelta(hours=1), 0, False),
        (timedelta(0), 0, False),
        (timedelta(seconds=-1), -1, True),
        (timedelta(days=-1, hours=-1), -2, True),
    ):
        facts = _x509.facts(chain, end - offset)
        assert (facts["days_remaining"], facts["expired"]) == (days, expired)
        assert facts["not_after"] == "2030-06-01T12:00:00Z"


def test_an_issuer_that_expires_first_counts_for_the_chain(now: datetime) -> None:
    soon = Authority(common_name="Ends soon", days=3)
    facts = _x509.facts(_x509.parse_pem(soon.issue(root=True).certificate_pem), now)
    assert facts["chain_days_remaining"] == 2 < facts["days_remaining"]


def test_self_signed_needs_more_than_equal_names(authority: Authority) -> None:
    root = authority.certificate
    namesake = Authority(common_name="Unit test CA").certificate
    assert _x509.issued_by(root, root)
    assert namesake.subject == root.subject
    assert not _x509.issued_by(root, namesake)


def test_issued_by_follows_the_chain(material: Material, authority: Authority) -> None:
    chain = [*material.chain, authority.certificate]
    assert [_x509.issued_by(lower, upper) for lower, upper in zip(chain, chain[1:])] == [True] * 3
    assert not _x509.issued_by(chain[0], chain[2])


def test_normalised_pem(material: Material) -> None:
    messy = "Bag Attributes\r\n" + material.certificate_pem.replace("\n", "\r\n").rstrip()
    assert _x509.to_pem(_x509.parse_pem(messy)) == material.certificate_pem


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no PEM block"),
        ("nothing of the kind", "no PEM block"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "certificate 1 of 1 cannot be parsed"),
        ("-----BEGIN CERTIFICATE-----\n", "no END line"),
        ("-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----", "not valid base64"),
    ],
)
def test_what_is_no_certificate_is_named(text: str, message: str) -> None:
    with pytest.raises(_x509.CertificateParseError, match=message):
        _x509.parse_pem(text)


def test_keys_beside_certificates_are_passed_over(material: Material) -> None:
    assert _x509.parse_pem(material.key_pem + material.certificate_pem) == material.chain


@given(position=st.integers(0, 800), byte=st.integers(0, 255))
def test_damaged_certificates_never_crash(material: Material, position: int, byte: int) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    der = bytearray(material.leaf.public_bytes(Encoding.DER))
    der[position % len(der)] = byte
    import base64

    text = f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(bytes(der)).decode()}\n-----END CERTIFICATE-----"
    try:
        facts = _x509.facts(_x509.parse_pem(text), datetime.now(timezone.utc))
    except _x509.CertificateParseError:
        return
    json.dumps(facts)
