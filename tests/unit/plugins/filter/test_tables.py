# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables that roles show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.filter.rotation_table import rotation_table


def facts(name: str, **other: Any) -> dict[str, Any]:
    return {
        "name": name,
        "not_after": "2099-01-02T03:04:05Z",
        "days_remaining": 100,
        "chain_days_remaining": 100,
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


def test_rotation() -> None:
    new = facts("proxy", fingerprint="ab:cd:ef:01:23", chain_fingerprints=["ab:cd:ef:01:23"])
    lines = rotation_table(
        [
            certificate("api", after=facts("api", chain_days_remaining=2), source="files"),
            certificate("bad", before=facts("bad", error="why")),
            certificate("cm", after=facts("cm", chain_days_remaining=3)),
            certificate("due", "issue", "changed", due=["is\tself-signed", "why not"], after=None),
            certificate("gone", "delete", "changed", after=None, proof=proof("reported", hidden=["gone"])),
            certificate("half", "update", "partial", after=None, proof=proof("partial", 1, 3, ["a:1", "b:1"])),
            certificate("new", "update", "changed", before=None, proof=proof("complete", 9, 9)),
            certificate("old", "update", "rolled_back"),
            certificate(
                "proxy", "update", "changed", after=new, due=["expires in 3 days"], proof=proof("complete", 2, 2)
            ),
            certificate("same", "update", "failed_unchanged"),
        ],
        renew_before=30,
    )
    known = "2099-01-02 (100 days)  01:23:45:67"
    none = "-                      -          "
    rows = [
        (f"api          {known}  {known}", "unchanged, EXPIRES SOON and so does its material", "-"),
        (f"bad          not readable           -            {known}", "unchanged", "-"),
        (f"cm           {known}  {known}", "unchanged, EXPIRES SOON and has no source", "-"),
        (f"due          {known}  {none}", "to be issued (is\\tself-signed, why not)", "-"),
        (f"gone         {known}  {none}", "removed", "reported by the API"),
        (f"half         {known}  {none}", "PARTLY REPLACED", "proven 1/3 (2 unreachable)"),
        (f"new          {none}  {known}", "added", "proven 9/9"),
        (f"old          {known}  {known}", "rolled back", "-"),
        (f"proxy        {known}  2099-01-02 (100 days)  ab:cd:ef:01", "replaced (expires in 3 days)", "proven 2/2"),
        (f"same         {known}  {known}", "not replaced", "-"),
    ]
    width = max(len(outcome) for _known, outcome, _proof in rows)
    header = ("certificate  expires, before        SHA-256      expires, after         SHA-256    ", "outcome", "proof")
    assert lines == [f"{first}  {outcome.ljust(width)}  {proof}" for first, outcome, proof in [header, *rows]]


def test_rotation_in_check_mode_and_after_a_failure() -> None:
    soon = facts("cm", chain_days_remaining=3)
    certificates = [
        certificate("cm", "update", "failed_unchanged", after=soon, source="files"),
        certificate("gone", "delete", "changed", after=None),
        certificate("new", "update", "changed", before=None),
        certificate("old", after=soon),
        certificate("proxy", "update", "changed"),
    ]

    def outcomes(**options: Any) -> list[str]:
        lines = rotation_table(certificates, renew_before=30, **options)
        return [re.split(r" {2,}", line)[-2] for line in lines[1:]]

    foretold = ["would be removed", "would be added", "unchanged, EXPIRES SOON and has no source", "would be replaced"]
    assert outcomes(check_mode=True) == ["not replaced, EXPIRES SOON", *foretold]
    done = ["removed", "added", "unchanged, EXPIRES SOON", "replaced"]
    assert outcomes(failed=True) == ["not replaced, EXPIRES SOON", *done]
