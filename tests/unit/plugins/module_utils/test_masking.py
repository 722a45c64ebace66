# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results are masked as Ansible masks them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.module_utils.common.parameters import remove_values
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._masking import (
    longest_first,
    mask_secrets,
    occurring,
)
from hypothesis import example, given
from hypothesis import strategies as st

# Few characters, so that texts hold secrets often; those that JSON escapes, and digits for numbers.
TEXTS = st.text('ab1."\\\n\0é💧', max_size=6)
VALUES = st.recursive(
    st.integers(0, 1111) | st.sampled_from([1.5, 11.0]) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
# Within others, releases differ in whether they mask them.
NEVER_MASKED = st.none() | st.booleans()


@given(st.dictionaries(TEXTS, VALUES | NEVER_MASKED, max_size=4), st.lists(TEXTS.filter(bool), max_size=5, unique=True))
@example({"failed": True, "msg": "True", "count": 11, "other": None}, ["True", "1"])
def test_it_is_what_ansible_makes_of_it(result: dict[str, Any], secrets: list[str]) -> None:
    expected = {
        name: value if value is None or isinstance(value, bool) else remove_values(value, longest_first(secrets))
        for name, value in result.items()
    }
    assert json.dumps(mask_secrets(result, secrets)) == json.dumps(expected)


def test_booleans_and_null_are_never_masked() -> None:
    result = {"list": [True, None, {"inner": False}]}
    assert mask_secrets(result, ["True", "None", "a", "e"]) == result
    assert occurring(["True", "None", "rue"], result) == set()


def test_sentences_do_not_count() -> None:
    result = {"msg": "the word", "certificates": [{"name": "proxy", "error": "no word"}], "days": 365}
    assert occurring(["word", "prox", "65", "z"], result) == {"prox", "65"}


@pytest.mark.parametrize(
    ("secrets", "shown"), [([], "s3cret"), (["other"], "s3cret"), (["s3cret"], "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER")]
)
def test_what_is_returned_has_the_types_of_json(secrets: list[str], shown: str) -> None:
    assert mask_secrets({"names": ("api", "s3cret")}, secrets) == {"names": ["api", shown]}
