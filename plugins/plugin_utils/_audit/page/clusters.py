# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The folded details of each cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.served import EndpointEntry
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.proofs import proof_text

from .. import certificates, types
from ..checks.port import address
from .timeline import level


@dataclass(frozen=True)
class Certificate:
    """One line."""

    facts: types.Certificate
    level: str
    days: int | None
    key: str
    fingerprint: str  # its beginning
    issuer_rows: int  # how many lines its issuer is shown for; 0: the line above shows it
    proof: str


@dataclass(frozen=True)
class Ports:
    """The ports that show one certificate and look alike."""

    service: str
    state: str
    addresses: list[str]


@dataclass(frozen=True)
class Details:
    """One cluster."""

    data: types.JudgedCluster
    certificates: list[Certificate]
    ports: list[Ports]
    counts: Mapping[str, int]  # findings that are not accepted, by severity


def details(report: types.Report) -> list[Details]:
    """Return the details of each cluster, in the order of the report."""
    counts: dict[str, dict[str, int]] = {}
    for finding in report["findings"]:
        if not finding["accepted"]:
            own = counts.setdefault(finding["cluster"], {})
            own[finding["severity"]] = own.get(finding["severity"], 0) + 1
    return [
        Details(
            data,
            _certificates(certificates.of(data), report["policy"]),
            _ports(data["endpoints"] or ()),
            counts.get(data["name"], {}),
        )
        for data in report["clusters"]
    ]


def _certificates(found: Sequence[types.Certificate], policy: types.PolicyEntry) -> list[Certificate]:
    """Return the lines; one issuer of several in a row is shown once."""
    return [
        _certificate(facts, policy, len(same) if facts is same[0] else 0)
        for _issuer, group in groupby(found, key=lambda facts: facts["issuer"])
        for same in [list(group)]
        for facts in same
    ]


def _certificate(facts: types.Certificate, policy: types.PolicyEntry, issuer_rows: int) -> Certificate:
    if facts.get("error"):
        return Certificate(facts, "unreadable", None, "", "", 0, "")
    days = facts["days_remaining"]
    key = " ".join(str(part) for part in (facts["public_key_type"], facts["public_key_size"]) if part)
    return Certificate(
        facts,
        level(days, policy, expired=facts["expired"]),
        days,
        key,
        facts["fingerprint"][:23],
        issuer_rows,
        proof_text(facts["proof"]),
    )


def _ports(endpoints: Sequence[EndpointEntry]) -> list[Ports]:
    alike: dict[tuple[str, str], list[str]] = {}
    for endpoint in endpoints:
        state = endpoint["status"]
        if state == "seen":
            state = {True: "matches", False: "differs", None: "not compared"}[endpoint["matches"]]
        alike.setdefault((endpoint["service"] or "-", state), []).append(address(endpoint))
    return [Ports(service, state, addresses) for (service, state), addresses in alike.items()]
