# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The material that tests are made of, and that no key shows by accident."""

from __future__ import annotations

import base64
import ssl
import textwrap
from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from simulator import Authority, Cluster
from simulator.keys import KINDS, secret_lines


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("rsa", rsa.RSAPrivateKey),
        ("rsa1024", rsa.RSAPrivateKey),
        ("rsa3072", rsa.RSAPrivateKey),
        ("ec", ec.EllipticCurvePrivateKey),
        ("ed25519", ed25519.Ed25519PrivateKey),
    ],
)
@pytest.mark.parametrize("passphrase", [None, "secret"])
def test_the_key_belongs_to_the_leaf(authority: Authority, kind: str, expected: type, passphrase: str | None) -> None:
    material = authority.issue(key=kind, passphrase=passphrase)
    key = load_pem_private_key(material.key_pem.encode(), passphrase.encode() if passphrase else None)
    assert isinstance(key, expected)
    assert key.public_key() == material.leaf.public_key()


def test_unknown_kinds_of_keys_are_named(authority: Authority) -> None:
    with pytest.raises(ValueError, match=r"dsa"):
        authority.issue(key="dsa")
    assert "rsa4096" in KINDS


@pytest.mark.parametrize("intermediates", [0, 1, 3])
@pytest.mark.parametrize("root", [True, False])
def test_the_chain_is_leaf_first_and_each_is_issued_by_the_next(
    authority: Authority, intermediates: int, root: bool
) -> None:
    material = authority.issue(intermediates=intermediates, root=root)
    assert len(material.chain) == 1 + intermediates + root
    full = [*material.chain, *([] if root else [authority.certificate])]
    for lower, upper in zip(full, full[1:], strict=False):
        lower.verify_directly_issued_by(upper)
    assert x509.load_pem_x509_certificates(material.certificate_pem.encode()) == list(material.chain)
    assert material.certificate_pem == material.leaf_pem + material.chain_pem
    assert material.chain_fingerprints[0] == material.fingerprint
    assert ssl.PEM_cert_to_DER_cert(material.leaf_pem)


def test_validity_counts_from_now(authority: Authority) -> None:
    now = datetime.now(timezone.utc)
    leaf = authority.issue(days=-2).leaf
    assert leaf.not_valid_before_utc < leaf.not_valid_after_utc < now - timedelta(days=1.9)
    leaf = authority.issue(not_before=3, days=9).leaf
    assert now + timedelta(days=2.9) < leaf.not_valid_before_utc < leaf.not_valid_after_utc
    moment = datetime(2040, 1, 2, tzinfo=timezone.utc)
    assert authority.issue(days=moment).leaf.not_valid_after_utc == moment


def test_names_cover_the_cluster_unless_others_are_given(authority: Authority) -> None:
    names = authority.issue("c.example.org").leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    fqdns = names.get_values_for_type(x509.DNSName)
    assert {"c.example.org", "*.c.example.org", "internal.c.example.org", "*.internal.c.example.org"} <= set(fqdns)
    given = authority.issue(sans=["DNS:a.example.org", "IP:192.0.2.1", "b.example.org", "2001:db8::1"]).leaf
    names = given.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["a.example.org", "b.example.org"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.1", "2001:db8::1"]


def test_successive_issues_have_different_keys_whoever_issues() -> None:
    keys = [Authority().issue().key_pem for _number in range(6)]
    assert len(set(keys)) == len(keys)


def test_nothing_with_a_repr_shows_a_key_or_a_password(cluster: Cluster, authority: Authority) -> None:
    material = authority.issue()
    cluster.set_certificate("proxy", material.certificate_pem, material.key_pem)
    shown = [cluster, cluster.nodes, cluster.nodes[0].stored, cluster.users, material, material.key_pem, authority]
    text = repr(shown) + "".join(map(str, (cluster, cluster.nodes, cluster.nodes[0].stored, cluster.users, material)))
    secrets = [user.password for user in cluster.users.values()] + material.key_pem.splitlines()
    assert [secret for secret in secrets if secret in text] == []


@pytest.mark.parametrize("kind", ["rsa", "ec", "ed25519"])
def test_secret_lines_are_in_no_certificate_whatever_its_public_key_comes_behind(
    authority: Authority, kind: str
) -> None:
    material = authority.issue(key=kind)
    public = material.leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    certificates = [textwrap.fill(base64.b64encode(bytes(before) + public).decode(), 64) for before in range(48)]
    secret = secret_lines(material.key_pem)
    assert secret
    assert not [line for line in secret for text in certificates if line in text]
    # It is the public half of a key with which this happens.
    shared = [line for line in material.key_pem.splitlines() for text in certificates if line in text]
    assert bool(shared) is (kind != "ed25519")
