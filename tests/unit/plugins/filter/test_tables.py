# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables that roles show."""

from __future__ import annotations

from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.filter.audit_table import audit_table
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


def test_audit() -> None:
    lines = audit_table(
        [
            {"host": "one", "cluster": {"version": "8.0.2-1"}, "certificates": [facts("api", issuer="CN=\x1b[31mred")]},
            {"host": "two", "cluster": {"version": None}, "certificates": [facts("cm", error="cannot be parsed")]},
            {"host": "three", "error": "no\nanswer", "certificates": []},
        ],
        fail_within=14,
    )
    assert lines == [
        "cluster  version  certificate  expires     days  status                          issuer",
        "one      8.0.2-1  api          2030-01-02  100   ok                              CN=?[31mred",
        "two      ?        cm           -           -     NOT READABLE: cannot be parsed  -",
        "three    -        -            -           -     NOT READ: no?answer             -",
    ]


def test_audit_status() -> None:
    certificates = [
        facts("a", expired=True, days_remaining=-1, chain_days_remaining=-1),
        facts("b", days_remaining=13, chain_days_remaining=13),
        facts("c", days_remaining=14, chain_days_remaining=14),
        facts("d", chain_days_remaining=13),
    ]
    lines = audit_table([{"host": "x", "cluster": {"version": "1"}, "certificates": certificates}], fail_within=14)
    statuses = ["EXPIRED", "EXPIRES SOON", "ok", "AN ISSUER EXPIRES SOON"]
    assert [status in line for status, line in zip(statuses, lines[1:])] == [True] * 4
