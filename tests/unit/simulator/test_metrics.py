# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics: which node tells what of which certificates, to whom, and how tests make them wrong."""

from __future__ import annotations

import http.client
import math
import re
import time
from dataclasses import dataclass

import pytest
from cryptography import x509
from simulator import Authority, Cluster
from unit.simulator.raw_client import Client, Reply, unverified

THREE = {"nodes": 3}
V1, V2 = "node_cert_expiration_seconds", "node_cert_expires_in_seconds"
NAMES = {
    "api",
    "cm",
    "proxy",
    "metrics_exporter",
    "syncer",
    "ccs_internode_encryption",
    "data_internode_encryption",
    "mesh_ca_signed",
    "gossip_ca_signed",
}
_SAMPLE = re.compile(r"(\w+)\{(.*)\} (-?[0-9.]+)(?: ([0-9]+))?")
_LABEL = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Sample:
    """One line of a page about a certificate."""

    metric: str
    labels: dict[str, str]
    value: float
    timestamp: str | None

    @property
    def place(self) -> tuple[str, str | None]:
        return self.labels["logical_name"], self.labels.get("node")


def ask(cluster: Cluster, path: str, node: int = 1, authorization: str | None = None, method: str = "GET") -> Reply:
    address = cluster.nodes[node - 1].address
    connection = http.client.HTTPSConnection(address, cluster.metrics_port, timeout=10, context=unverified())
    connection.request(method, path, headers={"Authorization": authorization} if authorization else {})
    response = connection.getresponse()
    reply = Reply(response.status, response.headers, response.read())
    connection.close()
    return reply


def samples(cluster: Cluster, path: str, node: int = 1) -> list[Sample]:
    reply = ask(cluster, path, node)
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    found = [_SAMPLE.fullmatch(line) for line in reply.body.decode().splitlines() if line.startswith("node_cert")]
    return [
        Sample(match[1], dict(_LABEL.findall(match[2])), float(match[3]), match[4])
        for match in found
        if match is not None
    ]


def values(cluster: Cluster, path: str, node: int = 1) -> dict[tuple[str, str | None], float]:
    return {sample.place: sample.value for sample in samples(cluster, path, node)}


def left(cluster: Cluster, name: str, node: int = 1) -> float:
    held = cluster.nodes[node - 1].holds(name).certificate or ""
    return x509.load_pem_x509_certificate(held.encode()).not_valid_after_utc.timestamp() - time.time()


@pytest.mark.parametrize(
    "cluster",
    [THREE | {"expires": {"proxy": 10, "syncer": -2}, "optional": ["ldap_client", "mtls_trusted_ca", "sso_service"]}],
    indirect=True,
)
def test_any_node_knows_the_whole_cluster(cluster: Cluster) -> None:
    for node in (1, 2, 3):
        found = samples(cluster, "/v2", node)
        assert {sample.place for sample in found} == {(name, str(uid)) for name in NAMES for uid in (1, 2, 3)}
        for sample in found:
            name = sample.labels["logical_name"]
            assert sample.metric == V2
            assert sample.timestamp is None
            assert sample.labels.keys() == {"cluster", "logical_name", "node", "path"}
            assert sample.labels["cluster"] == cluster.fqdn
            assert sample.labels["path"] == f"/etc/opt/redislabs/{name}_cert.pem"
            assert sample.value == pytest.approx(
                3e8 if "ca_signed" in name else left(cluster, name), rel=0.5 if "ca_signed" in name else 0, abs=2
            )


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_a_node_can_be_asked_for_itself_alone(cluster: Cluster) -> None:
    for node in (1, 2):
        found = samples(cluster, "/v2/node", node)
        assert {sample.labels["logical_name"] for sample in found} == NAMES
        assert {tuple(sorted(sample.labels)) for sample in found} == {("logical_name", "path")}
        assert {sample.metric for sample in found} == {V2}


