# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""DELETE, and the internal rotation."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from simulator import Authority, Cluster
from unit.simulator.raw_client import CERTIFICATES, ROTATE, Client

INTERNODE = ("ccs_internode_encryption", "data_internode_encryption")
TWO = {"nodes": 2}


@pytest.mark.parametrize("cluster", [{"optional": ["ldap_client"], "nodes": 2}], indirect=True)
def test_an_optional_certificate_is_removed_from_every_node(cluster: Cluster, client: Client) -> None:
    assert client.ask("DELETE", f"{CERTIFICATES}/ldap_client").status == 200
    assert [node.stored["ldap_client"] for node in cluster.nodes] == [(None, None)] * 2
    assert "ldap_client_cert" not in client.ask("GET", CERTIFICATES).json
    assert client.ask("DELETE", f"{CERTIFICATES}/ldap_client").status == 404


@pytest.mark.parametrize(
    ("cluster", "name", "status"),
    [
        ({}, "proxy", 403),
        ({}, "ccs_internode_encryption", 403),
        ({}, "nonsense", 404),
        ({}, "ldap_client", 404),
        ({"version": "7.8.2-34"}, "mtls_trusted_ca", 404),
    ],
    indirect=["cluster"],
)
def test_what_cannot_be_removed(cluster: Cluster, client: Client, name: str, status: int) -> None:
    before = cluster.nodes[0].stored
    assert client.ask("DELETE", f"{CERTIFICATES}/{name}").status == status
    assert cluster.nodes[0].stored == before
    assert cluster.writes[-1].names == (name,)


@pytest.mark.parametrize("cluster", [TWO | {"optional": ["ldap_client"], "down": [2]}], indirect=True)
def test_removal_on_a_node_that_is_down_fails_at_its_disk(cluster: Cluster, client: Client) -> None:
    assert client.ask("DELETE", f"{CERTIFICATES}/ldap_client").status == 500
    cluster.nodes[1].down = False
    assert cluster.nodes[1].stored["ldap_client"] == (None, None)


@pytest.mark.parametrize("cluster", [TWO], indirect=True)
def test_rotation_renews_both_internode_certificates_with_new_keys(
    cluster: Cluster, client: Client, authority: Authority
) -> None:
    custom = authority.issue(intermediates=1)
    cluster.set_certificate("ccs_internode_encryption", custom.certificate_pem, custom.key_pem)
    seen = [cluster.nodes[0].stored]
    for _round in range(3):
        assert client.ask("POST", ROTATE).status == 200
        assert cluster.nodes[0].stored == cluster.nodes[1].stored
        seen.append(cluster.nodes[0].stored)
    for before, after in zip(seen, seen[1:], strict=False):
        for name in before:
            renewed = before[name].certificate != after[name].certificate and before[name].key != after[name].key
            assert renewed is (name in INTERNODE), name
    leaf = x509.load_pem_x509_certificate((cluster.certificate(INTERNODE[0]) or "").encode())
    left = leaf.not_valid_after_utc - datetime.now(timezone.utc)
    assert timedelta(days=89) < left < timedelta(days=91)


def test_rotation_of_one(cluster: Cluster, client: Client) -> None:
    before = cluster.nodes[0].stored
    assert client.ask("POST", ROTATE, {"name": "data_internode_encryption"}).status == 200
    after = cluster.nodes[0].stored
    assert [name for name in before if before[name] != after[name]] == ["data_internode_encryption"]


@pytest.mark.parametrize("name", ["proxy", "ldap_client", "nonsense", "dp_internode_encryption"])
def test_the_others_have_no_internal_rotation(client: Client, name: str) -> None:
    assert client.ask("POST", ROTATE, {"name": name}).status == 403


@pytest.mark.parametrize("cluster", [TWO | {"version": "8.2.0-46", "down": [2]}], indirect=True)
def test_rotation_with_a_node_down_says_so_and_reaches_it_later(cluster: Cluster, client: Client) -> None:
    assert client.ask("POST", ROTATE).status == 400
    assert cluster.nodes[0].stored != cluster.nodes[1].stored
    cluster.nodes[1].down = False
    assert cluster.nodes[0].stored == cluster.nodes[1].stored


@pytest.mark.parametrize("cluster", [TWO | {"version": "8.2.0-45", "down": [2]}], indirect=True)
def test_rotation_once_forgot_nodes_that_were_down(cluster: Cluster, client: Client) -> None:
    assert client.ask("POST", ROTATE).status == 200
    cluster.nodes[1].down = False
    assert cluster.nodes[0].stored != cluster.nodes[1].stored
