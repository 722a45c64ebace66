# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""How far it is proven that each node has what the API reports: by ports, and by the nodes' metrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.cluster_data import ClusterData
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.on_disk import DiskEntry
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.proof import (
    ProofSummary,
    Seen,
    summarise,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.served import EndpointEntry
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._product.names import INTERNODE

from .. import certificates
from ..types import Certificate
from .judgement import WARNING, Judgement, not_visible, passed

_CHECK = "on_node"


def proof(facts: Certificate, cluster: ClusterData) -> ProofSummary | None:
    """Summarise what was seen of one certificate; None where nothing was looked at.

    Args:
        facts: of a certificate of the cluster, or of one of its databases.
        cluster: of fleet data.
    """
    if cluster["endpoints"] is None or certificates.lets_clients_in(facts):
        return None
    name = facts["name"]
    database = facts["uid"] if certificates.belongs_to_database(facts) else None
    service = "proxy" if database is not None else name
    ports: list[Seen] = [
        {"name": name, "status": _status(one), "address": one["address"], "port": one["port"]}
        for one in cluster["endpoints"]
        if (one["service"], one["database"]) == (service, database)
    ]
    nodes: list[Seen] = [
        {"name": name, "status": one["status"], "address": "", "port": 0}
        for one in cluster["on_disk"] or ()
        if one["name"] == name and database is None
    ]
    return summarise([*ports, *nodes], {name}, reported=True)


def _status(endpoint: EndpointEntry) -> str:
    if endpoint["status"] != "seen":
        return endpoint["status"]
    return {True: "verified", False: "stale", None: "not_visible"}[endpoint["matches"]]


def nodes(on_disk: Sequence[DiskEntry]) -> Iterator[Judgement]:
    """Check each certificate that the nodes' metrics show.

    Args:
        on_disk: as M(fleet_certificate_info) returns it.
    """
    for name in dict.fromkeys(one["name"] for one in on_disk):
        about = [one for one in on_disk if one["name"] == name]
        stale = [one for one in about if one["status"] == "stale"]
        verified = sum(one["status"] == "verified" for one in about)
        if stale:
            where = ", ".join(f"node {one['node']} ({str(one['not_after'])[:10]})" for one in stale)
            message = f"the metrics show an expiry other than the API reports on {where}"
            once_more = certificates.renewal(name) if name in INTERNODE else "Rotate it once more (rotation_force)"
            remedy = f"{once_more}, and check that node: it may have missed a change"
            yield Judgement(name, _CHECK, WARNING, message, remedy)
        elif verified == len(about):
            yield passed(name, _CHECK, f"{verified} of {len(about)} nodes have it, by their metrics")
        elif verified:
            hidden = ", ".join(str(one["node"]) for one in about if one["status"] != "verified")
            message = f"{verified} of {len(about)} nodes have it, by their metrics; not visible: node {hidden}"
            yield not_visible(name, _CHECK, message)
        else:
            yield not_visible(name, _CHECK, "no metrics show which certificate the nodes have")
