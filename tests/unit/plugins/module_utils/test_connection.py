# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How options and environment combine, without a process for each case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import (
    Connection,
    find_secrets,
    name_secrets,
    parse_connection,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import parts_of_keys
from simulator.authority import Material

LOGIN: dict[str, Any] = {"username": "admin@example.com", "password": "of the task"}
ENVIRONMENT = {
    "REDIS_ENTERPRISE_URL": "https://environment.example.com",
    "REDIS_ENTERPRISE_USER": "environment@example.com",
    "REDIS_ENTERPRISE_PASSWORD": "of the environment",
}


def connect(environ: dict[str, str] | None = None, **given: Any) -> Connection:
    defaults = {name: spec.get("default") for name, spec in CONNECTION_SPEC.items()}
    return parse_connection({**defaults, **given}, environ or {})


def refused(environ: dict[str, str] | None = None, **given: Any) -> CertificateError:
    with pytest.raises(CertificateError) as raised:
        connect(environ, **given)
    return raised.value


@pytest.mark.parametrize(
    ("given", "url", "host"),
    [
        ("https://cluster.example.com", "https://cluster.example.com:9443", "cluster.example.com"),
        ("https://cluster.example.com/", "https://cluster.example.com:9443", "cluster.example.com"),
        (" https://cluster.example.com:443 ", "https://cluster.example.com:443", "cluster.example.com"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]:9443", "2001:db8::1"),
        ("HTTPS://Cluster.Example.com:9443", "https://cluster.example.com:9443", "cluster.example.com"),
    ],
)
def test_url(given: str, url: str, host: str) -> None:
    connection = connect(url=given, **LOGIN)
    assert (connection.url, connection.host) == (url, host)


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "https://a b",
        "ftp://a",
        "https://a:0",
        "https://a:x",
        "https://a/#x",
        "a",
        f"https://{'a.' * 1_000_000}",
    ],
)
def test_urls_that_are_refused(url: str) -> None:
    assert refused(url=url, **LOGIN).data["option"] == "url"


def test_the_message_about_a_url_does_not_repeat_it() -> None:
    error = refused(url="https://someone:secret@a.example.com", **LOGIN)
    assert "secret" not in error.message
    assert find_secrets({"url": "https://someone:secret@a.example.com"}, {}) == {"secret"}


def test_secrets_that_people_choose_have_the_name_of_what_holds_them() -> None:
    params = {"password": "a", "token": None, "certificates": [{"private_key_passphrase": "b", "private_key": "c"}]}
    named = {"a": "option password", "b": "option private_key_passphrase"}
    assert name_secrets(params, {}) == named
    environ = {"REDIS_ENTERPRISE_PASSWORD": "d", "REDIS_ENTERPRISE_TOKEN": ""}
    assert name_secrets(params, environ) == {**named, "d": "environment variable REDIS_ENTERPRISE_PASSWORD"}
    for odd in (7, "text", {"a": 1}, [None, 7, ["x"]], [{"private_key_passphrase": {"a": 1}}]):
        assert name_secrets({"certificates": odd, "password": {"a": 1}, "token": ["x"]}, {}) == {}


def test_a_key_behind_a_certificate_is_a_secret_wherever_it_stands(material: Material, other: Material) -> None:
    key, other_key = str(material.key_pem).strip(), str(other.key_pem).strip()
    pasted = {"certificate": f"{material.certificate_pem}{key}\n"}
    assert find_secrets(pasted, {}) == parts_of_keys(key)
    assert key in find_secrets(pasted, {})
    entries = [{"certificate": None}, {}, pasted, {"certificate": f"{other_key}\n{other.leaf_pem}"}]
    assert find_secrets({"certificates": entries}, {}) == parts_of_keys(key) | parts_of_keys(other_key)
    assert find_secrets({"certificate": material.certificate_pem, "certificates": None}, {}) == set()


def test_plain_http_needs_to_be_allowed_and_warns() -> None:
    assert refused(url="http://a.example.com", **LOGIN).data["option"] == "url"
    connection = connect(url="http://a.example.com", allow_http=True, **LOGIN)
    assert connection.url == "http://a.example.com:8080"
    assert len(connection.warnings) == 1


