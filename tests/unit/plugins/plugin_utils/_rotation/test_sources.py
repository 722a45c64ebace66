# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of sources."""

from __future__ import annotations

from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.sources import (
    is_missing,
    kind_of,
    options_of,
)


def test_missing_collections() -> None:
    assert is_missing("redis_enterprise.no_such_thing")
    assert is_missing("no_such.thing")
    assert not is_missing("redis_enterprise.certificates")


def test_a_source_is_exactly_one() -> None:
    assert kind_of({"source": {"files": {"directory": "x"}, "acme": None}}) == "files"
    assert kind_of({"source": {"files": {}, "acme": {}}}) is None
    assert kind_of({"source": {"file": {}}}) is None
    assert kind_of({"source": None}) is None


def test_defaults_stand_for_what_is_not_set() -> None:
    given = {"key_type": "ECC", "days": None, "names": None}
    options = options_of({"source": {"ownca": given}}, "ownca")
    assert options == {"key_type": "ECC", "key_size": 256, "days": 365}
