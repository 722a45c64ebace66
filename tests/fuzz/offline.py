# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No network, and no waiting: a session that is answered out of what the case holds."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.deadline import Deadline
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.peer import Peer, Response

#: Bytes that a socket holds for whoever reads it; more of an answer gets lost, as where a connection breaks.
_BUFFER = 1 << 20


def _refuse(*_args: Any, **_more: Any) -> Any:
    raise ConnectionRefusedError(111, "Connection refused")


@contextmanager
def offline(connect: Callable[..., Any] = _refuse) -> Iterator[None]:
    """Let no connection be made but by C(connect), and no time pass where something waits."""
    with ExitStack() as stack:
        for holder, name, replacement in (
            (Deadline, "connect", connect),
            (socket.socket, "connect", _refuse),
            (socket, "getaddrinfo", _refuse),
            (time, "sleep", lambda _seconds: None),
        ):
            stack.enter_context(patch.object(holder, name, replacement))
        yield


@contextmanager
def answered(answers: Mapping[str, Mapping[str, Any]]) -> Iterator[None]:
    """Answer each request of a peer by method and path; what there is no answer for is a 404."""

    def request(_self: Peer, method: str, path: str, _body: Mapping[str, Any] | None = None) -> Response:
        answer = answers.get(f"{method} {path}") or answers.get(f"{method} {path.partition('?')[0]}") or {}
        body = answer.get("body", "{}").encode("latin-1", "replace")
        kind = answer.get("type", "application/json")
        return Response(answer.get("status", 404), kind, answer.get("location"), body, None, None)

    with offline(), patch.object(Peer, "request", request):
        yield


@contextmanager
def sending(answer: bytes) -> Iterator[None]:
    """Let whatever is connected to send these bytes, and hang up."""
    ends: list[socket.socket] = []

    def connect(deadline: Deadline, *_args: Any, **_more: Any) -> socket.socket:
        ours, theirs = socket.socketpair()
        ends.append(theirs)
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        theirs.setblocking(False)
        theirs.send(answer) if answer else None
        theirs.shutdown(socket.SHUT_WR)
        ours.settimeout(1)
        deadline.watch(ours)
        return ours

    try:
        with offline(connect):
            yield
    finally:
        for end in ends:
            end.close()
