# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables that roles show."""

from __future__ import annotations

from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.filter.rotation_table import rotation_table


def facts(name: str, **other: Any) -> dict[str, Any]:
    return {
        "name": name,
        "not_after": "2030-01-02T03:04:05Z",
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


def test_rotation() -> None:
    new = facts("proxy", fingerprint="ab:cd:ef:01:23", chain_fingerprints=["ab:cd:ef:01:23"])
    lines = rotation_table(
        [
            certificate("api", after=facts("api", chain_days_remaining=2), source="files"),
            certificate("bad", before=facts("bad", error="why")),
            certificate("cm", after=facts("cm", chain_days_remaining=3)),
            certificate("due", "issue", "changed", due=["it is\tself-signed", "why not"], after=None),
            certificate("gone", "delete", "changed", after=None),
            certificate("half", "update", "partial", after=None),
            certificate("new", "update", "changed", before=None),
            certificate("old", "update", "rolled_back"),
            certificate("proxy", "update", "changed", after=new, due=["it expires in 3 days"]),
            certificate("same", "update", "failed_unchanged"),
        ],
        renew_before=30,
    )
    known = "2030-01-02 (100 days)  01:23:45:67"
    none = "-                      -          "
    assert lines == [
        "certificate  expires, before        SHA-256      expires, after         SHA-256      outcome",
        f"api          {known}  {known}  unchanged, EXPIRES SOON and so does its material",
        f"bad          not readable           -            {known}  unchanged",
        f"cm           {known}  {known}  unchanged, EXPIRES SOON and has no source",
        f"due          {known}  {none}  to be issued (it is?self-signed, why not)",
        f"gone         {known}  {none}  removed",
        f"half         {known}  {none}  PARTLY REPLACED",
        f"new          {none}  {known}  new",
        f"old          {known}  {known}  put back",
        f"proxy        {known}  2030-01-02 (100 days)  ab:cd:ef:01  replaced (it expires in 3 days)",
        f"same         {known}  {known}  not replaced",
    ]
