# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What faults have their hands on, and the parts that they are made of."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from simulator import Cluster, Fault, Material
from simulator.access import PERMISSIONS
from simulator.listeners import Identity
from simulator.state import pair

from .operations import Rotation
from .setting import MEANT, REPLICATING, Setting
from .x509_facts import not_after

#: An address of this machine where no simulated node is.
NOBODY = "127.0.0.99"

#: Days for which the internal certificates live that a cluster makes (contract, section 3).
_INTERNAL_DAYS = 90


@dataclass
class Scene(Setting):
    """One operation about to run.

    :ivar patch: for what a cluster has no handle for.
    :ivar login: options of the module.
    """

    patch: pytest.MonkeyPatch
    login: dict[str, str]

    def new_end(self, name: str) -> datetime | None:
        """When the certificate ends that the operation installs; None where it removes one."""
        if isinstance(self.operation, Rotation):
            return datetime.now(timezone.utc) + timedelta(days=_INTERNAL_DAYS)
        wanted = self.wanted[name]
        return None if wanted is None else wanted.leaf.not_valid_after_utc


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
    return when_written(at_read_back(arm))


def at_read_back(arm: Arm) -> Arm:
    """As soon as the first of the reads that tell what came of a write has come; to be armed when that has come."""
    return lambda scene: _at_read(scene, arm, scene.operation.read_back)


def when_read(arm: Arm, *, afterwards: bool = False) -> Arm:
    """As soon as the last read before the first write has come; the connection ends with its answer.

    Otherwise a write might still be sent on a connection that is about to be closed, and be lost rather than refused.

    :param afterwards: only when the read has been carried out.
    """
    return lambda scene: _at_read(
        scene,
        arm,
        scene.operation.last_read,
        after=scene.operation.reads_before,
        headers={"Connection": "close"},
        afterwards=afterwards,
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


def lag(uid: int, seconds: float) -> Arm:
    def arm(scene: Scene) -> None:
        scene.cluster.nodes[uid - 1].lag = seconds

    return arm


def api_down(seconds: float) -> Arm:
    return lambda scene: scene.cluster.outage(seconds)


def primary_moves(scene: Scene) -> None:
    """Node 2 becomes the primary."""
    scene.cluster.move_primary(2)


def out_of_reach(external: bool = False) -> Arm:
    """The cluster gives node 2 an internal address where nothing listens, as one behind address translation does.

    :param external: whether it also names the address where the node can be reached.
    """

    def arm(scene: Scene) -> None:
        node = scene.cluster.nodes[1]
        node.internal_address = NOBODY
        node.external_addresses = [node.address] if external else []

    return arm


def handle_redirects(scene: Scene) -> None:
    """Followers pass requests on to the primary."""
    scene.cluster.handle_redirects = True


def followers_answer(**fault: Any) -> Arm:
    """The APIs of nodes 2 and 3 do this to every request, before it is looked at who the primary is."""

    def arm(scene: Scene) -> None:
        for node in scene.cluster.nodes[1:]:
            scene.cluster.add_fault(Fault(node=node.uid, **fault))

    return arm


def ports_closed(service: str, *uids: int) -> Arm:
    """A port of these nodes is closed, such as by a firewall.

    :param service: the certificate that the port presents.
    """

    def arm(scene: Scene) -> None:
        for uid in uids:
            scene.cluster.nodes[uid - 1].keep_closed(service, True)

    return arm


def by_token(scene: Scene) -> None:
    """The module logs in by a token, which no metrics exporter takes."""
    scene.login = {"token": scene.cluster.token()}


def metrics_auth(scene: Scene) -> None:
    """The metrics exporters demand a login by password."""
    scene.cluster.metrics_auth = True


def metrics_presented_by_others(scene: Scene) -> None:
    """The metrics ports present another certificate than the cluster has for them."""
    identity = Identity(pair(scene.third.certificate_pem, scene.third.key_pem))
    for node in scene.cluster.nodes:
        scene.patch.setattr(node.services["metrics_exporter"], "_identity", lambda: identity)


def metrics_frozen(timestamps: bool = False) -> Arm:
    """The metrics stay as they are, as behind a cache.

    :param timestamps: whether they say of when they are.
    """
    return lambda scene: scene.cluster.metrics.freeze(timestamps)


def metrics_hide_node_3(scene: Scene) -> None:
    """No metrics tell of the certificates of node 3 that are changed."""
    for name in scene.operation.names:
        scene.cluster.metrics.hide(name, 3)


def metrics_a_week_off(scene: Scene) -> None:
    """The metrics of node 3 show the certificates that are changed to expire a week later than they do."""
    for name in scene.operation.names:
        scene.cluster.metrics.lie(name, timedelta(days=7).total_seconds(), 3)


def metrics_show_old(scene: Scene) -> None:
    """The metrics of node 3 show of each new certificate the expiry of the old one."""
    for name in scene.operation.names:
        old = not_after(scene.cluster.nodes[2].holds(name))
        new = scene.new_end(name)
        if old is not None and new is not None:
            scene.cluster.metrics.lie(name, (old - new).total_seconds(), 3)


def own_certificate(*, all_databases: bool) -> Arm:
    """All databases, or all but the first, have their own certificate."""

    def arm(scene: Scene) -> None:
        own = scene.third
        for bdb in [bdb for bdb in scene.cluster.bdbs if bdb.tls][0 if all_databases else 1 :]:
            scene.cluster.set_bdb_certificate(bdb.uid, own.certificate_pem, str(own.key_pem))

    return arm


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
    entries = replica.describe(masked=False)
    entries[MEANT]["server_cert"] = material.certificate_pem
    replica.replace(entries)
