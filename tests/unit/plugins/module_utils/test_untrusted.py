# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that others wrote, made fit to be shown."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import (
    LONGEST,
    is_nested_too_deeply,
    is_plain,
    printable,
    printable_values,
    writable,
)
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.text(st.characters()) | st.sampled_from(["\ud800", "\x1b[31m", "\u202e", "\u2028", "x" * 9999])
JSON = st.recursive(
    st.none() | st.integers() | TEXTS, lambda one: st.lists(one) | st.dictionaries(TEXTS, one), max_leaves=9
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("r\u00e9sum\u00e9 \u65e5\u672c", "r\u00e9sum\u00e9 \u65e5\u672c"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("one\nok: [two]\r", r"one\nok: [two]\r"),
        ("\u202egnp\u2066\u2028\x9b\ud800", r"\u202egnp\u2066\u2028\x9b\ud800"),
    ],
)
def test_what_does_not_print_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(text=TEXTS, longest=st.integers(3, 300))
def test_it_prints_and_is_no_longer_than_asked(text: str, longest: int) -> None:
    shown = printable(text, longest)
    assert shown.isprintable()
    assert len(shown) <= longest
    assert printable(shown, longest) == shown
    assert is_plain(printable(text, LONGEST))


@given(value=JSON)
def test_every_value_and_key_is_escaped(value: Any) -> None:
    assert str(printable_values(value)).isprintable()


@given(value=JSON)
def test_a_result_can_be_written_and_is_else_the_same(value: Any) -> None:
    safe = writable(value)
    str(safe).encode()
    if "\\ud" not in repr(value).lower():
        assert safe == value


def test_depth() -> None:
    value: Any = "leaf"
    for level in range(60):
        assert is_nested_too_deeply(value) == (level >= 50)
        value = [value] if level % 2 else {"key": value}
