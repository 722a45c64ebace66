# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""When the certificates on each node's disk end, as the nodes' metrics exporters show it.

Vendor, Prometheus metrics v2 and v1: C(GET /v2) shows the whole cluster from any node, C(GET /v2/node) that node alone,
both from 7.8.2 on; C(GET /) is v1, which the primary alone answers. The values are seconds from now.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from .._concurrency import side_by_side
from .._connection import Connection
from .._errors import CertificateError
from .._hostnames import is_host
from .._product.names import canonical_name
from .._transport.peer import Peer, Response, assert_leaf, authorization, for_requests
from .._transport.tls_context import unverified_context
from .._transport.tls_handshake import NO_ADDRESS
from .endpoints import Endpoint

#: The certificates that metrics are about (vendor: logical_name); all others show on no metrics.
SHOWN = frozenset(
    {"api", "ccs_internode_encryption", "cm", "data_internode_encryption", "metrics_exporter", "proxy", "syncer"}
)

_METRICS = ("node_cert_expires_in_seconds", "node_cert_expiration_seconds")
_SAMPLE = re.compile(
    rf"(?P<metric>{'|'.join(_METRICS)})\{{(?P<labels>[^}}]*)\}}\s+(?P<value>[-+]?[0-9.]{{1,20}}(?:[eE][-+]?[0-9]{{1,2}})?)"
    r"(?:\s+(?P<timestamp>[0-9]{1,15}))?\s*",
    re.ASCII,
)
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]{0,63})="((?:[^"\\]|\\.)*)"')

#: The kind of the failure of an exporter that answers, with what is of no use.
_UNUSABLE = "metrics_unusable"

#: Seconds for one answer, unless O(timeout) is shorter.
_TIMEOUT = 10.0

#: After so many attempts, each node is asked for its own metrics instead of those of the whole cluster.
_SEARCH = 3

#: A century: anything further away is not the date of a certificate.
_FURTHEST = 100 * 366 * 86400.0

#: Why what metrics show says nothing.
DOUBTFUL = "the metrics show another expiry, which a wrong clock or a cache may explain"

#: By certificate name: when what is on the disk of a node ends. Files of certificates that are gone may be among them.
Ends = Mapping[str, "frozenset[datetime]"]


class Sample(NamedTuple):
    """One line of metrics about a certificate."""

    metric: str
    labels: Mapping[str, str]
    value: str  # seconds
    timestamp: str | None  # milliseconds since the epoch


@dataclass
class Shown:
    """What metrics showed, by the uid of the node as text.

    Attributes:
        ends: of those nodes that they show.
        problem: why there are none of other nodes.
    """

    ends: dict[str, dict[str, frozenset[datetime]]] = field(default_factory=dict)
    problem: str | None = None

    def of(self, node: Any, name: str) -> frozenset[datetime]:
        """Return when the certificate of a name ends on a node; empty where the metrics do not show it."""
        return self.ends.get(str(node), {}).get(name, frozenset())

    def silence(self, node: Any, name: str) -> str:
        """Return why the metrics tell nothing of a certificate on a node."""
        return DOUBTFUL if self.of(node, name) else self.problem or "the metrics do not show it"


