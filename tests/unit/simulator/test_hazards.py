# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Known bugs of the server, in the versions that have them (contract, section 5); others are where they happen."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from simulator import ActiveActive, Authority, Cluster, Material
from unit.simulator.raw_client import CERTIFICATES, ROTATE, Client

CCS, DPINE = "ccs_internode_encryption", "data_internode_encryption"
QUIET = {"nodes": 2, "internode_outage": 0}


def versions(**cases: bool) -> pytest.MarkDecorator:
    """Run with each version, and whether it has the bug; such as ``v8_0_20_68=False``."""
    parameters = []
    for name, affected in cases.items():
        *numbers, build = name.removeprefix("v").split("_")
        parameters.append(pytest.param(QUIET | {"version": f"{'.'.join(numbers)}-{build}"}, affected, id=name))
    return pytest.mark.parametrize(("cluster", "affected"), parameters, indirect=["cluster"])


def key_fits(cluster: Cluster, name: str) -> bool:
    held = cluster.nodes[0].holds(name)
    leaf = x509.load_pem_x509_certificate((held.certificate or "").encode())
    return load_pem_private_key((held.key or "").encode(), None).public_key() == leaf.public_key()


@versions(v7_22_2_179=True, v8_0_20_67=True, v8_0_20_68=False, v8_2_0_25=True, v8_2_0_26=False)
def test_rs199373_the_control_plane_s_certificate_is_corrupted_by_others(
    cluster: Cluster, client: Client, authority: Authority, affected: bool
) -> None:
    assert client.put_many({CCS: authority.issue(), "proxy": authority.issue()}).status == 200
    assert key_fits(cluster, CCS) is not affected
    assert key_fits(cluster, "proxy")
    assert client.put_many({CCS: authority.issue()}).status == 200
    assert key_fits(cluster, CCS)
    assert client.put_many({DPINE: authority.issue(), "proxy": authority.issue()}).status == 200
    assert key_fits(cluster, DPINE)


@versions(v7_22_2_179=True, v8_0_20_67=True, v8_0_20_68=False, v8_2_0_25=True, v8_2_0_26=False)
def test_rs194253_a_deep_internode_chain_degrades_the_cluster(
    cluster: Cluster, client: Client, authority: Authority, affected: bool
) -> None:
    assert client.put_one("proxy", authority.issue(intermediates=2)).status == 200
    deep = [authority.issue(intermediates=1, root=False), authority.issue(intermediates=1, root=True)]
    flat = [authority.issue(root=False), authority.issue(root=True)]
    for material, degrades in [*((one, True) for one in deep), *((one, False) for one in flat)]:
        assert client.put_one(DPINE, material).status == 200
        assert cluster.degraded is (affected and degrades)
        health = client.ask("GET", "/v4/cluster/health")
        if health.status == 200:
            assert health.json["status"] == ("error" if affected and degrades else "ok")


@versions(v7_22_2_13=False, v7_22_2_14=True, v7_22_2_40=True, v7_22_2_41=False, v8_0_2_17=True, v8_0_2_41=False)
def test_rs176540_an_internode_certificate_is_not_reported_as_stored(
    cluster: Cluster, client: Client, authority: Authority, affected: bool
) -> None:
    def reported(name: str) -> str:
        text: str = client.ask("GET", CERTIFICATES).json[f"{name}_cert"]
        return text

    assert reported(CCS) == cluster.certificate(CCS)
    chain = authority.issue(intermediates=1, root=False)
    for name in (CCS, "proxy"):
        assert client.put_one(name, chain).status == 200
        assert cluster.certificate(name) == chain.certificate_pem
    assert reported("proxy") == chain.certificate_pem
    assert reported(CCS) == (chain.leaf_pem if affected else chain.certificate_pem)
    alone = authority.issue(root=False)
    assert client.put_one(DPINE, alone).status == 200
    assert reported(DPINE) == alone.certificate_pem
    assert client.ask("POST", ROTATE).status == 200
    assert reported(CCS) == cluster.certificate(CCS)


@pytest.mark.parametrize("name", ["proxy", "syncer"])
@pytest.mark.parametrize(("version", "status"), [("7.8.2-33", 406), ("7.8.2-34", 200)])
def test_rs125934_a_forced_update_is_refused_while_a_pair_has_expired(
    authority: Authority, version: str, status: int, name: str
) -> None:
    crdb = ActiveActive()
    options = {"nodes": 1, "database": "tls", "version": version, "active_active": [crdb], "expires": {name: -1}}
    with Cluster(**options) as cluster:  # type: ignore[arg-type]
        client = Client(cluster)

        def force() -> int:
            return client.ask("POST", f"/v1/crdbs/{crdb.guid}/updates", {"force_update": True}).status

        assert force() == status
        assert client.put_one(name, authority.issue()).status == 200
        assert force() == 200


def put_clients(client: Client, *clients: Material) -> int:
    entries = [{"client_cert": one.certificate_pem} for one in clients]
    return client.ask("PUT", "/v1/bdbs/1", {"authentication_ssl_client_certs": entries}).status


@pytest.mark.parametrize(
    ("cluster", "status"),
    [
        ({"database": "tls", "bdb_pending": 0, "version": version}, status)
        for version, status in (("7.8.2-33", 406), ("7.8.2-34", 200))
    ],
    indirect=["cluster"],
)
def test_rs133653_an_expired_client_certificate_blocks_its_database(
    cluster: Cluster, client: Client, authority: Authority, status: int
) -> None:
    old, new = authority.issue("old", days=-1), authority.issue("new")
    cluster.bdbs[0].client_certs = [old.certificate_pem]
    assert client.ask("PUT", "/v1/bdbs/1", {"replica_sources": []}).status == status
    assert put_clients(client, old, new) == status
    assert put_clients(client, new) == 200
    assert client.ask("PUT", "/v1/bdbs/1", {"replica_sources": []}).status == 200


@versions(v8_0_16_32=False, v8_0_16_33=True, v8_0_18_22=True, v8_0_18_23=False)
def test_rs193156_ldap_users_cannot_log_in_without_ldap_client(
    cluster: Cluster, client: Client, authority: Authority, affected: bool
) -> None:
    assert cluster.ldap_login_works is not affected
    assert client.put_one("ldap_client", authority.issue()).status == 200
    assert cluster.ldap_login_works
    assert client.ask("DELETE", f"{CERTIFICATES}/ldap_client").status == 200
    assert cluster.ldap_login_works is not affected


@pytest.mark.parametrize("cluster", [{"version": "8.0.2-16", "missing_wildcards": True}], indirect=True)
def test_rs170611_initial_certificates_can_lack_the_wildcard_names(cluster: Cluster) -> None:
    leaf = x509.load_pem_x509_certificate((cluster.certificate("proxy") or "").encode())
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    found = names.get_values_for_type(x509.DNSName)
    assert cluster.fqdn in found
    assert not [name for name in found if name.startswith("*")]


@versions(v8_0_20_96=False, v8_0_20_95=False)
def test_a_node_of_an_older_version_is_enough(
    cluster: Cluster, client: Client, authority: Authority, affected: bool
) -> None:
    with Cluster(nodes=2, database="none", versions=["8.0.20-96", "8.0.20-67"], internode_outage=0) as mixed:
        assert Client(mixed).put_many({CCS: authority.issue(), "cm": authority.issue()}).status == 200
        assert not key_fits(mixed, CCS)
    assert client.put_many({CCS: authority.issue(), "cm": authority.issue()}).status == 200
    assert key_fits(cluster, CCS) is not affected
