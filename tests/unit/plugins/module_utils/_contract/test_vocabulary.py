# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report has words of the contract and small numbers, and nothing that a server has said."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils import _contract
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._contract import vocabulary
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._contract.vocabulary import (
    OTHER,
    WORDS,
    Fact,
    Status,
    Version,
)
from hypothesis import given
from hypothesis import strategies as st

FOLDER = Path(next(iter(_contract.__path__)))
_VALUE = re.compile(r"true|false|null|none|more than 99|[0-9]{1,3}|[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,2}-[0-9]{1,4}")


def is_plain(text: str) -> bool:
    """Whether a fact is made of what may be shown, and nothing else."""
    about, _colon, values = text.partition(": ")
    return about in WORDS and all(value in WORDS or _VALUE.fullmatch(value) for value in values.split(", "))


def constants(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@given(st.text(), st.lists(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.binary())))
def test_whatever_is_given_a_fact_is_plain(about: str, values: list[Any]) -> None:
    assert is_plain(Fact(about, *values).text)


@given(st.one_of(st.text(), st.from_regex(r"[0-9.\-]+", fullmatch=True), st.integers(), st.none()), st.integers())
def test_versions_and_statuses_are_plain(version: Any, status: int) -> None:
    assert is_plain(Fact("version", Version(version)).text)
    assert is_plain(Fact("status", Status(status)).text)


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (("10.0.0.1",), OTHER),
        (("cluster.example.com",), OTHER),
        ((12000,), "more than 99"),
        ((-1,), OTHER),
        ((1.5,), OTHER),
        (({"a": 1},), OTHER),
        (([],), OTHER),
        (("master", "slave", "master"), "master, slave"),
        ((True, None, 3), "true, null, 3"),
        ((Status(307), Status(9443), Version("8.0.20-96"), Version("10.0.0.1")), f"307, {OTHER}, 8.0.20-96"),
        ((), "none"),
    ],
)
def test_what_is_shown(values: tuple[Any, ...], shown: str) -> None:
    assert Fact("role", *values).text == f"role: {shown}"


def test_every_word_is_used() -> None:
    used = {text for path in FOLDER.glob("*.py") if path.name != "vocabulary.py" for text in constants(path)}
    names = {"api", "cm", "proxy", "syncer", "ccs_internode_encryption", "data_internode_encryption", "mtls_trusted_ca"}
    names |= {"sso_issuer", "sso_service", "ldap_client"}
    states = {"null", "active", "inactive", "down"}
    own = {vocabulary.MISSING, vocabulary.EMPTY, vocabulary.HTML, vocabulary.NOT_JSON}
    assert WORDS - names - states - own <= used


def test_every_fact_of_a_check_is_about_a_word() -> None:
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Fact":
                texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                assert set(texts) <= WORDS, f"{path.name}:{node.lineno}"
