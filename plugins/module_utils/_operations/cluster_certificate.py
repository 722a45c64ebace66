# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Have one certificate present or absent: a transaction of one."""

from __future__ import annotations

from typing import Any

from .. import _names, _options, _reconcile
from .._errors import CertificateError
from .._reconcile import Report, reconcile, wanted
from .._task import Operation, Task


def run(task: Task) -> dict[str, Any]:
    """Have one certificate present or absent.

    Raises:
        CertificateError: naming the certificate.
    """
    name = _names.canonical(task.params["name"].strip())
    report = Report()
    try:
        reconcile(task, wanted([task.params]), report)
    except CertificateError as error:
        error.result = {**report.common, "name": name}
        if report.changes:
            error.result["before"] = report.changes[0].before
        if name:
            error.about(name)
        raise
    (change,) = report.changes
    return {
        **report.common,
        "name": name,
        "change": change.action,
        "reason": change.reason,
        "before": change.before,
        "after": report.after[name],
        "diff": change.diff,
    }


OPERATION = Operation(
    run,
    {**_options.CONNECTION_SPEC, **_reconcile.ENTRY_SPEC, **_reconcile.SPEC},
    mutually_exclusive=_options.CONNECTION_EXCLUSIVE + _options.MATERIAL_EXCLUSIVE,
)
