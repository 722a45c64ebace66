# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""PEM text to DER bytes (RFC 7468), forgiving about everything that does not change the meaning."""

from __future__ import annotations

import base64
import binascii
import re
from typing import NamedTuple

#: A label has any printable characters, as in PKCS #7 SIGNED DATA; five hyphens end it.
_BOUNDARY = re.compile(r"-----(BEGIN|END) ((?:[ -,.-~]|-(?!----)){1,60})-----")


class PemError(ValueError):
    """The text is not usable PEM; the message says where, never what was there."""


class PemBlock(NamedTuple):
    """One PEM block."""

    label: str  # "CERTIFICATE", "PRIVATE KEY", ...
    lines: tuple[str, ...]  # what is between the BEGIN and END lines

    @classmethod
    def of(cls, label: str, der: bytes) -> PemBlock:
        """Encode some bytes."""
        return cls(label, tuple(re.findall(".{1,64}", base64.b64encode(der).decode("ascii"))))

    @property
    def text(self) -> str:
        """Return the block as PEM, with LF and a last newline."""
        return "\n".join((f"-----BEGIN {self.label}-----", *self.lines, f"-----END {self.label}-----", ""))

    @property
    def der(self) -> bytes:
        """Return the decoded content.

        Raises:
            PemError: the content is not base64.
        """
        try:
            return base64.b64decode("".join("".join(self.lines).split()), validate=True)
        except (binascii.Error, ValueError):
            raise PemError(f"a {self.label} block is not valid base64") from None


def split_pem(text: str) -> list[PemBlock]:
    """Return the PEM blocks in C(text), in order.

    Line endings, indentation, a missing last newline, and text between the blocks (bag attributes, comments) do not
    count; neither do newlines that a form or a folded YAML scalar turned into spaces.

    Raises:
        PemError: a block has no END line, or another one than its own.
    """
    blocks: list[PemBlock] = []
    open_label: str | None = None
    content = ""
    # Text, then for each boundary line its keyword, its label and the text after it.
    _before, *pieces = _BOUNDARY.split(text)
    for keyword, label, following in zip(pieces[0::3], pieces[1::3], pieces[2::3]):
        if keyword == "BEGIN" and open_label is None:
            open_label, content = label, following
        elif keyword == "END" and open_label == label:
            lines = [line.strip() for line in content.strip().splitlines()]
            blocks.append(PemBlock(label, tuple(lines)))
            open_label = None
        else:
            raise PemError(f"PEM block {len(blocks) + 1} ({open_label or label}) has no matching BEGIN and END lines")
    if open_label is not None:
        raise PemError(f"PEM block {len(blocks) + 1} ({open_label}) has no END line")
    return blocks
