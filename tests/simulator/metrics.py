# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metrics ports: how long each certificate on a node's disk is still valid (contract, section 6).

``/v2`` is that of the whole cluster, ``/v2/node`` that of the node alone, both from 7.8.2; ``/`` is v1, which only the
primary serves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from typing import TYPE_CHECKING, NamedTuple

from .record import Log, Request
from .releases import NAMES
from .state import Node
from .validation import leaf_validity
from .web import READING, Answer, Exchange, redirect

if TYPE_CHECKING:
    from .cluster import Cluster

_TEXT = "text/plain; version=0.0.4; charset=utf-8"
_V1, _V2 = "node_cert_expiration_seconds", "node_cert_expires_in_seconds"
_FOLDER = "/etc/opt/redislabs"
_LONG_LIVED = {name: datetime(2036, 1, 5, tzinfo=timezone.utc) for name in ("mesh_ca_signed", "gossip_ca_signed")}
_LONG_EXPIRED = datetime(2024, 2, 29, tzinfo=timezone.utc)


class _Series(NamedTuple):
    """One certificate file of a node, and the seconds until it expires."""

    name: str
    path: str
    seconds: float


class _Snapshot(NamedTuple):
    """What all nodes had at one moment, in seconds since the epoch."""

    taken: float
    series: dict[int, list[_Series]]
    timestamped: bool


class Metrics:
    """The metrics of a cluster, and how tests make them wrong.

    :ivar log: the requests to the metrics ports of all nodes.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.log = Log()
        self._offsets: dict[tuple[str, int], float] = {}
        self._hidden: set[tuple[str, int]] = set()
        self._leftovers: dict[int, int] = {}
        self._frozen: _Snapshot | None = None

    @property
    def requests(self) -> list[Request]:
        """Return every request to a metrics port so far, in order of arrival."""
        return self.log.all()

    # What tests change.

    def lie(self, name: str, seconds: float, node: int | None = None) -> None:
        """Show a certificate to expire so many seconds later than it does; negative: earlier.

        :param name: its logical name.
        :param node: uid of the only node that is wrong about it; None for all.
        """
        for uid in self._uids(node):
            self._offsets[name, uid] = seconds

    def hide(self, name: str, node: int | None = None) -> None:
        """Leave a certificate out; parameters as in :meth:`lie`."""
        self._hidden |= {(name, uid) for uid in self._uids(node)}

    def freeze(self, timestamps: bool = False) -> None:
        """Show from now on what there is at this moment.

        :param timestamps: whether each value says when it was taken, as the exposition format allows.
        """
        series = {node.uid: list(_of_disk(node)) for node in self._cluster.nodes}
        self._frozen = _Snapshot(time.time(), series, timestamps)

    def leave_behind(self, bdb: int = 9, node: int | None = None) -> None:
        """Make the file of a database that is gone show as ``proxy``, on versions with that bug (RS187553).

        :param bdb: uid of the database.
        :param node: uid of the only node that has the file; None for all.
        """
        self._leftovers |= dict.fromkeys(self._uids(node), bdb)

    def reset(self) -> None:
        """Undo all of the above."""
        self._offsets.clear()
        self._hidden.clear()
        self._leftovers.clear()
        self._frozen = None

    def _uids(self, node: int | None) -> Iterable[int]:
        return [one.uid for one in self._cluster.nodes if node in (None, one.uid)]

    # What the ports answer.

    def answering(self, node: Node) -> Callable[[Exchange], None]:
        """Return what answers the requests to the metrics port of a node."""

        def answer(exchange: Exchange) -> None:
            path, _mark, query = exchange.path.partition("?")
            authorization = exchange.headers.get("Authorization")
            record = Request(
                method=exchange.command,
                path=path,
                query=query,
                node_uid=node.uid,
                username=self._cluster.access.claimed_name(authorization),
                authentication=authorization.partition(" ")[0].lower() if authorization else None,
            )
            self.log.add(record)
            exchange.read_body()
            reply = self._reply(node, exchange, path, authorization)
            record.answer(reply.status)
            exchange.send(reply)

        return answer

    def _reply(self, node: Node, exchange: Exchange, path: str, authorization: str | None) -> Answer:
        if exchange.command not in READING:
            return Answer(405, headers={"Allow": ", ".join(READING)})
        if path == "/" and node is not self._cluster.primary:
            return redirect(self._cluster.primary.internal_address, self._cluster.metrics_port, exchange.path)
        demanded = self._cluster.metrics_auth and node.release.metrics_auth
        if demanded and not self._cluster.access.may_read_metrics(authorization):
            return Answer(401, headers={"WWW-Authenticate": f'Basic realm="{self._cluster.fqdn}"'})
        if path == "/":
            return _page(_V1, self._of_cluster())
        if path == "/v2" and node.release.metrics_v2:
            return _page(_V2, self._of_cluster())
        if path == "/v2/node" and node.release.metrics_v2:
            return _page(_V2, self._of_node(node, {}))
        return Answer(404)

    def _of_cluster(self) -> list[str]:
        """Return the samples of all nodes that are up, which a node gathers."""
        lines: list[str] = []
        for node in self._cluster.nodes:
            if not node.down:
                lines += self._of_node(node, {"cluster": self._cluster.fqdn, "node": str(node.uid)})
        return lines

    def _of_node(self, node: Node, labels: dict[str, str]) -> list[str]:
        """Return the samples of one node, without the metric's name.

        :param labels: those that gathering adds.
        """
        frozen = self._frozen
        shown = list(_of_disk(node)) if frozen is None else list(frozen.series[node.uid])
        if node.uid in self._leftovers and node.release.leftover_files_show:
            path = f"{_FOLDER}/proxy_cert_{self._leftovers[node.uid]}.pem"
            shown.append(_Series("proxy", path, _LONG_EXPIRED.timestamp() - time.time()))
        stamp = f" {frozen.taken * 1000:.0f}" if frozen is not None and frozen.timestamped else ""
        return [
            _sample(labels | {"logical_name": name, "path": path}, seconds + self._offsets.get((name, node.uid), 0))
            + stamp
            for name, path, seconds in shown
            if (name, node.uid) not in self._hidden
        ]


def _of_disk(node: Node) -> Iterable[_Series]:
    """Return the certificates on a node's disk that have metrics: those that every cluster has, and its own two."""
    now = time.time()
    ends = dict(_LONG_LIVED)
    for name, held in node.stored.items():
        validity = leaf_validity(held.certificate) if NAMES[name].required else None
        if validity is not None:
            ends[name] = validity[1]
    for name, end in ends.items():
        yield _Series(name, f"{_FOLDER}/{name}_cert.pem", end.timestamp() - now)


def _sample(labels: dict[str, str], value: float) -> str:
    return "{" + ",".join(f'{name}="{text}"' for name, text in sorted(labels.items())) + "} " + f"{value:.1f}"


def _page(metric: str, samples: Iterable[str]) -> Answer:
    """Return Prometheus' text form, with another metric before, as every real page has many."""
    lines = [
        "# HELP node_metrics_up Whether the node is up and connected",
        "# TYPE node_metrics_up gauge",
        "node_metrics_up 1.0",
        f"# HELP {metric} Certificate expiration (in seconds)",
        f"# TYPE {metric} gauge",
        *(f"{metric}{sample}" for sample in samples),
    ]
    return Answer(200, ("\n".join(lines) + "\n").encode(), _TEXT)
