# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter audit_drift."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

DOCUMENTATION = r"""
name: audit_drift
short_description: Add to what was read of clusters how they differ from what is wanted
version_added: 0.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Sets RV(redis_enterprise.certificates.fleet_certificate_info#module:clusters[].drift) of clusters that are called as
    hosts, from what M(redis_enterprise.certificates.cluster_certificates) returned for those in check mode.
  - Where the comparison failed, C(drift) stays null, and a warning says why.
options:
  _input:
    description: What M(redis_enterprise.certificates.fleet_certificate_info) returned as C(clusters).
    type: list
    elements: dict
    required: true
  variables:
    description: The variables of each host, C(hostvars), where C(audit__drift) is the registered result.
    type: dict
    required: true
positional: variables
"""

EXAMPLES = r"""
- name: Report on a fleet
  redis_enterprise.certificates.audit_report:
    clusters: "{{ fleet.clusters | redis_enterprise.certificates.audit_drift(hostvars) }}"
"""

RETURN = r"""
_value:
  description: The clusters, with C(drift).
  type: list
  elements: dict
"""

_REGISTERED = "audit__drift"


def _compared(cluster: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    if "failure" in result:
        warning = f"what is wanted could not be compared: {result['msg']}"
        return {**cluster, "warnings": [*cluster["warnings"], warning]}
    return {**cluster, "drift": result.get("changes")}  # none where it was skipped


def audit_drift(
    clusters: Sequence[Mapping[str, Any]], variables: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The clusters, with what differs in each."""
    return [_compared(cluster, variables[cluster["name"]].get(_REGISTERED) or {}) for cluster in clusters]


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """By name."""
        return {"audit_drift": audit_drift}
