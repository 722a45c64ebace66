# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role has to do for one cluster.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.preflight import nodes_not_active
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError

from .._paths import nearest_existing, placed
from .authorities import ReadIssuer, read_authorities, source_of
from .issued import check_issuers
from .reasons import due
from .wanted import Wanted


def check_others(results: Mapping[str, Mapping[str, Any] | None], stop_on_failure: Any) -> None:
    """Refuse to begin after another cluster of the play has failed, whatever its strategy and its batches are.

    Args:
        results: C(rotation_result) of the hosts that are no longer in the play.
        stop_on_failure: C(rotation_stop_on_failure); None: it is not set.

    Raises:
        CertificateError: one has failed, and the user wants no other one to begin.
    """
    failed = [name for name, result in results.items() if (result or {}).get("failure")]
    if failed and (stop_on_failure is None or boolean(stop_on_failure, strict=False)):
        raise CertificateError(
            "not_started",
            f"Not started: rotation failed on {', '.join(failed)}. Fix that and run again, or set "
            "rotation_stop_on_failure to false to continue with the other clusters.",
        )


def plan(wanted: Wanted, before: Mapping[str, Any], read_issuer: ReadIssuer, *, check_mode: bool) -> dict[str, Any]:
    """Return which certificates are due and why, and the files of tasks to run.

    Args:
        before: what M(cluster_certificate_info) returned.

    Raises:
        CertificateError: a variable is wrong, a file or a CA that is needed later cannot be read, or the cluster could
            not be changed after certificates are issued.
    """
    planned = wanted.planned(before["cluster"]["name"])
    if planned["problems"]:
        raise CertificateError("invalid_option", " ".join(planned["problems"]))
    entries, values = planned["entries"], wanted.values
    _check_files(entries, values)
    authorities = read_authorities(entries, values, read_issuer)
    reasons = due(entries, before["certificates"], authorities, values)
    if reasons:
        _check_before_issuing([one for one in entries if one["name"] in reasons], values, before["inactive_nodes"])
    # Check mode issues nothing; what tasks fetch, it compares.
    issued = [
        one for one in entries if one["name"] in planned["fetched"] or (one["name"] in reasons and not check_mode)
    ]
    hook = values.get("rotation_run_before")
    steps = [
        *([{"file": placed(hook), "label": "rotation_run_before"}] if hook else []),
        *({"file": file, "label": "certificates"} for file in _issuing(issued)),
    ]
    return {
        "before": {key: before[key] for key in ("cluster", "certificates")},
        "entries": entries,
        "due": reasons,
        "authorities": authorities,
        "issued": issued,
        "steps": steps,
        # An empty loop would be skipped, too, in four times the time; and one of one would print another line.
        "file": "each_step.yml" if len(steps) > 1 else steps[0]["file"] if steps else None,
    }


def _issuing(issued: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the files of tasks that issue, or fetch."""
    kinds = {one["source"] for one in issued}
    if "ownca" in kinds:
        yield "issue_ownca.yml"
    if kinds - {"ownca"}:
        yield "issue.yml"


def _check_files(entries: Iterable[Mapping[str, Any]], values: Mapping[str, Any]) -> None:
    """Check that what is needed later is there, before anything is issued or written.

    Raises:
        CertificateError: it is not.
    """
    missing = [path for path in dict.fromkeys(map(placed, _files(entries, values))) if not os.path.isfile(path)]
    if missing:
        raise CertificateError(
            "file_missing",
            f"no such file: {', '.join(missing)}. Check rotation_run_before and rotation_run_after, and in "
            "rotation_certificates the source's issuers_path, dns_tasks or file.",
        )


def _check_before_issuing(
    entries: Iterable[Mapping[str, Any]], values: Mapping[str, Any], inactive: Sequence[Mapping[str, Any]]
) -> None:
    """Check what would refuse any certificate once it is issued: it would be issued in vain, and again at each run.

    Args:
        entries: of the plan, that are due.
        inactive: nodes.

    Raises:
        CertificateError: something would.
    """
    for entry in entries:
        check_issuers(entry, source_of(entry, values))
    if values["rotation_keep_material"]:
        _check_folder(placed(values["rotation_keep_material"]))
    if inactive and not values["rotation_allow_inactive_nodes"]:
        raise nodes_not_active(inactive, [entry["name"] for entry in entries])


def _check_folder(path: str) -> None:
    existing = nearest_existing(path)
    if not os.path.isdir(existing) or not os.access(existing, os.W_OK | os.X_OK):
        raise CertificateError(
            "invalid_option",
            f"rotation_keep_material: {path} cannot be written. Check the mode and owner of {existing}.",
        )


def _files(entries: Iterable[Mapping[str, Any]], values: Mapping[str, Any]) -> Iterator[str]:
    yield from filter(None, (values.get("rotation_run_before"), values.get("rotation_run_after")))
    for entry in entries:
        if entry["source"] is not None:
            source = source_of(entry, values)
            options = {"acme": "dns_tasks", "tasks": "file"}
            yield from filter(None, (entry["issuers_path"], source.get(options.get(entry["source"], ""))))
