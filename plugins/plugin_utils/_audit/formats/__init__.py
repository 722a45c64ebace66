# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The formats of a report."""

from __future__ import annotations

import json
from collections.abc import Callable

from .. import page
from ..types import Report
from . import csv_file, junit, prometheus


def _json(report: Report) -> str:
    # In ASCII: what certificates say must not act on the terminal that shows the file.
    return json.dumps(report, indent=1) + "\n"


#: The file of each format, and what makes its content.
FORMATS: dict[str, tuple[str, Callable[[Report], str]]] = {
    "html": ("audit.html", page.render),
    "json": ("audit.json", _json),
    "csv": ("audit.csv", csv_file.render),
    "junit": ("audit.xml", junit.render),
    "prometheus": ("audit.prom", prometheus.render),
}
