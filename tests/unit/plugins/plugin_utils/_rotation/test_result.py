# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rotation came to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.replacement import Replacement
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.result import (
    rotation_result,
    summary,
)

from .test_entries import FQDN, OWNCA, all_collections, plan

__all__ = ["all_collections"]


def replaced(
    written: Mapping[str, Any], failure: Mapping[str, Any] | None = None, replication: Mapping[str, Any] | None = None
) -> Replacement:
    """What was done, or would have been."""
    made = Replacement(lambda *_arguments, **_keywords: {}, lambda _text: None, check_mode=False)
    made.written, made.failure, made.replicated = written, dict(failure or {}), replication or {}
    return made


def test_result() -> None:
    has, new = {"name": "cm", "error": "why"}, {"name": "proxy"}
    before = {"cluster": {"name": FQDN}, "certificates": [has, {"name": "api"}]}
    entries = plan({"name": "proxy", "source": {"ownca": OWNCA}}, {"name": "cm", "source": {"ownca": OWNCA}})["entries"]
    change = {
        "name": "proxy",
        "action": "update",
        "reason": "not_set",
        "outcome": "changed",
        "before": None,
        "after": new,
        "proof": {"level": "complete"},
    }
    written = {
        "changed": True,
        "outcome": "changed",
        "changes": [change],
        "nodes": [1],
        "proof": {"level": "partial"},
        "cluster": {"name": FQDN, "primary": {"node": 2, "address": "10.0.0.2"}},
        "findings": [2],
        "hazards": [3],
    }
    common: dict[str, Any] = {"due": {"proxy": ["not installed"]}, "check_mode": False}
    result = rotation_result(entries, before, replaced(written), **common)
    assert (result["changed"], result["outcome"], result["failure"], result["nodes"]) == (True, "changed", None, [1])
    assert [(one["name"], one["source"], one["action"]) for one in result["certificates"]] == [
        ("api", None, "none"),
        ("cm", "ownca", "none"),
        ("proxy", "ownca", "update"),
    ]
    assert result["certificates"][2]["due"] == ["not installed"]
    assert [one["proof"] for one in result["certificates"]] == [None, None, {"level": "complete"}]
    assert (result["proof"], result["cluster"]["primary"]["node"]) == ({"level": "partial"}, 2)

    foretold = rotation_result(entries, before, replaced({}), **{**common, "check_mode": True})
    assert (foretold["changed"], foretold["outcome"]) == (True, "changed")
    assert foretold["certificates"][2]["action"] == "issue"
    failed = rotation_result(entries, {}, replaced({}, {"task": "Read", "msg": "no"}), **common)
    assert (failed["changed"], failed["outcome"], failed["cluster"]) == (False, "failed_unchanged", None)
    assert failed["certificates"][1]["outcome"] == "failed_unchanged"
    replication = {"changed": True, "outcome": "changed", "active_active": [4], "failed": False}
    told = rotation_result(entries, before, replaced(written, replication=replication), **common)
    assert told["replication"] == {"changed": True, "outcome": "changed", "active_active": [4]}
    unchanged = rotation_result(entries, before, replaced({}), **{**common, "due": {}})
    assert (unchanged["changed"], unchanged["outcome"], unchanged["replication"]) == (False, "unchanged", None)
    assert (unchanged["proof"], unchanged["cluster"]) == (None, {"name": FQDN})
    assert summary(failed) == {
        "outcome": "failed_unchanged",
        "changed": False,
        "proof": None,
        "certificates": ["proxy"],
        "failure": "no",
    }
