# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far an audit says it is proven that nodes have what the API reports."""

from __future__ import annotations

from typing import Any

import fleets
import pytest
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.checks import node
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.proofs import proof_text

NAME = "cluster.example.com"


def text(name: str, **cluster: Any) -> str:
    return proof_text(node.proof(fleets.facts(NAME, name), fleets.cluster(NAME, **cluster)))


def ports(**other: Any) -> list[Any]:
    return [fleets.endpoint(NAME, "cm", node, 8443, **(other if node == 3 else {})) for node in (1, 2, 3)]


@pytest.mark.parametrize("name", ["api", "proxy", "syncer", "data_internode_encryption"])
def test_what_ports_or_metrics_show_everywhere_is_proven(name: str) -> None:
    assert text(name) == "proven 3/3"


def test_what_nothing_shows_is_reported() -> None:
    assert text("ldap_client") == "reported by the API"


@pytest.mark.parametrize(
    ("third", "expected"),
    [
        ({"status": "unreachable", "matches": None}, "proven 2/3 (1 unreachable)"),
        ({"status": "failed", "matches": None}, "proven 2/3"),
        ({"matches": False}, "proven 2/3"),
        ({"matches": None}, "proven 2/2 (others not visible)"),
    ],
)
def test_a_port_that_does_not_present_it_does_not_count(third: dict[str, Any], expected: str) -> None:
    assert text("cm", endpoints=ports(**third)) == expected


def test_nothing_is_said_where_nothing_was_looked_at() -> None:
    assert text("cm", endpoints=None, on_disk=None) == "-"


def test_a_database_is_proven_by_its_own_ports() -> None:
    own = fleets.endpoint(NAME, "proxy", 1, 12001, database=7)
    data = fleets.cluster(NAME, endpoints=[own, fleets.endpoint(NAME, "proxy", 2, 12000, matches=False)])
    facts = fleets.database(NAME, "orders", 7)
    assert proof_text(node.proof(facts, data)) == "proven 1/1"
    assert node.proof(fleets.database(NAME, "orders", 7, kind="client"), data) is None


def judged(*entries: Any) -> list[tuple[str | None, str, str]]:
    return [(one.certificate, one.outcome, one.message) for one in node.nodes(entries)]


def test_a_node_with_another_certificate_is_named() -> None:
    late = fleets.on_disk("syncer", 3, "stale", not_after="2026-12-01T00:00:00Z")
    assert judged(fleets.on_disk("syncer", 1), fleets.on_disk("syncer", 2, "not_visible"), late) == [
        ("syncer", "warning", "the metrics show an expiry other than the API reports on node 3 (2026-12-01)")
    ]


def test_only_what_all_nodes_have_passes_and_what_is_not_visible_is_no_finding() -> None:
    assert judged(
        fleets.on_disk("syncer", 1), fleets.on_disk("syncer", 2, "not_visible"), fleets.on_disk("ccs", 1, "not_visible")
    ) == [
        ("syncer", "not_visible", "1 of 2 nodes have it, by their metrics; not visible: node 2"),
        ("ccs", "not_visible", "no metrics show which certificate the nodes have"),
    ]
