# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""From what was read of a fleet to the one report that every format shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.cluster_data import ClusterData
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import to_iso

from . import certificates
from .checks import certificate, cluster, node, port
from .checks.judgement import CRITICAL, SEVERITIES, WARNING, Judgement
from .policy import ANY, Acceptance, Policy
from .times import counted_again, left
from .types import Check, Finding, JudgedCluster, Report, Summary

#: Of the report's form; docs/audit-report.schema.json describes it.
SCHEMA = 4

VERDICTS = ("ok", "warning", "failed", "unreachable")
OUTCOMES = ("passed", "advice", "warning", "failed", "accepted", "not_visible")


def report(
    clusters: Sequence[ClusterData], policy: Policy, now: datetime, about_all: Sequence[Judgement] = ()
) -> Report:
    """Judge a fleet. Pure.

    Args:
        clusters: fleet data, as M(fleet_certificate_info) returns it.
        now: in UTC.
        about_all: what was found about the report itself.
    """
    findings: list[Finding] = []
    checks: list[Check] = []
    judged: list[JudgedCluster] = []
    clusters = [counted_again(data, now) for data in clusters]
    for data in clusters:
        cluster = data["name"]
        worst: set[str] = set()
        for judgement in _judgements(data, policy, now):
            acceptance = policy.accepting(now, cluster, judgement.certificate, judgement.check)
            if judgement.severity:
                findings.append(_finding(cluster, judgement, acceptance))
                if acceptance is None:
                    worst.add(judgement.severity)
            accepted = bool(judgement.severity and acceptance)
            checks.append(_check(cluster, judgement, "accepted" if accepted else judgement.outcome))
        for judgement in _ended(policy, now, cluster):
            findings.append(_finding(cluster, judgement, None))
            checks.append(_check(cluster, judgement, judgement.outcome))
            worst.add(judgement.severity)
        proofs = iter([node.proof(facts, data) for facts in certificates.of(data)])
        judged.append(
            {
                **data,
                "certificates": [{**facts, "proof": next(proofs)} for facts in data["certificates"]],
                "databases": [{**facts, "proof": next(proofs)} for facts in data["databases"]],
                "verdict": _verdict(data, worst),
            }
        )
    for judgement in (*_ended(policy, now, ANY), *about_all):
        findings.append(_finding(ANY, judgement, None))
        checks.append(_check(ANY, judgement, judgement.outcome))
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


def _judgements(data: ClusterData, policy: Policy, now: datetime) -> Iterator[Judgement]:
    if data["error"]:
        yield cluster.unreachable(data["error"])
    for facts in certificates.of(data):
        yield from certificate.certificate(facts, policy, now)
    if data["error"]:
        return
    yield from port.ports(data["endpoints"] or (), data["databases"])
    yield from node.nodes(data["on_disk"] or ())
    yield from cluster.cluster(data)


def _ended(policy: Policy, now: datetime, cluster: str) -> Iterator[Judgement]:
    """Report the exceptions for this cluster, or for all, that count no more."""
    for one in policy.ended(now):
        if one.cluster == cluster:
            certificate = None if one.certificate == ANY else one.certificate
            message = f"the exception for check {one.check} ended on {one.until}: {one.reason}"
            remedy = "Fix what it was about and remove it, or give it a new date and reason"
            yield Judgement(certificate, "exception_ended", WARNING, message, remedy)


def _finding(cluster: str, judgement: Judgement, acceptance: Acceptance | None) -> Finding:
    return {
        "severity": judgement.severity,
        "cluster": cluster,
        "certificate": judgement.certificate,
        "check": judgement.check,
        "message": judgement.message,
        "remedy": judgement.remedy,
        "accepted": {"reason": acceptance.reason, "until": acceptance.until.isoformat()} if acceptance else None,
    }


def _check(cluster: str, judgement: Judgement, outcome: str) -> Check:
    return {
        "cluster": cluster,
        "certificate": judgement.certificate,
        "check": judgement.check,
        "outcome": outcome,
        "message": judgement.message,
    }


def _verdict(data: ClusterData, worst: set[str]) -> str:
    if data["error"]:
        return "unreachable"
    return "failed" if CRITICAL in worst else "warning" if WARNING in worst else "ok"


def _summary(
    clusters: Sequence[JudgedCluster],
    findings: Sequence[Finding],
    checks: Sequence[Check],
    policy: Policy,
    now: datetime,
) -> Summary:
    """Count what was found, and find the certificate that expires next."""
    ends = [
        (left(facts["not_after"], now), facts["not_after"], facts["days_remaining"], data["name"], facts["name"])
        for data in clusters
        for facts in certificates.readable(data)
    ]
    none, fail, warn = (timedelta(days) for days in (0, policy.fail_within, policy.warn_within))
    coming = min((end for end in ends if end[0] >= none), default=None)
    verdicts = Counter(data["verdict"] for data in clusters)
    severities = Counter(finding["severity"] for finding in findings if not finding["accepted"])
    outcomes = Counter(check["outcome"] for check in checks)
    return {
        "clusters": {"total": len(clusters), **{verdict: verdicts[verdict] for verdict in VERDICTS}},
        "certificates": {
            "total": sum(len(certificates.of(data)) for data in clusters),
            "expired": sum(remains < none for remains, *_rest in ends),
            "fail_within": sum(none <= remains < fail for remains, *_rest in ends),
            "warn_within": sum(fail <= remains < warn for remains, *_rest in ends),
        },
        "findings": {
            **{severity: severities[severity] for severity in SEVERITIES},
            "accepted": sum(bool(finding["accepted"]) for finding in findings),
        },
        "checks": {outcome: outcomes[outcome] for outcome in OUTCOMES},
        "next": coming
        and {"not_after": coming[1], "days_remaining": coming[2], "cluster": coming[3], "certificate": coming[4]},
    }
