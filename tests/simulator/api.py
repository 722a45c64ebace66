# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The REST API of one node: the way of a request from the door to its answer, or to the primary."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from . import (
    bdb_certificate_routes,
    bdb_routes,
    certificate_routes,
    cluster_routes,
    crdb_routes,
    health_route,
    node_routes,
)
from .access import User
from .bdb import Bdb
from .delivery import deliver
from .record import AUTHORIZE, REFRESH, Request
from .refusal import Refused
from .releases import Release
from .state import Node
from .web import JSON, Answer, Exchange, json_answer, redirect

if TYPE_CHECKING:
    from .cluster import Cluster

API_VERSION = "1"
_ACCEPTED = ("*/*", "application/*", JSON)


@dataclass
class Call:
    """A request that has passed the door.

    :ivar node: the one whose data the answer has.
    """

    cluster: Cluster
    node: Node
    user: User
    arguments: tuple[str, ...]
    record: Request
    _body: bytes = field(repr=False)

    def need(self, permission: str) -> None:
        """Check that the user has a permission.

        :raises Refused: 403.
        """
        if not self.user.may(permission):
            raise Refused(403, "insufficient_permissions", f"the role {self.user.role} may not do this")

    @property
    def bdbs(self) -> list[Bdb]:
        """Return the databases that the user may see; others are not mentioned."""
        return [bdb for bdb in self.cluster.bdbs if self.cluster.access.sees(self.user, bdb.uid)]

    @property
    def dry_run(self) -> bool:
        """Return whether the request is to be validated only: ``?dry_run`` with no value, or with any but false."""
        values = parse_qs(self.record.query, keep_blank_values=True).get("dry_run", ["false"])
        return values[-1].lower() != "false"

    def json_object(self, optional: bool = False) -> dict[str, Any]:
        """Return the body, which must be a JSON object that names no field twice.

        :param optional: whether an empty body means an empty object.
        :raises Refused: 400.
        """
        if optional and not self._body:
            return {}
        try:
            value = json.loads(self._body, object_pairs_hook=_without_twins)
        except (ValueError, RecursionError):
            raise Refused(400, "invalid_json", "the body is not JSON") from None
        if not isinstance(value, dict):
            raise Refused(400, "invalid_schema", "the body is not an object")
        return value


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a field is given twice")
    return value


_BULK = "/v1/cluster/certificates"
_LOCAL = "/v1/local/"
Route = Callable[[Call], Answer]
_PATHS: tuple[tuple[str, dict[str, Route]], ...] = (
    (_BULK, certificate_routes.COLLECTION),
    (r"/v1/cluster/certificates/rotate", certificate_routes.ROTATE),
    (r"/v1/cluster/certificates/([^/]+)", certificate_routes.ONE),
    (r"/v1/cluster/update_cert", certificate_routes.UPDATE),
    (r"/v1/cluster", {"GET": cluster_routes.cluster}),
    (r"/v4/cluster/health", health_route.ROUTES),
    (r"/v1/local/node/master_healthcheck", {"GET": node_routes.master_healthcheck}),
    (r"/v1/nodes", {"GET": node_routes.nodes}),
    (r"/v1/nodes/status", {"GET": node_routes.statuses}),
    (r"/v1/nodes/(\d{1,9})", {"GET": node_routes.node}),
    (r"/v1/nodes/(\d{1,9})/status", {"GET": node_routes.status}),
    (r"/v1/bdbs", {"GET": bdb_routes.bdbs}),
    (r"/v1/bdbs/certificates", bdb_certificate_routes.COLLECTION),
    (r"/v1/bdbs/(\d{1,9})/certificates", bdb_certificate_routes.ONE),
    (r"/v1/bdbs/(\d{1,9})", {"GET": bdb_routes.bdb, "PUT": bdb_routes.update}),
    (r"/v1/crdbs", {"GET": crdb_routes.crdbs}),
    (r"/v1/crdbs/([^/]+)", {"GET": crdb_routes.crdb}),
    (r"/v1/crdbs/([^/]+)/updates", {"POST": crdb_routes.update}),
    (r"/v1/crdb_tasks/([^/]+)", {"GET": crdb_routes.task}),
    (r"/v1/bootstrap", {"GET": node_routes.bootstrap}),
    (r"/v1/users", {"GET": cluster_routes.users}),
    (r"/v1/job_scheduler", {"GET": cluster_routes.job_scheduler}),
    (AUTHORIZE, {"POST": cluster_routes.token}),
    (REFRESH, {"POST": cluster_routes.token}),
)
_OF_DATABASES = (bdb_certificate_routes.COLLECTION, bdb_certificate_routes.ONE)
_ROUTES = [(re.compile(pattern), methods) for pattern, methods in _PATHS]
#: Every operation that some version serves: a method, and a pattern of paths.
OPERATIONS = [(method, pattern) for pattern, methods in _ROUTES for method in methods]


def _accepts_json(accept: str | None) -> bool:
    if accept is None:
        return True
    for choice in accept.split(","):
        kind, *parameters = (part.strip().lower() for part in choice.split(";"))
        if kind in _ACCEPTED and not any(re.fullmatch(r"q=0(\.0*)?", one) for one in parameters):
            return True
    return False


def _is_json(content_type: str | None) -> bool:
    return (content_type or "").partition(";")[0].strip().lower() == JSON


def error_answer(node: Node, status: int, code: str, text: str, headers: dict[str, str] | None = None) -> Answer:
    """Return an error in the shape of the node's version."""
    if node.release.errors_are_described:
        value = {"error_code": code, "description": text}
    else:
        value = {"error_code": code, "message": text}
    return json_answer(status, value, headers)


