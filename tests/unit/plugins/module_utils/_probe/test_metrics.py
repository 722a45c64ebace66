# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What metrics tell of the ends of certificates: any text, and the exporters of simulated clusters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import (
    Connection,
    parse_connection,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.endpoints import Endpoint
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.metrics import (
    SHOWN,
    Exporters,
    parse,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.peer import BODY_LIMIT
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import not_after
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st
from simulator import Cluster
from simulator.authority import Authority, Material, fingerprint_of
from simulator.listeners import Ending, Identity, Listener
from simulator.ports import hold_port
from simulator.state import pair
from simulator.web import Answer, Exchange

NOW = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)
V1, V2 = "node_cert_expiration_seconds", "node_cert_expires_in_seconds"
CENTURY = timedelta(days=100 * 366)


def of(*lines: str) -> dict[str | None, dict[str, frozenset[datetime]]]:
    return parse("\n".join(lines), NOW)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("metric", [V1, V2])
def test_one_line_of_either_version(metric: str) -> None:
    line = f'{metric}{{cluster="c.example.com",logical_name="proxy",node="2",path="/etc/proxy.pem"}} 86400.0'
    assert of(line) == {"2": {"proxy": {after(86400)}}}


def test_a_line_without_a_node_is_of_the_node_that_answers() -> None:
    assert of(f'{V2}{{logical_name="cm",path="/etc/cm.pem"}} 60') == {None: {"cm": {after(60)}}}


def test_the_order_of_labels_and_further_ones_do_not_matter() -> None:
    line = f'{V2}{{node="1",note="a \\"b\\", c=\\\\",path="",logical_name="api",extra="x"}} 5'
    assert of(line) == {"1": {"api": {after(5)}}}


def test_a_page_has_comments_and_other_metrics() -> None:
    assert of(
        f"# HELP {V2} Certificate expiration (in seconds)",
        f"# TYPE {V2} gauge",
        "node_metrics_up 1.0",
        "",
        f'{V2}_total{{node="1",logical_name="api"}} 1',
        f'x{V2}{{node="1",logical_name="api"}} 2',
        f'{V2}{{node="1",logical_name="api"}} 3',
    ) == {"1": {"api": {after(3)}}}


def test_several_series_of_one_name_are_all_kept() -> None:
    """RS187553: the file of a deleted database shows as well."""
    assert of(
        f'{V2}{{node="1",logical_name="proxy",path="/a"}} 100',
        f'{V2}{{node="1",logical_name="proxy",path="/b"}} -200',
        f'{V2}{{node="2",logical_name="proxy",path="/a"}} 100',
    ) == {"1": {"proxy": {after(100), after(-200)}}, "2": {"proxy": {after(100)}}}


def test_a_sample_with_a_time_ends_so_long_after_that_time() -> None:
    then = NOW - timedelta(minutes=10)
    line = f'{V2}{{node="1",logical_name="api"}} 3600 {then.timestamp() * 1000:.0f}'
    assert of(line) == {"1": {"api": {then + timedelta(hours=1)}}}


@pytest.mark.parametrize(
    ("text", "seconds"), [("5", 5), ("-5", -5), ("+5.5", 5.5), ("1.5e3", 1500), ("2E-1", 0.2), ("0", 0)]
)
def test_forms_of_a_number(text: str, seconds: float) -> None:
    assert of(f'{V2}{{node="1",logical_name="api"}} {text}') == {"1": {"api": {after(seconds)}}}


@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        "+Inf",
        "-Inf",
        "1e99",
        "-1e99",
        "4e9",  # more than a century
        "9" * 400,
        "1" * 21,
        "1.2.3",
        ".",
        "0x10",
        "1_000",
        "\u0661",
        "",
        "5 x",
        "5 -1",
        "5 1.5",
        "5 99999999999999999",
        "5 999999999999999",
        "5 6 7",
    ],
)
def test_what_is_no_time_is_left_out_and_hides_no_other(value: str) -> None:
    good = f'{V2}{{node="1",logical_name="cm"}} 7'
    assert of(f'{V2}{{node="1",logical_name="api"}} {value}', good) == {"1": {"cm": {after(7)}}}


@pytest.mark.parametrize("name", ["mesh_ca_signed", "gossip_ca_signed", "ldap_client", "API", "", "proxy "])
def test_other_names_are_left_out(name: str) -> None:
    assert of(f'{V2}{{node="1",logical_name="{name}"}} 5', f'{V2}{{node="1"}} 5') == {}


