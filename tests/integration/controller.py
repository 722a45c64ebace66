# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""As much of the API of AWX as its own modules use: objects that are listed, made, changed, removed and tied together.

It keeps what it is given, so that tests see what AWX would have got.
"""

from __future__ import annotations

import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_PREFIX = "/api/v2/"
_TYPES = {
    "job_templates": "job_template",
    "projects": "project",
    "workflow_approval_templates": "workflow_approval_template",
    "workflow_job_template_nodes": "workflow_job_template_node",
}
#: What ties objects together, and the collection that these come from.
_ASSOCIATIONS = {
    "credentials": "credentials",
    "always_nodes": "workflow_job_template_nodes",
    "success_nodes": "workflow_job_template_nodes",
    "failure_nodes": "workflow_job_template_nodes",
}


class Refused(Exception):
    """The request makes no sense; answered with 400 or 404."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Controller:
    """A running stand-in; a context manager."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[int, dict[str, Any]]] = {}
        self.surveys: dict[int, Any] = {}
        self.ties: dict[tuple[int, str], list[int]] = {}
        self.writes: list[tuple[str, str]] = []
        self._ids = itertools.count(1)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Controller:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(self, collection: str, **fields: Any) -> dict[str, Any]:
        """Make an object, as a POST to its collection does."""
        number = next(self._ids)
        related = {"survey_spec": f"{_PREFIX}{collection}/{number}/survey_spec/"}
        known = {"id": number, "url": f"{_PREFIX}{collection}/{number}/", "related": related}
        made = {**known, **fields, "type": _TYPES.get(collection, collection)}
        self.objects.setdefault(collection, {})[number] = made
        return made

    def named(self, collection: str) -> dict[str, dict[str, Any]]:
        """Objects by name; nodes by identifier."""
        return {one.get("identifier") or one["name"]: one for one in self.objects.get(collection, {}).values()}

    def tied(self, one: dict[str, Any], association: str) -> list[str]:
        """The names of what is tied to an object."""
        others = self.objects.get(_ASSOCIATIONS[association], {})
        found = (others[number] for number in self.ties.get((one["id"], association), ()))
        return [other.get("identifier") or other["name"] for other in found]

    def answer(self, method: str, url: str, body: Any) -> tuple[int, Any]:
        """Status and content of the answer to a request."""
        parts = urlsplit(url)
        names = parts.path.removeprefix(_PREFIX).strip("/").split("/")
        if method != "GET":
            self.writes.append((method, parts.path))
        if len(names) == 1:
            return self._collection(method, names[0], dict(parse_qsl(parts.query)), body)
        one = self.objects.get(names[0], {}).get(int(names[1]))
        if one is None:
            raise Refused(404, f"there is no {parts.path}")
        if len(names) == 2:
            return self._object(method, names[0], one, body)
        return self._related(method, one, names[2], body)

    def _collection(self, method: str, collection: str, wanted: dict[str, str], body: Any) -> tuple[int, Any]:
        if method == "POST":
            return 201, self.add(collection, **body)
        both = ("job_templates", "projects") if collection == "unified_job_templates" else (collection,)
        found = [
            one
            for name in both
            for one in self.objects.get(name, {}).values()
            if all(str(one.get(field)) == value for field, value in wanted.items())
        ]
        return 200, _listed(found)

    def _object(self, method: str, collection: str, one: dict[str, Any], body: Any) -> tuple[int, Any]:
        if method == "DELETE":
            del self.objects[collection][one["id"]]
            for ties in self.ties.values():
                ties[:] = [number for number in ties if number != one["id"]]
            return 204, None
        if method == "PATCH":
            one.update(body)
        return 200, one

    def _related(self, method: str, one: dict[str, Any], relation: str, body: Any) -> tuple[int, Any]:
        if relation == "survey_spec":
            if method == "POST":
                self.surveys[one["id"]] = body
            return 200, self.surveys.get(one["id"], {})
        if relation == "create_approval_template":
            made = self.add("workflow_approval_templates", **body)
            one["unified_job_template"] = made["id"]
            one["related"]["unified_job_template"] = made["url"]
            return 201, made
        if relation not in _ASSOCIATIONS:
            raise Refused(404, f"nothing has {relation}")
        ties = self.ties.setdefault((one["id"], relation), [])
        if method == "GET":
            return 200, _listed([{"id": number} for number in ties])
        ties.remove(body["id"]) if body.get("disassociate") else ties.append(body["id"])
        return 204, None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        controller = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length) or "null")
                try:
                    status, content = controller.answer(self.command, self.path, body)
                except Refused as refused:
                    status, content = refused.status, {"detail": str(refused)}
                sent = b"" if content is None else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("X-API-Product-Name", "AWX")
                self.send_header("X-API-Product-Version", "24.6.1")
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            do_GET = do_POST = do_PATCH = do_DELETE = _serve

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


def _listed(found: list[dict[str, Any]]) -> dict[str, Any]:
    return {"count": len(found), "next": None, "results": found}
