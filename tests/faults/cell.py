# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One cell of the matrix: one operation on a cluster that meets one fault."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from simulator import Cluster, ReplicaSource, Request
from simulator.state import UNSET, Pair

from .module import Finished, Module
from .operations import Operation
from .rows import CHANGED, UNCHANGED, Row
from .scene import Scene
from .setting import Setting

#: The same in every cell. No cell where things take their course comes near the ends of these times on a busy machine.
OPTIONS = {
    "timeout": 10.0,
    "write_timeout": 2.5,
    "retries": 2,
    "retry_delay": 0.05,
    "retry_max_delay": 0.3,
}

#: Seconds until each deadline: those where it has to pass are short.
_PATIENT, _HURRIED = 30.0, 4.0


@dataclass(frozen=True)
class Cell:
    """A finished run, and the clusters as they are then.

    :ivar before: what each node held, by uid.
    :ivar sources: what each database replicated, by its name.
    :ivar wanted: what is installed, by certificate name.
    :ivar addresses: where each node was said to be, by uid.
    :ivar primary_before: uid of the primary.
    :ivar open_before: which ports were open, by uid and the service of the node.
    :ivar login: options of the module.
    :ivar requests: those that the API got, on any node.
    :ivar metrics_requests: those that the metrics exporters got, on any node.
    """

    setting: Setting
    row: Row
    options: Mapping[str, Any]
    before: Mapping[int, Mapping[str, Pair]]
    sources: Mapping[str, Sequence[ReplicaSource]]
    wanted: Mapping[str, Pair]
    addresses: Mapping[int, str]
    primary_before: int
    open_before: frozenset[tuple[int, str]]
    login: Mapping[str, str] = field(repr=False)
    finished: Finished
    requests: tuple[Request, ...]
    metrics_requests: tuple[Request, ...]

    @property
    def cluster(self) -> Cluster:
        return self.setting.cluster

    @property
    def operation(self) -> Operation:
        return self.setting.operation

    @property
    def answered(self) -> list[Request]:
        """The requests that were not redirected by a follower: those that came to the primary, if to anybody."""
        return [request for request in self.requests if not _redirected(request)]

    @property
    def redirected(self) -> list[Request]:
        """The requests that a follower redirected."""
        return [request for request in self.requests if _redirected(request)]

    @property
    def writes(self) -> list[Request]:
        """The write requests that were not redirected by a follower."""
        return [request for request in self.answered if request.writes]

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


def _redirected(request: Request) -> bool:
    """Whether a follower redirected it; a fault that does the same at the primary is an answer like any other."""
    return request.status == 307 and request.fault != "redirect"


def sources(cluster: Cluster) -> dict[str, list[ReplicaSource]]:
    """What each database replicates, by its name."""
    return {bdb.name: list(bdb.replica.sources.values()) for bdb in cluster.bdbs}


def run(setting: Setting, row: Row, module: Module, patch: pytest.MonkeyPatch) -> Cell:
    """Run the module once."""
    cluster, operation = setting.cluster, setting.operation
    hurried = row.deadline or row.outcomes.get(operation.key) not in (CHANGED, UNCHANGED)
    deadlines = dict.fromkeys(operation.deadlines, _HURRIED if hurried else _PATIENT)
    options = {**OPTIONS, **deadlines, **row.options}
    scene = Scene(**vars(setting), patch=patch, login={"username": cluster.username, "password": cluster.password})
    row.arm(scene)
    before = {node.uid: node.stored for node in cluster.nodes}
    addresses = {node.uid: node.internal_address for node in cluster.nodes}
    primary = cluster.primary.uid
    open_before = frozenset(
        (node.uid, service) for node in cluster.nodes for service in node.services if node.serves(service)
    )
    replicated = sources(cluster)
    arguments = {
        "url": cluster.url,
        **scene.login,
        "ca_path": cluster.ca_path,
        "metrics_port": cluster.metrics_port,
        **setting.options,
        **options,
    }
    finished = module.run(operation.module, arguments)
    wanted = {
        name: UNSET if one is None else Pair(one.certificate_pem, one.key_pem) for name, one in setting.wanted.items()
    }
    return Cell(
        setting,
        row,
        options,
        before,
        replicated,
        wanted,
        addresses,
        primary,
        open_before,
        scene.login,
        finished,
        tuple(cluster.requests),
        tuple(cluster.metrics.requests),
    )
