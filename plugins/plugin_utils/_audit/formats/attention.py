# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What of a report needs attention, and the totals, for the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import printable
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.command import to_copy
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.names import counted, listed
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.table import paragraph, table
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.text import (
    FAILED,
    OK,
    RULE,
    WARNING,
    Line,
)

from ..checks.judgement import CRITICAL, INFO
from ..page.commands import Command, command
from ..types import Finding, Report
from . import text_table

#: Rows that are shown without C(-v).
_MOST = 40


def lines(report: Report, files: Mapping[str, str], *, everything: bool) -> Iterator[Line]:
    """Yield a line for what needs attention, the most urgent first, then the totals, the files, and what to do next.

    Args:
        files: their paths, by format.
        everything: whether also what is in order gets a line.
    """
    rows = text_table.rows(report)
    urgent = sorted((one for one in rows if one.urgency), key=lambda one: (-one.urgency, one.days))
    shown = rows if everything else urgent[:_MOST]
    yield RULE
    if shown:
        header, *below = table(text_table.SHORT_HEADER, [one.short for one in shown], sentences=(4,))
        yield header
        yield from ((line, WARNING) if not everything else line for line in below)
    if not everything and len(urgent) > len(shown):
        yield f"... and {len(urgent) - len(shown)} more; -v shows all"
    verdicts = Counter(one["verdict"] for one in report["clusters"])
    total = len(report["clusters"])
    others = [f"{count} {_WORDS[verdict]}" for verdict, count in sorted(verdicts.items()) if verdict != "ok"]
    text = f"{verdicts['ok']} of {counted(total, 'cluster')} ok{''.join(f', {one}' for one in others)}"
    yield text, OK if not others else FAILED if verdicts["failed"] + verdicts["unreachable"] else WARNING
    first = report["summary"]["next"]
    if first is not None:
        when = f"{first['not_after'][:10]}: {first['cluster']}, {first['certificate']}"
        yield from paragraph("Expires next: ", printable(when))
    if files:
        yield from paragraph("Report: ", files.get("html") or ", ".join(files.values()))
    yield from _next(report)


def _next(report: Report) -> Iterator[Line]:
    """Yield the command for what is most urgent, and all that the same command is for."""
    clusters = {one["name"]: one for one in report["clusters"]}
    urgent = [one for one in report["findings"] if one["severity"] != INFO and not one["accepted"]]
    urgent.sort(key=lambda one: one["severity"] != CRITICAL)

    def found(one: Finding) -> Command:
        return command(one, clusters.get(one["cluster"]), report["policy"])

    first = next((one for one in urgent if found(one).text), None)
    if first is None:
        return
    by = found(first)
    same = [one for one in urgent if one["cluster"] == first["cluster"] and found(one).text == by.text]
    names = list(dict.fromkeys(one["certificate"] for one in same if one["certificate"]))
    about = f"{first['cluster']}{', ' if names else ''}{listed(names)}:"
    yield from paragraph("Next: ", printable(f"{about} {by.note}"))
    yield from to_copy(by.of(names))


_WORDS = {"warning": "with warnings", "failed": "FAILED", "unreachable": "NOT READ"}