@pytest.mark.parametrize("cluster", [THREE | {"primary": 2, "internal": {2: "10.0.0.2"}}], indirect=True)
def test_version_1_is_for_the_primary(cluster: Cluster) -> None:
    found = samples(cluster, "/", 2)
    assert {sample.place for sample in found} == {(name, str(uid)) for name in NAMES for uid in (1, 2, 3)}
    assert {sample.metric for sample in found} == {V1}
    for node in (1, 3):
        reply = ask(cluster, "/?x=1", node)
        assert (reply.status, reply.body) == (307, b"")
        assert reply.headers["Location"] == f"https://10.0.0.2:{cluster.metrics_port}/?x=1"
    cluster.move_primary(3)
    assert [ask(cluster, "/", node).status for node in (1, 2, 3)] == [307, 307, 200]


@pytest.mark.parametrize(
    ("cluster", "status"), [({"version": "7.4.6-280"}, 404), ({"version": "7.8.2-34"}, 200)], indirect=["cluster"]
)
def test_version_2_came_with_7_8_2(cluster: Cluster, status: int) -> None:
    assert [ask(cluster, path).status for path in ("/v2", "/v2/node", "/", "/v3")] == [status, status, 200, 404]
    reply = ask(cluster, "/", method="PUT")
    assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD")
    assert ask(cluster, "/", method="HEAD").body == b""


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_each_node_tells_what_is_on_its_own_disk(cluster: Cluster, client: Client, authority: Authority) -> None:
    old = left(cluster, "syncer")
    cluster.nodes[2].lag = math.inf
    assert client.put_one("syncer", authority.issue(days=100)).status == 200
    for path, node in (("/v2", 2), ("/", 1)):
        found = values(cluster, path, node)
        assert [found["syncer", str(uid)] for uid in (1, 2, 3)] == pytest.approx([100 * 86400] * 2 + [old], abs=5)
    assert values(cluster, "/v2/node", 3)["syncer", None] == pytest.approx(old, abs=5)


@pytest.mark.parametrize("cluster", [THREE | {"down": [3]}], indirect=True)
def test_a_node_that_is_down_is_missing(cluster: Cluster) -> None:
    assert {sample.labels["node"] for sample in samples(cluster, "/v2")} == {"1", "2"}
    with pytest.raises(ConnectionRefusedError):
        ask(cluster, "/v2", 3)
    cluster.nodes[1].keep_closed("metrics_exporter", True)
    with pytest.raises(ConnectionRefusedError):
        ask(cluster, "/v2/node", 2)


@pytest.mark.parametrize("cluster", [THREE | {"metrics_auth": True}], indirect=True)
def test_a_login_can_be_demanded(cluster: Cluster, client: Client) -> None:
    for role, status in (
        ("admin", 200),
        ("cluster_member", 200),
        ("cluster_viewer", 200),
        ("db_member", 401),
        ("db_viewer", 401),
        ("user_manager", 401),
        ("none", 401),
    ):
        assert ask(cluster, "/v2", 2, client.authorization(role)).status == status
    for wrong in (None, "Basic x", f"Bearer {cluster.token()}"):
        reply = ask(cluster, "/v2/node", 1, wrong)
        assert (reply.status, reply.body) == (401, b"")
        assert reply.headers["WWW-Authenticate"].startswith("Basic ")
    assert client.ask("GET", "/v1/cluster").json["metrics_auth"] is True
    cluster.metrics_auth = False
    assert ask(cluster, "/v2").status == 200


