# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Have a cluster rotate its internal certificates when they are due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from .. import _cluster, _names, _options, _precautions, _tokens, _witnesses
from .._api import Api, Stored
from .._cluster import Cluster
from .._errors import CertificateError
from .._installed import Installed, parsed
from .._plan import Change
from .._proof import Prover
from .._reconcile import SPEC, Report, longest_change, note_evidence
from .._retry import Retries
from .._rotation import Rotation
from .._state import Lasting, Renewed, State
from .._task import Operation, Task
from .._transaction import Evidence, Settings

#: Days that a new internal certificate lives (vendor: internode encryption). With as many, each run would rotate.
_LIFETIME = 90


def run(task: Task) -> dict[str, Any]:
    """Rotate the internal certificates that are due.

    Raises:
        CertificateError: naming the certificates.
    """
    report = Report()
    del report.common["findings"]  # the cluster issues the certificates
    try:
        _rotate(task, report)
    except CertificateError as error:
        error.result = _result(report)
        raise
    made = [] if task.check_mode else [change for change in report.changes if change.action != "none"]
    diff = [replace(change, after=report.after[change.name]).diff for change in made]
    return {**_result(report), "diff": diff}


def _result(report: Report) -> dict[str, Any]:
    return {**report.common, "changes": [report.change(change) for change in report.changes]}


def _rotate(task: Task, report: Report) -> None:
    params = task.params
    names = _chosen(params["name"])
    _options.check_range(params, "renew_before", 0, _LIFETIME - 1, "days")
    for option in ("wait_timeout", "verify_timeout"):
        _options.check_range(params, option, 0, 86400, "seconds")
    session, retries = task.connect()
    report.common.update(attempts=retries.attempts, retried=retries.log)
    evidence = None
    try:
        with session:
            api = Api(session, retries)
            report.common["cluster"] = Cluster.unknown().as_dict(api.url)
            stored = api.certificates()
            installed = _reported(api, stored, names)
            cluster = _cluster.read(api, task.warn, needed=True)
            report.common["cluster"] = cluster.as_dict(api.url)
            lasting = Lasting(lasts=datetime.now(timezone.utc) + timedelta(days=params["renew_before"]))
            prover = _witnesses.build_prover(
                api,
                dict.fromkeys(names, (lasting, lasting)),
                _witnesses.exporter_state(stored),
                cluster,
                (),
                (),
                params["verify"],
            )
            report.plan(_changes(prover, installed, lasting, force=params["force"]))
            pending = [change for change in report.changes if change.action != "none"]
            hazards = _precautions.hazards(pending, cluster)
            report.common["hazards"] = [{**one.as_dict(), "certificates": met_by} for one, met_by in hazards.items()]
            _precautions.check_nodes(pending, cluster, allowed=params["allow_inactive_nodes"])
            if pending and not task.check_mode:
                _tokens.outlast(api, longest_change(params))
                evidence = _make(task, api, retries, pending, prover, cluster, report)
    except CertificateError as error:
        report.common.update(error.result)
        raise
    finally:
        report.common["attempts"] = retries.attempts
    report.succeeded(evidence)


def _chosen(name: str | None) -> list[str]:
    if name is None:
        return sorted(_names.INTERNODE)
    canonical = _names.canonical(name.strip())
    if canonical not in _names.INTERNODE:
        raise CertificateError(
            "invalid_option",
            f"option name is not one of {', '.join(sorted(_names.INTERNODE))}. No other certificate has an internal "
            "rotation; replace it with cluster_certificate.",
            option="name",
        )
    return [canonical]


def _reported(api: Api, stored: Mapping[str, Stored], names: Sequence[str]) -> dict[str, Installed]:
    """What the API reports under these names; all of them, or nothing could be decided and nothing proven."""
    found = parsed(stored, names, datetime.now(timezone.utc))
    missing = [name for name, one in found.items() if one is None]
    if missing:
        raise CertificateError(
            "not_reported",
            "the cluster does not report it, so that nobody could see whether it is due, nor whether it was rotated. "
            "Leave it to the cluster's own schedule (cert_rotation_job_settings), or use name to rotate another one.",
            cluster=api.url,
        ).about(", ".join(missing))
    return {name: one for name, one in found.items() if one is not None}


def _changes(prover: Prover, installed: Mapping[str, Installed], lasting: Lasting, *, force: bool) -> list[Change]:
    """Which certificates are to be rotated, by what the API reports and the metrics of every node show."""
    proof = prover.look(dict.fromkeys(installed, lasting))
    changes = []
    for name, one in installed.items():
        old = State.of(one.chain, "chain")
        if not one.chain:
            reason = "not_readable"
        elif not lasting.shown_by(one):
            reason = "expires"
        elif proof.of(name).missing:
            reason = "expires_on_a_node"
        else:
            reason = "forced" if force else "same"
        if reason == "same":
            changes.append(Change(name, "none", reason, one, one.facts, old, old))
        else:
            changes.append(Change(name, "rotate", reason, one, None, old, Renewed(old.fingerprints[:1])))
    return changes


def _make(
    task: Task,
    api: Api,
    retries: Retries,
    changes: Sequence[Change],
    prover: Prover,
    cluster: Cluster,
    report: Report,
) -> Evidence:
    settings = Settings(
        task.params["verify_timeout"],
        task.params["wait_timeout"],
        rollback=False,
        bulk=False,
        without_nodes=bool(cluster.inactive),
    )
    whole = {change.name for change in changes} == _names.INTERNODE
    rotation = Rotation(Api(api.session), retries, changes, prover, settings, whole=whole)
    names = [change.name for change in changes]
    try:
        evidence = rotation.run()
    except CertificateError as error:
        report.failed(rotation.outcomes)
        raise error.about(", ".join(names)) from None
    report.common["cluster"] = _cluster.primary_now(api, cluster).as_dict(api.url)
    note_evidence(evidence, names, report.common, task.warn)
    return evidence


OPERATION = Operation(
    run,
    {
        **_options.CONNECTION_SPEC,
        "name": {"type": "str"},
        "renew_before": {"type": "int", "default": 30},
        **{
            option: SPEC[option]
            for option in ("force", "verify", "verify_timeout", "wait_timeout", "allow_inactive_nodes")
        },
    },
    mutually_exclusive=_options.CONNECTION_EXCLUSIVE,
)
