# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Rotate the internal certificates of a cluster when they are due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from .._api.client import Api, Stored
from .._api.cluster import Cluster, read_cluster
from .._argspec import CHANGE_SPEC, CONNECTION_EXCLUSIVE, CONNECTION_SPEC
from .._change.evidence import Evidence
from .._change.execution import execute, reading
from .._change.hazards import find_hazards
from .._change.internal_rotation import InternalRotation
from .._change.plan import Change
from .._change.preflight import check_nodes_active
from .._change.result import Report
from .._change.settings import Settings
from .._connection import check_range
from .._errors import CertificateError, invalid_option
from .._operation import Context, Operation
from .._probe.prover import Prover
from .._probe.witnesses import build_prover, exporter_state
from .._product.names import INTERNODE, canonical_name
from .._state.goal import ExpectedChain, LastingLeaf, RenewedLeaf
from .._state.installed import Installed, parse_installed
from .._transport.retry import Retries

#: Days that a new internal certificate lives (vendor: internode encryption). With as many, each run would rotate.
_LIFETIME = 90


def run(task: Context) -> dict[str, Any]:
    """Rotate the internal certificates that are due.

    Raises:
        CertificateError: naming the certificates.
    """
    report = Report()
    del report.common["findings"]  # the cluster issues the certificates
    try:
        _rotate(task, report)
    except CertificateError as error:
        raise error.with_result(**report.as_dict()) from None
    made = [] if task.check_mode else report.pending
    diff = [replace(change, after=report.after[change.name]).diff for change in made]
    return {**report.as_dict(), "diff": diff}


def _rotate(task: Context, report: Report) -> None:
    params = task.params
    names = _chosen(params["name"])
    check_range(params, "renew_before", 0, _LIFETIME - 1, "days")
    with reading(task, report) as (api, retries, stored):
        installed = _reported(api, stored, names)
        cluster = read_cluster(api, task.warn, needed=True)
        report.common["cluster"] = cluster.as_dict(api.url)
        lasting = LastingLeaf(lasts=datetime.now(timezone.utc) + timedelta(days=params["renew_before"]))
        states = dict.fromkeys(names, (lasting, lasting))
        prover = build_prover(api, states, exporter_state(stored), cluster, (), (), params["verify"], task.warn)
        report.plan(_changes(prover, installed, lasting, force=params["force"]))
        pending = report.pending
        report.note_hazards(find_hazards(pending, cluster))
        check_nodes_active(pending, cluster, allowed=params["allow_inactive_nodes"])
        task.check_masking([report.as_dict(), prover.places])
        made = bool(pending) and not task.check_mode
        evidence = _make(task, api, retries, pending, prover, cluster, report) if made else None
    report.succeeded(evidence)


def _chosen(name: str | None) -> list[str]:
    if name is None:
        return sorted(INTERNODE)
    canonical = canonical_name(name.strip())
    if canonical not in INTERNODE:
        raise invalid_option(
            "name",
            f"must be one of {', '.join(sorted(INTERNODE))}: no other certificate has an internal rotation",
            "Replace other certificates with cluster_certificate",
        )
    return [canonical]


def _reported(api: Api, stored: Mapping[str, Stored], names: Sequence[str]) -> dict[str, Installed]:
    """Return what the API reports under these names; all of them, or nothing could be decided and nothing proven."""
    found = parse_installed(stored, names, datetime.now(timezone.utc))
    missing = [name for name, one in found.items() if one is None]
    if missing:
        raise CertificateError(
            "not_reported",
            "the cluster does not report this certificate, so neither its expiry nor its rotation can be checked. "
            "Leave it to the cluster's own schedule (cert_rotation_job_settings), or use name to rotate another one.",
            cluster=api.url,
        ).about(", ".join(missing))
    return {name: one for name, one in found.items() if one is not None}


def _changes(prover: Prover, installed: Mapping[str, Installed], lasting: LastingLeaf, *, force: bool) -> list[Change]:
    """Return which certificates are to be rotated, by what the API reports and the metrics of every node show."""
    proof = prover.look(dict.fromkeys(installed, lasting))
    changes = []
    for name, one in installed.items():
        old = ExpectedChain.of(one.chain, "chain")
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
            changes.append(Change(name, "rotate", reason, one, None, old, RenewedLeaf(old.fingerprints[:1])))
    return changes


def _make(
    task: Context,
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
    whole = {change.name for change in changes} == INTERNODE
    rotation = InternalRotation(Api(api.session), retries, changes, prover, settings, whole=whole)
    return execute(task, api, cluster, rotation, report)


OPERATION = Operation(
    run,
    {
        **CONNECTION_SPEC,
        "name": {"type": "str"},
        "renew_before": {"type": "int", "default": 30},
        **{
            option: CHANGE_SPEC[option]
            for option in ("force", "verify", "verify_timeout", "wait_timeout", "allow_inactive_nodes")
        },
    },
    mutually_exclusive=CONNECTION_EXCLUSIVE,
)
