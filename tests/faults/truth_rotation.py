# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must be true of every cell that rotates internal certificates."""

from __future__ import annotations

from simulator.state import Node

from . import nodes
from .cell import Cell
from .nodes import outcomes
from .rows import CHANGED, FAILED, PARTIAL, UNCHANGED
from .x509_facts import chain


def check(cell: Cell) -> None:
    """Fail where the module lied, or left something broken."""
    told = outcomes(cell)
    assert set(told) == set(cell.operation.names), cell.result
    if cell.outcome == PARTIAL:
        assert set(told.values()) & {CHANGED, PARTIAL}, told
    else:
        assert set(told.values()) == {cell.outcome}, told
    up, seen = [node for node in cell.cluster.nodes if not node.down], nodes.visible(cell)
    for name, outcome in told.items():
        if outcome == CHANGED:
            # With verify none the module was told to ask nobody else.
            alone = cell.options.get("verify") == "none"
            for node in [cell.cluster.primary] if alone else [node for node in up if seen(node, name)]:
                assert _is_new(cell, node, name), f"{node} has no new {name}"
        elif outcome in (FAILED, UNCHANGED):
            for node in up:
                _assert_untouched(cell, node, name)
    nodes.check(cell, lambda node, name: _is_new(cell, node, name))
    _facts_are_true(cell)
    for node in nodes.back_up(cell):
        nodes.nothing_else_changed(cell)
        for name, outcome in told.items():
            if outcome in (FAILED, UNCHANGED):
                _assert_untouched(cell, node, name)


def _is_new(cell: Cell, node: Node, name: str) -> bool:
    """Whether a node has a leaf that none had before."""
    old = {chain(held[name].certificate)[0] for held in cell.before.values()}
    return chain(node.holds(name).certificate)[0] not in old


def _assert_untouched(cell: Cell, node: Node, name: str) -> None:
    assert node.holds(name) == cell.before[node.uid][name], f"{node} has another {name}"


def _facts_are_true(cell: Cell) -> None:
    """What the cluster had and has, as the primary reports it."""
    asked = cell.cluster.primary
    for change in cell.result["changes"]:
        name = change["name"]
        assert change["before"]["chain_fingerprints"] == [*chain(cell.before[asked.uid][name].certificate)], change
        if change["outcome"] == PARTIAL:
            assert change["after"] is None, change
        elif change["after"] is not None:
            assert change["after"]["chain_fingerprints"] == [*chain(asked.holds(name).certificate)], change
