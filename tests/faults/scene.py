# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What faults have their hands on, and the parts that they are made of."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from simulator import Cluster, Fault, Material
from simulator.access import PERMISSIONS

from .setting import MEANT, REPLICATING, Setting


@dataclass
class Scene(Setting):
    """One operation about to run.

    :ivar patch: for what a cluster has no handle for.
    """

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
        own, other, path = scene.operation.method, scene.operation.undone_by, scene.operation.path
        scene.cluster.add_fault(Fault(own, path, times=times, after=after, **fault))
        if other is not None and (after or times is None):
            scene.cluster.add_fault(Fault(other, path, times=times, **fault))

    return arm


def on_third_write(times: int | None = None, **fault: Any) -> Arm:
    """A fault of the simulator that strikes the third update, and those after it unless C(times) says how many."""
    return lambda scene: scene.cluster.add_fault(
        Fault(scene.operation.method, scene.operation.path, times=times, after=2, **fault)
    )


def when_written(arm: Arm, kind: str = "pass", **fault: Any) -> Arm:
    """As soon as the first write has come, and before it is carried out.

    :param kind: of the fault that this write meets.
    """

    def armed(scene: Scene) -> None:
        operation, effect = scene.operation, _effect(scene, arm)
        scene.cluster.add_fault(Fault(operation.method, operation.path, kind=kind, times=1, effect=effect, **fault))

    return armed


def _effect(scene: Scene, arm: Arm) -> Callable[[Cluster], None]:
    return lambda dummy: arm(scene)


def on_reads_after(times: int | None = None, **fault: Any) -> Arm:
    """A fault of the simulator that strikes what is read back, at any node, once the first write has come."""
    return when_written(
        lambda scene: scene.cluster.add_fault(Fault("GET", scene.operation.read_back, times=times, **fault))
    )


def when_reading_back(arm: Arm) -> Arm:
    """As soon as the first read after the first write has come."""
    return when_written(lambda scene: _at_read(scene, arm, scene.operation.read_back))


def at_second_read_back(arm: Arm) -> Arm:
    """As soon as the second of the reads that tell what came of a write has come; to be armed when that has come."""
    return lambda scene: _at_read(scene, arm, scene.operation.read_back, after=1)


def when_read(arm: Arm) -> Arm:
    """As soon as the last read before the first write has come; the connection ends with its answer.

    Otherwise a write might still be sent on a connection that is about to be closed, and be lost rather than refused.
    """
    return lambda scene: _at_read(
        scene, arm, scene.operation.last_read, after=scene.operation.reads_before, headers={"Connection": "close"}
    )


def _at_read(scene: Scene, arm: Arm, path: str, **fault: Any) -> None:
    scene.cluster.add_fault(Fault("GET", path, kind="pass", times=1, effect=_effect(scene, arm), **fault))


# What happens.


def node_down(uid: int) -> Arm:
    def arm(scene: Scene) -> None:
        scene.cluster.nodes[uid - 1].down = True

    return arm


def node_up(uid: int) -> Arm:
    def arm(scene: Scene) -> None:
        scene.cluster.nodes[uid - 1].down = False

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


def rotated(scene: Scene) -> None:
    """The cluster renews its internal certificates by itself."""
    scene.cluster.apply({name: scene.cluster.initial.rotated(name) for name in scene.operation.names})


def other_cluster_down(scene: Scene) -> None:
    assert scene.other is not None
    for node in scene.other.nodes:
        node.down = True


def updates_fail(times: int | None = None) -> Arm:
    """Forced updates fail on the other cluster."""

    def arm(scene: Scene) -> None:
        assert scene.other is not None
        scene.cluster.active_active[0].fail(scene.other, "wrong_credentials", "a simulated fault", times)

    return arm


def updates_take(queued: float = 0.0, running: float = 0.0, kept: float = math.inf) -> Arm:
    """Forced updates wait for so many seconds, run for so many, and are known for so many when they are over."""

    def arm(scene: Scene) -> None:
        crdb = scene.cluster.active_active[0]
        crdb.queued, crdb.running, crdb.kept = queued, running, kept

    return arm


def another_update(scene: Scene) -> None:
    """Somebody else forces an update of the same database."""
    scene.cluster.active_active[0].update(scene.cluster)


def read_only_refused(scene: Scene) -> None:
    """Replica sources may not come back with what only the server sets."""
    for bdb in scene.cluster.bdbs:
        bdb.replica.read_only_refused = True


def already_pinned(scene: Scene) -> None:
    """The source that is meant pins what is wanted."""
    _pin(scene, scene.fresh)


def another_pin(scene: Scene) -> None:
    """Somebody else has the source that is meant pin a third certificate."""
    _pin(scene, scene.third)


def _pin(scene: Scene, material: Material) -> None:
    (replica,) = [bdb.replica for bdb in scene.cluster.bdbs if bdb.name == REPLICATING]
    entries = replica.describe()
    entries[MEANT]["server_cert"] = material.certificate_pem
    replica.replace(entries)
