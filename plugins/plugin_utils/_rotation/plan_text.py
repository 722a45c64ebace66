# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a rotation as text.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import printable

from .._output.names import counted, listed
from .._output.table import paragraph, table
from .._output.text import CHANGED, FAILED, OK, Line
from .fleet import DUE, IN_ORDER, UNFINISHED, PlannedCluster
from .fleet import FAILED as UNUSABLE

_HEADER = ["cluster", "certificate", "to do", "why", "source"]

#: How actions are called.
_WORDS = {"update": "replace", "delete": "remove"}

#: How reasons of a change are called.
_REASONS = {
    "not_set": "not installed",
    "not_readable": "what is installed cannot be read",
    "leaf_differs": "another certificate is installed",
    "chain_differs": "another chain is installed",
    "bundle_differs": "another bundle is installed",
    "node_differs": "a node has another one",
    "not_wanted": "state is absent",
    "forced": "rotation_force is set",
}

#: Rows that are shown without C(-v).
_LONGEST = 40


def lines(
    clusters: Sequence[PlannedCluster], only: Sequence[str] = (), without_backup: Collection[str] = (), *, verbose: bool
) -> list[Line]:
    """Return how many clusters are due, in order or unusable; and of those that are due, what is to be done and why.

    Args:
        only: the certificates that the run is limited to; none: it is not.
        without_backup: clusters of which none is to be made.
        verbose: whether all rows are shown.
    """
    count = Counter(one["state"] for one in clusters)
    parts = [f"{count[DUE]} due"]
    parts += [f"{count[UNFINISHED]} left unfinished by an earlier run"] if count[UNFINISHED] else []
    parts += [f"{count[IN_ORDER]} in order"]
    parts += [f"{count[UNUSABLE]} cannot be rotated"] if count[UNUSABLE] else []
    about = counted(len(clusters), "cluster") + (f", of {listed(only)} only" if only else "")
    made: list[Line] = [(f"Plan for {about}: {', '.join(parts)}", CHANGED if count[DUE] + count[UNFINISHED] else OK)]
    rows = [
        [
            one["name"],
            each["name"] or "-",
            _WORDS.get(each["action"], each["action"]),
            _REASONS.get(each["reason"], each["reason"]) or "-",
            each["source"] or "-",
        ]
        for one in clusters
        for each in one["certificates"]
    ]
    shown = rows if verbose else rows[:_LONGEST]
    if shown:
        made += table(_HEADER, [[printable(cell) for cell in row] for row in shown], sentences=(3,))
    if len(shown) < len(rows):
        made.append(f"... and {len(rows) - len(shown)} more; -v shows all")
    due = [one["name"] for one in clusters if one["state"] == DUE]
    lost = [name for name in due if name in without_backup]
    if lost:
        of_which = "" if lost == due else f" for {listed(lost)}"
        made += paragraph("", f"Without a backup: rotation_backup is not set{of_which}.")
    unusable = [one["name"] for one in clusters if one["state"] == UNUSABLE]
    if unusable:
        made += [(one, FAILED) for one in paragraph("Cannot be rotated, as the end says: ", listed(unusable))]
    return made
