# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wanted of several certificates: read together, and refused together."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils import _reconcile
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from simulator.authority import Material


def entry(name: str, material: Material | None = None, **options: Any) -> dict[str, Any]:
    """One certificate as a module gets it; absent without material."""
    defaults = {option: spec.get("default") for option, spec in _reconcile.ENTRY_SPEC.items()}
    given: dict[str, Any] = {"state": "absent"}
    if material is not None:
        given = {"certificate": material.certificate_pem, "private_key": str(material.key_pem)}
    return {**defaults, "name": name, **given, **options}


def refused(*entries: dict[str, Any]) -> CertificateError:
    with pytest.raises(CertificateError) as raised:
        _reconcile.wanted(entries)
    return raised.value


def test_what_is_wanted_is_in_the_order_in_which_it_is_given(material: Material, other: Material) -> None:
    found = _reconcile.wanted([entry("proxy", material), entry("ldap_client"), entry("api", other, compare="leaf")])
    assert [(one.name, one.material is None, one.compare, one.reason) for one in found] == [
        ("proxy", False, "chain", "not_wanted"),
        ("ldap_client", True, "chain", "not_wanted"),
        ("api", False, "leaf", "not_wanted"),
    ]
    assert _reconcile.wanted([]) == []


def test_names_of_the_operator_are_those_of_the_api(material: Material) -> None:
    names = ["cp_internode_encryption", "dp_internode_encryption", " proxy "]
    found = _reconcile.wanted([entry(name, material) for name in names])
    internode = ["ccs_internode_encryption", "data_internode_encryption"]
    assert [one.name for one in found] == [*internode, "proxy"]
    assert [one.material and one.material.name for one in found] == [*internode, "proxy"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("proxy", "proxy"),
        ("proxy", " proxy"),
        ("ccs_internode_encryption", "cp_internode_encryption"),
        ("dp_internode_encryption", "data_internode_encryption"),
    ],
)
@pytest.mark.parametrize("absent", [True, False])
def test_a_name_that_stands_twice(material: Material, first: str, second: str, absent: bool) -> None:
    error = refused(entry(first, material), entry(second, None if absent else material))
    assert (error.kind, error.data["option"]) == ("invalid_option", "certificates")
    assert "twice" in error.message
    assert error.data["certificate"] not in ("cp_internode_encryption", "dp_internode_encryption")


def test_all_that_is_wrong_is_named(material: Material, other: Material) -> None:
    error = refused(
        entry("proxy", material, private_key=str(other.key_pem)),
        entry("cm", material),
        entry("api", material, certificate=None),
        entry(" "),
        entry("cm", material),
    )
    assert [(one["kind"], one.get("certificate")) for one in error.failure["failures"]] == [
        ("key_mismatch", "proxy"),
        ("missing_certificate", "api"),
        ("invalid_option", None),
        ("invalid_option", "cm"),
    ]
    assert error.data["certificate"] == "proxy, api, cm"
    for name in ("proxy: ", "api: ", "cm: "):
        assert name in error.message
    assert "PRIVATE" not in error.message
