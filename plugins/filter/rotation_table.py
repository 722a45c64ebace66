# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter rotation_table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._table import printable, table

DOCUMENTATION = r"""
name: rotation_table
short_description: Show a cluster's certificates before and after a rotation
version_added: 0.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Makes a table, as a list of lines, of the certificates that a cluster had and has.
options:
  _input:
    description: RV(redis_enterprise.certificates.cluster_certificate_info#module:certificates) before the rotation.
    type: list
    elements: dict
    required: true
  after:
    description: The same after the rotation.
    type: list
    elements: dict
    required: true
  material:
    description: The names of the certificates for which there was new material.
    type: list
    elements: str
    required: true
  renew_before:
    description: Days. A certificate that still expires sooner is pointed out.
    type: int
    required: true
positional: after
"""

EXAMPLES = r"""
- name: Show what changed
  ansible.builtin.debug:
    msg: >-
      {{ before.certificates | redis_enterprise.certificates.rotation_table(after.certificates,
         material=['proxy', 'api'], renew_before=30) }}
"""

RETURN = r"""
_value:
  description: The lines of the table.
  type: list
  elements: str
"""

Facts = Mapping[str, Any]


def _cells(facts: Facts | None) -> list[str]:
    if facts is None:
        return ["-", "-"]
    if facts.get("error"):
        return ["not readable", "-"]
    return [f"{facts['not_after'][:10]} ({facts['days_remaining']} days)", facts["fingerprint"][:11]]


def _outcome(before: Facts | None, after: Facts | None, has_material: bool, renew_before: int) -> str:
    def chain(facts: Facts | None) -> Any:
        return facts and facts["chain_fingerprints"]

    outcome = "unchanged"
    if before is None:
        outcome = "new"
    elif after is None:
        outcome = "removed"
    elif chain(before) != chain(after):
        outcome = "replaced"
    if after and not after.get("error") and after["chain_days_remaining"] < renew_before:
        reason = "and so does its material" if has_material else "and has no new material"
        outcome += f", EXPIRES SOON {reason}"
    return outcome


def rotation_table(
    before: Sequence[Facts], after: Sequence[Facts], *, material: Sequence[str], renew_before: int
) -> list[str]:
    """One line a certificate: until when it was and is valid, which it was and is, and what happened to it."""
    was = {facts["name"]: facts for facts in before}
    now = {facts["name"]: facts for facts in after}
    rows = [
        [
            printable(name),
            *_cells(was.get(name)),
            *_cells(now.get(name)),
            _outcome(was.get(name), now.get(name), name in material, renew_before),
        ]
        for name in sorted({*was, *now})
    ]
    return table(["certificate", "expires, before", "SHA-256", "expires, after", "SHA-256", "outcome"], rows)


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """By name."""
        return {"rotation_table": rotation_table}
