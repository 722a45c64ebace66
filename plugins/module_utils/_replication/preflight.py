# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The checks before peers are updated: what the cluster would refuse, and what would be destroyed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timezone

from .._api.cluster import if_visible, read_cluster
from .._api.replication import Database, ReplicationApi
from .._errors import CertificateError
from .._product.releases import EXPIRED_CLIENT_CERTIFICATE
from .._transport.retry import Retries
from .._transport.session import Session
from .._x509.certificate import CertificateParseError, parse_pem
from .._x509.facts import chain_facts
from .repinning import MASKED_SOURCE, MASKING_CLUSTER, Repinning, credentials_masked

#: After a change of one of these, the peers of an Active-Active database refuse to synchronise.
SEEN_BY_PEERS = frozenset({"proxy", "syncer"})


def has_peers(session: Session, retries: Retries, names: Collection[str]) -> bool:
    """Return whether there are databases whose peers have to be updated after a change.

    Args:
        names: the certificates that are about to change.

    Raises:
        CertificateError: they cannot be read with this login.
    """
    try:
        return bool(ReplicationApi(session, retries).crdbs())
    except CertificateError as error:
        raise CertificateError(
            error.kind,
            "peers of Active-Active databases have to be updated next (replication_follows), and the databases cannot "
            f"be read: {error.message} Nothing was changed.",
            **error.data,
        ).about(", ".join(sorted(names))) from None


def check_writable(api: ReplicationApi, steps: Sequence[Repinning], warn: Callable[[str], None]) -> None:
    """Check that what was read can be written back, in check mode too.

    A step whose database the cluster would refuse to change is refused; the others are still updated.

    Args:
        steps: those that are needed.
        warn: called where the version cannot be read.

    Raises:
        CertificateError: credentials are masked, so that writing them back would destroy them.
    """
    if not steps:
        return
    settings = if_visible(api.cluster, None) or {}
    if settings.get("mask_bdb_credentials") is True:
        raise credentials_masked(api.url, MASKING_CLUSTER)
    if any(source.masked for step in steps for source in step.database.sources):
        raise credentials_masked(api.url, MASKED_SOURCE)
    now = datetime.now(timezone.utc)
    expired = [(step, ended) for step in steps for ended in [_expired_clients(step.database, now)] if ended]
    if expired:
        found = read_cluster(api, warn, needed=False)
        fixed = EXPIRED_CLIENT_CERTIFICATE.fixed_in(found.versions)
        for step, ended in expired if fixed else ():
            step.refuse(
                CertificateError(
                    "client_certificate_expired",
                    f"version {found.version} refuses every update of a database while one of its client certificates "
                    f"has expired ({EXPIRED_CLIENT_CERTIFICATE.id}): {', '.join(ended)}. Replace or remove the expired "
                    "certificate in authentication_ssl_client_certs or authentication_ssl_crdt_certs of the database, "
                    f"or upgrade to {fixed} or newer, then run again.",
                    cluster=api.url,
                )
            )


def _expired_clients(database: Database, now: datetime) -> list[str]:
    """Describe the client certificates of a database that have expired."""
    found = []
    for pem in database.client_certificates:
        try:
            facts = chain_facts(parse_pem(pem), now)
        except CertificateParseError:
            continue  # what that means, only the cluster knows
        if facts["expired"]:
            found.append(f"{facts['subject'] or 'one without a subject'} (expired on {facts['not_after']})")
    return found
