# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import chains
import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import (
    CertificateParseError,
    complete_chain,
    in_pkcs7,
    issued_by,
    not_after,
    not_before,
    parse_der,
    parse_pem,
    sha256_fingerprint,
    subject_text,
    to_pem,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.encodings import der_to_pem
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.facts import chain_facts
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.opaque import OpaqueCertificate
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.private_key import key_matches
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.requirements import check_requirements
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.trial import refusals
from chains import CLIENT, FQDN, ODD, SERVER, Element, Issued, make
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

Patch = Callable[[list[Element]], None]

ROOT = make("Example Root", ca=True)
ISSUER = parse_der([ROOT.der])[0]
NAMESAKE = make("Example Root", ca=True, key=rsa.generate_private_key(65537, 2048)).certificate

#: Fields of which facts are made: where one is refused, there are none.
SHOWN = re.compile("Extension::|TbsCertificate::subject")


def odd(patch: Patch, **more: Any) -> tuple[Issued, OpaqueCertificate]:
    made = make(FQDN, ROOT, patch=patch, **more)
    (found,) = parse_pem(made.pem)
    assert isinstance(found, OpaqueCertificate)
    return made, found


@pytest.mark.parametrize("field", ODD)
def test_every_other_field_is_read(field: str) -> None:
    now = datetime.now(timezone.utc)
    made, found = odd(ODD[field])
    plain = make(FQDN, ROOT, key=made.key).certificate
    assert found.reason == field
    assert (found.der, to_pem([found])) == (made.der, made.pem)
    assert abs(not_before(found) - not_before(plain)).total_seconds() < 60
    assert abs(not_after(found) - not_after(plain)).total_seconds() < 60
    assert key_matches(made.key, found)
    assert not key_matches(ROOT.key, found)
    assert found.signature_hash_algorithm.name == "sha256"
    if "subject" in field:
        assert subject_text(found) == "with a malformed subject"
    else:
        assert subject_text(found) == f"CN={FQDN}"
    if SHOWN.search(field):
        with pytest.raises(CertificateParseError, match=field):
            chain_facts([found], now)
    else:
        assert chain_facts([found], now)["subject_alternative_names"][0] == f"DNS:{FQDN}"


@pytest.mark.parametrize("field", ODD)
def test_who_issued_it_and_whom_it_issued_is_known(field: str) -> None:
    _made, found = odd(ODD[field])
    assert issued_by(found, ISSUER)
    assert not issued_by(found, NAMESAKE)
    assert not issued_by(found, parse_der([make("Another", ca=True).der])[0])
    assert not issued_by(found, found)
    assert complete_chain([found], [ISSUER]) == (found, ISSUER)
    root = make("Odd Root", ca=True, patch=None if "subject" in field else ODD[field])
    (odd_root,) = parse_der([root.der])
    assert issued_by(parse_der([make(FQDN, root).der])[0], odd_root)
    assert issued_by(odd_root, odd_root)


def test_a_name_that_only_openssl_reads_is_the_same_where_its_bytes_are() -> None:
    issuing = make("Example Issuing", ROOT, ca=True, patch=chains.unsorted_name)
    fields: Any = chains.parse(issuing.der)[0][1]

    def name_issuer(tbs: list[Element]) -> None:
        tbs[3] = fields[0][1][5]

    leaf = make(FQDN, issuing, patch=name_issuer)
    found = parse_der([leaf.der, issuing.der, ROOT.der])
    assert issued_by(found[0], found[1])
    ids = [one.id for one in judged(found)]
    assert ids == ["unparsed_certificate"] * 2


def judged(chain: Any, name: str = "proxy") -> Any:
    now = datetime.now(timezone.utc)
    return check_requirements(name, chain, fqdn=FQDN, versions=frozenset({"8.0.20-96"}), now=now)


@pytest.mark.parametrize("field", ODD)
def test_openssl_verifies_it(field: str) -> None:
    made, _found = odd(ODD[field])
    refused = refusals(
        made.pem, Secret(made.key_pem), anchor_pem=ROOT.pem, host=FQDN, purposes=("serverAuth", "clientAuth")
    )
    assert refused == {}


@pytest.mark.parametrize("name", ["proxy", "syncer", "dp_internode_encryption", "mtls_trusted_ca", "unheard_of"])
@pytest.mark.parametrize("field", ODD)
def test_it_is_one_finding(field: str, name: str) -> None:
    _made, found = odd(ODD[field])
    only = [one for one in judged([found, ISSUER], name) if one.id != "not_a_ca"]
    assert [(one.id, one.severity) for one in only] == [("unparsed_certificate", "warning")]
    assert f"({field})" in only[0].found
    assert only[0].found.startswith("certificate 1")


def test_what_can_be_read_is_judged() -> None:
    _made, gone = odd(chains.critical_false, days=(-30, -1))
    assert [one.id for one in judged([gone, ISSUER])] == ["expired", "unparsed_certificate"]
    _made, alone = odd(chains.version_2, extensions=[x509.ExtendedKeyUsage([SERVER])])
    assert [one.id for one in judged([alone, ISSUER])] == ["eku_missing", "unparsed_certificate"]
    assert CLIENT  # which it lacks
    stranger = parse_der([make("Stranger", ca=True).der])[0]
    assert [one.id for one in judged([alone, stranger])][:1] == ["chain_order"]


def test_openssl_says_whether_it_is_a_ca() -> None:
    for ca in (True, False):
        odd_one = make(
            "Issuing", ROOT, ca=True, patch=chains.critical_false, extensions=[x509.BasicConstraints(ca, None)]
        )
        chain = parse_der([make(FQDN, odd_one).der, odd_one.der])
        ids = {one.id for one in judged(chain)} - {"chain_without_root", "unparsed_certificate"}
        assert ids == (set() if ca else {"issuer_not_ca"})
        assert ("not_a_ca" in {one.id for one in judged(chain[1:], "mtls_trusted_ca")}) is not ca


@pytest.mark.parametrize("issuer", [ROOT, None])
def test_without_basic_constraints_only_a_root_is_a_ca(issuer: Issued | None) -> None:
    issuing = make("Issuing", issuer, ca=True, patch=chains.critical_false, without=[x509.BasicConstraints])
    chain = parse_der([make(FQDN, issuing).der, issuing.der])
    ids = {one.id for one in judged(chain)} - {"chain_without_root", "unparsed_certificate"}
    assert ids == (set() if issuer is None else {"issuer_not_ca"})


def test_a_key_that_is_damaged_too_is_not_judged() -> None:
    def patch(tbs: list[Element]) -> None:
        chains.critical_false(tbs)
        key = tbs[6][1]
        assert isinstance(key, list)
        key[1] = (0x03, b"\7\xff")  # unused bits that are not zero

    _made, found = odd(patch)
    with pytest.raises(ValueError, match="subject_public_key"):
        found.public_key()
    assert [one.id for one in judged([found, ISSUER], "unheard_of")] == ["unparsed_certificate"]


@pytest.mark.parametrize("patch", [chains.version_4, chains.star_as_printable])
def test_what_only_some_releases_refuse_is_taken_by_all(patch: Patch) -> None:
    made = make(FQDN, ROOT, patch=patch)
    chain = parse_der([made.der, ROOT.der])
    assert [one.severity for one in judged(chain)].count("error") == 0
    assert issued_by(*chain)


def test_it_is_what_its_bytes_say() -> None:
    made, found = odd(chains.critical_false)
    (again,) = parse_der([made.der])
    _other, other = odd(chains.critical_false)
    assert (found == again, found == other, len({found, again, other})) == (True, False, 2)
    assert sha256_fingerprint(found) == sha256_fingerprint(made.der)
    assert not hasattr(found, "unheard_of")


#: What OpenSSL refuses, or verifies no certificate with.
REFUSED: dict[str, Patch] = {
    "InvalidValue in TbsCertificate::serial": chains.padded_serial,
    "InvalidValue in Time::UtcTime": chains.without_seconds,
}


@pytest.mark.parametrize("field", REFUSED)
def test_what_openssl_refuses_is_refused(field: str) -> None:
    odd_one = make(FQDN, ROOT, patch=REFUSED[field])
    with pytest.raises(CertificateParseError) as raised:
        parse_pem(odd_one.pem)
    assert str(raised.value) == f"certificate 1 of 1 cannot be parsed ({field})"


def test_what_follows_it_and_long_lengths_are_not_part_of_it() -> None:
    one = make(FQDN, ROOT)
    ((tag, inside),) = chains.parse(one.der)
    body = chains.encode(inside) if isinstance(inside, list) else inside
    long_length = bytes([tag, 0x83]) + len(body).to_bytes(3, "big") + body
    made, found = odd(chains.critical_false)
    assert parse_der([one.der + b"\n", one.der + bytes(9), long_length]) == (one.certificate,) * 3
    assert parse_der([made.der + b"\0\0"]) == (found,)


def test_pkcs7_and_der_hold_such_ones_too(tmp_path: Path) -> None:
    made, found = odd(chains.critical_false)
    path = tmp_path / "chain.pem"
    path.write_text(made.pem + ROOT.pem)
    command = ["openssl", "crl2pkcs7", "-nocrl", "-certfile", str(path), "-outform", "DER"]
    p7b = subprocess.run(command, check=True, capture_output=True).stdout
    assert in_pkcs7(p7b) == [made.der, ROOT.der]
    assert der_to_pem(p7b) == chains.pem("PKCS7", p7b)
    assert parse_pem(chains.pem("PKCS7", p7b)) == (found, ISSUER)
    assert der_to_pem(made.der) == made.pem


DAMAGED = [odd(patch)[0].der for patch in ODD.values()]


@given(der=st.sampled_from(DAMAGED), position=st.integers(0), byte=st.integers(0, 255), more=st.binary(max_size=3))
def test_no_damage_is_too_odd(der: bytes, position: int, byte: int, more: bytes) -> None:
    damaged = bytearray(der)
    damaged[position % len(der)] = byte
    try:
        chain = [*parse_der([bytes(damaged) + more]), ISSUER]
    except CertificateParseError:
        return
    for name in ("proxy", "mtls_trusted_ca"):
        judged(chain, name)
    complete_chain(chain[:1], chain)
    not_after(chain[0])
    try:
        chain_facts(chain, datetime.now(timezone.utc))
    except CertificateParseError:
        pass
