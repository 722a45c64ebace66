# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""PEM splitting: what makes no difference, and what is an error."""

from __future__ import annotations

import base64
import re
import traceback

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.pem import PemError, split_pem
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
    (found,) = split_pem(text)
    assert found.label == "CERTIFICATE"
    assert found.der == DER


def test_blocks_come_in_order_with_their_labels() -> None:
    text = block(der=b"one") + "between\n" + block("EC PRIVATE KEY", b"two") + block(der=b"three")
    assert [(found.label, found.der) for found in split_pem(text)] == [
        ("CERTIFICATE", b"one"),
        ("EC PRIVATE KEY", b"two"),
        ("CERTIFICATE", b"three"),
    ]


def test_text_of_a_block_is_normalised() -> None:
    (found,) = split_pem("comment\r\n" + block().replace("\n", "\r\n") + "comment")
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
    with pytest.raises(PemError, match="PEM block 1"):
        split_pem(text)


def test_content_that_is_not_base64_is_an_error() -> None:
    (found,) = split_pem("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n")
    with pytest.raises(PemError, match="not valid base64"):
        assert found.der


def test_thousands_of_blocks_take_linear_time() -> None:
    assert len(split_pem(block() * 5000)) == 5000
    with pytest.raises(PemError):
        split_pem("-----BEGIN CERTIFICATE-----\n" * 50_000)


@given(st.text() | st.lists(st.sampled_from(["-----BEGIN A-----", "-----END A-----", "\n", "AAAA", "-"])).map("".join))
def test_any_text_splits_or_is_refused(text: str) -> None:
    try:
        blocks = split_pem(text)
    except PemError:
        return
    assert [split_pem(found.text) for found in blocks] == [[found] for found in blocks]


LABELS = ("CERTIFICATE", "RSA PRIVATE KEY", "CERTIFICATE REQUEST", "PKCS #7 SIGNED DATA", "X9.42 DH PARAMETERS", "a-b")
boundaries = st.tuples(st.sampled_from(["BEGIN", "END"]), st.sampled_from(LABELS))
no_boundaries = st.sampled_from(
    ["", "AAAA", "\u00e9", "-----", "-----begin A-----", "----BEGIN A----", "-----BEGIN \u00e9-----"]
)


@given(st.lists(boundaries | no_boundaries, max_size=9))
def test_blocks_are_pairs_of_boundaries_and_anything_else_is_refused(pieces: list[tuple[str, str] | str]) -> None:
    text = "\n".join(piece if isinstance(piece, str) else f"-----{piece[0]} {piece[1]}-----" for piece in pieces)
    found = [piece for piece in pieces if not isinstance(piece, str)]
    pairs = [[("BEGIN", label), ("END", label)] for dummy, label in found[::2]]
    if found == [boundary for pair in pairs for boundary in pair]:
        assert [one.label for one in split_pem(text)] == [label for dummy, label in found[::2]]
    else:
        with pytest.raises(PemError):
            split_pem(text)


@given(outer=st.sampled_from(LABELS), inner=st.sampled_from(LABELS), between=st.sampled_from(["", "\n", "AAAA\n"]))
def test_a_block_in_a_block_is_refused(outer: str, inner: str, between: str) -> None:
    with pytest.raises(PemError):
        split_pem(f"-----BEGIN {outer}-----\n{between}{block(inner)}-----END {outer}-----\n")


@given(st.binary(), st.sampled_from(["utf-8", "latin-1", "utf-16"]), st.sampled_from(["replace", "surrogateescape"]))
def test_any_bytes_in_a_block_are_decoded_or_refused(content: bytes, encoding: str, errors: str) -> None:
    if encoding == "utf-16":
        errors = "replace"
    text = content.decode(encoding, errors).replace("-----", "")
    (found,) = split_pem(f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----")
    try:
        der = found.der
    except PemError:
        return
    digits = re.fullmatch(r"([A-Za-z0-9+/]*)={0,2}", "".join(text.split()))
    assert digits is not None
    assert len(der) == len(digits[1]) * 6 // 8


@given(st.binary(max_size=300), st.integers(1, 80), st.sampled_from(["\n", "\r\n", "\r", " ", " \n\t", "\n\n"]))
def test_lines_of_any_length_hold_the_same(der: bytes, width: int, ending: str) -> None:
    body = base64.b64encode(der).decode()
    lines = [body[start : start + width] for start in range(0, len(body), width)]
    (found,) = split_pem(f"-----BEGIN CERTIFICATE-----{ending}{ending.join(lines)}{ending}-----END CERTIFICATE-----")
    assert found.der == der


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN CERTIFICATE-----" * 20_000,
        "-----END CERTIFICATE-----" * 20_000,
        "-----BEGIN " * 50_000,
        "-----BEGIN " + "A" * 500_000,
        "-" * 500_000,
        "-----BEGIN A-----" + "\n" * 500_000,
    ],
    ids=["BEGIN lines", "END lines", "half BEGIN lines", "one endless label", "hyphens", "empty lines"],
)
def test_large_rubbish_is_refused_or_holds_nothing(text: str) -> None:
    try:
        blocks = split_pem(text)
    except PemError:
        return
    assert blocks == []


def test_an_error_does_not_quote_the_text() -> None:
    for text in (f"-----BEGIN PRIVATE KEY-----\nc2VjcmV0{block()}", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0"):
        with pytest.raises(PemError) as raised:
            split_pem(text)
        assert "c2VjcmV0" not in str(raised.value)
    (found,) = split_pem("-----BEGIN PRIVATE KEY-----\nc2VjcmV0*\n-----END PRIVATE KEY-----")
    with pytest.raises(PemError) as raised:
        assert found.der
    assert "c2VjcmV0" not in "".join(traceback.format_exception(PemError, raised.value, raised.tb))
