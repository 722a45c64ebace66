# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One error for all that is wrong."""

from __future__ import annotations

import json

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError, combined


def mismatch(certificate: str) -> CertificateError:
    return CertificateError("key_mismatch", "the key does not fit.", option="private_key").about(certificate)


def test_one_error_stays_as_it_is() -> None:
    error = mismatch("proxy")
    assert combined([error]) is error


def test_several_errors_are_all_told() -> None:
    error = combined([mismatch("proxy"), mismatch("cm")])
    assert error.message == "2 things are wrong. proxy: the key does not fit. cm: the key does not fit."
    assert error.failure == {
        "kind": "key_mismatch",
        "certificate": "proxy, cm",
        "failures": [
            {"kind": "key_mismatch", "option": "private_key", "certificate": "proxy"},
            {"kind": "key_mismatch", "option": "private_key", "certificate": "cm"},
        ],
    }
    json.dumps(error.failure)


def test_errors_of_different_kinds_have_no_kind_in_common() -> None:
    expired = CertificateError("certificate_expired", "it expired.").about("cm")
    error = combined([mismatch("proxy"), expired, mismatch("api")])
    assert error.kind == "several"
    assert [failure["kind"] for failure in error.failure["failures"]] == [
        "key_mismatch",
        "certificate_expired",
        "key_mismatch",
    ]


def test_a_certificate_with_two_errors_is_named_once_and_one_without_a_name_not_at_all() -> None:
    nameless = CertificateError("invalid_option", "option name is empty.", option="name")
    error = combined([mismatch("proxy"), nameless, mismatch("proxy")])
    assert error.data["certificate"] == "proxy"
    assert error.message.startswith("3 things are wrong. ")


def test_what_is_combined_keeps_its_names() -> None:
    error = combined([mismatch("proxy"), mismatch("cm")])
    with pytest.raises(CertificateError) as raised:
        raise error.about("another")
    assert raised.value.data["certificate"] == "proxy, cm"
    assert "another" not in raised.value.message
