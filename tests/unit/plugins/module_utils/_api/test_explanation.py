# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shown of why a server refuses: its own words, and nothing of what it was sent, whatever it echoes."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.explanation import (
    make_printable,
    parse_explanation,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret
from hypothesis import given
from hypothesis import strategies as st
from simulator.authority import Material

RUN = 8  # characters in a row of a key or password that are never shown


def shown(text: Any, sent: Mapping[str, Any] | None = None, *secrets: str, field: str = "description") -> str | None:
    return make_printable({field: text}, sent, map(Secret, secrets))


@pytest.mark.parametrize(
    "text",
    [
        "the chain lacks its root",
        "Certificate 2 of 3 is no CA certificate; see section 4.1",
        "field 'name': unknown certificate ldap_client_2",
        "CN=cluster.example.com, O=Example: unexpected extension 2.5.29.17 (critical)",
    ],
)
@pytest.mark.parametrize("field", ["description", "message"])
def test_the_words_of_the_server_are_shown(text: str, field: str) -> None:
    assert shown(text, {"name": "proxy", "certificate": "pem", "key": "a private key"}, "pass", field=field) == text


def test_the_description_comes_before_the_message() -> None:
    assert make_printable({"message": "older", "description": "newer"}, None, ()) == "newer"
    assert make_printable({"message": "older", "description": 7}, None, ()) == "older"


@pytest.mark.parametrize("text", [None, 7, ["a"], {"a": "b"}, "", " \n\t", "...", "\x00"])
def test_what_says_nothing_is_not_shown(text: Any) -> None:
    assert shown(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two\nlines\tand  spaces ", "two lines and spaces"),
        ("The root is missing.", "The root is missing"),
        ('unexpected "name"', "unexpected 'name'"),
        ("a\x1b[31mred\x07\u202e\ud800b", r"a\x1b[31mred\x07\u202e\ud800b"),
        ("\u00e9t\u00e9", "\u00e9t\u00e9"),
    ],
)
def test_it_is_made_one_line_that_can_be_printed(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_it_is_cut() -> None:
    cut = shown("word " * 100)
    assert cut is not None
    assert len(cut) <= 200
    assert cut.endswith("...")
    assert len(shown("many " * 10**6) or "") <= 200


@pytest.mark.parametrize("length", [23, 24, 64, 4000])
def test_long_runs_are_masked_whosever_they_are(length: int) -> None:
    text = shown(f"bad value {'aB3+/=9Z' * 500}"[: 10 + length])
    assert text is not None
    assert ("********" in text) == (length >= 24)


@pytest.mark.parametrize("label", ["PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "CERTIFICATE"])
def test_armour_is_masked(label: str) -> None:
    text = shown(f"near -----BEGIN {label}-----")
    assert text == "near ********"


@pytest.mark.parametrize("password", ["a password", "x", 'quo"te', "dots..."])
def test_the_login_is_masked(password: str) -> None:
    text = shown(f"no access for admin:{password}@host", None, password)
    assert text is not None
    if password != "x":
        assert password.replace('"', "'") not in text.replace("********", "")


# Whatever it echoes, and however it breaks that into pieces.

KEYS = string.ascii_letters + string.digits + "+/=-"
keys = st.text(KEYS, min_size=12, max_size=200) | st.text("abc123_", min_size=12, max_size=60)
gaps = st.text(" \n\r\t\u00a0\u2028", max_size=2) | st.sampled_from(["-----END PRIVATE KEY-----", "\\n", ", ", "..."])
words = st.text(string.ascii_lowercase + " :", max_size=12)


@st.composite
def echoes(draw: st.DrawFn, key: str) -> str:
    """A text that has the key in it, whole or in part, broken anywhere, between other words."""
    begin = draw(st.integers(0, len(key) - 1))
    part = key[begin : draw(st.integers(begin + 1, len(key)))]
    pieces = [draw(words)]
    while part:
        length = draw(st.integers(1, len(part)))
        pieces += [part[:length], draw(gaps)]
        part = part[length:]
    return "".join([*pieces, draw(words)])


def runs(text: str, secret: str) -> list[str]:
    """What a text shows of a secret, but for spaces and what cannot be printed."""
    text, secret = ("".join(filter(str.isprintable, "".join(one.split()))) for one in (text, secret))
    text = text.replace("*" * RUN, "")
    return [secret[at : at + RUN] for at in range(len(secret) - RUN + 1) if secret[at : at + RUN] in text]


@given(data=st.data(), key=keys, bulk=st.booleans())
def test_no_run_of_a_key_that_was_sent_is_ever_shown(data: st.DataObject, key: str, bulk: bool) -> None:
    entry = {"name": "proxy", "certificate": "the certificate", "key": key}
    text = shown(data.draw(echoes(key)), {"certificates": [entry]} if bulk else entry)
    assert text is None or runs(text, key) == []
    assert text is None or (text.isprintable() and len(text) <= 200)


@given(data=st.data(), password=st.text(st.characters(codec="utf-8"), min_size=1, max_size=30))
def test_a_login_that_is_echoed_is_never_shown(data: st.DataObject, password: str) -> None:
    text = shown(data.draw(words) + password + data.draw(words), None, password)
    assert text is None or len(password) < RUN or runs(text, password) == []


@given(data=st.data(), password=st.text(st.characters(codec="utf-8"), min_size=RUN, max_size=30))
def test_no_run_of_a_login_is_ever_shown(data: st.DataObject, password: str) -> None:
    text = shown(data.draw(echoes(password)), None, password)
    assert text is None or runs(text, password) == []


@given(
    st.binary()
    | st.recursive(st.none() | st.text(st.characters()), st.lists).map(lambda value: json.dumps(value).encode())
)
def test_any_body_is_read(body: bytes) -> None:
    answer = parse_explanation(body)
    text = make_printable(answer, None, ())
    assert text is None or (text.isprintable() and 0 < len(text) <= 200)


def test_deep_json_is_no_crash() -> None:
    assert parse_explanation(b"[" * 200_000) == {}


@given(data=st.data())
def test_no_line_of_a_real_key_is_shown(data: st.DataObject, material: Material) -> None:
    key = str(material.key_pem)
    lines = key.splitlines()
    begin = data.draw(st.integers(0, len(lines) - 1))
    quoted = data.draw(st.sampled_from(["\n", "\\n", " ", ""])).join(
        lines[begin : begin + data.draw(st.integers(1, 5))]
    )
    text = shown(f"cannot parse {quoted}", {"certificates": [{"name": "cm", "certificate": "c", "key": key}]})
    assert text is None or not any(run in text for line in lines[1:-1] for run in runs(text, line))


@pytest.mark.parametrize("name", ["proxy", "ccs_internode_encryption", "a_name_of_any_kind"])
def test_the_name_of_a_certificate_may_be_quoted(name: str) -> None:
    text = f"there is no certificate {name}"
    assert shown(text, {"certificates": [{"name": name, "certificate": "pem", "key": "key"}]}) == text
