# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions in order, and which known bug meets which certificate on which of them."""

from __future__ import annotations

import random

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._product.names import KNOWN
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._product.releases import (
    BULK_UPDATE,
    CHAIN_WITHOUT_COMMON_NAMES,
    HAZARDS,
    KEY_TYPE_CHECKED,
    UNKNOWN_EXTENSIONS,
    Hazard,
    is_before,
    oldest_version,
    version_key,
)
from hypothesis import given
from hypothesis import strategies as st

IN_ORDER = [
    "6.4.2-103",
    "7.4.2-54",
    "7.4.2-129",
    "7.4.3",
    "7.8.2-34",
    "7.8.6-35",
    "7.8.6-36",
    "7.8.7-1",
    "7.22.0-94",
    "7.22.0-95",
    "7.22.2",
    "7.22.2-79",
    "8.0.9-30",
    "8.0.10",
    "8.0.20-68",
    "8.0.20-96",
    "8.0.20-100",
    "8.2.0-46",
    "10.0.0-1",
]
numbers = st.lists(st.integers(0, 10**6), min_size=3, max_size=4)


def written(version: list[int]) -> str:
    return ".".join(map(str, version[:3])) + "".join(f"-{build}" for build in version[3:])


def hazard(number: str) -> Hazard:
    (found,) = (one for one in HAZARDS if one.id == number)
    return found


def test_versions_are_ordered_by_their_numbers() -> None:
    shuffled = random.Random(7).sample(IN_ORDER, len(IN_ORDER))
    assert sorted(shuffled, key=version_key) == IN_ORDER


@given(numbers, numbers)
def test_a_version_is_before_another_when_its_numbers_are(first: list[int], second: list[int]) -> None:
    assert is_before(written(first), written(second)) == (first < second)


@given(st.text("0789.-v \u0662\u00b2\ud800"))
def test_any_text_has_a_place_in_the_order(text: str) -> None:
    assert is_before(text, "8.0.20-96") in (True, False)


def test_a_number_of_any_length_has_a_place_in_the_order() -> None:
    assert is_before("8.0.20-96", "8.0.20-" + "9" * 5000)


def test_digits_of_other_scripts_are_no_numbers() -> None:
    assert version_key("8.0\u0662.\u00b2-9") == (8, 0, 9)


def test_the_oldest_node_counts() -> None:
    assert oldest_version(["8.0.10-1", "8.0.9-30", "8.0.20-96"]) == "8.0.9-30"
    assert oldest_version(iter(["7.22.0-95"])) == "7.22.0-95"
    assert oldest_version([]) is None


@given(st.lists(numbers, min_size=1))
def test_no_version_is_before_the_oldest(versions: list[list[int]]) -> None:
    assert oldest_version(map(written, versions)) in [written(one) for one in versions if one == min(versions)]


@pytest.mark.parametrize("limit", IN_ORDER)
def test_an_unknown_version_is_before_none(limit: str) -> None:
    assert is_before(None, limit) is False


@pytest.mark.parametrize(
    ("number", "version", "concerned"),
    [
        ("RS199373", "7.4.2-54", True),
        ("RS199373", "8.0.20-67", True),
        ("RS199373", "8.0.20-68", False),
        ("RS199373", "8.0.99-1", False),
        ("RS199373", "8.2.0-1", True),
        ("RS199373", "8.2.0-25", True),
        ("RS199373", "8.2.0-26", False),
        ("RS199373", "8.2.0-46", False),
        ("RS194253", "7.4.2-54", True),
        ("RS194253", "8.0.20-67", True),
        ("RS194253", "8.0.20-68", False),
        ("RS194253", "8.0.99-1", False),
        ("RS194253", "8.2.0-1", True),
        ("RS194253", "8.2.0-25", True),
        ("RS194253", "8.2.0-26", False),
        ("RS194253", "8.2.0-46", False),
        ("RS208996", "7.4.2-54", True),
        ("RS208996", "8.0.20-68", True),
        ("RS208996", "8.0.20-95", True),
        ("RS208996", "8.0.20-96", False),
        ("RS208996", "8.1.0-1", False),
        ("RS208996", "8.2.0-1", True),
        ("RS208996", "8.2.0-46", True),
        ("RS208996", "8.2.0-47", False),
        ("RS176540", "7.22.2-13", False),
        ("RS176540", "7.22.2-14", True),
        ("RS176540", "7.22.2-40", True),
        ("RS176540", "7.22.2-41", False),
        ("RS176540", "8.0.2-16", False),
        ("RS176540", "8.0.2-17", True),
        ("RS176540", "8.0.2-40", True),
        ("RS176540", "8.0.2-41", False),
        ("RS125934", "7.4.2-54", True),
        ("RS125934", "7.8.2-33", True),
        ("RS125934", "7.8.2-34", False),
        ("RS133653", "7.8.2-33", True),
        ("RS133653", "7.8.2-34", False),
        ("RS171560", "7.22.2-19", True),
        ("RS171560", "7.22.2-20", False),
        ("RS193156", "8.0.16-32", False),
        ("RS193156", "8.0.16-33", True),
        ("RS193156", "8.0.18-22", True),
        ("RS193156", "8.0.18-23", False),
        ("RS170611", "8.0.2-16", True),
        ("RS170611", "8.0.2-17", False),
        ("peers_distrust_api", "8.0.20-96", False),
        ("peers_distrust_api", "8.2.0-1", True),
        ("RS122668", "7.4.2-54", True),
        ("RS122668", "7.8.6-35", True),
        ("RS122668", "7.8.6-36", False),
        ("RS122668", "7.8.7-1", False),
        ("RS122668", "7.8.99-999", False),
        ("RS122668", "7.22.0-94", True),
        ("RS122668", "7.22.0-95", False),
        ("RS122668", "7.22.2-1", False),
        ("RS122668", "8.0.2-17", False),
        ("RS200137", "7.4.2-54", True),
        ("RS200137", "8.2.0-45", True),
        ("RS200137", "8.2.0-46", False),
    ],
)
def test_the_boundaries_of_known_bugs(number: str, version: str, concerned: bool) -> None:
    met = hazard(number)
    for name in sorted(KNOWN):
        assert met.concerns(frozenset({version}), name) == (concerned and name in met.names)


