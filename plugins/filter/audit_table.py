# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter audit_table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._table import printable, table

DOCUMENTATION = r"""
name: audit_table
short_description: Show the certificates of several clusters in one table
version_added: 0.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Makes a table, as a list of lines, of what M(redis_enterprise.certificates.cluster_certificate_info) returned for
    several hosts.
options:
  _input:
    description:
      - For each cluster a dictionary with C(host) and either the results C(cluster) and C(certificates) of the module,
        or C(error), the message of its failure.
    type: list
    elements: dict
    required: true
  fail_within:
    description: Days. A certificate that expires sooner is pointed out.
    type: int
    required: true
"""

EXAMPLES = r"""
- name: Show two clusters
  ansible.builtin.debug:
    msg: "{{ audits | redis_enterprise.certificates.audit_table(fail_within=14) }}"
  vars:
    audits:
      - "{{ dict(first, host='one') }}"
      - "{{ dict(second, host='two') }}"
"""

RETURN = r"""
_value:
  description: The lines of the table.
  type: list
  elements: str
"""


def _row(facts: Mapping[str, Any], fail_within: int) -> list[str]:
    name = printable(facts["name"])
    if facts.get("error"):
        return [name, "-", "-", f"NOT READABLE: {facts['error']}", "-"]
    status = "ok"
    if facts["expired"]:
        status = "EXPIRED"
    elif facts["days_remaining"] < fail_within:
        status = "EXPIRES SOON"
    elif facts["chain_days_remaining"] < fail_within:
        status = "AN ISSUER EXPIRES SOON"
    return [name, facts["not_after"][:10], str(facts["days_remaining"]), status, printable(facts["issuer"])]


def audit_table(audits: Sequence[Mapping[str, Any]], *, fail_within: int) -> list[str]:
    """One line a certificate, or a cluster that could not be read."""
    rows = []
    for audit in audits:
        if audit.get("error"):
            rows.append([audit["host"], "-", "-", "-", "-", f"NOT READ: {printable(audit['error'])}", "-"])
        else:
            cluster = [audit["host"], printable(audit["cluster"]["version"] or "?")]
            rows += [[*cluster, *_row(facts, fail_within)] for facts in audit["certificates"]]
    return table(["cluster", "version", "certificate", "expires", "days", "status", "issuer"], rows)


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """By name."""
        return {"audit_table": audit_table}
