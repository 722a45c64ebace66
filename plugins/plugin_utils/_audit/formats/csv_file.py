# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The report as CSV (RFC 4180): one line a cluster, one each of its certificates, and findings that are of neither."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import printable

from .. import certificates
from ..policy import ANY
from ..types import Certificate, Report

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

#: What makes a spreadsheet take a text for a formula; where a list has semicolons, it splits the lines there too.
_FORMULA = re.compile(r'(^|;)(?=[\s"]*[=+@-])')


def render(report: Report) -> str:
    """Return the content of the file."""
    found: dict[str, dict[str | None, list[str]]] = {}
    for finding in report["findings"]:
        word = "accepted" if finding["accepted"] else finding["severity"]
        of_cluster = found.setdefault(finding["cluster"], {})
        of_cluster.setdefault(finding["certificate"], []).append(f"{word} {finding['check']}")
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(_HEADER)
    for cluster in report["clusters"]:
        known, of_cluster = cluster["cluster"], found.get(cluster["name"], {})
        about = [cluster["name"], cluster["url"], known["name"], known["version"], cluster["verdict"]]
        judged = certificates.of(cluster)
        writer.writerow(_line(about, None, of_cluster.get(None, ())))
        writer.writerows(_line(about, one["name"], of_cluster.get(one["name"], ()), one) for one in judged)
        others = of_cluster.keys() - {None, *(one["name"] for one in judged)}
        writer.writerows(_line(about, name, findings) for name, findings in of_cluster.items() if name in others)
    of_all = found.get(ANY, {})
    writer.writerows(_line([ANY, None, None, None, None], name, findings) for name, findings in of_all.items())
    return file.getvalue()


def _line(
    cluster: list[str | None], certificate: str | None, findings: Iterable[str], facts: Certificate | None = None
) -> list[Any]:
    """Return the cells of a line.

    Args:
        cluster: its first cells.
        facts: of the certificate; None: there are none.
    """
    names = " ".join(facts["subject_alternative_names"] or ()) if facts else None
    values = _values(facts) if facts else [None] * len(_FACTS)
    proof = certificates.seen_text(facts) if facts else None
    return [_cell(one) for one in (*cluster, certificate, *values, names, "; ".join(findings), proof)]


def _cell(value: Any) -> Any:
    """Return numbers as they are, and text so that no spreadsheet calculates it."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return _FORMULA.sub(r"\1'", printable(value))
