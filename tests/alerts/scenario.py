# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet in which something is wrong for each rule, audited for real, and what then has to fire."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import fleets
from integration.runs import Ansible, task

#: Rules that fire by what is missing, and not by what is wrong with a cluster.
WITHOUT_A_CASE = ("RedisAuditMissing", "RedisAuditOld", "RedisAuditPoliciesDiffer", "RedisAuditClusterFailed")

_ISSUER = "CN=Example Issuing CA 3,O=Example Corp"
_ENDED = {"check": "lifetime", "until": "2026-01-31", "reason": "it was to be replaced"}
_ACCEPTED = {"cluster": "accepted.example.com", "until": "2099-01-31", "reason": "known"}


@dataclass(frozen=True)
class Case:
    """One thing that is wrong with one cluster."""

    alert: str
    check: str
    severity: str
    certificate: str | None = "proxy"
    data: dict[str, Any] = field(default_factory=dict)  # of the cluster
    facts: dict[str, Any] | None = None  # of the certificate

    @property
    def name(self) -> str:
        return f"{self.check}-{self.severity}-{self.alert}.example.com".replace("_", "-").lower()

    @property
    def cluster(self) -> Any:
        made = {**fleets.cluster(self.name), **self.data}
        if self.facts is not None:
            known = made["certificates"]
            facts = fleets.facts(self.name, str(self.certificate), **self.facts)
            made["certificates"] = [facts if one["name"] == self.certificate else one for one in known]
        return made


def _requirement(alert: str, check: str) -> Case:
    found = fleets.finding(check, "error", "proxy", f"{check} was found", "Issue it again")
    return Case(alert, check, "critical", facts={"findings": [found]})


def _off(alert: str) -> dict[str, Any]:
    alerts = fleets.cluster("any")["alerts"]
    return {"alerts": {**alerts, alert: {"enabled": False, "threshold": None}}}


def _unread(name: str, days: int) -> dict[str, Any]:
    return {**fleets.unreachable(name), "api_endpoint": fleets.presented(name, days)}


_PIN = {"database": "carts", "source": "redis-12000.ledger.example.com", "state": "stale"}

CASES = (
    Case("RedisAuditCertificateExpired", "expiry", "critical", facts={"days": -3}),
    Case("RedisAuditCertificateExpires", "expiry", "critical", facts={"days": 5}),
    Case("RedisAuditCertificateExpires", "expiry", "warning", facts={"days": 20}),
    Case("RedisAuditIssuerExpires", "issuer_expiry", "critical", facts={"chain_days_remaining": 9}),
    Case("RedisAuditIssuerExpires", "issuer_expiry", "warning", facts={"chain_days_remaining": 20}),
    Case("RedisAuditPolicyViolated", "key_size", "critical", facts={"public_key_size": 1024}),
    Case("RedisAuditPolicyViolated", "issuer", "critical", facts={"issuer": "CN=Another CA"}),
    Case(
        "RedisAuditPolicyViolated",
        "lifetime",
        "critical",
        facts={"not_before": fleets.iso(fleets.NOW - timedelta(days=900))},
    ),
    Case(
        "RedisAuditPortDiffers",
        "served",
        "critical",
        data={"endpoints": [fleets.endpoint("a", "proxy", 1, 12000, matches=False)]},
    ),
    Case(
        "RedisAuditPortDiffers",
        "served",
        "warning",
        data={"endpoints": [fleets.endpoint("a", "proxy", 1, 12000, status="failed", matches=None, trusted=None)]},
    ),
    Case(
        "RedisAuditPortNotTrusted",
        "trusted",
        "warning",
        data={"endpoints": [fleets.endpoint("a", "proxy", 1, 12000, trusted=False, verify_error="host_mismatch")]},
    ),
    Case(
        "RedisAuditNodeBehind",
        "node_active",
        "warning",
        None,
        {"cluster": {**fleets.cluster("a")["cluster"], "nodes": [{"uid": 1, "status": "down", "version": None}]}},
    ),
    Case("RedisAuditNodeBehind", "on_node", "warning", "syncer", {"on_disk": [fleets.on_disk("syncer", 1, "stale")]}),
    Case(
        "RedisAuditClusterAlertOff",
        "internal_rotation",
        "warning",
        None,
        {"internal": {**fleets.cluster("a")["internal"], "rotation_enabled": False}},
    ),
    Case("RedisAuditClusterAlertOff", "expiry_alert", "warning", None, _off("cluster_certs_about_to_expire")),
    Case(
        "RedisAuditClusterAlertOff",
        "internal_expiry_alert",
        "warning",
        None,
        _off("node_internal_certs_about_to_expire"),
    ),
    Case(
        "RedisAuditReplicaPinOld",
        "replica_pin",
        "critical",
        None,
        {"replication": {"active_active": [], "replica_of": [_PIN]}},
    ),
    Case(
        "RedisAuditDrift", "drift", "warning", data={"drift": [{"name": "proxy", "action": "update", "reason": None}]}
    ),
    Case("RedisAuditExceptionEnded", "exception_ended", "warning", None),
    *(
        _requirement(alert, check)
        for alert, checks in {
            "RedisAuditNotYetValid": ("not_yet_valid", "chain_not_yet_valid"),
            "RedisAuditChainInvalid": ("chain_order",),
            "RedisAuditIssuerInvalid": ("chain_signature", "issuer_not_ca"),
            "RedisAuditWeakSignature": ("weak_signature", "unusual_signature"),
            "RedisAuditUsageMissing": ("eku_missing", "key_usage_missing"),
            "RedisAuditNameMissing": ("name_missing", "internal_name_missing"),
            "RedisAuditFieldRefused": ("common_name_missing",),
            "RedisAuditKeyTypeNotSupported": ("key_type_not_supported",),
            "RedisAuditInternodeInvalid": ("internode_key_type", "internode_chain_missing", "internode_chain_depth"),
        }.items()
        for check in checks
    ),
)

