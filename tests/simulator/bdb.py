# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which databases a cluster has."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .active_active import ActiveActive
from .replica import Replica, ReplicaSource
from .state import own_name

FIRST_UID = 1
PLAIN_UID = 2


@dataclass
class Bdb:
    """A database, as a cluster keeps it.

    :ivar tls: whether its endpoints present a certificate; without TLS they refuse connections.
    :ivar crdb: the Active-Active database of which it is a part.
    :ivar replica: what it replicates.
    :ivar client_certs: PEM of the clients' certificates that it takes.
    :ivar pending_until: until when a change is under way, in the seconds of :func:`time.monotonic`.
    :ivar lock: held while a change is begun.
    :ivar wanted_port: 0 for any that is free.
    :ivar port: known once the cluster has started.
    """

    uid: int
    name: str
    tls: bool = False
    crdb: ActiveActive | None = None
    replica: Replica = field(default_factory=lambda: Replica([]))
    client_certs: list[str] = field(default_factory=list, repr=False)
    pending_until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    wanted_port: int = 0
    port: int = 0

    @property
    def status(self) -> str:
        """Return ``active``, or ``active-change-pending`` while a change is under way."""
        return "active" if time.monotonic() >= self.pending_until else "active-change-pending"

    @property
    def service(self) -> str:
        """Return the key of its endpoints among the services of a node."""
        return service_of(self.uid)


def service_of(uid: int) -> str:
    """Return the key of a database's endpoints among the services of a node: ``proxy`` for the first."""
    return "proxy" if uid == FIRST_UID else own_name(uid)


def bdbs_of(
    tls: int,
    port: int,
    plain: bool,
    active_active: Sequence[ActiveActive],
    replicas: Mapping[str, Sequence[ReplicaSource]],
) -> list[Bdb]:
    """Make the databases of a cluster.

    Uid 1 has TLS, uid 2 has none, and neither have those that are numbered as they come.

    :param tls: how many have TLS; those after the first have the last uids.
    :param port: that of the first.
    """
    first = active_active[0] if active_active else None
    bdbs = [Bdb(FIRST_UID, first.name if first else "orders", tls=True, crdb=first, wanted_port=port)] if tls else []
    if plain:
        bdbs.append(Bdb(PLAIN_UID, "sessions"))
    more = [Bdb(0, crdb.name, crdb=crdb) for crdb in active_active[1:]]
    more += [Bdb(0, name, replica=Replica(sources)) for name, sources in replicas.items()]
    more += [Bdb(0, f"orders-{number}", tls=True) for number in range(2, tls + 1)]
    for uid, bdb in enumerate(more, PLAIN_UID + 1):
        bdb.uid = uid
    return bdbs + more
