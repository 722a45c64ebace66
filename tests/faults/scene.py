# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What faults have their hands on, and the parts that they are made of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from simulator import Cluster, Fault, Material
from simulator.access import PERMISSIONS

from .operations import Operation

CERTIFICATES = "/v1/cluster/certificates"
_EVERY_WRITE = "/v1/cluster/*"


@dataclass
class Scene:
    """One operation about to run.

    :ivar wanted: what it installs, by certificate name; None where it removes.
    :ivar third: what another writer installs.
    :ivar patch: for what a cluster has no handle for.
    """

    cluster: Cluster
    operation: Operation
    wanted: Mapping[str, Material | None]
    third: Material
    patch: pytest.MonkeyPatch
    timers: list[threading.Timer] = field(default_factory=list)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, action)
        timer.daemon = True
        self.timers.append(timer)
        timer.start()

    def stop_timers(self) -> None:
        for timer in self.timers:
            timer.cancel()
            timer.join()


Arm = Callable[[Scene], None]
"""Makes a fault happen: at once, or by faults that wait in the simulator."""


def together(*arms: Arm) -> Arm:
    def arm(scene: Scene) -> None:
        for one in arms:
            one(scene)

    return arm


# When it happens.


def on_writes(times: int | None = None, after: int = 0, **fault: Any) -> Arm:
    """A fault of the simulator that strikes writes.

    :param times: how many; None for all, also those that put back.
    :param after: 1: only those that put back.
    """

    def arm(scene: Scene) -> None:
        own = scene.operation.method
        scene.cluster.add_fault(Fault(own, _EVERY_WRITE, times=times, after=after, **fault))
        if after or times is None:
            # Putting back a removed certificate is an update, and the other way round.
            other = "PUT" if own == "DELETE" else "DELETE"
            scene.cluster.add_fault(Fault(other, _EVERY_WRITE, times=times, **fault))

    return arm


def on_third_write(times: int | None = None, **fault: Any) -> Arm:
    """A fault of the simulator that strikes the third update, and those after it unless C(times) says how many."""
    return lambda scene: scene.cluster.add_fault(Fault("PUT", _EVERY_WRITE, times=times, after=2, **fault))


def when_written(arm: Arm, kind: str = "pass", times: int = 1) -> Arm:
    """As soon as the first write has come, and before it is carried out.

    :param kind: of the fault that this write meets.
    """

    def armed(scene: Scene) -> None:
        effect = _effect(scene, arm)
        scene.cluster.add_fault(Fault(scene.operation.method, _EVERY_WRITE, kind=kind, times=times, effect=effect))

    return armed


def _effect(scene: Scene, arm: Arm) -> Callable[[Cluster], None]:
    return lambda dummy: arm(scene)


def on_reads_after(times: int | None = None, **fault: Any) -> Arm:
    """A fault of the simulator that strikes reads of certificates, at any node, once the first write has come."""
    return when_written(lambda scene: scene.cluster.add_fault(Fault("GET", CERTIFICATES, times=times, **fault)))


def when_reading_back(arm: Arm) -> Arm:
    """As soon as the first read after the first write has come."""
    return when_written(_at_next_read(arm, CERTIFICATES))


def when_read(arm: Arm) -> Arm:
    """As soon as the last read before the first write has come; the connection ends with its answer.

    Otherwise a write might still be sent on a connection that is about to be closed, and be lost rather than refused.
    """
    return lambda scene: _at_next_read(arm, scene.operation.last_read, Connection="close")(scene)


def _at_next_read(arm: Arm, path: str, **headers: str) -> Arm:
    def armed(scene: Scene) -> None:
        effect = _effect(scene, arm)
        scene.cluster.add_fault(Fault("GET", path, kind="pass", times=1, headers=headers, effect=effect))

    return armed


# What happens.


def node_down(uid: int) -> Arm:
    def arm(scene: Scene) -> None:
        scene.cluster.nodes[uid - 1].down = True

    return arm


def node_down_for(uid: int, seconds: float) -> Arm:
    def arm(scene: Scene) -> None:
        node = scene.cluster.nodes[uid - 1]
        node.down = True
        scene.later(seconds, lambda: setattr(node, "down", False))

    return arm


def lag(uid: int, seconds: float) -> Arm:
    def arm(scene: Scene) -> None:
        scene.cluster.nodes[uid - 1].lag = seconds

    return arm


def api_down(seconds: float) -> Arm:
    return lambda scene: scene.cluster.outage(seconds)


def role(name: str) -> Arm:
    """The user of the module gets another role."""
    return lambda scene: scene.cluster.set_role(scene.cluster.username, name)


def another_writer(scene: Scene) -> None:
    """All nodes get a third certificate."""
    third = scene.third
    for name in scene.operation.names:
        scene.cluster.set_certificate(name, third.certificate_pem, str(third.key_pem))


def already_there(scene: Scene) -> None:
    """All nodes have what is wanted, and the user trusts it."""
    for name, wanted in scene.wanted.items():
        if wanted is None:
            scene.cluster.set_certificate(name, None)
            continue
        scene.cluster.set_certificate(name, wanted.certificate_pem, str(wanted.key_pem))
        if name == "api":
            Path(scene.cluster.ca_path).write_text(wanted.ca_pem, encoding="ascii")


def keys_not_readable(scene: Scene) -> None:
    """No role may read private keys: as the vendor's roles are, nobody who may write lacks that permission."""
    scene.patch.setitem(PERMISSIONS, "view_cluster_keys", frozenset())
