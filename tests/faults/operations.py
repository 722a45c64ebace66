# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The columns of the matrix: every way in which certificates are written."""

from __future__ import annotations

from dataclasses import dataclass, field

#: The ports that show a certificate; what is not here, only the nodes' APIs tell.
SERVICES = {"api": "api", "cm": "cm", "proxy": "proxy"}


@dataclass(frozen=True)
class Operation:
    """One kind of write, to a cluster of three nodes.

    :ivar key: names it in the declarations.
    :ivar title: names it in the table.
    :ivar names: of the certificates, in the order in which they are written. Several are for `cluster_certificates`,
        one is for `cluster_certificate`.
    :ivar unset: those that are not there before.
    :ivar delete: whether they are to be removed.
    """

    key: str
    title: str
    names: tuple[str, ...]
    version: str = "8.0.20-96"
    unset: frozenset[str] = field(default_factory=frozenset)
    delete: bool = False

    @property
    def module(self) -> str:
        return "cluster_certificate" if len(self.names) == 1 else "cluster_certificates"

    @property
    def method(self) -> str:
        return "DELETE" if self.delete else "PUT"

    @property
    def last_read(self) -> str:
        """The path of the last request before the first write."""
        return "/v1/bdbs" if "proxy" in self.names else "/v1/nodes"


_THREE = ("cm", "ldap_client", "syncer")
_NEW = frozenset({"ldap_client"})

OPERATIONS = (
    Operation("bulk", "update `proxy` (8.0)", ("proxy",)),
    Operation("single", "update `cm` (7.8)", ("cm",), version="7.8.6-36"),
    Operation("api", "update `api`, another CA", ("api",)),
    Operation("create", "create `ldap_client`", ("ldap_client",), unset=frozenset({"ldap_client"})),
    Operation("delete", "delete `ldap_client`", ("ldap_client",), delete=True),
    Operation("internode", "update `ccs_internode_encryption`", ("ccs_internode_encryption",)),
    Operation(
        "outage", "the same, with RS208996", ("ccs_internode_encryption",), version="8.0.20-70"
    ),  # the API goes down after it
    Operation("several", "three by one request (8.0)", _THREE, unset=_NEW),
    Operation("one_by_one", "three, one by one (7.8)", _THREE, version="7.8.6-36", unset=_NEW),
)
