# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Material from options: whatever a user gives is taken as it is meant, or refused with a documented error."""

from __future__ import annotations

import base64
import json
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import chains
import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import Stored
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.plan import Change, plan_change
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.wanted import Wanted
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._product.names import CA_BUNDLES, KNOWN
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.desired import read_desired
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.installed import Installed
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import (
    sha256_fingerprints,
    to_pem,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.requirements import (
    check_requirements,
)
from chains import make
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from simulator.authority import Material
from simulator.keys import leaf_key

NAMES = sorted(KNOWN)
KEY = ec.generate_private_key(ec.SECP256R1())
KEY_PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
THOUSANDS = 3000

names = st.sampled_from(NAMES)
options = st.sampled_from(["certificate", "certificate_path"])
oids = st.sampled_from(["2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.35", "2.5.29.37", "1.3.6.1.4.1.1"])


def pem(der: bytes) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(der).decode()}-----END CERTIFICATE-----\n"


def built(
    number: int, *extensions: tuple[str, bytes], names: tuple[str, str] = (chains.FQDN, chains.FQDN)
) -> x509.Certificate:
    """A certificate with these names of its subject and its issuer. All have the same key."""
    now = datetime.now(timezone.utc)
    subject, issuer = map(chains.name, names)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(KEY.public_key())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=300))
    for oid, content in extensions:
        builder = builder.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), content), critical=False)
    return builder.serial_number(number).sign(KEY, hashes.SHA256())


def planned(name: str, certificate: str, key: str | None) -> Change | CertificateError:
    """What becomes of what a user gives, up to the first request that changes something."""
    now = datetime.now(timezone.utc)
    params = {"certificate": certificate, "private_key": None if name in CA_BUNDLES else key}
    try:
        wanted = read_desired(name, params, now)
        change = plan_change(Wanted(name, wanted), None, force=False, now=now)
    except CertificateError as error:
        return error
    check_requirements(
        name, wanted.certificates, fqdn="cluster.example.com", versions=frozenset({"8.0.20-96"}), now=now
    )
    return change


def assert_presentable(outcome: Change | CertificateError) -> None:
    if isinstance(outcome, CertificateError):
        json.dumps(outcome.failure)
        assert outcome.failure["option"] in outcome.message
        assert "-----" not in outcome.message
    else:
        json.dumps([outcome.after, outcome.diff])


def ders_of(material: Material) -> list[bytes]:
    return [one.public_bytes(serialization.Encoding.DER) for one in material.chain]


@given(name=names, length=st.integers(1, 3), which=st.integers(0), position=st.integers(0), byte=st.integers(0, 255))
def test_damaged_certificates_are_taken_or_refused(
    material: Material, name: str, length: int, which: int, position: int, byte: int
) -> None:
    ders = [bytearray(der) for der in ders_of(material)[:length]]
    damaged = ders[which % length]
    damaged[position % len(damaged)] = byte
    assert_presentable(planned(name, "".join(pem(bytes(der)) for der in ders), str(material.key_pem)))


@pytest.mark.parametrize("name", ["proxy", "mtls_trusted_ca"])
@pytest.mark.parametrize("damaged", [0, 1, 2])
def test_a_malformed_subject_is_no_crash(material: Material, name: str, damaged: int) -> None:
    ders = ders_of(material)
    subject = str(material.chain[damaged].subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value).encode()
    assert subject in ders[damaged]
    ders[damaged] = ders[damaged].replace(subject, b"\xff" * len(subject))
    outcome = planned(name, "".join(map(pem, ders)), str(material.key_pem))
    assert_presentable(outcome)
    if name == "proxy":
        assert isinstance(outcome, CertificateError)
        assert outcome.kind == "chain_order"


@pytest.mark.parametrize(
    "known",
    [
        pytest.param("06072a8648ce3d0201", id="type of key"),
        pytest.param("06082a8648ce3d030107", id="curve"),
    ],
)
def test_a_public_key_that_nobody_knows_is_refused(known: str) -> None:
    der = built(1).public_bytes(serialization.Encoding.DER)
    assert bytes.fromhex(known) in der
    outcome = planned("proxy", pem(der.replace(bytes.fromhex(known), bytes.fromhex(known[:-2] + "7f"))), KEY_PEM)
    assert isinstance(outcome, CertificateError)
    assert outcome.failure == {"kind": "invalid_certificate", "option": "certificate"}


