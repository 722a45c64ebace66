# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Bring the certificates of a cluster to what is wanted: read, plan, check, write, prove. All of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from .._api.client import Api, Stored
from .._api.cluster import Cluster, read_cluster, with_primary_now
from .._api.tokens import ensure_token_lasts
from .._concurrency import side_by_side
from .._connection import MATERIAL_SPEC, check_range
from .._errors import CertificateError, combined
from .._operation import Context
from .._probe.prover import NO_PROOF, summarise
from .._probe.witnesses import build_prover, exporter_state, visible_databases
from .._product.names import canonical_name
from .._product.releases import API_OUTAGE, BULK_UPDATE, CORRUPTED_PAIR, UNRELIABLE_READ_BACK, is_before
from .._replication.syncer import syncer_refusals, syncer_warning
from .._state.desired import read_desired
from .._state.installed import parse_installed
from .._transport.retry import Retries
from .lockout import warn_about_next_run
from .plan import Change, Wanted, list_unlisted, plan_change
from .preflight import (
    check_nodes_active,
    drop_misreported,
    enforce_requirements,
    find_hazards,
    find_problems,
    spare_ldap_client,
)
from .transaction import Evidence, Settings, Transaction

#: For AnsibleModule: how changes are checked, made and proven. Documented by the fragment C(changes).
CHANGE_SPEC: dict[str, dict[str, Any]] = {
    "force": {"type": "bool", "default": False},
    "requirements": {"type": "str", "choices": ["enforce", "warn", "ignore"], "default": "enforce"},
    "verify": {"type": "str", "choices": ["auto", "strict", "none"], "default": "auto"},
    "verify_timeout": {"type": "float", "default": 300},
    "rollback": {"type": "bool", "default": True},
    "wait_timeout": {"type": "float", "default": 300},
    "allow_inactive_nodes": {"type": "bool", "default": False},
}

#: For AnsibleModule: what is wanted of one certificate.
CERTIFICATE_SPEC: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    **MATERIAL_SPEC,
    "compare": {"type": "str", "choices": ["chain", "leaf"], "default": "chain"},
}

#: What databases present, or what they present to the sources that they replicate.
_SEEN_BY_DATABASES = frozenset({"proxy", "syncer"})

_DISTURBING = (CORRUPTED_PAIR, API_OUTAGE)


@dataclass
class Report:
    """What is known, filled as it goes, so that a failure has what is known by then."""

    changes: list[Change] = field(default_factory=list)
    outcomes: dict[str, str] = field(default_factory=dict)  # by certificate name
    after: dict[str, dict[str, Any] | None] = field(default_factory=dict)  # facts, by certificate name
    common: dict[str, Any] = field(
        default_factory=lambda: {
            "changed": False,
            "outcome": "failed_unchanged",
            "findings": [],
            "hazards": [],
            "nodes": [],
            "proof": NO_PROOF,
            "cluster": None,
        }
    )  # what the results of all modules have

    def plan(self, changes: Sequence[Change]) -> None:
        """Note what is to be done."""
        self.changes = list(changes)
        self.failed({})

    def failed(self, outcomes: Mapping[str, str]) -> None:
        """Note what has come of changes that were to be made together."""
        for change in self.changes:
            outcome = "unchanged" if change.action == "none" else outcomes.get(change.name, "failed_unchanged")
            self.outcomes[change.name] = outcome
            # What the cluster has is known but for a change that is neither made nor undone.
            kept = {"changed": change.after, "partial": None}
            self.after[change.name] = kept.get(outcome, change.before)

    def succeeded(self, evidence: Evidence | None) -> None:
        """Note that all is as it should be, or in check mode would be."""
        for change in self.changes:
            self.outcomes[change.name] = "unchanged" if change.action == "none" else "changed"
            self.after[change.name] = change.after
        for name, installed in (evidence.installed if evidence else {}).items():
            self.after[name] = installed.facts if installed else None
        self.common["changed"] = "changed" in self.outcomes.values()
        self.common["outcome"] = "changed" if self.common["changed"] else "unchanged"

    def change(self, change: Change) -> dict[str, Any]:
        """One change, for results."""
        return {
            "name": change.name,
            "action": change.action,
            "reason": change.reason,
            "before": change.before,
            "after": self.after[change.name],
            "outcome": self.outcomes[change.name],
            "proof": self._proof(change.name),
        }

    def _proof(self, name: str) -> dict[str, Any]:
        """How far the change of one certificate is proven; not at all where none was made."""
        overall = self.common["proof"]
        if overall == NO_PROOF or self.outcomes[name] in ("unchanged", "failed_unchanged"):
            return NO_PROOF
        about = [one for one in self.common["nodes"] if one["name"] == name]
        # With verify none nothing was looked at, and all that is known is about all of them.
        reported = any(one["status"] == "reported" for one in about) if about else overall["level"] == "reported"
        return summarise(about, {name}, reported=reported)


