# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What is looked at before a cluster is touched: the vendor's requirements, known bugs, the nodes and their ports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from .._api.cluster import Cluster
from .._connection import Connection
from .._errors import CertificateError
from .._product.releases import (
    BLOCKED_FORCED_UPDATE,
    HAZARDS,
    LDAP_LOGIN,
    PEERS_DISTRUST_API,
    ROTATION_MISSES_NO_NODE,
    SKIPPED_NODES,
    UNRELIABLE_READ_BACK,
    UNTRUSTED_INTERMEDIATES,
    Hazard,
    is_before,
)
from .._x509.certificate import chain_depth
from .._x509.requirements import CHAIN_WITHOUT_ROOT, Finding, check_requirements
from .lockout import find_lockouts
from .plan import Change

if TYPE_CHECKING:
    from cryptography import x509

#: Findings that are easily overlooked until a cluster refuses the certificate: warned about although they are advice.
_SAID = frozenset({CHAIN_WITHOUT_ROOT})


def spare_ldap_client(changes: Iterable[Change], cluster: Cluster, warn: Callable[[str], None]) -> list[Change]:
    """Return the changes without the deletion of C(ldap_client) where it breaks logins (RS193156).

    What is only purged is left in place, with a warning.

    Raises:
        CertificateError: the deletion was asked for.
    """
    hazard = LDAP_LOGIN
    kept = []
    for change in changes:
        if change.action != hazard.action or not hazard.concerns(cluster.version, change.name):
            kept.append(change)
        elif change.reason == "not_listed":
            warn(f"{change.name}: not deleted (option purge_optional): {hazard.id}: {hazard.description}")
            kept.append(replace(change, action="none", reason="known_bug", after=change.before, new=change.old))
        else:
            raise CertificateError(
                "known_bug",
                f"the deletion is refused: {hazard.id}: {hazard.description}, and this cluster runs "
                f"{cluster.version}. Keep it until the cluster runs {hazard.fixed_in(cluster.version)} or newer.",
                option="state",
                bug=hazard.id,
            ).about(change.name)
    return kept


def drop_misreported(changes: Iterable[Change], cluster: Cluster, warn: Callable[[str], None]) -> list[Change]:
    """Return the changes without those that only a wrong read-back calls for (RS176540); each run would make them.

    The leaf is the wanted one, and only its issuers seem to differ. What is stored, this version does not tell.
    """
    hazard = UNRELIABLE_READ_BACK
    kept = []
    for change in changes:
        if change.reason == "chain_differs" and hazard.concerns(cluster.version, change.name):
            warn(
                f"{change.name}: the leaf is the wanted one, and the issuers that the API reports say nothing on this "
                f"version ({hazard.id}), so nothing is written. Set force to write it all the same."
            )
            change = replace(change, action="none", reason="same", after=change.before, new=change.old)
        kept.append(change)
    return kept


def find_problems(changes: Iterable[Change], cluster: Cluster, connection: Connection, now: datetime) -> list[Finding]:
    """Return what the vendor demands and the new certificates do not meet, and which login they end."""
    found: list[Finding] = []
    for change in changes:
        if change.material is not None:
            found += check_requirements(
                change.name,
                change.material.certificates,
                fqdn=cluster.name,
                version=cluster.version,
                now=now,
                settings=cluster.settings,
            )
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
        if requirements == "warn" or (requirements == "enforce" and finding.id in _SAID):
            warn(f"{finding.certificate}: {finding.text}")
    errors = [finding for finding in found if finding.severity == "error"]
    if requirements == "enforce" and errors:
        names = ", ".join(dict.fromkeys(error.certificate for error in errors))
        several = "," in names
        texts = [f"{error.certificate}: {error.text}" if several else error.text for error in errors]
        raise CertificateError(
            "requirements_not_met",
            f"{'the certificates do' if several else 'the certificate does'} not meet what the vendor demands: "
            f"{'; '.join(texts)}. Fix {'them' if several else 'it'}, or set requirements=warn to go on all the same.",
            option="requirements",
        ).about(names)


def find_hazards(changes: Iterable[Change], cluster: Cluster) -> dict[Hazard, list[str]]:
    """Return the known bugs that the changes meet on this version, with the names of the certificates."""
    changes = list(changes)
    met = match_hazards(
        (
            (change.action, change.name, change.material.certificates if change.material is not None else ())
            for change in changes
        ),
        cluster.version,
    )
    for hazard, meets in ((BLOCKED_FORCED_UPDATE, _expired), (PEERS_DISTRUST_API, _other_ca)):
        names = [one.name for one in changes if hazard.concerns(cluster.version, one.name) and meets(one, cluster)]
        if names:
            met[hazard] = names
    return met


def _expired(change: Change, _cluster: Cluster) -> bool:
    return change.action == "update" and (change.before or {}).get("expired") is True


def _other_ca(change: Change, cluster: Cluster) -> bool:
    """Whether peers may log in by certificate, and know another CA for this cluster."""
    if change.before is None or change.after is None:
        return False
    by_certificate = cluster.settings.get("mtls_certificate_authentication") is True
    return by_certificate and change.before["issuer"] != change.after["issuer"]


def match_hazards(
    changes: Iterable[tuple[str, str, Sequence[x509.Certificate]]], version: str | None
) -> dict[Hazard, list[str]]:
    """Known bugs that changes of some kind meet on a version, with the names of the certificates.

    Args:
        changes: the kind, V(update) or V(rotate), the name of the certificate, and its new chain, if there is one.
    """
    met: dict[Hazard, list[str]] = {}
    for action, name, chain in changes:
        for hazard in HAZARDS:
            if (
                hazard.action == action
                and hazard.concerns(version, name)
                and (hazard is not UNTRUSTED_INTERMEDIATES or (chain and chain_depth(chain) > 2))
            ):
                met.setdefault(hazard, []).append(name)
    return met


def check_nodes_active(changes: Sequence[Change], cluster: Cluster, *, allowed: bool) -> None:
    """Refuse to change certificates while a node would miss it, whatever the version.

    Args:
        allowed: whether the user wants to go on all the same.

    Raises:
        CertificateError: a node is not active.
    """
    if not changes or not cluster.inactive or allowed:
        return
    states = ", ".join(f"node {node.uid} ({node.internal}) is {node.status}" for node in cluster.inactive)
    forgotten = ""
    forgets = cluster.version is None or is_before(cluster.version, ROTATION_MISSES_NO_NODE)
    if forgets and any(change.action == "rotate" for change in changes):
        forgotten = (
            f" Before version {ROTATION_MISSES_NO_NODE} it would not get it later either "
            f"({SKIPPED_NODES.id}), and this cluster has {cluster.version or 'an unknown version'}."
        )
    raise CertificateError(
        "node_not_active",
        f"{states}, and would miss the change.{forgotten} Start it or remove it from the cluster, and run again; or, "
        "in an emergency, set allow_inactive_nodes to true.",
        option="allow_inactive_nodes",
    ).about(", ".join(change.name for change in changes))
