# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is a host name, and what it costs to see that something is none."""

from __future__ import annotations

import time

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._hostnames import is_host, same_host

LABEL = "a" * 61
LONGEST = ".".join([LABEL] * 4) + ".abcde"


@pytest.mark.parametrize(
    "name", ["a", "cluster.example.com.", "bücher.example", "10.0.0.1", "fe80::1%eth0", LONGEST, LONGEST + "."]
)
def test_hosts(name: str) -> None:
    assert is_host(name)


@pytest.mark.parametrize("name", ["", ".", "a..b", "a b", "-a", LONGEST + "a", LONGEST + "a.", "fe80::1%"])
def test_what_is_none(name: str) -> None:
    assert not is_host(name)


def test_a_name_that_is_too_long_once_it_is_encoded() -> None:
    name = ".".join(["bücher" * 3] * 12)
    assert len(name) < 253 < len(name.encode("idna"))
    assert not is_host(name)


@pytest.mark.parametrize("name", ["a." * 5_000_000, "ü." * 5_000_000, "1" * 10_000_000, ":" * 10_000_000])
def test_ten_megabytes_cost_nothing(name: str) -> None:
    began = time.process_time()
    assert not is_host(name)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:DB8:0::1", "2001:db8::1", True),
        ("Node1.example.com.", "node1.example.com", True),
        ("::ffff:192.0.2.1", "::FFFF:c000:201", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("10.0.0.1", "", False),
    ],
)
def test_hosts_are_compared_however_they_are_written(one: str, other: str, same: bool) -> None:
    assert same_host(one, other) is same
