# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""All certificates of one cluster that a report is about: its own, those of its databases, or what its API presents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.databases import SERVER
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.cluster_data import ClusterData
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._hostnames import host_and_port
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._product.names import INTERNODE
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.proofs import proof_text

from .types import Certificate, JudgedCluster


def of(cluster: ClusterData | JudgedCluster) -> list[Certificate]:
    """Return the facts of each, under the C(name) by which findings, exceptions and formats call it."""
    found: list[Any] = [
        *cluster["certificates"],
        *({**one, "name": one["certificate"]} for one in cluster["databases"]),
    ]
    seen = cluster["api_endpoint"]
    if seen is not None and not seen.get("error"):
        where = host_and_port(seen["address"], seen["port"])
        found.append({**seen, "name": "api", "presented_at": where, "findings": [], "proof": None})
    return cast("list[Certificate]", found)  # each kind has these facts, among others


def readable(cluster: ClusterData | JudgedCluster) -> Iterator[Certificate]:
    """Yield the facts of those that could be parsed."""
    return (facts for facts in of(cluster) if not facts.get("error"))


def seen_text(facts: Certificate) -> str:
    """Describe how far it is proven that nodes have it, or where alone it was seen."""
    return f"presented at {facts['presented_at']}" if "presented_at" in facts else proof_text(facts["proof"])


def belongs_to_database(facts: Certificate) -> bool:
    """Check whether a certificate is not one of the cluster, so that no rotation replaces it."""
    return "kind" in facts


def lets_clients_in(facts: Certificate) -> bool:
    """Check whether a database checks clients against it, rather than present it."""
    return belongs_to_database(facts) and facts["kind"] != SERVER


def renewal(name: str) -> str:
    """Return how a certificate of the cluster is renewed, as the beginning of a sentence."""
    if name in INTERNODE:
        return "Renew the certificates between the nodes (module internal_certificate_rotation)"
    return "Rotate it"
