# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The report as a text table, for logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import printable
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.proofs import proof_text
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.table import table

from .. import certificates
from ..checks.judgement import CRITICAL, INFO, WARNING
from ..times import age, made
from ..types import Finding, JudgedCluster, Report

_HEADER = ("cluster", "version", "certificate", "expires", "days", "status", "issuer", "proof")

#: How what was found about dates is called.
_EXPIRY = {"expiry": "EXPIRES SOON", "issuer_expiry": "AN ISSUER EXPIRES SOON"}


def lines(report: Report) -> list[str]:
    """Return one line a certificate, and one a cluster that could not be read, or of which more was found."""
    found: dict[tuple[str, str | None], list[Finding]] = {}
    for finding in report["findings"]:
        if finding["severity"] != INFO:
            found.setdefault((finding["cluster"], finding["certificate"]), []).append(finding)
    now = made(report)
    rows: list[list[str]] = []
    for cluster in report["clusters"]:
        rows += _rows(cluster, found, age(cluster, now))
    return table(_HEADER, [[printable(cell) for cell in row] for row in rows])


def _rows(
    cluster: JudgedCluster, found: Mapping[tuple[str, str | None], Sequence[Finding]], age: int
) -> list[list[str]]:
    name = cluster["name"]
    if cluster["error"]:
        return [[name, "-", "-", "-", "-", f"NOT READ: {cluster['error']['msg']}", "-", "-"]]
    version = cluster["cluster"]["version"] or "?"
    rows = []
    judged = certificates.of(cluster)
    for facts in judged:
        findings = found.get((name, facts["name"]), ())
        if facts.get("error"):
            rows.append([name, version, facts["name"], "-", "-", f"NOT READABLE: {facts['error']}", "-", "-"])
        else:
            days = facts["days_remaining"] - age
            status = _status(findings, days)
            seen = proof_text(facts["proof"])
            rows.append(
                [name, version, facts["name"], facts["not_after"][:10], str(days), status, facts["issuer"], seen]
            )
    known = {facts["name"] for facts in judged}
    for (cluster_name, certificate), findings in found.items():
        if cluster_name == name and certificate not in known:
            rows.append([name, version, certificate or "-", "-", "-", _status(findings, 0), "-", "-"])
    return rows


def _status(findings: Sequence[Finding], days: int) -> str:
    """Return the worst that was found; what was accepted comes last."""
    parts: dict[str, list[str]] = {}
    words = []
    for finding in findings:
        critical = finding["severity"] == CRITICAL
        if finding["accepted"]:
            parts.setdefault("accepted", []).append(finding["check"])
        elif finding["check"] in _EXPIRY:
            word = "EXPIRED" if days < 0 and finding["check"] == "expiry" else _EXPIRY[finding["check"]]
            words.append(word if critical else word.lower())
        else:
            parts.setdefault("FAILED" if critical else WARNING, []).append(finding["check"])
    words += [f"{label}: {', '.join(parts[label])}" for label in ("FAILED", WARNING, "accepted") if label in parts]
    return "; ".join(words) or "ok"