@given(name=names, extensions=st.dictionaries(oids, st.binary(max_size=40), max_size=3))
def test_no_extension_is_too_odd(name: str, extensions: dict[str, bytes]) -> None:
    outcome = planned(name, pem(built(1, *extensions.items()).public_bytes(serialization.Encoding.DER)), KEY_PEM)
    assert_presentable(outcome)
    if isinstance(outcome, CertificateError):
        assert extensions
        assert outcome.kind == "invalid_certificate"


@given(name=names, content=st.binary(), option=options, framed=st.booleans())
def test_any_bytes_are_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes, option: str, framed: bool
) -> None:
    if framed:
        content = b"-----BEGIN CERTIFICATE-----\n" + content + b"\n-----END CERTIFICATE-----\n"
    path = tmp_path_factory.getbasetemp() / "bytes.pem"
    path.write_bytes(content)
    given_as = {"certificate": content.decode("utf-8", "surrogateescape"), "certificate_path": str(path)}
    with pytest.raises(CertificateError) as raised:
        read_desired(name, {option: given_as[option]}, datetime.now(timezone.utc))
    assert raised.value.kind in ("invalid_certificate", "missing_certificate")
    assert_presentable(raised.value)


@given(
    key=st.binary().map(lambda content: content.decode("utf-8", "surrogateescape")),
    label=st.sampled_from(["PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", None]),
    passphrase=st.none() | st.text(st.characters()),
)
def test_any_bytes_are_no_private_key(key: str, label: str | None, passphrase: str | None) -> None:
    text = key if label is None else f"-----BEGIN {label}-----\n{key}\n-----END {label}-----"
    params = {
        "certificate": pem(built(1).public_bytes(serialization.Encoding.DER)),
        "private_key": text,
        "private_key_passphrase": passphrase,
    }
    with pytest.raises(CertificateError) as raised:
        read_desired("proxy", params, datetime.now(timezone.utc))
    assert raised.value.kind in (
        "missing_private_key",
        "invalid_private_key",
        "passphrase_missing",
        "passphrase_wrong",
    )
    assert_presentable(raised.value)


@pytest.fixture(scope="module")
def thousands() -> list[x509.Certificate]:
    return [built(number) for number in range(1, THOUSANDS + 1)]


def test_a_bundle_of_thousands_counts_each_once(thousands: list[x509.Certificate], now: datetime) -> None:
    text = to_pem(thousands)
    wanted = read_desired("mtls_trusted_ca", {"certificate": text + text}, now)
    assert list(wanted.certificates) == thousands
    installed = Installed.of("mtls_trusted_ca", Stored(to_pem(thousands[::-1]), None), now)
    assert installed.facts["chain_length"] == THOUSANDS
    change = plan_change(Wanted(wanted.name, wanted), installed, force=False, now=now)
    assert change.action == "none"


def test_a_chain_of_thousands_is_in_order_or_not(thousands: list[x509.Certificate], now: datetime) -> None:
    names = (chains.FQDN, "another")
    text = to_pem(built(number, names=names if number % 2 else names[::-1]) for number in range(1, THOUSANDS + 1))
    assert_presentable(planned("proxy", text, KEY_PEM))
    wanted = read_desired("proxy", {"certificate": text, "private_key": KEY_PEM}, now)
    assert len(wanted.certificates) == THOUSANDS
    # Of the same name and key, each is issued by any other; but a root ends its line.
    with pytest.raises(CertificateError, match=r"certificate 1 .* not issued by certificate 2") as raised:
        read_desired("proxy", {"certificate": to_pem(thousands), "private_key": KEY_PEM}, now)
    assert raised.value.kind == "chain_order"


def p7(*certificates: chains.Issued) -> str:
    """PKCS#7, in which the order depends on the bytes of the certificates."""
    return pkcs7.serialize_certificates([one.certificate for one in certificates], serialization.Encoding.PEM).decode()


def test_the_leaf_in_pkcs7_is_what_the_key_is_for(now: datetime) -> None:
    root = make("Root", ca=True)
    issuing, *others = (make("Issuing", root, ca=True) for _number in range(8))
    old, leaf, own = (make(chains.FQDN, issuing) for _number in range(3))
    self_signed = make(chains.FQDN, ca=True)
    for one, line, more in (
        (leaf, [leaf, issuing, root], others),
        (leaf, [leaf, issuing, root], [old, *others]),
        (self_signed, [self_signed], others),
    ):
        wanted = read_desired("proxy", {"certificate": p7(*line, *more), "private_key": one.key_pem}, now)
        assert list(wanted.certificates) == [each.certificate for each in line]
    for key_pem, kind in ((own.key_pem, "key_mismatch"), (None, "chain_order")):
        with pytest.raises(CertificateError, match=f"may be the leaf: CN={chains.FQDN}; CN={chains.FQDN}") as raised:
            read_desired("proxy", {"certificate": p7(leaf, old, issuing, root), "private_key": key_pem}, now)
        assert raised.value.kind == kind


