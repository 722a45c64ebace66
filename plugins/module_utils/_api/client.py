# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The REST API of a cluster: one method per endpoint, typed answers, typed errors.

Facts about statuses and bodies: vendor, REST API reference, cluster certificates requests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, NoReturn
from urllib.parse import quote

from .._errors import CertificateError
from .._secrets import Secret
from .._transport.peer import BODY_LIMIT, Response
from .._transport.redirects import origin_of
from .._transport.retry import Retries, read_may_be_repeated
from .._transport.session import Session
from .._untrusted import LONGEST, is_nested_too_deeply, printable
from . import fields
from .explanation import make_printable, parse_explanation
from .jwt import seconds_left

CERTIFICATES = "/v1/cluster/certificates"
UPDATE_CERT = "/v1/cluster/update_cert"
ROTATE = "/v1/cluster/certificates/rotate"
BDB_CERTIFICATES = "/v1/bdbs/certificates"

#: Pages of a list. A server that never stops must not keep a run for ever.
_MOST_PAGES = 1000


class Stored(NamedTuple):
    """One certificate as the API reports it."""

    certificate: str  # what should be PEM
    private_key: Secret | None  # None: there is none, or the user may not see it


class NoBulkUpdate(Exception):
    """The server cannot update several certificates by one request."""


class Update(NamedTuple):
    """One certificate to be written."""

    name: str
    certificate: str  # PEM
    private_key: Secret | None

    def body(self) -> dict[str, str]:
        """Return exactly the fields that the server takes; a certificate without a key has no such field."""
        fields = {"name": self.name, "certificate": self.certificate}
        if self.private_key is not None:
            fields["key"] = self.private_key.reveal()
        return fields


#: What a status means: kind, cause, next step.
Meanings = Mapping[int, "tuple[str, str, str]"]

#: What it means on every endpoint.
_STATUS = {
    401: ("unauthorized", "authentication failed", "Check username and password, token, or client_cert"),
    403: ("forbidden", "permission denied", "Use a user whose role allows it"),
    404: ("not_found", "path not found", "Check that url leads to the REST API of a Redis Software cluster"),
    405: ("method_not_allowed", "method not allowed", "Check the version of the cluster"),
    429: ("too_many_requests", "too many requests", "Wait, then run again"),
    503: (
        "unavailable",
        "the node does not answer, or is not in a cluster",
        "Check the state of the node, or use the address of another one",
    ),
    505: ("version_not_supported", "the server does not support this version of the API", "Upgrade the cluster"),
}

_OTHER_STATUS = ("http_status", "the server refused the request", "Check the version of the cluster")
_OTHER_SERVER_ERROR = ("server_error", "the server failed", "Check the state of the cluster's nodes, then run again")

_WRITE_OUTCOMES = {
    400: (
        "certificate_refused",
        "the cluster refused the certificate as invalid",
        "Check that the key matches the certificate, that the chain is complete, and that its extended key usage has "
        "serverAuth and clientAuth",
    ),
    403: (
        "forbidden",
        "no certificate of that name on this cluster, or permission denied",
        "Check name against cluster_certificate_info, and use a user with the role admin",
    ),
    406: ("certificate_expired", "the cluster refused the certificate as expired", "Issue a new one"),
    409: (
        "not_all_nodes_updated",
        "not all nodes have been updated",
        "Check that every node is active, then run again; the same update may be sent twice without harm",
    ),
    500: (
        "server_error",
        "the cluster failed to apply the certificate",
        "Run again; the same update may be sent twice without harm",
    ),
}

#: What a status means on both update endpoints.
_UPDATE_STATUS = {**_STATUS, **_WRITE_OUTCOMES, 404: _WRITE_OUTCOMES[400]}

_DELETE_STATUS = {
    **_STATUS,
    403: (
        "forbidden",
        "the certificate is required, or permission denied",
        "Use a user with the role admin; a required certificate can only be replaced",
    ),
    404: ("not_found", "no certificate of that name on this cluster", "Check name against cluster_certificate_info"),
    500: ("server_error", "the cluster failed to remove the certificate from disk", "Check its nodes, then run again"),
}

_ROTATE_STATUS = {
    **_STATUS,
    400: ("not_all_nodes_updated", "not all nodes have been updated", "Check that every node is active"),
    403: (
        "forbidden",
        "no internal rotation of this certificate on this cluster, or permission denied",
        "Use a user with the role admin",
    ),
    409: ("conflict", "another operation is in progress", "Wait for that, then run again"),
    500: ("server_error", "the cluster failed to rotate the certificate", "Check the state of the cluster's nodes"),
}

#: Statuses that say that an update endpoint does not exist here, and what proxies make of that.
_NO_SUCH_UPDATE = (404, 405, 501)

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,63}")


