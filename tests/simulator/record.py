# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was asked of the cluster: never a body, never a key."""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import dataclass, field

AUTHORIZE = "/v1/users/authorize"
REFRESH = "/v1/users/refresh_jwt"
_PLAIN_NAME = re.compile(r"\w{1,64}", re.ASCII)  # so that no misplaced key is ever kept as a name
_ONE_CERTIFICATE = re.compile(rf"/v1/cluster/certificates/({_PLAIN_NAME.pattern})", re.ASCII)
_WRITING = ("PUT", "POST", "DELETE")


@dataclass
class Request:
    """One request to the API, in the order of arrival.

    ``status`` is None until it is answered, and stays None when it never is. ``fields`` are the names of the
    body's fields, ``names`` the certificate names in the body or the path; ``fault`` is the kind of fault that it met.
    Times are those of :func:`time.monotonic`, in seconds.
    """

    method: str
    path: str
    node_uid: int
    query: str = ""
    username: str | None = None
    authentication: str | None = None
    client_name: str | None = None
    content_type: str | None = None
    accept: str | None = None
    fields: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    status: int | None = None
    fault: str | None = None
    arrived: float = field(default_factory=time.monotonic)
    answered: float | None = None

    def __post_init__(self) -> None:
        named = _ONE_CERTIFICATE.fullmatch(self.path)
        if named and self.method == "DELETE":
            self.names = (named[1],)

    def note_body(self, body: bytes | None) -> None:
        """Note the names of the fields and of the certificates, even where the request is never carried out."""
        try:
            value = json.loads(body or b"null")
        except (ValueError, RecursionError):
            return
        if not isinstance(value, dict):
            return
        self.fields = tuple(value)
        entries = value.get("certificates", [value])
        names = [entry.get("name") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
        self.names = tuple(name for name in names if isinstance(name, str) and _PLAIN_NAME.fullmatch(name))

    def answer(self, status: int) -> None:
        """Note the status that is about to be sent."""
        self.status = status
        self.answered = time.monotonic()

    @property
    def writes(self) -> bool:
        return self.method in _WRITING and self.path not in (AUTHORIZE, REFRESH)


class Log:
    """The requests of a cluster; every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: list[Request] = []

    def add(self, request: Request) -> None:
        with self._lock:
            self._requests.append(request)

    def clear(self) -> None:
        with self._lock:
            self._requests.clear()

    def all(self) -> list[Request]:
        with self._lock:
            return list(self._requests)
