# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Private keys: forms that load, reasons why others do not, and what is sent."""

from __future__ import annotations

import base64
import math
import re
import shutil
import subprocess
from functools import partial
from typing import Any

import chains
import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import MaterialProblem
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.private_key import (
    key_matches,
    key_to_pem,
    load_private_key,
)
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, rsa
from simulator.authority import Authority, Material
from simulator.keys import secret_lines


@pytest.mark.parametrize("key", ["rsa", "ec", "ed25519"])
@pytest.mark.parametrize("check", [True, False])
def test_every_type_matches_its_own_certificate_only(authority: Authority, key: str, check: bool) -> None:
    issued = authority.issue(key=key)
    loaded = load_private_key(Secret(issued.key_pem), None, check=check)
    assert key_matches(loaded, issued.leaf)
    assert not key_matches(loaded, authority.issue(key=key).leaf)


@pytest.mark.parametrize("key", ["rsa", "ec"])
@pytest.mark.parametrize("passphrase", [None, "open sesame ü"])
def test_traditional_and_encrypted_forms_become_plain_pkcs8(
    authority: Authority, key: str, passphrase: str | None
) -> None:
    issued = authority.issue(key=key, traditional=True, passphrase=passphrase)
    secret = None if passphrase is None else Secret(passphrase)
    sent = key_to_pem(load_private_key(Secret(issued.key_pem), secret, check=True)).reveal()
    assert re.match(r"-+BEGIN PRIVATE KEY-+\n", sent)
    assert "\r" not in sent
    assert sent.endswith("-\n")
    plain = serialization.load_pem_private_key(sent.encode(), None)
    assert key_matches(plain, issued.leaf)


@pytest.mark.parametrize("algorithm", [chains.PSS, chains.PSS_SHA384], ids=["any digest", "SHA-384"])
def test_a_key_for_rsa_pss_keeps_its_algorithm_and_parameters(algorithm: bytes) -> None:
    issued = chains.make(chains.FQDN, patch=partial(chains.for_pss, algorithm=algorithm))
    given = chains.pss_key_pem(issued.key, algorithm)
    loaded = load_private_key(Secret(given), None, check=True)
    assert key_to_pem(loaded, issued.certificate).reveal() == given


def test_text_around_the_key_does_not_count(material: Material) -> None:
    text = "Bag Attributes\r\n" + material.leaf_pem + material.key_pem.replace("\n", "\r\n").rstrip()
    assert key_matches(load_private_key(Secret(text), None, check=True), material.leaf)


def by_openssl(*arguments: str, given: str = "") -> str:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    return subprocess.run([openssl, *arguments], input=given, check=True, capture_output=True, text=True).stdout


#: The arguments with which OpenSSL writes an RSA key so, encrypted but for the first.
FORMS = {
    "BEGIN RSA PRIVATE KEY": ["rsa", "-traditional"],
    "BEGIN ENCRYPTED PRIVATE KEY": ["pkcs8", "-topk8", "-passout", "pass:right"],
    "DEK-Info: AES-256-CBC,": ["rsa", "-traditional", "-aes256", "-passout", "pass:right"],
    "DEK-Info: DES-EDE3-CBC,": ["rsa", "-traditional", "-des3", "-passout", "pass:right"],
}


@pytest.mark.parametrize("form", FORMS)
def test_line_ends_do_not_count(material: Material, form: str) -> None:
    text = by_openssl(*FORMS[form], given=str(material.key_pem))
    assert form in text
    for ends in ("\n", "\r\n\r\n", "\n\n", " ", ""):
        loaded = load_private_key(Secret(text.replace("\n", ends)), Secret("right"), check=True)
        assert key_matches(loaded, material.leaf), repr(ends)


def test_a_form_that_the_library_does_not_support_is_named() -> None:
    for curve in ("brainpoolP320r1", "secp160r1"):
        made = by_openssl("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}")
        with pytest.raises(MaterialProblem, match="its curve or form is not supported by cryptography"):
            load_private_key(Secret(made), None, check=True)


def test_a_passphrase_for_a_plain_key_is_not_used(material: Material) -> None:
    assert load_private_key(Secret(material.key_pem), Secret("not needed"), check=True)


