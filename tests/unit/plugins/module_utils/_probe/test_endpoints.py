# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what a cluster says of itself to the ports that show its certificates: without a network."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.cluster import (
    Cluster,
    Node,
    read_cluster,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import (
    Connection,
    find_secrets,
    parse_connection,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._hostnames import is_host
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.endpoints import (
    Endpoint,
    endpoints_at_url,
    endpoints_showing,
    parse_endpoints,
    within_limit,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.redirects import parse_place
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import printable
from hypothesis import given, settings
from hypothesis import strategies as st

FQDN = "cluster.example.com"
SHOWN = {"api": 9443, "cm": 8443, "metrics_exporter": 8070}
NOT_SHOWN = ("syncer", "ldap_client", "ccs_internode_encryption", "data_internode_encryption", "mtls_trusted_ca")
NODES = [
    {"uid": 1, "addr": "10.0.0.1", "external_addr": ["192.0.2.1", "2001:db8::1"]},
    {"uid": 2, "addr": "10.0.0.2", "external_addr": ["192.0.2.2"]},
    {"uid": 3, "addr": "10.0.0.3"},
]


def connection(url: str = f"https://{FQDN}", **options: Any) -> Connection:
    defaults = {name: spec.get("default") for name, spec in CONNECTION_SPEC.items()}
    given_options = {"url": url, "token": "a-token", "allow_http": True, **options}
    return parse_connection({**defaults, **given_options}, {})


def cluster(settings: Any = None, nodes: Any = None, bootstrap: Any = None) -> Cluster:
    """What is read from an API that answers this."""
    api: Any = SimpleNamespace(
        url="https://cluster.example.com:9443",
        cluster=lambda: {"name": FQDN} if settings is None else settings,
        nodes=lambda: NODES if nodes is None else nodes,
        bootstrap=lambda: bootstrap or {},
        nodes_status=dict,
        session=SimpleNamespace(answering=parse_place("https://cluster.example.com:9443")),
    )
    return read_cluster(api, lambda message: None, needed=True)


def showing(name: str, facts: Cluster | None = None, bdbs: Any = (), **options: Any) -> list[Endpoint]:
    return list(endpoints_showing(name, facts or cluster(), connection(**options), bdbs))


def addresses(endpoints: Sequence[Endpoint]) -> list[tuple[Any, str]]:
    return [(one.node, one.address) for one in endpoints]


INTERNAL = [(1, "10.0.0.1"), (2, "10.0.0.2"), (3, "10.0.0.3")]
EXTERNAL = [(1, "192.0.2.1"), (1, "2001:db8::1"), (2, "192.0.2.2"), (3, "10.0.0.3")]
BOTH = [(1, "10.0.0.1"), (1, "192.0.2.1"), (1, "2001:db8::1"), (2, "10.0.0.2"), (2, "192.0.2.2"), (3, "10.0.0.3")]
CHOICES = [("internal", INTERNAL), ("external", EXTERNAL), ("both", BOTH)]


@pytest.mark.parametrize(("choice", "expected"), CHOICES)
@pytest.mark.parametrize("name", SHOWN)
def test_every_node_has_the_port_at_the_addresses_that_are_chosen(
    name: str, choice: str, expected: list[tuple[Any, str]]
) -> None:
    found = showing(name, node_address=choice)
    assert addresses(found) == expected
    for one in found:
        assert (one.port, one.service, one.server_name) == (SHOWN[name], name, FQDN)


@pytest.mark.parametrize("choice", ["internal", "external", "both"])
def test_a_node_with_one_kind_of_address_has_it_whatever_is_chosen(choice: str) -> None:
    nodes = [{"uid": 1, "addr": "10.0.0.1"}, {"uid": 2, "external_addr": ["192.0.2.2"]}, {"uid": 3}]
    found = showing("api", cluster(nodes=nodes), node_address=choice)
    # Without the third one, a proof would be complete that has not seen it.
    assert addresses(found) == [(1, "10.0.0.1"), (2, "192.0.2.2"), (3, "")]
    assert str(found[-1]) == "node 3, no address:9443 (api)"


@pytest.mark.parametrize("name", NOT_SHOWN)
def test_what_no_port_shows(name: str) -> None:
    assert showing(name, bdbs=[database()]) == []


@pytest.mark.parametrize("choice", ["internal", "external", "both"])
def test_where_no_node_may_be_seen_the_host_of_the_url_stands_for_them(choice: str) -> None:
    options = connection("https://front.example.com:443", node_address=choice)
    facts = cluster({"name": FQDN, "cnm_https_port": 19443}, nodes=[])
    assert endpoints_showing("cm", facts, options, ()) == (Endpoint(None, "front.example.com", 8443, "cm", FQDN),)
    assert endpoints_showing("api", facts, options, ()) == (Endpoint(None, "front.example.com", 19443, "api", FQDN),)


@pytest.mark.parametrize(
    ("name", "settings", "options", "port"),
    [
        ("api", {"cnm_https_port": 19443}, {}, 19443),
        ("api", {"cnm_https_port": 19443}, {"url": "https://front:443"}, 19443),
        ("api", {}, {"url": "https://front:443"}, 443),
        ("api", {}, {}, 9443),
        ("api", {"cnm_https_port": 19443}, {"url": "http://front:8080"}, 19443),
        ("cm", {"cm_port": 18443}, {}, 18443),
        ("cm", {"cm_port": "18443"}, {}, 18443),
        ("cm", {}, {"url": "https://front:443"}, 8443),
        ("metrics_exporter", {"cm_port": 1, "cnm_https_port": 2}, {"metrics_port": 18070}, 18070),
    ],
)
def test_the_port_of_a_service(name: str, settings: dict[str, Any], options: dict[str, Any], port: int) -> None:
    assert {one.port for one in showing(name, cluster(settings), **options)} == {port}


@pytest.mark.parametrize("number", ["nine", "-9", "65536", 0, -1, 65536, 10**30, True, None, 9.5, [9], {}])
def test_what_is_no_port_is_taken_for_none(number: Any) -> None:
    facts = cluster({"cnm_https_port": number, "cm_port": number})
    for name in ("api", "cm"):
        assert {one.port for one in showing(name, facts)} == {SHOWN[name]}


@pytest.mark.parametrize("number", [1, 65535])
def test_the_lowest_and_the_highest_port(number: int) -> None:
    facts = cluster({"cnm_https_port": number, "cm_port": number})
    assert {one.port for name in ("api", "cm") for one in showing(name, facts)} == {number}


@pytest.mark.parametrize("name", [None, "", 7, ["a"]])
def test_a_cluster_whose_name_is_not_known_is_asked_for_none(name: Any) -> None:
    assert {one.server_name for one in showing("api", cluster({"name": name}))} == {None}


def database(**fields: Any) -> dict[str, Any]:
    endpoint = {"dns_name": f"redis-12000.{FQDN}", "port": 12000, "addr": ["10.0.0.1"]}
    return {"uid": 7, "tls_mode": "enabled", "endpoints": [endpoint], **fields}


def test_a_database_shows_the_certificate_of_its_proxies() -> None:
    assert showing("proxy", bdbs=[database()]) == [Endpoint(1, "10.0.0.1", 12000, "proxy", f"redis-12000.{FQDN}")]


@pytest.mark.parametrize("mode", ["disabled", "replica_ssl", None, "", True, ["enabled"], {}])
def test_a_database_without_tls_towards_its_clients_shows_nothing(mode: Any) -> None:
    assert showing("proxy", bdbs=[database(tls_mode=mode)]) == []


def test_databases_with_a_certificate_of_their_own_do_not_show_proxy() -> None:
    bdbs = [database(), database(uid=8), database(uid="9")]
    for own, shown in (({"7"}, bdbs[1:]), ({"8": "pem", "9": "pem"}, bdbs[:1]), (["7", "8", "9"], [])):
        found = endpoints_showing("proxy", cluster(), connection(), bdbs, own)
        assert list(found) == showing("proxy", bdbs=shown)
    assert endpoints_showing("cm", cluster(), connection(), bdbs, {"7"}) == tuple(showing("cm"))


def test_a_database_is_shown_for_no_other_certificate() -> None:
    for name, port in SHOWN.items():
        assert {one.port for one in showing(name, bdbs=[database()])} == {port}


@pytest.mark.parametrize(("choice", "expected"), CHOICES)
def test_proxies_are_looked_at_where_their_nodes_are(choice: str, expected: list[tuple[Any, str]]) -> None:
    endpoint = {"dns_name": "db.example.com", "port": 12000, "addr": [address for dummy, address in INTERNAL]}
    found = showing("proxy", bdbs=[database(endpoints=[endpoint])], node_address=choice)
    assert addresses(found) == expected
    assert {(one.port, one.server_name) for one in found} == {(12000, "db.example.com")}


def test_a_node_is_found_by_each_of_its_addresses_however_they_are_written() -> None:
    endpoint = {"port": 12000, "addr": ["192.0.2.2", "2001:DB8:0::1"]}
    found = showing("proxy", bdbs=[database(endpoints=[endpoint])])
    assert addresses(found) == [(2, "10.0.0.2"), (1, "10.0.0.1")]
    (at_url,) = endpoints_at_url(showing("cm"), cluster(), connection("https://[2001:db8:0:0::1]"))
    assert at_url.node == 1


@pytest.mark.parametrize("choice", ["internal", "external", "both"])
def test_an_address_that_no_node_has_is_looked_at_as_it_is(choice: str) -> None:
    endpoint = {"port": 12000, "addr": ["203.0.113.9"]}
    assert showing("proxy", bdbs=[database(endpoints=[endpoint])], node_address=choice) == [
        Endpoint(None, "203.0.113.9", 12000, "proxy", FQDN)
    ]


def test_every_endpoint_of_every_database_is_looked_at_once() -> None:
    first = {"dns_name": "a.example.com", "port": 12000, "addr": ["10.0.0.1", "10.0.0.2", "10.0.0.1"]}
    second = {"dns_name": "b.example.com", "port": 12000, "addr": ["10.0.0.1"]}
    third = {"dns_name": "a.example.com", "port": 12001, "addr": ["10.0.0.1"]}
    found = showing("proxy", bdbs=[database(endpoints=[first, second]), database(endpoints=[first, third])])
    assert [(one.server_name, one.address, one.port) for one in found] == [
        ("a.example.com", "10.0.0.1", 12000),
        ("a.example.com", "10.0.0.2", 12000),
        ("b.example.com", "10.0.0.1", 12000),
        ("a.example.com", "10.0.0.1", 12001),
    ]


@pytest.mark.parametrize(
    "endpoint",
    [
        None,
        "10.0.0.1:12000",
        ["10.0.0.1", 12000],
        {},
        {"port": 12000},
        {"port": 12000, "addr": None},
        {"port": 12000, "addr": "10.0.0.1"},
        {"port": 12000, "addr": []},
        {"port": 12000, "addr": [None, "", 7, ["10.0.0.1"], {}]},
        {"addr": ["10.0.0.1"]},
        {"port": "twelve", "addr": ["10.0.0.1"]},
        {"port": 0, "addr": ["10.0.0.1"]},
        {"port": True, "addr": ["10.0.0.1"]},
    ],
)
def test_an_endpoint_of_an_odd_shape_is_left_out_and_hides_no_other(endpoint: Any) -> None:
    (good,) = database()["endpoints"]
    assert showing("proxy", bdbs=[database(endpoints=[endpoint, good])]) == showing("proxy", bdbs=[database()])


@pytest.mark.parametrize("endpoints", [None, {}, "", 7, True])
def test_a_database_of_an_odd_shape_is_left_out_and_hides_no_other(endpoints: Any) -> None:
    databases = [{}, database(endpoints=endpoints), database()]
    assert showing("proxy", bdbs=databases) == showing("proxy", bdbs=[database()])


def test_a_database_with_an_odd_name_is_asked_for_that_of_the_cluster() -> None:
    endpoint = {"dns_name": ["a"], "port": 12000, "addr": ["10.0.0.1"]}
    assert [one.server_name for one in showing("proxy", bdbs=[database(endpoints=[endpoint])])] == [FQDN]


def test_an_address_that_is_told_twice_is_looked_at_once() -> None:
    facts = cluster(nodes=[{"uid": 1, "addr": "10.0.0.1", "external_addr": ["10.0.0.1", "192.0.2.1", "192.0.2.1"]}])
    options = connection(node_address="both")
    expected = [(1, "10.0.0.1"), (1, "192.0.2.1")]
    assert addresses(endpoints_showing("cm", facts, options, ())) == expected


@pytest.mark.parametrize(
    ("address", "netloc"),
    [
        ("10.0.0.1", "10.0.0.1:9443"),
        ("node1.example.com", "node1.example.com:9443"),
        ("2001:db8::1", "[2001:db8::1]:9443"),
        ("fe80::1%eth0", "[fe80::1%eth0]:9443"),
    ],
)
def test_the_url_of_an_endpoint(address: str, netloc: str) -> None:
    endpoint = Endpoint(1, address, 9443, "api")
    assert endpoint.url == f"https://{netloc}"
    assert str(endpoint) == f"{netloc} (api)"


def test_the_host_of_the_url_has_the_same_ports() -> None:
    tried = [*showing("api"), *showing("proxy", bdbs=[database()])]
    assert list(endpoints_at_url(tried, cluster(), connection("https://front.example.com"))) == [
        Endpoint(None, "front.example.com", 9443, "api", FQDN),
        Endpoint(None, "front.example.com", 12000, "proxy", f"redis-12000.{FQDN}"),
    ]


def test_the_host_of_the_url_may_be_a_node() -> None:
    (found,) = endpoints_at_url(showing("cm"), cluster(), connection("https://10.0.0.2:443"))
    assert found == Endpoint(2, "10.0.0.2", 8443, "cm", FQDN)


def test_no_endpoint_has_no_substitute() -> None:
    assert endpoints_at_url((), cluster(), connection()) == ()


@pytest.mark.parametrize(
    ("entry", "address", "number"),
    [
        ("cluster.example.com:9443", "cluster.example.com", 9443),
        (" node-1:1 ", "node-1", 1),
        ("192.0.2.1:65535", "192.0.2.1", 65535),
        ("[2001:db8::1]:9443", "2001:db8::1", 9443),
        ("[2001:0DB8:0:0::0:1]:9443", "2001:db8::1", 9443),
        ("[::ffff:192.0.2.1]:9443", "::ffff:c000:201", 9443),
        ("[fe80::1%eth0]:9443", "fe80::1%eth0", 9443),
    ],
)
def test_a_listed_port(entry: str, address: str, number: int) -> None:
    (found,) = parse_endpoints([entry], None)
    assert ipaddress_or_name(found.address) == ipaddress_or_name(address)
    assert (found.port, found.node, found.service, found.server_name) == (number, None, None, found.address)
    (named,) = parse_endpoints([entry], FQDN)
    assert (named.address, named.server_name) == (found.address, FQDN)


def ipaddress_or_name(text: str) -> Any:
    """Pythons differ in how they write an IPv4 address in an IPv6 one."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return text


def test_a_port_that_is_listed_twice_is_looked_at_once() -> None:
    entries = ["[::1]:9443", "b:1", "[0::1]:9443", "a:1", "b:1"]
    assert [str(one) for one in parse_endpoints(entries, None)] == ["[::1]:9443", "b:1", "a:1"]


BAD_ENTRIES = [
    "",
    ":",
    ":9443",
    "9443",
    "cluster.example.com",
    "cluster.example.com:",
    "cluster.example.com:0",
    "cluster.example.com:65536",
    "cluster.example.com:999999",
    "cluster.example.com:https",
    "cluster.example.com:-1",
    "cluster.example.com:\u0661",
    "https://cluster.example.com:9443",
    "cluster.example.com:9443/",
    "two words:9443",
    "a..b:9443",
    "a\n:9443",
    "2001:db8::1",
    "2001:db8::1:9443",
    "[2001:db8::1]",
    "[2001:db8::g]:9443",
    "[cluster.example.com]:9443",
    "[192.0.2.1]:9443",
    "[]:9443",
    "[::1:9443",
]


@pytest.mark.parametrize("entry", BAD_ENTRIES)
def test_an_entry_that_is_no_port_is_named(entry: str) -> None:
    with pytest.raises(CertificateError) as raised:
        parse_endpoints(["cluster.example.com:9443", entry], None)
    assert raised.value.failure == {"kind": "invalid_option", "option": "endpoints"}
    assert f"option endpoints: entry 2 ({printable(entry)}) is not host:port" in raised.value.message


@pytest.mark.parametrize("entry", ["https://admin:secret@cluster.example.com:9443", "admin:secret@cluster:9443"])
def test_an_entry_with_a_password_is_not_quoted(entry: str) -> None:
    with pytest.raises(CertificateError) as raised:
        parse_endpoints([entry], None)
    assert "entry 1 must not contain credentials" in raised.value.message
    assert "secret" not in raised.value.message
    assert find_secrets({"endpoints": ["a:1", entry]}, {}) == {"secret"}


@given(entry=st.text("a1.:/[]@%-_ \x00\u00e9\u2100\ud800", max_size=12))
def test_no_entry_is_too_odd(entry: str) -> None:
    try:
        (found,) = parse_endpoints([entry], None)
    except CertificateError:
        return
    assert is_host(found.address)
    assert 0 < found.port < 65536


TELLING: dict[str, list[Any]] = {
    "addr": ["10.0.0.1", "2001:db8::1", ["10.0.0.1"], ["203.0.113.9", "10.0.0.2"]],
    "cm_port": [8443],
    "cnm_https_port": [9443],
    "dns_name": ["db.example.com"],
    "endpoints": [[{"port": 12000, "addr": ["10.0.0.1"]}, {"port": 12000, "addr": ["192.0.2.1"], "dns_name": "a"}]],
    "external_addr": [["192.0.2.1"], ["192.0.2.1", "192.0.2.2"]],
    "local_node_info": [{"software_version": "7.8.2-34"}],
    "name": [FQDN],
    "port": [12000],
    "software_version": ["8.0.20-96"],
    "status": ["active", "down"],
    "tls_mode": ["enabled", "enabled", "replica_ssl"],
    "uid": [1, 2, "3"],
}
some_text = st.text("a1.:/[]@%\x00\u00e9\u2100\ud800", max_size=9)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | some_text,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(TELLING)) | some_text, inner, max_size=3)
    ),
    max_leaves=5,
)
things = st.fixed_dictionaries(
    {}, optional={field: st.sampled_from(values) | anything for field, values in TELLING.items()}
)


@settings(deadline=None)
@given(
    answer=things,
    nodes=st.lists(things, max_size=3),
    bdbs=st.lists(things, max_size=3),
    bootstrap=things,
    choice=st.sampled_from(["internal", "external", "both"]),
    url=st.sampled_from([f"https://{FQDN}", "https://10.0.0.1:443", "http://[2001:db8::1]"]),
)
def test_no_answer_is_too_odd(
    answer: Any, nodes: list[Any], bdbs: list[Any], bootstrap: Any, choice: str, url: str
) -> None:
    facts = cluster(answer, nodes, bootstrap)
    options = connection(url, node_address=choice)
    found = [endpoints_showing(name, facts, options, bdbs) for name in (*SHOWN, "proxy", "syncer")]
    found += [endpoints_at_url(some, facts, options) for some in found]
    for some in found:
        for one in some:
            assert isinstance(one.address, str)
            assert not isinstance(one.port, bool)
            assert isinstance(one.port, int)
            assert 0 < one.port < 65536
            assert isinstance(one.node, (int, str, type(None)))
            assert isinstance(one.server_name, (str, type(None)))
            assert one.url.endswith(f":{one.port}")
    assert all(isinstance(node, Node) for node in facts.nodes)
    assert len(facts.nodes) == len(nodes)


@pytest.mark.parametrize(("count", "left_out"), [(0, 0), (4096, 0), (4097, 1), (200_000, 195_904)])
def test_ports_without_end_are_left_out_and_counted(count: int, left_out: int) -> None:
    named = [Endpoint(1, "10.0.0.1", number, "proxy") for number in range(count)]
    said: list[str] = []
    assert list(within_limit(named, said.append)) == named[:4096]
    assert [text.startswith(f"{left_out} of the {count} ports") for text in said] == [True] * bool(left_out)
