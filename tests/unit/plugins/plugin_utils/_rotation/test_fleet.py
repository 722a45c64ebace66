# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a fleet, its batches, and what is said of both."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation import (
    fleet,
    plan_text,
    summary_text,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.wanted import Wanted
from fleets import cluster

FILES = {"name": "proxy", "state": "present", "source": {"files": {"directory": "here"}}}
FETCHED = {"name": "cm", "state": "present", "source": {"tasks": {"file": "fetch.yml", "issues": False}}}


def wanted(*entries: dict[str, Any], verify_unchanged: bool = True) -> Wanted:
    values = {
        "rotation_certificates": list(entries or [FILES]),
        "rotation_renew_before": 30,
        "rotation_force": False,
        "rotation_only": None,
        "rotation_verify_unchanged": verify_unchanged,
    }
    return Wanted(values, [])


def data(name: str = "one", drift: list[dict[str, Any]] | None = None, **more: Any) -> Any:
    read: dict[str, Any] = copy.deepcopy(dict(cluster(name)))
    return {**read, "error": None, "drift": [] if drift is None else drift, "warnings": [], **more}


ENDPOINT = {"address": "10.0.0.2", "port": 9443, "service": "proxy", "database": None, "matches": False}


@pytest.mark.parametrize(
    ("read", "reason"),
    [
        ({"endpoints": [ENDPOINT]}, "10.0.0.2:9443 presents another one than the API reports"),
        ({"on_disk": [{"name": "proxy", "node": 3, "status": "stale"}]}, "node 3 has another one than the API reports"),
        (
            {
                "replication": {
                    "replica_of": [],
                    "active_active": [{"guid": "g", "name": "orders", "members": [], "synchronised": False}],
                }
            },
            "Active-Active database orders is not in sync with its peers",
        ),
    ],
)
def test_what_an_earlier_run_left_is_finished(read: dict[str, Any], reason: str) -> None:
    planned = fleet.plan_cluster(data(endpoints=[], on_disk=[]) | read, wanted(), lambda: None)
    assert planned["state"] == fleet.UNFINISHED
    assert [one["reason"] for one in planned["certificates"]] == [reason]
    ignored = fleet.plan_cluster(data(endpoints=[], on_disk=[]) | read, wanted(verify_unchanged=False), lambda: None)
    assert ignored["state"] == fleet.IN_ORDER


@pytest.mark.parametrize("other", [{"service": "cm"}, {"database": 1}, {"matches": None}])
def test_what_is_not_managed_is_not_finished(other: dict[str, Any]) -> None:
    read = data(endpoints=[{**ENDPOINT, **other}], on_disk=[])
    assert fleet.plan_cluster(read, wanted(), lambda: None)["state"] == fleet.IN_ORDER


def test_a_backup_that_is_not_proven_and_what_tasks_fetch() -> None:
    assert fleet.plan_cluster(data(endpoints=[]), wanted(), lambda: "not proven")["state"] == fleet.UNFINISHED
    fetched = fleet.plan_cluster(data(endpoints=[]), wanted(FETCHED), lambda: None)
    assert (fetched["state"], [one["action"] for one in fetched["certificates"]]) == (fleet.DUE, ["compare"])


def test_what_cannot_be_compared_is_unusable() -> None:
    lost = data(warnings=["other", "the desired state could not be compared: no such file"]) | {"drift": None}
    assert fleet.plan_cluster(lost, wanted(), lambda: None)["error"]["msg"] == "no such file"  # type: ignore[index]
    away = data(error={"msg": "no answer", "failure": {"kind": "timeout"}})
    assert fleet.plan_cluster(away, wanted(), lambda: None)["error"] == away["error"]
    assert "listed 2 times" in fleet.plan_cluster(data(), wanted(FILES, FILES), lambda: None)["error"]["msg"]  # type: ignore[index]


def planned(**states: str) -> list[Any]:
    return [{"name": name, "state": state, "certificates": [], "error": None} for name, state in states.items()]


@pytest.mark.parametrize(
    ("serial", "expected"),
    [
        (1, [["b"], ["a"], ["c"], ["d"], ["e"]]),
        ("2", [["b", "a"], ["c", "d"], ["e"]]),
        ("40%", [["b", "a"], ["c", "d"], ["e"]]),
        ("1%", [["b"], ["a"], ["c"], ["d"], ["e"]]),
        (0, [["b", "a", "c", "d", "e"]]),
        ([1, "3"], [["b"], ["a", "c", "d"], ["e"]]),
    ],
)
def test_batches(serial: Any, expected: list[list[str]]) -> None:
    """What is unfinished comes first; what is in order and what cannot be rotated is left out."""
    clusters = planned(a="due", x="in_order", b="unfinished", c="due", y="failed", d="due", e="due")
    assert fleet.batches(clusters, [data(name) for name in "abcdexy"], serial) == expected


def test_partners_are_never_in_one_batch() -> None:
    shared: dict[str, Any] = {"replica_of": [], "active_active": [{"guid": "g", "name": "x", "members": []}]}
    clusters = [data(name, replication=shared if name in "ace" else None) for name in "abcde"]
    made = fleet.batches(planned(a="due", b="due", c="due", d="due", e="due"), clusters, 0)
    assert made == [["a", "b", "d"], ["c"], ["e"]]


