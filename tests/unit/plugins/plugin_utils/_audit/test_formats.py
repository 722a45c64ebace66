# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON, CSV, JUnit XML and Prometheus' text format, read by those who are made to read them."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import fleets
import jsonschema
import junitparser
import pytest
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit import certificates
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.formats import (
    FORMATS,
    junit,
    text_table,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.types import Report
from prometheus_client.parser import text_string_to_metric_families

from . import reports

ROOT = Path(__file__).resolve().parents[5]
SCHEMA = json.loads((ROOT / "docs/audit-report.schema.json").read_text(encoding="utf-8"))

FLEETS = {
    "none": [],
    "one": fleets.fleet(1),
    "mixed": [*fleets.fleet(12), fleets.hostile()],
}


@pytest.fixture(params=FLEETS)
def report(request: pytest.FixtureRequest) -> Report:
    ended = {**reports.ACCEPTED, "cluster": "*", "certificate": "cm", "check": "*", "until": "2026-01-31"}
    return reports.report(FLEETS[request.param], exceptions=[reports.ACCEPTED, ended], maximum_lifetime=400)


def render(name: str, report: Report) -> str:
    return FORMATS[name][1](report)


def metrics(report: Report) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in text_string_to_metric_families(render("prometheus", report)):
        assert family.documentation
        assert family.type == "gauge"
        for sample in family.samples:
            key = tuple(sorted(sample.labels.items()))
            series = found.setdefault(sample.name, {})
            assert key not in series
            series[key] = sample.value
    return found


def test_json_fits_the_published_schema(report: Report) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    text = render("json", report)
    assert text.isascii()
    read = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(read)
    assert read == report


@pytest.mark.parametrize("damage", [{"schema": 1}, {"checks": None}, {"more": 1}, {"generated_at": "today"}])
def test_the_schema_refuses_something(damage: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**reports.report(fleets.fleet(1)), **damage}, SCHEMA)


def test_csv(report: Report) -> None:
    text = render("csv", report)
    assert all(line.isprintable() for line in text.split("\r\n"))
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    lines = {(one["cluster"], one["certificate"]) for one in report["findings"]}
    for cluster in report["clusters"]:
        lines |= {(cluster["name"], name) for name in (None, *(one["name"] for one in certificates.of(cluster)))}
    assert Counter((row["cluster"], row["certificate"].lstrip("'") or None) for row in rows) == Counter(lines)
    assert [row["findings"] for row in rows if row["cluster"] == "*"] == ["warning exception_ended"]
    for row in rows:
        assert None not in row
        for column, cell in row.items():
            assert column in ("days_remaining", "chain_days_remaining") or not cell.startswith(("=", "+", "-", "@"))
    proxies = {row["cluster"]: row for row in rows if row["certificate"] == "proxy"}
    for cluster in report["clusters"]:
        for facts in cluster["certificates"]:
            if facts["name"] == "proxy":
                assert proxies[cluster["name"]]["not_after"] == facts["not_after"]
                assert proxies[cluster["name"]]["fingerprint"] == facts["fingerprint"]


def test_csv_is_no_formula() -> None:
    hostile = fleets.hostile()
    hostile["certificates"][-1]["subject"] = 'CN=a; =1+1;"=1'
    rows = list(csv.DictReader(io.StringIO(render("csv", reports.report([hostile])), newline="")))
    dangerous = (
        {row["subject"] for row in rows} | {row["issuer"] for row in rows} | {row["certificate"] for row in rows}
    )
    harmless = {"'=cmd|' /C calc'!A0", "'@SUM(1+1)*cmd", "'-2+3\\n{{ 7 * 7 }}{% raw %}", "CN=a;' =1+1;'\"=1"}
    assert harmless <= dangerous