def test_which_certificates_meet_known_bugs() -> None:
    assert {one.id: set(one.names) for one in HAZARDS} == {
        "RS199373": {"ccs_internode_encryption"},
        "RS194253": {"ccs_internode_encryption", "data_internode_encryption"},
        "RS208996": {"ccs_internode_encryption", "data_internode_encryption"},
        "RS176540": {"ccs_internode_encryption", "data_internode_encryption"},
        "RS122668": {"proxy"},
        "RS125934": {"proxy", "syncer"},
        "RS133653": {"proxy", "syncer"},
        "RS171560": {"proxy", "syncer"},
        "RS193156": {"ldap_client"},
        "RS200137": {"ccs_internode_encryption", "data_internode_encryption"},
        "RS170611": {"api", "cm", "metrics_exporter", "proxy"},
        "RS187553": set(),
        "RS162972": set(),
        "RS190875": set(),
        "peers_distrust_api": {"api"},
    }


@pytest.mark.parametrize(
    ("number", "version", "fixed"),
    [
        ("RS194253", "7.4.2-54", "8.0.20-68"),
        ("RS194253", "8.2.0-25", "8.2.0-26"),
        ("RS194253", "8.0.20-68", None),
        ("RS194253", None, None),
        ("RS187553", "8.0.20-18", "8.0.20-19"),
        ("RS187553", "8.0.20-19", None),
        ("RS162972", "7.8.4-17", None),
        ("RS162972", "7.8.4-18", "7.22.2-14"),
        ("RS162972", "7.22.2-14", None),
        ("RS162972", "8.0.2-16", "8.0.2-17"),
        ("RS162972", "8.0.2-17", None),
        ("RS190875", "8.0.20-43", "8.0.20-44"),
        ("RS190875", "8.2.0-24", "8.2.0-25"),
        ("RS190875", "8.2.0-25", None),
    ],
)
def test_the_release_that_fixes_a_known_bug(number: str, version: str | None, fixed: str | None) -> None:
    versions = frozenset(() if version is None else (version,))
    assert hazard(number).fixed_in(versions) == fixed
    assert hazard(number).among(versions) == ([version] if fixed else [])


@pytest.mark.parametrize(
    ("number", "versions", "affected", "fixed"),
    [
        ("RS176540", {"8.0.2-20", "7.22.2-100"}, ["8.0.2-20"], "8.0.2-41"),
        ("RS193156", {"8.0.16-40", "8.0.16-20"}, ["8.0.16-40"], "8.0.18-23"),
        ("RS194253", {"8.2.0-25", "8.0.9-1", "8.0.10-1"}, ["8.0.9-1", "8.0.10-1", "8.2.0-25"], "8.2.0-26"),
        ("RS194253", {"8.2.0-25", "8.0.20-68"}, ["8.2.0-25"], "8.2.0-26"),
        ("RS194253", {"8.2.0-26", "8.0.20-68"}, [], None),
    ],
)
def test_one_node_whose_version_has_a_bug_is_enough(
    number: str, versions: set[str], affected: list[str], fixed: str | None
) -> None:
    met, nodes = hazard(number), frozenset(versions)
    assert (met.among(nodes), met.fixed_in(nodes)) == (affected, fixed)
    assert [met.concerns(nodes, name) for name in sorted(met.names)] == [bool(affected)] * len(met.names)


def test_only_what_a_write_meets_is_met_by_a_write() -> None:
    """The others are about what comes after it, and are asked for by those who do that."""
    actions = {one.id: one.action for one in HAZARDS}
    assert {number for number, action in actions.items() if action in ("update", "delete", "rotate")} == {
        "RS199373",
        "RS194253",
        "RS208996",
        "RS176540",
        "RS122668",
        "RS193156",
        "RS200137",
    }


@pytest.mark.parametrize("met", HAZARDS, ids=lambda met: str(met.id))
def test_nothing_is_known_of_an_unknown_version(met: Hazard) -> None:
    assert not any(met.concerns(frozenset(), name) for name in KNOWN)


@pytest.mark.parametrize(
    ("limit", "last_without"),
    [
        (BULK_UPDATE, "7.22.0-95"),
        (CHAIN_WITHOUT_COMMON_NAMES, "7.4.6-280"),
        (UNKNOWN_EXTENSIONS, "7.4.2-215"),
        (KEY_TYPE_CHECKED, "8.0.20-96"),
    ],
)
def test_the_first_build_of_a_release_is_not_before_it(limit: str, last_without: str) -> None:
    assert is_before(last_without, limit)
    assert not is_before(limit, limit)
    assert not is_before(limit if "-" in limit else f"{limit}-1", limit)
