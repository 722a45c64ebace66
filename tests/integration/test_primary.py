# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Only the primary node answers: wherever `url` leads, it makes each change, which is proven without any follower."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from simulator import Cluster, Fault
from simulator.authority import Authority, Material
from simulator.listeners import Ending, Identity, Listener
from simulator.ports import hold_port
from simulator.state import pair as held_pair
from simulator.web import Exchange, json_answer

from .runs import Ansible, login, task

MODULE = "cluster_certificate"
CERTIFICATES, UPDATE_CERT = "/v1/cluster/certificates", "/v1/cluster/update_cert"
CCS, DATA = "ccs_internode_encryption", "data_internode_encryption"

#: The newest build of each line that is simulated. Before 7.22.2 internode certificates cannot be set.
VERSIONS = ["7.8.6-303", "8.0.20-96", "8.2.0-46"]

#: Which evidence there is of each certificate, where a database speaks TLS.
BY_PORT = {"api", "cm", "metrics_exporter", "proxy"}
BY_METRICS = {"syncer", CCS, DATA}
WITHOUT_KEY = {"mtls_trusted_ca", "sso_issuer"}


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as running:
        yield running


def pair(name: str, material: Material, **options: Any) -> dict[str, Any]:
    key = {} if name in WITHOUT_KEY else {"private_key": str(material.key_pem)}
    return {"name": name, "certificate": material.certificate_pem, **key, **options}


def wanted(name: str, authority: Authority) -> dict[str, Any]:
    if name in WITHOUT_KEY:
        return {"name": name, "certificate": authority.ca_pem}
    return pair(name, authority.issue())


def statuses(result: Any) -> dict[int, str]:
    return {node["node"]: node["status"] for node in result["nodes"]}


def answering(cluster: Cluster) -> set[int]:
    """The nodes that did more than redirect."""
    return {request.node_uid for request in cluster.requests if request.status != 307}


@pytest.mark.parametrize("handle_redirects", [False, True])
@pytest.mark.parametrize("version", VERSIONS)
def test_every_certificate_is_changed_by_one_write_and_proven_without_asking_followers(
    ansible: Ansible, authority: Authority, version: str, handle_redirects: bool
) -> None:
    options: dict[str, Any] = {"handle_redirects": handle_redirects, "internode_outage": 0.2}
    with Cluster(3, version, database="tls", primary=2, authority=authority, **options) as cluster:
        names = [name for name in cluster.nodes[0].release.names if version != VERSIONS[0] or name not in (CCS, DATA)]
        entries = {name: wanted(name, authority) for name in names}
        tasks = [task(name, MODULE, entry) for name, entry in entries.items()]
        again = task("again", "cluster_certificates", {"certificates": list(entries.values())})
        run = ansible.tasks([*tasks, again], connection=login(cluster)).expect(warnings=version == "8.2.0-46")
        for name, entry in entries.items():
            result = run[name].result
            assert result["outcome"] == "changed"
            assert len(run[name].writes(cluster)) == 1
            assert {node.holds(name).certificate for node in cluster.nodes} == {entry["certificate"]}
            if name in BY_PORT | BY_METRICS:
                assert statuses(result) == {1: "verified", 2: "verified", 3: "verified"}
                evidence = "handshake" if name in BY_PORT else "metrics"
                assert {node["evidence"] for node in result["nodes"]} == {evidence}
                assert (result["proof"]["level"], result["proof"]["verified"]) == ("complete", 3)
            else:
                assert statuses(result) == {1: "not_visible", 2: "reported", 3: "not_visible"}
                assert (result["proof"]["level"], result["proof"]["not_visible"]) == ("reported", [name])
            assert result["cluster"]["primary"]["node"] == 2
            assert run[name].ended - run[name].started < 30
        assert run["again"].result["outcome"] == "unchanged"
        # Node 1 is where `url` leads: it redirects each session once, or passes on what the primary says.
        assert answering(cluster) == ({1} if handle_redirects else {2})
        # While its port is away after a custom internode certificate (RS208996), the others are asked for the primary.
        searching = [run[name] for name in names if version == "8.2.0-46" and name in (CCS, DATA)]
        asked = {
            request.node_uid
            for request in cluster.requests
            if not any(one.started <= request.arrived <= one.ended for one in searching)
        }
        assert asked == ({1} if handle_redirects else {1, 2})


MOMENTS = {
    "before anything is read": Fault("GET", CERTIFICATES, kind="pass", primary=2, times=1),
    "before the write": Fault("PUT", CERTIFICATES, kind="pass", primary=2, times=1),
    "when the write comes": Fault("PUT", CERTIFICATES, kind="close_before", primary=2, times=1),
    "after the write, whose answer is lost": Fault(
        "PUT", CERTIFICATES, kind="close_after", primary=2, afterwards=True, times=1
    ),
    "after the write": Fault("GET", CERTIFICATES, kind="pass", primary=2, after=1, times=1),
}


