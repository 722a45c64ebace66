# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was asked of the cluster: never a body, never a key."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

AUTHORIZE = "/v1/users/authorize"
_WRITING = ("PUT", "POST", "DELETE")


@dataclass
class Request:
    """One request to the API, in the order of arrival.

    ``status`` is None until it is answered, and stays None when it never is. ``fields`` are the names of the
    body's fields, ``names`` the certificate names in it; ``fault`` is the kind of fault that it met. Times are those of
    :func:`time.monotonic`, in seconds.
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

    def answer(self, status: int) -> None:
        """Note the status that is about to be sent."""
        self.status = status
        self.answered = time.monotonic()

    @property
    def writes(self) -> bool:
        return self.method in _WRITING and self.path != AUTHORIZE


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
