# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must be true of every cell. All of it is told by what the simulated nodes hold and present."""

from __future__ import annotations

import hashlib
import socket
import ssl
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from simulator.authority import fingerprint_of
from simulator.releases import NAMES
from simulator.state import UNSET, Node, Pair

from . import bounds
from .catalogue import BACK, CHANGED, FAILED, PARTIAL, UNCHANGED
from .cell import Cell
from .operations import SERVICES

_OUTCOMES = {UNCHANGED, CHANGED, FAILED, BACK, PARTIAL}
_FIELDS = {"name", "node", "address", "port", "service", "status", "fingerprint", "problem"}
_MAY_BE_SENT_AGAIN = {409, 429}
_TIMEOUT = 5.0

_CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_CONTEXT.check_hostname = False
_CONTEXT.verify_mode = ssl.CERT_NONE


def check(cell: Cell) -> None:
    """Fail where the module lied, leaked, crashed, dawdled, or left something broken."""
    _nothing_leaked(cell)
    _well_ended(cell)
    _bounded(cell)
    _nothing_else_changed(cell)
    _told_the_truth(cell)
    _nodes_are_as_told(cell)
    _repaired_when_back(cell)


# Words.


def _secrets(cell: Cell) -> Iterator[str]:
    yield cell.cluster.password
    pairs = [*cell.wanted.values(), *(pair for held in cell.before.values() for pair in held.values())]
    for key in {*(pair.key for pair in pairs if pair.key), cell.third.key_pem}:
        # The shortest lines, at the end of a key, are no secret, and may be part of anything.
        yield from (line for line in key.splitlines() if len(line) > 12 and not line.startswith("-----"))


def _nothing_leaked(cell: Cell) -> None:
    shown = cell.finished.stdout + cell.finished.stderr
    assert not any(secret in shown for secret in _secrets(cell)), "a private key or the password is shown"


def _well_ended(cell: Cell) -> None:
    shown = cell.finished.stdout + cell.finished.stderr
    assert "Traceback" not in shown, shown
    result = cell.result
    assert result["outcome"] in _OUTCOMES, result
    succeeded = result["outcome"] in (CHANGED, UNCHANGED)
    assert (cell.finished.returncode == 0) is succeeded, result
    assert bool(result.get("failed")) is not succeeded, result
    assert result["changed"] is (result["outcome"] in (CHANGED, PARTIAL)), result
    if not succeeded:
        assert result["failure"]["kind"] != "internal_error", result
        about = result["msg"].partition(": ")[0].split(", ")
        assert set(about) <= set(cell.operation.names), result
    assert set(_outcomes(cell)) == set(cell.operation.names), result


# Numbers.


def _bounded(cell: Cell) -> None:
    back = cell.outcome in (BACK, PARTIAL)
    certificates = len(cell.operation.names)
    assert cell.seconds <= bounds.seconds(cell.options, certificates, back=back)
    assert len(cell.requests) <= bounds.requests(cell.options, certificates, back=back)
    writes = cell.writes
    assert len(writes) <= bounds.writes(cell.options, certificates, back=back)
    if cell.row.writes is not None:
        # Where the API goes down after each write, not all that are tried arrive.
        fewest = min(1, cell.row.writes) if cell.operation.key == "outage" else cell.row.writes
        most = cell.row.writes * (len(cell.operation.names) if cell.operation.key == "one_by_one" else 1)
        # A bulk update that created something is taken back by two requests, each of which may meet the fault.
        most += 2 * (cell.operation.key == "several" and cell.outcome == BACK)
        assert fewest <= len(writes) <= most, writes
    _none_sent_again(cell, 2 if back else 1)
    _lost_answers_are_followed_by_a_read(cell)


def _none_sent_again(cell: Cell, ways: int) -> None:
    """Never after a refusal, but for 409 and 429."""
    refused = [
        (request.method, request.path, request.names)
        for request in cell.writes
        if request.status is not None and 400 <= request.status < 500 and request.status not in _MAY_BE_SENT_AGAIN
    ]
    assert all(refused.count(one) <= ways for one in refused), refused


def _lost_answers_are_followed_by_a_read(cell: Cell) -> None:
    for request, following in zip(cell.requests, cell.requests[1:]):
        if request.writes and (request.status is None or request.status in (502, 504)):
            assert not following.writes, cell.requests


# What nodes hold and present.


@lru_cache(maxsize=256)
def _chain(pem: str | None) -> tuple[str, ...]:
    """Fingerprints, leaf first."""
    return tuple(map(fingerprint_of, x509.load_pem_x509_certificates(pem.encode()))) if pem else ()


@lru_cache(maxsize=256)
def _public_half(key: str) -> bytes:
    private = load_pem_private_key(key.encode(), None, unsafe_skip_rsa_key_validation=True)
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@lru_cache(maxsize=256)
def _fits(pair: Pair) -> bool:
    if pair.certificate is None or pair.key is None:
        return pair == UNSET
    leaf = x509.load_pem_x509_certificates(pair.certificate.encode())[0]
    public = leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return public == _public_half(pair.key)


