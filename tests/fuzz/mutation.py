# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutate what is valid: bytes, text, and values of JSON. All chance comes from the generator that is given."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

#: Numbers at the edges of what fields, C and calendars hold.
NUMBERS = (0, 1, -1, 127, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**63, 2**64, -(2**63), 10**30, 10**400)

#: Texts that act, break encodings or parsers, or look like something else.
TEXTS = (
    "",
    " ",
    "\x00",
    "\x1b[31mred\x1b]0;title\x07",
    "\u202egnp.exe\u2066",
    "\ud800",
    "\u2028\x85\r\n",
    "\N{PILE OF POO}" * 3,
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    '"\\\n',
    "-----BEGIN CERTIFICATE-----",
    "-----END CERTIFICATE-----",
    "-----BEGIN RSA PRIVATE KEY-----",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "https://user:secret@[::1%25x]:99999/",
    "8.0.20-96\N{ARABIC-INDIC DIGIT ONE}",
    "xn--" + "a" * 70,
    "a" * 5000,
    "1" * 5000,
    "a." * 3000,
    "(" * 200,
)

#: Literals that JSON texts may hold in the place of a value.
_LITERALS = (
    b"NaN",
    b"Infinity",
    b"1e999",
    b"-0.0",
    b"1" * 5000,
    b"[" * 100_000,
    b'{"a":' * 20_000,
    b'"\\ud800"',
    b"null",
)


def times(chance: Random) -> int:
    """Return how often to mutate: once as a rule, seldom many times."""
    return min(64, 1 + int(chance.expovariate(0.5)))


def mutate_bytes(chance: Random, given: bytes, others: Sequence[bytes] = ()) -> bytes:
    """Return the bytes with some of them changed, left out, repeated, or replaced by a part of another input."""
    data = bytearray(given)
    for _number in range(times(chance)):
        chance.choice(_BYTES)(chance, data, chance.choice(others) if others else given)
    return bytes(data)


def _slice(chance: Random, data: bytes | bytearray, longest: int = 200) -> slice:
    start = chance.randrange(len(data) + 1)
    return slice(start, start + chance.randrange(1, longest))


def _flip(chance: Random, data: bytearray, _other: bytes) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _set(chance: Random, data: bytearray, _other: bytes) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, 0x30, chance.randrange(256)))


def _delete(chance: Random, data: bytearray, _other: bytes) -> None:
    del data[_slice(chance, data)]


def _repeat(chance: Random, data: bytearray, _other: bytes) -> None:
    part = data[_slice(chance, data)]
    data[_slice(chance, data, 2)] = part * chance.choice((1, 2, 50))


def _insert(chance: Random, data: bytearray, _other: bytes) -> None:
    at = chance.randrange(len(data) + 1)
    text = chance.choice(TEXTS).encode("utf-8", "surrogatepass")
    data[at:at] = chance.choice((text, chance.choice(_LITERALS), chance.randbytes(chance.randrange(1, 9))))


def _overwrite(chance: Random, data: bytearray, _other: bytes) -> None:
    # All lengths that the format has written down stay right.
    at = chance.randrange(len(data) + 1)
    text = chance.choice(TEXTS).encode("utf-8", "surrogatepass")[: min(chance.randrange(1, 40), len(data) - at)]
    data[at : at + len(text)] = text


def _splice(chance: Random, data: bytearray, other: bytes) -> None:
    data[_slice(chance, data)] = other[_slice(chance, other, 2000)]


def _truncate(chance: Random, data: bytearray, _other: bytes) -> None:
    del data[chance.randrange(len(data) + 1) :]


_BYTES: Sequence[Callable[[Random, bytearray, bytes], None]] = (
    *(_flip, _set, _overwrite) * 3,
    _delete,
    _repeat,
    _insert,
    _splice,
    _truncate,
)


def mutate_text(chance: Random, given: str) -> str:
    """Return the text with a part changed, replaced by a hostile one, or left out."""
    way, at = chance.randrange(5), chance.randrange(len(given) + 1)
    if way == 0:
        return chance.choice(TEXTS)
    if way == 1:
        return given[:at] + chance.choice(TEXTS) + given[at:]
    if way == 2:
        return given[:at]
    if way == 3:
        return (
            given[:at]
            + chr(chance.choice((0, 10, 27, 127, 0x85, 0xD800, 0x202E, chance.randrange(0x110000))))
            + given[at + 1 :]
        )
    return given * chance.choice((2, 3, 40)) if len(given) < 1000 else given + given


def mutate_json(chance: Random, given: Any, *, exchange: bool = True) -> Any:
    """Return the value with some of its parts replaced, left out, renamed, or exchanged. It stays as it is itself.

    Args:
        exchange: whether a part may come to stand in the place of another.
    """
    value = json.loads(json.dumps(given))
    for _number in range(times(chance)):
        value = _mutated(chance, value, exchange=exchange)
    return value


def _mutated(chance: Random, value: Any, *, exchange: bool) -> Any:
    parts = list(_parts(value))
    if not parts:
        return _other(chance, value)
    holder, key = chance.choice(parts)
    way = chance.randrange(8)
    if way == 0:
        del holder[key]
    elif way == 1 and isinstance(holder, dict):
        holder[mutate_text(chance, str(key))] = holder.pop(key)
    elif way == 2 and isinstance(holder, list):
        holder[key:key] = [holder[key]] * chance.choice((1, 2, 30))
    elif way == 3 and exchange:
        # As text: a part must not come to hold itself.
        source, place = chance.choice(parts)
        holder[key] = json.loads(json.dumps(source[place]))
    else:
        holder[key] = _other(chance, holder[key])
    return value


def _parts(value: Any) -> Any:
    """Yield all that the value holds, as the holder and the key or index."""
    if isinstance(value, (dict, list)):
        for key, part in list(value.items() if isinstance(value, dict) else enumerate(value)):
            yield value, key
            yield from _parts(part)


def _other(chance: Random, value: Any) -> Any:
    if isinstance(value, str) and chance.random() < 0.6:
        return mutate_text(chance, value)
    simple: tuple[Any, ...] = (None, True, False, [], {}, 1.5, float("nan"), float("inf"), [None], {"": None}, [[[]]])
    choices = (simple, NUMBERS, TEXTS, ([value], {"uid": value}, str(value)[:500]))
    return json.loads(json.dumps(chance.choice(chance.choice(choices))))


def json_bytes(chance: Random, value: Any) -> bytes:
    """Return the value as a JSON text, which seldom is no JSON any more."""
    text = json.dumps(value).encode()
    return mutate_bytes(chance, text) if chance.random() < 0.15 else text
