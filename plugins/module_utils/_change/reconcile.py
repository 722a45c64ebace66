# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Reconcile the certificates of a cluster with the desired ones: read, plan, check, write, prove; all or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone

from .._api.client import Api, Stored
from .._api.cluster import read_cluster
from .._api.tokens import warn_if_token_ends
from .._errors import CertificateError, combined
from .._operation import Context
from .._probe.witnesses import build_prover, exporter_state, visible_databases
from .._product.releases import API_OUTAGE, BULK_UPDATE, CORRUPTED_PAIR, UNRELIABLE_READ_BACK, is_before
from .._replication.preflight import SEEN_BY_PEERS, has_peers
from .._replication.syncer import syncer_refusals, syncer_warning
from .._state.installed import expired_names, parse_installed
from .._transport.retry import Retries
from .evidence import Evidence
from .execution import execute, longest_change, reading
from .hazards import drop_misreported, find_hazards, spare_ldap_client
from .lockout import warn_about_next_run
from .plan import Change, plan_change
from .preflight import check_nodes_active, enforce_requirements, find_problems, warn_without_way_back
from .result import Report
from .settings import Settings
from .transaction import Transaction
from .unchanged import look_at_unchanged, plan_repairs
from .wanted import Wanted, list_unlisted

_DISTURBING = (CORRUPTED_PAIR, API_OUTAGE)


def reconcile(task: Context, certificates: Sequence[Wanted], report: Report, *, purge_optional: bool = False) -> None:
    """Ensure that the cluster has exactly these certificates, by one transaction.

    Args:
        report: filled as it goes.
        purge_optional: whether optional certificates that are not wanted are deleted.

    Raises:
        CertificateError: naming the certificates. C(result) has what the report's C(common) then has.
    """
    now = datetime.now(timezone.utc)
    with reading(task, report) as (api, retries, stored):
        report.plan(_changes(task, stored, certificates, purge_optional, now))
        unchanged = _to_be_seen(task, report)
        evidence = _make(task, api, retries, stored, report, unchanged, now) if report.pending or unchanged else None
    report.succeeded(evidence)


def _to_be_seen(task: Context, report: Report) -> list[Change]:
    """Return the certificates that need no change but are to be checked on the nodes (O(verify_unchanged))."""
    if not task.params["verify_unchanged"] or task.params["verify"] == "none":
        return []
    return [change for change in report.changes if change.action == "none" and change.new.fingerprints]


def _changes(
    task: Context, stored: Mapping[str, Stored], certificates: Sequence[Wanted], purge_optional: bool, now: datetime
) -> list[Change]:
    everything = [*certificates, *(list_unlisted(certificates, stored) if purge_optional else ())]
    installed = parse_installed(stored, [one.name for one in everything], now)

    def planned(one: Wanted) -> Change | CertificateError:
        try:
            return plan_change(one, installed[one.name], force=task.params["force"], now=now)
        except CertificateError as error:
            return error.about(one.name)

    plans = [planned(one) for one in everything]
    errors = [plan for plan in plans if isinstance(plan, CertificateError)]
    if errors:
        raise combined(errors)
    return [plan for plan in plans if isinstance(plan, Change)]


def _make(
    task: Context,
    api: Api,
    retries: Retries,
    stored: Mapping[str, Stored],
    report: Report,
    unchanged: Sequence[Change],
    now: datetime,
) -> Evidence | None:
    """Check everything, then make the changes; None in check mode, or where there are none.

    Args:
        unchanged: certificates to check on the nodes, and to write again if one of them has missed an update.
    """
    params, common = task.params, report.common
    cluster = read_cluster(api, task.warn, needed=bool(report.pending))
    common["cluster"] = cluster.as_dict(api.url)
    # Databases present proxy; the sources that they replicate may refuse a new syncer, and no unchanged one.
    replaced = {change.name for change in report.pending}
    concerned = "syncer" in replaced or "proxy" in replaced.union(change.name for change in unchanged)
    bdbs = visible_databases(api, task.warn) if concerned else ()
    if unchanged:
        report.seen = look_at_unchanged(task, api, stored, unchanged, cluster, bdbs)
        repairs = plan_repairs(task, api, report.seen, unchanged, cluster, now)
        report.plan([repairs.get(change.name, change) for change in report.changes])
    needed = spare_ldap_client(report.pending, cluster, task.warn)
    if not params["force"]:
        needed = drop_misreported(needed, cluster, task.warn)
    spared = {change.name: change for change in needed}
    report.plan([spared.get(change.name, change) for change in report.changes])
    changes = report.pending
    if not changes:
        return None
    findings = find_problems(changes, cluster, api.session.connection, now)
    common["findings"] = [finding.as_dict() for finding in findings]
    enforce_requirements(findings, params["requirements"], task.warn)
    if params["rollback"]:
        warn_without_way_back(changes, now, task.warn)
    warn_about_next_run(changes, api.session.connection, task.warn)
    hazards = find_hazards(changes, cluster, expired_names(stored, sorted(SEEN_BY_PEERS), now))
    report.note_hazards(hazards)
    for hazard, met_by in hazards.items():
        task.warn(f"{', '.join(met_by)}: {hazard.id}: {hazard.description}; {hazard.remedy}")
    check_nodes_active(changes, cluster, allowed=params["allow_inactive_nodes"])
    seen_by_peers = SEEN_BY_PEERS & replaced
    if params["replication_follows"] and seen_by_peers and has_peers(api.session, retries, seen_by_peers):
        warn_if_token_ends(api, longest_change(params), task.warn)
    states = {change.name: (change.old, change.new) for change in changes}
    exporter = exporter_state(stored)
    if "syncer" in replaced and (refusals := syncer_refusals(bdbs)):
        task.warn(syncer_warning(refusals))
    prover = build_prover(api, states, exporter, cluster, bdbs, hazards, params["verify"], task.warn)
    task.check_masking([report.as_dict(), [change.after for change in changes], prover.places])
    if task.check_mode:
        return None

    settings = Settings(
        params["verify_timeout"],
        params["wait_timeout"],
        params["rollback"],
        bulk=not is_before(cluster.version, BULK_UPDATE),
        alone=frozenset(hazards.get(CORRUPTED_PAIR, ())),
        disturbing=frozenset(name for hazard in _DISTURBING for name in hazards.get(hazard, ())),
        unreadable=frozenset(hazards.get(UNRELIABLE_READ_BACK, ())),
        without_nodes=bool(cluster.inactive),
    )
    return execute(task, api, cluster, Transaction(Api(api.session), retries, changes, prover, settings), report)
