# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two ports that only show pages: Cluster Manager, and the metrics of a node (v1 under ``/``, v2 under ``/v2``)."""

from __future__ import annotations

import time
from collections.abc import Callable

from cryptography import x509

from .state import Node
from .validation import validity
from .web import HTML, Answer, Exchange

_MANAGER = b"<!DOCTYPE html>\n<html><head><title>Cluster Manager</title></head><body>Cluster Manager</body></html>\n"
_TEXT = "text/plain; version=0.0.4; charset=utf-8"
_METRICS = {"/": "node_cert_expiration_seconds", "/v2": "node_cert_expires_in_seconds"}
_READING = ("GET", "HEAD")


def _page(paths: dict[str, Callable[[], Answer]]) -> Callable[[Exchange], None]:
    def answer(exchange: Exchange) -> None:
        exchange.read_body()
        if exchange.command not in _READING:
            exchange.send(Answer(405, headers={"Allow": ", ".join(_READING)}))
            return
        page = paths.get(exchange.path.partition("?")[0])
        exchange.send(page() if page else Answer(404))

    return answer


def manager() -> Callable[[Exchange], None]:
    """Answers on the Cluster Manager port."""
    return _page({"/": lambda: Answer(200, _MANAGER, HTML)})


def metrics(node: Node) -> Callable[[Exchange], None]:
    """Answers on the metrics port of ``node``."""

    def shown(metric: str) -> Callable[[], Answer]:
        return lambda: Answer(200, exposition(node, metric).encode(), _TEXT)

    return _page({path: shown(metric) for path, metric in _METRICS.items()})


def exposition(node: Node, metric: str) -> str:
    """The seconds until each of the node's certificates expires, in Prometheus' text form."""
    lines = [f"# HELP {metric} Certificate expiration (in seconds)", f"# TYPE {metric} gauge"]
    now = time.time()
    for name, held in node.stored.items():
        if held.certificate is None:
            continue
        try:
            _start, end = validity(x509.load_pem_x509_certificate(held.certificate.encode()))
        except ValueError:
            continue  # put there by a test, and no certificate
        labels = f'logical_name="{name}",node="{node.uid}",path="/etc/opt/redislabs/{name}_cert.pem"'
        lines.append(f"{metric}{{{labels}}} {end.timestamp() - now:.0f}")
    return "\n".join(lines) + "\n"
