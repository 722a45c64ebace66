# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The replica sources of one destination database, and the new certificate of one source cluster in them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from .._api.replica_source import Pin, ReplicaSource
from .._api.replication import Database
from .._errors import CertificateError
from .._transport.retry import (
    answer_lost,
    perhaps_made,
    poll_until,
    read_is_worth_waiting,
    read_may_be_repeated,
    write_may_be_repeated,
)
from .steps import Cluster, Step

#: Why credentials are known to be masked.
MASKING_CLUSTER = "the cluster shows databases with masked credentials (mask_bdb_credentials)"
MASKED_SOURCE = "a password of a replica source is shown masked"


def credentials_masked(url: str, reason: str) -> CertificateError:
    """Make the error of replica sources that cannot be sent back as they were read.

    Source: vendor, cluster settings, C(mask_bdb_credentials), since 8.0.20.

    Args:
        reason: M(MASKING_CLUSTER) or M(MASKED_SOURCE).
    """
    return CertificateError(
        "credentials_masked",
        f"{reason}, and writing a source back would erase its password. Nothing was sent. Set "
        "mask_bdb_credentials to false (PUT /v1/cluster) and run again, then set it back.",
        cluster=url,
    )


class Repinning(Step):
    """One update of C(replica_sources).

    The server only replaces the list as a whole. So it is read right before each write, and all that is not the server
    certificate of an entry that is meant goes back as it came. A success says that the change was accepted: the
    database is C(active-change-pending) until it is in force, and refuses other changes meanwhile (vendor: REST API
    reference, PUT /v1/bdbs).
    """

    def __init__(self, database: Database, pin: Pin) -> None:
        super().__init__(
            f"Replica Of database {database.name or database.uid}", needed=any(map(pin.needed_by, database.sources))
        )
        self.database = database  # as it was read last
        self._pin = pin
        self._sources = database.sources  # as they were before the last write
        self._perhaps_made = False  # whether a write may have changed something
        self._deadline = 0.0  # until when the database may be busy, in terms of C(time.monotonic)

    def _take(self, cluster: Cluster) -> None:
        refused: CertificateError | None = None
        self._deadline = time.monotonic() + cluster.wait_timeout
        try:
            cluster.retries.run(
                lambda: self._write(cluster), _may_be_repeated, lambda error: self._made(cluster, error)
            )
        except CertificateError as error:
            refused = error
        if not self._perhaps_made:
            if refused is not None:
                raise refused
            self.outcome = "unchanged"  # a concurrent change has done it
            return
        # What was refused was perhaps done anyway; waiting shows no more than one look.
        unread = self._look(cluster, patient=refused is None)
        if self.outcome != "changed":
            raise refused or self._not_shown(cluster, unread)

    def _write(self, cluster: Cluster) -> None:
        sources = self._when_active(cluster).sources
        needed = any(map(self._pin.needed_by, sources))
        if needed or not self._perhaps_made:
            self._sources = sources
        if not needed:
            return
        if any(source.masked for source in sources):
            raise credentials_masked(cluster.api.url, MASKED_SOURCE)
        try:
            cluster.api.replace_sources(self.database.uid, [self._wanted(source).entry for source in sources])
        except CertificateError as error:
            # 409: another change is under way, and this one was not started.
            self._perhaps_made |= perhaps_made(error) and error.data.get("status") != 409
            raise
        self._perhaps_made = True

    def _when_active(self, cluster: Cluster) -> Database:
        """Wait until the database accepts a change.

        Raises:
            CertificateError: it cannot be read, or is busy for too long.
        """
        for dummy in poll_until(self._deadline):
            self._read(cluster)
            if self.database.active:
                return self.database
        raise CertificateError(
            "database_busy",
            f"the database is still {self.database.status} after {cluster.wait_timeout:g} s (wait_timeout), and takes "
            "no other change until it is active. Check its state in the Cluster Manager UI, then run again.",
            cluster=cluster.api.url,
        )

    def _wanted(self, source: ReplicaSource) -> ReplicaSource:
        return source.pinning(self._pin) if self._pin.needed_by(source) else source

    def _made(self, cluster: Cluster, error: CertificateError) -> bool:
        if not (self._perhaps_made and answer_lost(error)):
            return False
        self._look(cluster, patient=False)
        return self.outcome == "changed"

    def _read(self, cluster: Cluster) -> None:
        """Read it again, from the list of all databases: the contract of the API has no way to read a single one."""
        for database in cluster.api.databases():
            if database.uid == self.database.uid:
                self.database = database
                return
        raise CertificateError(
            "not_found", "the database is gone. Check that it was not deleted.", cluster=cluster.api.url
        )

    def _look(self, cluster: Cluster, *, patient: bool) -> CertificateError | None:
        """Set C(outcome) to what the API reports after a write, once the database is active.

        Return why it cannot be read, if so.

        Args:
            patient: whether to wait until it reports what was written, rather than until it is active.
        """
        unread: CertificateError | None = None
        self.outcome = "partial"
        for dummy in poll_until(time.monotonic() + cluster.wait_timeout):
            try:
                self._read(cluster)
            except CertificateError as error:
                unread = error
                if not read_is_worth_waiting(error):
                    break
                continue
            unread = None
            self.outcome = self._judge(self.database.sources) if self.database.active else "partial"
            if self.database.active and (self.outcome == "changed" or not patient):
                break
        return unread

    def _judge(self, sources: Sequence[ReplicaSource]) -> str:
        pin, before = self._pin, self._sources
        wanted = sum(pin.held_by(source) for source in map(self._wanted, before))
        if not any(map(pin.needed_by, sources)) and sum(map(pin.held_by, sources)) >= wanted:
            return "changed"
        same = [source.fingerprints for source in sources] == [source.fingerprints for source in before]
        return "failed_unchanged" if same else "partial"

    def _not_shown(self, cluster: Cluster, unread: CertificateError | None) -> CertificateError:
        after = f"after {cluster.wait_timeout:g} s (wait_timeout)"
        if unread is not None:
            problem = f"reading them back failed: {unread.message}"
        elif not self.database.active:
            problem = f"the database is still {self.database.status} {after}. Check its state, then run again."
        else:
            problem = f"the API still reports other sources {after}. Run again."
        return CertificateError(
            "not_proven", f"the cluster accepted the replica sources, but {problem}", cluster=cluster.api.url
        )

    def as_list(self) -> list[dict[str, Any]]:
        """Return one entry for each source that is meant, for results."""
        return [
            self._describe(position, source)
            for position, source in enumerate(self._sources)
            if self._pin.concerns(source)
        ]

    def _describe(self, position: int, source: ReplicaSource) -> dict[str, Any]:
        needed = self._pin.needed_by(source)
        outcome = self.outcome if needed else "unchanged"
        after = {"changed": self._pin.fingerprints, "partial": ()}.get(outcome, source.fingerprints)
        return {
            "uid": self.database.uid,
            "name": self.database.name,
            "source": {"position": position, "uid": source.uid, "host": source.host, "port": source.port},
            "action": "update" if needed else "none",
            "outcome": outcome,
            "before": _facts(source.fingerprints),
            "after": _facts(after),
            "failure": self.failure.failure if self.failure and needed else None,
        }


def _may_be_repeated(error: CertificateError) -> bool:
    return read_may_be_repeated(error) or write_may_be_repeated(error)


def _facts(fingerprints: Sequence[str]) -> dict[str, Any] | None:
    """Return the facts of a chain; None: it cannot be parsed, or is unknown."""
    if not fingerprints:
        return None
    return {"fingerprint": fingerprints[0], "chain_fingerprints": list(fingerprints)}
