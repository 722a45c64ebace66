# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that write: only when asked for twice, and whatever happens, the cluster has what it had."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._contract import checks_writes
from simulator import Cluster, Fault, validation
from simulator.state import UNSET, Pair, own_name

from .clusters import CONFIRMED, VERSIONS, checked, cluster, differing, login, run
from .mutations import MUTATIONS

BULK, SINGLE = "/v1/cluster/certificates", "/v1/cluster/update_cert"


def held(made: Cluster) -> list[dict[str, Pair]]:
    """All that every node has, also for databases."""
    own = [own_name(bdb.uid) for bdb in made.bdbs]
    return [{**node.stored, **{name: node.holds(name) for name in own}} for node in made.nodes]


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_is_as_before(version: str) -> None:
    with cluster(version=version) as made:
        before = held(made)
        result = run(made, **CONFIRMED)
        assert held(made) == before
        assert (result["changed"], result["restored"]) == (False, True)
        assert {name for request in made.writes for name in request.names} == {"metrics_exporter"}


def test_a_refused_pair_that_is_taken_is_put_back(patch: pytest.MonkeyPatch) -> None:
    with cluster() as made:
        before = held(made)
        patch.setattr(validation, "_check_key", lambda leaf, text: None)
        found = run(made, **CONFIRMED)
        assert {one["id"] for one in found["checks"] if one["outcome"] == "differs"} == {"wrong_key_is_refused"}
        assert found["restored"] is True
        assert held(made) == before


def test_a_root_that_is_left_out_is_put_back() -> None:
    with cluster() as made:
        before = held(made)
        found = checked(made, **CONFIRMED)
        assert found["root_left_out"]["seen"] == ["status: 200", "read back: true"]
        assert held(made) == before
    with cluster(needs_root=True) as made:
        before = held(made)
        found = checked(made, **CONFIRMED)
        assert found["root_left_out"]["seen"] == ["status: 400", "read back: true"]
        assert found["root_refusal_is_described"]["outcome"] == "holds"
        assert held(made) == before


def test_a_trial_that_is_applied_is_undone(patch: pytest.MonkeyPatch) -> None:
    with cluster() as made:
        before = held(made)
        MUTATIONS["dry_run_of_own_certificate"].change(made, patch)
        result = run(made, **CONFIRMED)
        assert result["restored"] is True
        assert held(made) == before
        assert [node.holds(own_name(1)) for node in made.nodes] == [UNSET] * 3


@pytest.mark.parametrize(
    "fault",
    [
        Fault("PUT", BULK, kind="close_after", times=2, after=2),
        Fault("PUT", BULK, kind="close_before", times=1, after=3),
        Fault("PUT", BULK, status=500, applied=True, times=2, after=2),
        Fault("PUT", BULK, status=409, applied=True, times=4, after=2),
        Fault("GET", BULK, status=503, times=1, after=8),
        Fault("PUT", BULK, kind="pass", primary=2, afterwards=True, times=1, after=2),
    ],
    ids=["answer lost", "request lost", "500 and made", "409 and made", "read fails", "primary moves"],
)
def test_a_fault_on_the_way(fault: Fault) -> None:
    with cluster() as made:
        before = held(made)
        made.add_fault(fault)
        result = run(made, **CONFIRMED)
        assert result["restored"] is True, result
        assert held(made) == before


def test_what_cannot_be_put_back_is_a_failure() -> None:
    with cluster() as made:

        def taken(struck: Cluster) -> None:
            material = struck.certificate("cm")
            struck.set_certificate("metrics_exporter", material, str(struck.nodes[0].holds("cm").key))

        made.add_fault(Fault("PUT", BULK, kind="pass", times=1, effect=taken, afterwards=True))
        made.add_fault(Fault("PUT", BULK, status=500))
        result = run(made, retries=1, **CONFIRMED)
        assert (result["failed"], result["failure"]["kind"]) == (True, "not_restored")
        assert (result["changed"], result["restored"]) == (True, False)
        assert result["checks"]


@pytest.mark.parametrize("error", [RuntimeError, type("PanicException", (BaseException,), {})])
def test_what_fails_unforeseen_while_it_is_put_back_is_a_failure(
    patch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def broken(_session: Any) -> None:
        raise error("hunter2")

    with cluster() as made:
        patch.setattr(validation, "_check_key", lambda leaf, text: None)
        patch.setattr(checks_writes, "Api", broken)
        result = run(made, **CONFIRMED)
        assert result["failure"]["kind"] == "not_restored"
        assert (result["changed"], result["restored"]) == (True, False)
        assert {one["id"] for one in result["checks"] if one["reason"] == "broken"} >= {"wrong_key_is_refused"}
        assert "hunter2" not in str(result)


def test_what_somebody_else_installs_meanwhile_is_left_in_place() -> None:
    with cluster() as made:
        others = made.nodes[0].holds("cm")

        def install(struck: Cluster) -> None:
            struck.set_certificate("metrics_exporter", others.certificate, str(others.key))

        made.add_fault(Fault("PUT", BULK, kind="pass", times=1, effect=install, afterwards=True))
        result = run(made, **CONFIRMED)
        assert result["restored"] is False
        assert [node.holds("metrics_exporter").certificate for node in made.nodes] == [others.certificate] * 3


@pytest.mark.parametrize("given", [None, "", "other.example.com", "CLUSTER.EXAMPLE.COM."])
def test_writes_are_asked_for_twice(given: str | None) -> None:
    with cluster() as made:
        made.clear_requests()
        result = run(made, writes=True, writes_confirmed=given)
        assert result["failure"]["kind"] == "not_confirmed"
        assert [request.path for request in made.requests] == ["/v1/cluster"]


def test_check_mode_writes_nothing() -> None:
    with cluster() as made:
        made.clear_requests()
        result = run(made, check_mode=True, **CONFIRMED)
        assert {request.path for request in made.writes} <= {"/v1/users/refresh_jwt"}
        reasons = [one["reason"] for one in result["checks"] if one["reason"] == "check_mode"]
        assert len(reasons) >= 10
        assert (result["restored"], result["counts"]["differs"]) == (None, 0)


@pytest.mark.parametrize("role", ["cluster_viewer", "db_member", "cluster_member"])
def test_a_user_who_may_not_write(role: str) -> None:
    with cluster() as made:
        before = held(made)
        found = checked(made, **CONFIRMED, **login(made, role))
        assert differing(found) == set()
        assert found["same_write_is_accepted"]["reason"] == "permission"
        assert held(made) == before


def test_an_exporter_without_a_root_in_its_chain(authority: Any) -> None:
    with cluster() as made:
        pair = authority.issue("cluster.example.com", root=False)
        made.set_certificate("metrics_exporter", pair.certificate_pem, pair.key_pem)
        found = checked(made, **CONFIRMED)
        assert differing(found) == set()
        assert found["root_left_out"]["reason"] == "nothing"


def test_a_token_that_would_end_on_the_way_is_refreshed() -> None:
    with cluster() as made:
        result = run(made, token=made.token(), **CONFIRMED)
        assert (result["counts"]["differs"], result["restored"]) == (0, True)


def test_an_interrupt_leaves_nothing_behind(patch: pytest.MonkeyPatch) -> None:
    with cluster() as made:
        before = held(made)

        read = checks_writes.Trial.read_pair
        interrupts = iter([KeyboardInterrupt])

        def interrupted(trial: checks_writes.Trial) -> Any:
            if held(made) != before:
                for interrupt in interrupts:
                    raise interrupt
            return read(trial)

        patch.setattr(checks_writes.Trial, "read_pair", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(made, **CONFIRMED)
        assert held(made) == before
