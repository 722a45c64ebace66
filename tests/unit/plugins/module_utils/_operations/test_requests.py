# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests and TLS handshakes each operation makes: the numbers of docs/requests.md, for three nodes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CERTIFICATE_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.backup import Opened
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context, Operation
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import (
    cluster_certificate,
    cluster_certificate_backup,
    cluster_certificate_info,
    cluster_certificates,
    internal_certificate_rotation,
    replication_certificates,
    served_certificate_info,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret
from simulator import ActiveActive, Cluster, Material, ReplicaSource
from simulator.authority import Authority

READ, CLUSTER, NODES, STATUS, BDBS, OWN, CRDBS = (
    f"GET /v1/{path}"
    for path in ("cluster/certificates", "cluster", "nodes", "nodes/status", "bdbs", "bdbs/certificates", "crdbs")
)
METRICS = "GET /v2"
SINGLE, BULK = "PUT /v1/cluster/update_cert", "PUT /v1/cluster/certificates"
ROTATE = "POST /v1/cluster/certificates/rotate"
CHECKED = [READ, CLUSTER, NODES]  # what a change needs beforehand
WRITES = {"7.8.6-36": SINGLE, "8.0.20-96": BULK}
SERVICES = ("api", "cm", "metrics_exporter", "proxy")


@pytest.fixture(scope="module", params=sorted(WRITES))
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    with Cluster(nodes=3, version=request.param, database="tls") as running:
        yield running


@pytest.fixture
def write(cluster: Cluster) -> str:
    """The request that updates one certificate on this version."""
    return WRITES[cluster.nodes[0].release.text]


def handshakes(cluster: Cluster) -> Counter[str]:
    return Counter({name: cluster.handshakes(name) for name in SERVICES if name in cluster.nodes[0].services})


def made(cluster: Cluster, operation: Operation, check_mode: bool = False, **options: Any) -> tuple[Any, ...]:
    """The result of an operation, the requests that it makes, also those to metrics, and the handshakes."""
    defaults = {name: spec.get("default") for name, spec in operation.argument_spec.items()}
    login = {"username": cluster.username, "password": cluster.password, "ca_path": cluster.ca_path}
    place = {"url": cluster.url, "metrics_port": cluster.metrics_port}
    cluster.clear_requests()
    cluster.metrics.log.clear()
    before = handshakes(cluster)
    result = operation.run(Context({**defaults, **place, **login, **options}, check_mode))
    requests = [re.sub("[0-9a-f-]{36}", "ID", f"{one.method} {one.path}") for one in cluster.requests]
    requests += [f"{one.method} {one.path}" for one in cluster.metrics.requests]
    return result, Counter(requests), dict(handshakes(cluster) - before)


def entry(name: str, material: Material) -> dict[str, Any]:
    defaults = {option: spec.get("default") for option, spec in CERTIFICATE_SPEC.items()}
    given = {"certificate": material.certificate_pem, "private_key": str(material.key_pem)}
    return {**defaults, "name": name, **given}


def test_facts(cluster: Cluster) -> None:
    dummy, requests, handshakes = made(cluster, cluster_certificate_info.OPERATION)
    assert requests == Counter(CHECKED)
    assert handshakes == {"api": 1}


@pytest.mark.parametrize(
    ("name", "databases", "looked", "tried", "proven"),
    [
        ("cm", [], [], {"cm": 3}, {"cm": 3}),
        ("metrics_exporter", [], [], {"metrics_exporter": 3}, {"metrics_exporter": 3}),
        ("proxy", [BDBS], [OWN], {"proxy": 3}, {"proxy": 9}),
        ("syncer", [BDBS], [METRICS], {"metrics_exporter": 1}, {"metrics_exporter": 1}),
        ("ldap_client", [], [], {}, {}),
    ],
)
def test_one_certificate(
    cluster: Cluster,
    write: str,
    authority: Authority,
    name: str,
    databases: list[str],
    looked: list[str],
    tried: dict[str, int],
    proven: dict[str, int],
) -> None:
    operation, wanted = cluster_certificate.OPERATION, entry(name, authority.issue(key="ec"))
    checked = Counter([*CHECKED, *databases, *looked])

    result, requests, handshakes = made(cluster, operation, True, **wanted)
    assert result["changed"]
    assert requests == checked
    assert handshakes == Counter({"api": 1}) + Counter(tried)

    result, requests, handshakes = made(cluster, operation, **wanted)
    assert result["changed"]
    assert requests == checked + Counter([write, READ, *(looked if METRICS in looked else [])])
    assert handshakes == Counter({"api": 1}) + Counter(tried) + Counter(proven)

    result, requests, handshakes = made(cluster, operation, **wanted)
    assert not result["changed"]
    assert requests == Counter([READ])
    assert handshakes == {"api": 1}

    result, requests, handshakes = made(cluster, operation, verify="none", force=True, **wanted)
    assert result["changed"]
    assert requests == Counter([*CHECKED, *databases, write, READ])
    assert handshakes == {"api": 1}


@pytest.mark.parametrize("handle_redirects", [False, True])
def test_a_url_that_leads_to_a_follower(authority: Authority, handle_redirects: bool) -> None:
    wanted = entry("cm", authority.issue(key="ec"))
    with Cluster(nodes=3, database="none", primary=2, handle_redirects=handle_redirects) as cluster:
        dummy, requests, handshakes = made(cluster, cluster_certificate.OPERATION, **wanted)
        # The redirect of the first request; or the question which node the primary is.
        assert requests == Counter([*CHECKED, BULK, READ, STATUS if handle_redirects else READ])
        assert handshakes["api"] == (1 if handle_redirects else 2)


def test_a_url_that_leads_to_no_node(authority: Authority) -> None:
    internal = {number: f"127.0.0.{number}0" for number in (1, 2)}
    wanted = entry("cm", authority.issue(key="ec"))
    with Cluster(nodes=2, database="none", internal=internal) as cluster:
        dummy, requests, dummy = made(cluster, cluster_certificate.OPERATION, True, **wanted)
        assert requests == Counter([*CHECKED, STATUS])


@pytest.mark.parametrize("trusted", [True, False])
def test_the_certificate_of_the_api(write: str, cluster: Cluster, authority: Authority, trusted: bool) -> None:
    Path(cluster.ca_path).write_text(str(cluster.certificate("api")) + (authority.ca_pem if trusted else ""))
    # Without its root, which would be trusted with it.
    wanted = entry("api", authority.issue(key="ec", root=False))
    result, requests, handshakes = made(cluster, cluster_certificate.OPERATION, **wanted)
    assert result["changed"]
    assert requests == Counter([*CHECKED, write, READ])
    # One session before and one after; where the new one is not trusted, that takes a second handshake to find out.
    assert handshakes == {"api": 1 + 3 + (1 if trusted else 2) + 3}

    wanted = entry("api", (authority if trusted else Authority("Another CA")).issue(key="ec", root=False))
    Path(cluster.ca_path).write_text(str(cluster.certificate("api")) + (authority.ca_pem if trusted else ""))
    dummy, requests, handshakes = made(cluster, cluster_certificate.OPERATION, verify="none", **wanted)
    assert requests == Counter([*CHECKED, write, READ])
    assert handshakes == {"api": 1 + (1 if trusted else 2)}
    Path(cluster.ca_path).write_text(str(cluster.certificate("api")))


def test_a_deletion(cluster: Cluster, authority: Authority) -> None:
    material = authority.issue(key="ec")
    cluster.set_certificate("ldap_client", material.certificate_pem, str(material.key_pem))
    absent: dict[str, Any] = {"name": "ldap_client", "state": "absent"}

    dummy, requests, handshakes = made(cluster, cluster_certificate.OPERATION, True, **absent)
    assert requests == Counter(CHECKED)
    assert handshakes == {"api": 1}

    dummy, requests, handshakes = made(cluster, cluster_certificate.OPERATION, **absent)
    assert requests == Counter([*CHECKED, "DELETE /v1/cluster/certificates/ldap_client", READ])
    assert handshakes == {"api": 1}

    dummy, requests, handshakes = made(cluster, cluster_certificate.OPERATION, **absent)
    assert requests == Counter([READ])
    assert handshakes == {"api": 1}


def test_several_certificates(cluster: Cluster, write: str, authority: Authority) -> None:
    names = ("cm", "metrics_exporter", "proxy", "syncer", "ldap_client")
    entries = [entry(name, authority.issue(key="ec")) for name in names]
    operation = cluster_certificates.OPERATION
    tried = Counter({"cm": 3, "metrics_exporter": 3 + 1, "proxy": 3})

    dummy, requests, handshakes = made(cluster, operation, True, certificates=entries)
    assert requests == Counter([*CHECKED, BDBS, OWN, METRICS])
    assert handshakes == Counter({"api": 1}) + tried

    dummy, requests, handshakes = made(cluster, operation, certificates=entries)
    writes = [write] * (1 if write == BULK else 5)
    assert requests == Counter([*CHECKED, BDBS, OWN, METRICS, *writes, READ, METRICS])
    # The exporter is known by its old certificate or by its new one, which takes a second handshake to find out.
    assert handshakes == Counter({"api": 1}) + tried + tried + Counter({"proxy": 6, "metrics_exporter": 1})

    dummy, requests, handshakes = made(cluster, operation, certificates=entries)
    assert requests == Counter([READ])
    assert handshakes == {"api": 1}

    dummy, requests, handshakes = made(cluster, operation, certificates=entries, verify_unchanged=True)
    assert requests == Counter([*CHECKED, BDBS, OWN, METRICS])
    assert handshakes == Counter({"api": 1}) + tried  # one look at each port

    syncer = [one for one in entries if one["name"] == "syncer"]
    dummy, requests, handshakes = made(cluster, operation, certificates=syncer, verify_unchanged=True)
    assert requests == Counter([*CHECKED, METRICS])
    assert handshakes == {"api": 1, "metrics_exporter": 1}


def test_ports(cluster: Cluster) -> None:
    operation = served_certificate_info.OPERATION
    dummy, requests, handshakes = made(cluster, operation, discover=True)
    assert requests == Counter([*CHECKED, BDBS, "GET /v1/bdbs/certificates"])
    # Only the certificate of the API verifies.
    assert handshakes == {"api": 1 + 3, "cm": 6, "metrics_exporter": 6, "proxy": 6}

    dummy, requests, handshakes = made(cluster, operation, endpoints=[f"127.0.0.1:{cluster.cm_port}"])
    assert requests == Counter()
    assert handshakes == {"cm": 2}


def test_an_internal_rotation(cluster: Cluster) -> None:
    operation = internal_certificate_rotation.OPERATION
    for check_mode, force in ((False, False), (True, True)):
        result, requests, handshakes = made(cluster, operation, check_mode, force=force)
        assert result["changed"] is check_mode
        assert requests == Counter([*CHECKED, METRICS, METRICS])
        assert handshakes == {"api": 1, "metrics_exporter": 2}

    result, requests, handshakes = made(cluster, operation, force=True)
    assert result["changed"]
    assert requests == Counter([*CHECKED, METRICS, METRICS, ROTATE, READ, METRICS])
    assert handshakes == {"api": 1 + 1, "metrics_exporter": 3}


class NoVault:
    """Keeps nothing."""

    vault_id = "default"

    def __init__(self) -> None:
        self.loaded = [self.vault_id]

    def encrypt(self, content: Secret) -> bytes:
        return b"nothing"

    def decrypt(self, encrypted: bytes) -> Opened | None:
        return None


def test_a_backup(cluster: Cluster, tmp_path: Path) -> None:
    operation = cluster_certificate_backup.with_vault(lambda dummy: NoVault())
    dummy, requests, handshakes = made(cluster, operation, path=str(tmp_path / "backup"), names=["cm", "proxy"])
    assert requests == Counter([READ, CLUSTER])
    assert handshakes == {"api": 1}


def test_active_active_databases() -> None:
    operation, shared = replication_certificates.OPERATION, [ActiveActive()]
    with (
        Cluster(nodes=3, database="tls", active_active=shared) as cluster,
        Cluster(nodes=1, fqdn="peer.example.com", database="tls", active_active=shared),
    ):
        for check_mode, updated in ((False, []), (True, ["proxy"])):
            dummy, requests, handshakes = made(cluster, operation, check_mode, updated=updated)
            assert requests == Counter([CRDBS])
            assert handshakes == {"api": 1}
        dummy, requests, handshakes = made(cluster, operation, resynchronise=True)
        assert requests == Counter([CRDBS, BDBS])
        assert handshakes == {"api": 1}

        result, requests, handshakes = made(cluster, operation, updated=["proxy"])
        assert result["changed"]
        assert requests.pop("GET /v1/crdb_tasks/ID") >= 1  # until it has ended
        assert requests == Counter([CRDBS, "POST /v1/crdbs/ID/updates"])
        assert handshakes == {"api": 1}


def test_replica_sources(authority: Authority) -> None:
    operation, material = replication_certificates.OPERATION, authority.issue("source.example.com", key="ec")
    with (
        Cluster(nodes=1, fqdn="source.example.com", database="tls") as source,
        Cluster(nodes=3, database="none", replicas={"reports": [ReplicaSource.of(source, "password")]}) as cluster,
    ):
        meant: dict[str, Any] = {
            "source_certificate": material.certificate_pem,
            "source_hosts": [source.nodes[0].address],
        }
        dummy, requests, handshakes = made(cluster, operation, True, **meant)
        assert requests == Counter([CRDBS, BDBS, CLUSTER])
        assert handshakes == {"api": 1}

        result, requests, handshakes = made(cluster, operation, **meant)
        assert result["changed"]
        uid = result["replica_of"][0]["uid"]
        assert requests.pop(BDBS) >= 3  # until it is active again
        assert requests == Counter([CRDBS, CLUSTER, f"PUT /v1/bdbs/{uid}"])
        assert handshakes == {"api": 1}

        dummy, requests, handshakes = made(cluster, operation, **meant)
        assert requests == Counter([CRDBS, BDBS])
        assert handshakes == {"api": 1}
