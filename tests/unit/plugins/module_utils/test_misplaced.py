# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Private keys are recognised in any layout and found in any option, and nothing else is taken for one."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CERTIFICATE_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._misplaced import (
    find_misplaced,
    refuse_misplaced,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import (
    looks_like_private_key,
    parts_of_keys,
    quoted,
)
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from simulator.authority import Material

SPEC: dict[str, dict[str, Any]] = {
    "certificates": {"type": "list", "elements": "dict", "options": CERTIFICATE_SPEC},
    "ca_path": {"type": "path", "aliases": ["ca_cert"]},
    "names": {"type": "list", "elements": "str"},
    "exceptions": {
        "type": "list",
        "elements": "dict",
        "options": {"certificate": {"type": "str"}, "reason": {"type": "str"}},
    },
}


KEYS: dict[str, Callable[[], Any]] = {
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ed448": ed448.Ed448PrivateKey.generate,
}


#: Edwards curves have no form of their own.
FORMS = [
    (kind, form)
    for kind in KEYS
    for form in ("PKCS8", "TraditionalOpenSSL", "encrypted")
    if form != "TraditionalOpenSSL" or not kind.startswith("ed")
]


@pytest.mark.parametrize(("kind", "form"), FORMS)
def test_a_key_is_recognised_in_any_layout(kind: str, form: str) -> None:
    key = KEYS[kind]()
    encryption: Any = serialization.NoEncryption()
    if form == "encrypted":
        encryption = serialization.BestAvailableEncryption(b"open sesame")
    made = (getattr(serialization.PrivateFormat, "PKCS8" if form == "encrypted" else form), encryption)
    pem = key.private_bytes(serialization.Encoding.PEM, *made).decode()
    der = base64.b64encode(key.private_bytes(serialization.Encoding.DER, *made)).decode()
    encoded = base64.encodebytes(b"x" * len(kind) + pem.encode()).decode()
    for text in (
        pem,
        pem.replace("\n", "\r\n"),
        pem.replace("\n", "\\n"),
        pem.replace("\n", " "),
        pem.replace("\n", ""),
        pem[:60],
        pem[-60:],
        f"/etc/ssl/{pem}",
        f"CN=proxy\\n{der}",
        f"/srv/{der}",
        der,
        encoded,
        encoded.replace("\n", ""),
    ):
        assert looks_like_private_key(text), text[:8]
        assert quoted(text) == f"(a value of {len(text)} characters)"


def test_lines_of_a_key_are_recognised_without_its_ends(material: Material) -> None:
    assert looks_like_private_key("\n".join(str(material.key_pem).splitlines()[3:9]))


def test_what_is_public_is_no_key(material: Material) -> None:
    public = serialization.load_pem_private_key(str(material.key_pem).encode(), None).public_key()
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    for text in (
        material.certificate_pem,
        material.certificate_pem.replace("\n", " "),
        base64.b64encode(material.certificate_pem.encode()).decode(),
        "".join(material.leaf_pem.splitlines()[1:-1]),
        public.public_bytes(*form).decode(),
        material.fingerprint,
        material.fingerprint.replace(":", ""),
        "/etc/pki/tls/private/a-rather-long-name-of-a-folder-and-a-file/payments.redis.example.com.key",
        "BEGIN",
        "",
    ):
        assert not looks_like_private_key(text), text


def test_only_the_key_of_a_text_is_masked(material: Material) -> None:
    key = str(material.key_pem)
    parts = parts_of_keys(material.certificate_pem + key)
    assert key.strip() in parts
    assert {line for line in key.splitlines() if len(line) == 64} < parts
    assert not [part for part in parts if part in material.certificate_pem]


#: What openssl pkcs12 -nodes writes before a key.
ATTRIBUTES = """Bag Attributes
    friendlyName: redisproduction.example.com
    localKeyID: 54 69 6D 65
subject=CN = redisproduction.example.com
issuer=O = ExampleCorporation, CN = ExampleIssuingAuthority
"""


@pytest.mark.parametrize("form", ["PKCS8", "TraditionalOpenSSL"])
def test_names_beside_a_whole_key_are_not_masked(material: Material, form: str) -> None:
    private: Any = serialization.load_pem_private_key(str(material.key_pem).encode(), None)
    encryption = serialization.BestAvailableEncryption(b"open sesame")
    key = private.private_bytes(
        serialization.Encoding.PEM, getattr(serialization.PrivateFormat, form), encryption
    ).decode()
    for ends in ("\n", "\\n", " "):
        parts = parts_of_keys((ATTRIBUTES + key + ATTRIBUTES).replace("\n", ends))
        assert [part for part in parts if part in ATTRIBUTES] == []
        assert {line for line in key.splitlines() if len(line) == 64} < parts
    # A part of another one is.
    assert "A" * 64 in parts_of_keys(f"{key}{'A' * 64}\n")
    # Nothing tells what else is one.
    assert "redisproduction" in parts_of_keys(ATTRIBUTES + key[:-20])


