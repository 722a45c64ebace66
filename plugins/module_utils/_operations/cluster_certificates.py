# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Have several certificates present or absent, all of them or none."""

from __future__ import annotations

from typing import Any

from .. import _options, _reconcile
from .._errors import CertificateError
from .._reconcile import Report, reconcile, wanted
from .._task import Operation, Task


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


OPERATION = Operation(
    run,
    {
        **_options.CONNECTION_SPEC,
        "certificates": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": _reconcile.ENTRY_SPEC,
            "mutually_exclusive": _options.MATERIAL_EXCLUSIVE,
        },
        "purge_optional": {"type": "bool", "default": False},
        **_reconcile.SPEC,
    },
    mutually_exclusive=_options.CONNECTION_EXCLUSIVE,
)
