# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The report as one HTML page that needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import printable
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..types import Report
from . import clusters, findings, matrix, timeline

_HERE = os.path.dirname(__file__)

#: Longer texts are cut. Characters.
_LONGEST = 300


def render(report: Report) -> str:
    """Return the page."""
    style, script = _read("page.css"), _read("page.js")
    # Everything is escaped, and shows what does not print; no template may switch that off but for these two files.
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    ends = timeline.ends(report)
    picture = timeline.picture(ends, report["policy"])
    return environment.get_template("page.html.j2").render(
        report=report,
        summary=report["summary"],
        policy=report["policy"],
        next=ends[:12],
        picture=picture,
        places=picture.places,
        issuers=timeline.ISSUERS,
        matrix=matrix.table(report),
        findings=findings.by_severity(report),
        clusters=clusters.details(report),
        verdicts=matrix.VERDICTS,
        numbers={cluster["name"]: number for number, cluster in enumerate(report["clusters"])},
        style=Markup(style),  # noqa: S704 - a file of this collection
        script=Markup(script),  # noqa: S704 - a file of this collection
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def _shown(value: Any) -> Any:
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return printable(value, _LONGEST)


def _read(name: str) -> str:
    with open(os.path.join(_HERE, name), encoding="utf-8") as file:
        return file.read()


def _hash(content: str) -> str:
    """Return the hash by which a content security policy names what may run."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"