@pytest.mark.parametrize("text", ["proxy.key", "/etc/ssl/my key.pem", "Zürich", ""])
def test_one_short_line_is_quoted(text: str) -> None:
    assert quoted(text) == text


@pytest.mark.parametrize("text", ["a\nb", "a\x1b[2J", "a" * 256])
def test_anything_else_is_described(text: str) -> None:
    assert quoted(text) == f"(a value of {len(text)} characters)"


def found(options: dict[str, Any]) -> dict[str, str]:
    return {one.option: one.error.message for one in find_misplaced(options, SPEC)}


def entry(**options: Any) -> dict[str, Any]:
    return {"certificates": [{"name": "api"}, {"name": "proxy", **options}]}


@pytest.mark.parametrize(
    ("option", "next_step"),
    [
        ("private_key_path", "Use private_key."),
        ("compare", "Use private_key."),
        ("pkcs12_path", "Use private_key."),
        ("certificate_path", "Use private_key."),
        ("misspelt", "Use private_key."),
    ],
)
def test_the_error_says_where_it_is_and_where_it_belongs(option: str, next_step: str, material: Material) -> None:
    path = f"certificates[1].{option}"
    message = f"option {path}: looks like a private key, so its value is not shown. {next_step}"
    options = entry(**{option: str(material.key_pem)})
    assert found(options) == {path: message}
    with pytest.raises(CertificateError) as raised:
        refuse_misplaced(options, SPEC)
    assert raised.value.failure == {"kind": "invalid_option", "option": path}


def test_it_is_found_in_values_of_any_type(material: Material) -> None:
    key = str(material.key_pem)
    assert list(found({"names": [1, None, key]})) == ["names[2]"]
    assert list(found({"names": {"a": [{"b": key}], key: True}})) == ["names.a[0].b", "names"]
    assert list(found({"certificates": key})) == ["certificates"]
    assert list(found({"certificates": [key]})) == ["certificates[0]"]
    assert list(found({"ca_cert": key})) == ["ca_cert"]
    assert list(found({"exceptions": [{"certificate": key, "reason": key}]})) == [
        "exceptions[0].certificate",
        "exceptions[0].reason",
    ]


def test_names_of_options_are_not_shown(material: Material) -> None:
    key = str(material.key_pem)
    assert found({key: 1}) == {
        "(unknown)": "option (unknown): the name of the option looks like a private key. Remove it."
    }
    assert list(found(entry(**{key: key}))) == ["certificates[1].(unknown)"]


def test_a_key_may_be_where_one_belongs(material: Material) -> None:
    key = str(material.key_pem)
    assert found(entry(private_key=key, certificate=material.certificate_pem + key, issuers=key)) == {}
    # Ansible would make one text of it, in which it does not find the key.
    assert found(entry(private_key=[key])) == {
        "certificates[1].private_key": "option certificates[1].private_key: must be a text. Change the value."
    }


def test_other_texts_of_several_lines_are_refused_too(material: Material) -> None:
    pem = material.certificate_pem
    path = "certificates[1].certificate_path"
    assert found(entry(certificate_path=pem))[path] == (
        f"option {path}: looks like a certificate in PEM, so its value is not shown. Use certificate."
    )
    assert "must be one line" in found({"ca_path": "a\nb"})["ca_path"]
    assert "contains a NUL character" in found({"ca_path": "a\0b"})["ca_path"]
    assert found({"ca_path": "a\n", "exceptions": [{"reason": "one\ntwo"}], "names": ["a"]}) == {}


def test_values_of_one_cluster_are_told_from_others(material: Material) -> None:
    key = str(material.key_pem)
    spec = {"clusters": {"type": "list", "elements": "dict", "options": SPEC}}
    cases: dict[str, Any] = {
        "value": [{"ca_path": key}],
        "value below": [{"names": [key]}],
        "entry": [key],
        "suboptions": [{"certificates": ["name=value", key]}],
        "name": [{key: 1}],
        "all": key,
    }
    apart = {
        case: all(one.is_value_in_entry_of("clusters") for one in find_misplaced({"clusters": value}, spec))
        for case, value in cases.items()
    }
    assert apart == {
        "value": True,
        "value below": True,
        "entry": False,
        "suboptions": False,
        "name": False,
        "all": False,
    }
