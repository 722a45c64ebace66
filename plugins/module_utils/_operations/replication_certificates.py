# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Propagate a new C(proxy) or C(syncer) certificate to peers."""

from __future__ import annotations

import ipaddress
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from .._api.cluster import if_visible
from .._api.replica_source import Pin, normalise_host
from .._api.replication import Crdb, Database, ReplicationApi
from .._api.tokens import ensure_token_lasts
from .._argspec import CONNECTION_EXCLUSIVE, CONNECTION_SPEC
from .._change.interruption import deferred_signals
from .._connection import check_range
from .._errors import CertificateError, invalid_option
from .._operation import Context, Operation
from .._replication.forced_update import ForcedUpdate
from .._replication.preflight import SEEN_BY_PEERS, check_writable
from .._replication.repinning import Repinning
from .._replication.steps import Cluster, Step
from .._secrets import quoted
from .._state.desired import read_chain
from .._transport.retry import poll_until
from .._x509.certificate import sha256_fingerprints, to_pem, without_colons

#: A synchronisation with a peer that is under way (vendor: crdt_sources object, status).
_SYNCING = "syncing"

#: Seconds within which a synchronisation that is under way may come to its end by itself.
_SETTLE = 10

_WAITING = "databases are being updated; waiting for the end, again to stop at once"

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?")


class _Report:
    """What is known so far, for the result of a task that succeeds or fails."""

    def __init__(self) -> None:
        self.forced: list[ForcedUpdate] = []
        self.repinned: list[Repinning] = []

    @property
    def steps(self) -> list[Step]:
        """Return the steps in the order in which they are taken.

        Active-Active databases come first, since they are out of order until then.
        """
        return [*self.forced, *self.repinned]

    def as_dict(self, *, failed: bool) -> dict[str, Any]:
        made = any(step.outcome in ("changed", "partial") for step in self.steps)
        if failed:
            outcome = "partial" if made else "failed_unchanged"
        else:
            outcome = "changed" if made else "unchanged"
        return {
            "changed": made,
            "outcome": outcome,
            "active_active": [update.as_dict() for update in self.forced],
            "replica_of": [entry for one in self.repinned for entry in one.as_list()],
        }

    def diff(self) -> list[dict[str, Any]]:
        """Return the fingerprints, for diff mode."""
        return [
            {
                "before_header": f"database {entry['uid']}, replica source {entry['source']['position']}",
                "after_header": f"database {entry['uid']}, replica source {entry['source']['position']}",
                "before": _diff_side(entry["before"]),
                "after": _diff_side(entry["after"]),
            }
            for one in self.repinned
            for entry in one.as_list()
            if entry["action"] == "update"
        ]


def _diff_side(facts: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"chain_fingerprints": without_colons(facts["chain_fingerprints"])} if facts else {}


def run(task: Context) -> dict[str, Any]:
    """Propagate a new certificate to peers.

    Raises:
        CertificateError: an option is wrong, the cluster cannot be read, or not all databases could be updated.
    """
    report = _Report()
    try:
        return _run(task, report)
    except CertificateError as error:
        raise error.with_result(**{**report.as_dict(failed=True), **error.result}) from None


def _run(task: Context, report: _Report) -> dict[str, Any]:
    params = task.params
    check_range(params, "wait_timeout", 0, 86400, "seconds")
    pin = _pin(params, datetime.now(timezone.utc))
    api_leaf = params["api_fingerprint"] and _fingerprint("api_fingerprint", params["api_fingerprint"])
    needed = params["force"] or not SEEN_BY_PEERS.isdisjoint(params["updated"] or ())
    session, retries = task.connect()
    try:
        with session:
            if api_leaf:
                session.pin(api_leaf)
            api = ReplicationApi(session, retries)
            # Who only replicates, or asks, need not be allowed to see Active-Active databases.
            crdbs = api.crdbs() if needed else if_visible(api.crdbs, None) or []
            databases = api.databases() if pin is not None else []
            crdbs, databases = _limited(params["databases"], crdbs, databases)
            behind = _out_of_sync(api, crdbs, params["wait_timeout"]) if params["resynchronise"] else set()
            report.forced = [ForcedUpdate(crdb, needed=needed or crdb.guid in behind) for crdb in crdbs]
            if pin is not None:
                report.repinned = [Repinning(database, pin) for database in databases]
                if not any(one.as_list() for one in report.repinned):
                    task.warn(_nothing_pinned(api.url))
                _check(api, report, task)
            task.check_masking(report.as_dict(failed=False))
            if not task.check_mode:
                _outlast(api, report, task)
            cluster = Cluster(ReplicationApi(session), retries, params["wait_timeout"])
            with deferred_signals(task, _WAITING) as deferred:
                _take(report.steps, cluster, check_mode=task.check_mode)
                if deferred.signal is not None:
                    deferred.say("all databases are updated")
    except CertificateError as error:
        raise error.with_result(attempts=retries.attempts, retried=retries.log) from None
    return {**report.as_dict(failed=False), "diff": report.diff(), "attempts": retries.attempts, "retried": retries.log}


