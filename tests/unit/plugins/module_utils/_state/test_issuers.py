# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options issuers and issuers_path: what a source leaves out of a chain is appended, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import find_secrets
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import parts_of_keys
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.desired import read_desired
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import complete_chain
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from simulator.authority import Authority, Form, Material, pem_of, self_signed


@pytest.fixture(scope="module")
def full(authority: Authority) -> Material:
    """A leaf, two intermediates and the root."""
    return authority.issue("cluster.example.com", intermediates=2, root=True)


def pem(certificates: Sequence[x509.Certificate]) -> str:
    return "".join(map(pem_of, certificates))


def options(full: Material, given: Sequence[x509.Certificate], **more: Any) -> dict[str, Any]:
    return {"certificate": pem(given), "private_key": str(full.key_pem), **more}


def refused(name: str, params: dict[str, Any], now: datetime) -> CertificateError:
    with pytest.raises(CertificateError) as raised:
        read_desired(name, params, now)
    assert f"option {raised.value.data['option']}" in raised.value.message
    return raised.value


@pytest.mark.parametrize("given", [1, 2, 3, 4])
def test_what_is_missing_is_appended_in_order(full: Material, other: Material, given: int, now: datetime) -> None:
    leaf, lower, upper, root = full.chain
    for issuers in ([lower, upper, root], [root, upper, lower], [root, root, other.leaf, leaf, upper, lower, upper]):
        params = options(full, full.chain[:given], issuers=pem(issuers))
        assert read_desired("proxy", params, now).certificates == full.chain


def test_issuers_may_end_before_the_root(full: Material, now: datetime) -> None:
    params = options(full, full.chain[:1], issuers=pem(full.chain[1:2]))
    assert read_desired("proxy", params, now).certificates == full.chain[:2]


def test_they_continue_files_of_any_kind(full: Material, tmp_path: Path, now: datetime) -> None:
    leaf, lower, upper, root = full.chain
    (tmp_path / "chain.pem").write_text(pem([leaf, lower]))
    (tmp_path / "leaf.key").write_text(str(full.key_pem))
    (tmp_path / "issuers.pem").write_text(f"the issuers\r\n{pem([root, upper, lower])}")
    key: Any = load_pem_private_key(str(full.key_pem).encode(), None)
    (tmp_path / "chain.p12").write_bytes(
        pkcs12.serialize_key_and_certificates(b"proxy", key, leaf, [lower], NoEncryption())
    )
    issuers = {"issuers_path": str(tmp_path / "issuers.pem")}
    files = {
        "certificate_path": str(tmp_path / "chain.pem"),
        "private_key_path": str(tmp_path / "leaf.key"),
    }
    for given in (files, {"pkcs12_path": str(tmp_path / "chain.p12")}):
        assert read_desired("proxy", {**given, **issuers}, now).certificates == full.chain


@pytest.mark.parametrize("option", ["issuers", "issuers_path"])
def test_issuers_that_continue_nothing_are_refused(
    full: Material, other: Material, option: str, tmp_path: Path, now: datetime
) -> None:
    path = tmp_path / "issuers.pem"
    for issuers in ([other.leaf], full.chain[:2], full.chain[3:]):
        path.write_text(pem(issuers))
        given = {"issuers": pem(issuers), "issuers_path": str(path)}[option]
        error = refused("proxy", options(full, full.chain[:2], **{option: given}), now)
        assert error.failure == {"kind": "issuer_missing", "option": option}
        subject = full.chain[1].subject.rfc4514_string()
        assert f"none of its certificates issued certificate 2 of the chain ({subject})" in error.message


def test_a_namesake_of_the_root_is_not_appended(
    authority: Authority, namesake: x509.Certificate, now: datetime
) -> None:
    issued = authority.issue(root=False)
    error = refused("proxy", options(issued, issued.chain, issuers=pem_of(namesake)), now)
    assert error.kind == "issuer_missing"


@pytest.mark.parametrize("issuers", ["nothing", "-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----"])
def test_what_is_no_certificate_is_refused(full: Material, issuers: str, now: datetime) -> None:
    error = refused("proxy", options(full, full.chain, issuers=issuers), now)
    assert error.failure == {"kind": "invalid_certificate", "option": "issuers"}


@pytest.mark.parametrize("cut", [False, True])
def test_a_private_key_among_them_is_refused_and_not_shown(full: Material, cut: bool, now: datetime) -> None:
    key = str(full.key_pem).strip()
    issuers = f"{full.ca_pem}{key[:-40] if cut else key}"
    error = refused("proxy", options(full, full.chain[:3], issuers=issuers), now)
    assert error.failure == {"kind": "unexpected_private_key", "option": "issuers"}
    assert "-----" not in error.message


def test_a_private_key_among_them_is_a_secret_wherever_it_stands(full: Material) -> None:
    key = str(full.key_pem).strip()
    entry = {"issuers": f"{full.ca_pem}{key}\n"}
    for params in (entry, {"certificates": [entry]}, {"clusters": [{"url": None}, {"certificates": [{}, entry]}]}):
        assert find_secrets(params, {}) == parts_of_keys(key)


@pytest.mark.parametrize("option", ["issuers", "issuers_path"])
def test_bundles_have_no_issuers(full: Material, option: str, now: datetime) -> None:
    error = refused("mtls_trusted_ca", {"certificate": full.ca_pem, option: "given"}, now)
    assert error.failure == {"kind": "invalid_option", "option": option}
    assert "Add them to certificate." in error.message


def test_of_several_that_fit_the_root_and_then_the_newest_counts(authority: Authority, now: datetime) -> None:
    """A CA that was renewed with its key, and one that another CA has cross-signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    old, new, longest = (
        authority.sign(Form("Renewed CA", ca=True, days=days, not_before=now - timedelta(days=9)), key)
        for days in (-1, 100, 900)
    )
    root = self_signed(Form("Renewed CA", ca=True, days=50), key)
    leaf = Form("cluster.example.com").sign(key, old.subject, key)
    for issuers in ([old, new], [new, old]):
        assert complete_chain([leaf], [*issuers, authority.certificate]) == (leaf, new, authority.certificate)
    assert complete_chain([leaf], [longest, root, new]) == (leaf, root)


@pytest.mark.parametrize("length", [1, 2])
def test_a_root_takes_the_place_of_one_that_another_ca_has_signed_or_that_has_expired(
    authority: Authority, now: datetime, length: int
) -> None:
    """OpenSSL finds a trusted root by its name and key, whatever the chain ends in."""
    key, lower_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for dummy in range(3))
    root, expired = (
        self_signed(Form("Twin", ca=True, days=days, not_before=now - timedelta(days=9)), key) for days in (100, -1)
    )
    crossed = authority.sign(Form("Twin", ca=True, days=900), key)
    lower = Form("Lower CA", ca=True).sign(lower_key, root.subject, key)
    issued = [Form("leaf").sign(leaf_key, lower.subject, lower_key), lower]
    line = tuple(issued if length == 2 else [Form("leaf").sign(leaf_key, root.subject, key)])
    private_key = leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    for last, issuers in ((crossed, [root]), (root, [crossed]), (expired, [root]), (crossed, [expired, root])):
        params = {"certificate": pem([*line, last]), "private_key": private_key, "issuers": pem(issuers)}
        assert read_desired("proxy", params, now).certificates == (*line, root)
    with_issuer = {"certificate": pem([*line, crossed]), "issuers": pem([root, authority.certificate])}
    found = read_desired("proxy", {**with_issuer, "private_key": private_key}, now).certificates
    assert found == (*line, crossed, authority.certificate)
