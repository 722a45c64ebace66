# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rotation came to, as the variable C(rotation_result) has it. Contains no secrets.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .replacement import Replacement

Facts = Mapping[str, Any]

#: What is kept of the propagation: facts, and none of Ansible's own keys.
_REPLICATION = ("changed", "outcome", "active_active")


def _certificate(
    name: str, source: str | None, due: Sequence[str], has: Facts | None, change: Facts | None, check_mode: bool
) -> dict[str, Any]:
    known = {"name": name, "source": source, "due": list(due)}
    if change is not None:
        return {**known, **{key: change[key] for key in ("action", "reason", "outcome", "before", "after", "proof")}}
    known["proof"] = None
    if not due:
        return {**known, "action": "none", "reason": None, "outcome": "unchanged", "before": has, "after": has}
    # What will be issued is unknown yet; or it was not issued, or not installed, since something failed.
    outcome, after = ("changed", None) if check_mode else ("failed_unchanged", has)
    return {**known, "action": "issue", "reason": None, "outcome": outcome, "before": has, "after": after}


def _cluster(before: Facts, written: Facts) -> Facts | None:
    """Return the cluster as the last task that read it saw it: the primary may have moved."""
    cluster: Facts | None = written.get("cluster")
    return cluster if cluster and cluster.get("name") else before.get("cluster")


def rotation_result(
    entries: Sequence[Facts],
    before: Facts,
    replacement: Replacement,
    *,
    due: Mapping[str, Sequence[str]],
    check_mode: bool,
) -> dict[str, Any]:
    """Return what became of each certificate, and of all of them together.

    Args:
        entries: of the plan.
        before: what the cluster had.
        replacement: what was done.
        due: by name, why a certificate was due.
        check_mode: whether nothing was issued and written.
    """
    written, failure, replication = replacement.written, replacement.failure, replacement.replicated
    had = {facts["name"]: facts for facts in before.get("certificates", ())}
    changes = {change["name"]: change for change in written.get("changes", ())}
    sources = {entry["name"]: entry["source"] for entry in entries}
    certificates = [
        _certificate(name, sources.get(name), due.get(name, ()), had.get(name), changes.get(name), check_mode)
        for name in sorted({*had, *changes, *sources})
    ]
    foretold = check_mode and bool(due) and not failure
    outcome = written.get("outcome") or ("failed_unchanged" if failure else "unchanged")
    return {
        "cluster": _cluster(before, written),
        "changed": foretold or bool(written.get("changed")) or bool((replication or {}).get("changed")),
        "outcome": "changed" if foretold else outcome,
        "certificates": certificates,
        "nodes": written.get("nodes", []),
        "proof": written.get("proof"),
        "findings": written.get("findings", []),
        "hazards": written.get("hazards", []),
        "replication": {key: replication.get(key) for key in _REPLICATION} if replication else None,
        "backup": _backup(replacement.backup),
        "failure": dict(failure) or None,
    }


def _backup(made: Facts | None) -> dict[str, Any] | None:
    """Return where the backup is, and of what: each certificate as it was before it was replaced."""
    if made is None:
        return None
    names = [one["name"] for one in made["certificates"]]
    return {"changed": made["changed"], "path": made["path"], "certificates": names}


def summary(result: Facts) -> dict[str, Any]:
    """Return C(rotation_summary) of one cluster, for C(set_stats)."""
    changed = [one["name"] for one in result["certificates"] if one["action"] != "none"]
    failure = (result["failure"] or {}).get("msg")
    return {
        **{key: result[key] for key in ("outcome", "changed", "proof")},
        "certificates": changed,
        "failure": failure,
    }
