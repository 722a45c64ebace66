# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""SECURITY.md names for each promise the tests that show it, and there are such tests."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
PROMISED = TEXT.partition("## What is promised")[2].partition("\n## ")[0]

_TEST = re.compile(r"`(tests/[a-z0-9_/]+\.py)::(test_[a-z0-9_]+)`")
ROWS = [line for line in PROMISED.splitlines() if line.startswith("| ")][1:]
NAMED = sorted(set(_TEST.findall(PROMISED)))


def test_each_promise_has_a_test() -> None:
    assert len(ROWS) > 10
    for row in ROWS:
        dummy, promise, shown_by, dummy = row.split("|")
        assert promise.strip().endswith("."), row
        names = shown_by.split()
        assert names, row
        assert all(_TEST.fullmatch(name) for name in names), row


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_named_test_exists(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
