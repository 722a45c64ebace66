# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The report in Prometheus' text format, for the textfile collector of node_exporter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import printable

from .. import certificates, times
from ..assessment import VERDICTS
from ..types import Certificate, Finding, JudgedCluster, Report

_Labels = tuple[tuple[str, str], ...]
_Samples = Iterable[tuple[_Labels, float]]

_PREFIX = "redis_enterprise_certificate_"


def render(report: Report) -> str:
    """Return the content of the file."""
    clusters = report["clusters"]
    families: tuple[tuple[str, str, _Samples], ...] = (
        (
            "audit_timestamp_seconds",
            "When the audit was made, in seconds since 1970.",
            [((), _seconds(report["generated_at"]))],
        ),
        (
            "audit_up",
            "Whether the cluster could be read: 1, or 0. Then all there is of it is what its API's port presents.",
            ((_labels(cluster=one["name"]), int(not one["error"])) for one in clusters),
        ),
        (
            "audit_duration_seconds",
            "How long reading the cluster took.",
            ((_labels(cluster=one["name"]), one["seconds"]) for one in clusters),
        ),
        (
            "audit_verdict",
            "1 for the verdict on the cluster, 0 for the others.",
            (
                (_labels(cluster=one["name"], verdict=verdict), int(one["verdict"] == verdict))
                for one in clusters
                for verdict in VERDICTS
            ),
        ),
        (
            "not_after_timestamp_seconds",
            "When the certificate expires, in seconds since 1970.",
            ((labels, _seconds(facts["not_after"])) for labels, facts in _readable(clusters)),
        ),
        (
            "not_before_timestamp_seconds",
            "When the certificate became valid, in seconds since 1970.",
            ((labels, _seconds(facts["not_before"])) for labels, facts in _readable(clusters)),
        ),
        (
            "info",
            "Facts of the certificate, always 1.",
            ((labels + _facts(facts), 1) for labels, facts in _readable(clusters)),
        ),
        (
            "findings",
            "How much was found by the check that has not been accepted; accepted: what has been.",
            _findings(report["findings"]),
        ),
    )
    return "".join(_family(_PREFIX + name, text, samples) for name, text, samples in families)


def _readable(clusters: Iterable[JudgedCluster]) -> Iterator[tuple[_Labels, Certificate]]:
    for cluster in clusters:
        for facts in certificates.readable(cluster):
            yield _labels(cluster=cluster["name"], name=facts["name"]), facts


def _facts(facts: Certificate) -> _Labels:
    return _labels(
        subject=facts["subject"],
        issuer=facts["issuer"],
        fingerprint=facts["fingerprint"],
        public_key_type=facts["public_key_type"],
        public_key_size=str(facts["public_key_size"] or ""),
        signature_algorithm=facts["signature_algorithm"],
    )


def _findings(findings: Iterable[Finding]) -> _Samples:
    counted = Counter(
        _labels(
            cluster=finding["cluster"],
            name=finding["certificate"] or "",
            check=finding["check"],
            severity=finding["severity"],
            accepted=str(bool(finding["accepted"])).lower(),
        )
        for finding in findings
    )
    return counted.items()


def _seconds(moment: str) -> int:
    return int(times.moment(moment).timestamp())


def _labels(**labels: str) -> _Labels:
    return tuple((name, printable(value)) for name, value in labels.items())


def _family(name: str, text: str, samples: _Samples) -> str:
    lines = [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
    # Each series once: the collector refuses a whole file for a repeated one, and names may become the same in print.
    for labels, value in dict(samples).items():
        pairs = ",".join(f'{label}="{_escaped(content)}"' for label, content in labels)
        lines.append(f"{name}{{{pairs}}} {value}" if pairs else f"{name} {value}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"")
