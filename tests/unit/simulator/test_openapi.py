# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator against what the vendor documents: paths, methods, statuses, fields, and who may what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from simulator import ActiveActive, Authority, Cluster, ReplicaSource
from simulator.api import OPERATIONS as SERVED
from unit.simulator.raw_client import Client, Reply, entry
from unit.simulator.shapes import Fields, ListOf, MapOf, deviations
from unit.simulator.vendor_facts import ERROR, OPENAPI, OPERATIONS, PERMISSIONS, Operation

#: For any request: bad login, no permission, no such method, no node to answer, bad API version (page ``_index.md``).
ALWAYS = {401, 403, 405, 503, 505}
#: Pages name no status for a malformed request but in general.
MALFORMED = 400
ROLES = ("admin", "cluster_member", "cluster_viewer", "db_member", "db_viewer", "user_manager", "none")
operations = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")


class Asked:
    """A cluster in which each operation has something to work on."""

    def __init__(self, cluster: Cluster, crdb: ActiveActive, authority: Authority) -> None:
        self.cluster = cluster
        self.client = Client(cluster)
        self.authority = authority
        self.task = crdb.update(cluster).id
        self.guid = crdb.guid
        own = authority.issue()
        for uid in (1, 4):
            cluster.set_bdb_certificate(uid, own.certificate_pem, own.key_pem)

    def path(self, operation: Operation, there: bool = True) -> str:
        """The path with its parts filled in.

        :param there: whether they are those of something that there is.
        """
        part = {"{uid}": "1", "{name}": "ldap_client", "{guid}": self.guid, "{id}": self.task}
        absent = {"{uid}": "99", "{name}": "absent", "{guid}": "absent", "{id}": "absent"}
        path = operation.path
        for name, value in (part if there else absent).items():
            path = path.replace(name, value)
        return path

    def body(self, operation: Operation) -> dict[str, Any] | None:
        """A good request."""
        material = self.authority.issue()
        update = entry("proxy", material)
        bodies: dict[str, dict[str, Any]] = {
            "/v1/cluster/certificates": {"certificates": [update]},
            "/v1/cluster/update_cert": update,
            "/v1/cluster/certificates/rotate": {"name": "ccs_internode_encryption"},
            "/v1/bdbs/{uid}/certificates": {"cert": material.certificate_pem, "private_key": material.key_pem},
            "/v1/bdbs/{uid}": {"authentication_ssl_client_certs": [{"client_cert": material.certificate_pem}]},
            "/v1/crdbs/{guid}/updates": {"force_update": True},
            "/v1/users/authorize": {"ttl": 60},
            "/v1/users/refresh_jwt": {"ttl": 60},
        }
        return None if operation.body is None else bodies[operation.path]

    def ask(self, operation: Operation, body: Any = None, there: bool = True, role: str = "admin") -> Reply:
        """Ask with the login that the operation takes."""
        headers: dict[str, str | None] = {}
        if operation.path.endswith("refresh_jwt"):
            headers["Authorization"] = f"Bearer {self.cluster.token(role)}"
        return self.client.ask(operation.method, self.path(operation, there), body, role=role, headers=headers)


@pytest.fixture
def asked(authority: Authority) -> Iterator[Asked]:
    crdb = ActiveActive()
    sources = [ReplicaSource("redis://:secret@192.0.2.1:12000"), ReplicaSource("redis://192.0.2.2:12000")]
    options: dict[str, Any] = {"nodes": 2, "database": "tls", "tls_databases": 2, "plain_database": True}
    options |= {"optional": ["ldap_client", "mtls_trusted_ca", "sso_service", "sso_issuer"], "bdb_pending": 0}
    with Cluster(**options, active_active=[crdb], replicas={"reports": sources}) as cluster:
        yield Asked(cluster, crdb, authority)


def test_what_is_served_is_documented_and_the_other_way_round(asked: Asked) -> None:
    found = {}
    for operation in OPERATIONS:
        path = asked.path(operation)
        # Two patterns fit a path such as /v1/cluster/certificates/rotate; the first one with the method serves it.
        fitting = [one for one in SERVED if one[0] == operation.method and one[1].fullmatch(path)]
        assert fitting, f"{operation.method} {operation.path} is not served"
        found[operation.method, operation.path] = fitting[0]
    assert len(found) == len(OPERATIONS)
    assert set(found.values()) == set(SERVED)


@operations
def test_an_answer_has_the_fields_and_types_of_the_vendor(asked: Asked, operation: Operation) -> None:
    reply = asked.ask(operation, asked.body(operation))
    assert reply.status == 200, reply.body
    assert list(deviations(reply.json, operation.answer or Fields())) == []
    if isinstance(operation.answer, (ListOf, MapOf)):
        assert reply.json  # an empty one has no shape


@operations
def test_who_may_is_who_has_the_permission(asked: Asked, operation: Operation) -> None:
    for role in ROLES:
        may = operation.permission is None or role in PERMISSIONS[operation.permission]
        # The second deletion is a 404, but a lack of permission comes before that.
        assert (asked.ask(operation, asked.body(operation), role=role).status == 403) is not may, role


