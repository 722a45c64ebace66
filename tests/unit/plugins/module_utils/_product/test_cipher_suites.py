# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists of cipher suites, as clusters report them: which keys they are for, or that this cannot be said."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._product.cipher_suites import (
    ECDSA,
    RSA,
    authentications,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("suites", "keys"),
    [
        ("ECDHE-RSA-AES128-GCM-SHA256", {RSA}),
        ("AES128-SHA", {RSA}),
        ("ECDHE-ECDSA-AES128-GCM-SHA256", {ECDSA}),
        ("AES128-SHA, ECDHE-ECDSA-AES128-GCM-SHA256", {RSA, ECDSA}),
        ("[ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-ECDSA-CHACHA20-POLY1305]", {ECDSA}),
        ("TLS_AES_128_GCM_SHA256:AES128-SHA", {RSA}),
        ("AES128-SHA:!OF-THE-FUTURE:@STRENGTH", {RSA}),
        ("ALL:!aRSA:!aNULL:!aPSK:!aSRP:!aDSS", {ECDSA}),
        ("DES-CBC3-SHA:AES128-SHA", None),  # depends on how OpenSSL was built
    ],
)
def test_lists_that_openssl_knows(suites: str, keys: set[str] | None) -> None:
    found = authentications(suites)
    assert found in (None, frozenset({RSA})) if keys is None else found == frozenset(keys)


@pytest.mark.parametrize(
    "suites", [None, 7, ["AES128-SHA"], "", " : ", "!RSA", "nonsense", "AES128-SHA:nonsense", "AES128-SHA\0", "\ud800"]
)
def test_what_cannot_be_judged(suites: Any) -> None:
    assert authentications(suites) is None


@given(st.text() | st.none() | st.integers())
def test_nothing_is_too_odd(suites: Any) -> None:
    found = authentications(suites)
    assert found is None or found
