# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Prometheus scrapes what an audit exports: each rule fires, and each query of the dashboard has a result."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from integration.parts import answers, free_ports, program, running

from . import scenario
from .shipped import RULES, dashboard, rules

#: Seconds that something may take that is about to happen. Reached only when it never does.
PATIENCE = 60


class Exporter:
    """Serves metrics, as node_exporter does with the folder of its textfile collector."""

    def __init__(self) -> None:
        self.metrics = ""
        exporter = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(exporter.metrics.encode())

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def exporter() -> Iterator[Exporter]:
    made = Exporter()
    yield made
    made.close()


@pytest.fixture(scope="module")
def prometheus(exporter: Exporter, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Prometheus with the rules, which scrapes each second."""
    binary, folder = program("prometheus"), tmp_path_factory.mktemp("prometheus")
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(RULES)],
        "scrape_configs": [{"job_name": "audit", "static_configs": [{"targets": [f"127.0.0.1:{exporter.port}"]}]}],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    command = [
        binary,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with running(command, folder / "log", lambda: answers(f"{url}/-/ready")):
        yield url


def firing(url: str) -> dict[str, list[dict[str, str]]]:
    """The labels of what fires, by alert."""
    found: dict[str, list[dict[str, str]]] = {}
    for alert in requests.get(f"{url}/api/v1/alerts", timeout=10).json()["data"]["alerts"]:
        labels = {key: value for key, value in alert["labels"].items() if key not in ("instance", "job")}
        found.setdefault(labels.pop("alertname"), []).append(labels)
    return {name: sorted(labels, key=str) for name, labels in found.items()}


def eventually(look: Callable[[], Any], wanted: Any) -> None:
    limit = time.monotonic() + PATIENCE
    while (found := look()) != wanted:
        assert time.monotonic() < limit, found
        time.sleep(0.3)


def test_each_rule_fires(exporter: Exporter, prometheus: str, metrics: str) -> None:
    def by_name(alerts: dict[str, list[dict[str, str]]]) -> dict[str, list[dict[str, str]]]:
        same = ("cluster", "name", "check", "severity", "accepted", "verdict")
        ordered = {
            name: sorted(({key: one[key] for key in same if key in one} for one in labels), key=str)
            for name, labels in alerts.items()
        }
        return dict(sorted(ordered.items()))

    exporter.metrics = metrics
    expected = scenario.expected()
    eventually(lambda: by_name(firing(prometheus)), by_name(expected))
    seen = set(expected)

    stamp = re.search(r"audit_timestamp_seconds (\d+)", metrics)
    assert stamp
    # The same file three days later.
    exporter.metrics = metrics.replace(stamp[0], f"audit_timestamp_seconds {int(stamp[1]) - 3 * 86400}")
    eventually(lambda: "RedisAuditOld" in firing(prometheus), True)
    exporter.metrics = ""
    eventually(lambda: set(firing(prometheus)), {"RedisAuditMissing"})
    assert seen | {"RedisAuditOld", "RedisAuditMissing"} == set(rules())


def test_each_query_of_the_dashboard_has_a_result(exporter: Exporter, prometheus: str, metrics: str) -> None:
    exporter.metrics = metrics
    eventually(lambda: len(firing(prometheus)) > 1, True)
    shown = {}
    for panel in dashboard()["panels"]:
        for target in panel["targets"]:
            query = target["expr"].replace("$cluster", ".*")
            answer = requests.get(f"{prometheus}/api/v1/query", params={"query": query}, timeout=10).json()
            assert answer["status"] == "success", f"{panel['title']}: {answer}"
            shown[panel["title"], panel["type"]] = answer["data"]["result"]
    assert all(shown.values())
    numbers = {title: float(found[0]["value"][1]) for (title, kind), found in shown.items() if kind == "stat"}
    expected = scenario.expected()
    # One expired certificate is accepted, and shown all the same.
    assert numbers["Expired"] == len(expected["RedisAuditCertificateExpired"]) + 1
    assert numbers["Clusters not read"] == len(shown["Clusters not read", "table"]) == 3
    assert 0 < numbers["Age of the audit"] < 86400
    findings = [one["metric"]["severity"] for one in shown["Findings", "table"]]
    assert numbers["Critical findings"] == findings.count("critical")
    assert numbers["Warnings"] == findings.count("warning")
    remaining = [float(one["value"][1]) for one in shown["Next expiries", "table"]]
    assert remaining == sorted(remaining)
    assert remaining[0] < 0


def test_the_choice_of_clusters_is_a_label(exporter: Exporter, prometheus: str, metrics: str) -> None:
    exporter.metrics = metrics
    (choice,) = (one for one in dashboard()["templating"]["list"] if one["name"] == "cluster")
    found = re.fullmatch(r"label_values\((\w+), (\w+)\)", choice["query"]["query"])
    assert found

    def names() -> list[str]:
        parameters = {"match[]": found[1]}
        answer = requests.get(f"{prometheus}/api/v1/label/{found[2]}/values", params=parameters, timeout=10)
        return list(answer.json()["data"])

    eventually(lambda: "healthy.example.com" in names(), True)


def test_all_rules_are_loaded(prometheus: str) -> None:
    groups = requests.get(f"{prometheus}/api/v1/rules", timeout=10).json()["data"]["groups"]
    assert [rule["name"] for group in groups for rule in group["rules"]] == list(rules())
    assert [Path(group["file"]) for group in groups] == [RULES]
