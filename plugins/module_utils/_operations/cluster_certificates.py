# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Ensure that several certificates are present or absent, all of them or none."""

from __future__ import annotations

from typing import Any

from .._argspec import CERTIFICATE_SPEC, CHANGE_SPEC, CONNECTION_EXCLUSIVE, CONNECTION_SPEC, MATERIAL_EXCLUSIVE
from .._change.reconcile import reconcile
from .._change.result import Report
from .._change.wanted import list_kept, parse_wanted
from .._errors import CertificateError
from .._operation import Context, Operation


def run(task: Context) -> dict[str, Any]:
    """Ensure that several certificates are present or absent, by one transaction.

    Raises:
        CertificateError: naming the certificates.
    """
    report = Report()
    try:
        certificates = parse_wanted(task.params["certificates"])
        certificates += list_kept(certificates, task.params["kept"])
        reconcile(task, certificates, report, purge_optional=task.params["purge_optional"])
    except CertificateError as error:
        raise error.with_result(**report.as_dict()) from None
    return {**report.as_dict(), "diff": [change.diff for change in report.pending]}


OPERATION = Operation(
    run,
    {
        **CONNECTION_SPEC,
        "certificates": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": CERTIFICATE_SPEC,
            "mutually_exclusive": MATERIAL_EXCLUSIVE,
        },
        "purge_optional": {"type": "bool", "default": False},
        "kept": {"type": "list", "elements": "str", "default": []},
        **CHANGE_SPEC,
    },
    mutually_exclusive=CONNECTION_EXCLUSIVE,
)
