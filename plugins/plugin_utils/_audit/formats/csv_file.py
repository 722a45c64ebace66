# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The report as CSV (RFC 4180): one line a cluster, and one each of its certificates."""

from __future__ import annotations

import csv
import io
from operator import itemgetter
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import printable

from .. import certificates
from ..types import Report

_FACTS = (
    "subject",
    "issuer",
    "serial_number",
    "not_before",
    "not_after",
    "days_remaining",
    "expired",
    "chain_days_remaining",
    "chain_not_after",
    "public_key_type",
    "public_key_size",
    "signature_algorithm",
    "self_signed",
    "fingerprint",
)
_values = itemgetter(*_FACTS)
_HEADER = (
    "cluster",
    "url",
    "fqdn",
    "version",
    "verdict",
    "certificate",
    *_FACTS,
    "subject_alternative_names",
    "findings",
    "proof",
)

#: What makes a spreadsheet take a text for a formula.
_FORMULA = ("=", "+", "-", "@")


def render(report: Report) -> str:
    """Return the content of the file."""
    found: dict[tuple[str, str | None], list[str]] = {}
    for finding in report["findings"]:
        word = "accepted" if finding["accepted"] else finding["severity"]
        found.setdefault((finding["cluster"], finding["certificate"]), []).append(f"{word} {finding['check']}")
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(_HEADER)
    for cluster in report["clusters"]:
        known = cluster["cluster"]
        about = [cluster["name"], cluster["url"], known["name"], known["version"], cluster["verdict"]]
        own = [*about, None, *[None] * len(_FACTS), None, "; ".join(found.get((cluster["name"], None), ())), None]
        writer.writerow(map(_cell, own))
        for facts in certificates.of(cluster):
            names = " ".join(facts["subject_alternative_names"] or ())
            findings = "; ".join(found.get((cluster["name"], facts["name"]), ()))
            proof = certificates.seen_text(facts)
            writer.writerow(map(_cell, [*about, facts["name"], *_values(facts), names, findings, proof]))
    return file.getvalue()


def _cell(value: Any) -> Any:
    """Return numbers as they are, and text so that no spreadsheet calculates it."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = printable(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