def _texts(body: bytes) -> Iterator[str]:
    """Return all texts in a JSON body; in any other, the body itself."""
    try:
        waiting = [json.loads(body)]
    except (ValueError, RecursionError):
        yield body.decode(errors="replace")
        return
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, str):
            yield value
        elif isinstance(value, (list, dict)):
            waiting += value.values() if isinstance(value, dict) else value


class Api:
    """The API of one node."""

    def __init__(self, cluster: Cluster, node: Node) -> None:
        self._cluster = cluster
        self._node = node

    def answer(self, exchange: Exchange) -> None:
        """Answer one request of a connection, with the fault that it meets if any."""
        path, dummy, query = exchange.path.partition("?")
        record = self._record(exchange, path, query)
        self._cluster.log.add(record)
        body = exchange.read_body()
        record.note_body(body)
        answers = self._answering(record.path) is not None
        fault = self._cluster.faults.take(record.method, record.path, self._node.uid, answers)
        if fault is None:
            answer = self._process(exchange, record, body)
            record.answer(answer.status)
            exchange.send(answer)
            return
        record.fault = fault.kind
        if not fault.afterwards:
            fault.strike(self._cluster)
        answer = error_answer(self._node, fault.status or 500, fault.error_code, "a simulated fault")
        if fault.applied:
            processed = self._process(exchange, record, body)
            answer = answer if fault.kind == "status" else processed
        elif fault.kind == "status" and fault.status == 401:
            answer.headers |= self._cluster.access.refused().headers
        if fault.afterwards:
            fault.strike(self._cluster)
        deliver(exchange, fault, answer, record, self._cluster.next_node(self._node).url + exchange.path)

    def _answering(self, path: str) -> Node | None:
        """Return the node whose data an answer has; None where this node only redirects."""
        if path.startswith(_LOCAL):
            return self._node
        primary = self._cluster.primary
        return primary if primary is self._node or self._cluster.handle_redirects else None

    def _record(self, exchange: Exchange, path: str, query: str) -> Request:
        authorization = exchange.headers.get("Authorization")
        client_name = exchange.client_name()
        return Request(
            method=exchange.command,
            path=path,
            query=query,
            node_uid=self._node.uid,
            username=self._cluster.access.claimed_name(authorization) or client_name,
            authentication=authorization.partition(" ")[0].lower() if authorization else None,
            client_name=client_name,
            content_type=exchange.headers.get("Content-Type"),
            accept=exchange.headers.get("Accept"),
        )

    def _process(self, exchange: Exchange, record: Request, body: bytes | None) -> Answer:
        node = self._answering(record.path)
        if node is None:
            return redirect(self._cluster.primary.internal_address, self._cluster.api_port, exchange.path)
        try:
            if node is not self._node and not node.serves("api"):
                raise Refused(503, "node_unavailable", "the primary node does not answer")
            if body is None:
                raise Refused(400, "invalid_header", "the length of the body is missing, wrong or too much")
            return self._routed(exchange, record, body, node)
        except Refused as refused:
            text = refused.text
            if self._cluster.echoes:
                text += ": " + " ".join(_texts(body or b""))
            return error_answer(node, refused.status, refused.code, text, refused.headers)

    def _routed(self, exchange: Exchange, record: Request, body: bytes, node: Node) -> Answer:
        authorization = exchange.headers.get("Authorization")
        access = self._cluster.access
        if record.path == AUTHORIZE:
            user = access.basic_login(authorization)
        elif record.path == REFRESH:
            user = access.token_login(authorization)
        else:
            lost = node is not self._node and self._node.release.client_certificate_login_on_primary_only
            user = access.login(authorization, None if lost else record.client_name)
        record.username = user.username
        if exchange.headers.get("x-api-version", API_VERSION).strip() != API_VERSION:
            raise Refused(505, "unsupported_api_version", f"the only version of the API is {API_VERSION}")
        methods, arguments = self._find(record.path, node.release)
        if record.method not in methods:
            raise self._no_method(record, methods)
        if not _accepts_json(record.accept):
            raise Refused(400, "invalid_header", "Accept does not admit application/json")
        if record.method in ("PUT", "POST") and not _is_json(record.content_type):
            raise Refused(400, "invalid_header", "Content-Type is not application/json")
        return methods[record.method](Call(self._cluster, node, user, arguments, record, body))

    def _no_method(self, record: Request, methods: dict[str, Route]) -> Refused:
        if record.method == "PUT" and record.path == _BULK and self._cluster.bulk_put_missing_status == 404:
            return Refused(404, "unknown_uri", "there is nothing under this path")
        allow = ", ".join(sorted(methods))
        return Refused(405, "method_not_allowed", "the path has no such method", {"Allow": allow})

    def _find(self, path: str, release: Release) -> tuple[dict[str, Route], tuple[str, ...]]:
        for pattern, methods in _ROUTES:
            match = pattern.fullmatch(path)
            if match is None:
                continue
            if methods is certificate_routes.UPDATE and not self._cluster.update_cert:
                break
            if path == REFRESH and not self._cluster.refresh_jwt:
                break
            if methods is health_route.ROUTES and not release.cluster_health:
                break
            if methods in _OF_DATABASES and not self._cluster.has_bdb_certificates(release):
                break
            if methods is certificate_routes.COLLECTION and not release.bulk_put:
                methods = {method: route for method, route in methods.items() if method != "PUT"}
            return methods, tuple(map(unquote, match.groups()))
        raise Refused(404, "unknown_uri", "there is nothing under this path")