def test_names_of_the_operator_are_those_of_the_api() -> None:
    lines = [f'{V2}{{node="1",logical_name="{name}_internode_encryption"}} 5' for name in ("cp", "dp")]
    assert of(*lines)["1"].keys() == {"ccs_internode_encryption", "data_internode_encryption"}


@pytest.mark.parametrize(
    "line",
    [
        f"{V2} 5",
        f"{V2}{{}} 5",
        f'{V2}{{node="1",logical_name="api" 5',
        f'{V2}{{node="1",logical_name=api}} 5',
        f'{V2}{{node="1",logical_name="api}}"}} 5',
        f'{V2}{{node="1",logical_name="api"}}5',
        f' {V2}{{node="1",logical_name="api"}} 5',
        V2 + "{" * 100_000,
        V2 + '{a="' * 100_000 + "} 5",
        V2 + '{a="' + "\\" * 100_001 + '"} 5',
    ],
)
def test_a_line_of_another_form_is_left_out(line: str) -> None:
    assert of(line) == {}


names = st.sampled_from(sorted(SHOWN))
sample = st.tuples(st.integers(1, 3), names, st.integers(-(10**8), 10**8), st.booleans(), st.permutations(range(4)))


@given(st.lists(sample))
def test_every_sample_is_found_where_it_belongs(
    samples: list[tuple[int, str, int, bool, list[int]]],
) -> None:
    expected: dict[str, dict[str, set[datetime]]] = {}
    lines = []
    for node, name, seconds, stamped, order in samples:
        labels = ['cluster="c"', f'logical_name="{name}"', f'node="{node}"', 'path="/p"']
        stamp = f" {NOW.timestamp() * 1000:.0f}" if stamped else ""
        lines.append(f"{V2}{{{','.join(labels[at] for at in order)}}} {seconds}.0{stamp}")
        expected.setdefault(str(node), {}).setdefault(name, set()).add(after(seconds))
    assert of(*lines) == expected


fragments = st.sampled_from(
    [
        V1,
        V2,
        "{",
        "}",
        '"',
        "\\",
        ",",
        "=",
        " ",
        "\n",
        "\r",
        "node",
        "logical_name",
        '="1"',
        '="proxy"',
        "1e9",
        "-5",
        "7",
    ]
)
texts = st.text(st.characters()) | st.lists(fragments | st.text(max_size=3), max_size=30).map("".join)


@given(texts | texts.map(lambda text: f'{V2}{{node="1",logical_name="proxy"}} {text}'))
def test_any_text_is_ends_within_a_century_or_nothing(text: str) -> None:
    for node, by_name in parse(text, NOW).items():
        assert node is None or isinstance(node, str)
        assert by_name
        assert by_name.keys() <= SHOWN
        for ends in by_name.values():
            assert ends
            assert all(abs(end - NOW) <= 2 * CENTURY for end in ends)


# Exporters of simulated clusters.


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as running:
        yield running


def running(stack: ExitStack, version: str = "8.0.20-96", nodes: int = 3, **options: Any) -> Cluster:
    cluster = stack.enter_context(Cluster(nodes, version, database="none", **options))
    if cluster.notice:
        pytest.skip(cluster.notice)
    return cluster


def connection(url: str, **options: Any) -> Connection:
    defaults = {name: spec.get("default") for name, spec in CONNECTION_SPEC.items()}
    login = {} if "token" in options else {"username": "admin@example.com", "password": "a password"}
    return parse_connection({**defaults, **login, "url": url, "timeout": 5.0, **options}, {})


def leaf_of(cluster: Cluster) -> str:
    """The fingerprint of what the exporters present."""
    pem = cluster.certificate("metrics_exporter")
    assert pem is not None
    return fingerprint_of(x509.load_pem_x509_certificate(pem.encode()))


def exporters(cluster: Cluster, *leaves: str, **options: Any) -> Exporters:
    ports = [Endpoint(one.uid, one.address, cluster.metrics_port, "metrics_exporter") for one in cluster.nodes]
    login = {} if "token" in options else {"username": cluster.username, "password": cluster.password}
    return Exporters(connection(cluster.url, **login, **options), ports, leaves or [leaf_of(cluster)])