def test_a_login_cannot_be_demanded_before_8_0_2(authority: Authority) -> None:
    with pytest.raises(ValueError, match=r"8\.0\.2"):
        Cluster(version="7.22.2-179", metrics_auth=True)
    with Cluster(nodes=1, database="none", version="7.22.2-179", authority=authority) as cluster:
        cluster.metrics_auth = True
        assert ask(cluster, "/v2").status == 200
        assert "metrics_auth" not in Client(cluster).ask("GET", "/v1/cluster").json


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_metrics_can_lie_and_be_silent(cluster: Cluster) -> None:
    honest = values(cluster, "/v2")
    cluster.metrics.lie("proxy", -3600, node=2)
    cluster.metrics.lie("syncer", 90)
    cluster.metrics.hide("cm", node=3)
    cluster.metrics.hide("api")
    found = values(cluster, "/v2")
    expected = {place: value for place, value in honest.items() if place != ("cm", "3") and place[0] != "api"}
    expected["proxy", "2"] -= 3600
    for uid in ("1", "2", "3"):
        expected["syncer", uid] += 90
    assert found == pytest.approx(expected, abs=5)
    assert values(cluster, "/v2/node", 2)["proxy", None] == pytest.approx(honest["proxy", "2"] - 3600, abs=5)
    assert values(cluster, "/").keys() == expected.keys()
    cluster.metrics.reset()
    assert values(cluster, "/v2") == pytest.approx(honest, abs=5)


@pytest.mark.parametrize("timestamps", [False, True])
@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_metrics_can_be_stale(cluster: Cluster, authority: Authority, timestamps: bool) -> None:
    cluster.metrics.freeze(timestamps=timestamps)
    frozen = time.time()
    before = {sample.place: sample.value for sample in samples(cluster, "/v2")}
    material = authority.issue(days=20)
    cluster.set_certificate("cm", material.certificate_pem, material.key_pem)
    time.sleep(0.2)
    found = samples(cluster, "/v2", 2)
    assert {sample.place: sample.value for sample in found} == before
    for sample in found:
        if timestamps:
            assert int(sample.timestamp or 0) / 1000 == pytest.approx(frozen, abs=0.1)
        else:
            assert sample.timestamp is None
    cluster.metrics.reset()
    assert values(cluster, "/v2")["cm", "1"] == pytest.approx(20 * 86400, abs=5)


@pytest.mark.parametrize(
    ("cluster", "shown"),
    [(THREE | {"version": "8.0.18-23"}, True), (THREE | {"version": "8.0.20-19"}, False)],
    indirect=["cluster"],
)
def test_files_of_databases_that_are_gone_show_before_8_0_20_19(cluster: Cluster, shown: bool) -> None:
    cluster.metrics.leave_behind(bdb=7, node=2)
    proxies = [sample for sample in samples(cluster, "/v2") if sample.labels["logical_name"] == "proxy"]
    odd = [sample for sample in proxies if sample.value < 0]
    assert [(sample.labels["node"], sample.labels["path"]) for sample in odd] == (
        [("2", "/etc/opt/redislabs/proxy_cert_7.pem")] if shown else []
    )
    assert len(proxies) == (4 if shown else 3)


@pytest.mark.parametrize("cluster", [THREE], indirect=True)
def test_requests_are_on_a_record_of_their_own(cluster: Cluster, client: Client) -> None:
    ask(cluster, "/v2/node", 2, client.authorization("admin"))
    ask(cluster, "/?a=b", 3)
    assert [(one.node_uid, one.path, one.query, one.username, one.status) for one in cluster.metrics.requests] == [
        (2, "/v2/node", "", cluster.username, 200),
        (3, "/", "a=b", None, 307),
    ]
    assert cluster.requests == []
    cluster.metrics.log.clear()
    assert cluster.metrics.requests == []


@pytest.mark.parametrize("cluster", [{"nodes": 2}], indirect=True)
def test_the_port_presents_the_metrics_exporter_of_that_node(
    cluster: Cluster, client: Client, authority: Authority
) -> None:
    cluster.nodes[1].lag = math.inf
    old = client.presented(cluster.metrics_port, 2)
    material = authority.issue()
    client.put_one("metrics_exporter", material)
    assert [client.presented(cluster.metrics_port, node) for node in (1, 2)] == [material.fingerprint, old]


def test_a_file_that_is_no_certificate_has_no_metric(cluster: Cluster) -> None:
    cluster.set_certificate("proxy", "nonsense")
    assert {place[0] for place in values(cluster, "/v2")} == NAMES - {"proxy"}
