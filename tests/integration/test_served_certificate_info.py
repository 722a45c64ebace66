# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module served_certificate_info."""

from __future__ import annotations

import math
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from simulator import Cluster, Fault
from simulator.authority import Authority, Material, pem_of
from simulator.state import own_name, pair

from .runs import Ansible, at, login, striking, task

MODULE = "served_certificate_info"
SERVICES = ("api", "cm", "metrics_exporter", "proxy")
ADDRESSES = [f"127.0.0.{number}" for number in (1, 2, 3)]


def trust(ansible: Ansible, *authorities: str) -> str:
    """A file with these CAs."""
    path = ansible.folder / "trusted.pem"
    path.write_text("".join(authorities))
    return str(path)


def give(cluster: Cluster, material: Material, names: Sequence[str] = SERVICES) -> None:
    for name in names:
        cluster.set_certificate(name, material.certificate_pem, material.key_pem)


def places(entries: Any) -> list[tuple[str, str]]:
    return [(entry["service"], entry["address"]) for entry in entries]


@pytest.fixture(scope="module")
def material(authority: Authority) -> Material:
    return authority.issue(intermediates=1, root=True)


@pytest.fixture
def three(material: Material) -> Iterator[Cluster]:
    """Three nodes that serve certificates of the CA on all ports."""
    with Cluster(nodes=3, database="tls", plain_database=True) as cluster:
        give(cluster, material)
        yield cluster


def options(ansible: Ansible, cluster: Cluster, material: Material, role: str = "admin") -> dict[str, Any]:
    return {**login(cluster, role), "ca_path": trust(ansible, material.ca_pem)}


@pytest.mark.main_path
def test_everything_that_there_is_to_know(ansible: Ansible, three: Cluster, material: Material) -> None:
    tasks = [task("look", MODULE, {"discover": True}), task("check", MODULE, {"discover": True}, check_mode=True)]
    run = ansible.tasks(tasks, connection=options(ansible, three, material)).expect()
    result = run["look"].result
    assert run["check"].result["endpoints"] == result["endpoints"]
    assert not run["look"].changed
    assert three.writes == []
    assert "PRIVATE KEY" not in run.output
    primary = {"node": 1, "address": "127.0.0.1"}
    about = {"name": three.fqdn, "url": three.url, "version": "8.0.20-96", "primary": primary}
    assert result["cluster"] == about
    assert (result["drift"], result["attempts"], result["retried"]) == ([], 1, [])
    assert places(result["endpoints"]) == [(service, address) for service in SERVICES for address in ADDRESSES]
    ports = [three.api_port, three.cm_port, three.metrics_port, three.database_port]
    assert [entry["port"] for entry in result["endpoints"][::3]] == ports
    for entry in result["endpoints"]:
        assert entry["node"] == int(entry["address"][-1])
        assert (entry["status"], entry["problem"]) == ("seen", None)
        assert entry["tls_version"] == "TLSv1.3"
        assert (entry["trusted"], entry["verify_error"], entry["verify_error_message"]) == (True, None, None)
        assert entry["matches"] is True
        assert entry["fingerprint"] == material.fingerprint
        assert entry["chain_fingerprints"] == material.chain_fingerprints == entry["reported_chain_fingerprints"]
        assert [link["fingerprint"] for link in entry["chain"]] == material.chain_fingerprints
        assert entry["expired"] is False
        database = f"redis-{three.database_port}.{three.fqdn}"
        assert entry["server_name"] == (database if entry["service"] == "proxy" else three.fqdn)


def test_a_node_that_lags_and_one_that_was_changed_by_hand(
    ansible: Ansible, authority: Authority, three: Cluster, material: Material
) -> None:
    new, stray = authority.issue(), authority.issue(key="ec")
    three.nodes[2].lag = math.inf
    three.nodes[1].put("cm", pair(stray.certificate_pem, stray.key_pem))
    replace = {"name": "proxy", "certificate": new.certificate_pem, "private_key": str(new.key_pem), "verify": "none"}
    tasks = [task("replace", "cluster_certificate", replace), task("look", MODULE, {"discover": True})]
    run = ansible.tasks(tasks, connection=options(ansible, three, material)).expect()
    result = run["look"].result
    assert result["drift"] == [entry for entry in result["endpoints"] if entry["matches"] is False]
    assert places(result["drift"]) == [("cm", "127.0.0.2"), ("proxy", "127.0.0.3")]
    by_hand, lagging = result["drift"]
    assert (by_hand["node"], by_hand["fingerprint"]) == (2, stray.fingerprint)
    assert by_hand["reported_chain_fingerprints"] == material.chain_fingerprints
    assert (lagging["node"], lagging["fingerprint"]) == (3, material.fingerprint)
    assert lagging["reported_chain_fingerprints"] == new.chain_fingerprints
    assert {entry["trusted"] for entry in result["endpoints"]} == {True}


