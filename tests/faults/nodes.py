# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What nodes hold and present, and whether ``nodes`` in a result is true of that."""

from __future__ import annotations

import hashlib
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from simulator.authority import fingerprint_of
from simulator.releases import NAMES
from simulator.state import UNSET, Node, Pair

from .cell import Cell
from .operations import SERVICES
from .rows import BACK, CHANGED, PARTIAL

_FIELDS = {"name", "node", "address", "port", "service", "status", "fingerprint", "problem"}
_TIMEOUT = 5.0

_CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_CONTEXT.check_hostname = False
_CONTEXT.verify_mode = ssl.CERT_NONE


@lru_cache(maxsize=256)
def chain(pem: str | None) -> tuple[str, ...]:
    """Fingerprints, leaf first."""
    return tuple(map(fingerprint_of, x509.load_pem_x509_certificates(pem.encode()))) if pem else ()


@lru_cache(maxsize=256)
def _public_half(key: str) -> bytes:
    private = load_pem_private_key(key.encode(), None, unsafe_skip_rsa_key_validation=True)
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@lru_cache(maxsize=256)
def fits(pair: Pair) -> bool:
    if pair.certificate is None or pair.key is None:
        return pair == UNSET
    leaf = x509.load_pem_x509_certificates(pair.certificate.encode())[0]
    public = leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return public == _public_half(pair.key)


def presented(address: str, port: int) -> str | None:
    """The fingerprint of the leaf that a fresh handshake shows; None where nothing listens."""
    try:
        connection = socket.create_connection((address, port), _TIMEOUT)
    except ConnectionRefusedError:
        return None
    with connection, _CONTEXT.wrap_socket(connection) as secured:
        return hashlib.sha256(secured.getpeercert(binary_form=True) or b"").digest().hex(":")


def port(cell: Cell, name: str) -> int:
    """Where the module looks for a certificate."""
    cluster = cell.cluster
    ports = {"proxy": cluster.database_port, "cm": cluster.cm_port}
    return ports.get(SERVICES.get(name, "api"), cluster.api_port)


def outcomes(cell: Cell) -> dict[str, str]:
    """Of each certificate, as the module reports it."""
    changes = cell.result.get("changes")
    if not changes:
        return dict.fromkeys(cell.operation.names, cell.outcome)
    return {change["name"]: change["outcome"] for change in changes}


def nothing_else_changed(cell: Cell) -> None:
    """No certificate has lost its key, and none of another name is another one."""
    for node in cell.cluster.nodes:
        for name, pair in node.stored.items():
            assert not NAMES[name].keyed or fits(pair), f"{node} has lost the key of {name}"
            untouched = name in cell.operation.names or pair == cell.before[node.uid][name]
            assert untouched, f"{node} has another {name}"


def back_up(cell: Cell) -> Iterator[Node]:
    """The nodes that were down, once they have learned what they missed."""
    for node in cell.cluster.nodes:
        if node.down:
            node.down = False
            yield node


def check(cell: Cell, as_wanted: Callable[[Node, str], bool]) -> None:
    """Whether ``nodes`` in the result names all nodes, and is true of each.

    :param as_wanted: whether a node holds the right certificate of a name.
    """
    told = cell.result["nodes"]
    seen = {(entry["name"], entry["address"], entry["port"]) for entry in told}
    touched = {name for name, outcome in outcomes(cell).items() if outcome in (CHANGED, BACK, PARTIAL)}
    everywhere = {(name, node.address, port(cell, name)) for name in outcomes(cell) for node in cell.cluster.nodes}
    if cell.options.get("verify") == "none":
        assert told == []
    else:
        assert seen >= {place for place in everywhere if place[0] in touched}, told
    assert len(seen) == len(told), told
    assert seen <= everywhere, told
    for entry in told:
        _check_entry(cell, entry, as_wanted)


def _check_entry(cell: Cell, entry: Mapping[str, Any], as_wanted: Callable[[Node, str], bool]) -> None:
    (node,) = [node for node in cell.cluster.nodes if node.address == entry["address"]]
    assert set(entry) == _FIELDS, entry
    assert entry["node"] == node.uid, entry
    name = entry["name"]
    assert entry["service"] == SERVICES.get(name, "api"), entry
    now = presented(node.address, entry["port"])
    status = entry["status"]
    if status in ("unreachable", "failed"):
        assert entry["fingerprint"] is None, entry
        assert entry["problem"], entry
        assert (now is None) is (status == "unreachable"), entry
        return
    assert status in ("verified", "stale"), entry
    assert entry["problem"] is None, entry
    held = chain(node.holds(name).certificate)
    assert entry["fingerprint"] == (now if name in SERVICES else next(iter(held), None)), entry
    assert (status == "verified") is as_wanted(node, name), entry