def read(name: str, **params: object) -> tuple[str, ...]:
    """The fingerprints of what is read."""
    return tuple(sha256_fingerprints(read_desired(name, params, datetime.now(timezone.utc)).certificates))


def test_what_only_openssl_parses_is_read_like_any_other(tmp_path: Path) -> None:
    root = make("Example Root", ca=True, patch=chains.version_2)
    leaf = make(chains.FQDN, root, patch=chains.critical_false)
    whole = tuple(sha256_fingerprints([leaf.der, root.der]))
    files = {"leaf.der": leaf.der, "key.pem": leaf.key_pem.encode(), "chain.pem": (leaf.pem + root.pem).encode()}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    command = ["openssl", "crl2pkcs7", "-nocrl", "-certfile", str(tmp_path / "chain.pem")]
    p7b = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for given_as in (
        {"certificate": leaf.pem + root.pem},
        {"certificate": leaf.pem, "issuers": root.pem},
        {"certificate": leaf.pem + leaf.pem, "issuers": make("Stranger", ca=True).pem + root.pem},
        {"certificate_path": str(tmp_path / "leaf.der"), "issuers": root.pem},
        {"certificate": p7b},
    ):
        assert read("proxy", **given_as, private_key_path=str(tmp_path / "key.pem")) == whole, given_as
    bundle = make("Another", ca=True).pem + root.pem
    assert read("mtls_trusted_ca", certificate=bundle)[1:] == whole[1:]


def test_what_only_openssl_parses_has_to_fit_too() -> None:
    root = make("Example Root", ca=True)
    leaf = make(chains.FQDN, root, patch=chains.critical_false)
    gone = make(chains.FQDN, root, patch=chains.critical_false, days=(-9, -1))
    early = make(chains.FQDN, root, patch=chains.critical_false, days=(9, 20))
    old_ca = make("Old", ca=True, patch=chains.critical_false, days=(-9, -1))
    for name, text, key, kind in (
        ("proxy", leaf.pem + root.pem, root.key_pem, "key_mismatch"),
        ("proxy", leaf.pem + make("Stranger", ca=True).pem, leaf.key_pem, "chain_order"),
        ("proxy", gone.pem + root.pem, gone.key_pem, "certificate_expired"),
        ("proxy", early.pem + root.pem, early.key_pem, "certificate_not_yet_valid"),
        ("mtls_trusted_ca", root.pem + old_ca.pem, None, "certificate_expired"),
    ):
        outcome = planned(name, text, key)
        assert isinstance(outcome, CertificateError)
        assert outcome.kind == kind


def test_openssl_compares_keys_that_cryptography_cannot_read(tmp_path: Path) -> None:
    """Explicit parameters of a curve: cryptography 40 refuses them in a certificate."""
    pair, named = tmp_path / "pair.pem", tmp_path / "named.pem"
    explicit = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit"]
    made = ["req", "-x509", "-newkey", *explicit, "-nodes", "-subj", "/CN=x", "-keyout", str(pair), "-out", str(pair)]
    for command in (made, ["pkey", "-in", str(pair), "-ec_param_enc", "named_curve", "-out", str(named)]):
        subprocess.run(["openssl", *command], check=True, capture_output=True)
    text = pair.read_text()
    certificate = text[text.index("-----BEGIN CERTIFICATE") :]
    assert len(read("unheard_of", certificate=certificate, private_key=named.read_text())) == 1
    for other in (KEY_PEM, leaf_key("rsa").pem):
        outcome = planned("unheard_of", certificate, other)
        assert isinstance(outcome, CertificateError)
        assert outcome.kind in ("key_mismatch", "invalid_certificate")
        assert_presentable(outcome)


@pytest.mark.parametrize("path", ["a\0b", "\ud800"], ids=["NUL", "half a surrogate pair"])
def test_a_path_that_no_file_can_have_is_refused(now: datetime, path: str) -> None:
    with pytest.raises(CertificateError, match=r"cannot be read \(Invalid argument\)") as raised:
        read_desired("proxy", {"certificate_path": path}, now)
    assert raised.value.kind == "unreadable_file"
