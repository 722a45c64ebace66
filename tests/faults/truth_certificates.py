# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must be true of every cell that updates, creates or deletes certificates."""

from __future__ import annotations

from simulator.state import Node, Pair

from . import nodes
from .cell import Cell
from .nodes import outcomes
from .rows import BACK, CHANGED, FAILED, PARTIAL, UNCHANGED
from .witnesses import presented, services
from .x509_facts import chain


def check(cell: Cell) -> None:
    """Fail where the module lied, or left something broken."""
    assert set(outcomes(cell)) == set(cell.operation.names), cell.result
    _about_its_certificates(cell)
    _about_the_whole_cluster(cell)
    nodes.check(cell, lambda node, name: _holds(node, name, _goal(cell, node, name)))
    for node in nodes.back_up(cell):
        nodes.nothing_else_changed(cell)
        for name, outcome in outcomes(cell).items():
            if outcome != PARTIAL:
                _assert_holds(cell, node, name, _goal(cell, node, name))


def _about_its_certificates(cell: Cell) -> None:
    planned = cell.result.get("changes") != []  # before that, a failure is about the whole cluster
    if planned and cell.outcome not in (CHANGED, UNCHANGED):
        about = cell.result["msg"].partition(": ")[0].split(", ")
        assert set(about) <= set(cell.operation.names), cell.result


def _goal(cell: Cell, node: Node, name: str) -> Pair:
    """What a node should hold, by the outcome."""
    return cell.before[node.uid][name] if outcomes(cell)[name] in (FAILED, BACK) else cell.wanted[name]


def _holds(node: Node, name: str, goal: Pair) -> bool:
    return chain(node.holds(name).certificate) == chain(goal.certificate)


def _about_the_whole_cluster(cell: Cell) -> None:
    kinds = set(outcomes(cell).values())
    if cell.outcome == PARTIAL:
        assert kinds & {CHANGED, PARTIAL}, kinds
    elif cell.outcome == BACK:
        assert {BACK} <= kinds <= {BACK, FAILED}, kinds
    else:
        assert kinds == {cell.outcome}, kinds
    seen = nodes.visible(cell)
    for name, outcome in outcomes(cell).items():
        if outcome == PARTIAL:
            continue
        for node in (node for node in cell.cluster.nodes if not node.down):
            # What a change has come to where nothing shows it, nobody claims; what it was before is known anyway.
            if outcome not in (CHANGED, UNCHANGED) or (_claimed(cell, node) and seen(node, name)):
                _assert_holds(cell, node, name, _goal(cell, node, name))


def _claimed(cell: Cell, node: Node) -> bool:
    """Tell whether success says anything about a node: with verify none, it does of the primary alone."""
    return cell.options.get("verify") != "none" or node is cell.cluster.primary


def _assert_holds(cell: Cell, node: Node, name: str, goal: Pair) -> None:
    assert _holds(node, name, goal), f"{node} holds another {name}"
    for port in services(cell, name).values():
        now = presented(node.address, port)
        closed = node.down or (name == "api" and now is None)
        assert closed or now == chain(goal.certificate)[0], f"{node} presents another {name}"
