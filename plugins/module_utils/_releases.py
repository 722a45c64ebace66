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
from typing import Any

from . import _names


@functools.lru_cache(maxsize=64)  # a fleet has few versions, and each is compared with many
def sort_key(version: str) -> tuple[int, ...]:
    """The numbers of a version such as C(8.0.20-96), in the order in which they count."""
    # Python refuses to read numbers of thousands of digits, which an answer may hold.
    return tuple(int(number[:18]) for number in re.findall(r"\d+", version, re.ASCII))


def oldest(versions: Iterable[str]) -> str | None:
    """During an upgrade nodes differ: the oldest one says what the cluster can do."""
    return min(versions, key=sort_key, default=None)


def before(version: str | None, limit: str) -> bool:
    """Whether a version is known and older than C(limit)."""
    return version is not None and sort_key(version) < sort_key(limit)


#: The first release with C(PUT /v1/cluster/certificates).
BULK_UPDATE = "7.22.2"

#: The first release that takes a chain in which a certificate has no Common Name (RS61676).
CHAIN_WITHOUT_COMMON_NAMES = "7.4.3"

#: The first release whose nodes trust the intermediates of longer internode chains (RS194253).
LONG_INTERNODE_CHAINS = "8.0.20-68"

#: The first release whose internal rotation says so when it has missed a node (RS200137).
ROTATION_MISSES_NO_NODE = "8.2.0-46"


@dataclass(frozen=True)
class Hazard:
    """A known bug of the server that a change of certain certificates meets.

    Attributes:
        id: the vendor's bug number.
        names: the certificates whose change meets it.
        affected: pairs of releases: from the first one on, before the second one.
        description: what happens.
        advice: what is done about it, or is to be done.
        action: V(update) or V(rotate), the change that meets it.
    """

    id: str
    names: frozenset[str]
    affected: tuple[tuple[str, str], ...]
    description: str
    advice: str
    action: str = "update"

    def concerns(self, version: str | None, name: str) -> bool:
        """Whether a change of this certificate on this version meets it."""
        if version is None or name not in self.names:
            return False
        return any(not before(version, first) and before(version, fixed) for first, fixed in self.affected)

    def as_dict(self) -> dict[str, Any]:
        """For results."""
        return {"id": self.id, "description": self.description, "advice": self.advice}


CORRUPTED_PAIR = Hazard(
    "RS199373",
    frozenset({"ccs_internode_encryption"}),
    (("0", "8.0.20-68"),),
    "an update of ccs_internode_encryption together with others can corrupt a certificate and its key",
    "it is sent in a request of its own; let nothing else change certificates meanwhile",
)
UNTRUSTED_INTERMEDIATES = Hazard(
    "RS194253",
    _names.INTERNODE,
    (("0", LONG_INTERNODE_CHAINS),),
    "nodes do not trust the intermediates of an internode chain of three or more levels, and the cluster degrades",
    "use a certificate that the root issued directly",
)
API_OUTAGE = Hazard(
    "RS208996",
    _names.INTERNODE,
    (("0", "8.0.20-96"),),
    "after a customer-provided internode certificate is set, the API cannot be reached for several minutes",
    "the outage is waited for (options wait_timeout and verify_timeout)",
)
STALE_PROXY_WORKERS = Hazard(
    "RS122668",
    frozenset({"proxy"}),
    (("0", "7.8.6-36"), ("7.9", "7.22.0-95")),
    "new proxy workers can still serve the old certificate after an update (also RS154601)",
    "each proxy is asked by more fresh handshakes; look again later, and restart the proxies that serve the old one",
)
SKIPPED_NODES = Hazard(
    "RS200137",
    _names.INTERNODE,
    (("0", ROTATION_MISSES_NO_NODE),),
    "internal rotation skips nodes that are down, and never comes back to them",
    "it is refused while a node is not active, and every node is looked at after it",
    action="rotate",
)

HAZARDS = (CORRUPTED_PAIR, UNTRUSTED_INTERMEDIATES, API_OUTAGE, STALE_PROXY_WORKERS, SKIPPED_NODES)
