# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Databases that several clusters share, and the updates that make their certificates known to each other."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .cluster import Cluster

_Renewals = tuple[int, ...]
"""For each node of a cluster, how often peers had to learn its certificates."""


@dataclass(frozen=True)
class TaskError:
    """The error of an update on one participating cluster."""

    cluster_name: str
    error_code: str
    description: str


@dataclass
class _Failure:
    error: TaskError
    left: int | None


@dataclass(frozen=True)
class Task:
    """A forced update, on its way or over; :meth:`ActiveActive.status` says which."""

    coordinator: Cluster
    renewals: dict[Cluster, _Renewals]
    errors: tuple[TaskError, ...]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    made: float = field(default_factory=time.monotonic)


class ActiveActive:
    """An Active-Active database (contract, sections 5 and 6). Clusters join it when they are made.

    When ``proxy`` or ``syncer`` becomes another one on any node of a participating cluster, be it an earlier one, the
    others refuse to synchronise with that cluster until a forced update has finished. An update carries what each node
    has at the moment when it is asked for: a node that follows later is refused again. It fails where a participating
    cluster does not answer, or where :meth:`fail` wants it to, and then no cluster learns anything.

    :ivar queued: seconds for which an update waits before it starts; ``math.inf``: for ever.
    :ivar running: seconds for which it then runs; likewise.
    :ivar kept: seconds for which the task can still be asked for when it is over.
    """

    def __init__(self, name: str = "orders") -> None:
        self.name = name
        self.guid = str(uuid.uuid4())
        self.queued = 0.05
        self.running = 0.1
        self.kept = 500.0
        self._lock = threading.Lock()
        self._known: dict[Cluster, _Renewals] = {}
        self._tasks: list[Task] = []
        self._failures: list[_Failure] = []

    def join(self, cluster: Cluster) -> None:
        """Make a cluster, which has not started yet, a participating one."""
        self._known[cluster] = _renewals(cluster)

    @property
    def clusters(self) -> list[Cluster]:
        """Return the participating clusters, in the order in which they joined."""
        return list(self._known)

    @property
    def updates(self) -> int:
        """Return how many updates have begun."""
        with self._lock:
            return len(self._tasks)

    def synchronising(self, *clusters: Cluster) -> bool:
        """Check whether these participating clusters synchronise: their proxies are up, and what they present is known.

        :param clusters: all of them unless given.
        """
        with self._lock:
            for task in self._tasks:
                if self.status(task) == "finished":
                    self._known |= task.renewals
            known = dict(self._known)
        return all(_serves(cluster, "proxy") and _renewals(cluster) == known[cluster] for cluster in clusters or known)

    def fail(self, cluster: Cluster, error_code: str, description: str, times: int | None = None) -> None:
        """Make updates fail on a participating cluster.

        :param times: how many; None for all from now on.
        """
        with self._lock:
            self._failures.append(_Failure(TaskError(cluster.fqdn, error_code, description), times))

    def update(self, coordinator: Cluster) -> Task:
        """Begin a forced update.

        :param coordinator: the cluster that is asked for it; only that one knows the task.
        """
        renewals = {cluster: _renewals(cluster) for cluster in self.clusters}
        unreachable = [cluster for cluster in self.clusters if not _serves(cluster, "api")]
        errors = [TaskError(one.fqdn, "cluster_unreachable", "the cluster does not answer") for one in unreachable]
        with self._lock:
            for failure in self._failures:
                if failure.left is None or failure.left > 0:
                    errors.append(failure.error)
                if failure.left:
                    failure.left -= 1
            task = Task(coordinator, renewals, tuple(errors))
            self._tasks.append(task)
        return task

    def task(self, coordinator: Cluster, identifier: str) -> Task | None:
        """Return the task of this id that a cluster knows, or still knows."""
        with self._lock:
            tasks = [task for task in self._tasks if (task.coordinator, task.id) == (coordinator, identifier)]
        age = self.queued + self.running + self.kept
        return next((task for task in tasks if time.monotonic() - task.made <= age), None)

    def status(self, task: Task) -> str:
        """Return ``queued``, ``started``, ``finished`` or ``failed``."""
        age = time.monotonic() - task.made
        if age < self.queued:
            return "queued"
        if age < self.queued + self.running:
            return "started"
        return "failed" if task.errors else "finished"


def _renewals(cluster: Cluster) -> _Renewals:
    return tuple(node.renewals for node in cluster.nodes)


def _serves(cluster: Cluster, name: str) -> bool:
    return any(node.serves(name) for node in cluster.nodes)