class Api:
    """The endpoints. Every method raises CertificateError when it does not get what it promises."""

    def __init__(self, session: Session, retries: Retries | None = None) -> None:
        """Prepare.

        Args:
            retries: how to repeat reads that fail; not at all when they are repeated anyhow, as in a poll.
        """
        self.session = session
        self._retries = retries

    @property
    def url(self) -> str:
        """Return the URL, for messages and results."""
        return self.session.url

    def certificates(self) -> dict[str, Stored]:
        """Return all certificates that are set, by name.

        A name that does not print is none of the product's, and no option takes it: it is only shown.
        """
        answer = self._get_object(CERTIFICATES)
        stored = {}
        for field, value in answer.items():
            name = field[: -len("_cert")]
            # Some versions report a certificate that is not set as null or an empty string.
            if field.endswith("_cert") and name and value not in (None, ""):
                key = answer.get(f"{name}_key")
                stored[printable(name, LONGEST)] = Stored(
                    value if isinstance(value, str) else "", Secret(key) if key and isinstance(key, str) else None
                )
        return stored

    def update(self, updates: Sequence[Update], *, bulk: bool = True) -> None:
        """Replace certificates on all nodes, by one request. It is not repeated here.

        Args:
            updates: one; or several, which only the bulk update can.
            bulk: for a single one, which endpoint is tried first; the other one is, where the server says that it has
                no such one.

        Raises:
            NoBulkUpdate: there are several, and the server has no bulk update. Nothing was written.
        """
        endpoints: list[tuple[str, dict[str, Any]]] = [
            (CERTIFICATES, {"certificates": [update.body() for update in updates]}),
            (UPDATE_CERT, updates[0].body()),
        ]
        (path, body), (other_path, other_body) = endpoints if bulk else reversed(endpoints)
        response = self.session.request("PUT", path, body)
        if response.status in _NO_SUCH_UPDATE:
            if len(updates) > 1:
                raise NoBulkUpdate
            other = self.session.request("PUT", other_path, other_body)
            # To update_cert, 404 may also mean that the certificate is invalid.
            if bulk or other.status not in _NO_SUCH_UPDATE:
                path, response = other_path, other
        self._expect_success(response, f"PUT {path}", _UPDATE_STATUS, body)

    def delete(self, name: str) -> None:
        """Remove an optional certificate from all nodes, by one request. It is not repeated here."""
        path = f"{CERTIFICATES}/{quote(name, safe='')}"
        self._expect_success(self.session.request("DELETE", path), f"DELETE {path}", _DELETE_STATUS)

    def rotate(self, name: str | None) -> None:
        """Request a new internal certificate, or with None all of them, by one request.

        It is not repeated here, and may be on its way when this returns.
        """
        # The body may be left out, but then the Content-Type, which every POST needs, would be too.
        response = self.session.request("POST", ROTATE, {} if name is None else {"name": name})
        self._expect_success(response, f"POST {ROTATE}", _ROTATE_STATUS)

    def cluster(self) -> Mapping[str, Any]:
        """Return the cluster's settings; C(name) is its FQDN."""
        return self._get_object("/v1/cluster")

    def nodes(self) -> list[Mapping[str, Any]]:
        """Return the nodes, with C(uid), C(addr), C(status) and C(software_version)."""
        nodes = self._get_list("/v1/nodes")
        self.session.learn(nodes)
        return nodes

    def nodes_status(self) -> Mapping[str, Any]:
        """Return C(role), V(master) or V(slave), for each node, by its uid."""
        return self._get_object("/v1/nodes/status")

    def refresh_token(self, seconds: int) -> Secret:
        """Request a new token in place of the one that the session has (vendor: POST /v1/users/refresh_jwt).

        Args:
            seconds: how long it is to be valid, 1 to 86400.
        """
        path = "/v1/users/refresh_jwt"
        answer = self._content(self._send("POST", path, {"ttl": seconds}, None), f"POST {path}")
        token = fields.exact(answer, "access_token")
        if token is None or not token.isascii() or not token.isprintable():
            self._unexpected(f"POST {path}", "an object with an access_token")
        return Secret(token)

    def bdbs(self) -> list[Mapping[str, Any]]:
        """Return the databases, with C(tls_mode) and C(endpoints)."""
        return self._get_list("/v1/bdbs")

    def bdb_certificates(self) -> list[Mapping[str, Any]]:
        """Read all pages of the databases that have their own certificate, with C(bdb_uid) and C(cert).

        Empty where the version has no such list. The size of a page is the server's; one that ignores C(page) gives
        the same list again, which ends the reading (vendor: REST API reference, GET /v1/bdbs/certificates), as does a
        page that is missing: frameworks have none after the last one.

        Raises:
            CertificateError: a page cannot be read, or there are more than any cluster has.
        """
        found: dict[str, Mapping[str, Any]] = {}
        size = 0
        for page in range(1, _MOST_PAGES + 1):
            try:
                listed = self._get_list(f"{BDB_CERTIFICATES}?page={page}")
            except CertificateError as error:
                if error.kind in ("not_found", "method_not_allowed"):
                    return list(found.values())
                raise
            fresh = {text: one for one in listed if (text := json.dumps(one, sort_keys=True)) not in found}
            if not fresh:
                return list(found.values())
            found.update(fresh)
            size += sum(map(len, fresh))
            if size > BODY_LIMIT:
                self._unexpected(f"GET {BDB_CERTIFICATES}", "a list that is as short as one answer may be")
        return self._unexpected(f"GET {BDB_CERTIFICATES}", f"a list that ends within {_MOST_PAGES} pages")

    def bootstrap(self) -> Mapping[str, Any]:
        """Return what the answering node reports about itself."""
        return self._get_object("/v1/bootstrap")

    def job_scheduler(self) -> Mapping[str, Any]:
        """Return the settings of recurring jobs; C(cert_rotation_job_settings) is that of internal certificates."""
        return self._get_object("/v1/job_scheduler")

    def _get_list(self, path: str) -> list[Mapping[str, Any]]:
        answer = self._get(path)
        if not isinstance(answer, list) or not all(isinstance(item, dict) for item in answer):
            self._unexpected(f"GET {path}", "a list of objects")
        return answer

    def _get_object(self, path: str, meanings: Meanings | None = None) -> Mapping[str, Any]:
        answer = self._get(path, meanings)
        if not isinstance(answer, dict):
            self._unexpected(f"GET {path}", "an object")
        return answer

    def _get(self, path: str, meanings: Meanings | None = None) -> Any:
        if self._retries is None:
            return self._get_once(path, meanings)
        return self._retries.run(lambda: self._get_once(path, meanings), read_may_be_repeated)

    def _get_once(self, path: str, meanings: Meanings | None) -> Any:
        return self._content(self._send("GET", path, None, meanings), f"GET {path}")

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None, meanings: Meanings | None) -> Response:
        """Send one request that has to succeed; C(meanings) come before the usual ones."""
        response = self.session.request(method, path, body)
        self._expect_success(response, f"{method} {path}", {**_STATUS, **(meanings or {})}, body)
        return response

    def _content(self, response: Response, request: str) -> Any:
        """Return the JSON that an answer holds."""
        if response.body_error is not None:
            raise response.body_error
        text = response.body.strip()
        if not text:
            raise self._body_error("empty", request, "the response is empty")
        try:
            content = json.loads(text)  # whatever its Content-Type: that of a web framework may be its default
        except (ValueError, RecursionError) as error:
            if text.startswith(b"<") or "html" in response.content_type.lower():
                raise self._body_error("html", request, "the response is an HTML page instead of JSON") from None
            if isinstance(error, json.JSONDecodeError) and (
                error.pos >= len(error.doc) or error.msg.startswith("Unterminated")
            ):
                raise self._body_error("truncated", request, "the response is truncated") from None
            raise self._body_error("not_json", request, "the response is not JSON") from None
        if is_nested_too_deeply(content):
            self._unexpected(request, "as flat as the responses of the API")
        return content

    def _unexpected(self, request: str, wanted: str) -> NoReturn:
        raise self._body_error("unexpected_json", request, f"the response is JSON, but not {wanted}")

    def _body_error(self, kind: str, request: str, cause: str) -> CertificateError:
        return CertificateError(
            kind,
            f"{request} to {self.url}: {cause}. Check that url leads to the REST API of a Redis Software cluster, and "
            "not to a proxy's page.",
            cluster=self.url,
        )

    def _expect_success(
        self, response: Response, request: str, meanings: Meanings, sent: Mapping[str, Any] | None = None
    ) -> None:
        """Check the status.

        Args:
            sent: the body of the request, of which no error may quote anything.

        Raises:
            CertificateError: it is not one of success.
        """
        status = response.status
        if 200 <= status < 300:
            return
        if 300 <= status < 400:
            kind, cause, next_step = (
                "redirect",
                f"the server redirects to {origin_of(response.location)}, to which credentials are not sent",
                "Set url to the API's own address",
            )
        else:
            kind, cause, next_step = meanings.get(status, _OTHER_STATUS if status < 500 else _OTHER_SERVER_ERROR)
        left = seconds_left(self.session.token) if status == 401 else None
        if left is not None and left <= 0:
            cause = f"authentication failed: the token ended {-left:.0f} s ago"
            next_step = "Give a new token and run again, which also completes what this run has begun"
        data: dict[str, Any] = {"cluster": self.url, "status": status}
        detail = f"HTTP {status}"
        answer = parse_explanation(response.body)
        error_code = identifier(answer.get("error_code"))
        if error_code is not None:
            data["error_code"] = error_code
            detail += f", {error_code}"
        explanation = make_printable(answer, sent, self.session.secrets)
        if explanation is not None:
            data["description"] = explanation
            detail += f': "{explanation}"'
        message = f"{request} to {self.url}: {cause} ({detail}). {next_step}."
        raise CertificateError(kind, message, retry_after=response.retry_after, **data)


def identifier(value: Any) -> str | None:
    """Return a value of an answer where it looks like an identifier; other texts of a server may hold anything."""
    return value if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else None
