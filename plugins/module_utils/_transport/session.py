# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""One session with a cluster, which finds the node that answers: the primary.

A follower redirects to the primary's internal address. The login goes there only where the cluster itself has named
that address (C(GET /v1/nodes)), and the connection proves it by the same trust, and the name in O(url) or that address.
Before the nodes are known, only the name in O(url) proves it or, where nothing is verified, the very certificate that
O(url) presents. The port is that of O(url).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from .._connection import Connection
from .._errors import CertificateError
from .._secrets import Secret
from .peer import Peer, Response, assert_leaf, authorization, tls_context
from .redirects import REDIRECT_STATUSES, Named, NotFollowed, Place, find_destination, origin_of, parse_place, resolve
from .retry import never_sent
from .tls_handshake import read_presented

try:
    import urllib3
except ImportError:  # reported by _libraries
    pass

#: After so many times O(timeout), a request that could not be sent is not tried at further addresses.
_SEARCH = 3

_SET_URL = (
    "Set url to the primary node, or to a load balancer that leads to it; or turn on the cluster setting "
    "handle_redirects"
)


class Session:
    """Requests to the primary node of a cluster. Not safe to share between threads.

    Attributes:
        connection: the options that it was made with.
        url: the address in the options.
    """

    def __init__(self, connection: Connection) -> None:
        """Prepare; nothing is sent yet.

        Raises:
            CertificateError: C(ca_path), C(client_cert), C(client_key) or a proxy in the environment is not usable.
        """
        self.connection = connection
        self.url = connection.url
        self._named = Named()
        self._context = tls_context(connection, verify=connection.validate_certs)
        self._give_up = 0.0
        self._token: Secret | None = None
        self._pin: str | None = None
        self._peers: dict[str, Peer] = {}
        self._first = self._peer = self._made(self.url, [{}])
        if not connection.validate_certs:
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.disconnect()

    def disconnect(self) -> None:
        """Let the next request begin with a handshake."""
        for peer in self._peers.values():
            peer.disconnect()

    @property
    def answering(self) -> Place:
        """Return where the last answer came from, as far as can be seen from here.

        Behind a balancer there may be others.
        """
        return parse_place(self._peer.url)

    @property
    def redirected(self) -> bool:
        """Return whether requests go to another address than O(url), since that redirected them."""
        return self._peer is not self._first

    @property
    def token(self) -> Secret | None:
        """Return the token that is sent, if one is."""
        return self._token or self.connection.token

    @property
    def secrets(self) -> list[Secret]:
        """Return what no message may quote."""
        login = authorization(self.connection, self.token)
        return [one for one in (self.connection.password, self.token, login) if one is not None]

    def learn(self, nodes: Iterable[Mapping[str, Any]]) -> None:
        """Note the addresses that the cluster names; from now on, no other one is asked but O(url).

        Args:
            nodes: the answer of C(GET /v1/nodes).
        """
        self._named.learn(nodes)
        for url in [url for url in self._peers if self._named.excludes(parse_place(url).host) and url != self.url]:
            self._peers.pop(url).disconnect()
        if self._peer.url not in self._peers:
            self._peer = self._first

    def pin(self, fingerprint: str) -> None:
        """Accept, from the next handshake on, also a server that the options do not trust but whose leaf this is.

        Args:
            fingerprint: SHA-256, as M(_x509.certificate.sha256_fingerprint) gives it.
        """
        if self.connection.validate_certs:
            self._pin = fingerprint
            for peer in self._peers.values():
                self._apply_pin(peer)

    def renew_token(self, token: Secret) -> None:
        """Log in with this token from now on."""
        self.disconnect()
        self._token = token
        self._peers = {}
        self._first = self._peer = self._made(self.url, [{}])

    def request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Response:
        """Send one request to the primary node and read the answer, whatever its status is.

        If O(url) leads to a follower, its redirect is followed once, and later requests go to the primary directly.
        Each address has the time of a request, and if one cannot be reached, others are tried until three times
        O(timeout) have passed: a read takes at most five times O(timeout).

        Raises:
            CertificateError: no response; or a redirect that is not followed (V(redirect)), a primary that
                cannot be reached (V(primary_unreachable)), or nodes that do not agree which one is the primary
                (V(primary_unknown)): none of the three was carried out.
        """
        self._give_up = time.monotonic() + _SEARCH * self.connection.timeout
        answer = self._sent(method, path, body)
        return self._at_primary(answer, method, path, body) if answer.status in REDIRECT_STATUSES else answer

    def peer_at(
        self, place: Place | None = None, *, login: bool = True, headers: Mapping[str, str] | None = None
    ) -> Peer | None:
        """Return a peer that asks one address directly: no redirect is followed.

        Args:
            place: an address of the cluster; None for the one that answered last.
            login: whether it sends the login of the session.
            headers: sent with each of its requests, in place of those of the same name.

        Returns:
            None where nothing would prove that the address is the cluster's: there the login must not go.
        """
        url = self._peer.url if place is None else f"https://{place.netloc}"
        proofs = [{}] if url == self.url else self._proofs(parse_place(url))
        return self._new(url, proofs, login=login, headers=headers) if proofs else None

    def _sent(self, method: str, path: str, body: Mapping[str, Any] | None) -> Response:
        """Ask whoever answered last; where that cannot be reached any more, O(url), or its other nodes."""
        asked = self._peer
        try:
            return asked.request(method, path, body)
        except CertificateError as error:
            self._peer = self._first
            if not never_sent(error):
                raise
            problem = error
        for peer in self._others(asked):
            if time.monotonic() > self._give_up:
                break
            try:
                answer = peer.request(method, path, body)
            except CertificateError as error:
                if not never_sent(error):
                    raise
                continue
            self._peer = peer
            return answer
        raise problem

    def _others(self, asked: Peer) -> Iterable[Peer]:
        if asked is not self._first:
            yield self._first
        first = parse_place(self.url)
        siblings = self._named.siblings(first.host, self.connection.node_address)
        for address in siblings if self.url.startswith("https:") else ():
            peer = self._known(Place(address, first.port))
            if peer is not None and peer is not asked:
                yield peer

    def _at_primary(self, answer: Response, method: str, path: str, body: Mapping[str, Any] | None) -> Response:
        """Send the request to where a follower redirects it.

        Raises:
            CertificateError: see M(request).
        """
        follower, request = self._peer, f"{method} {path} to {self._peer.url}"
        location = resolve(answer.location, self._peer.url + path)
        try:
            primary = self._place(location, path)
            peers = self._ways_to(primary)
        except NotFollowed as reason:
            raise CertificateError(
                "redirect",
                f"{request}: redirects to {origin_of(location)}, to which credentials are not sent: "
                f"{reason}. {_SET_URL}.",
                cluster=self.url,
                status=answer.status,
            ) from None
        self._peer = self._first
        problem: CertificateError | None = None
        for peer in peers:
            if problem is not None and time.monotonic() > self._give_up:
                break
            try:
                found = peer.request(method, path, body)
            except CertificateError as error:
                if never_sent(error):
                    problem = problem or error
                    continue
                if not error.kind.startswith("tls"):
                    raise
                raise CertificateError(
                    "redirect",
                    f"{request}: redirects to {peer.url}, which does not prove that it belongs to the cluster, so "
                    f"credentials were not sent there. {error.message}",
                    cluster=self.url,
                    status=answer.status,
                ) from None
            if found.status in REDIRECT_STATUSES:
                raise CertificateError(
                    "primary_unknown",
                    f"{request}: redirects to {peer.url}, which redirects too: the nodes do not agree which one is the "
                    "primary. Run again when the fail-over is over; check the nodes with rladmin status.",
                    cluster=self.url,
                    status=found.status,
                )
            self._peer = peer
            return found
        raise self._unreachable(request, follower, primary, problem)

    def _place(self, location: str, path: str) -> Place:
        primary = find_destination(location, path)
        if primary.port != parse_place(self.url).port:
            raise NotFollowed("the port differs from that in url")
        if primary == parse_place(self._peer.url):
            raise NotFollowed("the target is the same address")
        return primary

    def _ways_to(self, primary: Place) -> list[Peer]:
        """Return whom to ask, one after the other.

        This includes the other addresses of the node, where the cluster named them.

        Raises:
            NotFollowed: nothing would prove that it is the cluster's.
        """
        addresses = self._named.ways_to(primary.host, self.connection.node_address)
        known = [self._known(Place(address, primary.port)) for address in addresses]
        peers = [peer for peer in known if peer is not None]
        if not peers:
            raise NotFollowed(
                "the cluster has not named this address (GET /v1/nodes), so nothing proves that it is a node of the "
                "cluster"
            )
        return peers

    def _known(self, place: Place) -> Peer | None:
        """Return who is at an address, where the connection will prove that it is the cluster's; else None."""
        url = f"https://{place.netloc}"
        if url in self._peers:
            return self._peers[url]
        proofs = self._proofs(place)
        return self._made(url, proofs) if proofs else None

    def _proofs(self, place: Place) -> list[dict[str, str]]:
        """Return how a server at an address proves that it is the cluster's, see M(Peer); empty: nothing proves it."""
        if self._named.excludes(place.host):
            return []
        by_name = [{"server_hostname": self.connection.host}] if self.connection.validate_certs else []
        if self._named.nodes:
            return [*by_name, {}]
        # A certificate for its own address, anybody may have from the same CA.
        if by_name:
            return by_name
        leaf = self._leaf_at_url()
        return [assert_leaf(leaf)] if leaf else []

    def _leaf_at_url(self) -> str | None:
        """Return the fingerprint of the certificate that O(url) presents."""
        first = parse_place(self.url)
        seen = read_presented(first.host, first.port, first.host, self.connection.timeout)
        return seen.fingerprints[0] if seen.fingerprints and seen.problem is None else None

    def _made(self, url: str, names: list[dict[str, str]]) -> Peer:
        peer = self._peers[url] = self._new(url, names)
        return peer

    def _new(
        self, url: str, names: list[dict[str, str]], *, login: bool = True, headers: Mapping[str, str] | None = None
    ) -> Peer:
        if login:
            connection, context, sent = self.connection, self._context, authorization(self.connection, self.token)
        else:
            # A client certificate is a login, too.
            connection = replace(self.connection, client_cert=None, client_key=None)
            context, sent = tls_context(connection, verify=connection.validate_certs), None
        peer = Peer(connection, url, context, names, sent, headers=headers)
        self._apply_pin(peer)
        return peer

    def _apply_pin(self, peer: Peer) -> None:
        if self._pin is not None:
            peer.pin(self._pin, tls_context(peer.connection, verify=False))

    def _unreachable(
        self, request: str, follower: Peer, primary: Place, problem: CertificateError | None
    ) -> CertificateError:
        node = self._named.node_at(primary.host)
        which = node.uid if node else None
        named = f"node {which} at {primary.netloc}" if which is not None else primary.netloc
        why = f" ({problem.message.rstrip('.')})" if problem is not None else ""
        return CertificateError(
            "primary_unreachable",
            f"{request}: this node is not the primary. The primary is {named}, which cannot be reached from here{why}. "
            f"{_SET_URL}.",
            cluster=self.url,
            follower=follower.url,
            primary=primary.netloc,
        )
