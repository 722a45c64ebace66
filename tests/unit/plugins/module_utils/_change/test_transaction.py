# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes of many changes, whatever breaks in between: with a server in memory, and with nodes of the simulator."""

from __future__ import annotations

import json
import math
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime, timezone
from functools import partial
from typing import Any, NamedTuple, Optional

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import (
    CERTIFICATES,
    UPDATE_CERT,
    Api,
    Stored,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.cluster import read_cluster
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change import transaction
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.evidence import Evidence
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.outcome import explain
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.plan import Change, plan_change
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.settings import Settings
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.transaction import Transaction
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.wanted import Wanted
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import parse_connection
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.endpoints import Endpoint
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.proof import Proof, Sighting
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.witnesses import (
    build_prover,
    exporter_state,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.desired import read_desired
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.goal import ExpectedChain
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.installed import parse_installed
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.read_back import Reported
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport import retry
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.peer import Response
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.retry import Retries
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.session import Session
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import not_after
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st
from simulator import Cluster, Fault
from simulator.authority import Authority, Material, pem_of
from simulator.state import pair
from unit.plugins.clock import Clock

CCS = "ccs_internode_encryption"

#: What is held or wanted, by name.
Materials = Mapping[str, Optional[Material]]


def plan(stored: Mapping[str, Stored], wanted: Materials, *, force: bool = False) -> list[Change]:
    """The changes from what an API reports to what is wanted."""
    now = datetime.now(timezone.utc)
    installed = parse_installed(stored, wanted, now)

    def change(name: str, material: Material | None) -> Change:
        want = None
        if material is not None:
            given = {"certificate": material.certificate_pem, "private_key": str(material.key_pem)}
            want = read_desired(name, given, now)
        return plan_change(Wanted(name, want), installed[name], force=force, now=now)

    return [change(name, material) for name, material in wanted.items()]


class Made(NamedTuple):
    """What a transaction came to."""

    of: Mapping[str, str]  # by certificate name
    evidence: Evidence | None
    error: CertificateError | None
    on_disk: tuple[str, ...] = ()

    @property
    def failure(self) -> CertificateError:
        assert self.error is not None
        return self.error

    @property
    def whole(self) -> str:
        """What the result says of all together."""
        outcome: str = self.error.result["outcome"] if self.error else "changed"
        return outcome


def outcome(transaction: Transaction) -> Made:
    made = transaction.run()
    error = explain(made)
    if error is None:
        return Made(made.changes, made.evidence, None, made.on_disk)
    json.dumps([error.failure, error.result])
    return Made(made.changes, None, error, made.on_disk)


# With a server in memory: whatever breaks, what is said in the end is true.

NODE = Endpoint(1, "10.0.0.1", 9443, "api")


class Break(NamedTuple):
    """What happens to one write."""

    status: int | None  # None: the connection breaks
    applied: Callable[[int], int]  # from how many certificates there are in it to how many of them are changed


def none(_count: int) -> int:
    return 0


def first(_count: int) -> int:
    return 1


def everything(count: int) -> int:
    return count


FINE = Break(200, everything)
BREAKS = [
    FINE,
    *(Break(status, none) for status in (400, 403, 405, 409, 500, 503, None)),
    *(Break(status, first) for status in (409, 500, None)),
    *(Break(status, everything) for status in (409, 500, 503, None)),
]


class Server:
    """Stands in for a session with a cluster of one node, which holds what it is told to hold."""

    url = "https://cluster.example.com:9443"
    secrets = ()

    def __init__(
        self,
        held: Materials,
        breaks: Iterable[Break] = (),
        unreadable: Iterable[int] = (),
        misreported: Mapping[str, Material] | None = None,
    ) -> None:
        self.held = {
            name: {"certificate": material.certificate_pem, "key": str(material.key_pem)}
            for name, material in held.items()
            if material is not None
        }
        self.breaks = list(breaks)
        self.unreadable = set(unreadable)  # which reads, by their number, are not answered
        self.misreported = misreported or {}  # what the API reports, whatever is held (RS176540)
        self.reads = 0

    def pin(self, fingerprint: str) -> None:
        """There is no TLS here."""

    def disconnect(self) -> None:
        """There is no connection here."""

    def request(self, method: str, path: str, body: Any = None) -> Response:
        if method == "GET":
            self.reads += 1
            if self.reads in self.unreadable:
                raise CertificateError("connection_lost", "The connection broke.")
            fields = {"certificate": "cert", "key": "key"}
            answer = {f"{name}_{fields[key]}": pem for name, pair in self.held.items() for key, pem in pair.items()}
            answer |= {f"{name}_cert": material.certificate_pem for name, material in self.misreported.items()}
            return self._response(200, json.dumps(answer).encode())
        broken = self.breaks.pop(0) if self.breaks else FINE
        entries = [{"name": path.rpartition("/")[2]}] if body is None else body.get("certificates", [body])
        missing = method == "DELETE" and entries[0]["name"] not in self.held
        for entry in entries[: broken.applied(len(entries))]:
            self.held.pop(entry["name"], None)
            if method == "PUT":
                self.held[entry["name"]] = {key: value for key, value in entry.items() if key != "name"}
        if broken.status is None:
            raise CertificateError("connection_lost", "The connection broke.")
        return self._response(404 if missing and broken is FINE else broken.status, b"")

    @staticmethod
    def _response(status: int, body: bytes) -> Response:
        return Response(status, "application/json", None, body, None, None)

    def shows(self, name: str, state: ExpectedChain) -> bool:
        session: Any = Server({})
        session.held = self.held
        return state.shown_by(parse_installed(Api(session).certificates(), [name], datetime.now(timezone.utc))[name])


class Eyes:
    """Stands in for a prover: sees what the server holds of visible names, and of the others what it reports."""

    def __init__(self, server: Server, visible: Iterable[str], inactive: Iterable[int] = ()) -> None:
        self._server = server
        self._visible = frozenset(visible)
        self.inactive = frozenset(inactive)

    def sees(self, names: Iterable[str]) -> bool:
        return self._visible.issuperset(names)

    def look(self, states: Mapping[str, ExpectedChain], reported: Reported | None = None) -> Proof:
        return self.prove(states, 0, reported)

    def prove(self, states: Mapping[str, ExpectedChain], _timeout: float, reported: Reported | None = None) -> Proof:
        def status(name: str) -> str:
            if name in self._visible:
                return "verified" if self._server.shows(name, states[name]) else "stale"
            shown = name in (reported or {}) and states[name].shown_by((reported or {})[name])
            return "reported" if shown else "not_visible"

        return Proof(frozenset(states), tuple(Sighting(name, NODE, status(name)) for name in states))


@pytest.fixture(scope="session")
def before(authority: Authority) -> Materials:
    """What the server in memory holds."""
    return {name: authority.issue(key="ec") for name in ("api", "cm", "ldap_client", "proxy", CCS)}


@pytest.fixture(scope="session")
def after(authority: Authority) -> Materials:
    """What is wanted of it."""
    wanted: dict[str, Material | None] = {name: authority.issue(key="ec") for name in ("api", "cm", CCS)}
    return {**wanted, "ldap_client": None, "proxy": authority.issue(key="ec"), "sso_service": authority.issue(key="ec")}


@pytest.fixture(scope="session")
def changes(before: Materials, after: Materials) -> list[Change]:
    session: Any = Server(before)
    return plan(Api(session).certificates(), after)


NAMES = ("api", "cm", "ldap_client", "proxy", CCS, "sso_service")


@given(
    breaks=st.lists(st.sampled_from(BREAKS), max_size=12),
    unreadable=st.sets(st.integers(1, 12), max_size=6),
    names=st.sets(st.sampled_from(NAMES), min_size=1),
    visible=st.sets(st.sampled_from(NAMES)),
    misreported=st.booleans(),
    without_nodes=st.booleans(),
    bulk=st.booleans(),
    rollback=st.booleans(),
    alone=st.sampled_from([frozenset(), frozenset({CCS})]),
    limit=st.integers(0, 2),
)
def test_what_is_said_in_the_end_is_true(
    before: Materials,
    changes: list[Change],
    other: Material,
    breaks: list[Break],
    unreadable: set[int],
    names: set[str],
    visible: set[str],
    misreported: bool,
    without_nodes: bool,
    bulk: bool,
    rollback: bool,
    alone: frozenset[str],
    limit: int,
) -> None:
    server = Server(before, breaks, unreadable, {CCS: other} if misreported else {})
    session: Any = server
    eyes: Any = Eyes(server, visible, {2} if without_nodes else ())
    wanted = [change for change in changes if change.name in names]
    settings = Settings(
        60,
        60,
        rollback,
        bulk,
        alone,
        disturbing=alone,
        unreadable=frozenset({CCS} if misreported else ()),
        without_nodes=without_nodes,
    )
    with pytest.MonkeyPatch.context() as patch:
        clock = Clock()
        patch.setattr(retry, "time", clock)
        patch.setattr(transaction, "time", clock)
        made = outcome(Transaction(Api(session), Retries(limit, 0.5, 30), wanted, eyes, settings))

    assert made.of.keys() == names
    for change in wanted:
        if made.of[change.name] == "changed":
            assert server.shows(change.name, change.new)
        elif made.of[change.name] in ("failed_unchanged", "rolled_back"):
            assert server.shows(change.name, change.old)
        else:
            assert made.of[change.name] == "partial"
    outcomes = set(made.of.values())
    if made.error is None:
        assert outcomes == {"changed"}
        assert made.evidence is not None
        assert made.evidence.proof.names == names
        assert made.evidence.proof.missing == ()
        assert set(made.evidence.summary()["not_visible"]) == names - visible
        truly_reported = made.evidence.unread is None and not (misreported and CCS in names)
        assert made.evidence.reported == truly_reported
    elif made.whole == "partial":
        assert made.failure.result["changed"]
        assert outcomes & {"partial", "changed"}
    else:
        assert not made.failure.result["changed"]
        assert outcomes <= {"failed_unchanged", made.whole}
        assert made.whole in outcomes
    assert rollback or "rolled_back" not in outcomes


@given(names=st.sets(st.sampled_from(NAMES), min_size=1), visible=st.sets(st.sampled_from(NAMES)))
def test_what_cannot_be_seen_holds_nothing_up_and_is_not_put_back(
    before: Materials, changes: list[Change], names: set[str], visible: set[str]
) -> None:
    server = Server(before)
    session: Any = server
    eyes: Any = Eyes(server, visible)
    wanted = [change for change in changes if change.name in names]
    with pytest.MonkeyPatch.context() as patch:
        clock = Clock()
        patch.setattr(retry, "time", clock)
        patch.setattr(transaction, "time", clock)
        settings = Settings(60, 60, rollback=True, bulk=True)
        made = outcome(Transaction(Api(session), Retries(0, 0, 0), wanted, eyes, settings))
    assert made.of == dict.fromkeys(names, "changed")
    assert clock.now == 1000
    assert made.evidence is not None
    level = {len(names): "complete", 0: "reported"}.get(len(names & visible), "partial")
    assert made.evidence.summary()["level"] == level


# With real nodes.

REPEATED = Retries(2, 0.01, 0.01)
ONCE = Retries(0, 0, 0)
LATE = "8.0.20-96"  # of the versions with a bulk update, one without known bugs
EARLY = "7.22.0-95"  # has no bulk update


@pytest.fixture
def start() -> Iterator[Callable[..., Cluster]]:
    with ExitStack() as running:

        def started(version: str = LATE, **options: Any) -> Cluster:
            optional = ["ldap_client"]
            cluster = Cluster(2, version, database="none", optional=optional, **options)
            running.enter_context(cluster)
            if cluster.notice:
                pytest.skip(cluster.notice)
            return cluster

        yield started


@pytest.fixture(scope="module")
def new(authority: Authority) -> Materials:
    """What is wanted of real nodes."""
    return {name: authority.issue() for name in ("api", "cm", "metrics_exporter", "proxy", "syncer", CCS)}


def run(
    cluster: Cluster,
    wanted: Materials,
    retries: Retries = ONCE,
    verify: str = "strict",
    *,
    force: bool = False,
    **settings: Any,
) -> Made:
    """Change a real cluster."""
    defaults = {name: spec.get("default") for name, spec in CONNECTION_SPEC.items()}
    given = {
        "url": cluster.url,
        "username": cluster.username,
        "password": cluster.password,
        "ca_path": cluster.ca_path,
        "metrics_port": cluster.metrics_port,
    }
    with Session(parse_connection({**defaults, **given}, {})) as session:
        api = Api(session)
        stored = api.certificates()
        changes = plan(stored, wanted, force=force)
        known = read_cluster(api, pytest.fail, needed=True)
        states = {change.name: (change.old, change.new) for change in changes}
        exporter = exporter_state(stored)
        prover = build_prover(api, states, exporter, known, (), (), verify, pytest.fail)
        usual = {"verify_timeout": 30, "wait_timeout": 30, "rollback": True, "bulk": True}
        cluster.clear_requests()
        return outcome(Transaction(api, retries, changes, prover, Settings(**{**usual, **settings})))


def only(materials: Materials, *names: str) -> dict[str, Material | None]:
    return {name: materials[name] for name in names}


def writes(cluster: Cluster) -> list[tuple[str, tuple[str, ...], int | None]]:
    """Method or endpoint, names, and status of each."""
    methods = {CERTIFICATES: "bulk", UPDATE_CERT: "single"}
    return [(methods.get(one.path, one.method), one.names, one.status) for one in cluster.writes]


def held(cluster: Cluster, *names: str) -> dict[str, list[str | None]]:
    """What each node holds."""
    return {name: [node.holds(name).certificate for node in cluster.nodes] for name in names}


def held_of(wanted: Materials) -> dict[str, list[str | None]]:
    """What each node is to hold."""
    return {name: [material.certificate_pem if material else None] * 2 for name, material in wanted.items()}


def test_all_are_made_by_the_fewest_requests_in_a_safe_order(start: Callable[..., Cluster], new: Materials) -> None:
    cluster = start()
    wanted = {**new, "ldap_client": None}
    made = run(cluster, wanted, alone=frozenset({CCS}))
    assert made.of == dict.fromkeys(wanted, "changed")
    assert writes(cluster) == [
        ("bulk", (CCS,), 200),
        ("bulk", ("cm", "metrics_exporter", "proxy", "syncer"), 200),
        ("DELETE", ("ldap_client",), 200),
        ("bulk", ("api",), 200),
    ]
    assert held(cluster, *wanted) == held_of(wanted)
    assert made.evidence is not None
    assert made.evidence.installed.keys() == made.evidence.proof.names == wanted.keys()
    # Ports of all but `syncer` and the internode certificate, whose ends metrics show; `proxy` too, without a database.
    assert made.evidence.summary() == {
        "level": "partial",
        "verified": 2 * len(new),
        "of": 2 * len(new),
        "not_visible": ["ldap_client"],
        "unreachable": [],
    }


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_without_the_bulk_update_is_asked_for_it_once(
    start: Callable[..., Cluster], new: Materials, status: int
) -> None:
    cluster = start()
    cluster.add_fault(Fault("PUT", CERTIFICATES, status=status))
    wanted = {**only(new, "syncer", "cm", "api"), "ldap_client": None}
    made = run(cluster, wanted)
    assert made.of == dict.fromkeys(wanted, "changed")
    assert writes(cluster) == [
        ("bulk", ("cm", "syncer"), status),
        ("single", ("cm",), 200),
        ("single", ("syncer",), 200),
        ("DELETE", ("ldap_client",), 200),
        ("single", ("api",), 200),
    ]
    assert held(cluster, *wanted) == held_of(wanted)


def test_what_a_failed_request_may_have_changed_is_put_back_although_the_next_one_finds_no_bulk_update(
    start: Callable[..., Cluster], new: Materials
) -> None:
    cluster, syncer = start(), new["syncer"]
    assert syncer is not None

    def change_one(meant: Cluster) -> None:
        meant.set_certificate("syncer", syncer.certificate_pem, syncer.key_pem)

    # As behind a load balancer during an upgrade.
    cluster.add_fault(Fault("PUT", CERTIFICATES, status=409, times=1, effect=change_one))
    cluster.add_fault(Fault("PUT", CERTIFICATES, status=405))
    cluster.add_fault(Fault("PUT", UPDATE_CERT, status=400, times=1))
    wanted = only(new, "cm", "syncer")
    old = held(cluster, *wanted)
    made = run(cluster, wanted, REPEATED)
    assert (made.whole, made.of) == ("rolled_back", dict.fromkeys(wanted, "rolled_back"))
    assert made.failure.data["certificate"] == "cm"
    assert writes(cluster) == [
        ("bulk", ("cm", "syncer"), 409),
        ("bulk", ("cm", "syncer"), 405),
        ("single", ("cm",), 400),
        ("single", ("cm",), 200),
        ("single", ("syncer",), 200),
    ]
    assert held(cluster, *wanted) == old


def test_nothing_was_made_when_the_one_request_is_refused(start: Callable[..., Cluster], new: Materials) -> None:
    cluster = start()
    cluster.add_fault(Fault("PUT", CERTIFICATES, status=400))
    wanted = only(new, "cm", "syncer", "api")
    old = held(cluster, *wanted)
    made = run(cluster, wanted)
    assert (made.whole, made.of) == ("failed_unchanged", dict.fromkeys(wanted, "failed_unchanged"))
    assert made.failure.failure["kind"] == "certificate_refused"
    assert made.failure.data["certificate"] == "cm, syncer, api"
    assert writes(cluster) == [("bulk", ("cm", "syncer", "api"), 400)]
    assert held(cluster, *wanted) == old


@pytest.mark.parametrize("status", [409, 500])
def test_nothing_is_put_back_when_a_failed_request_changed_nothing(
    start: Callable[..., Cluster], new: Materials, status: int
) -> None:
    cluster = start()
    cluster.add_fault(Fault("PUT", CERTIFICATES, status=status))
    wanted = only(new, "cm", "syncer")
    old = held(cluster, *wanted)
    made = run(cluster, wanted)
    assert (made.whole, made.of) == ("failed_unchanged", dict.fromkeys(wanted, "failed_unchanged"))
    assert [(one["name"], one["status"]) for one in made.failure.result["nodes"]] == [
        *[("cm", "verified")] * 2,
        *[("syncer", "verified")] * 2,
    ]
    assert writes(cluster) == [("bulk", ("cm", "syncer"), status)]
    assert held(cluster, *wanted) == old


@pytest.mark.parametrize(("rollback", "whole"), [(True, "rolled_back"), (False, "failed_unchanged")])
def test_what_was_acknowledged_and_never_showed_is_put_back_all_the_same(
    start: Callable[..., Cluster], new: Materials, rollback: bool, whole: str
) -> None:
    cluster = start()
    cluster.add_fault(Fault("PUT", CERTIFICATES, status=200, times=1))
    wanted = only(new, "cm", "syncer")
    old = held(cluster, *wanted)
    made = run(cluster, wanted, rollback=rollback, wait_timeout=0)
    assert (made.failure.kind, made.whole, made.of) == ("not_proven", whole, dict.fromkeys(wanted, whole))
    assert len(writes(cluster)) == 1 + rollback
    assert held(cluster, *wanted) == old


def test_what_came_before_a_refused_one_is_put_back(start: Callable[..., Cluster], new: Materials) -> None:
    cluster = start(EARLY)
    cluster.add_fault(Fault("PUT", UPDATE_CERT, status=400, after=2, times=1))
    wanted = only(new, "cm", "metrics_exporter", "proxy", "syncer", "api")
    old = held(cluster, *wanted)
    made = run(cluster, wanted, bulk=False)
    assert made.of == {
        "cm": "rolled_back",
        "metrics_exporter": "rolled_back",
        "proxy": "failed_unchanged",
        "syncer": "failed_unchanged",
        "api": "failed_unchanged",
    }
    assert made.whole == "rolled_back"
    assert not made.failure.result["changed"]
    assert made.failure.data["certificate"] == "proxy"
    assert "(cm, metrics_exporter)" in made.failure.message
    assert [(one["name"], one["status"]) for one in made.failure.result["nodes"]] == [
        *[("cm", "verified")] * 2,
        *[("metrics_exporter", "verified")] * 2,
    ]
    assert writes(cluster) == [
        ("single", ("cm",), 200),
        ("single", ("metrics_exporter",), 200),
        ("single", ("proxy",), 400),
        ("single", ("cm",), 200),
        ("single", ("metrics_exporter",), 200),
    ]
    assert held(cluster, *wanted) == old


def test_what_was_deleted_is_put_back_with_the_others_and_what_was_not_there_is_deleted(
    start: Callable[..., Cluster], new: Materials
) -> None:
    cluster = start()
    cluster.add_fault(Fault("PUT", CERTIFICATES, status=400, after=1, times=1))
    wanted = {**only(new, "cm", "api"), "sso_service": new["syncer"], "ldap_client": None}
    old = held(cluster, *wanted)
    made = run(cluster, wanted)
    assert made.of == {
        "cm": "rolled_back",
        "sso_service": "rolled_back",
        "ldap_client": "rolled_back",
        "api": "failed_unchanged",
    }
    assert writes(cluster) == [
        ("bulk", ("cm", "sso_service"), 200),
        ("DELETE", ("ldap_client",), 200),
        ("bulk", ("api",), 400),
        ("bulk", ("cm", "ldap_client"), 200),
        ("DELETE", ("sso_service",), 200),
    ]
    assert held(cluster, *wanted) == old


def refuse_the_deletion(cluster: Cluster, effect: Callable[[Cluster], None] | None = None) -> None:
    cluster.add_fault(Fault("DELETE", "*", status=403, effect=effect))


def test_what_is_refused_while_putting_back_is_tried_one_by_one(start: Callable[..., Cluster], new: Materials) -> None:
    cluster = start()
    cluster.add_fault(Fault("PUT", CERTIFICATES, status=400, after=1, times=1))
    refuse_the_deletion(cluster)
    wanted = {**only(new, "cm", "metrics_exporter", "syncer"), "ldap_client": None}
    old = held(cluster, *wanted)
    made = run(cluster, wanted)
    assert made.whole == "rolled_back"
    assert made.of == {**dict.fromkeys(wanted, "rolled_back"), "ldap_client": "failed_unchanged"}
    assert writes(cluster) == [
        ("bulk", ("cm", "metrics_exporter", "syncer"), 200),
        ("DELETE", ("ldap_client",), 403),
        ("bulk", ("cm", "metrics_exporter", "syncer"), 400),
        ("single", ("cm",), 200),
        ("single", ("metrics_exporter",), 200),
        ("single", ("syncer",), 200),
    ]
    assert held(cluster, *wanted) == old


def test_one_that_cannot_be_put_back_does_not_keep_the_others_from_it(
    start: Callable[..., Cluster], new: Materials
) -> None:
    cluster = start()
    cluster.add_fault(Fault("PUT", CERTIFICATES, status=400, after=1, times=1))
    cluster.add_fault(Fault("PUT", UPDATE_CERT, status=400, after=1, times=1))
    refuse_the_deletion(cluster)
    wanted = {**only(new, "cm", "metrics_exporter", "syncer"), "ldap_client": None}
    old = held(cluster, *wanted)
    made = run(cluster, wanted)
    assert made.of == {
        "cm": "rolled_back",
        "metrics_exporter": "changed",
        "syncer": "rolled_back",
        "ldap_client": "failed_unchanged",
    }
    assert made.whole == "partial"
    assert made.failure.result["changed"]
    assert made.failure.data["certificate"] == "ldap_client"
    assert "metrics_exporter: The roll-back failed too" in made.failure.message
    assert "Rolled back: cm, syncer." in made.failure.message
    assert held(cluster, *wanted) == {**old, **held_of(only(new, "metrics_exporter"))}


def test_one_whose_old_key_may_not_be_read_does_not_keep_the_others_from_being_put_back(
    start: Callable[..., Cluster], new: Materials
) -> None:
    cluster = start()
    cluster.set_certificate("syncer", cluster.certificate("syncer"), None)
    refuse_the_deletion(cluster)
    wanted = {**only(new, "cm", "syncer"), "ldap_client": None}
    made = run(cluster, wanted)
    assert made.whole == "partial"
    assert made.of == {"cm": "rolled_back", "syncer": "changed", "ldap_client": "failed_unchanged"}
    assert "syncer: The previous certificate cannot be restored: this user may not read" in made.failure.message
    assert writes(cluster)[2:] == [("bulk", ("cm",), 200)]


def test_a_chain_that_the_cluster_shortens_is_not_taken_for_somebody_elses(
    start: Callable[..., Cluster], authority: Authority
) -> None:
    long = authority.issue(root=True)
    cluster = start()
    old = held(cluster, "cm")

    def shorten(meant: Cluster) -> None:
        meant.set_certificate("cm", pem_of(long.chain[0]), long.key_pem)

    cluster.add_fault(Fault(method="GET", path=CERTIFICATES, kind="pass", after=1, times=1, effect=shorten))
    made = run(cluster, {"cm": long}, wait_timeout=0)
    assert made.whole == "rolled_back"
    assert "The leaf does, but with other issuers" in made.failure.message
    assert held(cluster, "cm") == old


def test_what_somebody_else_changed_meanwhile_is_left_alone(
    start: Callable[..., Cluster], new: Materials, authority: Authority
) -> None:
    third = authority.issue()
    cluster = start()
    refuse_the_deletion(cluster, lambda meant: meant.set_certificate("cm", third.certificate_pem, third.key_pem))
    wanted = {**only(new, "cm", "metrics_exporter", "syncer"), "ldap_client": None}
    old = held(cluster, *wanted)
    made = run(cluster, wanted)
    assert made.whole == "partial"
    assert made.of == {
        "cm": "partial",
        "metrics_exporter": "rolled_back",
        "syncer": "rolled_back",
        "ldap_client": "failed_unchanged",
    }
    found = f"{third.fingerprint} ({third.leaf.subject.rfc4514_string()})"
    assert f"cm: The cluster now has {found}, neither the old nor the new certificate" in made.failure.message
    seen = {one["fingerprint"] for one in made.failure.result["nodes"] if one["name"] == "cm"}
    assert seen == {third.fingerprint}
    assert writes(cluster)[2:] == [("bulk", ("metrics_exporter", "syncer"), 200)]
    assert held(cluster, *wanted) == {**old, **held_of({"cm": third})}


@pytest.mark.parametrize("when", ["during the proof", "between two requests that restore"])
def test_what_somebody_else_installs_after_the_read_back_is_left_in_place(
    start: Callable[..., Cluster], new: Materials, authority: Authority, when: str
) -> None:
    third = authority.issue()
    cluster = start(lag={2: math.inf})
    wanted = only(new, "cm", "syncer")
    old = held(cluster, *wanted)

    def install(meant: Cluster) -> None:
        meant.set_certificate("syncer", third.certificate_pem, third.key_pem)

    proof = when == "during the proof"
    if proof:  # once it was planned and read back
        read_back = Fault("GET", CERTIFICATES, kind="pass", after=1, times=1, effect=install, afterwards=True)
        cluster.add_fault(read_back)
    else:
        cluster.add_fault(Fault("PUT", UPDATE_CERT, kind="pass", after=2, times=1, effect=install))
    made = run(cluster, wanted, bulk=proof, verify_timeout=2)
    assert made.whole == "partial"
    assert made.of == {"cm": "rolled_back", "syncer": "partial"}
    assert third.fingerprint in made.failure.message
    assert held(cluster, *wanted) == {**old, **held_of({"syncer": third})}


def test_nothing_is_put_back_without_rollback(start: Callable[..., Cluster], new: Materials) -> None:
    cluster = start()
    refuse_the_deletion(cluster)
    wanted = {**only(new, "cm", "syncer"), "ldap_client": None}
    old = held(cluster, "ldap_client")
    made = run(cluster, wanted, rollback=False)
    assert made.whole == "partial"
    assert made.failure.result["changed"]
    assert made.of == {"cm": "changed", "syncer": "changed", "ldap_client": "failed_unchanged"}
    assert "cm, syncer: Not rolled back (rollback=false)" in made.failure.message
    assert writes(cluster) == [("bulk", ("cm", "syncer"), 200), ("DELETE", ("ldap_client",), 403)]
    assert held(cluster, *wanted) == {**held_of(only(new, "cm", "syncer")), **old}


def lie(cluster: Cluster, wanted: Materials, *, also_afterwards: bool = False, name: str = "syncer") -> None:
    """Have metrics of node 2 show one certificate as it was before the next write, and perhaps the one after that."""
    new, old = wanted[name], cluster.certificate(name)
    assert new is not None
    assert old is not None
    shorter = not_after(x509.load_pem_x509_certificate(old.encode())) - not_after(new.leaf)
    seconds = [shorter.total_seconds(), -shorter.total_seconds() if also_afterwards else 0.0]
    for wrong in seconds:
        cluster.add_fault(Fault("PUT", "*", kind="pass", times=1, effect=partial(lie_by, name, wrong)))


def lie_by(name: str, seconds: float, cluster: Cluster) -> None:
    cluster.metrics.lie(name, seconds, node=2)


def test_what_one_node_does_not_show_is_named_and_put_back_with_the_others(
    start: Callable[..., Cluster], new: Materials
) -> None:
    cluster = start()
    wanted = only(new, "cm", "syncer")
    old = held(cluster, *wanted)
    lie(cluster, wanted)
    made = run(cluster, wanted, verify_timeout=0)
    assert made.failure.failure["kind"] == "not_proven"
    assert made.failure.data["certificate"] == "syncer"
    assert f"{cluster.nodes[1].address}:{cluster.metrics_port} (metrics_exporter) is stale" in made.failure.message
    assert made.of == {"cm": "rolled_back", "syncer": "rolled_back"}
    assert "Rolled back: the previous certificates (cm, syncer)" in made.failure.message
    assert made.failure.result["proof"]["level"] == "complete"
    assert held(cluster, *wanted) == old


def test_what_cannot_be_proven_to_be_back_is_partial_by_itself(start: Callable[..., Cluster], new: Materials) -> None:
    cluster = start()
    wanted = only(new, "cm", "syncer")
    lie(cluster, wanted, also_afterwards=True)
    made = run(cluster, wanted, verify_timeout=0)
    assert made.whole == "partial"
    assert made.of == {"cm": "rolled_back", "syncer": "partial"}
    assert "Rolled back: cm." in made.failure.message
    assert made.failure.result["changed"]


@pytest.mark.parametrize("silent", ["hidden", "closed"])
def test_what_no_node_shows_is_neither_waited_for_nor_put_back(
    start: Callable[..., Cluster], new: Materials, silent: str
) -> None:
    cluster = start()
    if silent == "hidden":
        cluster.metrics.hide("syncer")
    else:
        for node in cluster.nodes:
            node.keep_closed("metrics_exporter", True)
    wanted = only(new, "syncer")
    made = run(cluster, wanted, verify="auto", verify_timeout=600)
    assert made.of == {"syncer": "changed"}
    assert made.evidence is not None
    assert made.evidence.summary()["level"] == "reported"
    assert made.evidence.summary()["not_visible"] == ["syncer"]
    assert held(cluster, "syncer") == held_of(wanted)


def test_no_follower_is_asked_for_anything(start: Callable[..., Cluster], new: Materials) -> None:
    cluster = start()
    refuse_the_deletion(cluster)
    made = run(cluster, {**new, "ldap_client": None})
    assert made.whole == "rolled_back"
    assert {one.node_uid for one in cluster.requests} == {1}


@pytest.mark.parametrize("fault", [{"kind": "close_after"}, {"status": 502, "applied": True}])
def test_a_deletion_whose_answer_is_lost_is_found_to_be_made(
    start: Callable[..., Cluster], new: Materials, fault: dict[str, Any]
) -> None:
    cluster = start()
    cluster.add_fault(Fault("DELETE", "*", times=1, **fault))
    wanted = {**only(new, "cm"), "ldap_client": None}
    made = run(cluster, wanted, REPEATED)
    assert made.of == {"cm": "changed", "ldap_client": "changed"}
    assert [name for name, *_rest in writes(cluster)] == ["bulk", "DELETE"]


@pytest.mark.parametrize("applied", [False, True])
def test_a_certificate_between_nodes_is_restored_only_if_a_write_has_reached_it(
    start: Callable[..., Cluster], authority: Authority, new: Materials, applied: bool
) -> None:
    """Sent by a client, the cluster's own would be a customer-provided one."""
    cluster, data = start(), "data_internode_encryption"
    before = held(cluster, CCS, data)
    cluster.add_fault(Fault("PUT", "*", status=500, applied=applied, after=1, times=1))
    made = run(cluster, {**only(new, CCS), data: authority.issue()}, bulk=False, verify="none")
    assert made.whole == "rolled_back"
    assert made.of == {CCS: "rolled_back", data: "rolled_back" if applied else "failed_unchanged"}
    assert [names for _method, names, _status in writes(cluster)] == [(CCS,), (data,), (CCS,), *[(data,)] * applied]
    assert held(cluster, CCS, data) == before
    named = f"{CCS} and {data}" if applied else CCS
    assert f"If the cluster itself had issued {named}, it does not rotate it any more" in made.failure.message


@pytest.mark.parametrize(("name", "behind"), [("ldap_client", True), ("syncer", True), ("cm", False)])
@pytest.mark.parametrize("times", [1, None])
def test_a_look_that_was_the_same_before_does_not_replace_a_lost_answer(
    start: Callable[..., Cluster], new: Materials, other: Material, name: str, behind: bool, times: int | None
) -> None:
    """The primary reports the certificate already; every node has it, or one has missed it."""
    material = new["syncer"]
    assert material is not None
    cluster = start()
    cluster.set_certificate(name, material.certificate_pem, material.key_pem)
    if behind:
        cluster.nodes[1].put(name, pair(other.certificate_pem, other.key_pem))
    cluster.add_fault(Fault("PUT", "*", kind="close_before", times=times))
    made = run(cluster, {name: material}, REPEATED, force=True, verify="auto", verify_timeout=0)
    assert len(writes(cluster)) == (3 if times is None else 2)
    if times is None:
        assert (made.whole, made.failure.kind) == ("failed_unchanged", "connection_lost")
        assert "so it is unknown whether it was written again" in made.failure.message
    else:
        assert made.of == {name: "changed"}
        assert held(cluster, name) == held_of({name: material})


def test_what_was_written_beside_the_same_certificate_does_not_replace_its_answer(
    start: Callable[..., Cluster], new: Materials
) -> None:
    cluster, same = start(), new["cm"]
    assert same is not None
    cluster.set_certificate("cm", same.certificate_pem, same.key_pem)
    before = held(cluster, "cm", "proxy")
    cluster.add_fault(Fault("PUT", "*", kind="close_after", times=3))
    made = run(cluster, only(new, "cm", "proxy"), REPEATED, force=True)
    assert made.of == {"cm": "partial", "proxy": "rolled_back"}
    assert held(cluster, "cm", "proxy") == before


def test_a_lost_answer_to_a_roll_back_of_what_the_primary_never_had_is_not_taken_for_done(
    start: Callable[..., Cluster], new: Materials
) -> None:
    cluster, material = start(EARLY), new["syncer"]
    assert material is not None
    old = held(cluster, "cm", "ldap_client")

    def reach_one(meant: Cluster) -> None:
        meant.nodes[1].put("ldap_client", pair(material.certificate_pem, material.key_pem))

    cluster.add_fault(Fault("PUT", UPDATE_CERT, kind="pass", times=1))
    cluster.add_fault(Fault("PUT", UPDATE_CERT, status=409, times=3, effect=reach_one))
    cluster.add_fault(Fault("PUT", UPDATE_CERT, kind="close_before", after=1, times=1))
    made = run(cluster, {**only(new, "cm"), "ldap_client": material}, REPEATED, bulk=False)
    assert made.whole == "rolled_back"
    assert [(names, status) for _method, names, status in writes(cluster)[4:]] == [
        (("cm",), 200),
        (("ldap_client",), None),
        (("ldap_client",), 200),
    ]
    assert held(cluster, "cm", "ldap_client") == old


@pytest.mark.parametrize("status", [503, 500])
@pytest.mark.parametrize("last", ["ldap_client", "api"])
def test_a_deletion_that_finds_nothing_after_a_failure_was_made(
    start: Callable[..., Cluster], new: Materials, last: str, status: int
) -> None:
    cluster = start()
    cluster.add_fault(Fault("DELETE", "*", status=status, applied=True, times=1))
    wanted = {**only(new, "cm", *([last] if last in new else [])), "ldap_client": None}
    made = run(cluster, wanted, REPEATED)
    assert made.of == dict.fromkeys(wanted, "changed")
    assert [status for name, dummy, status in writes(cluster) if name == "DELETE"] == [status, 404]
    assert made.on_disk == (("ldap_client",) if status == 500 else ())  # an error removing it from disk
    assert made.evidence is not None
    assert made.evidence.installed.keys() == made.evidence.proof.names == wanted.keys()


@pytest.mark.parametrize("applied", [False, True])
def test_nothing_is_left_on_a_disk_of_what_was_not_deleted_or_is_there_again(
    start: Callable[..., Cluster], new: Materials, applied: bool
) -> None:
    """A deletion that fails and changes nothing, or that is put back since the next write is refused."""
    cluster = start()
    cluster.add_fault(Fault("DELETE", "*", status=500, applied=applied, times=1 if applied else None))
    cluster.add_fault(Fault("PUT", "*", status=400, times=1))
    made = run(cluster, {**only(new, *(["api"] if applied else [])), "ldap_client": None}, REPEATED)
    assert made.of["ldap_client"] == ("rolled_back" if applied else "failed_unchanged")
    assert made.on_disk == ()


@pytest.mark.parametrize("kind", ["close_after", "status"])
def test_an_update_of_several_that_was_made_in_spite_of_its_answer(
    start: Callable[..., Cluster], new: Materials, kind: str
) -> None:
    cluster = start()
    cluster.add_fault(Fault("PUT", CERTIFICATES, kind=kind, applied=True, times=1))
    wanted = only(new, "cm", "syncer")
    made = run(cluster, wanted)
    assert made.of == dict.fromkeys(wanted, "changed")
    assert len(writes(cluster)) == 1


def test_a_read_back_that_means_nothing_does_not_undo_a_change(
    start: Callable[..., Cluster], authority: Authority
) -> None:
    """RS176540: the API reports a shorter chain than the one that each node has."""
    cluster = start("8.0.2-40", internode_outage=0.0)
    wanted = {CCS: authority.issue(intermediates=1)}
    made = run(cluster, wanted, unreadable=frozenset({CCS}))
    assert made.of == {CCS: "changed"}
    assert made.evidence is not None
    assert made.evidence.summary()["level"] == "complete"
    assert not made.evidence.reported
    assert held(cluster, CCS) == held_of(wanted)


def test_a_node_that_lags_is_found_although_the_read_back_means_nothing(
    start: Callable[..., Cluster], authority: Authority
) -> None:
    cluster = start("8.0.2-40", internode_outage=0.0)
    wanted = {CCS: authority.issue(days=200)}
    old = held(cluster, CCS)
    lie(cluster, wanted, name=CCS)
    made = run(cluster, wanted, unreadable=frozenset({CCS}), verify_timeout=0)
    assert (made.failure.kind, made.whole) == ("not_proven", "rolled_back")
    assert held(cluster, CCS) == old


def test_a_write_whose_answer_is_lost_is_sent_again_where_no_read_tells(
    start: Callable[..., Cluster], authority: Authority
) -> None:
    cluster = start("8.0.2-40", internode_outage=0.0)
    cluster.add_fault(Fault("PUT", CERTIFICATES, kind="close_before", times=1))
    made = run(cluster, {CCS: authority.issue()}, REPEATED, unreadable=frozenset({CCS}))
    assert made.of == {CCS: "changed"}
    assert len(writes(cluster)) == 2


@pytest.mark.parametrize("failed", [[], [500]])
def test_a_node_that_is_away_misses_what_was_accepted_without_it(
    start: Callable[..., Cluster], new: Materials, failed: list[int]
) -> None:
    """That an update failed, it does not explain."""
    cluster = start(down=[2])
    for status in failed:
        cluster.add_fault(Fault("PUT", "*", status=status, times=1))
    wanted = {**only(new, "cm", "syncer"), "ldap_client": None}
    made = run(cluster, wanted, REPEATED, verify="auto", without_nodes=True)
    assert made.of == dict.fromkeys(wanted, "changed")
    assert [status for *_what, status in writes(cluster)] == [*failed, 409, 500]
    assert made.evidence is not None
    proof = made.evidence.proof
    assert {one.status for one in proof.sightings if one.endpoint.node == 2} == {"unreachable"}
    assert {one.status for one in proof.sightings if one.endpoint.node == 1} == {"verified", "reported"}


def test_a_node_that_is_away_and_was_not_accepted_is_a_failure(start: Callable[..., Cluster], new: Materials) -> None:
    cluster = start(down=[2])
    made = run(cluster, only(new, "cm"), verify="auto", verify_timeout=0)
    assert made.failure.kind == "not_all_nodes_updated"
    assert made.whole != "changed"


def test_what_comes_after_an_outage_that_an_internode_certificate_brings_waits_for_its_end(
    start: Callable[..., Cluster], new: Materials
) -> None:
    cluster = start("8.0.20-60", internode_outage=0.7)
    wanted = {**only(new, CCS, "cm", "api"), "ldap_client": None}
    made = run(cluster, wanted, alone=frozenset({CCS}), disturbing=frozenset({CCS}))
    assert made.of == dict.fromkeys(wanted, "changed")
    assert writes(cluster) == [
        ("bulk", (CCS,), 200),
        ("bulk", ("cm",), 200),
        ("DELETE", ("ldap_client",), 200),
        ("bulk", ("api",), 200),
    ]
    assert cluster.writes[1].arrived - cluster.writes[0].arrived >= 0.7


def closing(method: str, seconds: float, **options: Any) -> Fault:
    """An outage that begins with a request; the next one needs another connection, so that it is never sent."""
    return Fault(
        method,
        CERTIFICATES,
        kind="pass",
        times=1,
        headers={"Connection": "close"},
        effect=lambda cluster: cluster.outage(seconds),
        **options,
    )


def test_an_outage_that_begins_late_is_waited_for_too(start: Callable[..., Cluster], new: Materials) -> None:
    cluster = start()
    # The read after the first update shows it, and the next one finds the API closed for longer than it is repeated.
    cluster.add_fault(closing("GET", 0.7, after=1))
    wanted = only(new, CCS, "cm", "syncer")
    made = run(cluster, wanted, Retries(1, 0.01, 0.01), alone=frozenset({CCS}), disturbing=frozenset({CCS}))
    assert made.of == dict.fromkeys(wanted, "changed")
    assert writes(cluster) == [("bulk", (CCS,), 200), ("bulk", ("cm", "syncer"), 200)]


def test_a_name_that_is_not_resolved_for_a_while_is_waited_for_like_an_outage(
    start: Callable[..., Cluster], new: Materials, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, resolve = start(EARLY), socket.getaddrinfo
    failures = [0]

    def begin(_cluster: Cluster) -> None:
        failures[0] = 4

    def resolved(*args: Any, **options: Any) -> Any:
        if failures[0]:
            failures[0] -= 1
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return resolve(*args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    close = {"Connection": "close"}
    cluster.add_fault(Fault("PUT", UPDATE_CERT, kind="pass", times=1, headers=close, effect=begin))
    wanted = only(new, "cm", "syncer")
    made = run(cluster, wanted, Retries(1, 0.01, 0.01), bulk=False)
    assert made.of == dict.fromkeys(wanted, "changed")
    assert failures == [0]


def test_an_outage_is_waited_for_no_longer_than_wanted(start: Callable[..., Cluster], new: Materials) -> None:
    cluster = start()
    cluster.add_fault(closing("PUT", 600))
    wanted = {**only(new, "cm"), "ldap_client": None}
    made = run(cluster, wanted, Retries(1, 0.01, 0.01), verify_timeout=0, wait_timeout=0.5)
    assert (made.failure.kind, made.failure.data["certificate"]) == ("connection_refused", "ldap_client")
    assert (made.whole, made.of) == ("partial", {"cm": "changed", "ldap_client": "failed_unchanged"})
    assert writes(cluster) == [("bulk", ("cm",), 200)]
