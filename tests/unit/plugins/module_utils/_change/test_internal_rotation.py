# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes of an internal rotation, whatever breaks: with a server in memory, and with nodes of the simulator."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import ROTATE, Api, Stored
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change import internal_rotation
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.evidence import Evidence
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.internal_rotation import (
    InternalRotation,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.outcome import explain
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.plan import Change
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.settings import Settings
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import (
    internal_certificate_rotation,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.endpoints import Endpoint
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.proof import Proof, Sighting
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.goal import (
    ExpectedChain,
    RenewedLeaf,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.installed import Installed
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.read_back import Reported
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport import retry
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.peer import Response
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.retry import Retries
from hypothesis import given
from hypothesis import strategies as st
from simulator import Cluster
from simulator.authority import Authority, Material
from simulator.state import pair
from unit.plugins.clock import Clock

CCS, DATA = "ccs_internode_encryption", "data_internode_encryption"
NODES = [Endpoint(number, f"10.0.0.{number}", 8070, "metrics_exporter") for number in (1, 2)]


class Break(NamedTuple):
    """What happens to one rotation."""

    status: int | None  # None: the connection breaks
    nodes: int  # how many nodes get new certificates, the primary first


FINE = Break(200, 2)
BREAKS = [
    FINE,
    *(Break(status, 0) for status in (400, 403, 409, 500, 503, None)),
    *(Break(status, 1) for status in (400, 409, 500, None)),
    *(Break(status, 2) for status in (409, 500, 503, None)),
]


class Server:
    """Stands in for a session with two nodes, of which the first is the primary."""

    url = "https://cluster.example.com:9443"
    secrets = ()

    def __init__(
        self, issued: Sequence[Material], breaks: Iterable[Break] = (), unreadable: Iterable[int] = ()
    ) -> None:
        self._issued = list(issued)
        self.held = [dict.fromkeys((CCS, DATA), self._issued.pop(0))] * 2
        self._breaks = list(breaks)
        self._unreadable = set(unreadable)  # which reads, by their number, are not answered
        self._reads = 0
        self.rotations = 0

    def disconnect(self) -> None:
        """There is no connection here."""

    def request(self, method: str, path: str, body: Any = None) -> Response:
        if method == "GET":
            self._reads += 1
            if self._reads in self._unreadable:
                raise CertificateError("connection_lost", "The connection broke.")
            answer = {f"{name}_cert": material.certificate_pem for name, material in self.held[0].items()}
            return Response(200, "application/json", None, json.dumps(answer).encode(), None, None)
        assert (method, path) == ("POST", ROTATE)
        self.rotations += 1
        broken = self._breaks.pop(0) if self._breaks else FINE
        fresh = self._issued.pop(0)
        names = [body["name"]] if body else [CCS, DATA]
        self.held = [
            {**held, **dict.fromkeys(names, fresh)} if number < broken.nodes else held
            for number, held in enumerate(self.held)
        ]
        if broken.status is None:
            raise CertificateError("connection_lost", "The connection broke.")
        return Response(broken.status, "application/json", None, b"", None, None)


class Eyes:
    """Stands in for a prover: sees what both nodes hold of visible names, of the others what the primary reports."""

    def __init__(self, server: Server, visible: Iterable[str], now: datetime, inactive: Iterable[int] = ()) -> None:
        self._server = server
        self._visible = frozenset(visible)
        self._now = now
        self.inactive = frozenset(inactive)

    def prove(self, states: Mapping[str, ExpectedChain], _timeout: float, reported: Reported | None = None) -> Proof:
        def status(name: str, number: int) -> str:
            pem = self._server.held[number][name].certificate_pem
            if states[name].shown_by(Installed.of(name, Stored(pem, None), self._now)) and name in self._visible:
                return "verified"
            if number + 1 in self.inactive:
                return "unreachable"
            if name in self._visible:
                return "stale"
            shown = number == 0 and name in (reported or {}) and states[name].shown_by((reported or {})[name])
            return "reported" if shown else "not_visible"

        spots = [(name, number) for name in states for number in (0, 1)]
        return Proof(frozenset(states), tuple(Sighting(name, NODES[at], status(name, at)) for name, at in spots))


@pytest.fixture(scope="session")
def issued(authority: Authority) -> list[Material]:
    """What the server in memory holds, and what it issues after that."""
    return [authority.issue(key="ec", days=30 + 10 * number) for number in range(8)]


def changes(held: Material, names: Iterable[str], now: datetime) -> list[Change]:
    old = ExpectedChain.of(held.chain, "chain")
    installed = {name: Installed.of(name, Stored(held.certificate_pem, None), now) for name in names}
    return [
        Change(name, "rotate", "forced", one, None, old, RenewedLeaf(old.fingerprints[:1]))
        for name, one in installed.items()
    ]


class Made(NamedTuple):
    """What a rotation came to."""

    of: Mapping[str, str]  # by certificate name
    evidence: Evidence
    error: CertificateError | None
    seconds: float


def run(
    server: Server,
    issued: list[Material],
    names: Iterable[str],
    now: datetime,
    *,
    visible: Iterable[str] = (CCS, DATA),
    inactive: Iterable[int] = (),
    limit: int = 0,
) -> Made:
    session: Any = server
    eyes: Any = Eyes(server, visible, now, inactive)
    settings = Settings(60, 60, rollback=False, bulk=False, without_nodes=bool(eyes.inactive))
    planned = changes(issued[0], sorted(names), now)
    with pytest.MonkeyPatch.context() as patch:
        clock = Clock()
        patch.setattr(retry, "time", clock)
        patch.setattr(internal_rotation, "time", clock)
        retries = Retries(limit, 0.5, 30)
        rotation = InternalRotation(Api(session), retries, planned, eyes, settings, whole=len(planned) == 2)
        outcome = rotation.run()
    error = explain(outcome)
    if error is not None:
        json.dumps([error.failure, error.result])
    return Made(outcome.changes, outcome.evidence, error, clock.now - 1000)


@given(
    breaks=st.lists(st.sampled_from(BREAKS), max_size=4),
    unreadable=st.sets(st.integers(1, 8), max_size=5),
    names=st.sets(st.sampled_from([CCS, DATA]), min_size=1),
    visible=st.sets(st.sampled_from([CCS, DATA])),
    without_nodes=st.booleans(),
    limit=st.integers(0, 2),
)
def test_what_is_said_in_the_end_is_true(
    issued: list[Material],
    breaks: list[Break],
    unreadable: set[int],
    names: set[str],
    visible: set[str],
    without_nodes: bool,
    limit: int,
) -> None:
    server = Server(issued, breaks, unreadable)
    now = datetime.now(timezone.utc)
    inactive = [2] if without_nodes else []
    made = run(server, issued, names, now, visible=visible, inactive=inactive, limit=limit)

    def renewed(name: str) -> list[bool]:
        return [held[name].fingerprint != issued[0].fingerprint for held in server.held]

    assert made.of.keys() == names
    for name in names:
        if made.of[name] == "changed":
            # After a lost answer there is but the primary's word for what cannot be seen.
            word_only = name not in visible and any(broken.status is None for broken in breaks)
            assert renewed(name) in ([True, True], *([[True, False]] if without_nodes or word_only else []))
        elif made.of[name] == "failed_unchanged":
            assert renewed(name) == [False, False]
        else:
            assert made.of[name] == "partial"
    if made.error is None:
        assert set(made.of.values()) == {"changed"}
        assert made.evidence.proof.missing == ()
    else:
        unchanged = set(made.of.values()) == {"failed_unchanged"}
        assert made.error.result["outcome"] == ("failed_unchanged" if unchanged else "partial")
        assert made.error.result["changed"] is not unchanged
    assert server.rotations <= 1 + limit


@pytest.mark.parametrize("visible", [[CCS, DATA], [CCS], []])
def test_what_cannot_be_seen_is_not_waited_for(issued: list[Material], now: datetime, visible: list[str]) -> None:
    made = run(Server(issued), issued, [CCS, DATA], now, visible=visible)
    assert made.error is None
    assert made.of == {CCS: "changed", DATA: "changed"}
    assert made.seconds == 0
    level = {2: "complete", 1: "partial", 0: "reported"}[len(visible)]
    assert made.evidence.summary()["level"] == level


def test_a_lost_answer_is_not_followed_by_another_rotation(issued: list[Material], now: datetime) -> None:
    for applied in (0, 2):
        server = Server(issued, [Break(None, applied)])
        made = run(server, issued, [CCS, DATA], now, limit=2)
        assert server.rotations == 1
        assert (made.error is None) == (applied == 2)


def test_a_node_that_missed_it_is_named(issued: list[Material], now: datetime) -> None:
    made = run(Server(issued, [Break(400, 1)]), issued, [CCS], now)
    assert made.of == {CCS: "partial"}
    assert made.error is not None
    assert "10.0.0.2:8070" in made.error.message
    assert "An internal rotation cannot be rolled back" in made.error.message


def test_a_node_whose_absence_was_accepted_is_unreachable(issued: list[Material], now: datetime) -> None:
    made = run(Server(issued, [Break(400, 1)]), issued, [CCS], now, inactive=[2])
    assert made.error is None
    assert made.of == {CCS: "changed"}
    assert [one.status for one in made.evidence.proof.sightings] == ["verified", "unreachable"]


# The whole operation, with real nodes.


@pytest.fixture
def start() -> Iterator[Callable[..., Cluster]]:
    with ExitStack() as running:

        def started(nodes: int = 3, **options: Any) -> Cluster:
            cluster = running.enter_context(Cluster(nodes, **{"database": "none", **options}))
            if cluster.notice:
                pytest.skip(cluster.notice)
            return cluster

        yield started


def rotate(cluster: Cluster, *, check_mode: bool = False, **options: Any) -> Any:
    operation = internal_certificate_rotation.OPERATION
    defaults = {name: spec.get("default") for name, spec in operation.argument_spec.items()}
    login = {"username": cluster.username, "password": cluster.password, "ca_path": cluster.ca_path}
    place = {"url": cluster.url, "metrics_port": cluster.metrics_port, "retries": 0}
    cluster.clear_requests()
    return operation.run(Context({**defaults, **place, **login, **options}, check_mode))


def failure(cluster: Cluster, **options: Any) -> CertificateError:
    with pytest.raises(CertificateError) as raised:
        rotate(cluster, **options)
    return raised.value


def reasons(result: Any) -> dict[str, str]:
    return {one["name"]: one["reason"] for one in result["changes"]}


def shorten(cluster: Cluster, name: str, uid: int) -> None:
    """Leave a node with a certificate that ends in a week."""
    short = Authority("Internal").issue(days=7)
    cluster.nodes[uid - 1].put(name, pair(short.certificate_pem, short.key_pem))


@pytest.mark.parametrize("handle_redirects", [False, True])
def test_what_is_due_on_a_follower_is_found_by_its_metrics(
    start: Callable[..., Cluster], handle_redirects: bool
) -> None:
    cluster = start(handle_redirects=handle_redirects, expires={CCS: 60.0, DATA: 60.0})
    assert reasons(rotate(cluster)) == {CCS: "same", DATA: "same"}
    shorten(cluster, DATA, 3)
    result = rotate(cluster)
    assert reasons(result) == {CCS: "same", DATA: "expires_on_a_node"}
    assert result["proof"]["level"] == "complete"
    assert {one.node_uid for one in cluster.requests} == {1}
    assert len(cluster.writes) == 1
    assert reasons(rotate(cluster)) == {CCS: "same", DATA: "same"}


def test_a_rotation_that_no_metrics_show_is_reported(start: Callable[..., Cluster]) -> None:
    cluster = start()
    for node in cluster.nodes:
        node.keep_closed("metrics_exporter", True)
    result = rotate(cluster, force=True, verify_timeout=600)
    assert (result["outcome"], result["proof"]["level"]) == ("changed", "reported")
    assert result["proof"]["not_visible"] == [CCS, DATA]
    assert {one["status"] for one in result["nodes"]} == {"reported", "not_visible"}


def test_a_rotation_whose_ends_are_those_of_before_is_reported(start: Callable[..., Cluster]) -> None:
    """Just made, and rotated again: metrics cannot tell the new ones, and say so."""
    cluster = start()
    assert rotate(cluster, force=True)["outcome"] == "changed"
    result = rotate(cluster, force=True, verify_timeout=600)
    assert result["outcome"] == "changed"
    assert result["proof"]["level"] == "reported"


def test_strict_demands_metrics(start: Callable[..., Cluster]) -> None:
    cluster = start()
    cluster.metrics.hide(CCS, node=2)
    error = failure(cluster, force=True, verify="strict")
    assert (error.kind, error.data["certificate"]) == ("endpoint_unreachable", CCS)
    assert cluster.writes == []


@pytest.mark.parametrize("version", ["8.0.20-96", "8.2.0-46"])
def test_an_inactive_node_is_refused_or_accepted(start: Callable[..., Cluster], version: str) -> None:
    cluster = start(version=version, down=[3], expires={CCS: 5, DATA: 5})
    error = failure(cluster)
    assert error.kind == "node_not_active"
    assert ("RS200137" in error.message) == (version == "8.0.20-96")
    assert cluster.writes == []
    result = rotate(cluster, allow_inactive_nodes=True)
    assert result["outcome"] == "changed"
    assert {one["node"]: one["status"] for one in result["nodes"]} == {1: "verified", 2: "verified", 3: "unreachable"}
    assert result["proof"]["level"] == "partial"


def test_a_node_that_lags_is_waited_for_and_one_that_stays_behind_is_partial(start: Callable[..., Cluster]) -> None:
    soon = {CCS: 5.0, DATA: 5.0}
    cluster = start(lag={3: 0.5}, expires=soon)
    assert rotate(cluster)["proof"]["level"] == "complete"
    cluster = start(lag={3: 1e6}, expires=soon)
    error = failure(cluster, verify_timeout=0.3)
    assert (error.kind, error.result["outcome"]) == ("not_proven", "partial")
    assert [(one["node"], one["status"]) for one in error.result["nodes"] if one["status"] == "stale"] == [
        (3, "stale")
    ] * 2


def test_check_mode_tells_what_would_be_done(start: Callable[..., Cluster]) -> None:
    cluster = start()
    shorten(cluster, CCS, 2)
    result = rotate(cluster, check_mode=True)
    assert (result["changed"], reasons(result)) == (True, {CCS: "expires_on_a_node", DATA: "same"})
    assert cluster.writes == []


def test_all_nodes_have_what_is_new(start: Callable[..., Cluster]) -> None:
    cluster = start(expires={CCS: 5.0, DATA: 5.0})
    result = rotate(cluster)
    later = datetime.now(timezone.utc) + timedelta(days=80)
    for one in result["nodes"]:
        assert datetime.fromisoformat(one["not_after"].replace("Z", "+00:00")) > later
    assert len({node.holds(CCS).certificate for node in cluster.nodes}) == 1
