# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where each certificate is looked for, and what `strict` refuses: with the nodes of the simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api import cluster as _cluster
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import Api, Stored
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import parse_connection
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.proof import Proof
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.prover import Prover
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.witnesses import (
    build_prover,
    exporter_state,
    visible_databases,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._product.releases import (
    STALE_PROXY_WORKERS,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.goal import ExpectedChain
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.installed import parse_installed
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.read_back import (
    Reported,
    installed_now,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.session import Session
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import not_after
from cryptography import x509
from simulator import Cluster, Fault, Request
from simulator.authority import Authority, Material

CCS, DATA = "ccs_internode_encryption", "data_internode_encryption"


@pytest.fixture
def start() -> Iterator[Callable[..., Cluster]]:
    with ExitStack() as running:

        def started(nodes: int = 2, **options: Any) -> Cluster:
            cluster = running.enter_context(Cluster(nodes, **{"database": "none", **options}))
            if cluster.notice:
                pytest.skip(cluster.notice)
            return cluster

        yield started


class Witnesses:
    """A prover for changes of a cluster, and what was warned of when it was made.

    :param wanted: certificate name to what it is to become, or, where no material is given, any of these days.
    """

    def __init__(
        self,
        cluster: Cluster,
        wanted: Mapping[str, Material],
        verify: str = "auto",
        met: Any = (),
        **options: Any,
    ) -> None:
        defaults = {name: spec.get("default") for name, spec in CONNECTION_SPEC.items()}
        login = {} if "token" in options else {"username": cluster.username, "password": cluster.password}
        place = {"url": cluster.url, "ca_path": cluster.ca_path, "metrics_port": cluster.metrics_port}
        self.warnings: list[str] = []
        self.cluster = cluster
        self.api = Api(Session(parse_connection({**defaults, **place, **login, **options}, {})))
        with self.api.session:
            stored = self.api.certificates()
            known = _cluster.read_cluster(self.api, pytest.fail, needed=True)
            installed = parse_installed(stored, wanted, datetime.now(timezone.utc))
            old = {name: ExpectedChain.of(one.chain if one else (), "chain") for name, one in installed.items()}
            self.new = {name: ExpectedChain.of(material.chain, "chain") for name, material in wanted.items()}
            bdbs = visible_databases(self.api, self.warnings.append) if "proxy" in wanted else ()
            exporter = exporter_state(stored)
            cluster.clear_requests()
            changes = {name: (old[name], self.new[name]) for name in wanted}
            self.prover: Prover = build_prover(
                self.api, changes, exporter, known, bdbs, met, verify, self.warnings.append
            )
            self.requests: list[Request] = cluster.requests

    def look(self, reported: Reported | None = None) -> Proof:
        return self.prover.look(self.new, reported)

    def reported(self) -> Reported:
        with self.api.session:
            return installed_now(self.api, self.new)


def refused(
    cluster: Cluster, wanted: Mapping[str, Material], verify: str = "strict", **options: Any
) -> CertificateError:
    with pytest.raises(CertificateError) as raised:
        Witnesses(cluster, wanted, verify, **options)
    return raised.value


def seen(proof: Proof) -> set[tuple[str | None, str | None, str]]:
    """Service, evidence and status of each sighting."""
    return {(one.endpoint.service, one.evidence, one.status) for one in proof.sightings}


@pytest.mark.parametrize("name", ["api", "cm", "metrics_exporter", "proxy"])
def test_what_a_port_shows_is_looked_for_there(start: Callable[..., Cluster], material: Material, name: str) -> None:
    cluster = start(database="tls")
    made = Witnesses(cluster, {name: material}, "strict")
    assert seen(made.look()) == {(name, "handshake", "stale")}
    assert len(made.look().sightings) == 2
    assert made.prover.sees([name])
    assert cluster.metrics.requests == []


@pytest.mark.parametrize("name", ["proxy", "syncer", CCS, DATA])
def test_what_only_metrics_show_is_looked_for_there(
    start: Callable[..., Cluster], material: Material, name: str
) -> None:
    made = Witnesses(start(), {name: material}, "strict")
    assert seen(made.look()) == {("metrics_exporter", "metrics", "stale")}
    assert made.prover.sees([name])


@pytest.mark.parametrize("name", ["ldap_client", "mtls_trusted_ca", "sso_service", "sso_issuer", "a_new_name"])
def test_what_nothing_shows_is_looked_for_nowhere(start: Callable[..., Cluster], material: Material, name: str) -> None:
    cluster = start()
    made = Witnesses(cluster, {name: material}, "strict")
    assert seen(made.look()) == {("api", None, "not_visible")}
    assert not made.prover.sees([name])
    assert cluster.handshakes("api") == 1
    assert (made.requests, cluster.metrics.requests) == ([], [])


def test_it_is_never_asked_what_a_follower_reports(start: Callable[..., Cluster], material: Material) -> None:
    cluster = start(3, database="tls", primary=2)
    names = ("api", "cm", "proxy", "syncer", "ldap_client", CCS)
    made = Witnesses(cluster, dict.fromkeys(names, material))
    made.look(made.reported())
    assert {one.node_uid for one in cluster.requests if one.status != 307} == {2}
    # Each session is redirected once; no request goes to a follower for proof.
    assert len([one for one in cluster.requests if one.status == 307]) <= 2


def test_without_verification_nothing_is_asked(start: Callable[..., Cluster], material: Material) -> None:
    cluster = start(database="tls")
    made = Witnesses(cluster, dict.fromkeys(("cm", "syncer"), material), "none")
    assert made.requests == []
    assert made.look().sightings == ()
    assert not made.prover.sees(["cm"])
    assert [cluster.handshakes(name) for name in ("api", "cm", "metrics_exporter")] == [1, 0, 0]


@pytest.mark.parametrize(
    ("name", "met", "handshakes"),
    [("proxy", (), 3), ("proxy", (STALE_PROXY_WORKERS,), 10), ("cm", (STALE_PROXY_WORKERS,), 1)],
)
def test_proxies_have_several_workers(
    start: Callable[..., Cluster], material: Material, name: str, met: Any, handshakes: int
) -> None:
    cluster = start(1, database="tls")
    made = Witnesses(cluster, {name: material}, met=met)
    before = cluster.handshakes(name)
    cluster.set_certificate(name, material.certificate_pem, str(material.key_pem))
    assert made.look().complete
    assert (before, cluster.handshakes(name)) == (1, 1 + handshakes)


def test_databases_with_a_certificate_of_their_own_are_left_out(
    start: Callable[..., Cluster], authority: Authority, material: Material
) -> None:
    cluster = start(database="tls", tls_databases=2, bdb_certificates=True)
    own = authority.issue()
    cluster.set_bdb_certificate(1, own.certificate_pem, str(own.key_pem))
    made = Witnesses(cluster, {"proxy": material}, "strict")
    assert {one.endpoint.port for one in made.look().sightings}.isdisjoint({cluster.database_port})
    assert len(made.look().sightings) == 2
    cluster.set_certificate("proxy", material.certificate_pem, str(material.key_pem))
    assert made.look().complete


def test_where_the_own_certificates_of_databases_cannot_be_read_nothing_begins(
    start: Callable[..., Cluster], material: Material
) -> None:
    """Otherwise a port that never presents `proxy` would be taken for one that failed."""
    cluster = start(database="tls")
    cluster.add_fault(Fault("GET", "/v1/bdbs/certificates", status=500))
    assert refused(cluster, {"proxy": material}, "auto").kind == "server_error"


@pytest.mark.parametrize(
    ("path", "hidden"), [("/v1/bdbs", "the databases"), ("/v1/bdbs/certificates", "which databases present their own")]
)
def test_databases_that_may_not_be_seen_leave_proxy_to_metrics(
    start: Callable[..., Cluster], material: Material, path: str, hidden: str
) -> None:
    cluster = start(database="tls")
    cluster.add_fault(Fault("GET", path, status=403))
    made = Witnesses(cluster, {"proxy": material}, "strict")
    (warning,) = made.warnings
    assert f"may not see {hidden}" in warning
    assert seen(made.look()) == {("metrics_exporter", "metrics", "stale")}


def test_each_node_has_metrics_once_whatever_its_addresses_are(
    start: Callable[..., Cluster], material: Material
) -> None:
    cluster = start(external={1: ["127.0.0.1", "127.0.0.9"], 2: ["127.0.0.8"]})
    made = Witnesses(cluster, {"syncer": material}, node_address="both")
    assert [one.endpoint.node for one in made.look().sightings] == [1, 2]


def test_the_primary_is_asked_for_its_metrics_first(start: Callable[..., Cluster], material: Material) -> None:
    cluster = start(3, version="7.4.6-280", primary=2)
    made = Witnesses(cluster, {"syncer": material}, "strict")
    assert [(one.node_uid, one.path, one.status) for one in cluster.metrics.requests] == [
        (2, "/v2", 404),
        (2, "/", 200),
    ]
    assert seen(made.look()) == {("metrics_exporter", "metrics", "stale")}


def test_the_primary_is_the_one_whose_word_counts(start: Callable[..., Cluster], material: Material) -> None:
    cluster = start(3, primary=3)
    made = Witnesses(cluster, {"ldap_client": material})
    cluster.set_certificate("ldap_client", material.certificate_pem, str(material.key_pem))
    assert [one.status for one in made.look(made.reported()).sightings] == ["not_visible", "not_visible", "reported"]


def test_behind_followers_that_pass_requests_on_the_primary_is_known_too(
    start: Callable[..., Cluster], material: Material
) -> None:
    cluster = start(3, primary=3, handle_redirects=True)
    made = Witnesses(cluster, {"ldap_client": material})
    cluster.set_certificate("ldap_client", material.certificate_pem, str(material.key_pem))
    assert [one.status for one in made.look(made.reported()).sightings] == ["not_visible", "not_visible", "reported"]


def test_an_inactive_node_is_unreachable_wherever_it_shows_nothing(
    start: Callable[..., Cluster], material: Material
) -> None:
    cluster = start(down=[2])
    made = Witnesses(cluster, dict.fromkeys(("cm", "syncer", "ldap_client"), material))
    assert {one.status for one in made.look().sightings if one.endpoint.node == 2} == {"unreachable"}
    assert made.prover.inactive == {2}


# What `strict` refuses, before anything is written.


def test_a_port_that_cannot_be_reached(start: Callable[..., Cluster], material: Material) -> None:
    cluster = start()
    cluster.nodes[1].keep_closed("cm", True)
    wanted = dict.fromkeys(("cm", "syncer"), material)
    error = refused(cluster, wanted)
    assert error.failure == {"kind": "endpoint_unreachable", "option": "verify", "certificate": "cm"}
    assert f"127.0.0.2:{cluster.cm_port} (cm) is unreachable" in error.message
    assert [(one["name"], one["node"], one["status"]) for one in error.result["nodes"]] == [("cm", 2, "unreachable")]
    assert Witnesses(cluster, wanted).warnings == []


def test_metrics_of_one_node_that_tell_nothing(start: Callable[..., Cluster], material: Material) -> None:
    cluster = start()
    cluster.metrics.hide("syncer", node=2)
    error = refused(cluster, {"syncer": material})
    assert [(one["node"], one["status"]) for one in error.result["nodes"]] == [(2, "not_visible")]
    assert "the metrics do not show it" in error.message
    assert [one.status for one in Witnesses(cluster, {"syncer": material}).look().sightings] == ["stale", "not_visible"]


def test_metrics_ports_that_are_closed(start: Callable[..., Cluster], material: Material) -> None:
    cluster = start()
    for node in cluster.nodes:
        node.keep_closed("metrics_exporter", True)
    error = refused(cluster, {"syncer": material, "ldap_client": material})
    assert error.failure["certificate"] == "syncer"
    assert len(error.result["nodes"]) == 2
    assert "connection refused" in error.message
    assert "metrics_port" in error.message


def test_metrics_behind_a_login_that_a_token_is_not(start: Callable[..., Cluster], material: Material) -> None:
    cluster = start(metrics_auth=True)
    assert "metrics_auth" in refused(cluster, {"syncer": material}, token=cluster.token()).message
    made = Witnesses(cluster, {"syncer": material}, "strict")
    assert seen(made.look()) == {("metrics_exporter", "metrics", "stale")}


def test_certificates_that_end_at_the_same_time(start: Callable[..., Cluster], authority: Authority) -> None:
    cluster = start()
    old = cluster.certificate("syncer")
    assert old is not None
    twin = authority.issue(days=not_after(x509.load_pem_x509_certificate(old.encode())))
    error = refused(cluster, {"syncer": twin})
    assert "expire at the same time" in error.message
    assert len(error.result["nodes"]) == 2


def test_an_exporter_that_the_api_does_not_report(start: Callable[..., Cluster], material: Material) -> None:
    cluster = start()
    cluster.set_certificate("metrics_exporter", None)
    assert "cannot be verified" in refused(cluster, {"syncer": material}).message
    assert cluster.metrics.requests == []


def test_an_exporter_with_another_certificate_than_the_api_reports(
    start: Callable[..., Cluster], material: Material, other: Material
) -> None:
    """However the port got it: its metrics are not read."""
    cluster = start(1)
    cluster.add_fault(
        Fault(
            "GET",
            "/v1/nodes",
            kind="pass",
            effect=lambda one: one.set_certificate("metrics_exporter", other.certificate_pem, str(other.key_pem)),
        )
    )
    assert "is not the one that the API reports" in refused(cluster, {"syncer": material}).message
    assert cluster.metrics.requests == []


@pytest.mark.parametrize("pem", ["rubbish", ""])
def test_an_exporter_that_makes_no_sense_is_none(pem: str) -> None:
    assert exporter_state({"metrics_exporter": Stored(pem, None)}) is None
    assert exporter_state({}) is None


def test_the_state_of_an_exporter_is_its_leaf(material: Material) -> None:
    state = exporter_state({"metrics_exporter": Stored(material.certificate_pem, None)})
    assert state is not None
    assert (state.fingerprints[0], state.compare) == (material.fingerprint, "leaf")
