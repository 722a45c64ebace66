# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The operation of the action C(audit_report): fleet data in, report and files out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import check_range
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import invalid_option
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context, Operation

from . import assessment, inputs, policy, retention
from .checks.judgement import CRITICAL, WARNING, Judgement
from .directory import Directory
from .formats import FORMATS, attention, text_table


def run(task: Context) -> dict[str, Any]:
    """Judge a fleet, and write what was found.

    Raises:
        CertificateError: an option is wrong, or a file could not be read or written.
    """
    params = task.params
    policy.Policy.parse(params)
    if params["clusters"] is None and not params["data_paths"] and not params["expected"]:
        raise invalid_option("clusters", "no clusters given", "Give clusters, or data_paths, or both")
    directory = Directory(params["output_directory"]) if params["output_directory"] else None
    if params["formats"] and directory is None:
        raise invalid_option("output_directory", "missing", "Give it with formats")
    if (params["retention_days"] is None) != (params["retention_directory"] is None):
        raise invalid_option("retention_days", "missing, or retention_directory is", "Give both of them, or neither")
    check_range(params, "retention_days", 1, 36500, "days")
    now = datetime.now(timezone.utc)
    gathered = inputs.gather(params["clusters"] or (), params["data_paths"] or ())
    clusters = gathered.clusters + inputs.missing(params["expected"] or (), gathered.clusters, now)
    demands, found = _policy(params, gathered)
    for one in found:
        task.warn(f"{one.message}. {one.remedy}.")
    report = assessment.report(clusters, demands, now, found)
    changed, files = False, {}
    if directory is not None:
        for name in params["formats"] or FORMATS:
            file, render = FORMATS[name]
            content = render(report)
            files[name] = directory.file(file)
            if directory.differs(file, content):
                changed = True
                if not task.check_mode:
                    directory.write(file, content)
    removed: list[str] = []
    if params["retention_days"]:
        names = {file for file, _render in FORMATS.values()}
        removed = retention.remove_old(
            params["retention_directory"],
            names,
            params["retention_days"],
            now.timestamp(),
            task.warn,
            check_mode=task.check_mode,
        )
    failures: dict[str, list[str]] = {one["name"]: [] for one in clusters}
    for finding in report["findings"]:
        if finding["severity"] == CRITICAL and not finding["accepted"]:
            about = f"{finding['certificate']}: " if finding["certificate"] else ""
            failures[finding["cluster"]].append(about + finding["message"])
    return {
        "changed": changed or bool(removed),
        "text": list(attention.lines(report, files, everything=params["show_all"])),
        "table": text_table.lines(report),
        "summary": report["summary"],
        "findings": report["findings"],
        "files": files,
        "removed": removed,
        "failed_clusters": [name for name, messages in failures.items() if messages],
        "failures": {name: "; ".join(messages) for name, messages in failures.items() if messages},
    }


def _policy(params: Mapping[str, Any], gathered: inputs.Gathered) -> tuple[policy.Policy, list[Judgement]]:
    """Return what the report judges by, and what is to be said about it.

    Clusters of reports that are merged were judged already: what failed there must not pass here.
    """
    parts = list(gathered.parts)
    if not parts:
        return policy.Policy.parse(params), []
    limits = policy.Policy.parse_limits(params)
    if params["clusters"]:
        own = policy.Policy.parse(params)
        parts.append(policy.Part(own, frozenset(one["name"] for one in params["clusters"])))
    found = []
    if differing := policy.differences([part.policy for part in gathered.parts]):
        message = f"the merged reports were made with different policies: {', '.join(differing)}; the strictest counts"
        remedy = "Set these variables for the group of all clusters, not for some of them, and audit again"
        found.append(Judgement(None, "policy", WARNING, message, remedy))
    known = {one for part in parts for one in part.policy.exceptions}
    if further := [one for one in limits.exceptions if one not in known]:
        about = ", ".join(f"{one.cluster}/{one.certificate}/{one.check}" for one in further)
        message = f"exceptions that are in none of the merged reports do not count: {about}"
        found.append(Judgement(None, "policy", WARNING, message, "Give them to the audits whose reports are merged"))
    return policy.strictest(parts, limits), found


OPERATION = Operation(
    run,
    {
        "clusters": {"type": "list", "elements": "dict"},
        "data_paths": {"type": "list", "elements": "path"},
        "expected": {"type": "list", "elements": "str"},
        **policy.SPEC,
        # Without a default: what is not given adds nothing to the policies of merged reports.
        "warn_within": {"type": "int"},
        "fail_within": {"type": "int"},
        "output_directory": {"type": "path"},
        "retention_days": {"type": "int"},
        "retention_directory": {"type": "path"},
        "show_all": {"type": "bool", "default": False},
        "formats": {"type": "list", "elements": "str", "choices": list(FORMATS)},
    },
)
