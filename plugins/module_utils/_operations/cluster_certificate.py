# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Ensure that one certificate is present or absent: a transaction of one."""

from __future__ import annotations

from typing import Any

from .._argspec import CERTIFICATE_SPEC, CHANGE_SPEC, CONNECTION_EXCLUSIVE, CONNECTION_SPEC, MATERIAL_EXCLUSIVE
from .._change.reconcile import reconcile
from .._change.result import Report
from .._change.wanted import parse_wanted
from .._errors import CertificateError
from .._operation import Context, Operation
from .._product.names import canonical_name


def run(task: Context) -> dict[str, Any]:
    """Ensure that one certificate is present or absent.

    Raises:
        CertificateError: naming the certificate.
    """
    name = canonical_name(task.params["name"].strip())
    report = Report()
    try:
        reconcile(task, parse_wanted([task.params]), report)
    except CertificateError as error:
        before = {"before": report.changes[0].before} if report.changes else {}
        raise (error.about(name) if name else error).with_result(**report.common, name=name, **before) from None
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
    {**CONNECTION_SPEC, **CERTIFICATE_SPEC, **CHANGE_SPEC},
    mutually_exclusive=CONNECTION_EXCLUSIVE + MATERIAL_EXCLUSIVE,
)
