# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server says no to."""

from __future__ import annotations


class Refused(Exception):
    """A request that ends in an error answer.

    :param status: the HTTP status.
    :param code: ``error_code`` of the answer.
    :param text: the explanation; never part of a request's body.
    """

    def __init__(self, status: int, code: str, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.headers = headers or {}