def asked(cluster: Cluster) -> list[tuple[int, str, int | None]]:
    return [(one.node_uid, one.path, one.status) for one in cluster.metrics.requests]


def ends_on(cluster: Cluster, uid: int, name: str) -> datetime:
    """When what a node has on its disk ends."""
    pem = cluster.nodes[uid - 1].holds(name).certificate
    assert pem is not None
    return not_after(x509.load_pem_x509_certificate(pem.encode()))


@pytest.mark.parametrize("version", ["7.8.2-34", "8.0.20-96", "8.2.0-46"])
def test_one_request_tells_of_all_nodes(stack: ExitStack, authority: Authority, version: str) -> None:
    cluster = running(stack, version, primary=2)
    fresh = authority.issue(days=50)
    cluster.nodes[2].put("syncer", pair(fresh.certificate_pem, fresh.key_pem))
    shown = exporters(cluster).read([1, 2, 3])
    assert shown.problem is None
    assert asked(cluster) == [(1, "/v2", 200)]
    for uid in (1, 2, 3):
        for name in SHOWN:
            (end,) = shown.of(uid, name)
            assert abs(end - ends_on(cluster, uid, name)) < timedelta(seconds=30)
    assert shown.of(1, "syncer") != shown.of(3, "syncer")
    assert shown.of(1, "ldap_client") == shown.of(9, "proxy") == frozenset()


def test_a_node_that_is_down_is_missing_and_asked_for_itself(stack: ExitStack) -> None:
    cluster = running(stack, down=[3])
    shown = exporters(cluster).read([1, 2, 3])
    assert shown.ends.keys() == {"1", "2"}
    assert shown.problem is not None
    assert "127.0.0.3" in shown.problem
    assert asked(cluster) == [(1, "/v2", 200)]


def test_only_nodes_that_are_asked_for_are_missed(stack: ExitStack) -> None:
    cluster = running(stack, down=[3])
    assert exporters(cluster).read([1, 2]).problem is None


def test_an_exporter_that_does_not_answer_is_passed_over_and_asked_last_the_next_time(stack: ExitStack) -> None:
    cluster = running(stack)
    cluster.nodes[0].keep_closed("metrics_exporter", True)
    made = exporters(cluster)
    for dummy in range(2):
        shown = made.read([1, 2, 3])
        assert (set(shown.ends), shown.problem) == ({"1", "2", "3"}, None)
    assert asked(cluster) == [(2, "/v2", 200)] * 2


def test_closed_ports_tell_nothing(stack: ExitStack) -> None:
    cluster = running(stack, nodes=2)
    for node in cluster.nodes:
        node.keep_closed("metrics_exporter", True)
    shown = exporters(cluster).read([1, 2])
    assert shown.ends == {}
    assert shown.problem is not None
    assert "connection refused" in shown.problem


def test_before_version_2_only_the_primary_tells(stack: ExitStack) -> None:
    cluster = running(stack, "7.4.6-280", primary=3)
    shown = exporters(cluster).read([1, 2, 3])
    assert (set(shown.ends), shown.problem) == ({"1", "2", "3"}, None)
    assert [(uid, path, status) for uid, path, status in asked(cluster) if status == 200] == [(3, "/", 200)]
    assert (1, "/v2", 404) in asked(cluster)


def test_a_login_is_sent_where_it_is_demanded(stack: ExitStack) -> None:
    cluster = running(stack, metrics_auth=True)
    shown = exporters(cluster).read([1, 2, 3])
    assert shown.ends.keys() == {"1", "2", "3"}
    assert [(one.status, one.authentication) for one in cluster.metrics.requests] == [(401, None), (200, "basic")]


def test_no_login_is_sent_where_none_is_demanded(stack: ExitStack) -> None:
    cluster = running(stack)
    exporters(cluster).read([1, 2, 3])
    assert [one.authentication for one in cluster.metrics.requests] == [None]


