# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the standard library alone, so that the simulator is judged without the collection."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from simulator import Cluster, Material
from simulator.authority import fingerprint_of

CERTIFICATES = "/v1/cluster/certificates"
UPDATE = "/v1/cluster/update_cert"
ROTATE = "/v1/cluster/certificates/rotate"


def unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Asks one cluster, on a separate connection for each request."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def authorization(self, role: str) -> str:
        user = self.cluster.user(role)
        return basic(user.username, user.password)

    def connection(
        self, node: int = 1, timeout: float = 10, context: ssl.SSLContext | None = None
    ) -> http.client.HTTPSConnection:
        address = self.cluster.nodes[node - 1].address
        return http.client.HTTPSConnection(
            address, self.cluster.api_port, timeout=timeout, context=context or unverified()
        )

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: str | None = "admin",
        headers: dict[str, str | None] | None = None,
        node: int = 1,
        timeout: float = 10,
        context: ssl.SSLContext | None = None,
    ) -> Reply:
        """Send ``body`` as it is when it is bytes, else as JSON; a header of None is left out."""
        wanted: dict[str, str | None] = {"Accept": "application/json"}
        if method in ("PUT", "POST"):
            wanted["Content-Type"] = "application/json"
        if role is not None:
            wanted["Authorization"] = self.authorization(role)
        wanted |= headers or {}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection = self.connection(node, timeout, context)
        try:
            connection.request(method, path, data, {name: value for name, value in wanted.items() if value is not None})
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())
        finally:
            connection.close()

    def put_one(self, name: str, material: Material, **more: Any) -> Reply:
        return self.ask("PUT", UPDATE, entry(name, material), **more)

    def put_many(self, materials: dict[str, Material], **more: Any) -> Reply:
        entries = [entry(name, material) for name, material in materials.items()]
        return self.ask("PUT", CERTIFICATES, {"certificates": entries}, **more)

    def presented(self, port: int, node: int = 1) -> str:
        return presented(self.cluster.nodes[node - 1].address, port)


def basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def entry(name: str, material: Material) -> dict[str, str]:
    return {"name": name, "certificate": material.certificate_pem, "key": material.key_pem}


def presented(address: str, port: int) -> str:
    """The fingerprint of the leaf that a fresh handshake shows."""
    with (
        socket.create_connection((address, port), timeout=10) as plain,
        unverified().wrap_socket(plain, server_hostname=address) as secured,
    ):
        return peer_fingerprint(secured)


def peer_fingerprint(secured: ssl.SSLSocket) -> str:
    encoded = secured.getpeercert(binary_form=True)
    assert encoded is not None
    return fingerprint_of(x509.load_der_x509_certificate(encoded))
