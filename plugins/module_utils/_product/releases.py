# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What a version of the server software can do, and which known bugs it has. Data; others act on it.

Source of all of it: vendor, release notes of Redis Software, by bug number.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from .names import INTERNODE


@functools.lru_cache(maxsize=64)  # a fleet has few versions, and each is compared with many
def version_key(version: str) -> tuple[int, ...]:
    """Return the numbers of a version such as C(8.0.20-96), in the order in which they count."""
    # Python refuses to read numbers of thousands of digits, which an answer may hold.
    return tuple(int(number[:18]) for number in re.findall(r"\d+", version, re.ASCII))


def oldest_version(versions: Iterable[str]) -> str | None:
    """Return the oldest version: during an upgrade nodes differ, and the oldest one says what the cluster can do.

    Which known bugs it has, all of them say: see M(Hazard).
    """
    return min(versions, key=version_key, default=None)


def is_before(version: str | None, limit: str) -> bool:
    """Return whether a version is known and older than C(limit)."""
    return version is not None and version_key(version) < version_key(limit)


#: The first release with C(PUT /v1/cluster/certificates).
BULK_UPDATE = "7.22.2"

#: The first release that takes a chain in which a certificate has no Common Name (RS61676, all of 7.4).
CHAIN_WITHOUT_COMMON_NAMES = "7.8"

#: The first release that takes a chain with extensions that it does not know (RS125930).
UNKNOWN_EXTENSIONS = "7.4.2-216"

#: The first release that compares the type of a key with the configured cipher suites.
KEY_TYPE_CHECKED = "8.2.0"

#: The first release whose internal rotation says so when it has missed a node (RS200137).
ROTATION_MISSES_NO_NODE = "8.2.0-46"


@dataclass(frozen=True)
class Hazard:
    """A known bug, or a documented trap, of the server.

    Attributes:
        id: the vendor's bug number, or a word where there is none.
        names: the certificates that it is about; empty: not about certain ones.
        affected: pairs of releases: from the first one on, before the second one.
        description: what happens.
        remedy: what is done about it, or is to be done.
        action: what meets it: V(update), V(delete) or V(rotate) of a certificate; V(propagate) to the peers of a
            database after that; V(read), anything else that an API or a metric reports.
    """

    id: str
    names: frozenset[str]
    affected: tuple[tuple[str, str], ...]
    description: str
    remedy: str
    action: str = "update"

    def _fix(self, version: str) -> str | None:
        ranges = ((first, fixed) for first, fixed in self.affected if not is_before(version, first))
        return next((fixed for _first, fixed in ranges if is_before(version, fixed)), None)

    def among(self, versions: frozenset[str]) -> list[str]:
        """Return which of the versions of a cluster's nodes have it, the oldest first. One node with it is enough."""
        return sorted((one for one in versions if self._fix(one) is not None), key=version_key)

    def fixed_in(self, versions: frozenset[str]) -> str | None:
        """Return the first release without it after all of these versions, or None if none of them has it."""
        fixes = (self._fix(version) for version in versions)
        return max((fixed for fixed in fixes if fixed is not None), key=version_key, default=None)

    def concerns(self, versions: frozenset[str], name: str) -> bool:
        """Return whether one of these versions has it, for this certificate."""
        return name in self.names and bool(self.among(versions))


_PEERS = frozenset({"proxy", "syncer"})

#: Later than any release: no version without the hazard is known.
_NOT_FIXED = "99"

