# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Findings, by severity and check, so that each remedy is shown once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..checks.judgement import SEVERITIES
from ..types import Accepted, Finding, Report
from .commands import Command, command

_Pair = tuple[Finding, Command]

#: What checks are called; others by their identifier.
TITLES = {
    "drift": "Differs from the desired state",
    "exception_ended": "Exceptions that have ended",
    "expiry": "Certificates that expire",
    "expiry_alert": "Expiry alert of the cluster",
    "hazard": "Known bugs of the server",
    "internal_expiry_alert": "Expiry alert of internal certificates",
    "internal_rotation": "Rotation of internal certificates",
    "issuer": "Issuers that are not allowed",
    "issuer_expiry": "Issuers that expire",
    "key_size": "Weak keys",
    "lifetime": "Certificates that live too long",
    "name_missing": "Names that certificates do not cover",
    "node_active": "Nodes that are not active",
    "on_node": "Nodes with another certificate, by their metrics",
    "policy": "Policies of merged reports",
    "reachable": "Clusters that could not be read",
    "readable": "Certificates that cannot be read",
    "reading": "Warnings while reading",
    "replica_pin": "Replica sources that pin an old certificate",
    "served": "Ports that present something else",
    "trusted": "Ports that do not verify",
}


@dataclass(frozen=True)
class Row:
    """The same of one or more certificates of a cluster."""

    cluster: str
    certificates: list[str | None]
    message: str
    accepted: Accepted | None
    command: str  # empty: there is none
    note: str  # of the command, or why there is none


@dataclass(frozen=True)
class Group:
    """Findings of one check."""

    check: str
    title: str
    total: int
    remedies: list[str]
    rows: list[Row]


@dataclass(frozen=True)
class Section:
    """Groups of one severity, or what was accepted."""

    name: str
    total: int
    groups: list[Group]


def by_severity(report: Report) -> list[Section]:
    """Return critical findings first, accepted ones last; sections without findings are left out."""
    sections = []
    clusters = {cluster["name"]: cluster for cluster in report["clusters"]}
    commands = [(one, command(one, clusters.get(one["cluster"]), report["policy"])) for one in report["findings"]]
    for name in (*SEVERITIES, "accepted"):
        found = [pair for pair in commands if ("accepted" if pair[0]["accepted"] else pair[0]["severity"]) == name]
        if found:
            sections.append(Section(name, len(found), _groups(found)))
    return sections


def _groups(found: Sequence[_Pair]) -> list[Group]:
    by_check: dict[str, list[_Pair]] = {}
    for pair in found:
        by_check.setdefault(pair[0]["check"], []).append(pair)
    groups = [
        Group(
            check,
            TITLES.get(check, check.replace("_", " ").capitalize()),
            len(pairs),
            list(dict.fromkeys(finding["remedy"] for finding, _command in pairs)),
            _rows(pairs),
        )
        for check, pairs in by_check.items()
    ]
    return sorted(groups, key=lambda group: -group.total)


def _rows(pairs: Sequence[_Pair]) -> list[Row]:
    alike: dict[tuple[str, str, str, Command], list[Finding]] = {}
    for one, by in pairs:
        alike.setdefault((one["cluster"], one["message"], str(one["accepted"]), by), []).append(one)
    rows = []
    for (cluster, message, _accepted, by), found in alike.items():
        names = [one["certificate"] for one in found]
        rows.append(Row(cluster, names, message, found[0]["accepted"], by.of(names), by.note))
    return rows
