# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be read, by whom, and from which version on."""

from __future__ import annotations

import socket

import pytest
from simulator import Authority, Cluster
from unit.simulator.raw_client import CERTIFICATES, Client

REQUIRED = {
    "api",
    "cm",
    "metrics_exporter",
    "proxy",
    "syncer",
    "ccs_internode_encryption",
    "data_internode_encryption",
}
OPTIONAL = {"ldap_client", "mtls_trusted_ca", "sso_service", "sso_issuer"}
KEYLESS = {"mtls_trusted_ca", "sso_issuer"}
READERS = ["admin", "cluster_member", "cluster_viewer", "db_member", "db_viewer", "user_manager"]
KEY_READERS = ["admin", "cluster_member", "user_manager"]


def names(value: dict[str, str], ending: str) -> set[str]:
    return {name.removesuffix(ending) for name in value if name.endswith(ending)}


@pytest.mark.parametrize("role", READERS)
def test_readers_see_certificates_and_only_some_see_keys(client: Client, role: str) -> None:
    reply = client.ask("GET", CERTIFICATES, role=role)
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json"
    assert names(reply.json, "_cert") == REQUIRED
    assert names(reply.json, "_key") == (REQUIRED if role in KEY_READERS else set())


def test_a_role_without_permission_reads_nothing(client: Client) -> None:
    for path in (CERTIFICATES, "/v1/cluster", "/v1/nodes", "/v1/bdbs"):
        assert client.ask("GET", path, role="none").status == 403


@pytest.mark.parametrize(
    ("cluster", "known"),
    [
        ({"version": "7.8.2-34", "optional": ["ldap_client"]}, {"ldap_client"}),
        ({"version": "7.8.4-18", "optional": ["ldap_client", "mtls_trusted_ca"]}, {"ldap_client", "mtls_trusted_ca"}),
        ({"version": "8.0.6-54", "optional": sorted(OPTIONAL)}, OPTIONAL),
    ],
    indirect=["cluster"],
)
def test_optional_names_that_are_set_show_and_the_keyless_have_no_key(client: Client, known: set[str]) -> None:
    value = client.ask("GET", CERTIFICATES).json
    assert names(value, "_cert") == REQUIRED | known
    assert names(value, "_key") == REQUIRED | known - KEYLESS


@pytest.mark.parametrize(
    ("cluster", "shown"), [({"unset": "empty"}, ""), ({"unset": "null"}, None)], indirect=["cluster"]
)
def test_unset_names_may_show_as_empty_or_null(client: Client, shown: str | None) -> None:
    value = client.ask("GET", CERTIFICATES).json
    assert {value[f"{name}_cert"] for name in OPTIONAL} == {shown}
    assert {value[f"{name}_key"] for name in OPTIONAL - KEYLESS} == {shown}
    assert not {f"{name}_key" for name in KEYLESS} & set(value)
    assert "ldap_client_key" not in client.ask("GET", CERTIFICATES, role="cluster_viewer").json


@pytest.mark.parametrize("cluster", [{"version": "7.4.2-54", "unset": "empty"}], indirect=True)
def test_names_of_later_versions_never_show(client: Client) -> None:
    assert names(client.ask("GET", CERTIFICATES).json, "_cert") == REQUIRED | {"ldap_client"}


@pytest.mark.parametrize("name", ["proxy", "nonsense"])
def test_a_test_may_put_any_text_in_place(cluster: Cluster, client: Client, authority: Authority, name: str) -> None:
    if name == "nonsense":
        cluster.set_certificate("proxy", "no certificate at all", None)
        assert client.ask("GET", CERTIFICATES).json["proxy_cert"] == "no certificate at all"
    else:
        material = authority.issue()
        cluster.set_certificate("proxy", material.certificate_pem, material.key_pem)
        assert cluster.certificate("proxy") == material.certificate_pem
        assert client.ask("GET", CERTIFICATES).json["proxy_key"] == material.key_pem


@pytest.mark.parametrize("cluster", [{"nodes": 3, "versions": ["8.0.20-96", "8.0.20-96", "7.8.2-34"]}], indirect=True)
def test_nodes_have_versions_of_their_own(cluster: Cluster, client: Client) -> None:
    nodes = client.ask("GET", "/v1/nodes").json
    assert [(node["uid"], node["addr"], node["status"], node["software_version"]) for node in nodes] == [
        (1, "127.0.0.1", "active", "8.0.20-96"),
        (2, "127.0.0.2", "active", "8.0.20-96"),
        (3, "127.0.0.3", "active", "7.8.2-34"),
    ]
    assert client.ask("GET", "/v1/nodes/3").json == nodes[2]
    for path in ("/v1/nodes/4", "/v1/nodes/4/status"):
        assert client.ask("GET", path).status == 404
    cluster.move_primary(3)
    assert client.ask("GET", "/v1/bootstrap", node=3).json["local_node_info"]["software_version"] == "7.8.2-34"
    assert client.ask("PUT", CERTIFICATES, {}, node=3).status == 405