CORRUPTED_PAIR = Hazard(
    "RS199373",
    frozenset({"ccs_internode_encryption"}),
    (("0", "8.0.20-68"), ("8.2.0", "8.2.0-26")),
    "an update of ccs_internode_encryption together with others can corrupt a certificate and its key",
    "it is sent in a separate request; do not change other certificates meanwhile",
)
UNTRUSTED_INTERMEDIATES = Hazard(
    "RS194253",
    INTERNODE,
    (("0", "8.0.20-68"), ("8.2.0", "8.2.0-26")),
    "nodes do not trust the intermediates of an internode chain of three or more levels, and the cluster degrades",
    "use a certificate that the root issued directly",
)
API_OUTAGE = Hazard(
    "RS208996",
    INTERNODE,
    (("0", "8.0.20-96"), ("8.2.0", "8.2.0-47")),
    "after a customer-provided internode certificate is set, the API cannot be reached for several minutes",
    "wait_timeout and verify_timeout have to cover the outage",
)
UNRELIABLE_READ_BACK = Hazard(
    "RS176540",
    INTERNODE,
    (("7.22.2-14", "7.22.2-41"), ("8.0.2-17", "8.0.2-41")),
    "the API may report another internode certificate than the one that it stored",
    "a certificate that differs when it is read back is not counted as a failure; keep a copy of the old "
    "one, since a roll-back can only send what the API reported",
)
STALE_PROXY_WORKERS = Hazard(
    "RS122668",
    frozenset({"proxy"}),
    (("0", "7.8.6-36"), ("7.9", "7.22.0-95")),
    "new proxy workers can still serve the old certificate after an update (also RS154601)",
    "each proxy is asked by more fresh handshakes; look again later, and restart the proxies that serve the old one",
)
BLOCKED_FORCED_UPDATE = Hazard(
    "RS125934",
    _PEERS,
    (("0", "7.8.2-34"),),
    "the forced update of Active-Active databases is refused while proxy or syncer has expired",
    "upgrade to 7.8.2-34 or newer first, or expect the databases to stop synchronising until then",
    action="propagate",
)
EXPIRED_CLIENT_CERTIFICATE = Hazard(
    "RS133653",
    _PEERS,
    (("0", "7.8.2-34"),),
    "every update of a database is refused while one of its client certificates has expired",
    "remove or replace the expired client certificate of the database first",
    action="propagate",
)
SHORT_LIVED_TASKS = Hazard(
    "RS171560",
    _PEERS,
    (("0", "7.22.2-20"),),
    "the result of a task may be kept for less long than X-Result-TTL says",
    "a task that the cluster no longer knows may have finished",
    action="propagate",
)
LDAP_LOGIN = Hazard(
    "RS193156",
    frozenset({"ldap_client"}),
    (("8.0.16-33", "8.0.18-23"),),
    "without an ldap_client certificate, LDAP users cannot log in to the Cluster Manager UI",
    "keep ldap_client until the cluster runs 8.0.18-23 or newer",
    action="delete",
)
SKIPPED_NODES = Hazard(
    "RS200137",
    INTERNODE,
    (("0", ROTATION_MISSES_NO_NODE),),
    "internal rotation skips nodes that are down, and never retries them",
    "it is refused while a node is not active, and every node is checked afterwards",
    action="rotate",
)
WILDCARDS_LEFT_OUT = Hazard(
    "RS170611",
    frozenset({"api", "cm", "metrics_exporter", "proxy"}),
    (("0", "8.0.2-17"),),
    "the script of the vendor that makes self-signed certificates writes wildcard names wrongly",
    "issue the certificate with a CA, or check the names of what the script made",
    action="read",
)
LEFTOVER_FILES = Hazard(
    "RS187553",
    frozenset(),
    (("0", "8.0.20-19"),),
    "files of deleted databases raise false expiry alerts and metrics",
    "compare an alert or a metric with the certificates that the cluster has",
    action="read",
)
LOGIN_ON_PRIMARY_ONLY = Hazard(
    "RS162972",
    frozenset(),
    (("7.8.4-18", "7.22.2-14"), ("8.0.0", "8.0.2-17")),
    "login by client certificate works on the primary node only",
    "use the address of the primary in url",
    action="read",
)
FIPS_CIPHERS = Hazard(
    "RS190875",
    frozenset(),
    (("0", "8.0.20-44"), ("8.2.0", "8.2.0-25")),
    "in FIPS mode a change of cipher suites is refused (tls_cipher_update_not_allowed)",
    "choose a key type that fits the cipher suites that are configured",
    action="read",
)
PEERS_DISTRUST_API = Hazard(
    "peers_distrust_api",
    frozenset({"api"}),
    (("8.2.0", _NOT_FIXED),),
    "peers of Active-Active databases that log in by certificate check api against the CA that they know "
    "(trusted_ca of certificate_auth), and cannot manage this cluster while api is from another CA",
    "add the new CA to trusted_ca at the peers before the change",
    action="propagate",
)

HAZARDS = (
    CORRUPTED_PAIR,
    UNTRUSTED_INTERMEDIATES,
    API_OUTAGE,
    UNRELIABLE_READ_BACK,
    STALE_PROXY_WORKERS,
    BLOCKED_FORCED_UPDATE,
    EXPIRED_CLIENT_CERTIFICATE,
    SHORT_LIVED_TASKS,
    LDAP_LOGIN,
    SKIPPED_NODES,
    WILDCARDS_LEFT_OUT,
    LEFTOVER_FILES,
    LOGIN_ON_PRIMARY_ONLY,
    FIPS_CIPHERS,
    PEERS_DISTRUST_API,
)
