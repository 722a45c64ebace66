# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Redirects of followers: where the login goes, and where it never does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import parse_connection
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport import session as session_module
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.redirects import (
    Named,
    NotFollowed,
    Place,
    find_destination,
    origin_of,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.retry import (
    answer_lost,
    never_sent,
    read_may_be_repeated,
    write_may_be_repeated,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.session import Session
from hypothesis import given
from hypothesis import strategies as st
from simulator.authority import Authority, Material
from simulator.listeners import Ending, Identity, Listener
from simulator.ports import hold_port
from simulator.state import pair
from simulator.web import Answer, Exchange, json_answer

FQDN = "cluster.example.com"
PATH = "/v1/cluster"


class Node:
    """An API that answers, or redirects; and notes what it gets."""

    def __init__(self, held: Any, material: Material) -> None:
        self.material = material
        self.location: str | None = None
        self.status = 307
        self.breaks = False
        self.logins: list[str | None] = []
        self.methods: list[str] = []
        self.bodies: list[bytes | None] = []
        self._listener = Listener(held, self._identity, self._serve)
        self.address, self.port = self._listener.address, self._listener.port
        self._listener.resume()

    @property
    def url(self) -> str:
        return f"https://{self.address}:{self.port}"

    @property
    def connections(self) -> int:
        return self._listener.handshakes

    def close(self) -> None:
        self._listener.close()

    def _identity(self) -> Identity:
        return Identity(pair(self.material.certificate_pem, self.material.key_pem))

    def _serve(self, connection: Any, ending: Ending) -> None:
        Exchange(connection, self._answer, ending)

    def _answer(self, exchange: Exchange) -> None:
        self.bodies.append(exchange.read_body())
        self.logins.append(exchange.headers["Authorization"])
        self.methods.append(exchange.command)
        if self.breaks:
            exchange.close_connection = True
        elif self.location is None:
            exchange.send(json_answer(200, {"answered_by": self.address}))
        else:
            exchange.send(Answer(self.status, headers={"Location": self.location + exchange.path}))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as running:
        yield running


@pytest.fixture
def nodes(stack: ExitStack, material: Material) -> list[Node]:
    """Three nodes at one port."""
    made = [Node(held, material) for held in hold_port([f"127.0.0.{number}" for number in (1, 2, 3)], 0)]
    for node in made:
        stack.callback(node.close)
    return made


@pytest.fixture(scope="module")
def ca_path(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("trust") / "ca.pem"
    path.write_text(authority.ca_pem)
    return str(path)


def recorder(stack: ExitStack, address: str, material: Material, port: int = 0) -> Node:
    """Somebody who is not the cluster."""
    node = Node(hold_port([address], port)[0], material)
    stack.callback(node.close)
    return node


def session(url: str, **options: Any) -> Session:
    defaults = {name: spec.get("default") for name, spec in CONNECTION_SPEC.items()}
    given = {"url": url, "username": "admin@example.com", "password": "a password", "timeout": 5.0, **options}
    return Session(parse_connection({**defaults, **given}, {}))


def named(*nodes: Node, **external: list[str]) -> list[dict[str, Any]]:
    return [
        {"uid": number, "addr": node.address, "external_addr": external.get(f"node{number}", [])}
        for number, node in enumerate(nodes, 1)
    ]


def failure(client: Session, method: str = "GET") -> CertificateError:
    with pytest.raises(CertificateError) as raised:
        client.request(method, PATH, {} if method == "PUT" else None)
    return raised.value


def has_methods(nodes: list[Node], *methods: list[str]) -> None:
    """Fail unless the nodes got exactly these requests."""
    assert [node.methods for node in nodes] == list(methods)


@pytest.mark.parametrize("trust", ["verified", "not verified", "not verified, named"])
def test_a_follower_is_followed_to_the_primary_once_and_then_asked_no_more(
    nodes: list[Node], ca_path: str, trust: str
) -> None:
    nodes[0].location = nodes[1].url
    options = {"ca_path": ca_path} if trust == "verified" else {"validate_certs": False}
    with session(nodes[0].url, **options) as client:
        if trust.endswith("named"):
            client.learn(named(*nodes))
        assert not client.redirected
        for dummy in range(3):
            assert client.request("GET", PATH).status == 200
        assert client.request("PUT", PATH, {}).status == 200
        assert (client.redirected, client.answering) == (True, Place(nodes[1].address, nodes[1].port))
    assert len(nodes[0].logins) == 1
    assert nodes[1].methods == ["GET", "GET", "GET", "PUT"]
    assert all(login and login.startswith("Basic ") for login in nodes[1].logins)


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "GET"])
def test_a_request_is_sent_on_as_it_is(nodes: list[Node], ca_path: str, status: int, method: str) -> None:
    nodes[0].location, nodes[0].status = nodes[1].url, status
    body = {"name": "proxy"} if method in ("PUT", "POST") else None
    with session(nodes[0].url, ca_path=ca_path) as client:
        assert client.request(method, f"{PATH}?page=2", body).status == 200
    has_methods(nodes, [method], [method], [])
    assert nodes[0].bodies == nodes[1].bodies == [b'{"name": "proxy"}' if body else b""]


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_may_change_the_method_is_left_to_the_caller(
    nodes: list[Node], ca_path: str, status: int
) -> None:
    nodes[0].location, nodes[0].status = nodes[1].url, status
    with session(nodes[0].url, ca_path=ca_path) as client:
        assert client.request("GET", PATH).status == status
    has_methods(nodes, ["GET"], [], [])


def test_a_redirect_may_leave_out_the_scheme(nodes: list[Node], ca_path: str) -> None:
    nodes[0].location = nodes[1].url.partition(":")[2]
    with session(nodes[0].url, ca_path=ca_path) as client:
        assert client.request("GET", PATH).status == 200
    has_methods(nodes, ["GET"], ["GET"], [])


def test_each_login_is_sent_on(nodes: list[Node], ca_path: str) -> None:
    nodes[0].location = nodes[1].url
    with session(nodes[0].url, ca_path=ca_path, username=None, password=None, token="a-token") as client:
        client.request("GET", PATH)
        client.renew_token(Secret("another-token"))
        client.request("GET", PATH)
        assert {secret.reveal() for secret in client.secrets} == {"another-token", "Bearer another-token"}
    assert nodes[1].logins == ["Bearer a-token", "Bearer another-token"]
    # The session begins again, at the URL.
    has_methods(nodes, ["GET", "GET"], ["GET", "GET"], [])


def test_the_name_in_the_url_is_enough(stack: ExitStack, authority: Authority, ca_path: str) -> None:
    """The certificate of a cluster covers its name, and no address."""
    named_only = authority.issue(sans=["localhost"])
    nodes = [Node(held, named_only) for held in hold_port(["127.0.0.1", "127.0.0.2"], 0)]
    for node in nodes:
        stack.callback(node.close)
    nodes[0].location = nodes[1].url
    with session(f"https://localhost:{nodes[0].port}", ca_path=ca_path) as client:
        assert client.request("GET", PATH).status == 200
        assert client.answering.host == "127.0.0.2"
    # Not where `url` has an address that it does not cover.
    with session(nodes[0].url, ca_path=ca_path) as client:
        assert failure(client).kind == "tls_host_mismatch"


@pytest.mark.parametrize("known", ["both", "the first", "none"])
def test_an_address_that_the_certificate_covers_is_enough_where_the_cluster_has_named_it(
    stack: ExitStack, authority: Authority, ca_path: str, known: str
) -> None:
    """Any server of the same CA may have a certificate for its own address."""
    held = hold_port(["127.0.0.1", "127.0.0.2"], 0)
    nodes = [Node(one, authority.issue(sans=[f"127.0.0.{number}"])) for number, one in enumerate(held, 1)]
    for node in nodes:
        stack.callback(node.close)
    with session(nodes[0].url, ca_path=ca_path) as client:
        client.learn({"both": named(*nodes), "the first": named(nodes[0]), "none": []}[known])
        nodes[0].location = nodes[1].url
        if known == "both":
            assert client.request("PUT", PATH, {}).status == 200
        else:
            assert_learns_nothing(nodes[1], client)
    assert nodes[1].connections == {"both": 2, "the first": 0, "none": 1}[known]  # by the name, then by the address


def test_a_primary_that_the_cluster_then_does_not_name_is_asked_no_more(nodes: list[Node], ca_path: str) -> None:
    """The list of nodes itself may come through a redirect; from then on it decides, and the name alone does not."""
    nodes[0].location = nodes[1].url
    with session(nodes[0].url, ca_path=ca_path) as client:
        assert client.request("GET", PATH).status == 200
        client.learn([{"uid": 1}])  # without any address it says nothing
        assert client.request("GET", PATH).status == 200
        client.learn(named(nodes[0], nodes[2]))
        assert "has not named this address" in failure(client, "PUT").message
    assert nodes[1].methods == ["GET", "GET"]


def test_the_primary_moves(nodes: list[Node], ca_path: str) -> None:
    with session(nodes[0].url, ca_path=ca_path) as client:
        assert client.request("GET", PATH).status == 200
        nodes[0].location = nodes[1].url
        assert client.request("PUT", PATH, {}).status == 200
        nodes[1].location, nodes[0].location = nodes[0].url, None
        assert client.request("GET", PATH).status == 200
        assert not client.redirected
    assert nodes[1].methods == ["PUT", "GET"]


def test_a_primary_that_goes_away_is_found_again_through_the_url(nodes: list[Node], ca_path: str) -> None:
    nodes[0].location = nodes[1].url
    with session(nodes[0].url, ca_path=ca_path) as client:
        assert client.request("GET", PATH).status == 200
        nodes[1].close()
        client.disconnect()
        nodes[0].location = nodes[2].url
        assert client.request("GET", PATH).status == 200
        assert client.answering.host == nodes[2].address


def test_a_node_that_goes_away_does_not_take_the_others_with_it(nodes: list[Node], ca_path: str) -> None:
    with session(nodes[0].url, ca_path=ca_path) as client:
        client.learn(named(*nodes))
        assert client.request("GET", PATH).status == 200
        nodes[0].close()
        client.disconnect()
        nodes[1].location = nodes[2].url
        assert client.request("GET", PATH).status == 200
        assert client.answering.host == nodes[2].address


def test_nodes_that_do_not_answer_are_tried_until_the_time_is_over(
    nodes: list[Node], ca_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cluster may name addresses without end."""
    moments = count(1000.0, 4.0)  # each one takes four seconds
    monkeypatch.setattr(session_module, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    many = [{"uid": number, "addr": f"127.9.0.{number}"} for number in range(10, 200)]
    with session(nodes[0].url, ca_path=ca_path, timeout=10.0) as client:
        client.learn([*named(nodes[0]), *many])
        nodes[0].close()
        assert failure(client).kind == "connection_refused"
        assert 7 <= len(client._peers) <= 9  # for three times ten seconds


def test_an_answer_that_is_lost_is_no_other_than_before(nodes: list[Node], ca_path: str) -> None:
    nodes[0].location = nodes[1].url
    with session(nodes[0].url, ca_path=ca_path) as client:
        assert client.request("GET", PATH).status == 200
        nodes[1].breaks = True
        error = failure(client, "PUT")
        assert answer_lost(error)
        assert not client.redirected
    assert nodes[1].methods == ["GET", "PUT"]


def test_a_write_is_not_sent_to_another_node_once_it_may_have_been_made(nodes: list[Node], ca_path: str) -> None:
    nodes[0].breaks = True
    with session(nodes[0].url, ca_path=ca_path) as client:
        client.learn(named(*nodes))
        assert answer_lost(failure(client, "PUT"))
    has_methods(nodes, ["PUT"], [], [])


def test_other_nodes_are_asked_only_where_the_url_is_a_node_itself(nodes: list[Node], ca_path: str) -> None:
    """Behind a balancer, what it chooses is what the user wants."""
    with session(nodes[0].url, ca_path=ca_path) as client:
        client.learn(named(*nodes[1:]))
        nodes[0].close()
        assert failure(client).kind == "connection_refused"
    has_methods(nodes, [], [], [])


def test_when_no_node_can_be_reached_the_first_reason_is_said(nodes: list[Node], ca_path: str) -> None:
    with session(nodes[0].url, ca_path=ca_path) as client:
        client.learn(named(*nodes))
        for node in nodes:
            node.close()
        error = failure(client)
    assert error.kind == "connection_refused"
    assert nodes[0].url in error.message


def test_a_redirect_back_to_itself_is_not_followed(nodes: list[Node], ca_path: str) -> None:
    for location in (nodes[0].url, ""):
        nodes[0].location = location
        with session(nodes[0].url, ca_path=ca_path) as client:
            error = failure(client)
        assert error.kind == "redirect"
        assert f"redirects to {nodes[0].url}, to which" in error.message
        assert "the target is the same address" in error.message
    has_methods(nodes, ["GET", "GET"], [], [])


@pytest.mark.parametrize(
    ("choice", "host"), [("internal", "127.0.0.2"), ("external", "127.0.0.3"), ("both", "127.0.0.2")]
)
def test_the_addresses_that_are_preferred_come_first(nodes: list[Node], ca_path: str, choice: str, host: str) -> None:
    nodes[0].location = nodes[1].url
    with session(nodes[0].url, ca_path=ca_path, node_address=choice) as client:
        client.learn([{"uid": 2, "addr": nodes[1].address, "external_addr": [nodes[2].address]}])
        assert client.request("GET", PATH).status == 200
        assert client.answering.host == host


def test_nodes_that_redirect_to_each_other_are_a_failure_that_may_be_repeated(nodes: list[Node], ca_path: str) -> None:
    nodes[0].location, nodes[1].location = nodes[1].url, nodes[0].url
    with session(nodes[0].url, ca_path=ca_path) as client:
        error = failure(client)
    assert error.kind == "primary_unknown"
    assert never_sent(error)
    assert write_may_be_repeated(error)


def test_a_primary_that_cannot_be_reached_is_named_with_what_helps(nodes: list[Node], ca_path: str) -> None:
    nodes[0].location = nodes[1].url
    nodes[1].close()
    with session(nodes[0].url, ca_path=ca_path) as client:
        client.learn(named(*nodes))
        error = failure(client)
    assert error.kind == "primary_unreachable"
    assert f"node 2 at {nodes[1].address}:{nodes[1].port}" in error.message
    assert "handle_redirects" in error.message
    assert "Set url" in error.message
    assert error.data["primary"] == f"{nodes[1].address}:{nodes[1].port}"
    assert never_sent(error)


def test_an_external_address_of_the_primary_is_tried_before_giving_up(nodes: list[Node], ca_path: str) -> None:
    nodes[0].location = f"https://127.0.0.77:{nodes[0].port}"
    addresses = [{"uid": 2, "addr": "127.0.0.77", "external_addr": [nodes[1].address]}]
    with session(nodes[0].url, ca_path=ca_path) as client:
        client.learn(addresses)
        assert client.request("GET", PATH).status == 200
        assert client.answering.host == nodes[1].address


# Where the login never goes.


def assert_learns_nothing(stranger: Node, client: Session) -> None:
    error = failure(client)
    assert error.kind == "redirect"
    assert not write_may_be_repeated(error)
    assert not read_may_be_repeated(error)
    assert "a password" not in error.message
    assert stranger.logins == []


def test_somebody_with_another_ca_gets_no_login(nodes: list[Node], stack: ExitStack, ca_path: str) -> None:
    stranger = recorder(stack, "127.0.0.9", Authority("Somebody else").issue(sans=[FQDN]), nodes[0].port)
    nodes[0].location = stranger.url
    with session(nodes[0].url, ca_path=ca_path) as client:
        assert_learns_nothing(stranger, client)
    assert stranger.connections == 1


def test_somebody_with_the_same_ca_and_another_name_gets_no_login(
    nodes: list[Node], stack: ExitStack, ca_path: str, authority: Authority
) -> None:
    stranger = recorder(stack, "127.0.0.9", authority.issue(sans=["other.example.com"]), nodes[0].port)
    nodes[0].location = stranger.url
    with session(nodes[0].url, ca_path=ca_path) as client:
        assert_learns_nothing(stranger, client)


@pytest.mark.parametrize("verified", [True, False])
def test_another_port_gets_no_login_whoever_is_there(
    nodes: list[Node], stack: ExitStack, ca_path: str, material: Material, verified: bool
) -> None:
    stranger = recorder(stack, nodes[1].address, material)
    nodes[0].location = stranger.url
    with session(nodes[0].url, **({"ca_path": ca_path} if verified else {"validate_certs": False})) as client:
        client.learn(named(*nodes))
        assert_learns_nothing(stranger, client)
    assert stranger.connections == 0


def test_without_verification_an_address_that_the_cluster_does_not_name_gets_no_login(
    nodes: list[Node], stack: ExitStack, material: Material
) -> None:
    stranger = recorder(stack, "127.0.0.9", material, nodes[0].port)
    nodes[0].location = stranger.url
    with session(nodes[0].url, validate_certs=False) as client:
        client.learn(named(*nodes))
        assert_learns_nothing(stranger, client)
    assert stranger.connections == 0


def test_without_verification_another_certificate_gets_no_login(
    nodes: list[Node], stack: ExitStack, authority: Authority
) -> None:
    """Nodes were not read yet: whoever holds the very certificate of the URL is the cluster, all others are not."""
    stranger = recorder(stack, "127.0.0.9", authority.issue(), nodes[0].port)
    nodes[0].location = stranger.url
    with session(nodes[0].url, validate_certs=False) as client:
        assert_learns_nothing(stranger, client)


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2:{port}",
        "https://admin:secret@127.0.0.2:{port}",
        "https://127.0.0.2:{port}/login?next=",
        "https://127.0.0.2:{port}/?next=",
        "https://127.0.0.2:{port}?next=",
        "https://[::1",
        "https://127.0.0.2:99999",
        "ftp://127.0.0.2:{port}",
        "",
    ],
)
def test_what_is_no_redirect_of_a_follower_is_not_followed(nodes: list[Node], ca_path: str, location: str) -> None:
    nodes[0].location = location.format(port=nodes[0].port)
    with session(nodes[0].url, ca_path=ca_path) as client:
        error = failure(client)
    assert error.kind == "redirect"
    assert "secret" not in error.message
    assert nodes[1].connections == 0


def test_a_pinned_certificate_is_followed_too(nodes: list[Node], ca_path: str) -> None:
    """While `api` changes to another CA, also the primary is known by the leaf that was just installed."""
    fresh = Authority("Another CA").issue()
    nodes[0].location = nodes[1].url
    nodes[0].material = nodes[1].material = fresh
    with session(nodes[0].url, ca_path=ca_path) as client:
        client.pin(fresh.fingerprint)
        assert client.request("GET", PATH).status == 200


def test_what_the_cluster_names() -> None:
    known = Named()
    known.learn(
        [
            {"uid": 1, "addr": "10.0.0.1", "external_addr": ["192.0.2.1", 7, "no host"]},
            {"uid": "2", "addr": "10.0.0.2", "external_addr": None},
            {"uid": True, "addr": ["10.0.0.3"]},
            {},
        ]
    )
    assert known.ways_to("10.0.0.1", "internal") == ["10.0.0.1", "192.0.2.1"]
    assert known.ways_to("192.0.2.1", "external") == ["192.0.2.1", "10.0.0.1"]
    assert known.ways_to("10.0.0.9", "internal") == ["10.0.0.9"]
    assert (known.excludes("10.0.0.9"), known.excludes("192.0.2.1")) == (True, False)
    assert known.siblings("10.0.0.1", "internal") == ["10.0.0.2"]
    assert known.siblings("lb.example.com", "internal") == []
    node = known.node_at("10.0.0.2")
    assert node is not None
    assert node.uid == "2"
    known.learn([{"uid": 1, "addr": "FD00:0::1"}])
    assert not known.excludes("fd00::1")


def test_an_address_without_a_port_is_that_of_https() -> None:
    assert find_destination("https://node.example.com/v1/cluster", "/v1/cluster") == Place("node.example.com", 443)
    with pytest.raises(NotFollowed):
        find_destination("https://node.example.com/v1/nodes", "/v1/cluster")


@pytest.mark.parametrize("path", ["", "/", "/v1/cluster"])
def test_a_follower_may_name_the_host_alone(path: str) -> None:
    location = f"https://node.example.com:9443{path}"
    assert find_destination(location, "/v1/cluster?extended=true") == Place("node.example.com", 9443)


def test_one_address_can_be_asked_directly_without_following_or_a_login(nodes: list[Node], ca_path: str) -> None:
    nodes[1].location = nodes[0].url
    place = Place(nodes[1].address, nodes[1].port)
    with session(nodes[0].url, ca_path=ca_path) as client:
        for login in (False, True):
            peer = client.peer_at(place, login=login, headers={"Accept": "text/plain"})
            assert peer is not None
            assert peer.request("GET", PATH).status == 307
            peer.disconnect()
        first = client.peer_at(login=False)
        assert first is not None
        assert first.request("GET", PATH).status == 200
        first.disconnect()
        assert client.request("GET", PATH).status == 200
    assert [login is not None for login in nodes[1].logins] == [False, True]
    assert [login is not None for login in nodes[0].logins] == [False, True]


def test_an_address_that_the_cluster_has_not_named_is_not_asked(nodes: list[Node]) -> None:
    with session(nodes[0].url, validate_certs=False) as client:
        client.learn(named(*nodes[:2]))
        assert client.peer_at(Place(nodes[1].address, nodes[1].port)) is not None
        assert client.peer_at(Place(nodes[2].address, nodes[2].port)) is None
        assert client.peer_at(Place(nodes[2].address, nodes[2].port), login=False) is None


def test_a_stranger_is_not_asked_directly_where_certificates_are_verified(
    nodes: list[Node], stack: ExitStack, ca_path: str
) -> None:
    stranger = recorder(stack, "127.0.0.9", Authority("Somebody else").issue(FQDN))
    with session(nodes[0].url, ca_path=ca_path) as client:
        peer = client.peer_at(Place(stranger.address, stranger.port))
        assert peer is not None
        with pytest.raises(CertificateError) as raised:
            peer.request("GET", PATH)
        peer.disconnect()
    assert raised.value.kind == "tls_untrusted"
    assert stranger.logins == []


def test_a_client_certificate_is_a_login_too(
    nodes: list[Node], authority: Authority, tmp_path: Any, ca_path: str
) -> None:
    own = tmp_path / "client.pem"
    made = authority.issue("client")
    own.write_text(made.certificate_pem + str(made.key_pem))
    with session(nodes[0].url, ca_path=ca_path, client_cert=str(own)) as client:
        for login in (True, False):
            peer = client.peer_at(login=login)
            assert peer is not None
            assert (peer.connection.client_cert is not None) is login


@given(
    location=st.text(st.characters()) | st.text("htps:/@[]?#%.1a", max_size=40).map("https://".__add__),
    path=st.just(PATH),
)
def test_any_location_is_a_place_or_not_followed(location: str, path: str) -> None:
    try:
        found = find_destination(location, path)
        assert found.host.isascii()
        assert 0 < found.port < 65536
    except NotFollowed:
        pass
    assert origin_of(location).isprintable()


anything = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.text(max_size=9), max_size=2)


@given(st.lists(st.dictionaries(st.sampled_from(["uid", "addr", "external_addr"]), anything), max_size=4), st.text())
def test_no_node_is_too_odd(answer: list[dict[str, Any]], host: str) -> None:
    known = Named()
    known.learn(answer)
    for choice in ("internal", "external", "both"):
        assert all(known.ways_to(host, choice)) or not host
        assert all(known.siblings(host, choice))
