# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The operation of the action C(audit_report): fleet data in, report and files out."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import (
    invalid_option,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context, Operation

from . import assessment, inputs, policy
from .checks.judgement import CRITICAL
from .directory import Directory
from .formats import FORMATS, attention, text_table


def run(task: Context) -> dict[str, Any]:
    """Judge a fleet, and write what was found.

    Raises:
        CertificateError: an option is wrong, or a file could not be read or written.
    """
    params = task.params
    demands = policy.Policy.parse(params)
    if params["clusters"] is None and not params["data_paths"]:
        raise invalid_option("clusters", "no clusters given", "Give clusters, or data_paths, or both")
    directory = Directory(params["output_directory"]) if params["output_directory"] else None
    if params["formats"] and directory is None:
        raise invalid_option("output_directory", "missing", "Give it with formats")
    now = datetime.now(timezone.utc)
    clusters = inputs.gather(params["clusters"] or (), params["data_paths"] or ())
    clusters += inputs.missing(params["expected"] or (), clusters, now)
    report = assessment.report(clusters, demands, now)
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
    failures: dict[str, list[str]] = {one["name"]: [] for one in clusters}
    for finding in report["findings"]:
        if finding["severity"] == CRITICAL and not finding["accepted"]:
            about = f"{finding['certificate']}: " if finding["certificate"] else ""
            failures[finding["cluster"]].append(about + finding["message"])
    return {
        "changed": changed,
        "text": list(attention.lines(report, files, everything=params["show_all"])),
        "table": text_table.lines(report),
        "summary": report["summary"],
        "findings": report["findings"],
        "files": files,
        "failed_clusters": [name for name, messages in failures.items() if messages],
        "failures": {name: "; ".join(messages) for name, messages in failures.items() if messages},
    }


OPERATION = Operation(
    run,
    {
        "clusters": {"type": "list", "elements": "dict"},
        "data_paths": {"type": "list", "elements": "path"},
        "expected": {"type": "list", "elements": "str"},
        **policy.SPEC,
        "output_directory": {"type": "path"},
        "show_all": {"type": "bool", "default": False},
        "formats": {"type": "list", "elements": "str", "choices": list(FORMATS)},
    },
)
