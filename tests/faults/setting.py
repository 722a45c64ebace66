# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each operation meets: its clusters, and the options that say what it is to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from simulator import ActiveActive, Cluster, Material, ReplicaSource
from simulator.keys import GENERATIONS, named_key

from .operations import CertificateWrite, ForcedUpdate, Operation, Repinning, Rotation

#: The database that replicates, where among its sources the one is that is meant, and one that is not meant.
REPLICATING, MEANT = "reports", 1
_ANOTHER_SOURCE = "rediss://admin:not%20to%20be%20shown@redis-9.elsewhere.example.com:12000"

#: Seconds without the API after an internode change, on a version with RS208996.
_INTERNODE_OUTAGE = 0.25


@dataclass(frozen=True)
class Materials:
    """What the modules install, and what another writer does."""

    chain: Material
    internode: Material
    third: Material

    def wanted(self, operation: Operation) -> dict[str, Material | None]:
        """By the names of the certificates that an operation installs; None: removed."""
        if not isinstance(operation, CertificateWrite):
            return {}

        def one(name: str) -> Material | None:
            if operation.delete:
                return None
            return self.internode if name.endswith("_internode_encryption") else self.chain

        return {name: one(name) for name in operation.names}


@dataclass
class Setting:
    """An operation, and what it meets.

    :ivar cluster: where it writes.
    :ivar other: the cluster that shares a database with that one, or from which one replicates.
    :ivar wanted: what it installs, by certificate name; None where it removes.
    :ivar fresh: the ``proxy`` that peers are to learn.
    :ivar third: what another writer installs.
    """

    operation: Operation
    cluster: Cluster
    other: Cluster | None
    wanted: Mapping[str, Material | None]
    fresh: Material
    third: Material

    @property
    def options(self) -> dict[str, Any]:
        """Of the module: what it is to do."""
        if isinstance(self.operation, Rotation):
            names = self.operation.names
            return {"name": names[0]} if len(names) == 1 else {}
        if isinstance(self.operation, ForcedUpdate):
            return {"updated": ["proxy"]}
        if isinstance(self.operation, Repinning):
            assert self.other is not None
            hosts = [self.other.nodes[0].address, self.other.fqdn]
            return {"source_certificate": self.fresh.certificate_pem, "source_hosts": hosts}
        entries = [_entry(name, material) for name, material in self.wanted.items()]
        return entries[0] if len(entries) == 1 else {"certificates": entries}


def _entry(name: str, material: Material | None) -> dict[str, str]:
    if material is None:
        return {"name": name, "state": "absent"}
    return {"name": name, "certificate": material.certificate_pem, "private_key": str(material.key_pem)}


@contextmanager
def opened(operation: Operation, materials: Materials) -> Iterator[Setting]:
    """Start the clusters, and stop them at the end."""
    with ExitStack() as running:
        other = None
        if isinstance(operation, ForcedUpdate):
            shared = [ActiveActive()]
            cluster = running.enter_context(Cluster(database="tls", active_active=shared))
            other = running.enter_context(
                Cluster(nodes=1, fqdn="peer.example.com", database="tls", active_active=shared)
            )
            _renew_proxy(cluster, materials.chain)
        elif isinstance(operation, Repinning):
            other = running.enter_context(Cluster(nodes=1, fqdn="source.example.com", database="tls"))
            cluster = running.enter_context(Cluster(database="none", replicas=_replicas(other, materials)))
            _renew_proxy(other, materials.chain)
        elif isinstance(operation, Rotation):
            _have_keys_ready(operation)
            due = dict.fromkeys(operation.names, 10.0)
            cluster = running.enter_context(Cluster(version=operation.version, database="none", expires=due))
        else:
            assert isinstance(operation, CertificateWrite)
            cluster = running.enter_context(_cluster_for(operation))
        yield Setting(operation, cluster, other, materials.wanted(operation), materials.chain, materials.third)


def _have_keys_ready(operation: Rotation) -> None:
    """Made during the rotation, they would take longer on a busy machine than a write may."""
    for name in operation.names:
        for generation in range(GENERATIONS):
            named_key(name, generation)


def _cluster_for(operation: CertificateWrite) -> Cluster:
    return Cluster(
        nodes=3,
        version=operation.version,
        database="tls",
        tls_databases=2 if "proxy" in operation.names else 1,
        optional=[name for name in operation.names if name == "ldap_client" and name not in operation.unset],
        internode_outage=_INTERNODE_OUTAGE,
    )


def _renew_proxy(cluster: Cluster, material: Material) -> None:
    cluster.set_certificate("proxy", material.certificate_pem, str(material.key_pem))


def _replicas(source: Cluster, materials: Materials) -> dict[str, list[ReplicaSource]]:
    """A database with three sources, and one with one of those that are not meant."""
    # What is not meant is no normalised PEM, and must stay as it is.
    pin = materials.internode.certificate_pem.replace("\n", "\r\n")
    plain = ReplicaSource(_ANOTHER_SOURCE.replace("rediss", "redis"))
    pinning = ReplicaSource(_ANOTHER_SOURCE, pin, pin, encryption=True)
    return {REPLICATING: [plain, ReplicaSource.of(source, "neither this"), pinning], "archive": [pinning]}
