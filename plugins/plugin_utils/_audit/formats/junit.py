# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The report as JUnit XML: a suite for each cluster, an item for each check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import printable

from ..types import Check, Report

#: The element that an outcome adds to its item. What has none has passed; its message is kept as output.
_ELEMENTS = {"failed": "failure", "accepted": "skipped", "not_visible": "skipped"}


def render(report: Report) -> str:
    """Return the content of the file."""
    by_cluster: dict[str, list[Check]] = {}
    for check in report["checks"]:
        by_cluster.setdefault(check["cluster"], []).append(check)
    seconds = {cluster["name"]: cluster["seconds"] for cluster in report["clusters"]}
    root = ElementTree.Element(
        "testsuites", {"name": "redis_enterprise.certificates.audit", **_counts(report["checks"])}
    )
    for cluster, checks in by_cluster.items():
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            {
                "name": printable(cluster),
                **_counts(checks),
                "time": f"{seconds.get(cluster, 0):.3f}",
                "timestamp": report["generated_at"].rstrip("Z"),
            },
        )
        used: Counter[str] = Counter()
        for check in checks:
            _item(suite, check, used)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _counts(checks: Sequence[Check]) -> dict[str, str]:
    elements = Counter(_ELEMENTS.get(check["outcome"]) for check in checks)
    return {
        "tests": str(len(checks)),
        "failures": str(elements["failure"]),
        "errors": "0",
        "skipped": str(elements["skipped"]),
    }


def _item(suite: ElementTree.Element, check: Check, used: Counter[str]) -> None:
    name = printable(f"{check['certificate']}: {check['check']}" if check["certificate"] else check["check"])
    used[name] += 1  # such as one for each replica source
    if used[name] > 1:
        name += f" ({used[name]})"
    item = ElementTree.SubElement(suite, "testcase", classname=printable(check["cluster"]), name=name, time="0")
    message, outcome = printable(check["message"]), check["outcome"]
    if outcome == "failed":
        ElementTree.SubElement(item, "failure", message=message, type=check["check"]).text = message
    elif outcome in _ELEMENTS:
        ElementTree.SubElement(item, _ELEMENTS[outcome], message=f"{outcome.replace('_', ' ')}: {message}")
    else:
        ElementTree.SubElement(item, "system-out").text = f"{outcome}: {message}"