def test_a_port_that_leaves_an_intermediate_out_is_drift_and_one_that_leaves_the_root_out_is_not(
    ansible: Ansible, three: Cluster, material: Material
) -> None:
    without_root = "".join(map(pem_of, material.chain[:-1]))
    three.nodes[1].put("cm", pair(without_root, material.key_pem))
    three.nodes[2].put("cm", pair(material.leaf_pem, material.key_pem))
    run = ansible.tasks([task("look", MODULE, {"discover": True})], connection=options(ansible, three, material))
    result = run.expect()["look"].result
    assert places(result["drift"]) == [("cm", "127.0.0.3")]
    (entry,) = result["drift"]
    assert (entry["fingerprint"], entry["chain_length"]) == (material.fingerprint, 1)
    assert (entry["trusted"], entry["verify_error"]) == (False, "untrusted")


@pytest.mark.parametrize("beyond", ["empty", "last", "404"])
def test_databases_with_certificates_of_their_own(
    ansible: Ansible, authority: Authority, material: Material, beyond: str
) -> None:
    """Three of four, on two pages; one of these serves something else on one node."""
    with Cluster(nodes=2, database="tls", tls_databases=4) as cluster:
        give(cluster, material)
        cluster.bdb_page_beyond = beyond
        uids = [bdb.uid for bdb in cluster.bdbs]
        own = {uid: authority.issue(key="ec") for uid in uids[1:]}
        for uid, one in own.items():
            cluster.set_bdb_certificate(uid, one.certificate_pem, str(one.key_pem))
        stray = authority.issue(key="ec")
        cluster.nodes[1].put(own_name(uids[3]), pair(stray.certificate_pem, stray.key_pem))
        look = task("look", MODULE, {"discover": True})
        run = ansible.tasks([look], connection=options(ansible, cluster, material)).expect()
        pages = [request for request in cluster.requests if request.path == "/v1/bdbs/certificates"]
        ports = {bdb.uid: bdb.port for bdb in cluster.bdbs}
    assert len(pages) == 3
    result = run["look"].result
    databases = [entry for entry in result["endpoints"] if entry["service"] == "proxy"]
    assert [(entry["port"], entry["database"]) for entry in databases] == [
        (ports[uid], uid if uid in own else None) for uid in uids for dummy in range(2)
    ]
    for entry in databases:
        expected = own.get(entry["database"], material)
        assert entry["reported_chain_fingerprints"] == expected.chain_fingerprints
    assert [(entry["database"], entry["node"], entry["fingerprint"]) for entry in result["drift"]] == [
        (uids[3], 2, stray.fingerprint)
    ]
    assert {entry["database"] for entry in result["endpoints"] if entry["service"] != "proxy"} == {None}


def test_what_cannot_be_seen_is_a_result(ansible: Ansible, three: Cluster, material: Material) -> None:
    three.nodes[1].keep_closed("cm", True)
    three.nodes[2].down = True
    run = ansible.tasks([task("look", MODULE, {"discover": True})], connection=options(ansible, three, material))
    result = run.expect()["look"].result
    unseen = [entry for entry in result["endpoints"] if entry["status"] != "seen"]
    third = [(service, "127.0.0.3") for service in SERVICES]
    assert sorted(places(unseen)) == sorted([("cm", "127.0.0.2"), *third])
    for entry in unseen:
        assert (entry["status"], entry["problem"]) == ("unreachable", "connection refused")
        assert (entry["fingerprint"], entry["chain"], entry["trusted"], entry["matches"]) == (None, [], None, None)
        assert entry["reported_chain_fingerprints"] == material.chain_fingerprints
    assert result["drift"] == []


