# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is printed of the checks, and what the page says of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.redis_enterprise.certificates.plugins.filter import contract_report as module
from ansible_collections.redis_enterprise.certificates.plugins.filter.contract_report import contract_report
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._contract.catalogue import CHECKS
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._contract.check import REASONS, Check

ROOT = Path(__file__).resolve().parents[5]
PAGE = (ROOT / "docs/contract.md").read_text(encoding="utf-8")


def check(name: str, outcome: str, reason: str | None = None, *seen: str) -> dict[str, Any]:
    title, source = f"What {name} is about", "vendor, a page"
    return {"id": name, "title": title, "source": source, "outcome": outcome, "reason": reason, "seen": list(seen)}


def result(**more: Any) -> dict[str, Any]:
    checks = [
        check("one", "holds", None, "status: 200"),
        check("two", "differs", None, "status: 302", "followers: 2"),
        check("three", "not_checked", "version"),
        check("four", "not_checked", "nothing"),
        check("five", "not_checked", "version"),
    ]
    counts = {"holds": 1, "differs": 1, "not_checked": 3}
    return {"server": ["nodes: 3", "login: password"], "checks": checks, "counts": counts, "restored": None, **more}


def test_what_differs_comes_first() -> None:
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    assert contract_report(result()) == [
        f"redis_enterprise.certificates {version} (checkout), contract",
        "nodes: 3; login: password",
        "",
        "DIFFERS  two: What two is about",
        "    seen: status: 302; followers: 2",
        "    source: vendor, a page",
        "holds: 1, differs: 1, not checked: 3",
        "not checked, this version does not have it: three, five",
        "not checked, the cluster has nothing to look at: four",
    ]


@pytest.mark.parametrize(("restored", "shown"), [(True, "yes"), (False, "NO")])
def test_what_was_put_back_is_said(restored: bool, shown: str) -> None:
    assert f"everything that was written was restored: {shown}" in contract_report(result(restored=restored))


def test_lines_are_short() -> None:
    checks = [check(one.id, "not_checked", "nothing") for one in CHECKS]
    lines = contract_report(result(checks=checks))
    assert max(map(len, lines)) <= 110
    assert {one.id for one in CHECKS} <= set(re.findall(r"\w+", " ".join(lines)))


def test_the_version_is_that_of_the_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "MANIFEST.json").write_text(json.dumps({"collection_info": {"version": "9.8.7"}}))
    monkeypatch.setattr(module, "_ROOT", tmp_path)
    assert contract_report(result())[0] == "redis_enterprise.certificates 9.8.7, contract"


def row(one: Check) -> str:
    """What the page says of a check."""
    where = [f"from {one.since}"] if one.since else []
    where += [f"before {one.until}"] if one.until else []
    where += [f"login by {one.login}"] if one.login else []
    where += ["writes"] if one.writes else []
    return f"| `{one.id}` | {one.title} | {one.source} | {', '.join(where)} |"


def test_the_page_has_every_check_in_order() -> None:
    assert [line for line in PAGE.splitlines() if line.startswith("| `")] == [row(one) for one in CHECKS]


def test_the_page_has_every_reason() -> None:
    for words in REASONS.values():
        shown = "writes, …" if words.startswith("writes") else words
        assert f"\n| {shown} |" in PAGE