def _presented(address: str, port: int) -> str | None:
    """The fingerprint of the leaf that a fresh handshake shows; None where nothing listens."""
    try:
        connection = socket.create_connection((address, port), _TIMEOUT)
    except ConnectionRefusedError:
        return None
    with connection, _CONTEXT.wrap_socket(connection) as secured:
        return hashlib.sha256(secured.getpeercert(binary_form=True) or b"").digest().hex(":")


def _port(cell: Cell, name: str) -> int:
    """Where the module looks for a certificate."""
    cluster = cell.cluster
    ports = {"proxy": cluster.database_port, "cm": cluster.cm_port}
    return ports.get(SERVICES.get(name, "api"), cluster.api_port)


def _outcomes(cell: Cell) -> dict[str, str]:
    """Of each certificate, as the module reports it."""
    result = cell.result
    if "changes" not in result:
        return dict.fromkeys(cell.operation.names, result["outcome"])
    return {change["name"]: change["outcome"] for change in result["changes"]}


def _nothing_else_changed(cell: Cell) -> None:
    """No certificate has lost its key, and none of another name is another one."""
    for node in cell.cluster.nodes:
        for name, pair in node.stored.items():
            assert not NAMES[name].keyed or _fits(pair), f"{node} has lost the key of {name}"
            untouched = name in cell.operation.names or pair == cell.before[node.uid][name]
            assert untouched, f"{node} has another {name}"


def _told_the_truth(cell: Cell) -> None:
    """About the whole cluster."""
    nodes = [node for node in cell.cluster.nodes if not node.down]
    outcomes = _outcomes(cell)
    kinds = set(outcomes.values())
    if cell.outcome == PARTIAL:
        assert kinds & {CHANGED, PARTIAL}, outcomes
    elif cell.outcome == BACK:
        assert {BACK} <= kinds <= {BACK, FAILED}, outcomes
    else:
        assert kinds == {cell.outcome}, outcomes
    for name, outcome in outcomes.items():
        if outcome in (CHANGED, UNCHANGED):
            # With verify none the module was told to ask nobody else.
            for node in nodes[:1] if cell.options.get("verify") == "none" else nodes:
                _assert_holds(cell, node, name, cell.wanted[name])
        elif outcome in (FAILED, BACK):
            for node in nodes:
                _assert_holds(cell, node, name, cell.before[node.uid][name])


def _assert_holds(cell: Cell, node: Node, name: str, wanted: Pair) -> None:
    held = node.holds(name)
    assert _chain(held.certificate) == _chain(wanted.certificate), f"{node} holds another {name}"
    if name in SERVICES:
        presented = _presented(node.address, _port(cell, name))
        closed = node.down or (name == "api" and presented is None)
        assert closed or presented == _chain(wanted.certificate)[0], f"{node} presents another {name}"


def _nodes_are_as_told(cell: Cell) -> None:
    """One by one."""
    told = cell.result["nodes"]
    seen = {(entry["name"], entry["address"], entry["port"]) for entry in told}
    outcomes = _outcomes(cell)
    touched = {name for name, outcome in outcomes.items() if outcome in (CHANGED, BACK, PARTIAL)}
    everywhere = {(name, node.address, _port(cell, name)) for name in outcomes for node in cell.cluster.nodes}
    if cell.options.get("verify") == "none":
        assert told == []
    else:
        assert seen >= {place for place in everywhere if place[0] in touched}, told
    assert len(seen) == len(told), told
    assert seen <= everywhere, told
    for entry in told:
        _assert_entry(cell, entry, outcomes[entry["name"]])


def _assert_entry(cell: Cell, entry: Mapping[str, Any], outcome: str) -> None:
    (node,) = [node for node in cell.cluster.nodes if node.address == entry["address"]]
    assert set(entry) == _FIELDS, entry
    assert entry["node"] == node.uid, entry
    name = entry["name"]
    assert entry["service"] == SERVICES.get(name, "api"), entry
    presented = _presented(node.address, entry["port"])
    status = entry["status"]
    if status in ("unreachable", "failed"):
        assert entry["fingerprint"] is None, entry
        assert entry["problem"], entry
        assert (presented is None) is (status == "unreachable"), entry
        return
    assert status in ("verified", "stale"), entry
    assert entry["problem"] is None, entry
    held = _chain(node.holds(name).certificate)
    assert entry["fingerprint"] == (presented if name in SERVICES else next(iter(held), None)), entry
    goal = cell.before[node.uid][name] if outcome in (FAILED, BACK) else cell.wanted[name]
    assert (status == "verified") is (held == _chain(goal.certificate)), entry


def _repaired_when_back(cell: Cell) -> None:
    """A node that was down learns what it missed, and no certificate loses its key by it."""
    for node in cell.cluster.nodes:
        if not node.down:
            continue
        node.down = False
        _nothing_else_changed(cell)
        for name, outcome in _outcomes(cell).items():
            if outcome == CHANGED:
                _assert_holds(cell, node, name, cell.wanted[name])
            elif outcome in (FAILED, BACK):
                _assert_holds(cell, node, name, cell.before[node.uid][name])
