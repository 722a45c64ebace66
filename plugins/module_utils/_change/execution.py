# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What updates and internal rotations have in common: the session that they read in, and the change itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from .._api.client import Api, Stored
from .._api.cluster import Cluster, with_primary_now
from .._api.tokens import ensure_token_lasts
from .._connection import check_range
from .._errors import CertificateError
from .._operation import Context, internal_error
from .._product.releases import UNRELIABLE_READ_BACK
from .._transport.retry import Retries
from .evidence import Evidence
from .internal_rotation import InternalRotation
from .interruption import deferred_signals
from .outcome import PARTIAL, Outcome, explain
from .result import Report
from .transaction import Transaction

_WAITING = "certificates are being changed; waiting for the proof, again to stop at once"


@contextmanager
def reading(task: Context, report: Report) -> Iterator[tuple[Api, Retries, Mapping[str, Stored]]]:
    """Connect, and give what the cluster reports; whatever fails inside, the report has what is known by then.

    Raises:
        CertificateError: a timeout is out of range, or it cannot be read.
    """
    for option in ("wait_timeout", "verify_timeout"):
        check_range(task.params, option, 0, 86400, "seconds")
    session, retries = task.connect()
    report.common.update(attempts=retries.attempts, retried=retries.log)
    try:
        with session:
            api = Api(session, retries)
            report.common["cluster"] = Cluster.unknown().as_dict(api.url)
            yield api, retries, api.certificates()
    except CertificateError as error:
        report.common.update(error.result)
        raise
    finally:
        report.common["attempts"] = retries.attempts


def execute(
    task: Context, api: Api, cluster: Cluster, changes: Transaction | InternalRotation, report: Report
) -> Evidence:
    """Make the changes, and record their outcome.

    Raises:
        CertificateError: they were not made, or not everywhere.
    """
    ensure_token_lasts(api, longest_change(task.params))
    with deferred_signals(task, _WAITING) as deferred, _perhaps_changed(report):
        outcome = changes.run()
        report.note(outcome.changes)
        if outcome.on_disk:
            task.warn(
                f"{', '.join(outcome.on_disk)}: the cluster could not remove the files from the disk of every node "
                "(HTTP 500), so they may be left there, a private key included. Look for them on every node and remove "
                "them, or set the certificate and delete it again once every node is well."
            )
        error = explain(outcome)
        if error is not None:
            raise error
        if deferred.signal is not None:
            deferred.say(_changed(outcome))
    report.common["cluster"] = with_primary_now(api, cluster).as_dict(api.url)
    note_evidence(outcome.evidence, list(outcome.changes), report.common, task.warn)
    return outcome.evidence


@contextmanager
def _perhaps_changed(report: Report) -> Iterator[None]:
    """Record, after a failure that was not foreseen, that certificates may have been changed.

    Raises:
        CertificateError: V(internal_error), in place of that failure.
    """
    try:
        yield
    except CertificateError:
        raise
    except BaseException as error:
        names = [change.name for change in report.pending]
        report.note(dict.fromkeys(names, PARTIAL))
        found = internal_error(error).about(", ".join(names)).with_result(changed=True, outcome=PARTIAL)
        raise found.adding(
            "Certificates may have been changed. Read them with cluster_certificate_info; run again with force=true."
        ) from None


def _changed(outcome: Outcome) -> str:
    summary = outcome.evidence.summary()
    return f"{', '.join(outcome.changes)}: changed, proven at {summary['verified']} of {summary['of']} places"


def longest_change(params: Mapping[str, Any]) -> float:
    """Return how long a change and its proof may take, and the way back as long again, in seconds."""
    way = params["write_timeout"] + params["wait_timeout"] + params["verify_timeout"]
    return float(2 * way if params.get("rollback") else way)


def note_evidence(
    evidence: Evidence, names: Sequence[str], common: dict[str, Any], warn: Callable[[str], None]
) -> None:
    """Fill a result with what was proven, and say what was not though it could have been.

    Args:
        names: of the certificates that were changed.
        common: of a M(Report).
    """
    common["nodes"] = evidence.proof.as_list()
    common["proof"] = evidence.summary()
    about = ", ".join(names)
    if evidence.unread is not None:
        warn(f"{about}: proven on every node, but not read back from the API: {evidence.unread.message}")
    elif not evidence.reported:
        bug = UNRELIABLE_READ_BACK
        warn(f"{about}: {bug.id}: the API reports another certificate than the one that was sent, as this version does")
    if evidence.proof.unreachable:
        warn(
            f"{about}: not proven where no connection was possible, before the change or after it: "
            f"{'; '.join(map(str, evidence.proof.unreachable))}"
        )