def parse_desired(entries: Iterable[Mapping[str, Any]]) -> list[Wanted]:
    """What the user wants, each certificate read and checked. No request is needed for it.

    Args:
        entries: options as in M(ENTRY_SPEC).

    Raises:
        CertificateError: something of one is not usable, or a name stands twice; all that is wrong is named.
    """
    now = datetime.now(timezone.utc)
    found: list[Wanted] = []
    errors = []
    for entry in entries:
        name = canonical_name(entry["name"].strip())
        try:
            if not name:
                raise CertificateError(
                    "invalid_option", "option name is empty. Give a certificate name.", option="name"
                )
            if any(name == other.name for other in found):
                raise CertificateError("invalid_option", "it stands twice. Leave one out.", option="certificates")
            material = read_desired(name, entry, now) if entry["state"] == "present" else None
            found.append(Wanted(name, material, entry["compare"]))
        except CertificateError as error:
            errors.append(error.about(name) if name else error)
    if errors:
        raise combined(errors)
    return found


def reconcile(task: Context, certificates: Sequence[Wanted], report: Report, *, purge_optional: bool = False) -> None:
    """Have exactly these certificates, by one transaction.

    Args:
        report: filled as it goes.
        purge_optional: whether optional certificates that are not wanted are deleted.

    Raises:
        CertificateError: naming the certificates. C(result) has what the report's C(common) then has.
    """
    check_range(task.params, "wait_timeout", 0, 86400, "seconds")
    check_range(task.params, "verify_timeout", 0, 86400, "seconds")
    now = datetime.now(timezone.utc)
    session, retries = task.connect()
    report.common.update(attempts=retries.attempts, retried=retries.log)
    try:
        with session:
            api = Api(session, retries)
            report.common["cluster"] = Cluster.unknown().as_dict(api.url)
            stored = api.certificates()
            report.plan(_changes(task, stored, certificates, purge_optional, now))
            pending = [change for change in report.changes if change.action != "none"]
            evidence = _make(task, api, retries, stored, pending, report, now) if pending else None
    except CertificateError as error:
        report.common.update(error.result)
        raise
    finally:
        report.common["attempts"] = retries.attempts
    report.succeeded(evidence)


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

    # The keys that are to be sent are checked, which older versions of cryptography do side by side.
    plans = side_by_side(planned, everything)
    errors = [plan for plan in plans if isinstance(plan, CertificateError)]
    if errors:
        raise combined(errors)
    return [plan for plan in plans if isinstance(plan, Change)]


def _make(
    task: Context,
    api: Api,
    retries: Retries,
    stored: Mapping[str, Stored],
    changes: Sequence[Change],
    report: Report,
    now: datetime,
) -> Evidence | None:
    """Check everything, then make the changes; None in check mode."""
    params, common = task.params, report.common
    cluster = read_cluster(api, task.warn, needed=True)
    common["cluster"] = cluster.as_dict(api.url)
    needed = drop_misreported(spare_ldap_client(changes, cluster, task.warn), cluster, task.warn)
    spared = {change.name: change for change in needed}
    report.plan([spared.get(change.name, change) for change in report.changes])
    changes = [change for change in spared.values() if change.action != "none"]
    if not changes:
        return None
    names = [change.name for change in changes]
    findings = find_problems(changes, cluster, api.session.connection, now)
    common["findings"] = [finding.as_dict() for finding in findings]
    enforce_requirements(findings, params["requirements"], task.warn)
    warn_about_next_run(changes, api.session.connection, task.warn)
    hazards = find_hazards(changes, cluster)
    common["hazards"] = [{**hazard.as_dict(), "certificates": met_by} for hazard, met_by in hazards.items()]
    for hazard, met_by in hazards.items():
        task.warn(f"{', '.join(met_by)}: {hazard.id}: {hazard.description}; {hazard.advice}")
    check_nodes_active(changes, cluster, allowed=params["allow_inactive_nodes"])
    states = {change.name: (change.old, change.new) for change in changes}
    exporter = exporter_state(stored)
    bdbs = visible_databases(api, task.warn) if _SEEN_BY_DATABASES.intersection(names) else ()
    if "syncer" in names and (refusals := syncer_refusals(bdbs)):
        task.warn(syncer_warning(refusals))
    prover = build_prover(api, states, exporter, cluster, bdbs, hazards, params["verify"])
    if task.check_mode:
        return None

    ensure_token_lasts(api, longest_change(params))
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
    transaction = Transaction(Api(api.session), retries, changes, prover, settings)
    try:
        evidence = transaction.run()
    except CertificateError:
        report.failed(transaction.outcomes)
        raise
    common["cluster"] = with_primary_now(api, cluster).as_dict(api.url)
    note_evidence(evidence, names, common, task.warn)
    return evidence


def longest_change(params: Mapping[str, Any]) -> float:
    """How long a change and its proof may take, and the way back as long again, in seconds."""
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
