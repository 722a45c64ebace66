# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cluster's certificates before and after, as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.requirements import CHAIN_WITHOUT_ROOT
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.result_text import (
    lines,
    outcome_text,
)


def in_days(number: int) -> str:
    return (datetime.now(timezone.utc) + timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%SZ")


def facts(name: str, **other: Any) -> dict[str, Any]:
    return {
        "name": name,
        "not_after": "2099-01-02T03:04:05Z",
        "days_remaining": 100,
        "chain_days_remaining": 100,
        "chain_not_after": "2099-01-02T03:04:05Z",
        "expired": False,
        "fingerprint": "01:23:45:67:89",
        "chain_fingerprints": ["01:23:45:67:89"],
        "issuer": "CN=CA",
        **other,
    }


def certificate(name: str, action: str = "none", outcome: str = "unchanged", **other: Any) -> dict[str, Any]:
    has = facts(name)
    known: dict[str, Any] = {
        "name": name,
        "source": None,
        "due": [],
        "action": action,
        "reason": None,
        "outcome": outcome,
    }
    return {**known, "before": has, "after": has, **other}


def proof(
    level: str, verified: int = 0, of: int = 0, unreachable: Sequence[str] = (), hidden: Sequence[str] = ()
) -> dict[str, Any]:
    known = {"not_visible": list(hidden), "unreachable": list(unreachable)}
    return {"level": level, "verified": verified, "of": of, **known}


def told(*certificates: dict[str, Any], **options: Any) -> list[str]:
    result = {
        "certificates": certificates,
        "findings": options.pop("findings", ()),
        "failure": options.pop("failure", None),
    }
    options = {"check_mode": False, **options}
    return [line if isinstance(line, str) else line[0] for line in lines("one", result, 30, **options)]


def rows(made: Sequence[str]) -> list[list[str]]:
    """The cells of a table, with what goes on below joined to what it belongs to."""
    starts = [found.start() for found in re.finditer(r"\S+", made[0])]
    found: list[list[str]] = []
    for line in made:
        if line.startswith("unchanged: "):
            break
        cells = [line[start:end].strip() for start, end in zip(starts, [*starts[1:], None])]
        if cells[0]:
            found.append(cells)
        else:
            found[-1] = [f"{above} {below}".strip() for above, below in zip(found[-1], cells)]
    return found


def test_rotation() -> None:
    new = facts("proxy", fingerprint="ab:cd:ef:01:23", chain_fingerprints=["ab:cd:ef:01:23"])
    made = told(
        certificate("api", after=facts("api", chain_not_after=in_days(2)), source="files"),
        certificate("bad", before=facts("bad", error="why")),
        certificate("cm", after=facts("cm", chain_not_after=in_days(3))),
        certificate("due", "issue", "changed", due=["is\tself-signed", "why not"], after=None),
        certificate("gone", "delete", "changed", after=None, proof=proof("reported", hidden=["gone"])),
        certificate("half", "update", "partial", after=None, proof=proof("partial", 1, 3, ["a:1", "b:1"])),
        certificate("new", "update", "changed", before=None, proof=proof("complete", 9, 9)),
        certificate("old", "update", "rolled_back"),
        certificate("proxy", "update", "changed", after=new, due=["expires in 3 days"], proof=proof("complete", 2, 2)),
        certificate("same", "update", "failed_unchanged"),
        certificate("sound"),
    )
    has = "2099-01-02 01:23:45:67"
    assert rows(made) == [
        ["one", "before", "after", "outcome", "proof"],
        ["api", has, has, "unchanged, EXPIRES SOON and so does its material", "-"],
        ["cm", has, has, "unchanged, EXPIRES SOON and has no source", "-"],
        ["due", has, "-", "to be issued", "-"],
        ["gone", has, "-", "removed", "reported by the API"],
        ["half", has, "-", "PARTLY REPLACED", "proven 1/3 (2 unreachable)"],
        ["new", "-", has, "added", "proven 9/9"],
        ["old", has, has, "rolled back", "-"],
        ["proxy", has, "2099-01-02 ab:cd:ef:01", "replaced", "proven 2/2"],
        ["same", has, has, "not replaced", "-"],
    ]
    assert made[-1] == "unchanged: bad, sound"
    assert max(map(len, made)) <= 100


def test_a_chain_without_its_root_is_told_below() -> None:
    finding = {"id": CHAIN_WITHOUT_ROOT, "certificate": "proxy", "found": "no issuer " * 12, "remedy": "Give it"}
    first, *more = told(certificate("proxy"), findings=[finding, {**finding, "id": "other"}])
    assert first == "one: unchanged: proxy"
    assert " ".join(" ".join(more).split()) == f"proxy: {'no issuer ' * 12}. Give it.".replace(" .", " .")
    assert max(map(len, more)) <= 100


def test_rotation_in_check_mode_and_after_a_failure() -> None:
    soon = facts("cm", chain_not_after=in_days(3))
    certificates = [
        certificate("cm", "update", "failed_unchanged", after=soon, source="files"),
        certificate("due", "issue", "failed_unchanged", after=soon, source="ownca"),
        certificate("gone", "delete", "changed", after=None),
        certificate("new", "update", "changed", before=None),
        certificate("old", after=soon),
        certificate("proxy", "update", "changed"),
    ]

    def outcomes(**options: bool) -> list[str]:
        told = {"check_mode": False, "failed": False, **options}
        return [outcome_text(one, timedelta(30), **told) for one in certificates]

    left = ["not replaced, EXPIRES SOON"] * 2
    foretold = ["would be removed", "would be added", "unchanged, EXPIRES SOON and has no source", "would be replaced"]
    assert outcomes(check_mode=True) == [*left, *foretold]
    done = ["removed", "added", "unchanged, EXPIRES SOON", "replaced"]
    assert outcomes(failed=True) == [*left, *done]
