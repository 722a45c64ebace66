# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Known bugs of the cluster's version that changes meet, and changes that are not made because of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypedDict

from .._api.cluster import Cluster
from .._errors import CertificateError
from .._product.releases import (
    BLOCKED_FORCED_UPDATE,
    HAZARDS,
    LDAP_LOGIN,
    PEERS_DISTRUST_API,
    UNRELIABLE_READ_BACK,
    UNTRUSTED_INTERMEDIATES,
    Hazard,
)
from .._x509.certificate import chain_depth
from .._x509.opaque import Certificate
from .plan import Change


class HazardEntry(TypedDict):
    """A known bug in results, with the names of the certificates whose change meets it."""

    id: str
    description: str
    remedy: str
    certificates: list[str]


def describe_hazards(met: Mapping[Hazard, Sequence[str]]) -> list[HazardEntry]:
    """Return known bugs for results, from the names of the certificates that meet each."""
    return [
        {"id": one.id, "description": one.description, "remedy": one.remedy, "certificates": list(names)}
        for one, names in met.items()
    ]


def spare_ldap_client(changes: Iterable[Change], cluster: Cluster, warn: Callable[[str], None]) -> list[Change]:
    """Return the changes without the deletion of C(ldap_client) where it breaks logins (RS193156).

    What is only purged is left in place, with a warning.

    Raises:
        CertificateError: the deletion was asked for.
    """
    hazard = LDAP_LOGIN
    kept = []
    for change in changes:
        if change.action != hazard.action or not hazard.concerns(cluster.versions, change.name):
            kept.append(change)
        elif change.reason == "not_listed":
            warn(f"{change.name}: not deleted despite purge_optional: {hazard.id}: {hazard.description}")
            kept.append(replace(change, action="none", reason="known_bug", after=change.before, new=change.old))
        else:
            raise CertificateError(
                "known_bug",
                f"the deletion is refused: {hazard.id}: {hazard.description}, and this cluster runs "
                f"{' and '.join(hazard.among(cluster.versions))}. "
                f"Keep it until the cluster runs {hazard.fixed_in(cluster.versions)} or newer.",
                option="state",
                bug=hazard.id,
            ).about(change.name)
    return kept


def drop_misreported(changes: Iterable[Change], cluster: Cluster, warn: Callable[[str], None]) -> list[Change]:
    """Return the changes without those that only a wrong read-back calls for (RS176540); each run would make them.

    The leaf is current, and only its issuers seem to differ. This version does not report what is stored.
    """
    hazard = UNRELIABLE_READ_BACK
    kept = []
    for change in changes:
        if change.reason == "chain_differs" and hazard.concerns(cluster.versions, change.name):
            warn(
                f"{change.name}: the leaf is current, and this version does not report the issuers reliably "
                f"({hazard.id}), so nothing is written. Set force=true to write it anyway."
            )
            change = replace(change, action="none", reason="same", after=change.before, new=change.old)
        kept.append(change)
    return kept


def find_hazards(changes: Iterable[Change], cluster: Cluster, expired: Collection[str] = ()) -> dict[Hazard, list[str]]:
    """Return the known bugs that the changes meet on this cluster, with the names of the certificates.

    Args:
        expired: what has expired of C(proxy) and C(syncer), as installed. After a change of either, the update of the
            peers is refused (RS125934), also where it is the other one, or both are replaced.
    """
    changes = list(changes)
    met = match_hazards(
        (
            (change.action, change.name, change.material.certificates if change.material is not None else ())
            for change in changes
        ),
        cluster.versions,
    )
    met_by = {
        BLOCKED_FORCED_UPDATE: [one.name for one in changes if expired and one.action == "update"],
        PEERS_DISTRUST_API: [one.name for one in changes if _other_ca(one, cluster)],
    }
    for hazard, names in met_by.items():
        if concerned := [name for name in names if hazard.concerns(cluster.versions, name)]:
            met[hazard] = concerned
    return met


def _other_ca(change: Change, cluster: Cluster) -> bool:
    """Return whether peers may log in by certificate, and know another CA for this cluster.

    A certificate that is self-signed is its own CA, whatever the name of that is.
    """
    before, after = change.before, change.after
    if before is None or after is None or cluster.settings.get("mtls_certificate_authentication") is not True:
        return False
    own = after["self_signed"] is True and before["fingerprint"] != after["fingerprint"]
    return own or before["issuer"] != after["issuer"]


def match_hazards(
    changes: Iterable[tuple[str, str, Sequence[Certificate]]], versions: frozenset[str]
) -> dict[Hazard, list[str]]:
    """Return known bugs that changes of some kind meet on a cluster, with the names of the certificates.

    Args:
        changes: the kind, V(update) or V(rotate), the name of the certificate, and its new chain, if there is one.
        versions: of its nodes.
    """
    met: dict[Hazard, list[str]] = {}
    for action, name, chain in changes:
        for hazard in HAZARDS:
            if (
                hazard.action == action
                and hazard.concerns(versions, name)
                and (hazard is not UNTRUSTED_INTERMEDIATES or (chain and chain_depth(chain) > 2))
            ):
                met.setdefault(hazard, []).append(name)
    return met
