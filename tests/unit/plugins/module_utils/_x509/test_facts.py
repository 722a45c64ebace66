# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts about certificates, however odd these are."""

from __future__ import annotations

import ipaddress
import json
import subprocess
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import (
    CertificateParseError,
    parse_pem,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.facts import NO_FACTS, chain_facts
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from simulator.authority import Authority, Material
from unit.plugins.module_utils._x509.test_certificate import pem
from unit.plugins.module_utils._x509.test_requirements import built


def serial_number(certificate: str) -> str:
    """What OpenSSL prints, without its line breaks."""
    command = ["openssl", "x509", "-noout", "-serial"]
    found = subprocess.run(command, input=certificate, capture_output=True, text=True, check=True)
    return found.stdout.strip().removeprefix("serial=").replace("\\\n", "")


def test_facts_of_a_chain(material: Material, now: datetime) -> None:
    facts = chain_facts(parse_pem(material.certificate_pem), now)
    assert facts["subject"] == "O=Simulated,CN=cluster.example.com"
    assert facts["issuer"] == "O=Simulated,CN=Unit test CA\\, intermediate 2"
    assert facts["serial_number"] == serial_number(material.certificate_pem)
    assert facts["subject_alternative_names"][:2] == ["DNS:cluster.example.com", "DNS:*.cluster.example.com"]
    assert "IP:127.0.0.1" in facts["subject_alternative_names"]
    assert facts["days_remaining"] == 199
    assert facts["chain_days_remaining"] == 199
    assert facts["expired"] is False
    assert facts["fingerprint"] == material.fingerprint
    assert facts["chain_fingerprints"] == material.chain_fingerprints
    assert facts["chain_length"] == 4
    assert (facts["public_key_type"], facts["public_key_size"]) == ("RSA", 2048)
    assert facts["signature_algorithm"] == "sha256WithRSAEncryption"
    assert facts["self_signed"] is False
    assert set(facts) == set(NO_FACTS)
    json.dumps(facts)


@pytest.mark.parametrize(("key", "expected"), [("ec", ("ECC", 256)), ("ed25519", ("Ed25519", 256))])
def test_facts_of_other_key_types(authority: Authority, key: str, expected: tuple[str, int], now: datetime) -> None:
    facts = chain_facts(parse_pem(authority.issue(key=key).certificate_pem), now)
    assert (facts["public_key_type"], facts["public_key_size"]) == expected


def test_days_are_full_days_and_negative_once_expired(authority: Authority) -> None:
    end = datetime(2030, 6, 1, 12, 0, 0, tzinfo=timezone.utc)
    chain = parse_pem(authority.issue(days=end).certificate_pem)
    for offset, days, expired in (
        (timedelta(days=2, hours=1), 2, False),
        (timedelta(hours=1), 0, False),
        (timedelta(0), 0, False),
        (timedelta(seconds=-1), 0, True),
        (timedelta(days=-1, seconds=1), 0, True),
        (timedelta(days=-1, hours=-1), -1, True),
    ):
        facts = chain_facts(chain, end - offset)
        assert (facts["days_remaining"], facts["expired"]) == (days, expired)
        assert facts["not_after"] == "2030-06-01T12:00:00Z"


def test_an_issuer_that_expires_first_counts_for_the_chain() -> None:
    soon = Authority(common_name="Ends soon", days=3)
    facts = chain_facts(parse_pem(soon.issue(root=True).certificate_pem), datetime.now(timezone.utc))
    assert facts["chain_days_remaining"] == 2 < facts["days_remaining"]
    assert facts["chain_not_after"] < facts["not_after"]


@given(position=st.integers(0, 800), byte=st.integers(0, 255))
def test_damaged_certificates_never_crash(material: Material, position: int, byte: int) -> None:
    der = bytearray(material.leaf.public_bytes(Encoding.DER))
    der[position % len(der)] = byte
    try:
        facts = chain_facts(parse_pem(pem(bytes(der))), datetime.now(timezone.utc))
    except CertificateParseError:
        return
    json.dumps(facts)


oids = st.sampled_from(["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.37", "1.3.6.1.4.1.1"])
names = x509.SubjectAlternativeName(
    [
        x509.DNSName("a.example.com"),
        x509.RFC822Name("a@example.com"),
        x509.UniformResourceIdentifier("https://a.example.com"),
        x509.RegisteredID(x509.ObjectIdentifier("1.2.3")),
        x509.IPAddress(ipaddress.ip_address("192.0.2.1")),
        x509.DirectoryName(x509.Name([])),
        x509.OtherName(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"),
    ]
).public_bytes()


@st.composite
def nearly_names(draw: st.DrawFn) -> bytes:
    """Alternative names with a byte that is another."""
    position = draw(st.integers(0, len(names) - 1))
    return names[:position] + bytes([draw(st.integers(0, 255))]) + names[position + 1 :]


@given(extensions=st.dictionaries(oids, st.binary(max_size=40) | st.just(names) | nearly_names(), max_size=3))
def test_no_extension_is_too_odd_for_facts(extensions: dict[str, bytes]) -> None:
    now = datetime.now(timezone.utc)
    odd = built(now, *(x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), der) for oid, der in extensions.items()))
    chain = parse_pem(pem(odd.public_bytes(Encoding.DER)))
    try:
        facts = chain_facts(chain, now)
    except CertificateParseError:
        assert extensions
        return
    assert set(facts) == set(NO_FACTS)
    json.dumps(facts)


def der(tag: int, content: bytes) -> bytes:
    """An element of up to 65535 bytes."""
    size = len(content)
    length = [size] if size < 0x80 else [0x81, size] if size < 0x100 else [0x82, *size.to_bytes(2, "big")]
    return bytes([tag, *length]) + content


@pytest.mark.parametrize(
    ("octets", "readable"),
    [(b"\x01", True), (b"\x00", True), (b"\x00\xff", True), (b"\x0a\xbc", True), (b"\xff", True), (b"\x80\x01", True),
     (b"\x7f" * 20, True), (b"\x7f" * 100, True), (b"\x7f" * 2000, False)],
)  # fmt: skip
def test_a_serial_number_is_what_openssl_prints_unless_it_is_far_too_long(
    octets: bytes, readable: bool, now: datetime
) -> None:
    small = built(now)
    version, serial = b"\xa0\x03\x02\x01\x02", b"\x02\x01\x01"
    head, body = small.tbs_certificate_bytes.split(version + serial)
    rest = small.public_bytes(Encoding.DER).split(head + version + serial + body)[1]  # the signature
    large = version + der(0x02, octets) + body
    certificate = pem(der(0x30, der(0x30, large) + rest))
    chain = parse_pem(certificate)
    if readable:
        assert chain_facts(chain, now)["serial_number"] == serial_number(certificate)
    else:
        with pytest.raises(CertificateParseError, match="a field of the certificate cannot be parsed"):
            chain_facts(chain, now)


def test_every_kind_of_alternative_name(now: datetime) -> None:
    odd = built(now, x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), names))
    assert chain_facts([odd], now)["subject_alternative_names"] == [
        "DNS:a.example.com",
        "email:a@example.com",
        "URI:https://a.example.com",
        "RID:1.2.3",
        "IP:192.0.2.1",
        "dirName:",
        "otherName:1.2.3",
    ]
