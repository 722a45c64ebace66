# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Which databases a new C(syncer) certificate cuts off from what they replicate. Pure.

A source that requires client certificates lists the C(syncer) certificate of the destination in its
C(authentication_ssl_client_certs), and refuses any other (vendor: Replica Of with mutual TLS). Whether a source demands
them, the destination does not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._api import fields
from .._api.replica_source import ReplicaSource
from .._hostnames import host_and_port


def syncer_refusals(bdbs: Iterable[Mapping[str, Any]]) -> list[str]:
    """Name the databases that replicate over TLS, each with its sources, which may refuse a new C(syncer) certificate.

    Args:
        bdbs: of the cluster that is to get the certificate, as C(GET /v1/bdbs) gives them.
    """
    found = []
    for bdb in bdbs:
        sources = map(ReplicaSource.of, fields.entries(bdb, "replica_sources"))
        places = dict.fromkeys(_place(source) for source in sources if source.encrypted)
        if places:
            found.append(f"{fields.text(bdb, 'name') or fields.uid(bdb)} (from {', '.join(places)})")
    return found


def _place(source: ReplicaSource) -> str:
    if source.host is None:
        return "a source without a valid host"
    return host_and_port(source.host, source.port)


def syncer_warning(refusals: Sequence[str]) -> str:
    """Compose the warning before the write.

    Args:
        refusals: see M(syncer_refusals); not empty.
    """
    return (
        f"syncer: these databases replicate over TLS: {'; '.join(refusals)}. Where the source demands client "
        "certificates, it refuses the new one until the source database lists it in authentication_ssl_client_certs. "
        "Add it there beside the old one first, and remove the old one after the change."
    )