def test_hosts_of_one_cluster_are_never_in_one_batch() -> None:
    """Neither the name, which many clusters have, nor the certificates, which clusters may share, say so alone."""
    clusters = [data(name) for name in "abcd"]
    for one, host, name in zip(clusters, ("b", "b", "c", "c"), ("b", "b", "b", None), strict=True):
        one.update(cluster={**one["cluster"], "name": name}, certificates=data(host)["certificates"])
    made = fleet.batches(planned(a="due", b="due", c="due", d="due"), clusters, 0)
    assert made == [["a", "c", "d"], ["b"]]


@pytest.mark.parametrize("serial", ["two", -1, "101%", "0x1", [], True, None])
def test_sizes_that_are_none(serial: Any) -> None:
    with pytest.raises(CertificateError, match="rotation_serial: must be a number of clusters, a percentage"):
        fleet.check_serial(serial)


def text(lines: Any) -> list[str]:
    return [line if isinstance(line, str) else line[0] for line in lines]


def test_the_plan_as_text() -> None:
    due = {"name": "p", "action": "update", "reason": "leaf_differs", "source": "files"}
    clusters = planned(a="due", b="in_order", c="failed", d="unfinished")
    clusters[0]["certificates"] = [due] * 50
    lines = text(plan_text.lines(clusters, verbose=False))
    assert lines[0] == (
        "Plan for 4 clusters: 1 due, 1 left unfinished by an earlier run, 1 in order, 1 cannot be rotated"
    )
    assert lines[2].split("  ")[-1] == "files"
    assert "another certificate is installed" in lines[2]
    assert lines[-2:] == ["... and 10 more; -v shows all", "Cannot be rotated, as the end says: c"]
    assert len(text(plan_text.lines(clusters, verbose=True))) == 53
    two = planned(a="due", b="in_order", c="due")
    said = "Without a backup: rotation_backup is not set"
    assert text(plan_text.lines(two, (), "abc", verbose=False))[-1] == f"{said}."
    assert text(plan_text.lines(two, (), "bc", verbose=False))[-1] == f"{said} for c."
    assert not [line for line in text(plan_text.lines(two, (), "b", verbose=False)) if said in line]
    assert max(map(len, lines)) <= 100


def test_the_summary_as_text() -> None:
    clusters = planned(a="due", b="in_order", c="failed", d="due", e="due")
    clusters[2]["error"] = {"msg": "no answer", "failure": {}}
    proof = {"level": "complete", "verified": 9, "of": 9, "not_visible": [], "unreachable": []}
    done: dict[str, Any] = {"failure": None, "changed": True, "proof": proof, "outcome": "changed"}
    done["backup"] = {"path": "backups/a.vault"}
    done["certificates"] = [{"name": "cm", "action": "update"}, {"name": "api", "action": "none"}]
    stale = {**done, "outcome": "rolled_back", "failure": {"msg": "a node is stale. " * 9}}
    found = summary_text.outcomes(clusters, {"a": done, "d": stale})
    command: dict[str, Any] = {"command": "ansible-playbook x", "subset": None, "typed": False, "verbose": False}
    lines = text(summary_text.lines(found, check_mode=False, **command))
    assert lines[1] == "Rotation of 5 clusters: 1 changed, 1 in order, 2 FAILED, 1 not started"
    assert lines[2] == "changed       a: cm: proven 9/9"
    assert lines[3] == "FAILED        c: no answer"
    assert lines[4].startswith("FAILED        d: The old certificates are back. a node is stale.")
    assert lines[-5:] == [
        "not started   e",
        "Next: fix what failed, and run again for these:",
        "  ansible-playbook x.rotate --limit c,d,e",
        "To undo:",
        "  ansible-playbook x.rollback --limit a",
    ]
    assert max(map(len, lines)) <= 100
    same = text(summary_text.lines([one._replace(text="no answer") for one in found[2:4]], check_mode=False, **command))
    assert same[2] == "FAILED        c, d: no answer"
    foretold = text(summary_text.lines(found[:1], check_mode=True, **command))
    assert foretold[1:] == [
        "Rotation of 1 cluster: 1 would be changed",
        "would change  a: cm: proven 9/9",
        "Next:",
        "  ansible-playbook x.rotate",
    ]
    # What --check was limited to, the next run is as well; and so are clusters that are too many to name.
    limited: dict[str, Any] = {**command, "subset": "a*"}
    again = "  ansible-playbook x.rotate --limit 'a*'"
    assert text(summary_text.lines(found[:1], check_mode=True, **limited))[-1] == again
    typed = text(summary_text.lines(found[:1], check_mode=True, **{**command, "typed": True}))
    assert typed[-2:] == ["Next, with the variables that this run had in -e:", "  ansible-playbook x.rotate"]
    many = [found[2]._replace(name=f"c{number}") for number in range(21)]
    assert text(summary_text.lines(many, check_mode=False, **limited))[-1] == again
    (after,) = summary_text.outcomes(clusters[:1], {"a": done}, failed=["a"])
    assert (after.outcome, after.text) == ("failed", "cm: proven 9/9, but a task failed. Its own output says why.")
    nothing = text(summary_text.lines(found[1:2], check_mode=False, **command))
    assert nothing[1:] == ["Rotation of 1 cluster: 1 in order", "Nothing to do."]