@pytest.mark.parametrize("name", ["cm", "syncer", "ldap_client"])
def test_a_primary_that_moves_is_followed(ansible: Ansible, stack: ExitStack, authority: Authority, name: str) -> None:
    material = authority.issue()
    clusters = {moment: stack.enter_context(Cluster(3, database="none")) for moment in MOMENTS}
    for moment, fault in MOMENTS.items():
        clusters[moment].add_fault(fault)
    tasks = [task(moment, MODULE, {**login(cluster), **pair(name, material)}) for moment, cluster in clusters.items()]
    run = ansible.tasks(tasks).expect()
    for moment, cluster in clusters.items():
        result = run[moment].result
        assert result["outcome"] == "changed", moment
        expected = dict.fromkeys((1, 2, 3), "verified")
        if name == "ldap_client":
            assert set(statuses(result).values()) == {"reported", "not_visible"}, moment
        else:
            assert statuses(result) == expected, moment
        assert {node.holds(name).certificate for node in cluster.nodes} == {material.certificate_pem}, moment
        made = [request for request in cluster.writes if request.status == 200]
        # Of a write whose answer is lost, a read tells that it was made.
        assert len(made) == (0 if "lost" in moment else 1), moment
        assert result["cluster"]["primary"] == {"node": 2, "address": "127.0.0.2"}, moment


def test_a_primary_that_cannot_be_reached_is_named_with_what_helps(ansible: Ansible, authority: Authority) -> None:
    with Cluster(3, database="none", primary=2, internal={2: "127.0.0.77"}) as cluster:
        options = pair("cm", authority.issue(), retries=0)
        run = ansible.tasks([task("replace", MODULE, options)], connection=login(cluster)).expect(ok=False)
        assert run["replace"].failure["kind"] == "primary_unreachable"
        assert run["replace"].failure["primary"] == f"127.0.0.77:{cluster.api_port}"
        assert "handle_redirects" in run["replace"].result["msg"]
        assert run["replace"].result["outcome"] == "failed_unchanged"
        assert cluster.writes == []


def test_a_database_with_a_certificate_of_its_own_does_not_hold_up_proxy(
    ansible: Ansible, authority: Authority
) -> None:
    own, material = authority.issue(days=100), authority.issue()
    with Cluster(3, database="tls", tls_databases=2, bdb_certificates=True) as cluster:
        cluster.set_bdb_certificate(1, own.certificate_pem, str(own.key_pem))
        run = ansible.tasks(
            [task("replace", MODULE, pair("proxy", material, verify="strict"))], connection=login(cluster)
        ).expect()
        assert run["replace"].result["proof"]["level"] == "complete"
        assert {node["port"] for node in run["replace"].result["nodes"]}.isdisjoint({cluster.database_port})
        assert len(run["replace"].writes(cluster)) == 1


def test_a_database_whose_certificate_cannot_be_seen_does_not_leave_proxy_half_changed(
    ansible: Ansible, authority: Authority
) -> None:
    """Where this user may not see which those are, metrics prove it; where the cluster lists none, all goes back."""
    own, path = authority.issue(days=100), "/v1/bdbs/certificates"
    with Cluster(3, database="tls", tls_databases=2, bdb_certificates=True) as cluster:
        cluster.set_bdb_certificate(1, own.certificate_pem, str(own.key_pem))
        replace = [
            task(f"{status}", MODULE, pair("proxy", authority.issue(days=status), verify_timeout=1), ignore_errors=True)
            for status in (403, 404)
        ]
        hidden = [Fault("GET", path, status=status, times=1) for status in (403, 404)]
        for fault in hidden:
            cluster.add_fault(fault)
        run = ansible.tasks(replace, connection=login(cluster)).expect(warnings=True)
        assert run["403"].result["outcome"] == "changed"
        assert {node["evidence"] for node in run["403"].result["nodes"]} == {"metrics"}
        assert run["404"].result["outcome"] == "rolled_back"
        assert f":{cluster.database_port} (proxy) is stale" in run["404"].result["msg"]
        assert {node["status"] for node in run["404"].result["nodes"]} == {"verified", "not_visible"}


