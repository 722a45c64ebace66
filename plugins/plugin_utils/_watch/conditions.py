# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What is worth an event of what was read of a cluster. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.cluster_data import ClusterData
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.facts import days_between
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit import assessment, certificates
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.checks.judgement import (
    CRITICAL,
    SEVERITIES,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.times import (
    expiry_text,
    left,
    moment,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.types import Certificate, Finding

from .settings import Settings

#: Checks that have no outcome where what they are about could not be read, which need not be a warning.
_READ_APART = frozenset({"drift", "on_node", "served", "trusted"})


class Key(NamedTuple):
    """The fields that make two events the same.

    Attributes:
        certificate: the certificate name; None: it is about the cluster.
        check: the check of the audit that found it.
        about: the fingerprint of the certificate; what was found, without a certificate.
    """

    kind: str
    certificate: str | None
    check: str
    about: str | None


UNREACHABLE = Key("unreachable", None, "reachable", None)


@dataclass(frozen=True)
class Condition:
    """Something that holds of a cluster now.

    Attributes:
        level: how urgent it is; the lower, the more.
        event: what is put into the queue when it begins to hold, or becomes more urgent.
    """

    key: Key
    level: int
    event: Mapping[str, Any]


@dataclass(frozen=True)
class Conditions:
    """All that holds of a cluster, as far as it could be seen.

    Attributes:
        complete: whether every part of the cluster could be read: with a part that could not, certificates of databases
            and findings about it are missing.
    """

    holding: tuple[Condition, ...]
    readable: bool
    complete: bool
    judged: frozenset[tuple[str | None, str]]  # certificate and check
    not_visible: frozenset[tuple[str | None, str]]

    @classmethod
    def of(cls, data: ClusterData, settings: Settings, now: datetime) -> Conditions:
        """Judge what was read by the policy and the thresholds.

        Args:
            data: one cluster, as M(fleet_certificate_info) returns it.
            now: in UTC.
        """
        report = assessment.report([data], settings.policy, now)
        outcomes = [((one["certificate"], one["check"]), one["outcome"]) for one in report["checks"]]
        return cls(
            (*_expiring(data, settings, now), *_found(data, report["findings"], settings)),
            not data["error"],
            not (data["warnings"] or data["not_visible"]),
            frozenset(about for about, outcome in outcomes),
            frozenset(about for about, outcome in outcomes if outcome == "not_visible"),
        )

    def cover(self, key: Key) -> bool:
        """Check whether what does not hold is known not to hold, rather than not seen this time."""
        about = key.certificate, key.check
        if key == UNREACHABLE:
            return True
        if not self.readable or about in self.not_visible:
            return False
        return about in self.judged or (self.complete and key.check not in _READ_APART)


def _expiring(data: ClusterData, settings: Settings, now: datetime) -> Iterator[Condition]:
    for facts in certificates.readable(data):
        name, check, remains = facts["name"], "expiry", left(facts["not_after"], now)
        # The tightest threshold is the first one.
        threshold = next((one for one in settings.thresholds if remains < timedelta(one)), None)
        if threshold is None or settings.policy.accepting(now, data["name"], name, check):
            continue
        event = {
            **_event("expiring", data, expiry_text(facts["not_after"], now)),
            "certificate": name,
            "fingerprint": facts["fingerprint"],
            "not_after": facts["not_after"],
            "days_remaining": days_between(now, moment(facts["not_after"])),
            "threshold": threshold,
            **_database(facts),
        }
        yield Condition(Key("expiring", name, check, facts["fingerprint"]), threshold, event)


def _found(data: ClusterData, findings: list[Finding], settings: Settings) -> Iterator[Condition]:
    known: dict[str | None, Certificate] = {facts["name"]: facts for facts in certificates.of(data)}
    for finding in findings:
        level, check, certificate = SEVERITIES.index(finding["severity"]), finding["check"], finding["certificate"]
        # Expiry has separate thresholds here.
        if finding["accepted"] or check == "expiry" or level > SEVERITIES.index(settings.minimum_severity):
            continue
        if data["error"] and check == UNREACHABLE.check:
            yield Condition(UNREACHABLE, level, _event("unreachable", data, data["error"]["msg"]))
            continue
        kind = "served_differs" if check == "served" and finding["severity"] == CRITICAL else "finding"
        event = {
            **_event(kind, data, finding["message"]),
            "check": check,
            "severity": finding["severity"],
            "remedy": finding["remedy"],
        }
        fingerprint = None
        if certificate is not None:
            event["certificate"] = certificate
        if certificate in known:
            event.update(_database(known[certificate]))
            fingerprint = known[certificate]["fingerprint"]
        if fingerprint is not None:
            event["fingerprint"] = fingerprint
        about = finding["message"] if certificate is None else fingerprint
        yield Condition(Key(kind, certificate, check, about), level, event)


def _database(facts: Certificate) -> dict[str, Any]:
    """Return the database that a certificate belongs to, which no rotation of the cluster replaces."""
    return {"database": facts["uid"]} if certificates.belongs_to_database(facts) else {}


def _event(kind: str, data: ClusterData, message: str) -> dict[str, Any]:
    event = {"kind": kind, "cluster": data["name"], "url": data["url"], "message": message}
    return {**event, "failure": data["error"]["failure"]["kind"]} if data["error"] else event


def recovered(data: ClusterData) -> dict[str, Any]:
    """Return the event of a cluster that can be read again."""
    return _event("recovered", data, "can be read again")