def _out_of_sync(api: ReplicationApi, crdbs: Sequence[Crdb], wait_timeout: float) -> set[str | None]:
    """Return the guids of the Active-Active databases that do not synchronise with all their peers.

    Raises:
        CertificateError: the databases cannot be read.
    """
    behind: set[str | None] = set()
    if not crdbs:
        return behind
    for dummy in poll_until(time.monotonic() + min(wait_timeout, _SETTLE)):
        databases = api.databases()
        behind = {one.crdb for one in databases if not one.in_sync}
        if not any(_SYNCING in one.peers for one in databases):
            break
    return behind


def _check(api: ReplicationApi, report: _Report, task: Context) -> None:
    """Check that what was read can be written back, see M(check_writable). When that fails, nothing at all is sent."""
    try:
        check_writable(api, [one for one in report.repinned if one.needed], task.warn)
    except CertificateError as error:
        for step in report.steps:
            if step.needed:
                step.refuse(error)
        raise


def _outlast(api: ReplicationApi, report: _Report, task: Context) -> None:
    """Ensure that the token lasts for all steps.

    Without such a token it is tried anyway: peers have to learn what changed.
    """
    needed = sum(step.needed and step.failure is None for step in report.steps)
    if not needed:
        return
    try:
        ensure_token_lasts(api, needed * (task.params["write_timeout"] + task.params["wait_timeout"]))
    except CertificateError as error:
        task.warn(error.message)


def _take(steps: Iterable[Step], cluster: Cluster, *, check_mode: bool) -> None:
    """Run all needed steps, one after the other, also after a failure; in check mode, only report what would fail.

    Raises:
        CertificateError: naming each database that failed.
    """
    needed = [step for step in steps if step.needed]
    for step in needed:
        if step.failure is None and not check_mode:
            step.take(cluster)
    failed = [f"{step.label}: {step.failure.message}" for step in needed if step.failure is not None]
    if failed:
        raise CertificateError(
            "not_propagated",
            f"{len(failed)} of {len(needed)} databases could not be updated, so their peers may refuse the new "
            f"certificate. {' '.join(failed)}",
            cluster=cluster.api.url,
        )


def _pin(params: Mapping[str, Any], now: datetime) -> Pin | None:
    """Return what replica sources are to pin, or None when the task is not about them.

    Raises:
        CertificateError: an option is wrong, or missing.
    """
    given = params["source_certificate"] or params["source_certificate_path"]
    hosts, old_fingerprint = params["source_hosts"] or (), params["source_old_fingerprint"]
    if not given and not hosts and not old_fingerprint:
        return None
    certificates = read_chain(params, "source_certificate", now)
    if not hosts and not old_fingerprint:
        raise invalid_option(
            "source_hosts",
            "missing",
            "Give it, or source_old_fingerprint, to say which replica sources are to get the certificate",
        )
    return Pin(
        to_pem(certificates),
        tuple(sha256_fingerprints(certificates)),
        tuple(map(_host, hosts)),
        _fingerprint("source_old_fingerprint", old_fingerprint) if old_fingerprint else None,
    )


def _host(given: str) -> str:
    host = normalise_host(given.strip())
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if not _HOST.fullmatch(host):
            # It is not repeated here: a URI may hold a password.
            raise invalid_option(
                "source_hosts",
                "every entry must be a host",
                "Give the FQDN of the source cluster, or addresses of its nodes, without scheme, user and port",
            ) from None
    return host


def _fingerprint(option: str, given: str) -> str:
    digits = given.strip().lower().replace(":", "")
    if not _FINGERPRINT.fullmatch(digits):
        raise invalid_option(
            option,
            "not a SHA-256 fingerprint",
            "Give 64 hexadecimal digits, with colons or without",
        )
    return bytes.fromhex(digits).hex(":")


def _limited(
    names: Sequence[str] | None, crdbs: list[Crdb], databases: list[Database]
) -> tuple[list[Crdb], list[Database]]:
    """Return those that are named.

    Raises:
        CertificateError: the cluster has no database of such a name.
    """
    if names is None:
        return crdbs, databases
    unknown = set(names)
    unknown.difference_update(*((crdb.guid, crdb.name) for crdb in crdbs))
    unknown.difference_update(*((str(database.uid), database.name) for database in databases))
    if unknown:
        raise invalid_option(
            "databases",
            f"the cluster has no database {', '.join(map(quoted, sorted(unknown)))}",
            "Give names, guids of Active-Active databases, or, with source_certificate, uids of databases",
        )
    return (
        [crdb for crdb in crdbs if not {crdb.guid, crdb.name}.isdisjoint(names)],
        [database for database in databases if not {str(database.uid), database.name}.isdisjoint(names)],
    )


def _nothing_pinned(url: str) -> str:
    return (
        f"{url}: no database replicates from such a source and pins its certificate. Check source_hosts and "
        "source_old_fingerprint, and that url is the cluster of the destination"
    )


OPERATION = Operation(
    run,
    {
        **CONNECTION_SPEC,
        "updated": {"type": "list", "elements": "str"},
        "force": {"type": "bool", "default": False},
        "resynchronise": {"type": "bool", "default": False},
        "source_certificate": {"type": "str"},
        "source_certificate_path": {"type": "path"},
        "source_hosts": {"type": "list", "elements": "str"},
        "source_old_fingerprint": {"type": "str"},
        "databases": {"type": "list", "elements": "str"},
        "api_fingerprint": {"type": "str"},
        "wait_timeout": {"type": "float", "default": 300},
    },
    mutually_exclusive=[*CONNECTION_EXCLUSIVE, ["source_certificate", "source_certificate_path"]],
)
