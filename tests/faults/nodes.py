# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether ``nodes`` and ``proof`` in a result are true of what nodes hold and show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from simulator.releases import NAMES
from simulator.state import Node, own_name

from .cell import Cell
from .rows import BACK, CHANGED, PARTIAL
from .witnesses import API, HANDSHAKE, METRICS, Ends, kind, places, presented, same_end, services, shown_ends, tells
from .x509_facts import chain, fits, not_after

_FIELDS = {
    "name",
    "node",
    "address",
    "port",
    "service",
    "status",
    "evidence",
    "fingerprint",
    "not_after",
    "problem",
}
_HIDDEN = ("not_visible", "reported")

#: Tells whether a node holds the right certificate of a name.
AsWanted = Callable[[Node, str], bool]


def outcomes(cell: Cell) -> dict[str, str]:
    """Return the outcome of each certificate, as the module reports it."""
    changes = cell.result.get("changes")
    if not changes:
        return dict.fromkeys(cell.operation.names, cell.outcome)
    return {change["name"]: change["outcome"] for change in changes}


def nothing_else_changed(cell: Cell) -> None:
    """Check that no certificate has lost its key, and that none of another name is another one."""
    for node in cell.cluster.nodes:
        for name, pair in node.stored.items():
            assert not NAMES[name].keyed or fits(pair), f"{node} has lost the key of {name}"
            untouched = name in cell.operation.names or pair == cell.before[node.uid][name]
            assert untouched, f"{node} has another {name}"
        for bdb in cell.cluster.bdbs:
            own = node.holds(own_name(bdb.uid))
            assert own == cell.cluster.nodes[0].holds(own_name(bdb.uid)), f"{node} has another one of {bdb.name}"


def back_up(cell: Cell) -> Iterator[Node]:
    """Yield the nodes that were down, once they have learned what they missed."""
    for node in cell.cluster.nodes:
        if node.down:
            node.down = False
            yield node


def visible(cell: Cell) -> Callable[[Node, str], bool]:
    """Return what tells whether anybody outside can see which certificate of a name a node has."""
    ends = _ends(cell)

    def seen(node: Node, name: str) -> bool:
        if node is cell.cluster.primary:
            return True
        if kind(cell, name) == HANDSHAKE:
            return not node.down
        return kind(cell, name) == METRICS and tells(cell, node, name, ends.get((node.uid, name)))

    return seen


def _ends(cell: Cell) -> Ends:
    return shown_ends(cell) if METRICS in {kind(cell, name) for name in cell.operation.names} else {}


def check(cell: Cell, as_wanted: AsWanted) -> None:
    """Check that ``nodes`` names all places, is true of each, and that ``proof`` sums it up."""
    listed = cell.result["nodes"]
    seen = {(entry["name"], entry["node"], entry["port"]) for entry in listed}
    touched = {name for name, outcome in outcomes(cell).items() if outcome in (CHANGED, BACK, PARTIAL)}
    everywhere = {place for name in outcomes(cell) for place in places(cell, name)}
    if cell.options.get("verify") == "none":
        assert listed == []
    else:
        assert seen >= {place for place in everywhere if place[0] in touched}, listed
    assert len(seen) == len(listed), listed
    assert seen <= everywhere, listed
    ends = _ends(cell)
    for entry in listed:
        _check_entry(cell, entry, as_wanted, ends)
    _check_proof(cell, listed, touched)
    _check_primary(cell)


def _check_primary(cell: Cell) -> None:
    """Check that the node that answered last is named, be it by another one that passed its answer on."""
    primary = cell.cluster.primary
    if cell.outcome == CHANGED and (cell.cluster.handle_redirects or cell.answered[-1].node_uid == primary.uid):
        assert cell.result["cluster"]["primary"]["node"] == primary.uid, cell.result["cluster"]


