# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Where a report's fleet data comes from: a task's option, and the JSON reports of slices."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import (
    CertificateError,
    invalid_option,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.cluster_data import (
    ClusterData,
    ClusterError,
    cluster_entry,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import quoted
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import (
    is_nested_too_deeply,
    printable_values,
)

from .assessment import SCHEMA
from .checks.cluster import NOT_REPORTED
from .policy import Part, Policy
from .validation import problem, problem_of_policy

_OPTION = "option clusters"


class Gathered(NamedTuple):
    """The clusters of a report, and the policies by which those that were read from reports have been judged."""

    clusters: list[ClusterData]
    parts: list[Part]


def gather(clusters: Sequence[Any], paths: Sequence[str]) -> Gathered:
    """Collect all clusters, without what an earlier report made of them but for its policy.

    First come those given, in their order, then those read, by name. How the slices of a fleet are numbered
    means nothing to a reader.

    Args:
        paths: JSON reports, and folders that hold some.

    Raises:
        CertificateError: something is not fleet data, or a cluster comes twice.
    """
    gathered: list[ClusterData] = []
    seen: dict[str, str] = {}
    parts: list[Part] = []
    reports = [(file, _read(file)) for path in paths for file in _files(path)]
    sources = [(_OPTION, "clusters", clusters), *((file, "data_paths", one["clusters"]) for file, one in reports)]
    for source, option, found in sources:
        for number, given in enumerate(found, 1):
            deep = is_nested_too_deeply(given)
            cluster: Any = {} if deep else printable_values(given)
            wrong = "it is nested too deeply" if deep else problem(cluster)
            if wrong:
                raise invalid_option(
                    option, f"cluster {number} in {source} is not valid fleet data: {wrong}", "Give it as it was read"
                )
            if option == "data_paths" and (cluster["error"] or {}).get("failure") == NOT_REPORTED:
                continue  # it was missing there, and may be here now
            name = cluster["name"]
            if name in seen:
                both = f"{seen[name]} and {source}" if seen[name] != source else f"{source}, twice"
                raise invalid_option(
                    option, f"the cluster {name} is in {both}", "List each cluster once, under a unique name"
                )
            seen[name] = source
            cluster.pop("verdict", None)
            gathered.append(cluster)
    for file, one in reports:
        parts.append(Part(_policy(file, one.get("policy")), frozenset(name for name in seen if seen[name] == file)))
    ordered = gathered[: len(clusters)] + sorted(gathered[len(clusters) :], key=lambda one: one["name"])
    return Gathered(ordered, parts)


def missing(expected: Iterable[str], clusters: Iterable[ClusterData], now: datetime) -> list[ClusterData]:
    """Return data of the clusters that should be there and are not, by name.

    Args:
        expected: names.
        clusters: those that are there.
        now: in UTC.
    """
    error: ClusterError = {"msg": "none of the merged reports has it", "failure": NOT_REPORTED}
    return [cluster_entry(name, now, error=error) for name in sorted({*expected} - {one["name"] for one in clusters})]


def _unreadable(path: str, error: OSError) -> CertificateError:
    return invalid_option(
        "data_paths", f"{quoted(path)} cannot be read: {os.strerror(error.errno or 0)}", "Check the path"
    )


def _files(path: str) -> list[str]:
    """List the path itself; of a folder, every C(*.json) in it and below.

    Any other JSON file in a folder is an error: a missing slice must be noticed.
    """
    if not os.path.isdir(path):
        return [path]

    def refuse(error: OSError) -> None:
        raise _unreadable(str(error.filename), error)

    found = [
        os.path.join(folder, name)
        for folder, dummy, names in os.walk(path, onerror=refuse)
        for name in names
        if name.endswith(".json") and not name.startswith(".")
    ]
    if not found:
        raise invalid_option("data_paths", f"no *.json file in the folder {quoted(path)} or below it", "Check the path")
    return sorted(found)


def _policy(path: str, given: Any) -> Policy:
    """Parse the policy of a report.

    Raises:
        CertificateError: it has none, or a wrong one.
    """
    wrong = "it is nested too deeply" if is_nested_too_deeply(given) else problem_of_policy(given)
    try:
        if wrong is None:
            # Those that name issuers are left as they are, since they are compared.
            return Policy.parse({**given, "exceptions": printable_values(given["exceptions"])})
    except CertificateError as error:
        wrong = error.message.removeprefix("option ").rstrip(".")
    raise invalid_option("data_paths", f"the policy in {path} is not valid: {wrong}", "Audit the slice again")


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file, parse_constant=_finite, parse_float=_finite)
    except OSError as error:
        raise _unreadable(path, error) from None
    except (ValueError, RecursionError):
        raise invalid_option("data_paths", f"{path} is not JSON", "Give the audit.json of each slice") from None
    if not isinstance(content, dict) or not isinstance(content.get("clusters"), list) or "schema" not in content:
        raise invalid_option("data_paths", f"{path} is not a report of an audit", "Give the audit.json of each slice")
    if content["schema"] != SCHEMA:
        raise invalid_option(
            "data_paths",
            f"{path} has schema version {content['schema']}, and this release reads version {SCHEMA}",
            "Audit the slice again with this release",
        )
    return content


def _finite(text: str) -> float:
    """Return the number in a text. Python also reads V(NaN), V(Infinity) and V(1e999), which no JSON can be made of."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number
