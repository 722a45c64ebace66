# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates: parsing, comparing, and who issued which."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import (
    CertificateParseError,
    chain_depth,
    is_twin,
    issued_by,
    parse_pem,
    sha256_fingerprint,
    to_pem,
)
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from hypothesis import given
from hypothesis import strategies as st
from simulator.authority import Authority, Form, Material, self_signed
from simulator.keys import PrivateKey, leaf_key
from unit.plugins.module_utils._x509.test_requirements import edited


def test_fingerprint_is_what_openssl_prints(material: Material, tmp_path: Path) -> None:
    path = tmp_path / "leaf.pem"
    path.write_text(material.leaf_pem)
    printed = subprocess.run(
        ["openssl", "x509", "-in", str(path), "-noout", "-fingerprint", "-sha256"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert sha256_fingerprint(material.leaf) == printed.strip().partition("=")[2].lower()


def test_self_signed_needs_more_than_equal_names(authority: Authority, namesake: x509.Certificate) -> None:
    root = authority.certificate
    assert issued_by(root, root)
    assert namesake.subject == root.subject
    assert not issued_by(root, namesake)


def test_twins_have_one_name_and_one_key(authority: Authority, namesake: x509.Certificate) -> None:
    root = self_signed(Form("Root", ca=True), key := ec.generate_private_key(ec.SECP256R1()))
    assert is_twin(root, self_signed(Form("Root", ca=True), key))
    assert is_twin(root, authority.sign(Form("Root", ca=True), key))
    assert not is_twin(root, authority.sign(Form("Another", ca=True), key))
    assert not is_twin(authority.certificate, namesake)


def test_issued_by_follows_the_chain(material: Material) -> None:
    chain = material.chain
    assert [issued_by(lower, upper) for lower, upper in zip(chain, chain[1:])] == [True] * 3
    assert not issued_by(chain[0], chain[2])


def test_normalised_pem(material: Material) -> None:
    messy = "Bag Attributes\r\n" + material.certificate_pem.replace("\n", "\r\n").rstrip()
    assert to_pem(parse_pem(messy)) == material.certificate_pem


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
    with pytest.raises(CertificateParseError, match=message):
        parse_pem(text)


def test_keys_beside_certificates_are_passed_over(material: Material) -> None:
    assert parse_pem(material.key_pem + material.certificate_pem) == material.chain


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def old_signatures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, x509.Certificate]:
    """A leaf, its issuer, and one that merely has the issuer's name; all signed with SHA-1."""
    directory = tmp_path_factory.mktemp("sha1")
    path = {name: str(directory / name) for name in ("request", "issuer", "issuer.key", "namesake", "leaf", "key")}
    new_key = ["-newkey", "rsa:2048", "-nodes"]
    for name, key in (("issuer", "issuer.key"), ("namesake", "key")):
        openssl("req", "-x509", *new_key, "-sha1", "-subj", "/CN=CA", "-keyout", path[key], "-out", path[name])
    openssl("req", "-new", *new_key, "-subj", "/CN=leaf", "-keyout", path["key"], "-out", path["request"])
    by_issuer = ["-CA", path["issuer"], "-CAkey", path["issuer.key"], "-set_serial", "1"]
    openssl("x509", "-req", "-sha1", "-in", path["request"], *by_issuer, "-out", path["leaf"])
    return {
        name: x509.load_pem_x509_certificate(Path(path[name]).read_bytes()) for name in ("leaf", "issuer", "namesake")
    }


def test_signatures_of_an_old_kind_are_verified(old_signatures: dict[str, x509.Certificate]) -> None:
    leaf, issuer, namesake = (old_signatures[name] for name in ("leaf", "issuer", "namesake"))
    assert leaf.signature_algorithm_oid.dotted_string == "1.2.840.113549.1.1.5"
    assert issued_by(leaf, issuer)
    assert not issued_by(leaf, namesake)
    assert issued_by(issuer, issuer)
    assert not issued_by(issuer, leaf)
    assert not issued_by(leaf, leaf)
    assert [chain_depth(chain) for chain in ([leaf], [leaf, issuer], [issuer])] == [2, 2, 1]


KEYS: dict[str, PrivateKey] = {
    "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ec": ec.generate_private_key(ec.SECP256R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
}


@pytest.mark.parametrize("issuer_key", KEYS)
@pytest.mark.parametrize("namesake_key", KEYS)
def test_an_issuer_is_told_by_its_key_and_not_by_its_name(issuer_key: str, namesake_key: str) -> None:
    form = Form("The same name", ca=True)
    issuer = self_signed(form, KEYS[issuer_key])
    namesake = self_signed(form, KEYS[namesake_key])
    leaf = Form("leaf").sign(leaf_key("ec").private, issuer.subject, KEYS[issuer_key])
    assert issued_by(leaf, issuer)
    assert issued_by(leaf, namesake) == (issuer_key == namesake_key)
    assert not issued_by(leaf, Form("Another name", ca=True).sign(KEYS[issuer_key], None, KEYS[issuer_key]))


@pytest.mark.parametrize("signed_with", KEYS)
def test_a_key_that_cannot_sign_issues_nothing(signed_with: str) -> None:
    key: Any = x25519.X25519PrivateKey.generate()
    namesake = Form("The same name", ca=True).sign(key, None, KEYS["ec"])
    leaf = Form("leaf").sign(leaf_key("ec").private, namesake.subject, KEYS[signed_with])
    assert leaf.issuer == namesake.subject
    assert not issued_by(leaf, namesake)


def test_a_signature_that_does_not_fit_is_no_issue(material: Material) -> None:
    leaf, issuer = material.chain[:2]
    assert not issued_by(edited(leaf, leaf.signature[-8:], bytes(8)), issuer)


def test_names_that_cannot_be_read_are_nobody_s(authority: Authority) -> None:
    root = authority.certificate
    leaf = authority.issue().leaf
    odd_root, odd_leaf = (edited(one, b"Unit test CA", b"\xff" * 12) for one in (root, leaf))
    for certificate, issuer in ((leaf, odd_root), (odd_leaf, root), (odd_leaf, odd_root), (odd_root, odd_root)):
        assert not issued_by(certificate, issuer)


@pytest.mark.parametrize("intermediates", [0, 1, 2])
def test_levels_count_a_root_that_is_left_out(authority: Authority, intermediates: int) -> None:
    for root in (False, True):
        assert chain_depth(authority.issue(intermediates=intermediates, root=root).chain) == intermediates + 2


def test_a_self_signed_certificate_has_one_level(authority: Authority) -> None:
    assert chain_depth([authority.certificate]) == 1


def pem(der: bytes) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(der).decode()}\n-----END CERTIFICATE-----\n"


@given(
    der=st.binary(max_size=60) | st.binary(max_size=60).map(lambda content: b"\x30" + bytes([len(content)]) + content)
)
def test_bytes_that_are_no_certificate_are_refused(der: bytes) -> None:
    with pytest.raises(CertificateParseError):
        parse_pem(pem(der))
