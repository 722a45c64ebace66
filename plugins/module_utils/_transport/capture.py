# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The chain that a peer presents, in Python versions that do not give it."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Sequence
from typing import Any

#: Gives the chain in DER, leaf first; since Python 3.13.
_PUBLIC_CHAIN: Callable[[ssl.SSLObject], Sequence[bytes]] | None = getattr(ssl.SSLObject, "get_unverified_chain", None)

#: The type of the handshake message that holds the chain (RFC 8446, 4).
_CERTIFICATE_MESSAGE = 11

#: The attribute of a connection where a captured chain is kept: in DER, leaf first.
_HEARD = "heard"


def capture_chain(context: ssl.SSLContext) -> None:
    """Let each connection keep the chain that its peer presents. Nothing to do since Python 3.13, which gives it.

    It would take its time there: Python hears of each message of each handshake.
    """
    if _PUBLIC_CHAIN is not None:
        return

    def message(connection: Any, direction: str, version: Any, _content: Any, kind: Any, data: bytes) -> None:
        if direction == "read" and kind == _CERTIFICATE_MESSAGE:
            setattr(connection, _HEARD, tuple(_certificates(data, version)))

    context._msg_callback = message  # type: ignore[attr-defined]  # noqa: SLF001 - no public API


def _certificates(message: bytes, version: int) -> Iterator[bytes]:
    """Yield the entries of a TLS Certificate message (RFC 5246, 7.4.2; RFC 8446, 4.4.2)."""

    def size(at: int, length: int) -> int:
        return int.from_bytes(message[at : at + length], "big")

    extended = version == ssl.TLSVersion.TLSv1_3
    at = 4 + (1 + size(4, 1) if extended else 0) + 3  # after the header, the request context and the list's length
    while at < len(message):
        start, at = at + 3, at + 3 + size(at, 3)
        yield message[start:at]
        if extended:
            at += 2 + size(at, 2)


def captured_chain(connection: ssl.SSLObject) -> Sequence[bytes]:
    """Return what the peer has presented, in DER, leaf first; nothing before it has."""
    return getattr(connection, _HEARD, ()) if _PUBLIC_CHAIN is None else _PUBLIC_CHAIN(connection)
