# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The columns of the matrix: every way in which the module writes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Operation:
    """One kind of write, to a cluster of three nodes.

    :ivar key: names it in the declarations.
    :ivar title: names it in the table.
    :ivar name: of the certificate.
    :ivar service: whose ports show the certificate; None where only the nodes' APIs tell.
    :ivar was_set: whether the certificate is there before.
    :ivar delete: whether it is to be removed.
    """

    key: str
    title: str
    name: str
    service: str | None = None
    version: str = "8.0.20-96"
    was_set: bool = True
    delete: bool = False

    @property
    def method(self) -> str:
        return "DELETE" if self.delete else "PUT"

    @property
    def internode(self) -> bool:
        return self.name.endswith("_internode_encryption")

    @property
    def last_read(self) -> str:
        """The path of the last request before the first write."""
        return "/v1/bdbs" if self.service == "proxy" else "/v1/nodes"


OPERATIONS = (
    Operation("bulk", "update `proxy` (8.0)", "proxy", "proxy"),
    Operation("single", "update `cm` (7.8)", "cm", "cm", version="7.8.6-36"),
    Operation("api", "update `api`, another CA", "api", "api"),
    Operation("create", "create `ldap_client`", "ldap_client", was_set=False),
    Operation("delete", "delete `ldap_client`", "ldap_client", delete=True),
    Operation("internode", "update `ccs_internode_encryption`", "ccs_internode_encryption"),
    Operation(
        "outage", "the same, with RS208996", "ccs_internode_encryption", version="8.0.20-70"
    ),  # the API goes down after it
)