@pytest.mark.parametrize("login", ["token", "another user"])
def test_metrics_behind_a_login_that_is_not_there_tell_nothing(stack: ExitStack, login: str) -> None:
    cluster = running(stack, nodes=2, metrics_auth=True)
    user = cluster.user("user_manager")
    options: dict[str, Any] = {"token": cluster.token()} if login == "token" else {}
    if login == "another user":
        ports = [Endpoint(1, "127.0.0.1", cluster.metrics_port, "metrics_exporter")]
        meant = connection(cluster.url, username=user.username, password=user.password)
        shown = Exporters(meant, ports, [leaf_of(cluster)]).read([1])
    else:
        shown = exporters(cluster, **options).read([1, 2])
        assert {one.authentication for one in cluster.metrics.requests} == {None}
    assert shown.ends == {}
    assert shown.problem is not None
    assert "it requires a user name and password (cluster setting metrics_auth)" in shown.problem


@pytest.mark.parametrize("metrics_auth", [False, True])
def test_another_certificate_on_the_port_is_not_listened_to_and_gets_no_login(
    stack: ExitStack, material: Material, metrics_auth: bool
) -> None:
    cluster = running(stack, nodes=2, metrics_auth=metrics_auth)
    for validate_certs in (True, False):
        shown = exporters(cluster, material.fingerprint, validate_certs=validate_certs).read([1, 2])
        assert shown.ends == {}
        assert shown.problem is not None
        assert "its certificate is not the one that the API reports as metrics_exporter" in shown.problem
    assert cluster.metrics.requests == []


def test_one_exporter_with_another_certificate_does_not_speak_for_the_others(
    stack: ExitStack, material: Material
) -> None:
    cluster = running(stack, metrics_auth=True)
    cluster.nodes[0].put("metrics_exporter", pair(material.certificate_pem, material.key_pem))
    pem = cluster.nodes[1].holds("metrics_exporter").certificate
    assert pem is not None
    leaf = fingerprint_of(x509.load_pem_x509_certificate(pem.encode()))
    shown = exporters(cluster, leaf).read([1, 2, 3])
    assert (set(shown.ends), shown.problem) == ({"1", "2", "3"}, None)
    assert {one.node_uid for one in cluster.metrics.requests} == {2}


@pytest.mark.parametrize("first", [True, False])
def test_while_it_changes_an_exporter_may_present_the_old_certificate_or_the_new_one(
    stack: ExitStack, material: Material, first: bool
) -> None:
    cluster = running(stack)
    leaves = [leaf_of(cluster), material.fingerprint]
    made = exporters(cluster, *(leaves if first else reversed(leaves)))
    assert made.read([1, 2, 3]).problem is None
    cluster.set_certificate("metrics_exporter", material.certificate_pem, str(material.key_pem))
    assert made.read([1, 2, 3]).problem is None


def test_where_the_api_does_not_report_the_exporter_its_port_could_be_anybodys(stack: ExitStack) -> None:
    cluster = running(stack, nodes=1)
    ports = [Endpoint(1, "127.0.0.1", cluster.metrics_port, "metrics_exporter")]
    shown = Exporters(connection(cluster.url), ports, []).read([1])
    assert shown.ends == {}
    assert shown.problem is not None
    assert "cannot be verified" in shown.problem
    assert cluster.metrics.requests == []


def test_without_an_address_there_is_nothing_to_ask(material: Material) -> None:
    shown = Exporters(connection("https://127.0.0.1:1"), [], [material.fingerprint]).read([1])
    assert (shown.ends, shown.problem) == ({}, None)


# Exporters of other habits.


class Exporter:
    """A metrics port that answers each path with what it was given, and any other path with 404."""

    def __init__(self, stack: ExitStack, material: Material, address: str, port: int = 0) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self._material = material
        self._listener = Listener(hold_port([address], port)[0], self._identity, self._serve)
        stack.callback(self._listener.close)
        self._listener.resume()
        self.port = self._listener.port

    def _identity(self) -> Identity:
        return Identity(pair(self._material.certificate_pem, self._material.key_pem))

    def _serve(self, served: Any, ending: Ending) -> None:
        Exchange(served, self._answer, ending)

    def _answer(self, exchange: Exchange) -> None:
        self.asked.append(exchange.path)
        exchange.send(self.answers.get(exchange.path, Answer(404)))


def page(*lines: str) -> Answer:
    return Answer(200, "\n".join(lines).encode(), "text/plain")


