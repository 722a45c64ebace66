# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Whether each node has on its disk what the API reports, of certificates that no port shows: by the metrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypedDict

from .._api.client import Api, Stored
from .._api.cluster import Cluster
from .._api.fields import Uid
from .._errors import CertificateError
from .._probe.metrics import SHOWN
from .._probe.served import EndpointEntry
from .._probe.witnesses import exporter_state, exporters
from .._state.goal import has_kept
from .._state.installed import Installed
from .._x509.certificate import IsoTime, not_after, to_iso


class DiskEntry(TypedDict):
    """What the metrics of one node show of one certificate."""

    name: str
    node: Uid
    status: str
    not_after: IsoTime | None
    problem: str | None


def on_disk(
    api: Api,
    cluster: Cluster,
    stored: Mapping[str, Stored],
    installed: Iterable[Installed],
    endpoints: Iterable[EndpointEntry],
) -> list[DiskEntry]:
    """Compare what the metrics show with what the API reports, for results: one entry for each certificate and node.

    Nothing is raised where the metrics cannot be read: the entries say so.

    Args:
        stored: what the API reports.
        installed: the same, parsed.
        endpoints: what ports show: of the certificates that have one, handshakes show more.
    """
    presented = {one["service"] for one in endpoints if one["database"] is None}
    readable = [one for one in installed if one.name in SHOWN and one.name not in presented and one.chain]
    nodes = [node.uid for node in cluster.nodes if node.uid is not None]
    if not readable or not nodes:
        return []
    shown = exporters(api, cluster, [exporter_state(stored)]).read(nodes)
    found: list[DiskEntry] = []
    for one in readable:
        end = not_after(one.chain[0])
        for node in nodes:
            measured = _closest(shown.of(node, one.name), end)
            has = None if measured is None else has_kept(measured, end)
            found.append(
                {
                    "name": one.name,
                    "node": node,
                    "status": "not_visible" if has is None else "verified" if has else "stale",
                    "not_after": to_iso(measured) if measured else None,
                    "problem": shown.silence(node, one.name) if has is None else None,
                }
            )
    if any(one["status"] == "stale" for one in found):
        _doubt(found, api, stored)
    return found


def _closest(ends: Iterable[datetime], end: datetime) -> datetime | None:
    """Return the one of a node's ends that counts: files that were left behind may be among them (RS187553)."""
    return min(ends, key=lambda one: abs(one - end), default=None)


def _doubt(found: Iterable[DiskEntry], api: Api, stored: Mapping[str, Stored]) -> None:
    """Take back what may only seem so: a change may have come between the read of the API and that of the metrics."""
    try:
        now = Api(api.session).certificates()
    except CertificateError:
        now = {}
    for one in found:
        before, after = stored[one["name"]], now.get(one["name"])
        if one["status"] == "stale" and (after is None or after.certificate != before.certificate):
            one["status"] = "not_visible"
            one["problem"] = "the certificate changed while it was read"
