# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Check that every node has the certificates that the API reports and that need no change.

A run that was interrupted after a write has not checked whether every node has the certificate. The next one finds
nothing to change, so it has to check.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from .._api.client import Api, Stored
from .._api.cluster import Cluster
from .._errors import CertificateError
from .._operation import Context
from .._probe.proof import Proof, Sighting
from .._probe.witnesses import build_observer, exporter_state
from .._product.releases import API_OUTAGE, CORRUPTED_PAIR, UNRELIABLE_READ_BACK, UNTRUSTED_INTERMEDIATES
from .._state.goal import KeptLeaf
from .._state.read_back import poll_installed
from .hazards import find_hazards
from .plan import CannotUndo, Change, plan_again
from .preflight import find_problems

#: Known bugs for which an update is not sent unless the user asks for it.
_DANGEROUS = (CORRUPTED_PAIR, UNTRUSTED_INTERMEDIATES, API_OUTAGE, UNRELIABLE_READ_BACK)


def look_at_unchanged(
    task: Context,
    api: Api,
    stored: Mapping[str, Stored],
    unchanged: Sequence[Change],
    cluster: Cluster,
    bdbs: Sequence[Mapping[str, Any]],
) -> Proof:
    """Check once every place where the certificates can be seen. A sighting is stale if the node has missed an update.

    Args:
        task: gets warnings about ports that show nothing.
        stored: what the API reports.
        unchanged: the certificates that need no change.
    """
    states = {change.name: KeptLeaf.like(change.new) for change in unchanged}
    reported = {change.name: change.installed for change in unchanged}
    try:
        observer = build_observer(api, states, exporter_state(stored), cluster, bdbs, task.warn)
        proof = observer.look(states, reported)
    except CertificateError as error:
        task.warn(f"{', '.join(states)}: not checked on the nodes: {error.message}")
        return Proof()
    proof = _without_doubt(proof, states, api)
    failed = [str(sighting) for sighting in proof.missing if sighting.status == "failed"]
    if failed:
        task.warn(f"nothing differs in the API, but {'; '.join(failed)}. Check these ports.")
    return proof


def _without_doubt(proof: Proof, states: Mapping[str, KeptLeaf], api: Api) -> Proof:
    """Drop stale sightings of certificates that have changed between the read of the API and the observation."""
    behind = {sighting.name for sighting in proof.sightings if sighting.status == "stale"}
    if not behind:
        return proof
    now, _unread = poll_installed(Api(api.session), behind, lambda dummy: True, time.monotonic())
    moved = {name for name in behind if name not in now or not states[name].shown_by(now[name])}

    def judged(sighting: Sighting) -> Sighting:
        if sighting.status != "stale" or sighting.name not in moved:
            return sighting
        return sighting._replace(status="not_visible", problem="the certificate changed while it was read")

    return replace(proof, sightings=tuple(map(judged, proof.sightings)))


def plan_repairs(
    task: Context, api: Api, proof: Proof, unchanged: Iterable[Change], cluster: Cluster, now: datetime
) -> dict[str, Change]:
    """Plan to repeat the updates that nodes have missed, by certificate name, where that is safe; warn about all.

    Args:
        proof: the observation of the unchanged certificates.
        now: in UTC.
    """
    repairs = {}
    for change in unchanged:
        behind = [one for one in proof.of(change.name).sightings if one.status == "stale"]
        if not behind:
            continue
        seen = f"{change.name}: the API reports the wanted certificate, but {'; '.join(map(str, behind))}"
        try:
            again = plan_again(change, behind[0].not_after)
            danger = _danger(task, api, again, cluster, now)
        except (CannotUndo, CertificateError) as reason:
            danger = str(reason).rstrip(".")
        if danger is None:
            repairs[change.name] = again
            task.warn(f"{seen}. It is written again, for all nodes.")
        else:
            task.warn(f"{seen}. It is not written again: {danger}. Write it with force=true once that is safe.")
    return repairs


def _danger(task: Context, api: Api, change: Change, cluster: Cluster, now: datetime) -> str | None:
    """Return why it is not safe to write an unchanged certificate again; None: it is."""
    if cluster.inactive and not task.params["allow_inactive_nodes"]:
        return "not all nodes are active"
    for hazard in find_hazards([change], cluster):
        if hazard in _DANGEROUS:
            return f"{hazard.id}: {hazard.description}"
    problems = find_problems([change], cluster, api.session.connection, now)
    errors = [finding.text for finding in problems if finding.severity == "error"]
    return "; ".join(errors) if errors and task.params["requirements"] == "enforce" else None
