# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The data of one cluster of a fleet, in results and reports.

An audit relies on the required keys of these types. Results of this release have the optional keys too; those of older
releases may lack them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from .._api.cluster import PrimaryEntry
from .._api.databases import DatabaseEntry
from .._api.fields import Uid
from .._api.settings import Alert, RotationSettings
from .._change.hazards import HazardEntry
from .._probe.served import EndpointEntry, ServedEntry
from .._state.installed import CertificateEntry
from .._x509.certificate import IsoTime, to_iso
from .on_disk import DiskEntry


class ClusterError(TypedDict):
    """Why a cluster could not be read."""

    msg: str
    failure: Mapping[str, Any]


class NodeEntry(TypedDict):
    """One node, as far as it can be seen."""

    uid: Uid | None
    status: str | None
    version: str | None


class AboutCluster(TypedDict):
    """What a cluster reports about itself, and which node responded."""

    name: str | None
    version: str | None
    primary: PrimaryEntry | None
    nodes: list[NodeEntry] | None


class _ActiveActive(TypedDict):
    guid: str
    name: str | None
    members: list[str]


class ActiveActiveEntry(_ActiveActive, total=False):
    """One Active-Active database."""

    synchronised: bool | None  # with all its peers; None: that cannot be seen


class _Pin(TypedDict):
    database: str | None
    source: str
    state: str


class PinEntry(_Pin, total=False):
    """One certificate that a database pins for a source."""

    uid: Uid
    port: int | None
    fingerprint: str | None
    not_after: IsoTime | None
    days_remaining: int | None


class Replication(TypedDict):
    """Which other clusters pin certificates of this one, and which this one pins."""

    active_active: list[ActiveActiveEntry]
    replica_of: list[PinEntry] | None  # None: the databases could not be read


class DriftEntry(TypedDict):
    """What applying the desired state would do to one certificate."""

    name: str
    action: str
    reason: str | None


class Surroundings(TypedDict):
    """What is read of a cluster besides its certificates."""

    cluster: AboutCluster
    hazards: list[HazardEntry]
    endpoints: Sequence[EndpointEntry] | None
    on_disk: list[DiskEntry] | None
    internal: RotationSettings | None
    replication: Replication | None
    alerts: dict[str, Alert | None] | None
    not_visible: list[str]


class ClusterFacts(Surroundings):
    """All that is read of a cluster."""

    certificates: list[CertificateEntry]
    databases: list[DatabaseEntry]


class ReadStatus(TypedDict):
    """Which cluster was read, and with what outcome."""

    name: str
    url: str | None
    read_at: IsoTime
    seconds: float
    error: ClusterError | None
    api_endpoint: ServedEntry | None  # what the port of the API presents, where the cluster could not be read
    drift: list[DriftEntry] | None
    warnings: list[str]


class ClusterData(ReadStatus, ClusterFacts):
    """One cluster of a fleet."""


#: The data of a cluster that could not be read.
NOTHING: ClusterFacts = {
    "cluster": {"name": None, "version": None, "primary": None, "nodes": None},
    "certificates": [],
    "databases": [],
    "hazards": [],
    "endpoints": None,
    "on_disk": None,
    "internal": None,
    "replication": None,
    "alerts": None,
    "not_visible": [],
}


def cluster_entry(
    name: str,
    moment: datetime,
    *,
    url: str | None = None,
    seconds: float = 0,
    error: ClusterError | None = None,
    api_endpoint: ServedEntry | None = None,
    found: ClusterFacts | None = None,
    drift: list[DriftEntry] | None = None,
    warnings: Iterable[str] = (),
) -> ClusterData:
    """Return one cluster of a fleet, for results.

    Args:
        name: unique in the fleet.
        moment: when it was read, in UTC.
        url: of the API; None if the options are not valid.
        seconds: how long that took.
        error: why it could not be read.
        api_endpoint: what the port of its API presents then.
        found: what was read.
    """
    return {
        "name": name,
        "url": url,
        "read_at": to_iso(moment),
        "seconds": seconds,
        "error": error,
        "api_endpoint": api_endpoint,
        **(found or NOTHING),
        "drift": drift,
        "warnings": list(dict.fromkeys(warnings)),  # several questions may meet one failure
    }
