# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The folded details of each cluster."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.served import EndpointEntry

from .. import certificates, types
from ..checks.port import address
from .timeline import End, ends_of


@dataclass(frozen=True)
class Certificate:
    """One line, and another one where an issuer expires before it."""

    facts: types.Certificate
    ends: list[End]  # none: it cannot be read
    key: str
    fingerprint: str  # its beginning
    issuer_rows: int  # how many lines its issuer is shown for; 0: the line above shows it
    proof: str
    proven: str  # the level of the proof: complete, partial, reported or none


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
    unseen: list[types.Check]  # what could not be checked


def details(report: types.Report) -> list[Details]:
    """Return the details of each cluster, in the order of the report."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for finding in report["findings"]:
        if not finding["accepted"]:
            counts[finding["cluster"]][finding["severity"]] += 1
    unseen: dict[str, list[types.Check]] = defaultdict(list)
    for check in report["checks"]:
        if check["outcome"] == "not_visible":
            unseen[check["cluster"]].append(check)
    return [
        Details(
            data,
            _certificates(data, report),
            _ports(data["endpoints"] or ()),
            counts[data["name"]],
            unseen[data["name"]],
        )
        for data in report["clusters"]
    ]


def _certificates(data: types.JudgedCluster, report: types.Report) -> list[Certificate]:
    """Return the lines; one issuer of several in a row is shown once."""
    lines = []
    for _issuer, group in groupby(certificates.of(data), key=lambda facts: facts["issuer"]):
        same = [(facts, [] if facts.get("error") else list(ends_of(facts, data["name"], report))) for facts in group]
        rows = sum(len(ends) for _facts, ends in same)
        lines += [_certificate(facts, ends, 0 if number else rows) for number, (facts, ends) in enumerate(same)]
    return lines


def _certificate(facts: types.Certificate, ends: list[End], issuer_rows: int) -> Certificate:
    if not ends:
        return Certificate(facts, ends, "", "", 0, "", "")
    key = " ".join(str(part) for part in (facts["public_key_type"], facts["public_key_size"]) if part)
    level = facts["proof"]["level"] if facts["proof"] else "none"
    seen = certificates.seen_text(facts)
    return Certificate(facts, ends, key, facts["fingerprint"][:23], issuer_rows, seen, level)


def _ports(endpoints: Sequence[EndpointEntry]) -> list[Ports]:
    alike: dict[tuple[str, str], list[str]] = {}
    for endpoint in endpoints:
        state = endpoint["status"]
        if state == "seen":
            state = {True: "matches", False: "differs", None: "not compared"}[endpoint["matches"]]
        alike.setdefault((endpoint["service"] or "-", state), []).append(address(endpoint))
    return [Ports(service, state, addresses) for (service, state), addresses in alike.items()]
