# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""PEM splitting: what makes no difference, and what is an error."""

from __future__ import annotations

import base64

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils import _pem
from hypothesis import given
from hypothesis import strategies as st

DER = b"not really DER, but PEM does not care" * 4


def block(label: str = "CERTIFICATE", der: bytes = DER) -> str:
    body = base64.encodebytes(der).decode()
    return f"-----BEGIN {label}-----\n{body}-----END {label}-----\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(block(), id="plain"),
        pytest.param(block().replace("\n", "\r\n"), id="crlf"),
        pytest.param(block().replace("\n", "\r"), id="cr"),
        pytest.param(block().rstrip("\n"), id="no last newline"),
        pytest.param("Bag Attributes\n    friendlyName: proxy\nsubject=CN = a\n" + block(), id="bag attributes"),
        pytest.param(block() + "# behind it\n", id="text behind"),
        pytest.param("".join(f"    {line}\n" for line in block().splitlines()), id="indented"),
        pytest.param("\ufeff" + block(), id="byte order mark"),
        pytest.param(block().replace("\n", " "), id="newlines became spaces"),
        pytest.param(block().replace("\n", "\n\n"), id="empty lines"),
    ],
)
def test_form_makes_no_difference(text: str) -> None:
    (found,) = _pem.split(text)
    assert found.label == "CERTIFICATE"
    assert found.der == DER


def test_blocks_come_in_order_with_their_labels() -> None:
    text = block(der=b"one") + "between\n" + block("EC PRIVATE KEY", b"two") + block(der=b"three")
    assert [(found.label, found.der) for found in _pem.split(text)] == [
        ("CERTIFICATE", b"one"),
        ("EC PRIVATE KEY", b"two"),
        ("CERTIFICATE", b"three"),
    ]


def test_text_of_a_block_is_normalised() -> None:
    (found,) = _pem.split("comment\r\n" + block().replace("\n", "\r\n") + "comment")
    assert found.text == block()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(block().partition("-----END")[0], id="no END"),
        pytest.param(block().partition("-----END")[0] + block(), id="no END before the next BEGIN"),
        pytest.param(block().replace("END CERTIFICATE", "END PRIVATE KEY"), id="another END"),
        pytest.param(block().replace("BEGIN CERTIFICATE", "END CERTIFICATE"), id="END without BEGIN"),
    ],
)
def test_broken_frames_are_errors_that_say_where(text: str) -> None:
    with pytest.raises(_pem.PemError, match="PEM block 1"):
        _pem.split(text)


def test_content_that_is_not_base64_is_an_error() -> None:
    (found,) = _pem.split("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n")
    with pytest.raises(_pem.PemError, match="not valid base64"):
        assert found.der


def test_thousands_of_blocks_take_linear_time() -> None:
    assert len(_pem.split(block() * 5000)) == 5000
    with pytest.raises(_pem.PemError):
        _pem.split("-----BEGIN CERTIFICATE-----\n" * 50_000)


@given(st.text() | st.lists(st.sampled_from(["-----BEGIN A-----", "-----END A-----", "\n", "AAAA", "-"])).map("".join))
def test_any_text_splits_or_is_refused(text: str) -> None:
    try:
        blocks = _pem.split(text)
    except _pem.PemError:
        return
    assert [_pem.split(found.text) for found in blocks] == [[found] for found in blocks]
