# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""One source that a Replica Of database replicates, and which of them a new certificate concerns. Pure.

An entry of C(replica_sources) holds a password in its C(uri), and perhaps a private key beside its certificates. It is
kept as a Secret, and the known parts are extracted when it is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .._hostnames import comparable_host
from .._secrets import Secret
from .._x509.certificate import CertificateParseError, not_after, parse_pem, sha256_fingerprints
from . import fields

#: What is between the user info of a URI and its path. No "@": it ends the user info, and a password may hold it.
_AUTHORITY = re.compile(r"(?P<host>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:(?P<port>[0-9]{1,5}))?([/?#][^@]*)?")


#: What servers show in place of a password.
_MASK = re.compile(r"\*+")


@dataclass(frozen=True)
class ReplicaSource:
    """One entry of C(replica_sources)."""

    uid: int | str | None
    host: str | None  # of its URI, lower-case; None where the URI is none
    port: int | None
    pins: bool  # whether it has a server certificate, be it one that cannot be parsed
    fingerprints: tuple[str, ...]  # of the server certificate, leaf first
    not_after: datetime | None  # when its leaf expires, in UTC; None: it cannot be parsed, or is out of range
    encrypted: bool  # whether it is followed over TLS
    masked: bool  # whether a password or a key of it is shown masked, so that what was read must not be sent back
    entry: Secret  # JSON, all that the API gave

    @classmethod
    def of(cls, entry: Any) -> ReplicaSource:
        """Take out what may be known. Never raises: one odd entry must not hide the others."""
        facts: Mapping[str, Any] = entry if isinstance(entry, dict) else {}
        server_cert, uri = facts.get("server_cert"), facts.get("uri")
        host, port = address(uri)
        try:
            pinned = parse_pem(fields.exact(facts, "server_cert") or "")
        except CertificateParseError:
            pinned = ()
        return cls(
            fields.uid(facts),
            host,
            port,
            bool(server_cert),
            tuple(sha256_fingerprints(pinned)),
            not_after(pinned[0]) if pinned else None,
            facts.get("encryption") is True or bool(server_cert) or str(uri).lower().startswith("rediss:"),
            any(map(_is_masked, facts.values())),
            Secret(json.dumps(entry)),
        )

    def pinning(self, certificate: Pin) -> ReplicaSource:
        """Return the same entry with another server certificate; nothing else in it is touched."""
        entry = {**json.loads(self.entry.reveal()), "server_cert": certificate.pem}
        return replace(self, fingerprints=certificate.fingerprints, not_after=None, entry=Secret(json.dumps(entry)))


@dataclass(frozen=True)
class Pin:
    """The server certificate that entries should have, and which entries these are.

    Attributes:
        pem: the certificate and its issuers, normalised.
        fingerprints: of them, leaf first.
        hosts: where given, the host of an entry's URI is one of these, or below one.
        old_fingerprint: where given, of the leaf that an entry pins, unless it pins the new certificate already.
    """

    pem: str
    fingerprints: tuple[str, ...]
    hosts: tuple[str, ...]
    old_fingerprint: str | None

    def concerns(self, source: ReplicaSource) -> bool:
        """Return whether an entry is meant. One that pins nothing never is."""
        if not source.pins or (self.hosts and not any(belongs(source.host, host) for host in self.hosts)):
            return False
        return self.old_fingerprint in (None, *source.fingerprints[:1]) or self.held_by(source)

    def held_by(self, source: ReplicaSource) -> bool:
        """Return whether an entry has the certificate."""
        return source.fingerprints == self.fingerprints

    def needed_by(self, source: ReplicaSource) -> bool:
        """Return whether an entry is meant and has another certificate."""
        return self.concerns(source) and not self.held_by(source)


def _is_masked(value: Any) -> bool:
    """Return whether a value is a mask, or a URI with one as its password."""
    if not isinstance(value, str):
        return False
    user_info = value.partition("://")[2].rpartition("@")[0]
    return any(_MASK.fullmatch(text) for text in (value, user_info, user_info.partition(":")[2]))


def address(uri: Any) -> tuple[str | None, int | None]:
    """Return host and port of a URI, and nothing of its user info, even where that is not escaped as it should be."""
    if not isinstance(uri, str):
        return None, None
    _scheme, separator, rest = uri.partition("://")
    found = _AUTHORITY.fullmatch(rest.rpartition("@")[2]) if separator else None
    if found is None:
        return None, None
    return normalise_host(found["host"]), int(found["port"]) if found["port"] else None


def normalise_host(host: str) -> str:
    """Return a host in the form in which hosts are compared."""
    return comparable_host(host.strip("[]"))


def belongs(host: str | None, given: str) -> bool:
    """Return whether a host is a cluster's FQDN or address, or a name that a certificate of that cluster covers.

    Those are one label below C(fqdn) or C(internal.fqdn) (vendor: certificate requirements). What is deeper may be
    another cluster, whose FQDN ends in this one's.
    """
    if host is None or host == given:
        return host == given
    below = host[: -len(given) - 1].split(".") if host.endswith(f".{given}") else []
    return len(below) == 1 or (len(below) == 2 and below[1] == "internal")