#: Of certificates that no facts can be given of, or clusters that cannot be read.
UNREADABLE = Case("RedisAuditCertificateUnreadable", "readable", "critical")
UNREAD = Case("RedisAuditClusterNotRead", "reachable", "critical", None)
#: Whose API presents what has expired, or expires soon.
UNREAD_EXPIRED = Case("RedisAuditCertificateExpired", "expiry", "critical", "api", {"unread": True})
UNREAD_EXPIRES = Case("RedisAuditCertificateExpires", "expiry", "critical", "api", {"unread": True})


def _clusters() -> list[Any]:
    unreadable = fleets.cluster(UNREADABLE.name)
    unreadable["certificates"] = [
        fleets.unreadable("proxy") if one["name"] == "proxy" else one for one in unreadable["certificates"]
    ]
    weak = fleets.finding("weak_signature", "error", "api", "the leaf uses SHA1", "Issue it again")
    name = str(_ACCEPTED["cluster"])
    accepted = fleets.cluster(name)
    accepted["certificates"] = [fleets.facts(name, "cm", -3), fleets.facts(name, "api", findings=[weak])]
    return [
        fleets.cluster("healthy.example.com"),
        accepted,
        unreadable,
        fleets.unreachable(UNREAD.name),
        _unread("unread-expired.example.com", -2),
        _unread("unread-expires.example.com", 5),
        *(one.cluster for one in CASES),
    ]


def expected() -> dict[str, list[dict[str, str]]]:
    """The labels of what has to fire, by alert."""
    found: dict[str, list[dict[str, str]]] = {}
    for case in (*CASES, UNREADABLE):
        labels = {"cluster": case.name, "severity": case.severity}
        if case.certificate is not None:
            labels["name"] = case.certificate
        if case.alert != "RedisAuditCertificateExpired":
            labels |= {"check": case.check, "accepted": "false"}
        found.setdefault(case.alert, []).append(labels)
    unread = ("unread-expired.example.com", "unread-expires.example.com")
    found["RedisAuditCertificateExpired"].append({"cluster": unread[0], "name": "api", "severity": "critical"})
    found["RedisAuditCertificateExpires"].append(
        {"cluster": unread[1], "name": "api", "severity": "critical", "check": "expiry", "accepted": "false"}
    )
    found["RedisAuditClusterNotRead"] = [{"cluster": name, "severity": "critical"} for name in (UNREAD.name, *unread)]
    failed = [case.name for case in (*CASES, UNREADABLE) if case.severity == "critical"]
    found["RedisAuditClusterFailed"] = [
        {"cluster": name, "severity": "critical", "verdict": "failed"} for name in dict.fromkeys(failed)
    ]
    found["RedisAuditPoliciesDiffer"] = [
        {"cluster": "*", "severity": "warning", "check": "policy", "accepted": "false"}
    ]
    return found


def audited(folder: Path) -> str:
    """The metrics of an audit of that fleet, which was made in two slices with different policies, and merged."""
    ended = {**_ENDED, "cluster": next(one.name for one in CASES if one.check == "exception_ended")}
    accepted = [{**_ACCEPTED, "check": check} for check in ("weak_signature", "expiry")]
    common = {"allowed_issuers": [_ISSUER], "maximum_lifetime": 400, "exceptions": [ended, *accepted]}
    first, *others = fleets.recent(_clusters())
    slices = [
        task(name, "audit_report", {**common, "clusters": clusters, "formats": ["json"], **limits})
        for name, clusters, limits in (
            ("one", [first], {"output_directory": "slices/one", "warn_within": 20}),
            ("two", others, {"output_directory": "slices/two"}),
        )
    ]
    merge = {"data_paths": ["slices"], "output_directory": "out", "formats": ["prometheus"]}
    ansible = Ansible(folder)
    ansible.tasks([*slices, task("merge", "audit_report", merge)]).expect(warnings=True)
    return (folder / "out/audit.prom").read_text(encoding="utf-8")
