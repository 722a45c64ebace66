# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which databases a cluster has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .active_active import ActiveActive
from .replica import Replica, ReplicaSource

PLAIN_UID = 2


@dataclass
class Bdb:
    """A database, as a cluster keeps it.

    :ivar tls: whether its endpoints present ``proxy``; without TLS they refuse connections.
    :ivar crdb: the Active-Active database of which it is a part.
    :ivar replica: what it replicates.
    :ivar port: known once the cluster has started.
    """

    uid: int
    name: str
    tls: bool = False
    crdb: ActiveActive | None = None
    replica: Replica = field(default_factory=lambda: Replica([]))
    port: int = 0


def bdbs_of(
    tls: bool, plain: bool, active_active: Sequence[ActiveActive], replicas: Mapping[str, Sequence[ReplicaSource]]
) -> list[Bdb]:
    """The databases of a cluster: uid 1 has TLS, all others have none; those after uid 2 are numbered as they come."""
    first = active_active[0] if active_active else None
    bdbs = [Bdb(1, first.name if first else "orders", tls=True, crdb=first)] if tls else []
    if plain:
        bdbs.append(Bdb(PLAIN_UID, "sessions"))
    more = [Bdb(0, crdb.name, crdb=crdb) for crdb in active_active[1:]]
    more += [Bdb(0, name, replica=Replica(sources)) for name, sources in replicas.items()]
    for uid, bdb in enumerate(more, PLAIN_UID + 1):
        bdb.uid = uid
    return bdbs + more
