# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts as proof: with handshakes and metrics that are made up, and with the nodes of the simulator."""

from __future__ import annotations

import json
import math
import socket
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api import cluster as _cluster
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import Api, Stored
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import parse_connection
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe import prover as _prover
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.endpoints import (
    Endpoint,
    endpoints_showing,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.metrics import DOUBTFUL, Shown
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.proof import (
    HANDSHAKE,
    METRICS,
    NO_PROOF,
    NOWHERE,
    Proof,
    Sighting,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.prover import Prover, Target
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.witnesses import (
    build_prover,
    exporter_state,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.goal import (
    SLACK,
    ExpectedChain,
    KeptLeaf,
    RenewedLeaf,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.installed import (
    Installed,
    parse_installed,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.read_back import (
    installed_now,
    poll_installed,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport import retry
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.session import Session
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.tls_handshake import Presented
from simulator import Cluster, Fault
from simulator.authority import Authority, Material
from simulator.listeners import Ending, Identity, Listener, bound
from simulator.state import pair
from unit.plugins.clock import Clock

FQDN = "cluster.example.com"
NEW = {"proxy": ExpectedChain(("new",))}
SHOWS_NEW, SHOWS_OLD = Presented(("new", "issuer")), Presented(("old",))
REFUSED = Presented(reachable=False, problem="connection refused")
BROKEN = Presented(problem="connection closed during the handshake")


class Wire:
    """Stands in for handshakes: at each address one outcome after the other, and the last one from then on."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.outcomes: dict[str, list[Presented]] = defaultdict(lambda: [SHOWS_NEW])
        self.looks: Counter[str] = Counter()
        self.timeouts: set[float] = set()
        self.names: set[str | None] = set()
        self._lock = threading.Lock()

    def set(self, endpoint: Endpoint, *outcomes: Presented) -> None:
        self.outcomes[endpoint.address] = list(outcomes)

    def __call__(self, address: str, port: int, server_name: str | None, timeout: float) -> Presented:
        with self._lock:
            self.looks[address] += 1
            self.timeouts.add(timeout)
            self.names.add(server_name)
            outcomes = self.outcomes[address]
            return outcomes.pop(0) if len(outcomes) > 1 else outcomes[0]

    def looked_at(self, endpoint: Endpoint) -> int:
        return self.looks[endpoint.address]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(retry, "time", made)
    monkeypatch.setattr(_prover, "time", made)
    return made


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Wire:
    made = Wire(clock)
    monkeypatch.setattr(_prover, "read_presented", made)
    return made


def proxy(number: int) -> Endpoint:
    return Endpoint(number, f"10.0.0.{number}", 12000, "proxy", FQDN)


def by_port(name: str, *shown: Endpoint, handshakes: int = 1) -> Target:
    return Target(name, shown, HANDSHAKE, handshakes)


def prover(*shown: Endpoint, handshakes: int = 1, timeout: float = 30.0, inactive: Collection[int] = ()) -> Prover:
    return Prover([by_port("proxy", *shown, handshakes=handshakes)], timeout, inactive=inactive)


def no_other(_tried: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    raise AssertionError("other endpoints are not to be asked for")


def statuses(proof: Proof) -> list[str]:
    return [sighting.status for sighting in proof.sightings]


FIRST, SECOND, THIRD = proxy(1), proxy(2), proxy(3)
ONLY_METRICS = [Endpoint(number, f"10.0.0.{number}", 8070, "metrics_exporter", FQDN) for number in (1, 2, 3)]
ONLY_API = [Endpoint(number, f"10.0.0.{number}", 9443, "api", FQDN) for number in (1, 2, 3)]


def test_what_shows_the_state_everywhere_is_proven(wire: Wire) -> None:
    proof = prover(FIRST, SECOND).prove(NEW, 60)
    assert proof.sightings == (
        Sighting("proxy", FIRST, "verified", "new"),
        Sighting("proxy", SECOND, "verified", "new"),
    )
    assert proof.complete
    assert (proof.missing, proof.unreachable) == ((), ())
    assert wire.names == {FQDN}


@pytest.mark.parametrize(
    ("seen", "sighting"),
    [
        (SHOWS_NEW, Sighting("proxy", FIRST, "verified", "new")),
        (SHOWS_OLD, Sighting("proxy", FIRST, "stale", "old")),
        (REFUSED, Sighting("proxy", FIRST, "unreachable", None, "connection refused", None)),
        (BROKEN, Sighting("proxy", FIRST, "failed", None, "connection closed during the handshake")),
    ],
)
def test_what_is_seen_at_a_port(wire: Wire, seen: Presented, sighting: Sighting) -> None:
    wire.set(FIRST, seen)
    proof = prover(FIRST, SECOND).look(NEW)
    assert proof.sightings == (sighting, Sighting("proxy", SECOND, "verified", "new"))
    assert proof.complete == (seen is SHOWS_NEW)
    assert proof.missing == ((sighting,) if seen in (SHOWS_OLD, BROKEN) else ())
    assert proof.unreachable == ((sighting,) if seen is REFUSED else ())
    assert json.loads(json.dumps(proof.as_list()))[0] == {
        "name": "proxy",
        "node": 1,
        "address": "10.0.0.1",
        "port": 12000,
        "service": "proxy",
        "status": sighting.status,
        "evidence": None if seen is REFUSED else "handshake",
        "fingerprint": sighting.fingerprint,
        "not_after": None,
        "problem": sighting.problem,
    }


END = datetime(2027, 6, 1, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("sighting", "text"),
    [
        (Sighting("proxy", FIRST, "verified", "new"), "10.0.0.1:12000 (proxy) is verified (has new)"),
        (Sighting("proxy", FIRST, "stale", "old"), "10.0.0.1:12000 (proxy) is stale (has old)"),
        (Sighting("proxy", FIRST, "failed", None, "it breaks"), "10.0.0.1:12000 (proxy) is failed (it breaks)"),
        (
            Sighting("proxy", FIRST, "unreachable", None, "it is away"),
            "10.0.0.1:12000 (proxy) is unreachable (it is away)",
        ),
        (
            Sighting("syncer", ONLY_METRICS[0], "stale", None, None, METRICS, END),
            "10.0.0.1:8070 (metrics_exporter) is stale for syncer (ends on 2027-06-01T12:00:00Z)",
        ),
        (
            Sighting("syncer", ONLY_API[0], "not_visible", None, "no port shows it", None),
            "10.0.0.1:9443 (api) is not visible for syncer (no port shows it)",
        ),
        (
            Sighting("ldap_client", ONLY_API[0], "reported", None, None, "api"),
            "10.0.0.1:9443 (api) is reported for ldap_client (has none)",
        ),
        (Sighting("api", ONLY_API[0], "stale", "old"), "10.0.0.1:9443 (api) is stale (has old)"),
    ],
)
def test_what_is_said_of_an_endpoint(sighting: Sighting, text: str) -> None:
    assert str(sighting) == text


def test_it_is_not_said_that_a_node_without_a_certificate_has_one_named_none() -> None:
    assert "None" not in str(Sighting("proxy", FIRST, "stale"))


@pytest.mark.parametrize(("timeout", "look"), [(30.0, 10.0), (10.5, 10.0), (3.0, 3.0)])
def test_one_look_takes_no_longer_than_a_read(wire: Wire, timeout: float, look: float) -> None:
    made = prover(FIRST, timeout=timeout)
    made.try_all(no_other)
    assert (wire.timeouts, wire.names) == ({look}, {FQDN})
    made.prove(NEW, 60)
    assert (wire.timeouts, wire.names) == ({look}, {FQDN})


def test_what_is_late_is_waited_for_and_what_is_proven_is_not_looked_at_again(wire: Wire) -> None:
    wire.set(SECOND, SHOWS_OLD, BROKEN, SHOWS_OLD, SHOWS_NEW)
    proof = prover(FIRST, SECOND, THIRD).prove(NEW, 60)
    assert proof.complete
    assert [sighting.endpoint for sighting in proof.sightings] == [FIRST, SECOND, THIRD]
    assert [wire.looked_at(one) for one in (FIRST, SECOND, THIRD)] == [1, 4, 1]
    assert wire.clock.now - 1000 == pytest.approx(0.1 + 0.2 + 0.4)


@pytest.mark.parametrize("seen", [SHOWS_OLD, BROKEN])
def test_what_never_shows_it_is_missing_at_the_deadline(wire: Wire, seen: Presented) -> None:
    wire.set(SECOND, seen)
    proof = prover(FIRST, SECOND).prove(NEW, 60)
    assert [sighting.endpoint for sighting in proof.missing] == [SECOND]
    assert not proof.complete
    assert wire.clock.now - 1000 == pytest.approx(60)


def test_without_time_everything_is_looked_at_once(wire: Wire) -> None:
    wire.set(SECOND, SHOWS_OLD, SHOWS_NEW)
    assert statuses(prover(FIRST, SECOND).prove(NEW, 0)) == ["verified", "stale"]
    assert wire.clock.now == 1000


def test_what_was_out_of_reach_before_is_no_failure(wire: Wire) -> None:
    wire.set(SECOND, REFUSED)
    made = prover(FIRST, SECOND)
    assert made.try_all(no_other) == (Sighting("proxy", SECOND, "unreachable", None, "connection refused", None),)
    for proof in (made.look(NEW), made.prove(NEW, 60)):
        assert statuses(proof) == ["verified", "unreachable"]
        assert proof.missing == ()
        assert not proof.complete
        assert proof.unreachable == (proof.sightings[1],)
    assert wire.clock.now == 1000


@pytest.mark.parametrize("seen", [SHOWS_NEW, SHOWS_OLD, BROKEN])
def test_a_port_that_answered_before_and_is_closed_afterwards_has_failed(wire: Wire, seen: Presented) -> None:
    wire.set(SECOND, seen, REFUSED)
    made = prover(FIRST, SECOND)
    assert made.try_all(no_other) == ()
    proof = made.prove(NEW, 60)
    assert [(one.endpoint, one.status) for one in proof.missing] == [(SECOND, "failed")]
    assert proof.missing[0].problem == "connection refused; it answered before the change"
    assert wire.clock.now - 1000 == pytest.approx(60)


def test_on_the_way_back_a_port_that_presents_what_it_presented_before_is_not_stale(wire: Wire) -> None:
    """Such as that of a database with its own certificate, which this user may not see."""
    other, old = Presented(("third",)), ExpectedChain(("old",))
    wire.set(FIRST, SHOWS_OLD, SHOWS_NEW, SHOWS_OLD)
    wire.set(SECOND, other)
    wire.set(THIRD, other, other, SHOWS_NEW)
    made = Prover([replace(by_port("proxy", FIRST, SECOND, THIRD), before=old)], 30.0)
    made.try_all(no_other)
    assert statuses(made.look(NEW)) == ["verified", "stale", "stale"]
    assert statuses(made.look({"proxy": old})) == ["verified", "not_visible", "stale"]


def test_a_port_that_is_closed_for_a_while_is_waited_for(wire: Wire) -> None:
    wire.set(SECOND, SHOWS_OLD, REFUSED, REFUSED, SHOWS_NEW)
    made = prover(FIRST, SECOND)
    assert made.try_all(no_other) == ()
    assert made.prove(NEW, 60).complete


@pytest.mark.parametrize(("later", "status"), [(SHOWS_OLD, "stale"), (BROKEN, "failed")])
def test_only_absence_is_no_failure(wire: Wire, later: Presented, status: str) -> None:
    wire.set(SECOND, REFUSED, later)
    made = prover(FIRST, SECOND)
    made.try_all(no_other)
    assert [(one.endpoint, one.status) for one in made.prove(NEW, 60).missing] == [(SECOND, status)]


def test_what_comes_back_is_waited_for(wire: Wire) -> None:
    wire.set(SECOND, REFUSED, SHOWS_OLD, SHOWS_NEW)
    made = prover(FIRST, SECOND)
    made.try_all(no_other)
    assert made.prove(NEW, 60).complete
    assert wire.looked_at(SECOND) == 3


def test_what_comes_back_while_others_are_waited_for_is_seen(wire: Wire) -> None:
    wire.set(FIRST, REFUSED, REFUSED, SHOWS_NEW)
    wire.set(SECOND, SHOWS_OLD, SHOWS_OLD, SHOWS_OLD, SHOWS_NEW)
    made = prover(FIRST, SECOND)
    made.try_all(no_other)
    assert statuses(made.prove(NEW, 60)) == ["verified", "verified"]


def test_what_is_out_of_reach_holds_up_nothing_else(wire: Wire) -> None:
    wire.set(FIRST, REFUSED)
    wire.set(SECOND, SHOWS_OLD, SHOWS_OLD, SHOWS_NEW)
    made = prover(FIRST, SECOND)
    made.try_all(no_other)
    assert statuses(made.prove(NEW, 60)) == ["unreachable", "verified"]


def test_other_endpoints_are_used_when_none_can_be_reached(wire: Wire) -> None:
    wire.set(FIRST, REFUSED)
    wire.set(SECOND, REFUSED)
    asked: list[Iterable[Endpoint]] = []

    def otherwise(tried: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
        asked.append(tried)
        return (THIRD, FIRST)

    made = prover(FIRST, SECOND)
    assert [sighting.endpoint for sighting in made.try_all(otherwise)] == [FIRST, SECOND]
    assert asked == [(FIRST, SECOND)]
    assert statuses(made.prove(NEW, 60)) == ["unreachable", "unreachable", "verified"]
    wire.set(THIRD, SHOWS_OLD)
    proof = made.prove(NEW, 60)
    assert [sighting.endpoint for sighting in proof.missing] == [THIRD]


def test_other_endpoints_may_be_out_of_reach_too(wire: Wire) -> None:
    for one in (FIRST, SECOND):
        wire.set(one, REFUSED)
    made = prover(FIRST)
    assert [sighting.endpoint for sighting in made.try_all(lambda _tried: (SECOND,))] == [FIRST, SECOND]
    proof = made.prove(NEW, 60)
    assert statuses(proof) == ["unreachable"] * 2
    assert proof.missing == ()
    assert not proof.complete
    assert wire.clock.now == 1000


def test_where_there_is_nothing_to_look_at_nothing_is_missing(clock: Clock) -> None:
    made = prover()
    assert not made.sees(["proxy"])
    assert made.try_all(no_other) == ()
    for proof in (made.look(NEW), made.prove(NEW, 60)):
        assert (proof.sightings, proof.missing, proof.complete) == ((), (), False)
    assert clock.now == 1000


def test_all_of_several_handshakes_must_present_it(wire: Wire) -> None:
    wire.set(FIRST, SHOWS_NEW, SHOWS_NEW, SHOWS_OLD)
    made = prover(FIRST, handshakes=3)
    assert made.look(NEW).sightings == (Sighting("proxy", FIRST, "stale", "old"),)
    assert wire.looked_at(FIRST) == 3


@pytest.mark.parametrize("handshakes", [1, 3, 10])
def test_there_are_as_many_handshakes_as_wanted(wire: Wire, handshakes: int) -> None:
    assert prover(FIRST, SECOND, handshakes=handshakes).prove(NEW, 60).complete
    assert wire.looks == {"10.0.0.1": handshakes, "10.0.0.2": handshakes}


@pytest.mark.parametrize("other", [SHOWS_OLD, BROKEN])
def test_the_count_begins_anew_after_a_handshake_that_presents_another(wire: Wire, other: Presented) -> None:
    wire.set(FIRST, SHOWS_NEW, SHOWS_NEW, other, SHOWS_NEW)
    assert prover(FIRST, handshakes=3).prove(NEW, 60).complete
    assert wire.looked_at(FIRST) == 3 + 3


def test_one_handshake_tells_whether_a_port_can_be_reached(wire: Wire) -> None:
    prover(FIRST, handshakes=10).try_all(no_other)
    assert wire.looked_at(FIRST) == 1


def test_endpoints_are_looked_at_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_where: object) -> Presented:
        time.sleep(0.2)
        return SHOWS_NEW

    def seconds(endpoints: int) -> float:
        made = prover(*map(proxy, range(endpoints)))
        began = time.monotonic()
        made.try_all(no_other)
        assert made.prove(NEW, 60).complete
        return time.monotonic() - began

    monkeypatch.setattr(_prover, "read_presented", slow)
    assert seconds(30) / seconds(1) < 6


@pytest.mark.parametrize(
    ("later", "status"),
    [(BROKEN, "unreachable"), (REFUSED, "unreachable"), (SHOWS_NEW, "verified"), (SHOWS_OLD, "stale")],
)
@pytest.mark.parametrize("before", [BROKEN, REFUSED, SHOWS_OLD])
def test_what_still_listens_on_an_inactive_node_holds_up_nothing_unless_it_shows_something(
    wire: Wire, before: Presented, later: Presented, status: str
) -> None:
    made = prover(FIRST, SECOND, inactive={2})
    wire.set(SECOND, before, later)
    unseen = [] if before is SHOWS_OLD else [(SECOND, before.problem)]
    assert [(one.endpoint, one.problem) for one in made.try_all(no_other)] == unseen
    proof = made.look(NEW)
    assert statuses(proof) == ["verified", status]
    assert [one.endpoint for one in proof.missing] == ([SECOND] if status == "stale" else [])
    assert proof.complete_without({2}) == (status in ("verified", "unreachable"))
    assert not proof.complete_without({1}) or status == "verified"


def test_a_proof_without_the_nodes_that_are_away_needs_somebody_who_is_there(wire: Wire) -> None:
    for one in (FIRST, SECOND):
        wire.set(one, REFUSED)
    proof = prover(FIRST, SECOND, inactive={1, 2}).look(NEW)
    assert proof.unreachable
    assert not proof.complete_without({1, 2})


# By metrics.

OLD_END = END - timedelta(days=40)
SYNCER = ExpectedChain(("new",), end=END)
MINUTE = timedelta(minutes=1)


class Exporter:
    """Stands in for the metrics exporters: one answer after the other, and the last one from then on."""

    def __init__(self, *answers: Shown) -> None:
        self.answers = list(answers)
        self.asked: list[list[Any]] = []

    def read(self, nodes: Iterable[Any]) -> Shown:
        self.asked.append(list(nodes))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def ends(*of_nodes: Collection[datetime], name: str = "syncer") -> Shown:
    """What metrics show of one name on nodes 1, 2, ...; nothing of a node that has no ends."""
    return Shown({str(uid): {name: frozenset(those)} for uid, those in enumerate(of_nodes, 1) if those})


def by_metrics(exporter: Exporter, *, nodes: int = 2, old: datetime = OLD_END, **options: Any) -> Prover:
    meant: Any = exporter
    target = Target("syncer", tuple(ONLY_METRICS[:nodes]), METRICS, ends=(old, END))
    return Prover([target], 30.0, exporters=meant, **{"primary": lambda: 1, **options})


@pytest.fixture
def reported(authority: Authority, now: datetime) -> dict[str, Installed | None]:
    """What the API reports of `syncer`."""
    return {"syncer": Installed.of("syncer", Stored(authority.issue(days=END).certificate_pem, None), now)}


@pytest.fixture
def wanted(reported: dict[str, Installed | None]) -> dict[str, ExpectedChain]:
    """The state of what is reported."""
    (installed,) = reported.values()
    assert installed is not None
    return {"syncer": ExpectedChain.of(installed.chain, "chain")}


def test_a_node_whose_metrics_show_the_new_end_is_verified(clock: Clock) -> None:
    exporter = Exporter(ends([OLD_END], [OLD_END]), ends([END], [END + MINUTE]))
    made = by_metrics(exporter)
    assert made.sees(["syncer"])
    assert made.try_all(no_other) == ()
    proof = made.prove({"syncer": SYNCER}, 60)
    assert proof.sightings == (
        Sighting("syncer", ONLY_METRICS[0], "verified", None, None, METRICS, END),
        Sighting("syncer", ONLY_METRICS[1], "verified", None, None, METRICS, END + MINUTE),
    )
    assert proof.complete
    assert proof.as_list()[0]["not_after"] == "2027-06-01T12:00:00Z"
    assert exporter.asked == [[1, 2], [1, 2]]
    assert clock.now == 1000


def test_a_node_whose_metrics_show_the_old_end_is_waited_for_and_asked_again_alone(clock: Clock) -> None:
    exporter = Exporter(ends([OLD_END], [OLD_END]), ends([END], [OLD_END]), ends([END], [OLD_END]), ends([END], [END]))
    made = by_metrics(exporter)
    made.try_all(no_other)
    assert made.prove({"syncer": SYNCER}, 60).complete
    assert exporter.asked == [[1, 2], [1, 2], [2], [2]]
    assert clock.now > 1000


def test_a_node_whose_metrics_never_change_is_stale_at_the_deadline(clock: Clock) -> None:
    made = by_metrics(Exporter(ends([OLD_END], [OLD_END]), ends([END], [OLD_END + MINUTE])))
    made.try_all(no_other)
    proof = made.prove({"syncer": SYNCER}, 60)
    assert proof.missing == (Sighting("syncer", ONLY_METRICS[1], "stale", None, None, METRICS, OLD_END + MINUTE),)
    assert clock.now - 1000 == pytest.approx(60)


def test_a_node_that_keeps_what_it_had_is_stale_also_where_the_api_reported_something_else() -> None:
    older = OLD_END - timedelta(days=100)
    made = by_metrics(Exporter(ends([OLD_END], [older]), ends([END], [older])))
    made.try_all(no_other)
    assert statuses(made.look({"syncer": SYNCER})) == ["verified", "stale"]


def test_on_the_way_back_a_node_that_shows_what_it_showed_before_is_not_stale() -> None:
    older = OLD_END - timedelta(days=100)
    made = by_metrics(Exporter(ends([OLD_END], [older]), ends([OLD_END], [older]), ends([OLD_END], [END])))
    made.try_all(no_other)
    old = {"syncer": ExpectedChain(("old",), end=OLD_END)}
    assert statuses(made.look(old)) == ["verified", "not_visible"]
    assert statuses(made.look(old)) == ["verified", "stale"]


def test_what_is_reported_is_reported_by_the_node_that_answers_at_that_moment(
    wanted: dict[str, ExpectedChain], reported: dict[str, Installed | None]
) -> None:
    answering = [1]
    made = by_metrics(Exporter(Shown()), primary=lambda: answering[-1])
    assert statuses(made.look(wanted, reported)) == ["reported", "not_visible"]
    answering.append(2)
    assert statuses(made.look(wanted, reported)) == ["not_visible", "reported"]


def test_what_metrics_do_not_tell_is_reported_by_the_primary_and_not_visible_elsewhere(
    clock: Clock, wanted: dict[str, ExpectedChain], reported: dict[str, Installed | None]
) -> None:
    silent = Shown(problem="the port is closed")
    made = by_metrics(Exporter(silent), nodes=3, primary=lambda: 2)
    assert [(one.status, one.problem) for one in made.try_all(no_other)] == [("not_visible", "the port is closed")] * 3
    proof = made.prove(wanted, 60, reported)
    assert [(one.status, one.evidence, one.problem) for one in proof.sightings] == [
        ("not_visible", None, "the port is closed"),
        ("reported", "api", "the port is closed"),
        ("not_visible", None, "the port is closed"),
    ]
    assert proof.sightings[1].fingerprint == wanted["syncer"].fingerprints[0]
    assert (proof.missing, proof.unreachable, proof.complete) == ((), (), False)
    assert clock.now == 1000


def test_what_the_primary_does_not_report_is_not_reported(
    wanted: dict[str, ExpectedChain], reported: dict[str, Installed | None]
) -> None:
    made = by_metrics(Exporter(Shown()))
    for installed in ({}, {"syncer": None}):
        assert statuses(made.look(wanted, installed)) == ["not_visible"] * 2
    assert statuses(made.look({"syncer": ExpectedChain(("other",))}, reported)) == ["not_visible"] * 2
    assert statuses(by_metrics(Exporter(Shown()), primary=lambda: None).look(wanted, reported)) == ["not_visible"] * 2


def test_metrics_may_show_some_nodes_and_not_others(clock: Clock) -> None:
    made = by_metrics(Exporter(ends([OLD_END], [OLD_END]), ends([END], [])))
    made.try_all(no_other)
    assert statuses(made.prove({"syncer": SYNCER}, 60)) == ["verified", "not_visible"]
    assert clock.now == 1000


@pytest.mark.parametrize("apart", [timedelta(0), SLACK, 2 * SLACK])
def test_ends_that_are_too_close_prove_nothing(
    wanted: dict[str, ExpectedChain], reported: dict[str, Installed | None], apart: timedelta
) -> None:
    made = by_metrics(Exporter(ends([END], [END - apart])), old=END - apart)
    unseen = made.try_all(no_other)
    assert [one.status for one in unseen] == ["not_visible"] * 2
    assert all("expire at the same time" in str(one.problem) for one in unseen)
    proof = made.look(wanted, reported)
    assert statuses(proof) == ["reported", "not_visible"]
    assert proof.missing == ()


def test_ends_that_are_just_far_enough_apart_tell(clock: Clock) -> None:
    old = END - 2 * SLACK - timedelta(seconds=1)
    made = by_metrics(Exporter(ends([old], [old]), ends([END], [old])), old=old)
    assert made.try_all(no_other) == ()
    assert statuses(made.prove({"syncer": SYNCER}, 1)) == ["verified", "stale"]
    assert clock.now > 1000


def test_a_clock_that_is_wrong_makes_nothing_fail(
    clock: Clock, wanted: dict[str, ExpectedChain], reported: dict[str, Installed | None]
) -> None:
    """Metrics are seconds from the node's now: with another clock here, all ends are off by as much."""
    wrong = timedelta(minutes=7)
    made = by_metrics(Exporter(ends([OLD_END + wrong], [OLD_END + wrong]), ends([END + wrong], [END + wrong])))
    made.try_all(no_other)
    assert statuses(made.prove(wanted, 60, reported)) == ["reported", "not_visible"]
    assert clock.now == 1000


def test_a_node_that_keeps_what_it_had_is_found_whatever_its_clock_says(clock: Clock) -> None:
    wrong = timedelta(minutes=7)
    made = by_metrics(Exporter(ends([OLD_END + wrong], [OLD_END + wrong])))
    made.try_all(no_other)
    assert statuses(made.prove({"syncer": SYNCER}, 1)) == ["stale", "stale"]
    assert clock.now > 1000


LEFT_BEHIND = datetime(2024, 2, 29, tzinfo=timezone.utc)


def test_a_file_that_a_deleted_database_left_behind_is_no_failure(clock: Clock) -> None:
    """RS187553: it shows under the name `proxy`, before the change and after it."""
    made = by_metrics(Exporter(ends([OLD_END, LEFT_BEHIND], [OLD_END]), ends([END, LEFT_BEHIND], [END])))
    assert made.try_all(no_other) == ()
    assert made.prove({"syncer": SYNCER}, 60).complete
    assert clock.now == 1000


@pytest.mark.parametrize("state", [SYNCER, KeptLeaf.like(SYNCER)])
def test_nor_is_it_where_a_clock_is_wrong(clock: Clock, state: ExpectedChain) -> None:
    wrong = timedelta(minutes=7)
    made = by_metrics(Exporter(ends([OLD_END + wrong, LEFT_BEHIND]), ends([END + wrong, LEFT_BEHIND])), nodes=1)
    made.try_all(no_other)
    (seen,) = made.prove({"syncer": state}, 60).sightings
    assert (seen.status, seen.problem) == ("not_visible", DOUBTFUL)
    assert clock.now == 1000


@pytest.mark.parametrize("others", [[], [END], [LEFT_BEHIND], [END, LEFT_BEHIND]])
def test_the_old_end_is_stale_whatever_else_shows(clock: Clock, others: list[datetime]) -> None:
    made = by_metrics(Exporter(ends([OLD_END, LEFT_BEHIND]), ends([OLD_END, *others])), nodes=1)
    made.try_all(no_other)
    (stale,) = made.prove({"syncer": SYNCER}, 1).missing
    assert (stale.status, stale.not_after) == ("stale", OLD_END)
    assert clock.now > 1000


def test_what_an_inactive_node_does_not_show_is_unreachable(
    wanted: dict[str, ExpectedChain], reported: dict[str, Installed | None]
) -> None:
    made = by_metrics(Exporter(ends([OLD_END], []), ends([END], [])), inactive={2})
    assert [(one.status, one.problem) for one in made.try_all(no_other)] == [("unreachable", "the node is not active")]
    proof = made.look(wanted, reported)
    assert statuses(proof) == ["verified", "unreachable"]
    assert proof.complete_without({2})
    assert not proof.complete


def test_the_way_back_is_judged_by_the_same_ends(clock: Clock) -> None:
    made = by_metrics(Exporter(ends([OLD_END], [OLD_END]), ends([OLD_END], [END])))
    made.try_all(no_other)
    assert statuses(made.prove({"syncer": ExpectedChain(("old",), end=OLD_END)}, 1)) == ["verified", "stale"]
    assert clock.now > 1000


def test_a_renewed_certificate_is_recognised_by_what_was_there(clock: Clock) -> None:
    exporter: Any = Exporter(ends([OLD_END], [OLD_END], []), ends([END], [OLD_END], [END]))
    made = Prover([Target("syncer", tuple(ONLY_METRICS), METRICS)], 30.0, exporters=exporter, primary=lambda: 1)
    made.try_all(no_other)
    assert statuses(made.prove({"syncer": RenewedLeaf(("old",), end=END)}, 1)) == ["verified", "stale", "not_visible"]
    assert clock.now > 1000


# What shows nowhere.


def test_what_shows_nowhere_is_reported_or_not_visible_and_not_waited_for(
    clock: Clock, wanted: dict[str, ExpectedChain], reported: dict[str, Installed | None]
) -> None:
    made = Prover([Target("syncer", tuple(ONLY_API), NOWHERE)], 30.0, primary=lambda: 3)
    assert not made.sees(["syncer"])
    assert made.try_all(no_other) == ()
    proof = made.prove(wanted, 60, reported)
    assert statuses(proof) == ["not_visible", "not_visible", "reported"]
    assert proof.missing == ()
    assert clock.now == 1000


def test_that_there_is_none_is_reported_too() -> None:
    made = Prover([Target("ldap_client", tuple(ONLY_API), NOWHERE)], 30.0, primary=lambda: 1)
    proof = made.look({"ldap_client": ExpectedChain()}, {"ldap_client": None})
    assert statuses(proof) == ["reported", "not_visible", "not_visible"]
    assert proof.sightings[0].fingerprint is None


def test_a_node_that_is_not_active_is_unreachable_where_nothing_shows() -> None:
    made = Prover([Target("ldap_client", tuple(ONLY_API), NOWHERE)], 30.0, primary=lambda: 1, inactive={3})
    proof = made.look({"ldap_client": ExpectedChain()}, {"ldap_client": None})
    assert statuses(proof) == ["reported", "not_visible", "unreachable"]


# How far it is proven.


def sightings(*of: str, name: str = "proxy") -> tuple[Sighting, ...]:
    return tuple(Sighting(name, proxy(number), status) for number, status in enumerate(of, 1))


@pytest.mark.parametrize(
    ("of", "level", "verified", "places", "not_visible", "unreachable"),
    [
        (["verified"] * 3, "complete", 3, 3, [], []),
        (["verified", "unreachable"], "partial", 1, 2, [], ["10.0.0.2:12000"]),
        (["verified", "stale"], "partial", 1, 2, [], []),
        (["verified", "failed"], "partial", 1, 2, [], []),
        (["verified", "not_visible"], "partial", 1, 1, ["proxy"], []),
        (["reported", "not_visible"], "reported", 0, 0, ["proxy"], []),
        (["unreachable"] * 2, "reported", 0, 2, [], ["10.0.0.1:12000", "10.0.0.2:12000"]),
        (["stale"], "reported", 0, 1, [], []),
        ([], "reported", 0, 0, ["proxy"], []),
    ],
)
def test_how_far_it_is_proven(
    of: list[str], level: str, verified: int, places: int, not_visible: list[str], unreachable: list[str]
) -> None:
    proof = Proof(frozenset({"proxy"}), sightings(*of))
    expected = {
        "level": level,
        "verified": verified,
        "of": places,
        "not_visible": not_visible,
        "unreachable": unreachable,
    }
    assert proof.summary(reported=True) == expected
    unread = "none" if level == "reported" else level
    assert proof.summary(reported=False) == {**expected, "level": unread}


def test_several_are_complete_only_together() -> None:
    both = Proof(
        frozenset({"cm", "syncer"}), (*sightings("verified", name="cm"), *sightings("reported", name="syncer"))
    )
    assert both.summary(reported=True) == {
        "level": "partial",
        "verified": 1,
        "of": 1,
        "not_visible": ["syncer"],
        "unreachable": [],
    }


def test_what_was_not_changed_is_not_proven() -> None:
    assert NO_PROOF == {"level": "none", "verified": 0, "of": 0, "not_visible": [], "unreachable": []}


@pytest.mark.parametrize("status", ["not_visible", "reported", "unreachable", "verified"])
def test_only_what_is_stale_or_failed_is_a_failure(status: str) -> None:
    assert Proof(frozenset({"proxy"}), sightings(status)).missing == ()
    for failure in ("stale", "failed"):
        assert len(Proof(frozenset({"proxy"}), sightings(status, failure)).missing) == 1


# Odd names and addresses.


@pytest.fixture
def no_name_service(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(host: str, *_rest: object) -> None:
        host.encode("idna")  # as the real one does
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.usefixtures("no_name_service")
@pytest.mark.parametrize("address", ["[", "10.0.0.1:9443", "10.0.0.1/24", "a..b", "a" * 64, "\u2100", "\ud800", "\x00"])
def test_a_node_at_an_address_that_makes_no_sense_is_no_crash(address: str) -> None:
    asking = session("https://cluster.example.com")
    known = _cluster.Cluster(FQDN, None, (_cluster.Node(1, address, (), None, None),), None, 8443)
    bdbs = [{"tls_mode": "enabled", "endpoints": [{"port": 12000, "addr": [address]}]}]
    for name in ("cm", "metrics_exporter", "proxy"):
        made = Prover([by_port(name, *endpoints_showing(name, known, asking.connection, bdbs))], 5.0)
        made.try_all(lambda _tried: ())
        proof = made.look({name: ExpectedChain(("new",))})
        assert "verified" not in statuses(proof)
        assert len("; ".join(map(str, proof.sightings))) >= len(proof.sightings)
        json.dumps(proof.as_list())


@pytest.mark.parametrize("name", [FQDN, "127.0.0.1", ".example.com", "a..example.com", "a" * 64, "a\x00b", "\ud800"])
def test_a_name_that_cannot_be_indicated_hides_nothing(material: Material, name: str) -> None:
    def wait(connection: Any, _ending: Ending) -> None:
        connection.recv(1)

    identity = Identity(pair(material.certificate_pem, material.key_pem))
    listener = Listener(bound("127.0.0.1", 0), lambda: identity, wait)
    listener.resume()
    try:
        made = Prover([by_port("cm", Endpoint(1, "127.0.0.1", listener.port, "cm", name))], 5.0)
        proof = made.look({"cm": ExpectedChain.of(material.chain, "chain")})
    finally:
        listener.close()
    assert statuses(proof) == ["verified"]


# Several certificates.

MANAGER, OTHER_MANAGER = (Endpoint(number, f"10.1.0.{number}", 8443, "cm", FQDN) for number in (1, 2))
BOTH = {"cm": ExpectedChain(("managers",)), **NEW}
SHOWS_MANAGERS = Presented(("managers",))


def prover_of_both() -> Prover:
    """Looks for `cm` at one port and for `proxy` at three."""
    return Prover([by_port("cm", MANAGER), by_port("proxy", FIRST, SECOND, THIRD, handshakes=3)], 30.0)


def test_each_certificate_is_looked_for_where_it_shows(wire: Wire) -> None:
    wire.set(MANAGER, SHOWS_MANAGERS)
    proof = prover_of_both().look(BOTH)
    assert proof.sightings == (
        Sighting("cm", MANAGER, "verified", "managers"),
        *(Sighting("proxy", one, "verified", "new") for one in (FIRST, SECOND, THIRD)),
    )
    assert proof.complete
    assert proof.names == {"cm", "proxy"}
    assert [one["name"] for one in proof.as_list()] == ["cm", "proxy", "proxy", "proxy"]
    assert wire.looks == {"10.1.0.1": 1, "10.0.0.1": 3, "10.0.0.2": 3, "10.0.0.3": 3}


def test_only_what_is_asked_for_is_looked_at(wire: Wire) -> None:
    proof = prover_of_both().prove(NEW, 60)
    assert proof.complete
    assert proof.names == {"proxy"}
    assert wire.looked_at(MANAGER) == 0


def test_what_is_proven_of_one_is_not_looked_at_again_while_another_is_waited_for(wire: Wire) -> None:
    wire.set(MANAGER, SHOWS_OLD, SHOWS_OLD, SHOWS_MANAGERS)
    wire.set(SECOND, SHOWS_OLD, SHOWS_NEW)
    assert prover_of_both().prove(BOTH, 60).complete
    assert wire.looks == {"10.1.0.1": 3, "10.0.0.1": 3, "10.0.0.2": 1 + 3, "10.0.0.3": 3}


def test_a_proof_falls_apart_into_those_of_its_certificates(wire: Wire) -> None:
    wire.set(MANAGER, SHOWS_MANAGERS)
    wire.set(SECOND, SHOWS_OLD)
    proof = prover_of_both().look(BOTH)
    assert not proof.complete
    assert proof.missing == (Sighting("proxy", SECOND, "stale", "old"),)
    assert (proof.of("cm").complete, proof.of("cm").missing) == (True, ())
    assert proof.of("cm").names == {"cm"}
    assert statuses(proof.of("proxy")) == ["verified", "stale", "verified"]
    assert (proof.of("proxy").missing, proof.of("proxy").complete) == (proof.missing, False)
    assert proof.of("syncer") == Proof()
    assert not proof.of("syncer").complete


@pytest.mark.usefixtures("wire")
def test_ports_and_metrics_and_what_shows_nowhere_in_one_proof(
    wanted: dict[str, ExpectedChain], reported: dict[str, Installed | None]
) -> None:
    exporter: Any = Exporter(ends([OLD_END], [OLD_END]), ends([END], [OLD_END]))
    targets = [
        by_port("proxy", FIRST),
        Target("syncer", tuple(ONLY_METRICS[:2]), METRICS, ends=(OLD_END, END)),
        Target("ldap_client", tuple(ONLY_API[:2]), NOWHERE),
    ]
    made = Prover(targets, 30.0, exporters=exporter, primary=lambda: 1)
    assert made.try_all(no_other) == ()
    assert (made.sees(["proxy", "syncer"]), made.sees(["proxy", "ldap_client"])) == (True, False)
    proof = made.look({**NEW, **wanted, "ldap_client": ExpectedChain()}, {**reported, "ldap_client": None})
    assert {name: statuses(proof.of(name)) for name in proof.names} == {
        "proxy": ["verified"],
        "syncer": ["verified", "stale"],
        "ldap_client": ["reported", "not_visible"],
    }


def test_a_certificate_without_any_endpoint_is_never_proven(wire: Wire) -> None:
    made = Prover([by_port("proxy", FIRST), Target("syncer", (), NOWHERE)], 30.0)
    proof = made.prove({**NEW, "syncer": ExpectedChain(("any",))}, 60)
    assert statuses(proof) == ["verified"]
    assert (proof.missing, proof.complete) == ((), False)
    assert proof.of("proxy").complete
    assert not proof.of("syncer").complete
    assert wire.clock.now == 1000


def test_what_is_out_of_reach_is_so_where_it_is(wire: Wire) -> None:
    wire.set(MANAGER, SHOWS_MANAGERS, REFUSED)
    wire.set(FIRST, REFUSED)
    made = prover_of_both()
    assert made.try_all(no_other) == (Sighting("proxy", FIRST, "unreachable", None, "connection refused", None),)
    proof = made.prove(BOTH, 60)
    assert [(one.name, one.endpoint, one.status) for one in proof.missing] == [("cm", MANAGER, "failed")]
    assert [one.endpoint for one in proof.unreachable] == [FIRST]
    assert proof.of("proxy").missing == ()


def test_a_certificate_none_of_whose_endpoints_can_be_reached_gets_others_by_itself(wire: Wire) -> None:
    wire.set(MANAGER, REFUSED)
    wire.set(OTHER_MANAGER, SHOWS_MANAGERS)
    wire.set(SECOND, REFUSED)
    asked: list[Iterable[Endpoint]] = []

    def otherwise(tried: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
        asked.append(tried)
        return (OTHER_MANAGER,)

    made = prover_of_both()
    assert [(one.name, one.endpoint) for one in made.try_all(otherwise)] == [("cm", MANAGER), ("proxy", SECOND)]
    assert asked == [(MANAGER,)]
    proof = made.prove(BOTH, 60)
    assert [one.endpoint for one in proof.sightings] == [MANAGER, OTHER_MANAGER, FIRST, SECOND, THIRD]
    assert proof.missing == ()


def test_metrics_of_several_certificates_are_read_once(clock: Clock) -> None:
    names = ("data_internode_encryption", "syncer")
    shown = [Shown({str(uid): {name: frozenset({end}) for name in names} for uid in (1, 2)}) for end in (OLD_END, END)]
    exporter = Exporter(*shown)
    meant: Any = exporter
    targets = [Target(name, tuple(ONLY_METRICS[:2]), METRICS, ends=(OLD_END, END)) for name in names]
    made = Prover(targets, 30.0, exporters=meant)
    made.try_all(no_other)
    assert made.prove(dict.fromkeys(names, SYNCER), 60).complete
    assert exporter.asked == [[1, 2], [1, 2]]
    assert clock.now == 1000


# With real nodes.


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with Cluster(nodes=3, database="none", lag={3: math.inf}) as running:
        if running.notice:
            pytest.skip(running.notice)
        yield running


def session(url: str, **options: Any) -> Session:
    defaults = {name: spec.get("default") for name, spec in CONNECTION_SPEC.items()}
    login = {"username": "admin@example.com", "password": "a password"}
    return Session(parse_connection({**defaults, **login, "url": url, **options}, {}))


class Real:
    """A prover that was made for changes of a real cluster."""

    def __init__(self, cluster: Cluster, wanted: Mapping[str, Material | None], verify: str = "auto") -> None:
        self._cluster = cluster
        self._wanted = wanted
        asking = session(
            cluster.url,
            username=cluster.username,
            password=cluster.password,
            ca_path=cluster.ca_path,
            metrics_port=cluster.metrics_port,
        )
        self._api = Api(asking)
        with asking:
            stored = self._api.certificates()
            installed = parse_installed(stored, wanted, datetime.now(timezone.utc))
            known = _cluster.read_cluster(self._api, pytest.fail, needed=True)
            self.old = {name: ExpectedChain.of(one.chain if one else (), "chain") for name, one in installed.items()}
            self.new = {
                name: ExpectedChain.of(material.chain if material else (), "chain") for name, material in wanted.items()
            }
            changes = {name: (self.old[name], self.new[name]) for name in wanted}
            exporter = exporter_state(stored)
            self.prover = build_prover(self._api, changes, exporter, known, (), (), verify, pytest.fail)
        cluster.clear_requests()

    def change(self) -> None:
        self._cluster.apply(
            {
                name: pair(material.certificate_pem, str(material.key_pem)) if material else pair(None, None)
                for name, material in self._wanted.items()
            }
        )

    def prove(self, timeout: float) -> Proof:
        """The proof of the new states, with what the primary reports."""
        with self._api.session:
            reported = installed_now(self._api, self._wanted)
        self._cluster.clear_requests()
        proof = self.prover.prove(self.new, timeout, reported)
        assert self._cluster.requests == []  # no node's API is asked for proof
        return proof


@pytest.mark.parametrize("name", ["cm", "metrics_exporter", "syncer"])
def test_a_node_that_follows_late_is_waited_for(cluster: Cluster, material: Material, name: str) -> None:
    made = Real(cluster, {name: material}, "strict")
    made.change()
    assert statuses(made.prove(0)) == ["verified", "verified", "stale"]
    timer = threading.Timer(0.3, setattr, (cluster.nodes[2], "lag", 0))
    timer.start()
    proof = made.prove(30)
    timer.join()
    assert proof.complete
    shown = {sighting.fingerprint for sighting in proof.sightings}
    assert shown == {None if name == "syncer" else material.fingerprint}


@pytest.mark.parametrize("name", ["cm", "syncer"])
def test_a_node_that_never_follows_is_missing(cluster: Cluster, material: Material, name: str) -> None:
    cluster.nodes[1].lag, cluster.nodes[2].lag = math.inf, 0
    made = Real(cluster, {name: material})
    made.change()
    assert [(one.endpoint.node, one.status) for one in made.prove(0.5).missing] == [(2, "stale")]


def test_a_port_that_is_down_before_is_unreachable_and_one_that_dies_later_has_failed(
    cluster: Cluster, material: Material
) -> None:
    cluster.nodes[1].down, cluster.nodes[2].lag = True, 0.2
    made = Real(cluster, {"cm": material})
    made.change()
    assert statuses(made.prove(30)) == ["verified", "unreachable", "verified"]
    cluster.nodes[2].down = True
    assert [(one.endpoint.node, one.status) for one in made.prove(0.3).missing] == [(3, "failed")]
    cluster.nodes[1].down = cluster.nodes[2].down = False
    assert made.prove(30).complete


def test_metrics_of_a_node_that_dies_are_not_visible(cluster: Cluster, material: Material) -> None:
    cluster.nodes[2].lag = 0
    made = Real(cluster, {"syncer": material})
    made.change()
    cluster.nodes[2].down = True
    proof = made.prove(5)
    assert statuses(proof) == ["verified", "verified", "not_visible"]
    assert proof.missing == ()


def test_the_host_of_the_url_counts_when_no_node_can_be_reached(material: Material) -> None:
    nowhere = {1: "127.0.0.101", 2: "127.0.0.102"}
    with Cluster(nodes=2, database="none", internal=nowhere) as cluster:
        if cluster.notice:
            pytest.skip(cluster.notice)
        made = Real(cluster, {"cm": material, "syncer": material})
        made.change()
        proof = made.prove(30)
        assert [(one.endpoint.address, one.status) for one in proof.of("cm").sightings] == [
            ("127.0.0.101", "unreachable"),
            ("127.0.0.102", "unreachable"),
            ("127.0.0.1", "verified"),
        ]
        # The exporter at the same host tells of all nodes.
        assert statuses(proof.of("syncer")) == ["verified", "verified"]
        assert proof.missing == ()


def test_what_shows_nowhere_is_reported_by_the_primary_alone(cluster: Cluster, material: Material) -> None:
    cluster.move_primary(2)
    made = Real(cluster, {"ldap_client": material, "sso_service": None}, "strict")
    made.change()
    proof = made.prove(30)
    for name in ("ldap_client", "sso_service"):
        assert statuses(proof.of(name)) == ["not_visible", "reported", "not_visible"]
    assert proof.missing == ()


def test_a_certificate_that_a_deleted_database_left_behind_holds_nothing_up(material: Material) -> None:
    """RS187553, where `proxy` shows on no port: metrics alone tell of it."""
    with Cluster(nodes=2, version="8.0.16-29", database="none") as cluster:
        if cluster.notice:
            pytest.skip(cluster.notice)
        cluster.metrics.leave_behind()
        made = Real(cluster, {"proxy": material}, "strict")
        made.change()
        assert made.prove(30).complete


def test_metrics_that_lag_behind_are_waited_for(cluster: Cluster, material: Material) -> None:
    cluster.nodes[2].lag = 0
    made = Real(cluster, {"syncer": material})
    cluster.metrics.freeze(timestamps=True)
    made.change()
    assert statuses(made.prove(0)) == ["stale"] * 3
    timer = threading.Timer(0.3, cluster.metrics.reset)
    timer.start()
    assert made.prove(30).complete
    timer.join()


def test_every_way_to_see_certificates_in_one_proof(cluster: Cluster, authority: Authority) -> None:
    wanted = {name: authority.issue() for name in ("cm", "ldap_client", "metrics_exporter", "syncer")}
    made = Real(cluster, wanted)
    made.change()
    proof = made.prove(0)
    assert {name: statuses(proof.of(name)) for name in wanted} == {
        "cm": ["verified", "verified", "stale"],
        "ldap_client": ["reported", "not_visible", "not_visible"],
        "metrics_exporter": ["verified", "verified", "stale"],
        "syncer": ["verified", "verified", "stale"],
    }
    # One exporter tells of all nodes, before the change and after it.
    assert [one.path for one in cluster.metrics.requests] == ["/v2", "/v2"]


def test_a_login_that_may_not_read_any_more_ends_the_poll(cluster: Cluster) -> None:
    cluster.add_fault(Fault("GET", "/v1/cluster/certificates", status=403))
    asking = session(cluster.url, username=cluster.username, password=cluster.password, ca_path=cluster.ca_path)
    with asking:
        installed, unread = poll_installed(Api(asking), ["cm"], lambda _read: False, time.monotonic() + 60)
    assert installed == {}
    assert unread is not None
    assert unread.kind == "forbidden"
    assert len(cluster.requests) == 1
