# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""From what was read of a fleet to the one report that every format shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import to_iso

from . import certificates
from .checks import certificate, cluster, node, port
from .checks.judgement import CRITICAL, SEVERITIES, WARNING, Judgement
from .policy import ANY, Policy
from .times import age

#: Of the report's form; docs/audit-report.schema.json describes it.
SCHEMA = 3

VERDICTS = ("ok", "warning", "failed", "unreachable")
OUTCOMES = ("passed", "advice", "warning", "failed", "accepted", "not_visible")


def report(clusters: Sequence[Mapping[str, Any]], policy: Policy, now: datetime) -> dict[str, Any]:
    """Judge a fleet. Pure.

    Args:
        clusters: fleet data, as M(fleet_certificate_info) returns it.
        now: in UTC.
    """
    findings: list[dict[str, Any]] = []
    checks: list[dict[str, Any]] = []
    judged = []
    for data in clusters:
        cluster = data["name"]
        worst: set[str] = set()
        for judgement in _judgements(data, policy, now):
            acceptance = policy.accepting(now, cluster, judgement.certificate, judgement.check)
            if judgement.severity:
                findings.append(_finding(cluster, judgement, acceptance.as_dict() if acceptance else None))
                if acceptance is None:
                    worst.add(judgement.severity)
            accepted = bool(judgement.severity and acceptance)
            checks.append(_check(cluster, judgement, "accepted" if accepted else judgement.outcome))
        judged.append({**data, **_proven(data), "verdict": _verdict(data, worst)})
    for cluster, judgement in _ended(policy, now, {data["name"] for data in clusters}):
        findings.append(_finding(cluster, judgement, None))
        checks.append(_check(cluster, judgement, judgement.outcome))
    findings.sort(key=lambda finding: SEVERITIES.index(finding["severity"]))
    return {
        "schema": SCHEMA,
        "generated_at": to_iso(now),
        "policy": policy.as_dict(),
        "summary": _summary(judged, findings, checks, policy, now),
        "clusters": judged,
        "findings": findings,
        "checks": checks,
    }


def _judgements(data: Mapping[str, Any], policy: Policy, now: datetime) -> Iterator[Judgement]:
    if data["error"]:
        yield cluster.unreachable(data["error"])
        return
    for facts in certificates.of(data):
        yield from certificate.certificate(facts, policy, age(data, now))
    yield from port.ports(data["endpoints"] or (), data["databases"])
    yield from node.nodes(data["on_disk"] or ())
    yield from cluster.cluster(data)


def _proven(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the certificates of a cluster, each with how far it is proven that its nodes have it."""
    own = [{**facts, "proof": node.proof(facts, data)} for facts in data["certificates"]]
    databases = [
        {**facts, "proof": node.proof({**facts, "name": facts["certificate"]}, data)} for facts in data["databases"]
    ]
    return {"certificates": own, "databases": databases}


def _ended(policy: Policy, now: datetime, clusters: set[str]) -> Iterator[tuple[str, Judgement]]:
    """Report the exceptions that count no more. Those of clusters that are not here are another report's business."""
    for one in policy.ended(now):
        if one.cluster == ANY or one.cluster in clusters:
            certificate = None if one.certificate == ANY else one.certificate
            message = f"the exception for check {one.check} ended on {one.until}: {one.reason}"
            remedy = "Fix what it was about and remove it, or give it a new date and reason"
            yield one.cluster, Judgement(certificate, "exception_ended", WARNING, message, remedy)


def _finding(cluster: str, judgement: Judgement, accepted: dict[str, str] | None) -> dict[str, Any]:
    return {
        "severity": judgement.severity,
        "cluster": cluster,
        "certificate": judgement.certificate,
        "check": judgement.check,
        "message": judgement.message,
        "remedy": judgement.remedy,
        "accepted": {key: accepted[key] for key in ("reason", "until")} if accepted else None,
    }


def _check(cluster: str, judgement: Judgement, outcome: str) -> dict[str, Any]:
    return {
        "cluster": cluster,
        "certificate": judgement.certificate,
        "check": judgement.check,
        "outcome": outcome,
        "message": judgement.message,
    }


def _verdict(data: Mapping[str, Any], worst: set[str]) -> str:
    if data["error"]:
        return "unreachable"
    return "failed" if CRITICAL in worst else "warning" if WARNING in worst else "ok"


def _summary(
    clusters: Sequence[Mapping[str, Any]],
    findings: Sequence[Mapping[str, Any]],
    checks: Sequence[Mapping[str, Any]],
    policy: Policy,
    now: datetime,
) -> dict[str, Any]:
    """Count what was found, and find the certificate that expires next."""
    ends = [
        (facts["days_remaining"] - age(data, now), facts["not_after"], data["name"], facts["name"])
        for data in clusters
        for facts in certificates.of(data)
        if not facts.get("error")
    ]
    coming = min((end for end in ends if end[0] >= 0), default=None)
    verdicts = Counter(data["verdict"] for data in clusters)
    severities = Counter(finding["severity"] for finding in findings if not finding["accepted"])
    outcomes = Counter(check["outcome"] for check in checks)
    return {
        "clusters": {"total": len(clusters), **{verdict: verdicts[verdict] for verdict in VERDICTS}},
        "certificates": {
            "total": sum(len(certificates.of(data)) for data in clusters),
            "expired": sum(days < 0 for days, *_rest in ends),
            "fail_within": sum(0 <= days < policy.fail_within for days, *_rest in ends),
            "warn_within": sum(policy.fail_within <= days < policy.warn_within for days, *_rest in ends),
        },
        "findings": {
            **{severity: severities[severity] for severity in SEVERITIES},
            "accepted": sum(bool(finding["accepted"]) for finding in findings),
        },
        "checks": {outcome: outcomes[outcome] for outcome in OUTCOMES},
        "next": dict(zip(("days_remaining", "not_after", "cluster", "certificate"), coming)) if coming else None,
    }
