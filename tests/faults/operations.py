# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The columns of the matrix: every way in which the modules write."""

from __future__ import annotations

from dataclasses import dataclass, field

_CCS, _DATA = "ccs_internode_encryption", "data_internode_encryption"

#: Certificates that ports present in a handshake, and those whose expiry each node's metrics show (contract, sections 3
#: and 8). Nothing shows any other one: there is only what the primary reports.
BY_PORT = frozenset({"api", "cm", "proxy"})
BY_METRICS = frozenset({"api", "cm", "proxy", "syncer", _CCS, _DATA})

_BUSY: frozenset[int | None] = frozenset({409, 429, 503})


@dataclass(frozen=True)
class Operation:
    """One kind of write.

    :ivar key: names it in the declarations.
    :ivar title: names it in the table.
    :ivar names: of the certificates that it changes, in the order in which they are written.
    :ivar version: of the cluster.
    :ivar module: that makes it.
    :ivar method: of its write requests.
    :ivar undone_by: the method of those that put back, where that is another one.
    :ivar path: of both, as a glob.
    :ivar last_read: the path of the last request before the first write.
    :ivar reads_before: how many more go there first.
    :ivar read_back: the path of the reads that tell what came of it, as a glob.
    :ivar sent_again_after: statuses after which a write may come again; None for no answer.
    :ivar lost_is_read: whether a read comes before that when the answer was lost.
    :ivar deadlines: options of the module.
    """

    key: str
    title: str
    names: tuple[str, ...] = ()
    version: str = "8.0.20-96"
    module: str = "cluster_certificate"
    method: str = "PUT"
    undone_by: str | None = None
    path: str = "/v1/cluster/*"
    last_read: str = "/v1/nodes"
    reads_before: int = 0
    read_back: str = "/v1/cluster/certificates"
    sent_again_after: frozenset[int | None] = _BUSY | {None, 500, 502, 504}
    lost_is_read: bool = True
    deadlines: tuple[str, ...] = ("wait_timeout", "verify_timeout")


@dataclass(frozen=True)
class CertificateWrite(Operation):
    """Updates, creations and deletions of certificates, to a cluster of three nodes.

    :ivar unset: those that are not there before.
    """

    undone_by: str | None = "DELETE"
    unset: frozenset[str] = field(default_factory=frozenset)

    @property
    def delete(self) -> bool:
        """Whether they are to be removed."""
        return self.method == "DELETE"


@dataclass(frozen=True)
class Rotation(Operation):
    """An internal rotation of certificates that are due, on a cluster of three nodes."""

    module: str = "internal_certificate_rotation"
    method: str = "POST"
    path: str = "/v1/cluster/certificates/rotate"
    sent_again_after: frozenset[int | None] = _BUSY


@dataclass(frozen=True)
class ForcedUpdate(Operation):
    """A forced update of a database that a cluster, whose ``proxy`` is another one now, shares with another cluster."""

    module: str = "replication_certificates"
    method: str = "POST"
    path: str = "/v1/crdbs/*/updates"
    last_read: str = "/v1/crdbs"
    read_back: str = "/v1/crdb_tasks/*"
    lost_is_read: bool = False
    deadlines: tuple[str, ...] = ("wait_timeout",)


@dataclass(frozen=True)
class Repinning(Operation):
    """The new ``proxy`` of one of three sources from which a database replicates."""

    module: str = "replication_certificates"
    path: str = "/v1/bdbs/*"
    last_read: str = "/v1/bdbs"
    reads_before: int = 1
    read_back: str = "/v1/bdbs"
    deadlines: tuple[str, ...] = ("wait_timeout",)


_THREE = ("cm", "ldap_client", "syncer")
_NEW = frozenset({"ldap_client"})

CERTIFICATE_WRITES = (
    CertificateWrite("bulk", "update `proxy` (8.0)", ("proxy",), last_read="/v1/bdbs/certificates"),
    CertificateWrite("single", "update `cm` (7.8)", ("cm",), version="7.8.6-36"),
    CertificateWrite("api", "update `api`, another CA", ("api",)),
    CertificateWrite("create", "create `ldap_client`", ("ldap_client",), unset=_NEW),
    CertificateWrite("delete", "delete `ldap_client`", ("ldap_client",), method="DELETE", undone_by="PUT"),
    CertificateWrite("internode", "update `ccs_internode_encryption`", (_CCS,)),
    CertificateWrite("outage", "the same, with RS208996", (_CCS,), version="8.0.20-70"),  # the API goes down after it
    CertificateWrite(
        "several",
        "three by one request (8.0)",
        _THREE,
        module="cluster_certificates",
        last_read="/v1/bdbs",
        unset=_NEW,
    ),
    CertificateWrite(
        "one_by_one",
        "three, one by one (7.8)",
        _THREE,
        version="7.8.6-36",
        module="cluster_certificates",
        last_read="/v1/bdbs",
        unset=_NEW,
    ),
)
ROTATIONS = (
    Rotation("rotate_both", "rotate both (8.0, with RS200137)", (_CCS, _DATA)),
    Rotation("rotate_one", "rotate `ccs_internode_encryption` (8.2)", (_CCS,), version="8.2.0-46"),
)
FORCED_UPDATES = (ForcedUpdate("forced", "force an update"),)
REPINNINGS = (Repinning("repin", "replace a pinned certificate"),)

#: Keys of the operations on certificates, by what shows that they have come about: handshakes, metrics, or nothing; or
#: some of each, for several certificates.
SEEN_BY_HANDSHAKE = ("bulk", "single", "api")
SEEN_BY_METRICS = ("internode", "outage")
SEEN = (*SEEN_BY_HANDSHAKE, *SEEN_BY_METRICS)
UNSEEN = ("create", "delete")
SEVERAL = ("several", "one_by_one")
ALL = tuple(operation.key for operation in CERTIFICATE_WRITES)
