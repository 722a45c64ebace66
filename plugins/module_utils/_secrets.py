# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""A value that has no text form, and texts that should have been one."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any


def _encoded(fragment: bytes) -> Iterator[str]:
    """Return what base64 makes of some bytes, at each of the three places where they may begin."""
    for before in range(3):
        text = base64.b64encode(bytes(before) + fragment).decode("ascii")
        yield text[-(-before * 8 // 6) : (before + len(fragment)) * 8 // 6]


_ESCAPED_NEWLINE = re.compile(r"\\[rn]")
_WORD = re.compile(r"[A-Za-z0-9+/=]{12,}")
#: Characters of a word that may be a line of PEM, which has 64 of them.
_LINE = 60
#: Characters of a word beside a whole key that may be a part of another one: names have fewer without a dot or hyphen.
_PART = 40
_PUBLIC = re.compile(
    r"-----BEGIN ((?:[A-Z0-9]+ )*(?:CERTIFICATE|PUBLIC KEY|REQUEST|CRL|PARAMETERS))-----[^-]*-----END \1-----"
)
#: Headers of encrypted keys (RFC 1421) have hyphens, too.
_BLOCK = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[^-]*(?:-(?!----)[^-]*)*-----END [A-Z0-9 ]*PRIVATE KEY-----")
_MARKER = re.compile(r"(?:BEGIN|END)[^a-z]{0,30}PRIVATE[^a-z]{0,3}KEY")
#: In base64: a PEM marker, and the algorithms of encrypted keys (PBES2 of PKCS#5; those of PKCS#12, appendix C).
_RSADSI = b"\x2a\x86\x48\x86\xf7\x0d\x01"
_ENCODED = re.compile(
    "|".join(
        re.escape(text)
        for fragment in (b"PRIVATE KEY", _RSADSI + b"\x05\x0d", _RSADSI + b"\x0c\x01")
        for text in _encoded(fragment)
    )
)
#: DER in base64: a sequence, whose length has one, two or three bytes, that begins with the version of a PKCS#8,
#: PKCS#1, SEC 1 (0 or 1) or PKCS#12 (3) structure. A certificate's sequence begins with another one.
_DER = re.compile(r"(?<![A-Za-z0-9+])(?:M[C-H].CAQ[AEM]|MI[GH].AgE[ABD]|MII..[AQgw]IB[ABD])[A-Za-z0-9+/]{20}")


def looks_like_private_key(text: str) -> bool:
    """Return whether this may be a private key, or hold one, or a part of one: PEM in any layout, or base64.

    Certificates and other public PEM blocks are none.
    """
    if len(text) < 24:
        return False
    text = _without_public(text)
    if _MARKER.search(text) or _DER.search(text) or _ENCODED.search("".join(text.split())):
        return True
    lines = [word for word in text.split() if len(word) >= _LINE and _WORD.fullmatch(word)]
    return len(lines) > 1


def parts_of_keys(text: str) -> set[str]:
    """Return what to mask of a text that holds keys: each key, and each of its lines, since its layout may change.

    Public PEM blocks are left out, and so are the names beside a whole key, as C(openssl pkcs12) writes them: results
    have them, too.
    """
    rest = _without_public(text)
    blocks = _BLOCK.findall(rest)
    words = {word for word in _WORD.findall(rest) if not blocks or len(word) >= _PART}
    return {*_BLOCK.findall(text), *words, *_WORD.findall(" ".join(blocks))}


def keys_in(value: Any) -> set[str]:
    """Return what to mask of options or other data, whatever its types: all keys, wherever they are."""
    if isinstance(value, Mapping):
        return set().union(*map(keys_in, (*value.keys(), *value.values())))
    if isinstance(value, (list, tuple)):
        return set().union(*map(keys_in, value))
    return parts_of_keys(value) if isinstance(value, str) and looks_like_private_key(value) else set()


def _without_public(text: str) -> str:
    return _PUBLIC.sub(" ", _ESCAPED_NEWLINE.sub("\n", text))


def quoted(value: object) -> str:
    """Return a value as messages may show it: what is not one short line is described instead."""
    text = str(value)
    if len(text) > 255 or not text.isprintable() or "-----BEGIN" in text or looks_like_private_key(text):
        return f"(a value of {len(text)} characters)"
    return text


class Secret:
    """A private key or a password, held so that no log, traceback, JSON or pickle can show it by accident."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself.

        To be called only where a request's header or body is made, a pair is tried in memory, or a file is encrypted.
        """
        return self._value

    def __repr__(self) -> str:
        return "<secret>"

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("a secret is neither pickled nor copied")