def _check_entry(cell: Cell, entry: Mapping[str, Any], as_wanted: AsWanted, ends: Ends) -> None:
    node, name = cell.cluster.nodes[entry["node"] - 1], entry["name"]
    assert set(entry) == _FIELDS, entry
    assert entry["address"] == cell.addresses[node.uid], entry
    shown_by = kind(cell, name)
    service = {HANDSHAKE: name, METRICS: "metrics_exporter", API: "api"}[shown_by]
    assert entry["service"] == service, entry
    status = entry["status"]
    if status in ("verified", "stale"):
        assert entry["evidence"] == shown_by != API, entry
        assert entry["problem"] is None, entry
    elif status == "reported":
        _check_reported(cell, entry, node, as_wanted)
    else:
        assert (entry["fingerprint"], entry["not_after"]) == (None, None), entry
        assert entry["problem"], entry
        assert (entry["evidence"] is None) is (status != "failed"), entry
    if shown_by == HANDSHAKE:
        _check_port(cell, entry, node, as_wanted)
    else:
        _check_without_port(cell, entry, node, as_wanted, ends.get((node.uid, name)))


def _check_reported(cell: Cell, entry: Mapping[str, Any], node: Node, as_wanted: AsWanted) -> None:
    """Check that it is the primary's word about itself, and true of it."""
    assert node is cell.cluster.primary, entry
    assert entry["evidence"] == "api", entry
    held = chain(node.holds(entry["name"]).certificate)
    assert entry["fingerprint"] == next(iter(held), None), entry
    assert entry["not_after"] is None, entry
    assert as_wanted(node, entry["name"]), entry


def _check_port(cell: Cell, entry: Mapping[str, Any], node: Node, as_wanted: AsWanted) -> None:
    name, status = entry["name"], entry["status"]
    (service,) = [service for service, port in services(cell, name).items() if port == entry["port"]]
    now = presented(entry["address"], entry["port"])
    if status in ("verified", "stale"):
        assert entry["fingerprint"] == now, entry
        assert entry["not_after"] is None, entry
        assert (status == "verified") is as_wanted(node, name), entry
        return
    assert status in ("unreachable", "failed"), entry
    assert now is None, entry
    # What answered before the change and is closed after it was closed by the change.
    reachable = (node.uid, service) in cell.open_before and entry["address"] == node.address
    assert (status == "failed") is reachable, entry


def _check_without_port(
    cell: Cell, entry: Mapping[str, Any], node: Node, as_wanted: AsWanted, end: datetime | None
) -> None:
    """Check what metrics show; where they tell nothing, there is no more than what the primary reports.

    :param end: of the certificate of that name, by the metrics of the node.
    """
    name, status = entry["name"], entry["status"]
    if status in ("verified", "stale"):
        assert entry["fingerprint"] is None, entry
        assert same_end(_moment(entry["not_after"]), end), (entry, end)
        # Metrics may be wrong, and then nobody can know that what is stale by them is not.
        truthful = same_end(end, not_after(node.holds(name)))
        assert (status == "verified") is as_wanted(node, name) or (status == "stale" and not truthful), entry
        return
    assert status in ("reported", "not_visible", "unreachable"), entry
    inactive = (node.uid, "api") not in cell.open_before and node.down
    assert (status == "unreachable") is inactive, entry
    if kind(cell, name) == METRICS and cell.writes:
        assert not tells(cell, node, name, end), (entry, end)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def _check_proof(cell: Cell, listed: list[Mapping[str, Any]], touched: set[str]) -> None:
    """Check that it counts what ``nodes`` lists, and claims no more than that."""
    proof = cell.result["proof"]
    if not touched:
        assert proof["level"] == "none", proof
        assert proof["verified"] == 0 or cell.writes, proof
        return
    counted = [entry for entry in listed if entry["status"] not in _HIDDEN]
    verified = sum(entry["status"] == "verified" for entry in counted)
    assert (proof["verified"], proof["of"]) == (verified, len(counted)), (proof, listed)
    unreachable = {f"{one['address']}:{one['port']}" for one in counted if one["status"] == "unreachable"}
    assert set(proof["unreachable"]) == unreachable, (proof, listed)
    hidden = {entry["name"] for entry in listed if entry["status"] in _HIDDEN}
    unlisted = touched - {entry["name"] for entry in listed}
    assert hidden <= set(proof["not_visible"]) <= hidden | unlisted, (proof, listed)
    everywhere = verified == len(counted) and not proof["not_visible"]
    expected = {"complete"} if verified and everywhere else {"partial"} if verified else {"reported", "none"}
    assert proof["level"] in expected, (proof, listed)
    assert proof["level"] != "none" or cell.outcome not in (CHANGED, BACK), (proof, listed)