def test_an_inactive_node_is_refused_and_may_be_accepted(ansible: Ansible, authority: Authority) -> None:
    with Cluster(3, database="none", down=[3]) as cluster:
        entries = {name: pair(name, authority.issue()) for name in ("cm", "syncer", "ldap_client", CCS)}
        refused = [task(f"{name} refused", MODULE, entry, ignore_errors=True) for name, entry in entries.items()]
        accepted = [
            task(f"{name} accepted", MODULE, {**entry, "allow_inactive_nodes": True}) for name, entry in entries.items()
        ]
        run = ansible.tasks([*refused, *accepted], connection=login(cluster)).expect(warnings=True)
        for name in entries:
            assert run[f"{name} refused"].failure["kind"] == "node_not_active"
            assert "node 3 (127.0.0.3) is down" in run[f"{name} refused"].result["msg"]
            assert run[f"{name} refused"].writes(cluster) == []
            result = run[f"{name} accepted"].result
            assert result["outcome"] == "changed"
            assert statuses(result)[3] == "unreachable"
            assert result["proof"]["unreachable"]
            assert len(run[f"{name} accepted"].writes(cluster)) == 1
            if name != "ldap_client":
                assert [statuses(result)[uid] for uid in (1, 2)] == ["verified"] * 2
                assert result["proof"]["level"] == "partial"


def test_an_internode_certificate_whose_read_back_means_nothing_is_changed(
    ansible: Ansible, authority: Authority
) -> None:
    """RS176540: the API reports another chain than the one that was sent, and that all nodes have."""
    with Cluster(3, "8.0.2-40", database="none", internode_outage=0.2) as cluster:
        material = authority.issue(intermediates=1)
        options = pair(CCS, material, requirements="warn")
        tasks = [task("replace", MODULE, options), task("again", MODULE, options)]
        run = ansible.tasks(tasks, connection=login(cluster)).expect(warnings=True)
        result = run["replace"].result
        assert result["outcome"] == "changed"
        assert run["again"].result["outcome"] == "unchanged"
        assert run["again"].writes(cluster) == []
        assert any("nothing is written" in warning for warning in run.warnings)
        assert statuses(result) == {1: "verified", 2: "verified", 3: "verified"}
        assert "RS176540" in [hazard["id"] for hazard in result["hazards"]]
        assert any("the API reports another certificate" in warning for warning in run.warnings)
        assert len(run["replace"].writes(cluster)) == 1
        assert {node.holds(CCS).certificate for node in cluster.nodes} == {material.certificate_pem}


# Redirects to somebody else.


class Recorder:
    """A server that is not the cluster's, and notes every request that it gets."""

    def __init__(self, stack: ExitStack, material: Material, address: str, port: int = 0) -> None:
        self.requests: list[str] = []
        self._material = material
        self._listener = Listener(hold_port([address], port)[0], self._identity, self._serve)
        stack.callback(self._listener.close)
        self._listener.resume()
        self.url = f"https://{address}:{self._listener.port}"

    def _identity(self) -> Identity:
        return Identity(held_pair(self._material.certificate_pem, self._material.key_pem))

    def _serve(self, connection: Any, ending: Ending) -> None:
        Exchange(connection, self._answer, ending)

    def _answer(self, exchange: Exchange) -> None:
        self.requests.append(f"{exchange.command} {exchange.path}")
        exchange.read_body()
        exchange.send(json_answer(200, {}))


@pytest.mark.parametrize("when", ["at once", "at the write"])
def test_a_redirect_to_somebody_else_gets_no_login(
    ansible: Ansible, stack: ExitStack, authority: Authority, tmp_path: Path, when: str
) -> None:
    """Another port, another host at the same port; with another CA, or with the same one and its own address."""
    stranger = Authority("Somebody else").issue(sans=["127.0.0.9"])
    namesake = authority.issue(sans=["127.0.0.9"])
    ca_path = tmp_path / "ca.pem"
    ca_path.write_text(authority.ca_pem)
    material = authority.issue()
    recorders: dict[str, Recorder] = {}
    tasks = []
    for verified in (True, False):
        for place in ("another port", "another host", "the same CA"):
            cluster = stack.enter_context(Cluster(1, database="none", authority=authority))
            trust = "verified" if verified else "not verified"
            name = f"{place}, {trust}"
            port = 0 if place == "another port" else cluster.api_port
            identity = namesake if place == "the same CA" else stranger
            recorder = recorders[name] = Recorder(stack, identity, "127.0.0.9", port)
            method = "GET" if when == "at once" else "PUT"
            cluster.add_fault(Fault(method, CERTIFICATES, kind="redirect", location=recorder.url + CERTIFICATES))
            options = {**login(cluster), "ca_path": str(ca_path), "retries": 0}
            if not verified:
                options = {**options, "validate_certs": False, "ca_path": None}
            tasks.append(task(name, MODULE, {**options, **pair("cm", material)}, ignore_errors=True))
    run = ansible.tasks(tasks)
    assert "Traceback" not in run.output
    for name, recorder in recorders.items():
        assert run[name].failure["kind"] == "redirect", name
        assert run[name].result["outcome"] == "failed_unchanged", name
        assert recorder.requests == [], name
