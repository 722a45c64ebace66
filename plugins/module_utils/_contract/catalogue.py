# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""All checks, and their report."""

from __future__ import annotations

from collections import Counter
from typing import Any

from .._product.releases import version_key
from . import (
    checks_answering,
    checks_certificates,
    checks_databases,
    checks_metrics,
    checks_nodes,
    checks_permissions,
    checks_ports,
    checks_settings,
    checks_statuses,
    checks_tokens,
    checks_writes,
)
from .check import DIFFERS, HOLDS, NOT_CHECKED, Check
from .questions import Questions
from .vocabulary import Fact, Version

CHECKS: tuple[Check, ...] = (
    *checks_answering.CHECKS,
    *checks_certificates.CHECKS,
    *checks_settings.CHECKS,
    *checks_nodes.CHECKS,
    *checks_databases.CHECKS,
    *checks_statuses.CHECKS,
    *checks_ports.CHECKS,
    *checks_metrics.CHECKS,
    *checks_permissions.CHECKS,
    *checks_tokens.CHECKS,
    *checks_writes.CHECKS,  # the last, since they ask everything again
)

#: Settings on which checks depend.
_SETTINGS = (
    "handle_redirects",
    "metrics_auth",
    "mtls_certificate_authentication",
    "mask_bdb_credentials",
    "control_plane_basic_authentication",
)


def report(asked: Questions) -> dict[str, Any]:
    """Make all checks.

    Returns:
        What was found, in which nothing identifies the cluster.
    """
    server = _server(asked)
    results = [check.result(asked) for check in CHECKS]
    counts = Counter(result.outcome for result in results)
    return {
        "server": server,
        "checks": [result.as_dict() for result in results],
        "counts": {outcome: counts[outcome] for outcome in (HOLDS, DIFFERS, NOT_CHECKED)},
        "restored": asked.restored,
    }


def _server(asked: Questions) -> list[str]:
    """Return what the results depend on, as facts."""
    versions = sorted({node.version for node in asked.cluster.nodes if node.version}, key=version_key)
    settings = asked.cluster.settings
    shown = {name: settings[name] if isinstance(settings.get(name), bool) else "missing" for name in _SETTINGS}
    facts = [
        Fact("software_version", *map(Version, versions or (asked.version,))),
        Fact("nodes", len(asked.cluster.nodes)),
        Fact("login", asked.login),
        Fact("url leads to", "follower" if asked.session.redirected else "primary"),
        *(Fact(name, value) for name, value in shown.items()),
    ]
    return [fact.text for fact in facts]
