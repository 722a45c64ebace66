# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The forced update of an Active-Active database, after which all participating clusters know each other again."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import Any

from .._api.cluster import if_visible, read_cluster
from .._api.replication import Crdb, CrdbTask
from .._errors import CertificateError
from .._product.releases import BLOCKED_FORCED_UPDATE
from .._state.installed import expired_names
from .._transport.retry import perhaps_made, poll_until, read_is_worth_waiting, write_may_be_repeated
from .steps import Cluster, Step

_ENDED = ("finished", "failed")


class ForcedUpdate(Step):
    """One forced update, and its task.

    It carries no values, so repeating it is harmless: it is sent again like the update of a certificate. No read shows
    whether an update was begun if the response was lost; the one that is sent again has a task, which shows its result.
    """

    def __init__(self, crdb: Crdb, *, needed: bool) -> None:
        named = f"{crdb.name} ({crdb.guid})" if crdb.name else crdb.guid
        super().__init__(f"Active-Active database {named}", needed=needed)
        self.crdb = crdb
        self._task = CrdbTask(None, ())

    def _take(self, cluster: Cluster) -> None:
        def noted(error: CertificateError) -> bool:
            # 409: another update is under way, and this one was not started.
            if error.kind == "task_unknown" or (perhaps_made(error) and error.data.get("status") != 409):
                self.outcome = "partial"
            return False

        try:
            task = cluster.retries.run(lambda: cluster.api.force_update(self.crdb.guid), write_may_be_repeated, noted)
        except CertificateError as error:
            raise _explained(error, cluster) if error.data.get("status") == 406 else error from None
        self.outcome = "partial"
        self._wait(cluster, str(task))
        if self._task.status != "finished" or self._task.errors:
            raise self._not_finished(cluster)
        self.outcome = "changed"

    def _wait(self, cluster: Cluster, task: str) -> None:
        """Ask for the task until it has ended, or for as long as the user wants.

        Raises:
            CertificateError: the task cannot be asked for.
        """
        unread: CertificateError | None = None
        for dummy in poll_until(time.monotonic() + cluster.wait_timeout):
            try:
                self._task, unread = cluster.api.crdb_task(task), None
            except CertificateError as error:
                if not read_is_worth_waiting(error):
                    raise
                unread = error
            if unread is None and self._task.status in _ENDED:
                return
        if unread is not None:
            raise unread

    def _not_finished(self, cluster: Cluster) -> CertificateError:
        status, errors = self._task
        if status in _ENDED:
            where = "; ".join(
                f"{error.cluster_name or 'a cluster without a name'} ({error.error_code or 'no error code'})"
                for error in errors
            )
            kind, problem = "update_failed", f"the update failed on {where or 'a cluster that the task does not name'}"
            next_step = "Fix that cluster, or the connection to it"
        else:
            kind = "update_not_finished"
            problem = (
                f"its task is still {status or 'in an unknown state'} after {cluster.wait_timeout:g} s (wait_timeout)"
            )
            next_step = "Check that all participating clusters can reach each other"
        return CertificateError(
            kind, f"{problem}. {next_step}, then run again with force=true.", cluster=cluster.api.url
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the update for results."""
        return {
            "guid": self.crdb.guid,
            "name": self.crdb.name,
            "clusters": list(self.crdb.clusters),
            "action": "update" if self.needed else "none",
            "outcome": self.outcome,
            "status": self._task.status,
            "errors": [error._asdict() for error in self._task.errors],
            "failure": self.failure.failure if self.failure else None,
        }


def _explained(error: CertificateError, cluster: Cluster) -> CertificateError:
    """Add the known bug that may be behind an update that is not accepted, if this version has it."""
    bug, api = BLOCKED_FORCED_UPDATE, cluster.api
    found = read_cluster(api, _ignore, needed=False)
    fixed = bug.fixed_in(found.versions)
    if fixed is None:
        return error
    stored = if_visible(api.certificates, _ignore) or {}
    expired = expired_names(stored, sorted(bug.names), datetime.now(timezone.utc))
    where = f"{' and '.join(expired)} of this cluster" if expired else "proxy or syncer of a participating cluster"
    return CertificateError(
        error.kind,
        f"{error.message} Version {found.version} refuses it when {where} has expired, also once it was replaced "
        f"({bug.id}). Replace what has expired, upgrade to {fixed} or newer, then run again with force=true.",
        **error.data,
    )


def _ignore(message: str) -> None:
    """Drop what cannot be read while an error is explained."""
