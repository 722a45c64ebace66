# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Statuses and bodies of what is refused."""

from __future__ import annotations

from .check import Verdict, check, verdict
from .questions import Questions
from .shapes import deviations
from .vocabulary import Fact, Status

_STATUSES = "vendor, REST API, HTTP status codes"
_HEADERS = "vendor, REST API, request headers"
#: A path that takes POST alone, and one that takes PUT alone.
_ROTATE, _UPDATE = "/v1/cluster/certificates/rotate", "/v1/cluster/update_cert"
_UNKNOWN = "/v1/no_such_path"


def _status(found: int, *wanted: int) -> Verdict:
    return verdict(found in wanted, Fact("status", Status(found)))


@check("A request without a login is answered by 401", _STATUSES)
def no_login_is_401(asked: Questions) -> Verdict:
    """Ask without a login; a wrong one could lock a user out."""
    return _status(asked.directly("/v1/cluster", login=False).status, 401)


@check("A path that does not exist is answered by 404", _STATUSES)
def unknown_path_is_404(asked: Questions) -> Verdict:
    """Ask for one."""
    return _status(asked.directly(_UNKNOWN).status, 404)


@check("A method that a path does not have is answered by 405", _STATUSES)
def wrong_method_is_405(asked: Questions) -> Verdict:
    """GET a path that takes POST alone."""
    return _status(asked.directly(_ROTATE).status, 405)


@check(
    "PUT /v1/cluster/update_cert is there, also where it is deprecated", "vendor, REST API, update cluster certificate"
)
def update_cert_is_there(asked: Questions) -> Verdict:
    """GET it, which is answered by 405 as long as the path exists."""
    return _status(asked.directly(_UPDATE).status, 405)


@check("A version of the API that does not exist is answered by 505", _HEADERS)
def wrong_version_is_505(asked: Questions) -> Verdict:
    """Ask for one."""
    return _status(asked.directly("/v1/cluster", headers={"x-api-version": "99"}).status, 505)


@check("An Accept header without JSON is answered by 400", _HEADERS)
def wrong_accept_is_400(asked: Questions) -> Verdict:
    """Ask for HTML."""
    return _status(asked.directly("/v1/cluster", headers={"Accept": "text/html"}).status, 400)


@check("Answers have the content type application/json", _HEADERS)
def content_type_is_json(asked: Questions) -> Verdict:
    """Look at the header of one answer; most servers add a character set."""
    answer = asked.read("/v1/cluster")
    found = answer.content_type.partition(";")[0].strip().lower() == "application/json"
    return verdict(found, Fact("type", answer.kind), Fact("agrees", found))


@check("An error is an object with error_code and description", "vendor, OpenAPI description, error", since="8.0")
def errors_are_described(asked: Questions) -> Verdict:
    """Look at the body of a 404. Older versions have message, an empty body, or a page of the proxy."""
    answer = asked.directly(_UNKNOWN)
    if answer.kind != "object":
        return verdict(False, Fact("type", answer.kind))
    fields = ("error_code", "description", "message", "status_code")
    facts = deviations([answer.value], {"error_code": ("string",), "description": ("string",)})
    return verdict(not facts, Fact("fields", *(field for field in fields if field in answer.value)), *facts)


CHECKS = (
    no_login_is_401,
    unknown_path_is_404,
    wrong_method_is_405,
    update_cert_is_there,
    wrong_version_is_505,
    wrong_accept_is_400,
    content_type_is_json,
    errors_are_described,
)
