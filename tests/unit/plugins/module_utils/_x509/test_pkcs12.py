# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""PKCS#12 files, from bytes to material."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import (
    CertificateError,
    MaterialProblem,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.desired import read_desired
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.pkcs12 import load_pkcs12
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.private_key import key_matches
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    NoEncryption,
    load_pem_private_key,
    pkcs12,
)
from simulator.authority import Authority, Material

PASSPHRASE = "open sesame"


def exported(
    material: Material | None, others: Sequence[x509.Certificate] = (), *, passphrase: str | None = PASSPHRASE
) -> bytes:
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    key: Any = load_pem_private_key(str(material.key_pem).encode(), None) if material else None
    leaf = material.leaf if material else None
    return pkcs12.serialize_key_and_certificates(b"proxy", key, leaf, list(others) or None, encryption)


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None])
def test_the_chain_comes_leaf_first_whatever_the_order(
    authority: Authority, other: Material, passphrase: str | None
) -> None:
    material = authority.issue(intermediates=2, root=True)
    for others in (material.chain[1:], material.chain[:0:-1], (other.leaf, material.chain[3], *material.chain[1:3])):
        data = exported(material, others, passphrase=passphrase)
        content = load_pkcs12(data, Secret(passphrase) if passphrase else None)
        assert content.certificates == material.chain


def test_a_chain_with_a_gap_ends_at_the_gap(material: Material) -> None:
    content = load_pkcs12(exported(material, material.chain[2:]), Secret(PASSPHRASE))
    assert content.certificates == material.chain[:1]


def test_material(authority: Authority, now: datetime, tmp_path: Path) -> None:
    issued = authority.issue(key="ec", intermediates=1)
    path = tmp_path / "proxy.p12"
    path.write_bytes(exported(issued, issued.chain[1:]))
    given = {"pkcs12_path": str(path), "private_key_passphrase": PASSPHRASE}
    material = read_desired("proxy", given, now)
    assert material.certificate_pem() == issued.certificate_pem
    assert key_matches(material.load_key(check=True), issued.leaf)


def test_numbers_that_do_not_fit_are_refused(material: Material) -> None:
    loaded: Any = load_pem_private_key(str(material.key_pem).encode(), None)
    numbers = loaded.private_numbers()
    key = rsa.RSAPrivateNumbers(
        numbers.p, numbers.q, numbers.d, numbers.dmp1 + 2, numbers.dmq1, numbers.iqmp, numbers.public_numbers
    ).private_key(unsafe_skip_rsa_key_validation=True)
    data = pkcs12.serialize_key_and_certificates(None, key, material.leaf, None, NoEncryption())
    with pytest.raises(MaterialProblem):
        load_pkcs12(data, None)


def test_a_bundle_has_no_key(authority: Authority, now: datetime, tmp_path: Path) -> None:
    path = tmp_path / "ca.p12"
    path.write_bytes(exported(None, [authority.certificate]))
    given = {"pkcs12_path": str(path), "private_key_passphrase": PASSPHRASE}
    material = read_desired("mtls_trusted_ca", given, now)
    assert material.certificates == (authority.certificate,)
    assert material.key_source is None
    with pytest.raises(CertificateError, match="pkcs12_path: the private key is missing"):
        read_desired("proxy", given, now)


@pytest.mark.parametrize(
    ("passphrase", "damaged", "kind"),
    [
        (None, False, "passphrase_missing"),
        ("open barley", False, "passphrase_wrong"),
        (PASSPHRASE, True, "passphrase_wrong"),
        (None, True, "passphrase_missing"),
    ],
)
def test_unusable_files(
    material: Material, now: datetime, tmp_path: Path, passphrase: str | None, damaged: bool, kind: str
) -> None:
    path = tmp_path / "proxy.p12"
    path.write_bytes(b"no such thing" if damaged else exported(material))
    with pytest.raises(CertificateError) as raised:
        read_desired("proxy", {"pkcs12_path": str(path), "private_key_passphrase": passphrase}, now)
    assert raised.value.failure["kind"] == kind
    assert raised.value.failure["option"] == "pkcs12_path"


def test_a_key_for_a_bundle_is_refused(material: Material, now: datetime, tmp_path: Path) -> None:
    path = tmp_path / "ca.p12"
    path.write_bytes(exported(material, passphrase=None))
    with pytest.raises(CertificateError, match="takes no private key") as raised:
        read_desired("mtls_trusted_ca", {"pkcs12_path": str(path)}, now)
    assert raised.value.failure["option"] == "pkcs12_path"


def test_a_file_without_the_certificate_of_its_key(material: Material) -> None:
    key: Any = load_pem_private_key(str(material.key_pem).encode(), None)
    data = pkcs12.serialize_key_and_certificates(None, key, None, None, NoEncryption())
    with pytest.raises(MaterialProblem, match="no certificate that belongs to its private key"):
        load_pkcs12(data, None)