def test_where_no_address_can_be_reached_the_host_of_the_url_is_looked_at(ansible: Ansible, material: Material) -> None:
    with Cluster(nodes=1, database="tls", internal={1: "127.0.0.77"}) as cluster:
        give(cluster, material)
        run = ansible.tasks([task("look", MODULE, {"discover": True})], connection=options(ansible, cluster, material))
        entries = run.expect()["look"].result["endpoints"]
    assert [(entry["service"], entry["address"], entry["status"]) for entry in entries] == [
        (service, address, status)
        for service in SERVICES
        for address, status in (("127.0.0.77", "unreachable"), ("127.0.0.1", "seen"))
    ]
    assert {entry["matches"] for entry in entries[1::2]} == {True}


def test_a_database_that_demands_client_certificates(ansible: Ansible, material: Material) -> None:
    """It speaks TLS 1.2, and refuses to finish the handshake."""
    with Cluster(nodes=3, database="tls", database_client_certificates=True) as cluster:
        give(cluster, material)
        where = {"endpoints": [f"127.0.0.1:{cluster.database_port}"], "server_name": cluster.fqdn}
        other = {**where, "ca_path": str(cluster.ca_path)}
        tasks = [task("look", MODULE, {"discover": True}), task("listed", MODULE, where), task("other", MODULE, other)]
        run = ansible.tasks(tasks, connection=options(ansible, cluster, material)).expect()
    databases = [entry for entry in run["look"].result["endpoints"] if entry["service"] == "proxy"]
    assert [entry["address"] for entry in databases] == ADDRESSES
    for entry in [*databases, *run["listed"].result["endpoints"]]:
        assert (entry["status"], entry["tls_version"], entry["trusted"]) == ("seen", "TLSv1.2", True)
        assert entry["chain_fingerprints"] == material.chain_fingerprints
    assert {entry["matches"] for entry in databases} == {True}
    (untrusted,) = run["other"].result["endpoints"]
    assert (untrusted["status"], untrusted["trusted"], untrusted["verify_error"]) == ("seen", False, "untrusted")


def test_why_certificates_do_not_verify(ansible: Ansible, authority: Authority) -> None:
    """No login: none is needed for ports that are listed."""
    with Cluster(nodes=1, database="tls") as cluster:
        give(cluster, authority.issue(days=-2.5, intermediates=1), ["api"])
        give(cluster, authority.issue(), ["cm"])
        give(cluster, Authority("Another CA").issue(), ["proxy"])
        ports = {"expired": cluster.api_port, "good": cluster.cm_port, "untrusted": cluster.database_port}
        listed = [f"127.0.0.1:{port}" for port in ports.values()]
        common = {"endpoints": listed, "ca_path": trust(ansible, authority.ca_pem)}
        run = ansible.tasks(
            [
                task("by address", MODULE, common),
                task("by name", MODULE, {**common, "server_name": cluster.fqdn}),
                task("by another name", MODULE, {**common, "server_name": "other.example.com"}),
                task("the system's", MODULE, {"endpoints": listed}),
            ]
        ).expect()
        assert cluster.requests == []
    for name in ("by address", "by name"):
        result = run[name].result
        assert set(result) >= {"endpoints", "drift"}
        assert "cluster" not in result
        expired, good, untrusted = result["endpoints"]
        assert (expired["trusted"], expired["verify_error"]) == (False, "expired")
        assert (expired["expired"], expired["days_remaining"], expired["chain_length"]) == (True, -2, 3)
        assert (good["trusted"], good["verify_error"]) == (True, None)
        assert (untrusted["trusted"], untrusted["verify_error"]) == (False, "untrusted")
        for entry in result["endpoints"]:
            assert entry["server_name"] == ("127.0.0.1" if name == "by address" else cluster.fqdn)
            assert (entry["node"], entry["service"], entry["matches"]) == (None, None, None)
    assert run["by another name"].result["endpoints"][1]["verify_error"] == "host_mismatch"
    assert {entry["verify_error"] for entry in run["the system's"].result["endpoints"]} == {"untrusted"}


