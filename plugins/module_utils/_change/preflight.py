# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The checks before a change: the vendor's requirements, known bugs, the nodes and their ports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from .._api.cluster import Cluster
from .._connection import Connection
from .._errors import CertificateError
from .._product.releases import (
    ROTATION_MISSES_NO_NODE,
    SKIPPED_NODES,
    is_before,
)
from .._x509.finding import ERROR, Finding
from .._x509.requirements import EASILY_OVERLOOKED, check_requirements
from .lockout import find_lockouts
from .plan import Change, why_no_way_back
from .witness import find_refusals


def find_problems(changes: Iterable[Change], cluster: Cluster, connection: Connection, now: datetime) -> list[Finding]:
    """Return the requirements that the new certificates do not meet, whom they fail, and which login they end."""
    found: list[Finding] = []
    for change in changes:
        if change.material is not None:
            found += check_requirements(
                change.name,
                change.material.certificates,
                fqdn=cluster.name,
                versions=cluster.versions,
                now=now,
                settings=cluster.settings,
            )
            errors = {one.id for one in found if one.certificate == change.name and one.severity == ERROR}
            found += find_refusals(change, cluster.name, errors)
        found += find_lockouts(change, cluster, connection)
    return found


def enforce_requirements(found: Sequence[Finding], requirements: str, warn: Callable[[str], None]) -> None:
    """Act on findings as the user wants it.

    Args:
        requirements: V(enforce), V(warn) or V(ignore).

    Raises:
        CertificateError: something would break the cluster, and V(enforce); all of it is named.
    """
    for finding in found:
        if requirements == "warn" or (requirements == "enforce" and finding.id in EASILY_OVERLOOKED):
            warn(f"{finding.certificate}: {finding.text}")
    errors = [finding for finding in found if finding.severity == ERROR]
    if requirements == "enforce" and errors:
        names = ", ".join(dict.fromkeys(error.certificate for error in errors))
        several = "," in names
        texts = [f"{error.certificate}: {error.text}" if several else error.text for error in errors]
        raise CertificateError(
            "requirements_not_met",
            f"{'the certificates do' if several else 'the certificate does'} not meet the vendor's requirements: "
            f"{'; '.join(texts)}. Fix {'them' if several else 'it'}, or set requirements=warn to continue anyway.",
            option="requirements",
        ).about(names)


def warn_without_way_back(changes: Iterable[Change], now: datetime, warn: Callable[[str], None]) -> None:
    """Warn where a roll-back could not restore the old certificate."""
    for change in changes:
        reason = why_no_way_back(change, now)
        if reason is not None:
            warn(f"{change.name}: there is no way back: the old certificate could not be restored: {reason}.")


def check_nodes_active(changes: Sequence[Change], cluster: Cluster, *, allowed: bool) -> None:
    """Refuse to change certificates while a node would miss it, whatever the version.

    Args:
        allowed: whether the user wants to continue anyway.

    Raises:
        CertificateError: a node is not active.
    """
    if not changes or not cluster.inactive or allowed:
        return
    forgotten = ""
    forgets = cluster.version is None or is_before(cluster.version, ROTATION_MISSES_NO_NODE)
    if forgets and any(change.action == "rotate" for change in changes):
        forgotten = (
            f" Before version {ROTATION_MISSES_NO_NODE} it never catches up "
            f"({SKIPPED_NODES.id}), and this cluster runs {cluster.version or 'an unknown version'}."
        )
    inactive = [node.as_dict() for node in cluster.inactive]
    raise nodes_not_active(inactive, [change.name for change in changes], forgotten)


def nodes_not_active(nodes: Iterable[Mapping[str, Any]], names: Iterable[str], more: str = "") -> CertificateError:
    """Return the refusal to change certificates.

    Args:
        nodes: that are not active, see M(Node.as_dict).
        names: of the certificates.
        more: sentences about the consequences.
    """
    states = ", ".join(f"node {node['uid']} ({node['address'] or 'no address'}) is {node['status']}" for node in nodes)
    return CertificateError(
        "node_not_active",
        f"{states}, and would miss the change.{more} Start it or remove it from the cluster, and run again; or, "
        "in an emergency, set allow_inactive_nodes=true.",
        option="allow_inactive_nodes",
    ).about(", ".join(names))