@pytest.mark.parametrize("cluster", [{"fqdn": "c7.example.org", "version": "8.2.0-10"}], indirect=True)
def test_the_cluster_says_what_it_is(cluster: Cluster, client: Client) -> None:
    value = client.ask("GET", "/v1/cluster", role="db_viewer").json
    assert value["name"] == "c7.example.org"
    assert value["cnm_https_port"] == cluster.api_port
    assert value["cm_port"] == cluster.cm_port
    assert value["control_plane_basic_authentication"] is True
    assert value["mtls_certificate_authentication"] is False
    assert set(value["alert_settings"]) == {"cluster_certs_about_to_expire", "node_internal_certs_about_to_expire"}


@pytest.mark.parametrize("cluster", [{"version": "7.8.2-34"}], indirect=True)
def test_old_clusters_have_fewer_settings(client: Client) -> None:
    value = client.ask("GET", "/v1/cluster").json
    assert not {"control_plane_basic_authentication", "mtls_certificate_authentication"} & set(value)


@pytest.mark.parametrize("cluster", [{"nodes": 2, "database": "tls"}], indirect=True)
def test_the_database_names_its_endpoints(cluster: Cluster, client: Client) -> None:
    (database,) = client.ask("GET", "/v1/bdbs").json
    assert database["tls_mode"] == "enabled"
    assert database["replica_sources"] == []
    (endpoint,) = database["endpoints"]
    assert (endpoint["port"], endpoint["addr"]) == (cluster.database_port, ["127.0.0.1", "127.0.0.2"])
    assert client.ask("GET", "/v1/bdbs/1").json == database
    assert client.ask("GET", "/v1/bdbs/2").status == 404


@pytest.mark.parametrize("cluster", [{"database": "tls", "active_active": True}], indirect=True)
def test_the_database_can_be_an_active_active_one(client: Client) -> None:
    (database,) = client.ask("GET", "/v1/bdbs").json
    assert database["crdt"] is True
    assert len(database["crdt_guid"]) == 36


@pytest.mark.parametrize(
    "cluster", [{"database": database, "plain_database": True} for database in ("tls", "none")], indirect=True
)
def test_a_second_database_has_no_tls_and_refuses_connections(cluster: Cluster, client: Client) -> None:
    *first, plain = client.ask("GET", "/v1/bdbs").json
    assert [database["uid"] for database in first] == ([1] if cluster.database == "tls" else [])
    assert not any(database["crdt"] or database["crdt_guid"] for database in (*first, plain))
    assert (plain["uid"], plain["tls_mode"], plain["ssl"]) == (2, "disabled", False)
    (endpoint,) = plain["endpoints"]
    assert endpoint["port"] == plain["port"] == cluster.plain_database_port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((endpoint["addr"][0], endpoint["port"]), timeout=5)
    assert client.ask("GET", "/v1/bdbs/2").json == plain


def test_without_a_database_there_is_none(client: Client) -> None:
    assert client.ask("GET", "/v1/bdbs").json == []


def test_the_scheduler_and_the_users_can_be_read(cluster: Cluster, client: Client) -> None:
    job = client.ask("GET", "/v1/job_scheduler").json["cert_rotation_job_settings"]
    assert job["enabled"] is True
    assert 1 <= job["expiry_days_before_rotation"] <= 90
    assert {user["email"] for user in client.ask("GET", "/v1/users").json} == set(cluster.users)
    assert client.ask("GET", "/v1/users", role="db_viewer").status == 403


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v2/cluster", "/v1/cluster/", "/v1/cluster/certificates/a/b", "/v1/crdbs/"]
)
def test_unknown_paths_are_404(client: Client, path: str) -> None:
    reply = client.ask("GET", path)
    assert reply.status == 404
    assert set(reply.json) == {"error_code", "description"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", CERTIFICATES, "GET, PUT"),
        ("DELETE", CERTIFICATES, "GET, PUT"),
        ("PATCH", CERTIFICATES, "GET, PUT"),
        ("OPTIONS", CERTIFICATES, "GET, PUT"),
        ("GET", "/v1/cluster/update_cert", "PUT"),
        ("GET", "/v1/cluster/certificates/proxy", "DELETE"),
        ("DELETE", "/v1/cluster/certificates/rotate", "POST"),
        ("PUT", "/v1/nodes", "GET"),
        ("GET", "/v1/users/authorize", "POST"),
    ],
)
def test_known_paths_have_only_their_methods(client: Client, method: str, path: str, allowed: str) -> None:
    reply = client.ask(method, path)
    assert (reply.status, reply.headers["Allow"]) == (405, allowed)


def test_head_has_no_body(client: Client) -> None:
    reply = client.ask("HEAD", CERTIFICATES)
    assert (reply.status, reply.body) == (405, b"")