def test_the_trust_of_the_environment(ansible: Ansible, cluster: Cluster) -> None:
    variables = {"REDIS_ENTERPRISE_CA_CERT": str(cluster.ca_path), "REDIS_ENTERPRISE_INSECURE": "true"}
    tasks = [task("look", MODULE, {"endpoints": [f"127.0.0.1:{cluster.api_port}"]})]
    (entry,) = ansible.tasks(tasks, environment=variables).expect()["look"].result["endpoints"]
    assert entry["trusted"] is True


def test_listed_ports_beside_those_of_the_cluster(ansible: Ansible, three: Cluster, material: Material) -> None:
    listed = [f"127.0.0.2:{three.api_port}", f"localhost:{three.api_port}"]
    look = task("look", MODULE, {"discover": True, "endpoints": listed})
    run = ansible.tasks([look], connection=options(ansible, three, material)).expect()
    entries = run["look"].result["endpoints"]
    assert len(entries) == 13
    assert entries[1]["node"] == 2
    last = entries[-1]
    assert (last["address"], last["server_name"], last["service"]) == ("localhost", "localhost", None)
    assert (last["status"], last["trusted"], last["matches"]) == ("seen", True, None)


def test_ports_of_every_kind(ansible: Ansible, cluster: Cluster) -> None:
    """IPv6 in any form, a closed port, a host that is unknown, and a port that speaks no TLS."""
    with socket.socket() as closed, socket.create_server(("127.0.0.1", 0)) as mute:
        closed.bind(("127.0.0.1", 0))
        closed_port, mute_port = closed.getsockname()[1], mute.getsockname()[1]
        listed = [
            f"[::FFFF:127.0.0.1]:{cluster.cm_port}",
            f"127.0.0.1:{closed_port}",
            f"[0:0::1]:{closed_port}",
            f"[::1]:{closed_port}",
            "nowhere.invalid:9443",
            f"127.0.0.1:{mute_port}",
        ]
        run = ansible.tasks([task("look", MODULE, {"endpoints": listed, "timeout": 5})]).expect()
    mapped, refused, version_6, unknown, silent = run["look"].result["endpoints"]
    assert (mapped["status"], mapped["port"]) == ("seen", cluster.cm_port)
    assert (refused["status"], refused["problem"]) == ("unreachable", "connection refused")
    assert (version_6["address"], version_6["status"]) == ("::1", "unreachable")
    assert (unknown["address"], unknown["status"]) == ("nowhere.invalid", "unreachable")
    assert (silent["status"], silent["problem"]) == ("failed", "timed out")


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    # name: options, the one that is named, and what is said of it
    "nothing": ({}, "endpoints", "Give endpoints, or set discover=true"),
    "no ports": ({"endpoints": []}, "endpoints", "Give endpoints, or set discover=true"),
    "no port": ({"endpoints": ["127.0.0.1:9443", "127.0.0.1"]}, "endpoints", "entry 2 (127.0.0.1) is not host:port"),
    "no brackets": ({"endpoints": ["::1:9443"]}, "endpoints", "entry 1 (::1:9443)"),
    "large port": ({"endpoints": ["a:70000"], "discover": True}, "endpoints", "entry 1 (a:70000)"),
    "no name": ({"endpoints": ["a:1"], "server_name": "a b"}, "server_name", "a b"),
    "no time": ({"endpoints": ["a:1"], "timeout": 0}, "timeout", "timeout"),
    "no file": ({"endpoints": ["a:1"], "ca_path": "/nonexistent.pem"}, "ca_path", "/nonexistent.pem"),
    "no PEM": ({"endpoints": ["a:1"], "ca_path": __file__}, "ca_path", "PEM"),
    "no url": ({"discover": True}, "url", "REDIS_ENTERPRISE_URL"),
    "no login": ({"discover": True, "url": "https://127.0.0.1:1"}, "username", "credentials"),
}


def test_options_that_make_no_sense(ansible: Ansible) -> None:
    tasks = [task(case, MODULE, options, ignore_errors=True) for case, (options, *dummy) in WRONG.items()]
    run = ansible.tasks(tasks).expect()
    for case, (_options, option, text) in WRONG.items():
        failure = run[case].failure
        assert (failure["kind"], failure["option"]) == ("invalid_option", option), case
        assert text in run[case].result["msg"], case


