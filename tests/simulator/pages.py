# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port that only shows a page: Cluster Manager."""

from __future__ import annotations

from .web import HTML, READING, Answer, Exchange

_MANAGER = b"<!DOCTYPE html>\n<html><head><title>Cluster Manager</title></head><body>Cluster Manager</body></html>\n"


def manager(exchange: Exchange) -> None:
    """Answer a request to the Cluster Manager port."""
    exchange.read_body()
    if exchange.command not in READING:
        exchange.send(Answer(405, headers={"Allow": ", ".join(READING)}))
    elif exchange.path.partition("?")[0] == "/":
        exchange.send(Answer(200, _MANAGER, HTML))
    else:
        exchange.send(Answer(404))