def documented(operation: Operation) -> set[int]:
    return ALWAYS | operation.statuses | (set() if operation.source == OPENAPI else {MALFORMED})


@operations
def test_a_refusal_has_a_status_of_the_vendor(asked: Asked, operation: Operation) -> None:
    replies = [
        asked.ask(operation, asked.body(operation), there=False),
        asked.client.ask(operation.method, asked.path(operation), asked.body(operation), role=None),
    ]
    if operation.body is not None:
        malformed: list[Any] = [b"", b"no JSON", [], {"unknown": 1}, {"name": 1}]
        replies += [asked.ask(operation, body) for body in malformed]
        replies += [asked.ask(operation, body) for body in unwanted(asked)]
    if operation.path == "/v1/bdbs/certificates":
        replies.append(asked.client.ask("GET", f"{operation.path}?page=x"))
    asked.cluster.nodes[1].down = True
    replies.append(asked.ask(operation, asked.body(operation)))
    for reply in replies:
        assert reply.status in documented(operation), reply.body
        if reply.status != 200:
            assert list(deviations(reply.json, ERROR)) == []


def unwanted(asked: Asked) -> Iterator[dict[str, Any]]:
    """Certificates that are not taken, each as every kind of request."""
    expired, foreign = asked.authority.issue(days=-1), asked.authority.issue(key="rsa1024")
    for material in (expired, foreign):
        update = entry("proxy", material)
        yield from (update, {"certificates": [update]}, update | {"name": "absent"})
        yield {"cert": material.certificate_pem, "private_key": material.key_pem}
        yield {"authentication_ssl_client_certs": [{"client_cert": material.certificate_pem}] * 2}


STATUSES: list[tuple[str, str, int, Callable[[Asked, dict[str, Any]], None]]] = [
    ("PUT", "/v1/cluster/update_cert", 400, lambda asked, body: body.update(certificate="x")),
    ("PUT", "/v1/cluster/update_cert", 403, lambda asked, body: body.update(name="absent")),
    (
        "PUT",
        "/v1/cluster/update_cert",
        406,
        lambda asked, body: body.update(entry("proxy", asked.authority.issue(days=-1))),
    ),
    ("PUT", "/v1/cluster/update_cert", 409, lambda asked, body: setattr(asked.cluster.nodes[1], "down", True)),
    ("PUT", "/v1/cluster/certificates", 400, lambda asked, body: body.update(certificates=[])),
    ("PUT", "/v1/cluster/certificates", 403, lambda asked, body: body["certificates"][0].update(name="absent")),
    ("PUT", "/v1/cluster/certificates", 409, lambda asked, body: setattr(asked.cluster.nodes[1], "down", True)),
    ("POST", "/v1/cluster/certificates/rotate", 403, lambda asked, body: body.update(name="proxy")),
    ("POST", "/v1/bdbs/{uid}/certificates", 400, lambda asked, body: body.pop("private_key")),
    ("PUT", "/v1/bdbs/{uid}", 409, lambda asked, body: setattr(asked.cluster.bdbs[0], "pending_until", 1e12)),
]


@pytest.mark.parametrize(("method", "path", "status", "spoil"), STATUSES)
def test_a_status_means_what_the_vendor_says(
    asked: Asked, method: str, path: str, status: int, spoil: Callable[[Asked, dict[str, Any]], None]
) -> None:
    (operation,) = [one for one in OPERATIONS if (one.method, one.path) == (method, path)]
    body = asked.body(operation) or {}
    spoil(asked, body)
    assert status in operation.statuses
    assert asked.ask(operation, body).status == status


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if one.body is not None], ids=lambda one: f"{one.method} {one.path}"
)
def test_a_request_has_the_fields_of_the_vendor(asked: Asked, operation: Operation) -> None:
    assert operation.body is not None
    good = asked.body(operation)
    assert good is not None
    assert set(good) <= {*operation.body.needed, *operation.body.more}
    for name in operation.body.needed:
        assert asked.ask(operation, {other: value for other, value in good.items() if other != name}).status == 400
    if operation.closed:
        assert asked.ask(operation, good | {"unknown": True}).status == 400
    assert asked.ask(operation, good).status == 200


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"id": 1, "on": True, "at": "2026-01-05T08:00:00Z", "list": [{"x": "a"}]}, []),
        ({}, ["answer.id is missing"]),
        ({"id": True}, ["answer.id is no integer"]),
        ({"id": 1, "on": 1}, ["answer.on is no boolean"]),
        ({"id": 1, "at": "today"}, ["answer.at is no time of RFC 3339"]),
        ({"id": 1, "odd": 1}, ["answer.odd is unknown"]),
        ({"id": 1, "list": [{"x": "c"}]}, ["answer.list[0]['x'] is 'c', not one of a, b"]),
        ({"id": 1, "list": {}}, ["answer.list is no list"]),
        ([], ["answer is no object"]),
    ],
)
def test_deviations_are_found(value: Any, found: list[str]) -> None:
    shape = Fields({"id": "integer"}, {"on": "boolean", "at": "time", "list": ListOf(MapOf(("a", "b")))})
    assert list(deviations(value, shape)) == found
