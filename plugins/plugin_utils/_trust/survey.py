# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each cluster presents, and whether it verifies: by handshakes, without credentials and requests.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._concurrency import side_by_side
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import ENVIRONMENT, split_url
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.endpoints import Endpoint
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.served import Served
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._progress import following
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.tls_context import (
    trusting_context,
    trusting_nothing,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._transport.tls_handshake import (
    prepare_look,
)

from .._hosts import Host
from .._paths import placed
from .._variables import name_variables
from .anchors import Anchor, find_anchor

#: What is known of a cluster: it verifies; it would, if its trust anchor were trusted; the same, and a person has
#: confirmed the anchor; it does not verify for another reason; it presents nothing.
TRUSTED, UNTRUSTED, CONFIRMED, REFUSED, FAILED = "trusted", "untrusted", "confirmed", "refused", "failed"

#: What is wrong where more trust would change nothing, by M(_transport.tls_handshake.VerifyError).
_REASONS = {
    "not_yet_valid": "the certificate is not valid yet",
    "expired": "the certificate has expired",
    "wrong_purpose": "the certificate is not for servers (extended key usage)",
    "host_mismatch": "the subject alternative names (SAN) do not cover the host in redis_enterprise_url",
    "weak": "the key or the signature is too weak for this host's OpenSSL",
}


@dataclass(frozen=True)
class Seen:
    """One cluster, and what is known of it.

    Attributes:
        name: the host in the inventory.
        endpoint: where its API is; None: the variables do not say.
        path: of its file of CAs; None: the operating system's store is used.
        state: one of the above.
        anchor: what to trust; None: nothing was presented, or nothing else need be trusted.
        problem: why it is V(refused) or V(failed).
    """

    name: str
    endpoint: Endpoint | None
    path: str | None
    state: str = FAILED
    anchor: Anchor | None = None
    problem: str | None = None


def cluster_of(host: Host, path: str | None) -> Seen:
    """Return a cluster before the first look.

    Args:
        path: of the file of CAs, in place of the host's own.
    """
    try:
        url = host.value("redis_enterprise_url") or os.environ.get(ENVIRONMENT["url"])
        own = host.value("redis_enterprise_ca_path") or os.environ.get(ENVIRONMENT["ca_path"])
        own = placed(path or str(own)) if path or own else None
        if not url:
            return Seen(host.name, None, own, problem="redis_enterprise_url is missing")
        scheme, address, port = split_url(str(url))
    except CertificateError as error:
        return Seen(host.name, None, None, problem=name_variables(error.message))
    endpoint = Endpoint(None, address, port, "api", address)
    if scheme == "http":
        return Seen(
            host.name, endpoint, own, problem="redis_enterprise_url starts with http://, so nothing is presented"
        )
    return Seen(host.name, endpoint, own)


def look(clusters: Sequence[Seen], timeout: float, limit: int) -> list[Seen]:
    """Look at all clusters whose variables are right.

    Args:
        timeout: seconds, for each handshake.
        limit: how many are looked at side by side.
    """
    done: list[Seen] = []

    def look_at(one: Seen) -> Seen:
        found = one if one.problem or one.endpoint is None else _look(one, one.endpoint, timeout)
        done.append(found)
        return found

    with following(lambda: f"{len(done)} of {len(clusters)} clusters"):
        return side_by_side(look_at, clusters, limit)


def _look(one: Seen, endpoint: Endpoint, timeout: float) -> Seen:
    """Look at one cluster. A file that does not exist yet trusts nothing."""
    try:
        missing = one.path is not None and not os.path.exists(one.path)
        trust = trusting_nothing(prepare_look) if missing else trusting_context(one.path, prepare_look)
    except CertificateError as error:
        return replace(one, problem=name_variables(error.message))
    seen = Served.look(endpoint, trust, timeout)
    presented, verified = seen.presented, seen.verified
    if not presented.fingerprints or verified is None:
        return replace(one, state=FAILED, problem=presented.problem)
    anchor = find_anchor(presented.chain)
    if verified.fingerprints:
        return replace(one, state=TRUSTED, anchor=anchor)
    why = verified.verify_error
    if why is None:
        return replace(one, state=REFUSED, anchor=anchor, problem=verified.problem)
    if why.kind != "untrusted":
        return replace(one, state=REFUSED, anchor=anchor, problem=f"{_REASONS[why.kind]} ({why.message})")
    return replace(one, state=UNTRUSTED, anchor=anchor)


def confirm(clusters: Iterable[Seen], fingerprints: Collection[str]) -> list[Seen]:
    """Return the clusters, with those confirmed whose trust anchor a person has."""
    return [
        replace(one, state=CONFIRMED)
        if one.state == UNTRUSTED and one.anchor is not None and one.anchor.fingerprint in fingerprints
        else one
        for one in clusters
    ]


def by_anchor(clusters: Iterable[Seen]) -> dict[Anchor, list[Seen]]:
    """Return the trust anchors that are not trusted yet, each with the clusters that present it."""
    found: dict[str, tuple[Anchor, list[Seen]]] = {}
    for one in clusters:
        if one.anchor is not None and one.state in (UNTRUSTED, CONFIRMED):
            found.setdefault(one.anchor.fingerprint, (one.anchor, []))[1].append(one)
    return dict(found.values())


def ca_file_of(one: Seen) -> str:
    """Return the path of the file of CAs of a cluster.

    Raises:
        CertificateError: it has none.
    """
    if one.path is None:
        raise CertificateError(
            "invalid_option",
            f"host {one.name}: redis_enterprise_ca_path is missing. Set it to the file that the certificate is to be "
            "added to. Nothing was written.",
            option="path",
        )
    return one.path


def unwritten(clusters: Iterable[Seen], problems: Mapping[str, str]) -> list[Seen]:
    """Return the clusters, those that were confirmed with why their file of CAs could not be written.

    Args:
        problems: by the path of the file.
    """
    return [
        replace(one, state=REFUSED, problem=problems[one.path])
        if one.state == CONFIRMED and one.path is not None and one.path in problems
        else one
        for one in clusters
    ]


def verify(clusters: Sequence[Seen], timeout: float, limit: int) -> list[Seen]:
    """Return the clusters, those that were confirmed with whether they verify now.

    Args:
        timeout: as for M(look).
        limit: the same.
    """
    again = [one for one in clusters if one.state == CONFIRMED]
    found = {one.name: one for one in look(again, timeout, limit)}
    return [_still_refused(found[one.name]) if one.name in found else one for one in clusters]


def _still_refused(one: Seen) -> Seen:
    if one.state != UNTRUSTED:
        return one
    return replace(one, state=REFUSED, problem="does not verify with what was confirmed; run this again")


def fails(one: Seen, fingerprints: Collection[str]) -> bool:
    """Return whether a run fails for a cluster: nothing else is asked of one before a person has confirmed anything."""
    return one.state in (REFUSED, FAILED) or (one.state == UNTRUSTED and bool(fingerprints))
