# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What checks ask a cluster. The same question is asked once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from .._api.client import CERTIFICATES, Api
from .._api.cluster import Cluster, Node, read_cluster
from .._api.databases import own_certificates
from .._concurrency import side_by_side
from .._errors import CertificateError
from .._hostnames import is_host
from .._probe.endpoints import Endpoint, endpoints_showing
from .._probe.metrics import Exporters
from .._secrets import Secret
from .._transport.peer import Peer, Response
from .._transport.redirects import Place
from .._transport.retry import Retries
from .._transport.session import Session
from .._x509.certificate import CertificateParseError, parse_pem, sha256_fingerprint
from .._x509.opaque import Certificate
from .answer import Answer
from .check import NOTHING, PERMISSION, UNCLEAR, UNREACHABLE, NotChecked

#: Statuses by which a server, or something before it, says that it does not serve now.
_AWAY = frozenset({429, 502, 503, 504})

#: Why C(GET /v1/cluster) may fail without an end to everything: the user may not see it, or it has another form.
_TOLERATED = frozenset({"forbidden", "unexpected_json"})

PASSWORD, TOKEN, CLIENT_CERTIFICATE = "password", "token", "client_certificate"


class Questions:
    """The questions to one cluster, and their answers, which are kept.

    Attributes:
        session: with the cluster.
        writes: whether checks may write.
        check_mode: in which nothing is written, whatever C(writes) is.
        cluster: what the cluster says of itself, as far as the user may see it.
        login: the kind of login.
        restored: whether everything that checks have written was restored; None: they have written nothing.
    """

    def __init__(self, session: Session, retries: Retries, *, writes: bool, check_mode: bool) -> None:
        """Read what every check needs.

        Raises:
            CertificateError: the cluster cannot be read at all.
        """
        self.session = session
        self.writes = writes
        self.check_mode = check_mode
        self._api = Api(session, retries)
        try:
            self._api.cluster()
        except CertificateError as error:
            if error.kind not in _TOLERATED:
                raise
        # What cannot be read is a result of checks, and no warning: a warning would name the cluster.
        self.cluster: Cluster = read_cluster(self._api, lambda message: None, needed=False)
        connection = session.connection
        self.login = TOKEN if connection.token else PASSWORD if connection.password else CLIENT_CERTIFICATE
        self.restored: bool | None = None
        self._answers: dict[Any, Answer | None] = {}
        self._peers: dict[tuple[str, bool], Peer | None] = {}
        self._own: Mapping[str, str] | None = None
        self._exporters: Exporters | None = None

    def close(self) -> None:
        """End the connections that are not those of the session."""
        for peer in self._peers.values():
            if peer is not None:
                peer.disconnect()

    @property
    def version(self) -> str | None:
        """Return the version of the oldest node."""
        return self.cluster.version

    # The primary.

    def read(self, path: str) -> Answer:
        """Return the answer of the primary to a GET with the login.

        Raises:
            NotChecked: there is none.
        """
        return self._once(path, lambda: self.session.request("GET", path))

    def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Return the answer of the primary to a POST that changes nothing, such as one that asks for a token.

        Raises:
            NotChecked: there is none.
        """
        return self._once((path, *sorted(body.items())), lambda: self.session.request("POST", path, body))

    def read_again(self, path: str) -> Answer:
        """Ask once more what was asked before; see M(read)."""
        self._answers.pop(path, None)
        return self.read(path)

    def forget(self) -> None:
        """Ask everything again."""
        self._answers.clear()
        self._own = None

    def send(self, method: str, path: str, body: Mapping[str, Any] | None) -> Answer:
        """Send a request that may change something to the primary, each time.

        Raises:
            NotChecked: no response.
        """
        return _answer(lambda: self.session.request(method, path, body))

    def directly(self, path: str, *, login: bool = True, headers: Mapping[str, str] | None = None) -> Answer:
        """Return the answer to a GET of the node that answers, following no redirect.

        Raises:
            NotChecked: there is none.
        """

        def send() -> Response:
            peer = self._peer(login=login, headers=headers)
            try:
                return peer.request("GET", path)
            finally:
                peer.disconnect()

        return self._once((path, login, *sorted((headers or {}).items())), send)

    def with_token(self, token: Secret, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Return the answer of the primary to a request with another token; see M(directly)."""
        peer = self._peer(login=False, headers={"Authorization": f"Bearer {token.reveal()}"})
        try:
            return _answer(lambda: peer.request(method, path, body))
        finally:
            peer.disconnect()

    def _peer(self, *, login: bool, headers: Mapping[str, str] | None) -> Peer:
        """Return who asks the node that answers."""
        peer = self.session.peer_at(login=login, headers=headers)
        if peer is None:
            raise NotChecked(UNREACHABLE)
        return peer

    # Nodes at their own addresses.

    @property
    def primary(self) -> Node:
        """Return the primary node.

        Raises:
            NotChecked: it is unknown which one that is.
        """
        known = self.cluster.primary
        found = [node for node in self.nodes if known is not None and str(node.uid) == str(known.node)]
        if not found:
            raise NotChecked(UNCLEAR)
        return found[0]

    @property
    def nodes(self) -> Sequence[Node]:
        """Return all nodes.

        Raises:
            NotChecked: the user may not see them, or they are not listed as expected.
        """
        if not self.cluster.nodes:
            self.read("/v1/nodes").assert_permitted()
            raise NotChecked(UNCLEAR)
        return self.cluster.nodes

    @property
    def followers(self) -> Sequence[Node]:
        """Return all nodes but the primary that are active.

        Raises:
            NotChecked: there are none, or they are unknown.
        """
        primary = self.primary
        found = [node for node in self.nodes if node is not primary and node.active]
        if not found:
            raise NotChecked(NOTHING)
        return found

    def at(self, nodes: Iterable[Node], path: str, *, login: bool = False) -> list[Answer]:
        """Return what nodes answer at their own addresses to a GET, following no redirect; of those that do.

        Raises:
            NotChecked: none does.
        """
        port = urlsplit(self.session.url).port or 0
        asked: list[tuple[Any, Peer]] = []
        for endpoint in self.one_each("api", nodes):
            key = endpoint.address, login
            if key not in self._peers:
                # The session knows one port of the cluster, and a login goes to no other.
                self._peers[key] = self.session.peer_at(Place(endpoint.address, port), login=login)
            peer = self._peers[key]
            if peer is not None:
                asked.append(((path, *key), peer))

        def ask(one: tuple[Any, Peer]) -> Answer | None:
            key, peer = one
            if key not in self._answers:
                self._answers[key] = _answer_or_none(lambda: peer.request("GET", path))
            return self._answers[key]

        found = [answer for answer in side_by_side(ask, asked) if answer is not None]
        if not found:
            raise NotChecked(UNREACHABLE)
        return found

    def one_each(self, service: str, nodes: Iterable[Node]) -> list[Endpoint]:
        """Return the port of a service at one address of each of the nodes."""
        wanted = {str(node.uid) for node in nodes}
        found: dict[str, Endpoint] = {}
        for endpoint in endpoints_showing(service, self.cluster, self.session.connection, ()):
            if str(endpoint.node) in wanted and is_host(endpoint.address):
                found.setdefault(str(endpoint.node), endpoint)
        return list(found.values())

    # Metrics.

    def metrics(self, nodes: Iterable[Node], path: str, *, demanded: bool = True) -> dict[str, Answer]:
        """Return what the metrics ports of nodes answer, by the uid of the node; of those that do.

        Args:
            demanded: whether the login is sent where one is demanded (C(metrics_auth)).

        Raises:
            NotChecked: none does; or it is unknown which certificate the ports have to present.
        """
        exporters = self._exporters_of_cluster()

        def ask(endpoint: Endpoint) -> Answer | None:
            key = endpoint, path
            if key not in self._answers:
                self._answers[key] = _answer_or_none(lambda: exporters.ask(endpoint, path))
            found = self._answers[key]
            if found is None or found.status != 401 or not demanded or self.login != PASSWORD:
                return found
            if (key, True) not in self._answers:
                self._answers[key, True] = _answer_or_none(lambda: exporters.ask(endpoint, path, login=True))
            return self._answers[key, True]

        endpoints = self.one_each("metrics_exporter", nodes)
        found = {str(endpoint.node): answer for endpoint, answer in zip(endpoints, side_by_side(ask, endpoints))}
        answers = {node: answer for node, answer in found.items() if answer is not None}
        if not answers:
            raise NotChecked(UNREACHABLE)
        if demanded and all(answer.status in (401, 403) for answer in answers.values()):
            raise NotChecked(PERMISSION)
        return answers

    def _exporters_of_cluster(self) -> Exporters:
        if self._exporters is None:
            chain = self.chain("metrics_exporter")
            if not chain:
                raise NotChecked(UNCLEAR)
            self._exporters = Exporters(self.session.connection, (), [sha256_fingerprint(chain[0])])
        return self._exporters

    # Certificates.

    def pem(self, name: str) -> str | None:
        """Return the PEM that the API reports under a name; None where none is set.

        Raises:
            NotChecked: the certificates cannot be read.
        """
        found = self.read(CERTIFICATES).object.get(f"{name}_cert")
        return found if found and isinstance(found, str) else None

    def chain(self, name: str) -> tuple[Certificate, ...]:
        """Return the certificates that the API reports under a name; empty where they cannot be parsed.

        Raises:
            NotChecked: the certificates cannot be read.
        """
        return chain_of(self.pem(name))

    def own_certificates(self) -> Mapping[str, str]:
        """Return the PEM of every database that presents its own certificate, by its uid as text.

        Raises:
            NotChecked: the list cannot be read.
        """
        if self._own is None:
            try:
                self._own = own_certificates(self._api)
            except CertificateError:
                raise NotChecked(UNCLEAR) from None
        return self._own

    def _once(self, key: Any, send: Callable[[], Response]) -> Answer:
        if key not in self._answers:
            self._answers[key] = _answer_or_none(send)
        found = self._answers[key]
        if found is None:
            raise NotChecked(UNREACHABLE)
        return found


def chain_of(pem: str | None) -> tuple[Certificate, ...]:
    """Return the certificates of PEM text; empty where there are none, or they cannot be parsed."""
    try:
        return parse_pem(pem or "")
    except CertificateParseError:
        return ()


def _answer_or_none(send: Callable[[], Response]) -> Answer | None:
    try:
        return _answer(send)
    except NotChecked:
        return None


def _answer(send: Callable[[], Response]) -> Answer:
    try:
        response = send()
    except CertificateError:
        raise NotChecked(UNREACHABLE) from None
    if response.status in _AWAY or response.body_error is not None:
        raise NotChecked(UNREACHABLE)
    return Answer(response)
