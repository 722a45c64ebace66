# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter rotation_result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

DOCUMENTATION = r"""
name: rotation_result
short_description: Summarise the result of a rotation
version_added: 1.0.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Builds the variable C(rotation_result) of the role P(redis_enterprise.certificates.rotation#role) from the results
    of its tasks. It contains no secrets.
options:
  _input:
    description: The entries that P(redis_enterprise.certificates.rotation_plan#filter) returned.
    type: list
    elements: dict
    required: true
  before:
    description: What M(redis_enterprise.certificates.cluster_certificate_info) returned before the rotation.
    type: dict
    required: true
  written:
    description: What M(redis_enterprise.certificates.cluster_certificates) returned, or an empty dictionary.
    type: dict
    required: true
  due:
    description: By name, why a certificate was due.
    type: dict
    required: true
  failure:
    description: The failed task and its message, or an empty dictionary.
    type: dict
    required: true
  check_mode:
    description: Whether the rotation ran in check mode, which issues nothing.
    type: bool
    required: true
  replication:
    description:
      - What M(redis_enterprise.certificates.replication_certificates) returned, or an empty dictionary.
    type: dict
    default: {}
positional: before, written
"""

EXAMPLES = r"""
- name: Summarise the result
  ansible.builtin.debug:
    msg: >-
      {{ plan.entries | redis_enterprise.certificates.rotation_result(before, written, due={}, failure={},
         check_mode=ansible_check_mode) }}
"""

RETURN = r"""
_value:
  description: See the role P(redis_enterprise.certificates.rotation#role).
  type: dict
"""

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
    written: Facts,
    *,
    due: Mapping[str, Sequence[str]],
    failure: Facts,
    check_mode: bool,
    replication: Facts | None = None,
) -> dict[str, Any]:
    """Return what became of each certificate, and of all of them together."""
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
        "changed": foretold or bool(written.get("changed")),
        "outcome": "changed" if foretold else outcome,
        "certificates": certificates,
        "nodes": written.get("nodes", []),
        "proof": written.get("proof"),
        "findings": written.get("findings", []),
        "hazards": written.get("hazards", []),
        "replication": {key: replication.get(key) for key in _REPLICATION} if replication else None,
        "failure": dict(failure) or None,
    }


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"rotation_result": rotation_result}
