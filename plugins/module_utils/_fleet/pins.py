# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Whether replica sources pin what their source has now, where that is a cluster of the same fleet. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .._api.replica_source import belongs
from .._hostnames import comparable_host
from .cluster_data import ClusterData, PinEntry


def judge_pins(clusters: Sequence[ClusterData]) -> None:
    """Set C(state) of each pinned certificate to V(current) or V(stale), where that can be determined.

    Args:
        clusters: of one fleet, as results show them.
    """
    for cluster in clusters:
        for pin in (cluster["replication"] and cluster["replication"]["replica_of"]) or ():
            if pin["state"] != "unknown" or pin["fingerprint"] is None:
                continue
            has = _at_endpoint(pin, clusters) or _of_database(pin, clusters) or _by_name(pin, clusters)
            # Two clusters may share addresses, or a name by mistake: then it is unknown.
            if len(has) == 1:
                pin["state"] = "current" if has == {pin["fingerprint"]} else "stale"


def _at_endpoint(pin: PinEntry, clusters: Iterable[ClusterData]) -> set[str]:
    """Return what the API reports of the very endpoint, which may be a certificate of that database alone."""
    return {
        endpoint["reported_chain_fingerprints"][0]
        for cluster in clusters
        for endpoint in cluster["endpoints"] or ()
        if endpoint["service"] == "proxy"
        and endpoint["port"] == pin["port"]
        and pin["source"] in map(comparable_host, (endpoint["address"], endpoint["server_name"] or ""))
        and endpoint["reported_chain_fingerprints"]
    }


def _of_database(pin: PinEntry, clusters: Iterable[ClusterData]) -> set[str]:
    """Return the certificate of the database behind a name, if it presents its own."""
    return {
        one["fingerprint"]
        for cluster in clusters
        for one in cluster["databases"]
        if f"{pin['source']}:{pin['port']}" in one["endpoints"] and one["fingerprint"]
    }


def _by_name(pin: PinEntry, clusters: Iterable[ClusterData]) -> set[str]:
    """Return V(proxy) of the clusters whose FQDN covers the host of the source."""
    return {
        certificate["fingerprint"]
        for cluster in clusters
        if cluster["cluster"]["name"] and belongs(pin["source"], cluster["cluster"]["name"].lower())
        for certificate in cluster["certificates"]
        if certificate["name"] == "proxy" and certificate["fingerprint"]
    }