def pem_of(key: rsa.RSAPrivateKey | dsa.DSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def problem(text: str, passphrase: str | None = None) -> str:
    with pytest.raises(MaterialProblem) as raised:
        load_private_key(Secret(text), None if passphrase is None else Secret(passphrase), check=True)
    assert not [line for line in secret_lines(text) if line in str(raised.value)]
    assert raised.value.__cause__ is None
    return raised.value.kind


def test_reasons_why_a_key_is_not_usable(authority: Authority, material: Material) -> None:
    encrypted = authority.issue(passphrase="right").key_pem
    assert problem(encrypted) == "passphrase_missing"
    assert problem(encrypted, "wrong") == "passphrase_wrong"
    legacy = authority.issue(passphrase="right", traditional=True).key_pem
    assert problem(legacy) == "passphrase_missing"
    assert problem(legacy, "wrong") == "passphrase_wrong"
    assert problem("") == "invalid_private_key"
    assert problem(material.leaf_pem) == "invalid_private_key"
    assert problem(material.key_pem * 2) == "invalid_private_key"
    assert problem(material.key_pem[: len(material.key_pem) // 2]) == "invalid_private_key"
    assert problem(pem_of(dsa.generate_private_key(2048))) == "invalid_private_key"


def rsa_pem(*numbers: int) -> str:
    """PKCS#1 (RFC 8017, A.1.2), with whatever numbers: n, e, d, p, q, dmp1, dmq1, iqmp."""

    def element(tag: int, content: bytes) -> bytes:
        length = len(content)
        size = length.to_bytes((length.bit_length() + 7) // 8, "big")
        return bytes([tag, *([length] if length < 128 else [0x80 + len(size), *size])]) + content

    integers = [element(2, number.to_bytes(number.bit_length() // 8 + 1, "big")) for number in (0, *numbers)]
    text = base64.encodebytes(element(0x30, b"".join(integers))).decode()
    return f"-----BEGIN RSA PRIVATE KEY-----\n{text}-----END RSA PRIVATE KEY-----\n"


NUMBERS = ("n", "e", "d", "p", "q", "dmp1", "dmq1", "iqmp")


def numbers_of(key: Any) -> dict[str, int]:
    private = key.private_numbers()
    public = private.public_numbers
    return {name: getattr(public if name in ("n", "e") else private, name) for name in NUMBERS}


@pytest.fixture(scope="module")
def numbers(material: Material) -> dict[str, int]:
    return numbers_of(serialization.load_pem_private_key(material.key_pem.encode(), None))


def test_a_key_whose_numbers_fit_is_taken(numbers: dict[str, int], material: Material) -> None:
    loaded = load_private_key(Secret(rsa_pem(*numbers.values())), None, check=True)
    assert key_matches(loaded, material.leaf)


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("by", [2, -2])
def test_a_wrong_number_is_refused_when_the_key_is_to_be_sent(numbers: dict[str, int], name: str, by: int) -> None:
    damaged = {**numbers, name: numbers[name] + by}
    assert problem(rsa_pem(*damaged.values())) == "invalid_private_key"


@pytest.mark.parametrize("name", ["p", "q"])
def test_a_factor_that_is_no_prime_is_refused(numbers: dict[str, int], name: str) -> None:
    # All that can be calculated fits, so that only a test of primality tells.
    half = rsa.generate_private_key(65537, 1024).private_numbers()
    p, q = (half.p * half.q, numbers["q"]) if name == "p" else (numbers["p"], half.p * half.q)
    d = pow(65537, -1, math.lcm(p - 1, q - 1))
    text = rsa_pem(p * q, 65537, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
    assert problem(text) == "invalid_private_key"


def test_the_library_judges_only_what_is_unusual(numbers: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its check takes a hundred times as long."""
    load, skips = serialization.load_pem_private_key, []

    def noted(*arguments: Any, unsafe_skip_rsa_key_validation: bool = False) -> Any:
        skips.append(unsafe_skip_rsa_key_validation)
        return load(*arguments, unsafe_skip_rsa_key_validation=unsafe_skip_rsa_key_validation)

    monkeypatch.setattr(serialization, "load_pem_private_key", noted)
    load_private_key(Secret(rsa_pem(*numbers.values())), None, check=True)
    assert skips == [True]
    # Of any size, as long as it is the inverse.
    longer = {**numbers, "d": numbers["d"] + math.lcm(numbers["p"] - 1, numbers["q"] - 1)}
    load_private_key(Secret(rsa_pem(*longer.values())), None, check=True)
    assert skips == [True, True]
    assert problem(rsa_pem(*{**numbers, "dmp1": numbers["dmp1"] + 2}.values())) == "invalid_private_key"
    assert skips == [True, True, True, False]


def test_a_key_that_is_only_compared_is_not_checked(numbers: dict[str, int], material: Material) -> None:
    text = rsa_pem(*{**numbers, "dmp1": numbers["dmp1"] + 2}.values())
    assert key_matches(load_private_key(Secret(text), None, check=False), material.leaf)
