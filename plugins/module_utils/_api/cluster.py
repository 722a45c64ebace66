# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""A cluster's own report: its name, version, nodes and ports. Some users may not see everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict

from .._errors import CertificateError
from .._hostnames import same_host
from .._product.releases import oldest_version
from . import fields
from .client import Api

#: Failures that mean that this user, or this version, does not get to see it.
_NOT_VISIBLE = frozenset({"forbidden", "not_found", "method_not_allowed"})

#: The port of the Cluster Manager, unless the cluster says otherwise (vendor: network ports).
_CM_PORT = 8443


@dataclass(frozen=True)
class Node:
    """One node of a cluster."""

    uid: int | str | None
    internal: str | None  # address
    external: tuple[str, ...]  # addresses
    status: str | None  # "active", "down", ...
    version: str | None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return all its addresses, the internal one first."""
        return (*filter(None, [self.internal]), *self.external)

    @property
    def active(self) -> bool:
        """Return whether the node is active, or its status is unknown."""
        return self.status in (None, "active")

    def as_dict(self) -> dict[str, object]:
        """Return the node for results."""
        return {"uid": self.uid, "address": self.internal, "status": self.status}


class PrimaryEntry(TypedDict):
    """The primary in results."""

    node: fields.Uid | None
    address: str | None


@dataclass(frozen=True)
class Primary:
    """The node that answers API requests; None for what is unknown."""

    node: int | str | None  # uid
    address: str | None

    def as_dict(self) -> PrimaryEntry:
        """Return the node for results."""
        return {"node": self.node, "address": self.address}


@dataclass(frozen=True)
class Cluster:
    """One cluster; None for what this user may not see."""

    name: str | None  # FQDN
    version: str | None  # of the oldest node
    nodes: tuple[Node, ...]
    api_port: int | None
    cm_port: int
    settings: Mapping[str, Any] = field(default_factory=dict)  # C(GET /v1/cluster) as it came; empty: not visible
    primary: Primary | None = None

    @classmethod
    def unknown(cls) -> Cluster:
        """Return a cluster of which nothing was read yet."""
        return cls(None, None, (), None, _CM_PORT)

    @property
    def versions(self) -> frozenset[str]:
        """Return the versions of all nodes, which differ during an upgrade; empty where none is known."""
        known = frozenset(node.version for node in self.nodes if node.version)
        return known or frozenset(() if self.version is None else (self.version,))

    @property
    def inactive(self) -> tuple[Node, ...]:
        """Return the nodes that the cluster reports as not active."""
        return tuple(node for node in self.nodes if not node.active)

    def as_dict(self, url: str) -> dict[str, object]:
        """Return the cluster for results.

        Args:
            url: in the options.
        """
        primary = self.primary.as_dict() if self.primary else None
        return {"name": self.name, "url": url, "version": self.version, "primary": primary}


def _node(facts: Mapping[str, Any]) -> Node:
    return Node(
        fields.uid(facts),
        fields.text(facts, "addr"),
        fields.texts(facts, "external_addr"),
        fields.text(facts, "status"),
        fields.text(facts, "software_version"),
    )


def if_visible(read: Callable[[], Any], warn: Callable[[str], None] | None) -> Any:
    """Return what a read returns, or None where this user or this version does not get to see it.

    Args:
        warn: called with the message of any other failure, which is then None too; without it, that is raised.

    Raises:
        CertificateError: any other failure.
    """
    try:
        return read()
    except CertificateError as error:
        if error.kind not in _NOT_VISIBLE:
            if warn is None:
                raise
            warn(error.message)
        return None


def cluster_name(api: Api) -> str | None:
    """Return the cluster's FQDN, where this user may see it.

    Raises:
        CertificateError: a failure that is not about permissions.
    """
    return _fqdn(if_visible(api.cluster, None))


def _fqdn(settings: Any) -> str | None:
    """Return the FQDN as certificates write it: without the dot of the DNS root, which they cannot have."""
    return (fields.text(settings, "name") or "").rstrip(".") or None


def read_cluster(api: Api, warn: Callable[[str], None], *, needed: bool) -> Cluster:
    """Ask for all that this user may see.

    Args:
        needed: whether a failure that is not about permissions is raised, rather than warned about.

    Raises:
        CertificateError: it is needed, and could not be read.
    """
    tolerated = None if needed else warn
    settings = if_visible(api.cluster, tolerated) or {}
    nodes = tuple(map(_node, if_visible(api.nodes, tolerated) or ()))
    version = oldest_version(node.version for node in nodes if node.version)
    if version is None:
        # Of the node that answers, which is better than nothing.
        bootstrap = if_visible(api.bootstrap, warn) or {}
        version = fields.text(bootstrap, "software_version") or fields.text(
            fields.field(bootstrap, "local_node_info"), "software_version"
        )
    if version is None:
        warn(
            f"{api.url}: the version of the cluster cannot be read, so its known bugs are not considered. Use a user "
            "whose role may see the nodes."
        )
    api_port, cm_port = fields.port(settings, "cnm_https_port"), fields.port(settings, "cm_port")
    primary = _primary(api, nodes, settings)
    return Cluster(_fqdn(settings), version, nodes, api_port, cm_port or _CM_PORT, settings, primary)


def with_primary_now(api: Api, cluster: Cluster) -> Cluster:
    """Return the same cluster with the node that has answered last, where its address identifies that node."""
    answering = api.session.answering.host
    if cluster.primary is None or same_host(answering, cluster.primary.address or ""):
        return cluster
    if cluster.settings.get("handle_redirects") is True and not api.session.redirected:
        return cluster
    node = _at(answering, cluster.nodes)
    return replace(cluster, primary=Primary(node.uid, answering)) if node else cluster


def _at(address: str, nodes: Iterable[Node]) -> Node | None:
    return next((node for node in nodes if any(same_host(address, one) for one in node.addresses)), None)


def _primary(api: Api, nodes: tuple[Node, ...], settings: Mapping[str, Any]) -> Primary | None:
    """Return which node answers. Only where a follower would redirect is it the one that was asked."""
    answering = api.session.answering.host
    answered = _at(answering, nodes)
    if answered and settings.get("handle_redirects") is not True:
        return Primary(answered.uid, answering)
    # Nothing depends on it but what the result says, so no failure of it counts.
    status = if_visible(api.nodes_status, lambda message: None) or {}
    for uid, one in status.items():
        if fields.field(one, "role") == "master":
            found = next((node for node in nodes if str(node.uid) == uid), None)
            if found is not None:
                return Primary(found.uid, found.internal)
            unlisted = {"uid": uid}  # a key is a text, and uids are numbers
            number = fields.number(unlisted, "uid")
            return Primary(fields.uid(unlisted) if number is None else number, None)
    return None
