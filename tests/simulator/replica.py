# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replica Of: the sources of a destination database, and whether it can follow them."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from cryptography import x509

from .refusal import Refused
from .validation import parse

if TYPE_CHECKING:
    from .cluster import Cluster

_KINDS = {
    "uid": int,
    "uri": str,
    "server_cert": str,
    "client_cert": str,
    "encryption": bool,
    "compression": int,
}
_READ_ONLY = frozenset({"status", "lag", "last_error", "last_update", "rdb_size", "rdb_transferred"})
_CERTIFICATES = ("server_cert", "client_cert")
_UPDATED = "2026-01-05T08:00:00Z"


@dataclass(frozen=True)
class ReplicaSource:
    """A source of a destination database, as its administrator has set it up.

    :ivar uri: with the password of the source database in it.
    :ivar server_cert: PEM of what the source's proxy has to present, the whole chain; None where nothing is pinned.
    :ivar cluster: the simulated cluster behind ``uri``; None for a source that is none of ours, which never changes.
    """

    uri: str = field(repr=False)
    server_cert: str | None = field(default=None, repr=False)
    client_cert: str | None = field(default=None, repr=False)
    encryption: bool = False
    compression: int = 0
    cluster: Cluster | None = field(default=None, compare=False)

    @classmethod
    def of(cls, cluster: Cluster, password: str | None = None, host: str | None = None, bdb: int = 1) -> ReplicaSource:
        """Return a source: a database of a cluster that has started, with what it presents now pinned.

        :param password: of the source database; made up unless given.
        :param host: the address of its first node unless given; a name below its FQDN means all nodes.
        :param bdb: uid of the database.
        """
        port = next(one.port for one in cluster.bdbs if one.uid == bdb)
        login = f"admin:{quote(password or secrets.token_urlsafe(12), safe='')}"
        uri = f"rediss://{login}@{host or cluster.nodes[0].address}:{port}"
        return cls(uri, cluster.nodes[0].presents(bdb).certificate, encryption=True, cluster=cluster)


class Replica:
    """The sources of one destination database, by uid; replaced as a whole.

    :ivar read_only_refused: whether an entry may not carry the fields that only the server sets; they are ignored
        otherwise.
    :raises ValueError: the URI of a source is none.
    """

    def __init__(self, sources: Sequence[ReplicaSource]) -> None:
        self.read_only_refused = False
        self._lock = threading.Lock()
        self._sources = dict(enumerate(sources, 1))
        self._next_uid = len(sources) + 1
        self._first = {source.uri: source for source in sources}
        for uri in self._first:
            _place(uri)

    @property
    def sources(self) -> dict[int, ReplicaSource]:
        with self._lock:
            return dict(self._sources)

    def in_sync(self, source: ReplicaSource) -> bool:
        """Check whether all proxies behind the URI present what is pinned.

        A source that is none of ours presents what was pinned at first. A URI that was not there at first leads
        nowhere, or has a wrong password.
        """
        first = self._first.get(source.uri)
        if first is None:
            return False
        if first.cluster is None:
            return (source.encryption, source.server_cert) == (first.encryption, first.server_cert)
        served = _served(first.cluster, *_place(source.uri))
        return source.encryption and bool(served) and all(_same(source.server_cert, one) for one in served)

    def describe(self, masked: bool) -> list[dict[str, Any]]:
        """Return ``replica_sources``, URIs with their passwords as the API has them; what is not set is left out.

        :param masked: whether the login in each URI is hidden (cluster setting ``mask_bdb_credentials``).
        """
        return [self._describe(uid, source, masked) for uid, source in self.sources.items()]

    def _describe(self, uid: int, source: ReplicaSource, masked: bool) -> dict[str, Any]:
        value: dict[str, Any] = {"uid": uid, "uri": _masked(source.uri) if masked else source.uri}
        value |= {"encryption": source.encryption, "compression": source.compression}
        value |= {name: getattr(source, name) for name in _CERTIFICATES if getattr(source, name) is not None}
        if self.in_sync(source):
            return value | {"status": "in-sync", "lag": 12, "last_update": _UPDATED, "last_error": ""}
        error = "certificate verify failed" if source.encryption else "connection reset"
        return value | {"status": "out-of-sync", "lag": -1, "last_update": _UPDATED, "last_error": error}

    def replace(self, entries: object, dry_run: bool = False) -> None:
        """Put a list of entries in place of the present one.

        An entry with a uid takes the place of the present one of that uid, one without is new. A certificate that is
        not the entry's present one must be normalised PEM.

        :param dry_run: only validate it.
        :raises Refused: 400; nothing is changed.
        """
        if not isinstance(entries, list):
            raise _invalid("replica_sources needs to be a list")
        with self._lock:
            sources: dict[int, ReplicaSource] = {}
            for entry in entries:
                uid = self._uid(entry)
                if uid in sources:
                    raise _invalid("a uid is given twice")
                sources[uid] = _read(entry, self._sources.get(uid))
            if not dry_run:
                self._sources = sources

    def _uid(self, entry: object) -> int:
        refused = _READ_ONLY if self.read_only_refused else frozenset()
        if not isinstance(entry, dict) or not set(entry) <= (_KINDS.keys() | _READ_ONLY) - refused:
            raise _invalid("an entry of replica_sources is no object, or has an unknown or read-only field")
        if not all(_is(value, _KINDS[name]) for name, value in entry.items() if name in _KINDS):
            raise _invalid("a field of replica_sources has the wrong type")
        if "uid" not in entry:
            self._next_uid += 1
            return self._next_uid - 1
        uid: int = entry["uid"]
        if uid not in self._sources:
            raise _invalid("there is no source of this uid")
        return uid


