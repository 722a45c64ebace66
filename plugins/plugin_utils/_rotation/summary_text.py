# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rotation came to, for a person who reads nothing else.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import printable

from .._output.command import limited, to_copy
from .._output.names import counted, listed
from .._output.proofs import proof_text
from .._output.table import labelled
from .._output.text import CHANGED, FAILED, OK, RULE, WARNING, Line
from .fleet import DUE, IN_ORDER, PlannedCluster
from .fleet import FAILED as UNUSABLE

#: Clusters of one outcome that get a line each without C(-v).
_MOST = 20

#: What the run of each playbook is called.
_RUNS = {"rotate": "Rotation", "rollback": "Rollback"}


class Outcome(NamedTuple):
    """What became of one cluster.

    Attributes:
        outcome: V(changed), V(in_order), V(failed) or V(not_started).
        text: of what was changed, how far it is proven; or why it failed.
        backup: where it was made; None: none was.
    """

    name: str
    outcome: str
    text: str = ""
    backup: str | None = None


def outcomes(
    clusters: Sequence[PlannedCluster], results: Mapping[str, Mapping[str, Any]], failed: Collection[str] = ()
) -> list[Outcome]:
    """Return what became of each cluster.

    Args:
        results: C(rotation_result) by the name of the cluster, of those that the rotation went through.
        failed: those of which a task failed that C(rotation_result) does not know of.
    """
    found = [_outcome(one, results.get(one["name"])) for one in clusters]
    return [_unexpected(one) if one.name in failed and one.outcome != "failed" else one for one in found]


def summary(one: Outcome) -> dict[str, Any]:
    """Return C(rollback_summary) of one cluster, for C(set_stats)."""
    failed = one.outcome == "failed"
    return {"outcome": one.outcome, "changed": one.outcome == "changed", "failure": one.text if failed else None}


def _unexpected(one: Outcome) -> Outcome:
    """Return what is known of a cluster of which a task of the user failed, such as one after the rotation."""
    done = f"{one.text}, but a" if one.outcome == "changed" else "A"
    return one._replace(outcome="failed", text=f"{done} task failed. Its own output says why.")


def _outcome(cluster: PlannedCluster, result: Mapping[str, Any] | None) -> Outcome:
    name = cluster["name"]
    if cluster["state"] == UNUSABLE:
        return Outcome(name, "failed", (cluster["error"] or {"msg": ""})["msg"])
    if cluster["state"] == IN_ORDER:
        return Outcome(name, "in_order")
    if result is None:
        return Outcome(name, "not_started")
    if "certificates" not in result:  # a rollback that failed before anything was written
        return Outcome(name, "failed", f"{_OUTCOMES['failed_unchanged']}{result['msg']}")
    if result["failure"]:
        return Outcome(name, "failed", f"{_OUTCOMES.get(result['outcome'], '')}{result['failure']['msg']}")
    names = [one["name"] for one in result["certificates"] if one["action"] != "none"]
    if not result["changed"]:
        return Outcome(name, "in_order")
    proof = proof_text(result["proof"])
    backup = (result["backup"] or {}).get("path")
    text = listed(names) or "peers"
    return Outcome(name, "changed", text if proof == "-" else f"{text}: {proof}", backup)


#: What the certificates are after a failure.
_OUTCOMES = {
    "rolled_back": "The old certificates are back. ",
    "partial": "PARTLY REPLACED. ",
    "changed": "The certificates are replaced, but: ",
    "failed_unchanged": "Nothing was changed. ",
}


def to_roll_back(name: str) -> PlannedCluster:
    """Return the entry of a cluster that is to be rolled back: each that is named."""
    return {"name": name, "state": DUE, "certificates": [], "error": None}


def lines(
    found: Sequence[Outcome],
    *,
    playbook: str = "rotate",
    check_mode: bool,
    command: str,
    subset: str | None,
    typed: bool,
    verbose: bool,
) -> Iterator[Line]:
    """Yield the block.

    Args:
        playbook: V(rotate) or V(rollback).
        command: that runs the playbook on the same inventory, up to its name.
        subset: the limit of the run, if it has one.
        typed: whether the run has variables that the command lacks.
        verbose: whether every cluster gets a line.
    """
    changed, in_order, failed, waiting = (
        [one for one in found if one.outcome == outcome] for outcome in ("changed", "in_order", "failed", "not_started")
    )
    would = "would be changed" if check_mode else "changed"
    counts = [(changed, would), (in_order, "in order"), (failed, "FAILED"), (waiting, "not started")]
    parts = [f"{len(some)} {what}" for some, what in counts if some]
    yield RULE
    yield (
        f"{_RUNS[playbook]} of {counted(len(found), 'cluster')}: {', '.join(parts)}",
        FAILED if failed else CHANGED if changed else OK,
    )
    yield from _each("would change" if check_mode else "changed", changed, CHANGED, verbose=verbose)
    yield from _each("FAILED", _together(failed), FAILED, verbose=True)
    if waiting:
        yield from ((one, WARNING) for one in labelled("not started", listed([one.name for one in waiting])))
    again = [one.name for one in (*failed, *waiting)]
    more = ", with the variables that this run had in -e" if typed else ""
    if again:
        yield f"Next: fix what failed, and run again for these{more}:"
        yield from to_copy(f"{command}.{playbook}{_limit(again, subset)}")
    elif check_mode and changed:
        yield f"Next{more}:"
        yield from to_copy(f"{command}.{playbook}{_limit((), subset)}")
    elif not changed:
        yield "Nothing to do."
    kept = [one.name for one in changed if one.backup and not check_mode and playbook == "rotate"]
    if kept:
        yield f"To undo{more}:"
        yield from to_copy(f"{command}.rollback{_limit(kept, subset)}")


def _together(some: Sequence[Outcome]) -> list[Outcome]:
    """Return one outcome, with all names, for those of which the same is to be said."""
    names: dict[str, list[str]] = {}
    for one in some:
        names.setdefault(one.text, []).append(one.name)
    return [Outcome(", ".join(those), "failed", text) for text, those in names.items()]


def _limit(names: Sequence[str], subset: str | None) -> str:
    """Return the option for some clusters; where they are too many to name, or none is named, that of the run."""
    return limited(",".join(names) if 0 < len(names) <= _MOST else subset)


def _each(label: str, some: Sequence[Outcome], meaning: str, *, verbose: bool) -> Iterator[Line]:
    shown = some if verbose else some[:_MOST]
    for one in shown:
        text = printable(f"{one.name}: {one.text}", None)
        yield from ((line, meaning) for line in labelled(label, text))
    if len(shown) < len(some):
        yield from ((line, meaning) for line in labelled("", f"... and {len(some) - len(shown)} more; -v shows all"))
