# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What ports present in a TLS handshake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .._concurrency import side_by_side
from .._probe.endpoints import ENDPOINT_LIMIT, Endpoint, endpoints_showing
from .._transport.tls_handshake import Presented, read_presented
from .._x509.certificate import sha256_fingerprint
from .check import NOTHING, UNCLEAR, UNREACHABLE, NotChecked, Verdict, check, verdict
from .questions import Questions, chain_of
from .vocabulary import Fact

_PORTS = "vendor, certificates table; network ports"
#: Seconds for one handshake, unless the option timeout is shorter.
_TIMEOUT = 10.0


def _judged(asked: Questions, wanted: Mapping[Endpoint, str]) -> Verdict:
    """Look at ports side by side.

    Args:
        wanted: the PEM that each has to present.

    Raises:
        NotChecked: none can be reached, or nothing is wanted of any.
    """
    if not wanted:
        raise NotChecked(NOTHING)
    leaves = {endpoint: chain_of(pem)[:1] for endpoint, pem in wanted.items()}
    if not all(leaves.values()):
        raise NotChecked(UNCLEAR)
    timeout = min(_TIMEOUT, asked.session.connection.timeout)

    def look(endpoint: Endpoint) -> Presented:
        return read_presented(endpoint.address, endpoint.port, endpoint.server_name, timeout)

    endpoints: Sequence[Endpoint] = list(wanted)[:ENDPOINT_LIMIT]
    looks = side_by_side(look, endpoints)
    shown = [(leaves[one][0], seen.fingerprints[0]) for one, seen in zip(endpoints, looks) if seen.fingerprints]
    if not shown:
        raise NotChecked(UNREACHABLE)
    agreeing = sum(sha256_fingerprint(leaf) == fingerprint for leaf, fingerprint in shown)
    return verdict(
        agreeing == len(shown),
        Fact("ports", len(wanted)),
        Fact("present what is reported", agreeing),
        Fact("unreachable", len(endpoints) - len(shown)),
    )


def _of_nodes(asked: Questions, name: str) -> Verdict:
    nodes = [node for node in asked.nodes if node.active]
    pem = asked.pem(name)
    if pem is None:
        raise NotChecked(UNCLEAR)
    return _judged(asked, dict.fromkeys(asked.one_each(name, nodes), pem))


@check("The API port of every node, also of a follower, presents api", _PORTS)
def api_ports(asked: Questions) -> Verdict:
    """Look at one address of each node."""
    return _of_nodes(asked, "api")


@check("The Cluster Manager port of every node presents cm", _PORTS)
def cm_ports(asked: Questions) -> Verdict:
    """Look at one address of each node."""
    return _of_nodes(asked, "cm")


@check("The metrics port of every node presents metrics_exporter", _PORTS)
def metrics_ports(asked: Questions) -> Verdict:
    """Look at one address of each node."""
    return _of_nodes(asked, "metrics_exporter")


def _of_databases(asked: Questions, *, own: bool) -> Verdict:
    """Look at the endpoints of databases that have, or have not, their own certificate."""
    bdbs = asked.read("/v1/bdbs").objects
    certificates = asked.own_certificates()
    wanted: dict[Endpoint, str] = {}
    for bdb in bdbs:
        pem = certificates.get(str(bdb.get("uid"))) if own else asked.pem("proxy")
        if pem and (str(bdb.get("uid")) in certificates) is own:
            ports = endpoints_showing("proxy", asked.cluster, asked.session.connection, [bdb])
            wanted.update(dict.fromkeys(ports, pem))
    return _judged(asked, wanted)


@check("The endpoints of a database with tls_mode enabled present proxy", _PORTS)
def database_ports(asked: Questions) -> Verdict:
    """Look at all addresses of all databases without their own certificate."""
    return _of_databases(asked, own=False)


@check(
    "The endpoints of a database with its own certificate present that",
    "vendor, OpenAPI description, database certificates",
)
def own_certificate_ports(asked: Questions) -> Verdict:
    """Look at all addresses of such databases."""
    return _of_databases(asked, own=True)


CHECKS = (api_ports, cm_ports, metrics_ports, database_ports, own_certificate_ports)