def _masked(uri: str) -> str:
    """Return a URI with asterisks in place of the user and the password."""
    scheme, separator, rest = uri.partition("://")
    login, at, place = rest.rpartition("@")
    return f"{scheme}{separator}{'****:****' if login else ''}{at}{place}"


def _place(uri: str) -> tuple[str, int]:
    """Return the host and port of a URI.

    :raises ValueError: the URI is not valid, or has no host and port; without a word of it.
    """
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or not port or parts.scheme not in ("redis", "rediss"):
        raise ValueError("a uri is not of the form redis://user:password@host:port")
    return host, port


def _is(value: object, kind: type) -> bool:
    """Check whether a JSON value is of a kind; true and false are no numbers."""
    return isinstance(value, kind) and isinstance(value, bool) == (kind is bool)


def _invalid(text: str) -> Refused:
    return Refused(400, "invalid_schema", text)


def _read(entry: dict[str, Any], present: ReplicaSource | None) -> ReplicaSource:
    values = {name: value for name, value in entry.items() if name in _KINDS and name != "uid"}
    if "uri" not in values:
        raise _invalid("an entry of replica_sources needs a uri")
    source = ReplicaSource(**values)
    try:
        _place(source.uri)
    except ValueError as error:
        raise _invalid(str(error)) from None
    if source.encryption and source.server_cert is None:
        raise _invalid("encryption needs server_cert")
    for name in _CERTIFICATES:
        text = getattr(source, name)
        if text is not None and text != getattr(present, name, None):
            parse(text)
    return source


def _served(cluster: Cluster, host: str, port: int) -> list[str | None]:
    """Return what each of the proxies at this place presents; None for one that is down."""
    bdbs = [bdb for bdb in cluster.bdbs if bdb.tls and bdb.port == port]
    below = host == cluster.fqdn or host.endswith(f".{cluster.fqdn}")
    nodes = [node for node in cluster.nodes if below or host in (node.address, *node.external_addresses)]
    return [node.presents(bdb.uid).certificate if node.serves(bdb.service) else None for bdb in bdbs for node in nodes]


def _same(pinned: str | None, served: str | None) -> bool:
    try:
        first, second = (x509.load_pem_x509_certificates((text or "").encode()) for text in (pinned, served))
    except ValueError:
        return False
    return first == second