class Exporters:
    """The metrics exporters of a cluster.

    What one says counts only where its port presents the certificate that the API reports as V(metrics_exporter): no
    other server can speak for it.
    """

    def __init__(self, connection: Connection, endpoints: Sequence[Endpoint], leaves: Iterable[str]) -> None:
        """Prepare; nothing is sent yet.

        Args:
            connection: the timeout, and the login for exporters that demand one (C(metrics_auth)).
            endpoints: one for each address where an exporter may listen.
            leaves: fingerprints of the certificates that they may present.
        """
        # Behind an address that does not answer, no other request waits.
        self._connection = replace(connection, timeout=min(_TIMEOUT, connection.timeout))
        self._endpoints = list(dict.fromkeys(endpoints))
        self._names = [assert_leaf(leaf) for leaf in dict.fromkeys(leaves)]
        self._context = unverified_context(for_requests)
        self._login = authorization(connection) if connection.token is None else None

    def read(self, nodes: Iterable[Any]) -> Shown:
        """Ask one exporter for the whole cluster, and those of nodes that are missing there.

        Args:
            nodes: uids of the nodes that are asked for.
        """
        shown = Shown()
        if not self._names:
            shown.problem = "the API does not report metrics_exporter, so the metrics port cannot be verified"
            return shown
        wanted = {str(node) for node in nodes}
        silent = set()
        give_up = time.monotonic() + _SEARCH * self._connection.timeout
        for endpoint in list(self._endpoints):
            if time.monotonic() > give_up:
                break
            try:
                shown.ends.update(self._whole_cluster(endpoint))
                shown.problem = None
                break
            except CertificateError as error:
                shown.problem = shown.problem or error.message.rstrip(".")
                if error.kind == "too_large":
                    break  # what any other one gathers is as large; what each node has of its own is not
                if error.kind != _UNUSABLE:
                    silent.add(endpoint)
                # Another one may answer at once the next time.
                self._endpoints.remove(endpoint)
                self._endpoints.append(endpoint)
        missing = wanted - shown.ends.keys()
        self._ask_alone([one for one in self._endpoints if str(one.node) in missing and one not in silent], shown)
        return shown

    def _whole_cluster(self, endpoint: Endpoint) -> dict[str, dict[str, frozenset[datetime]]]:
        answer = self._get(endpoint, "/v2")
        if answer.status == 404:
            answer = self._get(endpoint, "/")
        found = self._parsed(answer, endpoint)
        by_node = {node: ends for node, ends in found.items() if node is not None}
        if not by_node:
            raise self._useless(endpoint, "its metrics list no node certificate")
        return by_node

    def _ask_alone(self, endpoints: Sequence[Endpoint], shown: Shown) -> None:
        """Ask nodes for their own metrics."""

        def alone(endpoint: Endpoint) -> Mapping[str | None, dict[str, frozenset[datetime]]] | str:
            try:
                return self._parsed(self._get(endpoint, "/v2/node"), endpoint)
            except CertificateError as error:
                return error.message.rstrip(".")

        for endpoint, found in zip(endpoints, side_by_side(alone, endpoints)):
            if isinstance(found, str):
                shown.problem = shown.problem or found
            elif None in found:
                shown.ends.setdefault(str(endpoint.node), found[None])

    def _get(self, endpoint: Endpoint, path: str) -> Response:
        """Ask one exporter; once more with the login where it demands one."""
        answer = self.ask(endpoint, path)
        if answer.status == 401 and self._login is not None:
            answer = self.ask(endpoint, path, login=True)
        return answer

    def ask(self, endpoint: Endpoint, path: str, *, login: bool = False) -> Response:
        """Send one request to one exporter and read the answer, whatever its status is.

        Args:
            login: whether to send the login by password, where there is one.

        Raises:
            CertificateError: no response, or from a server that is not the exporter, or the endpoint has no
                address (V(metrics_unusable)).
        """
        if not is_host(endpoint.address):
            raise self._useless(endpoint, NO_ADDRESS)
        peer = Peer(
            self._connection,
            endpoint.url,
            self._context,
            self._names,
            self._login if login else None,
            headers={"Accept": "text/plain"},
        )
        try:
            return peer.request("GET", path)
        except CertificateError as error:
            if error.kind.startswith("tls"):
                raise self._useless(
                    endpoint, "its certificate is not the one that the API reports as metrics_exporter"
                ) from None
            raise
        finally:
            peer.disconnect()

    def _parsed(self, answer: Response, endpoint: Endpoint) -> dict[str | None, dict[str, frozenset[datetime]]]:
        if answer.status in (401, 403):
            raise self._useless(endpoint, "it requires a user name and password (cluster setting metrics_auth)")
        if answer.status != 200:
            raise self._useless(endpoint, f"it answers with HTTP {answer.status}")
        if answer.body_error is not None:
            raise answer.body_error
        return parse(answer.body.decode("utf-8", "replace"), datetime.now(timezone.utc))

    @staticmethod
    def _useless(endpoint: Endpoint, why: str) -> CertificateError:
        return CertificateError(_UNUSABLE, f"{endpoint}: {why}.")


def parse_samples(text: str) -> Iterator[Sample]:
    """Yield the samples about certificates, of v1 and v2.

    Args:
        text: in the text form of Prometheus.
    """
    for line in text.splitlines():
        found = _SAMPLE.fullmatch(line) if line.startswith(_METRICS) else None
        if found is not None:
            labels = dict(_LABEL.findall(found["labels"]))
            yield Sample(found["metric"], labels, found["value"], found["timestamp"])


def parse(text: str, now: datetime) -> dict[str | None, dict[str, frozenset[datetime]]]:
    """Return when certificates end, by node (None without such a label) and certificate name.

    Args:
        text: in the text form of Prometheus. A sample may have the time of which it is.
        now: of all samples without a time, in UTC.
    """
    return certificate_ends(parse_samples(text), now)


def certificate_ends(shown: Iterable[Sample], now: datetime) -> dict[str | None, dict[str, frozenset[datetime]]]:
    """Return when certificates end; see M(parse)."""
    found: dict[str | None, dict[str, set[datetime]]] = {}
    for sample in shown:
        name = canonical_name(sample.labels.get("logical_name", ""))
        end = _end(sample.value, sample.timestamp, now)
        if name in SHOWN and end is not None:
            found.setdefault(sample.labels.get("node"), {}).setdefault(name, set()).add(end)
    return {node: {name: frozenset(ends) for name, ends in names.items()} for node, names in found.items()}


def _end(value: str, timestamp: str | None, now: datetime) -> datetime | None:
    try:
        seconds = float(value)
        moment = datetime.fromtimestamp(int(timestamp) / 1000, timezone.utc) if timestamp else now
    except (ValueError, OverflowError, OSError):
        return None
    if not abs(seconds) <= _FURTHEST or abs((moment - now).total_seconds()) > _FURTHEST:
        return None
    return moment + timedelta(seconds=seconds)
