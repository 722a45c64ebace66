# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be trusted of a chain, and how people give fingerprints."""

from __future__ import annotations

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._trust.anchors import (
    find_anchor,
    parse_fingerprints,
)
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from simulator.authority import Authority, Form, fingerprint_of, self_signed
from simulator.keys import named_key

HEX = "0f" * 32
COLONS = ":".join(["0f"] * 32)


def ders(*certificates: x509.Certificate) -> list[bytes]:
    return [one.public_bytes(Encoding.DER) for one in certificates]


@pytest.mark.parametrize(
    "text", [HEX, HEX.upper(), COLONS, f" {COLONS.upper()}\n", f"SHA256:{HEX}", f"sha256 Fingerprint={COLONS.upper()}"]
)
def test_ways_to_write_a_fingerprint(text: str) -> None:
    assert parse_fingerprints([text]) == {COLONS}


@pytest.mark.parametrize("text", ["", "0f" * 20, HEX + "00", "zz" * 32, f"{COLONS} {COLONS}", "0" + COLONS])
def test_what_is_no_fingerprint(text: str) -> None:
    with pytest.raises(CertificateError, match=r"option fingerprints\[1\]: not a SHA-256 fingerprint"):
        parse_fingerprints([HEX, text])


def test_the_anchor_is_the_last_on_the_line_to_the_root() -> None:
    authority, other = Authority("One"), Authority("Other")
    chain = authority.issue("a.example.com", intermediates=2, root=True).chain
    leaf, lower, upper, root = chain
    for presented, anchor in (
        ([leaf], leaf),
        ([leaf, lower], lower),
        ([leaf, upper, lower], upper),
        ([leaf, root], leaf),  # what lies between is missing, so that nothing shows that it issued the leaf
        ([leaf, lower, upper, root], root),
        ([leaf, lower, other.certificate], lower),
    ):
        assert find_anchor(ders(*presented)).fingerprint == fingerprint_of(anchor)


def test_a_ca_of_the_same_name_that_issued_nothing_is_not_the_anchor() -> None:
    leaf = Authority("Company root").issue("a.example.com").leaf
    namesake = Authority("Company root").certificate
    assert find_anchor(ders(leaf, namesake)).fingerprint == fingerprint_of(leaf)


def test_a_self_signed_certificate_is_its_own_anchor() -> None:
    certificate = self_signed(Form("a.example.com"), named_key("trust").private)
    anchor = find_anchor(ders(certificate))
    assert anchor.facts["self_signed"]
    assert x509.load_pem_x509_certificate(anchor.pem.encode()) == certificate


def test_what_cannot_be_parsed_has_a_fingerprint_all_the_same() -> None:
    anchor = find_anchor([b"0\x03\x02\x01\x01"])
    assert anchor.facts["error"]
    assert len(anchor.fingerprint) == 95
