# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must be true of every cell that lets peers learn a certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from simulator import ReplicaSource

from .cell import Cell, sources
from .rows import CHANGED, FAILED, PARTIAL, UNCHANGED
from .setting import MEANT, REPLICATING
from .x509_facts import chain


def check_forced_update(cell: Cell) -> None:
    """Fail where the module lied about the update of the only Active-Active database."""
    setting, (crdb,) = cell.setting, cell.cluster.active_active
    assert setting.other is not None
    result, clusters = cell.result, [cell.cluster.fqdn, setting.other.fqdn]
    assert result["replica_of"] == [], result
    (entry,) = _entries(cell, "active_active")
    assert (entry["guid"], entry["name"], entry["clusters"]) == (crdb.guid, crdb.name, clusters), entry
    assert {error["cluster_name"] for error in entry["errors"]} <= set(clusters), entry
    if cell.outcome == CHANGED:
        assert crdb.synchronising(), "the clusters do not synchronise"
        assert (entry["status"], entry["errors"]) == ("finished", []), entry
    elif cell.outcome == PARTIAL:
        refused = [request.status is not None and 400 <= request.status < 500 for request in cell.writes]
        assert not all(refused), "every update was refused"
        assert entry["status"] != "finished", entry
        assert bool(entry["errors"]) is (entry["status"] == "failed"), entry
    else:
        assert crdb.updates == 0, "an update was begun"
        assert (entry["status"], entry["errors"]) == (None, []), entry


def check_repinning(cell: Cell) -> None:
    """Fail where the module lied about the replica source that is meant, or touched what is not."""
    result, cluster = cell.result, cell.cluster
    assert result["active_active"] == [], result
    (entry,) = _entries(cell, "replica_of")
    before, now = cell.sources[REPLICATING], sources(cluster)[REPLICATING]
    place = urlsplit(before[MEANT].uri)
    position = {"position": MEANT, "uid": MEANT + 1, "host": place.hostname, "port": place.port}
    (uid,) = [bdb.uid for bdb in cluster.bdbs if bdb.name == REPLICATING]
    assert (entry["uid"], entry["name"], entry["source"]) == (uid, REPLICATING, position), entry
    _nothing_else_touched(cell)
    fresh, pinned = cell.setting.fresh.chain_fingerprints, _pinned(now[MEANT])
    if cell.outcome in (CHANGED, UNCHANGED):
        assert pinned == fresh, "another certificate is pinned"
        (replica,) = [bdb.replica for bdb in cluster.bdbs if bdb.name == REPLICATING]
        assert replica.in_sync(now[MEANT]), "the database cannot follow its source"
    elif cell.outcome == FAILED:
        assert now == before, "something else is pinned"
    assert entry["after"] == (None if cell.outcome == PARTIAL else _facts(pinned)), entry
    if entry["action"] == "update":
        assert entry["before"] == _facts(_pinned(before[MEANT])), entry


def _entries(cell: Cell, field: str) -> list[Mapping[str, Any]]:
    """Of databases, each with the outcome of the task: there is but one."""
    entries: list[Mapping[str, Any]] = cell.result[field]
    for entry in entries:
        assert entry["outcome"] == cell.outcome, entry
        assert (entry["failure"] is None) is (cell.outcome in (CHANGED, UNCHANGED)), entry
        assert entry["action"] == "update" or not cell.writes, entry
    return entries


def _nothing_else_touched(cell: Cell) -> None:
    """Byte for byte, but for the server certificate of the source that is meant."""
    now = sources(cell.cluster)
    assert set(now) == set(cell.sources)
    for name, before in cell.sources.items():
        expected = list(before)
        if name == REPLICATING:
            expected[MEANT] = replace(before[MEANT], server_cert=now[name][MEANT].server_cert)
        assert now[name] == expected, f"the sources of {name} are others"


def _pinned(source: ReplicaSource) -> list[str]:
    return list(chain(source.server_cert))


def _facts(fingerprints: list[str]) -> dict[str, Any]:
    return {"fingerprint": fingerprints[0], "chain_fingerprints": fingerprints}
