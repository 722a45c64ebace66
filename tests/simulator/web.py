# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP on a TLS connection: requests in, answers out."""

from __future__ import annotations

import json
import re
import select
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from .listeners import Ending

IDLE_TIMEOUT = 300.0
LARGEST_BODY = 10 * 1024 * 1024
JSON = "application/json"
HTML = "text/html; charset=utf-8"
READING = ("GET", "HEAD")


@dataclass
class Answer:
    """The answer that is sent back."""

    status: int
    body: bytes = field(default=b"", repr=False)
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


def json_answer(status: int, value: Any, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(value).encode(), JSON, headers or {})


def redirect(address: str, port: int, path: str) -> Answer:
    """Answer 307, which leads to the same path and query at another address."""
    host = f"[{address}]" if ":" in address else address
    return Answer(307, headers={"Location": f"https://{host}:{port}{path}"})


class Exchange(BaseHTTPRequestHandler):
    """One connection; hands each of its requests to ``answering``."""

    protocol_version = "HTTP/1.1"
    server_version = "envoy"
    sys_version = ""
    error_content_type = "text/plain"
    error_message_format = "%(code)d %(message)s\n"
    timeout = IDLE_TIMEOUT
    connection: ssl.SSLSocket

    def __init__(self, secured: ssl.SSLSocket, answering: Callable[[Exchange], None], ending: Ending):
        self.answering = answering
        self.ending = ending
        super().__init__(secured, secured.getpeername(), None)  # type: ignore[arg-type]

    def _answer(self) -> None:
        self.answering(self)
        if self.ending.after_answer.is_set():
            self.close_connection = True

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_PATCH = do_OPTIONS = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the cluster keeps a record of its own."""

    def read_body(self) -> bytes | None:
        """Read the body; None, and no further request on this connection, where its length is missing or invalid."""
        length = self.headers.get("Content-Length", "0")
        known = "Transfer-Encoding" not in self.headers and re.fullmatch(r"[0-9]{1,9}", length)
        if not known or int(length) > LARGEST_BODY:
            self.close_connection = True
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionResetError("the request ended early")
        return body

    def client_name(self) -> str | None:
        """Return the Common Name of the client certificate that was verified in the handshake."""
        encoded = self.connection.getpeercert(binary_form=True)
        if encoded is None:
            return None
        names = x509.load_der_x509_certificate(encoded).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value) if names else None

    def head(self, answer: Answer, framing: dict[str, str]) -> bytes:
        """Return the status line and headers; without a body length of its own unless ``framing`` has one."""
        self.send_response(answer.status)
        if answer.content_type is not None:
            self.send_header("Content-Type", answer.content_type)
        for name, value in (answer.headers | framing).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        lines: list[bytes] = self.__dict__.pop("_headers_buffer", [])
        return b"".join(lines) + b"\r\n"

    def send(self, answer: Answer) -> None:
        """Send a whole answer, head and body in one piece."""
        head = self.head(answer, {"Content-Length": str(len(answer.body))})
        self.wfile.write(head if self.command == "HEAD" else head + answer.body)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait, or less when the cluster closes.

        :returns: whether there is still a client to answer.
        """
        return not self.ending.at_once.wait(seconds)

    def wait_for_client_to_go(self) -> None:
        """Wait until the client closes its end, or the cluster closes."""
        while not self.ending.at_once.is_set():
            readable, _writable, _failed = select.select([self.connection], [], [], 0.1)
            if readable:
                try:
                    if not self.connection.recv(4096):
                        return
                except OSError:
                    return
