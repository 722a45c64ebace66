# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the certificates of nodes can be seen from outside, and what is seen there, by the tests' own eyes."""

from __future__ import annotations

import base64
import hashlib
import http.client
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone

from simulator.state import UNSET, Node, own_name

from .cell import Cell
from .operations import BY_METRICS, BY_PORT
from .x509_facts import chain, not_after

#: What shows a certificate: evidence, as results call it.
HANDSHAKE, METRICS, API = "handshake", "metrics", "api"

#: Metrics are whole seconds of some moment; certificates that end less than twice as far apart look the same.
_SLACK = timedelta(minutes=1)

_TIMEOUT = 5.0
_CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_CONTEXT.check_hostname = False
_CONTEXT.verify_mode = ssl.CERT_NONE

_SAMPLE = re.compile(r"node_cert_expires_in_seconds\{(.*)\} (\S+)(?: (\d+))?")
_LABEL = re.compile(r'(\w+)="([^"]*)"')

#: By the uid of the node and the name of the certificate.
Ends = Mapping[tuple[int, str], datetime]


def kind(cell: Cell, name: str) -> str:
    """Tell what shows a certificate in this cell, where nothing is in the way."""
    if name in BY_PORT and services(cell, name):
        return HANDSHAKE
    return METRICS if name in BY_METRICS else API


def services(cell: Cell, name: str) -> dict[str, int]:
    """Return the ports that present a certificate, by the service of the node: none of a database with its own."""
    cluster = cell.cluster
    if name == "proxy":
        holder = cluster.nodes[0]
        return {bdb.service: bdb.port for bdb in cluster.bdbs if bdb.tls and holder.holds(own_name(bdb.uid)) == UNSET}
    return {name: {"api": cluster.api_port, "cm": cluster.cm_port}[name]} if name in BY_PORT else {}


def places(cell: Cell, name: str) -> set[tuple[str, int, int]]:
    """Return where a result has to account for a certificate: its name, the uid of the node, and the port."""
    ports = {
        HANDSHAKE: services(cell, name).values(),
        METRICS: [cell.cluster.metrics_port],
        API: [cell.cluster.api_port],
    }[kind(cell, name)]
    return {(name, node.uid, port) for node in cell.cluster.nodes for port in ports}


def presented(address: str, port: int) -> str | None:
    """Return the fingerprint of the leaf that a fresh handshake shows; None where nothing listens."""
    try:
        connection = socket.create_connection((address, port), _TIMEOUT)
    except ConnectionRefusedError:
        return None
    with connection, _CONTEXT.wrap_socket(connection) as secured:
        return _leaf(secured)


def _leaf(connection: ssl.SSLSocket) -> str:
    return hashlib.sha256(connection.getpeercert(binary_form=True) or b"").digest().hex(":")


def same_end(one: datetime | None, other: datetime | None) -> bool:
    """Tell whether two moments may be the end of the same certificate."""
    return one is not None and other is not None and abs(one - other) <= _SLACK


def shown_ends(cell: Cell) -> Ends:
    """Read when certificates end, by the metrics of each node, as far as somebody with the module's login sees them.

    What a port says counts only where it presents what the cluster has as ``metrics_exporter``.
    """
    ends: dict[tuple[int, str], datetime] = {}
    for node in cell.cluster.nodes:
        for uid, name, end in (*_samples(cell, node, "/v2"), *_samples(cell, node, "/v2/node")):
            ends[uid, name] = end
    return ends


def tells(cell: Cell, node: Node, name: str, end: datetime | None) -> bool:
    """Tell whether metrics with this end say which certificate a node has: the old one or the new one.

    What a rotation installs is unknown beforehand, and any other end than that of the old one is a sign of it.
    """
    pairs = (cell.before[node.uid][name], cell.wanted.get(name, node.holds(name)))
    return any(same_end(end, not_after(pair)) for pair in pairs)


def _samples(cell: Cell, node: Node, path: str) -> Iterator[tuple[int, str, datetime]]:
    now = datetime.now(timezone.utc)
    for found in map(_SAMPLE.fullmatch, _page(cell, node, path).splitlines()):
        if found is not None:
            labels = dict(_LABEL.findall(found[1]))
            taken = datetime.fromtimestamp(int(found[3]) / 1000, timezone.utc) if found[3] else now
            yield int(labels.get("node", node.uid)), labels["logical_name"], taken + timedelta(seconds=float(found[2]))


def _page(cell: Cell, node: Node, path: str) -> str:
    """Return what an exporter answers; nothing where it does not, or is somebody else."""
    connection = http.client.HTTPSConnection(
        node.address, cell.cluster.metrics_port, timeout=_TIMEOUT, context=_CONTEXT
    )
    try:
        connection.connect()
        expected = chain(cell.cluster.primary.holds("metrics_exporter").certificate)[0]
        if not isinstance(connection.sock, ssl.SSLSocket) or _leaf(connection.sock) != expected:
            return ""
        connection.request("GET", path, headers=_login(cell))
        answer = connection.getresponse()
        return answer.read().decode() if answer.status == 200 else ""
    except ConnectionRefusedError:
        return ""
    finally:
        connection.close()


def _login(cell: Cell) -> dict[str, str]:
    if "password" not in cell.login:
        return {}
    login = f"{cell.login['username']}:{cell.login['password']}"
    return {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}
