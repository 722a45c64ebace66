# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Have one certificate present or absent."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from .. import _cluster, _material, _names, _options, _plan, _precautions, _releases
from .._api import Api
from .._errors import CertificateError
from .._plan import Change
from .._proof import installed_now
from .._retry import Retries
from .._task import Task
from .._transaction import Evidence, Settings, Transaction

#: What a result foretells, and does not hold when the task fails.
_PREDICTED = frozenset({"change", "after", "diff"})


def run(task: Task) -> dict[str, Any]:
    """Have one certificate present or absent.

    Raises:
        CertificateError: naming the certificate.
    """
    name = _names.canonical(task.params["name"].strip())
    if not name:
        raise CertificateError("invalid_option", "option name is empty. Give a certificate name.", option="name")
    result: dict[str, Any] = {
        "changed": False,
        "name": name,
        "outcome": "failed_unchanged",
        "findings": [],
        "hazards": [],
        "nodes": [],
    }
    try:
        return _run(task, name, result)
    except CertificateError as error:
        known = {key: value for key, value in result.items() if key not in _PREDICTED}
        error.about(name).result = {**known, **error.result}
        raise


def _run(task: Task, name: str, result: dict[str, Any]) -> dict[str, Any]:
    """Fills C(result) as it goes, so that a failure has what is known by then."""
    params = task.params
    _options.check_range(params, "wait_timeout", 0, 86400, "seconds")
    _options.check_range(params, "verify_timeout", 0, 86400, "seconds")
    now = datetime.now(timezone.utc)
    wanted = _material.from_options(name, params, now) if params["state"] == "present" else None
    session, retries = task.connect()
    result.update(attempts=retries.attempts, retried=retries.log)
    with session:
        api = Api(session, retries)
        try:
            installed = installed_now(api, name)
            if wanted is None:
                change = _plan.absent(name, installed)
            else:
                change = _plan.present(
                    wanted, installed, compare_chain=params["compare"] == "chain", force=params["force"], now=now
                )
            result.update(change=change.action, before=change.before, after=change.after, diff=change.diff)
            if change.action == "none":
                return {**result, "outcome": "unchanged"}
            evidence = _make(task, api, retries, change, result, now)
        finally:
            result["attempts"] = retries.attempts
    if evidence is not None and evidence.unread is None:
        result["after"] = evidence.installed.facts if evidence.installed else None
    return {**result, "changed": True, "outcome": "changed"}


def _make(
    task: Task, api: Api, retries: Retries, change: Change, result: dict[str, Any], now: datetime
) -> Evidence | None:
    """Check everything, then make the change; None in check mode."""
    params = task.params
    cluster = _cluster.read(api, task.warn, needed=True)
    findings = _precautions.findings(change, cluster, now)
    result["findings"] = [finding.as_dict() for finding in findings]
    _precautions.enforce(findings, params["requirements"], task.warn)
    hazards = _precautions.hazards(change, cluster)
    result["hazards"] = [hazard.as_dict() for hazard in hazards]
    for hazard in hazards:
        task.warn(f"{change.name}: {hazard.id}: {hazard.description}; {hazard.advice}")
    _precautions.check_nodes(change, cluster)
    prover = _precautions.prover(api, change, cluster, hazards, params["verify"], task.warn)
    if task.check_mode:
        return None

    settings = Settings(
        params["verify_timeout"],
        params["wait_timeout"],
        params["rollback"],
        bulk=not _releases.before(cluster.version, _releases.BULK_UPDATE),
    )
    evidence = Transaction(Api(api.session), retries, change, prover, settings).run()
    result["nodes"] = evidence.proof.as_list()
    if evidence.unread is not None:
        task.warn(f"{change.name}: proven by handshakes, but it could not be read back: {evidence.unread.message}")
    if evidence.proof.unreachable:
        task.warn(
            f"{change.name}: not proven where nothing could be reached, before the change or after it: "
            f"{'; '.join(map(str, evidence.proof.unreachable))}"
        )
    if api.session.distrusted is not None:
        task.warn(f"{change.name}: the next run will fail on the new certificate: {api.session.distrusted.message}")
    return evidence