def test_a_password_in_an_entry_is_not_shown(ansible: Ansible) -> None:
    listed = ["https://admin:a-secret-word@127.0.0.1:9443"]
    tasks = [task("look", MODULE, {"endpoints": "{{ listed }}"})]
    run = ansible.tasks(tasks, "-vvv", variables={"listed": listed}).expect(ok=False)
    assert "entry 1 must not contain credentials" in run["look"].result["msg"]
    assert "a-secret-word" not in run.output


def test_what_the_user_may_not_see_is_left_out(ansible: Ansible, material: Material) -> None:
    paths = ("/v1/nodes", "/v1/bdbs", "/v1/cluster/certificates", "/v1/cluster")
    faults = {path: Fault(method="GET", path=path, status=403) for path in paths}
    look = {"discover": True, "ca_path": trust(ansible, material.ca_pem)}
    with striking(faults, nodes=3, database="tls", plain_database=True) as clusters:
        for cluster in clusters.values():
            give(cluster, material)
        tasks = [task(path, MODULE, look, **at(cluster, "cluster_viewer")) for path, cluster in clusters.items()]
        run = ansible.tasks(tasks).expect(warnings=True)
    found = {path: run[path].result["endpoints"] for path in paths}
    of_api = {path: [entry for entry in entries if entry["service"] == "api"] for path, entries in found.items()}
    for path in paths:
        assert {entry["status"] for entry in of_api[path]} == {"seen"}, path
    assert [entry["address"] for entry in of_api["/v1/nodes"]] == ["127.0.0.1"]
    assert {entry["node"] for entry in found["/v1/nodes"]} == {None}
    assert {entry["service"] for entry in found["/v1/bdbs"]} == set(SERVICES) - {"proxy"}
    assert [entry["matches"] for entry in found["/v1/cluster/certificates"]] == [None] * 12
    assert {entry["server_name"] for entry in of_api["/v1/cluster"]} == {"127.0.0.1"}
    assert {entry["trusted"] for entry in found["/v1/cluster"] if entry["status"] == "seen"} == {True}
    for path, what in (("/v1/nodes", "nodes"), ("/v1/bdbs", "databases"), ("/v1/cluster/certificates", "certificates")):
        assert f"may not see the {what}" in str(run[path].result["warnings"]), path
        assert any(f"may not see the {what}" in warning for warning in run.warnings), path
    assert len(run.warnings) == 3


def test_what_fails_otherwise_fails_the_task(ansible: Ansible) -> None:
    paths = ("/v1/nodes", "/v1/bdbs", "/v1/cluster/certificates")
    look = {"discover": True, "retries": 1}
    with striking({path: Fault(method="GET", path=path, status=500) for path in paths}) as clusters:
        tasks = [task(path, MODULE, look, ignore_errors=True, **at(cluster)) for path, cluster in clusters.items()]
        run = ansible.tasks(tasks).expect()
    for path in paths:
        assert (run[path].failure["kind"], run[path].result["attempts"]) == ("server_error", 2), path
        assert len(run[path].result["retried"]) == 1, path


def test_a_login_that_is_refused(ansible: Ansible, cluster: Cluster) -> None:
    look = task("look", MODULE, {"discover": True, "password": "another"})
    run = ansible.tasks([look], connection=login(cluster)).expect(ok=False)
    assert run["look"].failure["kind"] == "unauthorized"


def test_thirty_ports_are_looked_at_side_by_side(ansible: Ansible) -> None:
    """Each breaks off when all have a connection: one after the other, they would not answer in time."""
    with ExitStack() as opened, ThreadPoolExecutor(1) as thread:
        listeners = [opened.enter_context(socket.create_server(("127.0.0.1", 0))) for dummy in range(30)]

        def answer() -> None:
            with ExitStack() as connections:
                for listener in listeners:
                    listener.settimeout(60)
                    connections.enter_context(listener.accept()[0])

        answered = thread.submit(answer)
        listed = [f"127.0.0.1:{listener.getsockname()[1]}" for listener in listeners]
        run = ansible.tasks([task("look", MODULE, {"endpoints": listed})]).expect()
        answered.result()
    problems = {entry["problem"] for entry in run["look"].result["endpoints"]}
    assert problems == {"connection closed during the handshake"}
