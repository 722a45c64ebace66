# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Whether each node has on its disk what the API reports, of certificates that no port shows: by the metrics."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from .._api.client import Api, Stored
from .._api.cluster import Cluster
from .._errors import CertificateError
from .._probe.metrics import SHOWN
from .._probe.witnesses import exporter_state, exporters
from .._state.goal import same_end
from .._state.installed import Installed
from .._x509.certificate import not_after, to_iso


def on_disk(
    api: Api,
    cluster: Cluster,
    stored: Mapping[str, Stored],
    installed: Iterable[Installed],
    presented: Container[str],
) -> list[dict[str, Any]]:
    """Compare what the metrics show with what the API reports, for results: one entry for each certificate and node.

    Nothing is raised where the metrics cannot be read: the entries say so.

    Args:
        stored: what the API reports.
        installed: the same, parsed.
        presented: the certificates that have a port, so that handshakes show more of them.
    """
    readable = [one for one in installed if one.name in SHOWN and one.name not in presented and one.chain]
    nodes = [node.uid for node in cluster.nodes if node.uid is not None]
    if not readable or not nodes:
        return []
    shown = exporters(api, cluster, [exporter_state(stored)]).read(nodes)
    found: list[dict[str, Any]] = []
    for one in readable:
        end = not_after(one.chain[0])
        for node in nodes:
            # Files that were left behind may be among them (RS187553).
            ends = sorted(shown.of(node, one.name))
            has = next((measured for measured in ends if same_end(measured, end)), None)
            status = "not_visible" if not ends else "stale" if has is None else "verified"
            measured = has or (ends[0] if ends else None)
            found.append(
                {
                    "name": one.name,
                    "node": node,
                    "status": status,
                    "not_after": measured and to_iso(measured),
                    "problem": None if ends else shown.problem or "the metrics do not tell",
                }
            )
    if any(one["status"] == "stale" for one in found):
        _doubt(found, api, stored)
    return found


def _doubt(found: Iterable[dict[str, Any]], api: Api, stored: Mapping[str, Stored]) -> None:
    """Take back what may only seem so: a change may have come between the read of the API and that of the metrics."""
    try:
        now = Api(api.session).certificates()
    except CertificateError:
        now = {}
    for one in found:
        before, after = stored[one["name"]], now.get(one["name"])
        if one["status"] == "stale" and (after is None or after.certificate != before.certificate):
            one.update(status="not_visible", problem="the certificate changed while it was read")
