# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The frame of DER elements (X.690, 8.1), where cryptography reads or writes only what is inside."""

from __future__ import annotations

INTEGER, BIT_STRING, OCTET_STRING, OBJECT_IDENTIFIER, SEQUENCE = 0x02, 0x03, 0x04, 0x06, 0x30


def element(tag: int, content: bytes) -> bytes:
    """Return an element with a definite length."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def first_element(data: bytes) -> bytes:
    """Return the first element of some bytes, of which more may follow.

    Raises:
        ValueError: there is no whole element with a definite length.
    """
    return data[: _frame(data)[1]]


def content(data: bytes) -> bytes:
    """Return what is inside the first element of some bytes.

    Raises:
        ValueError: there is no whole element with a definite length.
    """
    start, end = _frame(data)
    return data[start:end]


def elements(data: bytes) -> list[bytes]:
    """Return the elements that follow each other, each with its frame.

    Raises:
        ValueError: one of them is not whole, or has no definite length.
    """
    found = []
    while data:
        found.append(first_element(data))
        data = data[len(found[-1]) :]
    return found


def _frame(data: bytes) -> tuple[int, int]:
    """Return where the content of the first element begins and ends.

    Raises:
        ValueError: there is no whole element with a definite length.
    """
    length, start = data[1] if len(data) > 1 else 0x80, 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big") if 2 < start <= 6 else len(data)
    if not data or len(data) < start + length:
        raise ValueError("no whole DER element")
    return start, start + length
