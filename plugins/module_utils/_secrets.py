# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""A value that has no text form."""

from __future__ import annotations

from typing import Any


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
