# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What a server says of why it refuses, masked, on one line, and short.

Current versions have C(description), older ones C(message) (vendor: REST API, error responses). Since 8.0.16-29 it says
what is wrong with a certificate that is refused (RS185428).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._secrets import Secret
from .._untrusted import printable

#: Characters that are shown at the most.
_LONGEST = 200

_ARMOUR = re.compile(r"-----(BEGIN|END)[A-Z0-9 ]*-----")
#: What may be a part of a key, a token or a password: long runs without a space.
_ENCODED = re.compile(rf"[A-Za-z0-9+/=_-]*[A-Za-z0-9+/=]{{24,}}[A-Za-z0-9+/=_-]*|{_ARMOUR.pattern}")
_IDENTIFIER = re.compile(r"[a-z0-9_]{1,64}")
_MASK = "********"

#: A text that shares as many characters in a row with what was sent quotes it.
_QUOTED = 8


def parse_explanation(body: bytes) -> Mapping[str, Any]:
    """Return the object that an error body holds; empty where it holds none."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def make_printable(answer: Mapping[str, Any], sent: Mapping[str, Any] | None, secrets: Iterable[Secret]) -> str | None:
    """Return the explanation of an error body; None where there is none, or it quotes a part of what was sent.

    Args:
        answer: of the server.
        sent: the body of the request.
        secrets: of the login.
    """
    given = next((answer[key] for key in ("description", "message") if isinstance(answer.get(key), str)), None)
    if given is None:
        return None
    logins = [secret.reveal() for secret in secrets]
    for login in logins:
        given = given.replace(login, _MASK)
    text = " ".join(given[: 50 * _LONGEST].split())
    # A short password that is not quoted as a whole is like any other word.
    kept = [login for login in logins if len(login) >= _QUOTED]
    if not any(map(_visible, text)) or any(_quotes(text, value) for value in (*_sent_texts(sent), *kept)):
        return None
    text = _ENCODED.sub(_MASK, text).rstrip(". ").replace('"', "'")
    return printable(text, _LONGEST) or None


def _sent_texts(value: Any, *, secret: bool = False) -> Iterator[str]:
    """Yield the texts of a request body, but for identifiers such as certificate names.

    Args:
        secret: whether it is that of a private key, which is not an identifier, whatever it looks like.
    """
    if isinstance(value, str):
        if secret or not _IDENTIFIER.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        for field, item in value.items():
            yield from _sent_texts(item, secret=field.endswith("key"))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _sent_texts(item, secret=secret)


def _quotes(text: str, value: str) -> bool:
    """Return whether a text contains a part of a value, wherever spaces, line breaks and unprintable characters are."""
    text, value = ("".join(filter(_visible, _ARMOUR.sub("", one))) for one in (text, value))
    length = min(_QUOTED, len(value)) or 1
    return any(text[at : at + length] in value for at in range(len(text) - length + 1))


def _visible(character: str) -> bool:
    return character.isprintable() and not character.isspace()