def test_junit(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "audit.xml"
    path.write_text(render("junit", report), encoding="utf-8")
    read = junitparser.JUnitXml.fromfile(str(path))
    outcomes = [check["outcome"] for check in report["checks"]]
    assert read.tests == len(outcomes)
    assert read.failures == outcomes.count("failed")
    assert read.skipped == outcomes.count("accepted") + outcomes.count("not_visible")
    assert read.errors == 0
    counted = {"failed": 0, "skipped": 0}
    for suite in read:
        cases = list(suite)
        assert len(cases) == suite.tests
        assert len({case.name for case in cases}) == len(cases)
        counted["failed"] += sum(case.is_failure for case in cases)
        counted["skipped"] += sum(case.is_skipped for case in cases)
    assert counted == {"failed": read.failures, "skipped": read.skipped}


def test_junit_names_what_failed() -> None:
    read = junitparser.JUnitXml.fromstring(
        junit.render(reports.report([fleets.unreachable("one.example.com")])).encode()
    )
    ((case,),) = [list(suite) for suite in read]
    (failure,) = case.result
    assert (case.classname, case.name, failure.type) == ("one.example.com", "reachable", "reachable")
    assert failure.message.startswith("could not be read: https://one.example.com:9443 gave no answer")


def test_prometheus(report: Report) -> None:
    found = metrics(report)
    prefix = "redis_enterprise_certificate_"
    assert all(name.startswith(prefix) for name in found)
    assert found[f"{prefix}audit_timestamp_seconds"] == {(): fleets.NOW.timestamp()}
    up = found.get(f"{prefix}audit_up", {})
    assert len(up) == len(report["clusters"])
    assert sum(up.values()) == len(report["clusters"]) - report["summary"]["clusters"]["unreachable"]
    counted = sum(found.get(f"{prefix}findings", {}).values())
    assert counted == len(report["findings"])


def test_prometheus_tells_when_each_certificate_expires() -> None:
    found = metrics(reports.report([fleets.cluster("one.example.com"), fleets.unreachable("two.example.com")]))
    ends = found["redis_enterprise_certificate_not_after_timestamp_seconds"]
    assert len(ends) == len(fleets.NAMES)
    assert ends[("cluster", "one.example.com"), ("name", "proxy")] == fleets.NOW.timestamp() + 200 * 86400 + 3600
    assert found["redis_enterprise_certificate_audit_up"] == {
        (("cluster", "one.example.com"),): 1,
        (("cluster", "two.example.com"),): 0,
    }


def test_every_format_shows_certificates_of_databases() -> None:
    cluster = fleets.cluster("one.example.com", databases=[fleets.database("one.example.com", "orders", 7, days=5)])
    made = reports.report([cluster])
    facts, label = cluster["databases"][0], "database orders"
    rows = list(csv.DictReader(io.StringIO(render("csv", made), newline="")))
    assert [(row["fingerprint"], row["findings"]) for row in rows if row["certificate"] == label] == [
        (facts["fingerprint"], "critical expiry")
    ]
    ends = metrics(made)["redis_enterprise_certificate_not_after_timestamp_seconds"]
    assert ends[("cluster", "one.example.com"), ("name", label)] == fleets.NOW.timestamp() + 5 * 86400 + 3600
    assert f'name="{label}: expiry"' in render("junit", made)
    assert [line for line in text_table.lines(made) if label in line and "EXPIRES SOON" in line]
    assert [one["certificate"] for one in made["findings"]] == [label]
    page = render("html", made)
    assert page.count(label) >= 3  # who is next, the finding, the cluster
    assert ">databases</" in page or ">databases<" in page


def test_prometheus_escapes_labels() -> None:
    info = metrics(reports.report([fleets.hostile()]))["redis_enterprise_certificate_info"]
    issuers = {dict(labels)["issuer"] for labels in info}
    assert 'CN=back\\slash "quote" \\n newline' in issuers


def test_names_that_look_the_same_make_one_series() -> None:
    cluster = fleets.cluster("one.example.com")
    cluster["certificates"] = [fleets.facts("one", "a\x01"), fleets.facts("one", "a\\x01")]
    assert len(metrics(reports.report([cluster]))["redis_enterprise_certificate_not_after_timestamp_seconds"]) == 1
