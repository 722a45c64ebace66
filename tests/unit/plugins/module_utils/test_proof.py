# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts as proof: with handshakes and answers that are made up, and with the nodes of the simulator."""

from __future__ import annotations

import json
import math
import socket
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils import _cluster as cluster_facts
from ansible_collections.redis_enterprise.certificates.plugins.module_utils import (
    _endpoints,
    _options,
    _precautions,
    _proof,
    _retry,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api import CERTIFICATES, Api
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._endpoints import Endpoint
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._proof import (
    Proof,
    Prover,
    Sighting,
    Target,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._session import Session
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state import State
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._wire import Presented
from simulator import Cluster, Fault
from simulator.authority import Authority, Material
from simulator.listeners import Ending, Identity, Listener, bound
from simulator.state import pair

FQDN = "cluster.example.com"
NEW = {"proxy": State(("new",))}
SHOWS_NEW, SHOWS_OLD = Presented(("new", "issuer")), Presented(("old",))
REFUSED = Presented(reachable=False, problem="connection refused")
BROKEN = Presented(problem="connection closed during the handshake")


class Clock:
    """Stands in for the module `time`: nobody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


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
    monkeypatch.setattr(_retry, "time", made)
    monkeypatch.setattr(_proof, "time", made)
    return made


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Wire:
    made = Wire(clock)
    monkeypatch.setattr(_proof, "presented", made)
    return made


def proxy(number: int) -> Endpoint:
    return Endpoint(number, f"10.0.0.{number}", 12000, "proxy", FQDN)


def session(url: str = f"https://{FQDN}", **options: Any) -> Session:
    defaults = {name: spec.get("default") for name, spec in _options.CONNECTION_SPEC.items()}
    login = {"username": "admin@example.com", "password": "a password"}
    return Session(_options.connection({**defaults, **login, "url": url, **options}, {}))


def prover(*shown: Endpoint, handshakes: int = 1, timeout: float = 30.0) -> Prover:
    target = Target("proxy", shown, by_handshake=bool(shown), handshakes=handshakes)
    return Prover(session(validate_certs=False, timeout=timeout), [target])


def no_other(_tried: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    raise AssertionError("other endpoints are not to be asked for")


def statuses(proof: Proof) -> list[str]:
    return [sighting.status for sighting in proof.sightings]


FIRST, SECOND, THIRD = proxy(1), proxy(2), proxy(3)
NODE_API = Endpoint(1, "10.0.0.1", 9443, "api", FQDN)


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
        (REFUSED, Sighting("proxy", FIRST, "unreachable", None, "connection refused")),
        (BROKEN, Sighting("proxy", FIRST, "failed", None, "connection closed during the handshake")),
    ],
)
def test_what_is_seen_at_a_port(wire: Wire, seen: Presented, sighting: Sighting) -> None:
    wire.set(FIRST, seen)
    proof = prover(FIRST, SECOND).look(NEW)
    assert proof.sightings == (sighting, Sighting("proxy", SECOND, "verified", "new"))
    assert proof.complete == (seen is SHOWS_NEW)
    assert proof.missing == (() if seen is SHOWS_NEW else (sighting,))
    assert proof.unreachable == ((sighting,) if seen is REFUSED else ())
    assert json.loads(json.dumps(proof.as_list()))[0] == {
        "name": "proxy",
        "node": 1,
        "address": "10.0.0.1",
        "port": 12000,
        "service": "proxy",
        "status": sighting.status,
        "fingerprint": sighting.fingerprint,
        "problem": sighting.problem,
    }


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
        (Sighting("syncer", NODE_API, "stale", "old"), "10.0.0.1:9443 (api) is stale for syncer (has old)"),
        (Sighting("syncer", NODE_API, "stale"), "10.0.0.1:9443 (api) is stale for syncer (has none)"),
        (Sighting("api", NODE_API, "stale", "old"), "10.0.0.1:9443 (api) is stale (has old)"),
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
    wire.set(SECOND, SHOWS_OLD, BROKEN, REFUSED, SHOWS_NEW)
    proof = prover(FIRST, SECOND, THIRD).prove(NEW, 60)
    assert proof.complete
    assert [sighting.endpoint for sighting in proof.sightings] == [FIRST, SECOND, THIRD]
    assert [wire.looked_at(one) for one in (FIRST, SECOND, THIRD)] == [1, 4, 1]
    assert wire.clock.now - 1000 == pytest.approx(0.1 + 0.2 + 0.4)


@pytest.mark.parametrize("seen", [SHOWS_OLD, BROKEN, REFUSED])
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


def test_what_was_out_of_reach_before_is_excused(wire: Wire) -> None:
    wire.set(SECOND, REFUSED)
    made = prover(FIRST, SECOND)
    assert made.try_all(no_other) == (Sighting("proxy", SECOND, "unreachable", None, "connection refused"),)
    for proof in (made.look(NEW), made.prove(NEW, 60)):
        assert statuses(proof) == ["verified", "unreachable"]
        assert proof.missing == ()
        assert not proof.complete
        assert proof.unreachable == (proof.sightings[1],)
    assert wire.clock.now == 1000


@pytest.mark.parametrize("seen", [SHOWS_NEW, SHOWS_OLD, BROKEN])
def test_what_answers_before_is_not_excused_whatever_it_answers(wire: Wire, seen: Presented) -> None:
    wire.set(SECOND, seen, REFUSED)
    made = prover(FIRST, SECOND)
    assert made.try_all(no_other) == ()
    proof = made.prove(NEW, 60)
    assert [(one.endpoint, one.status) for one in proof.missing] == [(SECOND, "unreachable")]


@pytest.mark.parametrize(("later", "status"), [(SHOWS_OLD, "stale"), (BROKEN, "failed")])
def test_only_absence_is_excused(wire: Wire, later: Presented, status: str) -> None:
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


def test_what_is_excused_holds_up_nothing_else(wire: Wire) -> None:
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
    assert not made.by_handshake(["proxy"])
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


@pytest.mark.parametrize("other", [SHOWS_OLD, BROKEN, REFUSED])
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

    monkeypatch.setattr(_proof, "presented", slow)
    assert seconds(30) / seconds(1) < 6


def facts(**answers: Any) -> cluster_facts.Cluster:
    """What is read from an API that answers this."""
    api: Any = SimpleNamespace(
        url="https://cluster.example.com:9443",
        cluster=lambda: {"name": FQDN, **answers},
        nodes=lambda: answers.get("nodes", [{"uid": 1, "addr": "127.0.0.1"}]),
        bootstrap=dict,
    )
    return cluster_facts.read(api, lambda message: None, needed=True)


def prover_of(asking: Session, shown: Mapping[str, tuple[Endpoint, ...]], known: cluster_facts.Cluster) -> Prover:
    """Looks at ports, or else at what nodes' APIs report.

    :param shown: certificate name to the ports that show it.
    """
    reporting = _endpoints.reporting(known, asking.connection)
    targets = [Target(name, ports or reporting, by_handshake=bool(ports)) for name, ports in shown.items()]
    return Prover(asking, targets)


@pytest.mark.parametrize(
    ("later", "status"),
    [(BROKEN, "unreachable"), (REFUSED, "unreachable"), (SHOWS_NEW, "verified"), (SHOWS_OLD, "stale")],
)
def test_what_still_listens_on_a_node_that_is_down_holds_up_nothing_unless_it_shows_something(
    wire: Wire, later: Presented, status: str
) -> None:
    made = Prover(session(validate_certs=False), [Target("proxy", (FIRST, SECOND), by_handshake=True)], {2})
    wire.set(SECOND, BROKEN, later)
    assert [(one.endpoint, one.problem) for one in made.try_all(no_other)] == [(SECOND, BROKEN.problem)]
    proof = made.look(NEW)
    assert statuses(proof) == ["verified", status]
    assert [one.endpoint for one in proof.missing] == ([SECOND] if status == "stale" else [])


@pytest.mark.parametrize(("status", "accepted"), [("down", False), ("active", True), (None, True)])
def test_which_node_is_down_the_cluster_says(wire: Wire, status: str | None, accepted: bool) -> None:
    wire.set(SECOND, BROKEN)
    bdb = {"tls_mode": "enabled", "endpoints": [{"port": 12000, "addr": ["10.0.0.1", "10.0.0.2"]}]}
    api: Any = SimpleNamespace(session=session(validate_certs=False), bdbs=lambda: [bdb])
    known = facts(nodes=[{"uid": 1, "addr": "10.0.0.1"}, {"uid": 2, "addr": "10.0.0.2", "status": status}])
    with nullcontext() if accepted else pytest.raises(CertificateError, match="closed during the handshake"):
        _precautions.prover(api, ["proxy"], known, (), "strict", pytest.fail)


@pytest.mark.usefixtures("wire")
def test_what_ports_show_is_not_asked_of_apis() -> None:
    bdb = {"tls_mode": "enabled", "endpoints": [{"port": 12000, "addr": ["10.0.0.1"]}]}
    api: Any = SimpleNamespace(session=session(validate_certs=False), bdbs=lambda: [bdb])
    known = facts(nodes=[{"uid": number, "addr": f"10.0.0.{number}"} for number in (1, 2)])
    made = _precautions.prover(api, ["proxy", "syncer"], known, (), "auto", pytest.fail)
    assert made.by_handshake(["proxy"])
    assert not made.by_handshake(["syncer"])
    assert [sighting.endpoint for sighting in made.prove(NEW, 60).sightings] == [FIRST]


@pytest.fixture
def no_name_service(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(host: str, *_rest: object) -> None:
        host.encode("idna")  # as the real one does
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.usefixtures("no_name_service")
@pytest.mark.parametrize("address", ["[", "10.0.0.1:9443", "10.0.0.1/24", "a..b", "a" * 64, "\u2100", "\ud800", "\x00"])
def test_a_node_at_an_address_that_makes_no_sense_is_no_crash(address: str) -> None:
    asking = session(validate_certs=False)
    known = facts(nodes=[{"uid": 1, "addr": address}])
    bdbs = [{"tls_mode": "enabled", "endpoints": [{"port": 12000, "addr": [address]}]}]
    for name in ("cm", "proxy", "syncer"):
        shown = _endpoints.showing(name, known, asking.connection, bdbs)
        made = prover_of(asking, {name: shown}, known)
        made.try_all(lambda _tried: ())
        proof = made.look({name: State(("new",))})
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
        asking = session(validate_certs=False)
        shown = _endpoints.showing("cm", facts(name=name, cm_port=listener.port), asking.connection, ())
        made = Prover(asking, [Target("cm", shown, by_handshake=True)])
        proof = made.look({"cm": State.of(material.chain, "chain")})
    finally:
        listener.close()
    assert statuses(proof) == ["verified"]


# Several certificates.

MANAGER, OTHER_MANAGER = (Endpoint(number, f"10.1.0.{number}", 8443, "cm", FQDN) for number in (1, 2))
BOTH = {"cm": State(("managers",)), **NEW}
SHOWS_MANAGERS = Presented(("managers",))


def prover_of_both() -> Prover:
    """Looks for `cm` at one port and for `proxy` at three."""
    targets = [
        Target("cm", (MANAGER,), by_handshake=True),
        Target("proxy", (FIRST, SECOND, THIRD), by_handshake=True, handshakes=3),
    ]
    return Prover(session(validate_certs=False), targets)


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


def test_a_certificate_that_shows_nowhere_is_never_proven(wire: Wire) -> None:
    targets = [Target("proxy", (FIRST,), by_handshake=True), Target("syncer", (), by_handshake=False)]
    proof = Prover(session(validate_certs=False), targets).prove({**NEW, "syncer": State(("any",))}, 60)
    assert statuses(proof) == ["verified"]
    assert (proof.missing, proof.complete) == ((), False)
    assert proof.of("proxy").complete
    assert not proof.of("syncer").complete
    assert wire.clock.now == 1000


def test_what_is_out_of_reach_is_excused_where_it_is(wire: Wire) -> None:
    wire.set(MANAGER, SHOWS_MANAGERS, REFUSED)
    wire.set(FIRST, REFUSED)
    made = prover_of_both()
    assert made.try_all(no_other) == (Sighting("proxy", FIRST, "unreachable", None, "connection refused"),)
    proof = made.prove(BOTH, 60)
    assert [(one.name, one.endpoint, one.status) for one in proof.missing] == [("cm", MANAGER, "unreachable")]
    assert [one.endpoint for one in proof.unreachable] == [MANAGER, FIRST]
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


def test_an_endpoint_of_two_certificates_is_tried_once_and_named_for_both(wire: Wire) -> None:
    wire.set(FIRST, REFUSED)
    targets = [Target(name, (FIRST, SECOND), by_handshake=False) for name in ("ldap_client", "syncer")]
    made = Prover(session(validate_certs=False), targets)
    assert [(one.name, one.endpoint) for one in made.try_all(no_other)] == [("ldap_client", FIRST), ("syncer", FIRST)]
    assert wire.looks == {"10.0.0.1": 1, "10.0.0.2": 1}


def test_handshakes_show_several_certificates_when_they_show_each() -> None:
    shown = [Target(name, (FIRST,), by_handshake=True) for name in ("cm", "proxy")]
    made = Prover(session(validate_certs=False), [*shown, Target("syncer", (FIRST,), by_handshake=False)])
    assert made.by_handshake(["cm", "proxy"])
    assert not made.by_handshake(["cm", "syncer"])
    assert not made.by_handshake(["syncer"])


# With real nodes.


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with Cluster(nodes=3, database="none", lag={3: math.inf}) as running:
        if running.notice:
            pytest.skip(running.notice)
        yield running


def connected(cluster: Cluster) -> tuple[Session, cluster_facts.Cluster]:
    """A session with a cluster, and what that says of itself."""
    asking = session(
        cluster.url,
        username=cluster.username,
        password=cluster.password,
        ca_path=cluster.ca_path,
        metrics_port=cluster.metrics_port,
    )
    with asking:
        return asking, cluster_facts.read(Api(asking), pytest.fail, needed=True)


def real(cluster: Cluster, *names: str) -> Prover:
    """Looks at what the cluster says of itself."""
    asking, known = connected(cluster)
    shown = {name: _endpoints.showing(name, known, asking.connection, ()) for name in names}
    made = prover_of(asking, shown, known)
    for name in names:
        assert made.by_handshake([name]) == (name in ("cm", "metrics_exporter"))
    return made


def change(cluster: Cluster, name: str, material: Material) -> dict[str, State]:
    cluster.apply({name: pair(material.certificate_pem, material.key_pem)})
    return {name: State.of(material.chain, "chain")}


def test_an_api_that_refuses_on_a_node_that_is_down_holds_up_nothing(cluster: Cluster, material: Material) -> None:
    cluster.add_fault(Fault(node=3, status=503))
    asking, known = connected(cluster)
    made = Prover(asking, [Target("syncer", _endpoints.reporting(known, asking.connection), by_handshake=False)], {3})
    assert [(one.endpoint.node, one.status) for one in made.try_all(no_other)] == [(3, "unreachable")]
    proof = made.look(change(cluster, "syncer", material))
    assert statuses(proof) == ["verified", "verified", "unreachable"]
    assert proof.missing == ()


@pytest.mark.parametrize("name", ["cm", "metrics_exporter", "syncer"])
def test_a_node_that_follows_late_is_waited_for(cluster: Cluster, material: Material, name: str) -> None:
    made = real(cluster, name)
    assert made.try_all(no_other) == ()
    (old,) = {sighting.fingerprint for sighting in made.look({name: State()}).sightings}
    state = change(cluster, name, material)
    assert [(one.status, one.fingerprint) for one in made.look(state).sightings] == [
        ("verified", material.fingerprint),
        ("verified", material.fingerprint),
        ("stale", old),
    ]
    timer = threading.Timer(0.3, setattr, (cluster.nodes[2], "lag", 0))
    timer.start()
    proof = made.prove(state, 30)
    timer.join()
    assert proof.complete
    assert {sighting.fingerprint for sighting in proof.sightings} == {material.fingerprint}


@pytest.mark.parametrize("name", ["cm", "syncer"])
def test_a_node_that_never_follows_is_missing(cluster: Cluster, material: Material, name: str) -> None:
    cluster.nodes[1].lag, cluster.nodes[2].lag = math.inf, 0
    made = real(cluster, name)
    proof = made.prove(change(cluster, name, material), 0.5)
    assert [(one.endpoint.node, one.status) for one in proof.missing] == [(2, "stale")]


@pytest.mark.parametrize("name", ["cm", "syncer"])
def test_a_node_that_is_down_before_is_excused_and_one_that_dies_later_is_not(
    cluster: Cluster, authority: Authority, name: str
) -> None:
    cluster.nodes[1].down, cluster.nodes[2].lag = True, 0.2
    made = real(cluster, name)
    assert [sighting.endpoint.node for sighting in made.try_all(no_other)] == [2]
    state = change(cluster, name, authority.issue())
    assert statuses(made.prove(state, 30)) == ["verified", "unreachable", "verified"]
    assert made.prove(state, 0).missing == ()
    cluster.nodes[0].down = True
    assert [(one.endpoint.node, one.status) for one in made.prove(state, 0.3).missing] == [(1, "unreachable")]
    cluster.nodes[0].down = cluster.nodes[1].down = False
    assert made.prove(state, 30).complete


@pytest.mark.parametrize("name", ["cm", "syncer"])
def test_the_host_of_the_url_counts_when_no_node_can_be_reached(material: Material, name: str) -> None:
    nowhere = {1: "127.0.0.101", 2: "127.0.0.102"}
    with Cluster(nodes=2, database="none", internal=nowhere) as cluster:
        if cluster.notice:
            pytest.skip(cluster.notice)
        made = real(cluster, name)
        connection = made._session.connection
        tried = made.try_all(lambda tried: _endpoints.at_url(tried, facts(), connection))
        assert [sighting.endpoint.address for sighting in tried] == list(nowhere.values())
        state = change(cluster, name, material)
        proof = made.prove(state, 30)
        assert [(one.endpoint.address, one.status) for one in proof.sightings] == [
            ("127.0.0.101", "unreachable"),
            ("127.0.0.102", "unreachable"),
            ("127.0.0.1", "verified"),
        ]
        assert proof.missing == ()


@pytest.mark.parametrize(
    ("fault", "status"),
    [({"status": 503}, "failed"), ({"kind": "close_before"}, "failed"), ({"kind": "html"}, "failed")],
)
def test_a_node_whose_api_is_of_no_use_is_named(cluster: Cluster, fault: dict[str, Any], status: str) -> None:
    made = real(cluster, "syncer")
    assert made.try_all(no_other) == ()
    cluster.add_fault(Fault(method="GET", node=2, **fault))
    proof = made.look({"syncer": State()})
    assert statuses(proof) == ["stale", status, "stale"]
    assert cluster.nodes[1].address in (proof.sightings[1].problem or "")


def test_a_certificate_that_is_not_there_is_proven_by_every_node(cluster: Cluster, material: Material) -> None:
    made = real(cluster, "ldap_client")
    assert made.look({"ldap_client": State()}).complete
    cluster.apply({"ldap_client": pair(material.certificate_pem, material.key_pem)})
    assert statuses(made.look({"ldap_client": State()})) == ["stale", "stale", "verified"]
    assert statuses(made.look({"ldap_client": State.of(material.chain, "chain")})) == ["verified", "verified", "stale"]


def reads(cluster: Cluster) -> Counter[int]:
    """How often each node was asked for its certificates."""
    return Counter(one.node_uid for one in cluster.requests if one.path == CERTIFICATES)


def test_each_node_is_asked_once_for_all_that_only_its_api_reports(cluster: Cluster, authority: Authority) -> None:
    made = real(cluster, "ldap_client", "cm", "syncer", "metrics_exporter")
    cluster.clear_requests()
    assert made.try_all(no_other) == ()
    assert cluster.requests == []
    states = {
        **change(cluster, "syncer", authority.issue()),
        **change(cluster, "cm", authority.issue()),
        "ldap_client": State(),
    }
    proof = made.look(states)
    assert statuses(proof.of("ldap_client")) == ["verified"] * 3
    assert statuses(proof.of("syncer")) == statuses(proof.of("cm")) == ["verified", "verified", "stale"]
    assert reads(cluster) == {1: 1, 2: 1, 3: 1}
    assert len(cluster.requests) == 3


def test_a_node_is_asked_again_for_what_it_does_not_have_yet(cluster: Cluster, authority: Authority) -> None:
    made = real(cluster, "ldap_client", "syncer")
    states = {**change(cluster, "syncer", authority.issue()), "ldap_client": State()}
    cluster.clear_requests()
    cluster.add_fault(Fault(method="GET", path=CERTIFICATES, node=3, kind="pass", after=1, effect=catch_up))
    assert made.prove(states, 30).complete
    assert reads(cluster) == {1: 1, 2: 1, 3: 2}


def catch_up(cluster: Cluster) -> None:
    cluster.nodes[2].lag = 0


def test_a_node_whose_api_is_of_no_use_is_named_for_each_certificate(cluster: Cluster) -> None:
    made = real(cluster, "ldap_client", "sso_service", "cm")
    cluster.add_fault(Fault(method="GET", node=2, status=503))
    states = {"ldap_client": State(), "sso_service": State(), "cm": State(("any",))}
    missing = [(one.name, one.status) for one in made.look(states).missing if one.endpoint.node == 2]
    assert missing == [("ldap_client", "failed"), ("sso_service", "failed"), ("cm", "stale")]


def test_only_the_certificate_whose_ports_cannot_be_reached_is_looked_for_elsewhere(authority: Authority) -> None:
    nowhere = {1: "127.0.0.101", 2: "127.0.0.102"}
    with Cluster(nodes=2, database="none", internal=nowhere) as cluster:
        if cluster.notice:
            pytest.skip(cluster.notice)
        asking, known = connected(cluster)
        here = tuple(Endpoint(one.uid, one.address, cluster.cm_port, "cm", FQDN) for one in cluster.nodes)
        made = prover_of(asking, {"cm": here, "syncer": ()}, known)
        tried = made.try_all(lambda tried: _endpoints.at_url(tried, known, asking.connection))
        assert [(one.name, one.endpoint.address) for one in tried] == [("syncer", one) for one in nowhere.values()]
        states = {**change(cluster, "cm", authority.issue()), **change(cluster, "syncer", authority.issue())}
        proof = made.prove(states, 30)
        assert proof.missing == ()
        assert proof.of("cm").complete
        assert statuses(proof.of("syncer")) == ["unreachable", "unreachable", "verified"]
