# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One cell of the matrix: one operation on a cluster that meets one fault."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from simulator import Cluster, Material, Request
from simulator.state import UNSET, Pair

from .catalogue import CHANGED, UNCHANGED, Row
from .module import Finished, Module
from .operations import Operation
from .scene import Scene

#: The same in every cell. No cell where things take their course comes near the ends of these times on a busy machine.
OPTIONS = {
    "timeout": 10.0,
    "write_timeout": 1.2,
    "wait_timeout": 30.0,
    "verify_timeout": 30.0,
    "retries": 2,
    "retry_delay": 0.05,
    "retry_max_delay": 0.3,
}

#: Where a deadline has to pass.
_HURRIED = {"wait_timeout": 4.0, "verify_timeout": 4.0}

#: Seconds without the API after an internode change, on a version with RS208996.
_INTERNODE_OUTAGE = 0.25


@dataclass(frozen=True)
class Materials:
    """What the module installs, and what another writer does."""

    chain: Material
    internode: Material
    third: Material

    def wanted(self, operation: Operation) -> dict[str, Material | None]:
        """By certificate name; None: removed."""

        def one(name: str) -> Material | None:
            if operation.delete:
                return None
            return self.internode if name.endswith("_internode_encryption") else self.chain

        return {name: one(name) for name in operation.names}


@dataclass(frozen=True)
class Cell:
    """A finished run, and the cluster as it is then.

    :ivar before: what each node held, by uid.
    :ivar requests: those that the API got, on any node.
    """

    cluster: Cluster
    operation: Operation
    row: Row
    options: Mapping[str, Any]
    before: Mapping[int, Mapping[str, Pair]]
    wanted: Mapping[str, Pair]
    third: Material
    finished: Finished
    requests: tuple[Request, ...]

    @property
    def writes(self) -> list[Request]:
        return [request for request in self.requests if request.writes]

    @property
    def seconds(self) -> float:
        """From the first request to the end of the process."""
        return self.finished.ended - (self.requests[0].arrived if self.requests else self.finished.started)

    @property
    def result(self) -> dict[str, Any]:
        """What the module printed.

        :raises ValueError: that is not one JSON object.
        """
        value = json.loads(self.finished.stdout)
        if not isinstance(value, dict):
            raise ValueError("not an object")
        return value

    @property
    def outcome(self) -> str:
        """As the module reports it; ``none`` where it reports none."""
        try:
            return str(self.result["outcome"])
        except (ValueError, KeyError):
            return "none"


def cluster_for(operation: Operation) -> Cluster:
    """The cluster that an operation meets; not started yet."""
    return Cluster(
        nodes=3,
        version=operation.version,
        database="tls",
        optional=[name for name in operation.names if name == "ldap_client" and name not in operation.unset],
        internode_outage=_INTERNODE_OUTAGE,
    )


def run(
    cluster: Cluster, operation: Operation, row: Row, materials: Materials, module: Module, patch: pytest.MonkeyPatch
) -> Cell:
    """Run the module once."""
    wanted = materials.wanted(operation)
    before = {node.uid: node.stored for node in cluster.nodes}
    hurried = row.deadline or row.outcomes.get(operation.key) not in (CHANGED, UNCHANGED)
    options = {**OPTIONS, **(_HURRIED if hurried else {}), **row.options}
    arguments: dict[str, Any] = {
        "url": cluster.url,
        "username": cluster.username,
        "password": cluster.password,
        "ca_path": cluster.ca_path,
        "metrics_port": cluster.metrics_port,
        **options,
    }
    entries = [_entry(name, material) for name, material in wanted.items()]
    arguments |= entries[0] if len(entries) == 1 else {"certificates": entries}
    scene = Scene(cluster, operation, wanted, materials.third, patch)
    row.arm(scene)
    finished = module.run(operation.module, arguments)
    scene.stop_timers()
    pairs = {name: UNSET if one is None else Pair(one.certificate_pem, one.key_pem) for name, one in wanted.items()}
    requests = tuple(cluster.requests)
    return Cell(cluster, operation, row, options, before, pairs, materials.third, finished, requests)


def _entry(name: str, material: Material | None) -> dict[str, str]:
    if material is None:
        return {"name": name, "state": "absent"}
    return {"name": name, "certificate": material.certificate_pem, "private_key": str(material.key_pem)}
