# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clusters at once, ports that stay closed, and connections that take their time."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import ssl
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from simulator import Authority, Cluster, Fleet
from unit.simulator.raw_client import CERTIFICATES, UPDATE, Client, basic, presented
from unit.simulator.test_command_line import folder, running

__all__ = ["folder"]


def ask(member: dict[str, Any], method: str, path: str, body: Any = None, login: dict[str, Any] | None = None) -> Any:
    """Ask a member, whose certificate has to be good for its address; the status, and the answer."""
    user = login or member
    trusting = ssl.create_default_context(cafile=member["ca_path"])
    connection = http.client.HTTPSConnection("127.0.0.1", member["api_port"], timeout=10, context=trusting)
    headers = {"Authorization": basic(user["username"], user["password"]), "Content-Type": "application/json"}
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    reply = connection.getresponse()
    content = json.loads(reply.read())
    connection.close()
    return reply.status, content


def test_the_members_of_a_fleet_are_clusters_of_their_own(tmp_path: Path, authority: Authority) -> None:
    with Fleet(5, processes=2, nodes=1, directory=tmp_path) as fleet:
        assert Path(fleet.ca_path).parent == tmp_path
        assert len({member["url"] for member in fleet.members}) == 5
        assert [ask(member, "GET", "/v1/cluster")[1]["name"] for member in fleet.members] == [
            f"c{number}.fleet.example.com" for number in range(1, 6)
        ]
        seen = [ask(member, "GET", CERTIFICATES)[1] for member in fleet.members]
        assert len({certificates["api_cert"] for certificates in seen}) == 5
        assert ask(fleet.members[0], "GET", "/v1/cluster", login=fleet.members[1])[0] == 401

        new = authority.issue("c2.fleet.example.com")
        body = {"name": "proxy", "certificate": new.certificate_pem, "key": new.key_pem}
        assert ask(fleet.members[1], "PUT", UPDATE, body)[0] == 200
        after = [ask(member, "GET", CERTIFICATES)[1]["proxy_cert"] for member in fleet.members]
        assert after == [seen[0]["proxy_cert"], new.certificate_pem, *(one["proxy_cert"] for one in seen[2:])]

        assert [len(requests) for requests in fleet.requests] == [4, 4, 3, 3, 3]
        assert [(one.method, one.names) for one in fleet.requests[1] if one.writes] == [("PUT", ("proxy",))]
        fleet.clear_requests()
        assert fleet.requests == [[]] * 5
        ports = [member["api_port"] for member in fleet.members]
    assert list(tmp_path.iterdir()) == []
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)


@pytest.mark.parametrize("size", [0, 1001])
def test_a_fleet_has_a_size(size: int) -> None:
    with pytest.raises(ValueError, match="1 to 1000 clusters"):
        Fleet(size)


def test_a_fleet_judges_the_options_of_its_members() -> None:
    with pytest.raises(ValueError, match="latency is 0 or more seconds"):
        Fleet(1, latency=-1.0)


def test_the_command_line_starts_a_fleet(folder: Path) -> None:
    with running(folder, "--fleet", "3", "--nodes", "1", "--version", "7.8.6-36") as (process, ready):
        assert [member["fqdn"] for member in ready["clusters"]] == [
            f"c{number}.fleet.example.com" for number in (1, 2, 3)
        ]
        for member in ready["clusters"]:
            assert member["ca_path"] == ready["ca_path"]
            assert ask(member, "GET", "/v1/nodes")[1][0]["software_version"] == "7.8.6-36"
        process.terminate()
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    assert "3 clusters" in output
    assert list(folder.iterdir()) == []


def test_ports_that_are_not_wanted_stay_closed_and_are_reported_as_the_usual_ones() -> None:
    with Cluster(nodes=1, database="none", ports=("api",)) as cluster:
        assert set(cluster.nodes[0].services) == {"api"}
        assert Client(cluster).ask("GET", "/v1/cluster").json["cm_port"] == 8443


@pytest.mark.parametrize("ports", [("cm",), ("api", "telnet")])
def test_there_is_an_api_and_no_port_that_is_unknown(ports: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="the ports that are open are api"):
        Cluster(nodes=1, database="none", ports=ports)


def test_a_given_authority_signs_what_is_self_signed_otherwise(authority: Authority) -> None:
    with Cluster(nodes=1, database="none", authority=authority) as cluster:
        assert Path(cluster.ca_path).read_text() == authority.ca_pem
        trusting = ssl.create_default_context(cafile=cluster.ca_path)
        assert Client(cluster).ask("GET", "/v1/cluster", context=trusting).status == 200
        for name in ("cm", "metrics_exporter", "proxy", "syncer"):
            leaf = x509.load_pem_x509_certificate((cluster.certificate(name) or "").encode())
            leaf.verify_directly_issued_by(authority.certificate)


@pytest.mark.parametrize("port", ["api_port", "cm_port", "metrics_port", "database_port"])
def test_every_new_connection_takes_its_time(port: str) -> None:
    with Cluster(nodes=1, database="tls", latency=0.3) as cluster:
        started = time.monotonic()
        presented("127.0.0.1", getattr(cluster, port))
        assert time.monotonic() - started >= 0.3


def test_every_answer_takes_its_time(authority: Authority) -> None:
    with Cluster(nodes=1, database="none", authority=authority, latency=0.3) as cluster:
        started = time.monotonic()
        assert Client(cluster).ask("GET", "/v1/cluster").status == 200
        assert time.monotonic() - started >= 0.6  # with the connection


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")
def test_a_redis_server_has_no_latency() -> None:
    with pytest.raises(ValueError, match="latency needs the database tls or none"):
        Cluster(nodes=1, database="redis", latency=0.1)