def test_nodes_that_are_missing_in_the_whole_are_asked_for_themselves(stack: ExitStack, material: Material) -> None:
    first = Exporter(stack, material, "127.0.0.1")
    second = Exporter(stack, material, "127.0.0.2", first.port)
    first.answers["/v2"] = page(f'{V2}{{node="1",logical_name="api"}} 100')
    second.answers["/v2/node"] = page(f'{V2}{{logical_name="api"}} 200')
    ports = [Endpoint(uid, f"127.0.0.{uid}", first.port, "metrics_exporter") for uid in (1, 2)]
    shown = Exporters(connection("https://127.0.0.1:1"), ports, [material.fingerprint]).read([1, 2])
    assert shown.problem is None
    assert {uid: len(shown.of(uid, "api")) for uid in (1, 2)} == {1: 1, 2: 1}
    assert shown.of(1, "api") != shown.of(2, "api")
    assert (first.asked, second.asked) == (["/v2"], ["/v2/node"])


def test_nodes_are_asked_for_themselves_where_the_whole_is_too_large(stack: ExitStack, material: Material) -> None:
    first = Exporter(stack, material, "127.0.0.1")
    second = Exporter(stack, material, "127.0.0.2", first.port)
    for one in (first, second):
        one.answers["/v2"] = page(f'{V2}{{node="1",logical_name="api"}} 100', "#" * BODY_LIMIT)
        one.answers["/v2/node"] = page(f'{V2}{{logical_name="api"}} 200')
    ports = [Endpoint(uid, f"127.0.0.{uid}", first.port, "metrics_exporter") for uid in (1, 2)]
    shown = Exporters(connection("https://127.0.0.1:1"), ports, [material.fingerprint]).read([1, 2])
    assert {uid: len(shown.of(uid, "api")) for uid in (1, 2)} == {1: 1, 2: 1}
    assert (first.asked, second.asked) == (["/v2", "/v2/node"], ["/v2/node"])


def test_a_node_cannot_speak_for_another_one_by_its_own_metrics(stack: ExitStack, material: Material) -> None:
    first = Exporter(stack, material, "127.0.0.1")
    second = Exporter(stack, material, "127.0.0.2", first.port)
    first.answers["/v2"] = page(f'{V2}{{node="1",logical_name="api"}} 100')
    second.answers["/v2/node"] = page(f'{V2}{{node="1",logical_name="api"}} 900', f'{V2}{{logical_name="api"}} 200')
    ports = [Endpoint(uid, f"127.0.0.{uid}", first.port, "metrics_exporter") for uid in (1, 2)]
    shown = Exporters(connection("https://127.0.0.1:1"), ports, [material.fingerprint]).read([1, 2])
    (end,) = shown.of(1, "api")
    assert end < datetime.now(timezone.utc) + timedelta(seconds=101)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer(500), "it answers with HTTP 500"),
        (Answer(403), "it requires a user name and password"),
        (Answer(307, headers={"Location": "https://192.0.2.1/v2"}), "it answers with HTTP 307"),
        (Answer(200, b"<html>Hello</html>", "text/html"), "its metrics list no node certificate"),
        (Answer(200, b"\xff\xfe\x00"), "its metrics list no node certificate"),
        (Answer(200), "its metrics list no node certificate"),
        (page(f'{V2}{{logical_name="api"}} 5'), "its metrics list no node certificate"),
    ],
)
def test_an_answer_that_is_of_no_use_says_why(
    stack: ExitStack, material: Material, answer: Answer, problem: str
) -> None:
    exporter = Exporter(stack, material, "127.0.0.1")
    exporter.answers["/v2"] = answer
    port = Endpoint(1, "127.0.0.1", exporter.port, "metrics_exporter")
    shown = Exporters(connection("https://127.0.0.1:1"), [port], [material.fingerprint]).read([1])
    assert shown.ends == {}
    assert shown.problem is not None
    assert shown.problem.startswith(f"127.0.0.1:{exporter.port} (metrics_exporter): {problem}")
    assert shown.problem.isprintable()


@pytest.mark.parametrize("address", ["https://user:pass@192.0.2.7", "a b", "::x", "", "\ud800"])
def test_what_is_no_address_is_not_asked(stack: ExitStack, address: str) -> None:
    cluster = running(stack, nodes=1)
    ports = [Endpoint(1, address, cluster.metrics_port, "metrics_exporter")]
    shown = Exporters(connection(cluster.url), ports, [leaf_of(cluster)]).read([1])
    assert shown.problem is not None
    assert shown.problem.endswith("not an address")
    assert asked(cluster) == []