def logins(connection: Connection) -> tuple[str | None, str | None, str | None]:
    return (
        connection.username,
        connection.password.reveal() if connection.password else None,
        connection.token.reveal() if connection.token else None,
    )


@pytest.mark.parametrize(
    ("given", "environ", "expected"),
    [
        ({}, ENVIRONMENT, ("environment@example.com", "of the environment", None)),
        (LOGIN, ENVIRONMENT, (*LOGIN.values(), None)),
        ({"username": "a"}, ENVIRONMENT, ("a", "of the environment", None)),
        ({"token": "t"}, ENVIRONMENT, (None, None, "t")),
        (LOGIN, {**ENVIRONMENT, "REDIS_ENTERPRISE_TOKEN": "t"}, (*LOGIN.values(), None)),
        ({}, {**ENVIRONMENT, "REDIS_ENTERPRISE_TOKEN": "t\n"}, (None, None, "t")),
        ({}, {**ENVIRONMENT, "REDIS_ENTERPRISE_TOKEN": ""}, ("environment@example.com", "of the environment", None)),
    ],
)
def test_a_given_login_replaces_that_of_the_environment(
    given: dict[str, str], environ: dict[str, str], expected: tuple[str | None, ...]
) -> None:
    assert logins(connect(environ, **{"url": "https://a", **given})) == expected


def test_a_given_client_certificate_is_not_paired_with_a_key_of_the_environment(tmp_path: Path) -> None:
    given, of_environment = tmp_path / "given.pem", tmp_path / "environment.pem"
    for path in (given, of_environment):
        path.touch()
    environ = {
        "REDIS_ENTERPRISE_CLIENT_CERT": str(of_environment),
        "REDIS_ENTERPRISE_CLIENT_KEY": str(of_environment),
    }
    alone = connect(environ, url="https://a", client_cert=str(given))
    assert (alone.client_cert, alone.client_key) == (str(given), None)
    neither = connect(environ, url="https://a")
    assert (neither.client_cert, neither.client_key) == (str(of_environment), str(of_environment))


@pytest.mark.parametrize(
    ("insecure", "given", "verified"),
    [
        (None, {}, True),
        ("true", {}, False),
        ("1", {}, False),
        ("no", {}, True),
        ("", {}, True),
        ("true", {"validate_certs": True}, True),
        ("false", {"validate_certs": False}, False),
        ("true", {"ca_path": __file__}, True),
        (None, {"ca_path": __file__, "validate_certs": False}, False),
    ],
)
def test_verification(insecure: str | None, given: dict[str, Any], verified: bool) -> None:
    environ = {} if insecure is None else {"REDIS_ENTERPRISE_INSECURE": insecure}
    connection = connect(environ, url="https://a", **LOGIN, **given)
    assert connection.validate_certs is verified
    assert connection.ca_path == (given.get("ca_path") if verified else None)


@pytest.mark.parametrize(
    ("given", "option"),
    [
        ({}, "url"),
        ({"url": "https://a"}, "username"),
        ({"url": "https://a", "username": "a"}, "password"),
        ({"url": "https://a", "password": "a"}, "username"),
        ({"url": "https://a", "token": "two words"}, "token"),
        ({"url": "https://a", "token": "ümlaut"}, "token"),
        ({"url": "https://a", "client_key": __file__}, "client_cert"),
        ({"url": "https://a", "client_cert": "/nowhere"}, "client_cert"),
        ({"url": "https://a", **LOGIN, "ca_path": "/nowhere"}, "ca_path"),
        ({"url": "https://a", **LOGIN, "timeout": 0.0}, "timeout"),
        ({"url": "https://a", **LOGIN, "timeout": float("nan")}, "timeout"),
        ({"url": "https://a", **LOGIN, "write_timeout": -1.0}, "write_timeout"),
    ],
)
def test_what_is_missing_or_wrong_is_named(given: dict[str, Any], option: str) -> None:
    error = refused(**given)
    assert error.data["option"] == option
    assert option in error.message


def test_a_switch_in_the_environment_that_is_neither() -> None:
    assert (
        "REDIS_ENTERPRISE_INSECURE"
        in refused({"REDIS_ENTERPRISE_INSECURE": "perhaps"}, url="https://a", **LOGIN).message
    )
