# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules: one for each check, each with a link that leads somewhere, and each fires on what it is about, alone."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.parts import program
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from unit.test_troubleshooting import anchors

from . import scenario
from .shipped import ROOT, RULES, rules, urgent_checks

REPOSITORY = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["repository"]


def about(rule: Mapping[str, Any]) -> set[str]:
    """The checks that a rule is about."""
    return {check for found in re.findall(r'check=~?"([^"]+)",\s+severity', rule["expr"]) for check in found.split("|")}


def test_each_urgent_check_has_one_rule() -> None:
    checks = [check for rule in rules().values() for check in about(rule)]
    assert len(checks) == len(set(checks))
    # Whether a cluster could be read is a metric of its own.
    assert {*checks, "reachable"} == urgent_checks()


def test_each_rule_says_how_bad_it_is_and_what_to_do() -> None:
    for name, rule in rules().items():
        assert rule["labels"]["severity"] in ("critical", "warning", "{{ $labels.severity }}"), name
        assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}, name
        page, dummy, anchor = rule["annotations"]["runbook_url"].removeprefix(f"{REPOSITORY}/blob/main/").partition("#")
        if page == "docs/troubleshooting.md":
            assert anchor in anchors(), name
            assert about(rule) <= {*re.findall(r"\w+", anchor)}, name
        else:
            headings = re.findall(r"^#+ (.*)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in [heading.lower().replace(" ", "-") for heading in headings], name


def samples(metrics: str) -> Iterator[Sample]:
    for family in text_string_to_metric_families(metrics):
        yield from family.samples


def series(sample: Sample) -> str:
    labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items() if value)
    return f"{sample.name}{{{labels}}}"


def rendered(text: str, labels: Mapping[str, str]) -> str:
    return re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: labels.get(found[1], ""), text)


def alerts(name: str, fired: list[dict[str, str]]) -> list[dict[str, Any]]:
    texts = rules()[name]["annotations"]
    return [
        {
            "exp_labels": dict(labels),
            "exp_annotations": {key: rendered(text, labels) for key, text in texts.items()},
        }
        for labels in fired
    ]


def unit_test(metrics: str, at: int, expected: Mapping[str, list[dict[str, str]]]) -> dict[str, Any]:
    """A test of all rules at a time in seconds, when the metrics have their value."""
    return {
        "interval": f"{at}s",
        "input_series": [
            {"series": series(one), "values": f"{one.value:.0f} {one.value:.0f}"} for one in samples(metrics)
        ],
        "alert_rule_test": [
            {"eval_time": f"{at}s", "alertname": name, "exp_alerts": alerts(name, expected.get(name, []))}
            for name in rules()
        ],
    }


def made_at(metrics: str) -> int:
    return int(next(one.value for one in samples(metrics) if one.name.endswith("audit_timestamp_seconds")))


def test_each_fires_on_what_it_is_about_and_on_nothing_else(metrics: str, tmp_path: Path) -> None:
    promtool = program("promtool")
    now, expected = made_at(metrics) + 60, scenario.expected()
    assert set(expected) | {"RedisAuditMissing", "RedisAuditOld"} == set(rules())
    later = now + 2 * 86400
    old = {"RedisAuditOld": [{"severity": "warning"}]}
    stamp = "\n".join(line for line in metrics.splitlines() if "audit_timestamp_seconds" in line) + "\n"
    missing = {"RedisAuditMissing": [{"severity": "critical"}]}
    for step, tests in {
        now: unit_test(metrics, now, expected),
        later: unit_test(stamp, later, old),
        1: unit_test("", now, missing),
    }.items():
        content = {"rule_files": [str(RULES)], "evaluation_interval": tests["interval"], "tests": [tests]}
        path = tmp_path / f"{step}.yml"
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        run = subprocess.run([promtool, "test", "rules", str(path)], check=False, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout + run.stderr


def test_the_file_is_one_that_prometheus_takes() -> None:
    command = [program("promtool"), "check", "rules", str(RULES)]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("check", ["expiry", "served", "weak_signature", "common_name_missing", "on_node"])
def test_urgent_checks_are_found(check: str) -> None:
    assert check in urgent_checks()
    assert not {"hazard", "reading", "visibility", "validity_too_long"} & urgent_checks()
