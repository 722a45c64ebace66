# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""As much of the API of AWX as its own modules use: objects that are listed, made, changed, removed and tied together.

It keeps what it is given, so that tests see what AWX would have got, and refuses what AWX refuses (awx_rules).
"""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from . import awx_rules

_PREFIX = "/api/v2/"
_TYPES = {
    "job_templates": "job_template",
    "projects": "project",
    "project_updates": "project_update",
    "workflow_approval_templates": "workflow_approval_template",
    "workflow_job_template_nodes": "workflow_job_template_node",
    "workflow_job_templates": "workflow_job_template",
}
_LINKS = ("always_nodes", "success_nodes", "failure_nodes")
#: What ties objects together, and the collection that these come from.
_ASSOCIATIONS = {
    "credentials": "credentials",
    "labels": "labels",
    "users": "users",
    "teams": "teams",
    "notification_templates_approvals": "notification_templates",
    "notification_templates_error": "notification_templates",
    **dict.fromkeys(_LINKS, "workflow_job_template_nodes"),
}
_UNIFIED = ("job_templates", "projects", "workflow_job_templates")
#: The roles that objects have.
_ROLES = {
    "job_templates": ("admin", "execute", "read"),
    "workflow_job_templates": ("admin", "execute", "approval", "read"),
}


class Refused(Exception):
    """The request makes no sense; answered with 400, 403 or 404."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Controller:
    """A running stand-in; a context manager.

    Attributes:
        superuser: whether who asks is a system administrator.
        playbooks: what an update of a project finds.
    """

    def __init__(self) -> None:
        self.objects: dict[str, dict[int, dict[str, Any]]] = {}
        self.surveys: dict[int, Any] = {}
        self.ties: dict[tuple[int, str], list[int]] = {}
        self.writes: list[tuple[str, str]] = []
        self.superuser = True
        self.playbooks: list[str] = []
        self._found: dict[int, list[str]] = {}
        self._ids = itertools.count(1)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Controller:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(self, collection: str, **fields: Any) -> dict[str, Any]:
        """Make an object, as a POST to its collection does."""
        number = next(self._ids)
        url = f"{_PREFIX}{collection}/{number}/"
        related = {"survey_spec": f"{url}survey_spec/", "update": f"{url}update/"}
        roles = {f"{role}_role": {"id": next(self._ids)} for role in _ROLES.get(collection, ())}
        for role in roles.values():
            self.objects.setdefault("roles", {})[role["id"]] = {**role, "name": "role"}
        known = {"id": number, "url": url, "related": related, "summary_fields": {"object_roles": roles}}
        made = {**known, **fields, "type": _TYPES.get(collection, collection)}
        self.objects.setdefault(collection, {})[number] = made
        return made

    def sync(self, project: Mapping[str, Any], playbooks: list[str] | None = None) -> None:
        """Have a project find its playbooks, as an update of it does."""
        self._found[project["id"]] = list(self.playbooks if playbooks is None else playbooks)

    def named(self, collection: str) -> dict[str, dict[str, Any]]:
        """Objects by name; nodes by identifier."""
        return {one.get("identifier") or one["name"]: one for one in self.objects.get(collection, {}).values()}

    def tied(self, one: Mapping[str, Any], association: str) -> list[str]:
        """The names of what is tied to an object."""
        others = self.objects.get(_ASSOCIATIONS[association], {})
        found = (others[number] for number in self.ties.get((one["id"], association), ()))
        return [other.get("identifier") or other.get("name") or other["username"] for other in found]

    def holders(self, one: Mapping[str, Any], role: str) -> list[str]:
        """The names of the users and teams that have a role on an object."""
        held = one["summary_fields"]["object_roles"][f"{role}_role"]
        return self.tied(held, "users") + self.tied(held, "teams")

    def survey(self, template: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The survey of a template, if it is on."""
        return self.surveys.get(template["id"]) if template.get("survey_enabled") else None

    def nodes(self, workflow: str) -> dict[str, dict[str, Any]]:
        """The nodes of a workflow by their identifiers."""
        number = self.named("workflow_job_templates")[workflow]["id"]
        found = self.objects.get("workflow_job_template_nodes", {}).values()
        return {one["identifier"]: one for one in found if one["workflow_job_template"] == number}

    def answer(self, method: str, url: str, body: Any) -> tuple[int, Any]:
        """Status and content of the answer to a request."""
        parts = urlsplit(url)
        names = parts.path.removeprefix(_PREFIX).strip("/").split("/")
        if method != "GET":
            self.writes.append((method, parts.path))
        if names == ["me"]:
            return 200, _listed([{"id": 0, "username": "me", "is_superuser": self.superuser}])
        if len(names) == 1:
            return self._collection(method, names[0], dict(parse_qsl(parts.query)), body)
        one = self.objects.get(names[0], {}).get(int(names[1]))
        if one is None:
            raise Refused(404, f"there is no {parts.path}")
        if len(names) == 2:
            return self._object(method, names[0], one, body)
        return self._related(method, names[0], one, names[2], body)

    def _collection(self, method: str, collection: str, wanted: dict[str, str], body: Any) -> tuple[int, Any]:
        if method == "POST":
            self._check(collection, {}, body)
            return 201, self._shown(collection, self.add(collection, **body))
        both = _UNIFIED if collection == "unified_job_templates" else (collection,)
        either = {name.removeprefix("or__"): value for name, value in wanted.items() if name.startswith("or__")}
        every = {name: value for name, value in wanted.items() if not name.startswith("or__") and name != "page_size"}
        found = [
            self._shown(name, one)
            for name in both
            for one in self.objects.get(name, {}).values()
            if all(_has(one, field, value) for field, value in every.items())
            and (not either or any(_has(one, field, value) for field, value in either.items()))
        ]
        return 200, _listed(found)

    def _object(self, method: str, collection: str, one: dict[str, Any], body: Any) -> tuple[int, Any]:
        if method == "DELETE":
            self._remove(collection, one["id"])
            return 204, None
        if method == "PATCH":
            self._check(collection, one, body)
            if collection == "credentials" and "inputs" in body:
                body = {**body, "inputs": awx_rules.stored_inputs(one.get("inputs", {}), body["inputs"])}
            one.update(body)
        return 200, self._shown(collection, one)

    def _remove(self, collection: str, number: int) -> None:
        """Remove an object with what is part of it."""
        del self.objects[collection][number]
        for ties in self.ties.values():
            ties[:] = [other for other in ties if other != number]
        for part, field in (
            ("workflow_job_template_nodes", "workflow_job_template"),
            ("schedules", "unified_job_template"),
        ):
            for other in [one for one in self.objects.get(part, {}).values() if one.get(field) == number]:
                if part == "schedules" or collection == "workflow_job_templates":
                    self._remove(part, other["id"])
                elif collection in _UNIFIED:
                    other["unified_job_template"] = None

    def _shown(self, collection: str, one: dict[str, Any]) -> dict[str, Any]:
        if collection != "credentials" or "inputs" not in one:
            return one
        kind = self.objects["credential_types"][one["credential_type"]]
        secret = {field["id"] for field in kind.get("inputs", {}).get("fields", ()) if field.get("secret")}
        return {**one, "inputs": awx_rules.shown_inputs(one["inputs"], secret)}

    def _check(self, collection: str, before: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        """Refuse what AWX refuses to store."""
        after = {**before, **body}
        if collection == "credential_types" and not self.superuser:
            raise Refused(403, "You do not have permission to perform this action.")
        if collection == "job_templates" and after["playbook"] not in self._found.get(after["project"], ()):
            raise Refused(400, "Playbook not found for project.")
        if collection in ("schedules", "workflow_job_template_nodes") and after.get("unified_job_template"):
            template = self.template(after["unified_job_template"])
            given = {**after, "extra_vars": after.get("extra_data")}
            problems = list(awx_rules.problems_of_launch(template, self.survey(template), given))
            # A node may leave a question open: the workflow may answer it.
            if collection == "workflow_job_template_nodes":
                problems = [one for one in problems if not one.endswith("value missing")]
            _refuse(problems)

    def template(self, number: int) -> dict[str, Any]:
        """What a node or a schedule runs."""
        found = (self.objects.get(name, {}).get(number) for name in (*_UNIFIED, "workflow_approval_templates"))
        return next(one for one in found if one is not None)

    def _related(self, method: str, collection: str, one: dict[str, Any], relation: str, body: Any) -> tuple[int, Any]:
        if relation == "survey_spec":
            if method == "POST":
                _refuse(awx_rules.problems_of_survey(body))
                self.surveys[one["id"]] = body
            return 200, self.surveys.get(one["id"], {})
        if relation == "playbooks":
            return 200, self._found.get(one["id"], [])
        if relation == "update":
            self.sync(one)
            one["status"] = "successful"
            done = {"status": "successful", "failed": False, "finished": "2026-01-01T00:00:00Z", "scm_revision": "1"}
            return 202, self.add("project_updates", **done)
        if relation == "launch":
            _refuse(awx_rules.problems_of_launch(one, self.survey(one), body or {}))
            given = (body or {}).get("extra_vars") or {}
            own = json.loads(one.get("extra_vars") or "{}")
            return 201, {"id": next(self._ids), "extra_vars": awx_rules.job_variables(own, self.survey(one), given)}
        if relation == "create_approval_template":
            made = self.add("workflow_approval_templates", **body)
            one["unified_job_template"] = made["id"]
            one["related"]["unified_job_template"] = made["url"]
            return 201, made
        if relation not in _ASSOCIATIONS:
            raise Refused(404, f"nothing has {relation}")
        ties = self.ties.setdefault((one["id"], relation), [])
        if method == "GET":
            others = self.objects.get(_ASSOCIATIONS[relation], {})
            return 200, _listed([self._shown(_ASSOCIATIONS[relation], others[number]) for number in ties])
        if body.get("disassociate"):
            ties.remove(body["id"])
        else:
            self._check_link(one["id"], relation, body["id"])
            ties.append(body["id"])
        return 204, None

    def _check_link(self, node: int, relation: str, to: int) -> None:
        if relation not in _LINKS:
            return
        others = {kind: self.ties.get((node, kind), []) for kind in _LINKS if kind != relation}
        links: dict[int, set[int]] = {}
        for (start, kind), ends in self.ties.items():
            if kind in _LINKS:
                links.setdefault(start, set()).update(ends)
        _refuse([problem] if (problem := awx_rules.problem_of_link(others, links, node, to)) else [])

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


def _has(one: Mapping[str, Any], field: str, value: str) -> bool:
    return str(one.get(field)) == value


def _refuse(problems: Iterable[str]) -> None:
    """Refuse a request with all that is wrong with it."""
    if found := list(problems):
        raise Refused(400, " ".join(found))


def _listed(found: list[dict[str, Any]]) -> dict[str, Any]:
    return {"count": len(found), "next": None, "results": found}
