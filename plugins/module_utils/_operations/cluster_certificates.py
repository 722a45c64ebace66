# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Have several certificates present or absent, all of them or none."""

from __future__ import annotations

from typing import Any

from .._errors import CertificateError
from .._reconcile import Report, reconcile, wanted
from .._task import Task


def run(task: Task) -> dict[str, Any]:
    """Have several certificates present or absent, by one transaction.

    Raises:
        CertificateError: naming the certificates.
    """
    report = Report()
    try:
        certificates = wanted(task.params["certificates"])
        reconcile(task, certificates, report, purge_optional=task.params["purge_optional"])
    except CertificateError as error:
        error.result = _result(report)
        raise
    return {**_result(report), "diff": [change.diff for change in report.changes if change.action != "none"]}


def _result(report: Report) -> dict[str, Any]:
    return {**report.common, "changes": [report.change(change) for change in report.changes]}
