# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The report as a text table, for logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import printable
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.table import table

from .. import certificates
from ..checks.judgement import CRITICAL, INFO, WARNING
from ..policy import ANY
from ..types import Finding, JudgedCluster, Report

_HEADER = ("cluster", "version", "certificate", "expires", "days", "status", "issuer", "proof")

#: Of the columns that are shown where there are many clusters.
SHORT_HEADER = ("cluster", "certificate", "expires", "days", "status")

#: How what was found about dates is called.
_EXPIRY = {"expiry": "EXPIRES SOON", "issuer_expiry": "AN ISSUER EXPIRES SOON"}

#: What has no date is not the last one of its urgency.
_UNKNOWN = 0


class Row(NamedTuple):
    """One certificate, or one cluster that could not be read, or of which more was found, or what was found of all.

    Attributes:
        cells: of the whole table.
        urgency: V(3) what cannot be read, V(2) what is critical, V(1) what is a warning, V(0) what is in order.
        days: until it expires.
    """

    cells: tuple[str, ...]
    urgency: int
    days: int = _UNKNOWN
    brief: str | None = None  # the status, where there are many clusters

    @property
    def short(self) -> list[str]:
        """Return the cells under M(SHORT_HEADER)."""
        cluster, _version, certificate, expires, days, status, _issuer, _proof = self.cells
        return [cluster, certificate, expires, days, self.brief or status]


def lines(report: Report) -> list[str]:
    """Return all rows as lines, each as long as it has to be."""
    return table(_HEADER, [one.cells for one in rows(report)], width=None)


def rows(report: Report) -> list[Row]:
    """Return one row a certificate, one a cluster not read, or of which more was found, and what was found of all."""
    found: dict[tuple[str, str | None], list[Finding]] = {}
    for finding in report["findings"]:
        if finding["severity"] != INFO:
            found.setdefault((finding["cluster"], finding["certificate"]), []).append(finding)
    return [
        *(row for cluster in report["clusters"] for row in _rows(cluster, found)),
        *(
            _without_facts("all clusters", "-", certificate, findings)
            for (cluster_name, certificate), findings in found.items()
            if cluster_name == ANY
        ),
    ]


def _row(*cells: str, urgency: int, days: int = _UNKNOWN, brief: str | None = None) -> Row:
    return Row(tuple(map(printable, cells)), urgency, days, brief)


def _rows(cluster: JudgedCluster, found: Mapping[tuple[str, str | None], Sequence[Finding]]) -> Iterator[Row]:
    name = cluster["name"]
    if cluster["error"]:
        kind = cluster["error"]["failure"].get("kind", "unknown")
        status = f"NOT READ: {cluster['error']['msg']}"
        yield _row(name, "-", "-", "-", "-", status, "-", "-", urgency=3, brief=printable(f"NOT READ ({kind})"))
    version = cluster["cluster"]["version"] or ("-" if cluster["error"] else "?")
    judged = certificates.of(cluster)
    for facts in judged:
        findings = found.get((name, facts["name"]), ())
        if facts.get("error"):
            status = f"NOT READABLE: {facts['error']}"
            yield _row(name, version, facts["name"], "-", "-", status, "-", "-", urgency=3)
        else:
            days = facts["days_remaining"]
            dates = facts["not_after"][:10], str(days)
            last = _status(findings, expired=facts["expired"]), facts["issuer"], certificates.seen_text(facts)
            yield _row(name, version, facts["name"], *dates, *last, urgency=_urgency(findings), days=days)
    known = {facts["name"] for facts in judged} | ({None} if cluster["error"] else set())
    for (cluster_name, certificate), findings in found.items():
        if cluster_name == name and certificate not in known:
            yield _without_facts(name, version, certificate, findings)


def _without_facts(cluster: str, version: str, certificate: str | None, findings: Sequence[Finding]) -> Row:
    status = _status(findings)
    return _row(cluster, version, certificate or "-", "-", "-", status, "-", "-", urgency=_urgency(findings))


def _urgency(findings: Sequence[Finding]) -> int:
    counting = {finding["severity"] for finding in findings if not finding["accepted"]}
    return 2 if CRITICAL in counting else 1 if counting else 0


def _status(findings: Sequence[Finding], *, expired: bool = False) -> str:
    """Return the worst that was found; what was accepted comes last."""
    parts: dict[str, list[str]] = {}
    words = []
    for finding in findings:
        critical = finding["severity"] == CRITICAL
        if finding["accepted"]:
            parts.setdefault("accepted", []).append(finding["check"])
        elif finding["check"] in _EXPIRY:
            word = "EXPIRED" if expired and finding["check"] == "expiry" else _EXPIRY[finding["check"]]
            words.append(word if critical else word.lower())
        else:
            parts.setdefault("FAILED" if critical else WARNING, []).append(finding["check"])
    words += [f"{label}: {', '.join(parts[label])}" for label in ("FAILED", WARNING, "accepted") if label in parts]
    return "; ".join(words) or "ok"
