# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an answer that meets a fault reaches the client, or does not."""

from __future__ import annotations

from collections.abc import Callable

from .faults import Fault
from .listeners import reset
from .record import Request
from .web import HTML, JSON, LARGEST_BODY, Answer, Exchange

_PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Service Unavailable</title></head>"
    b"<body><h1>upstream connect error or disconnect/reset before headers</h1></body></html>\n"
)
_GARBAGE = b'\x00\xff{"proxy_cert": not json'
_PIECE = b" " * 65536


def deliver(exchange: Exchange, fault: Fault, answer: Answer, record: Request, elsewhere: str) -> None:
    """Send ``answer`` the way ``fault`` wants it, and note in ``record`` what is sent.

    :param elsewhere: where a redirect leads unless the fault says.
    """
    delay = fault.delay or 0.0
    if fault.kind not in _DRIPPING and delay and not exchange.wait(delay):
        _hang_up(exchange)
        return
    if fault.kind in _SILENT:
        _SILENT[fault.kind](exchange)
        return
    answer.status = fault.status or answer.status
    answer.headers |= fault.headers
    record.answer(answer.status)
    if fault.kind in _DRIPPING:
        _drip(exchange, answer, delay, whole=fault.kind == "drip_head")
    elif fault.kind in _MANGLED:
        _MANGLED[fault.kind](exchange, answer)
    else:
        exchange.send(_replaced(fault, answer, elsewhere))


def _replaced(fault: Fault, answer: Answer, elsewhere: str) -> Answer:
    if fault.kind == "redirect":
        return Answer(answer.status, headers={"Location": fault.location or elsewhere} | fault.headers)
    if fault.kind not in _REPLACED:
        return answer
    body, content_type = _REPLACED[fault.kind]
    return Answer(answer.status, body, content_type, fault.headers)


_REPLACED: dict[str, tuple[bytes, str | None]] = {
    "html": (_PAGE, HTML),
    "empty": (b"", None),
    "garbage": (_GARBAGE, JSON),
    "wrong_json": (b'["not", "an object"]', JSON),
}


def _hang_up(exchange: Exchange) -> None:
    exchange.close_connection = True


def _reset(exchange: Exchange) -> None:
    exchange.close_connection = True
    reset(exchange.connection)


def _never(exchange: Exchange) -> None:
    exchange.wait_for_client_to_go()
    exchange.close_connection = True


_SILENT: dict[str, Callable[[Exchange], None]] = {
    "close_before": _hang_up,
    "close_after": _hang_up,
    "reset": _reset,
    "never": _never,
}


_DRIPPING = frozenset({"drip", "drip_head"})


def _drip(exchange: Exchange, answer: Answer, delay: float, *, whole: bool) -> None:
    head = exchange.head(answer, {"Content-Length": str(len(answer.body))})
    if not whole:
        exchange.wfile.write(head)
    for byte in (head if whole else b"") + answer.body:
        if not exchange.wait(delay):
            _hang_up(exchange)
            return
        exchange.wfile.write(bytes([byte]))


def _truncated(exchange: Exchange, answer: Answer) -> None:
    exchange.close_connection = True
    body = answer.body or b"{}"
    exchange.wfile.write(exchange.head(answer, {"Content-Length": str(len(body) + 512)}) + body[: len(body) // 2])


def _pieces(answer: Answer) -> list[bytes]:
    """Return valid JSON, but more than 10 MiB of it."""
    answer.content_type = JSON
    return [answer.body or b"{}", *([_PIECE] * (LARGEST_BODY // len(_PIECE) + 1))]


def _overlong(exchange: Exchange, answer: Answer) -> None:
    pieces = _pieces(answer)
    exchange.wfile.write(exchange.head(answer, {"Content-Length": str(sum(map(len, pieces)))}))
    for piece in pieces:
        exchange.wfile.write(piece)


def _overlong_chunked(exchange: Exchange, answer: Answer) -> None:
    pieces = _pieces(answer)
    exchange.wfile.write(exchange.head(answer, {"Transfer-Encoding": "chunked"}))
    for piece in pieces:
        exchange.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
    exchange.wfile.write(b"0\r\n\r\n")


def _overlong_unbounded(exchange: Exchange, answer: Answer) -> None:
    exchange.close_connection = True
    pieces = _pieces(answer)
    exchange.wfile.write(exchange.head(answer, {}))
    for piece in pieces:
        exchange.wfile.write(piece)


_MANGLED: dict[str, Callable[[Exchange, Answer], None]] = {
    "truncated": _truncated,
    "overlong": _overlong,
    "overlong_chunked": _overlong_chunked,
    "overlong_unbounded": _overlong_unbounded,
}
