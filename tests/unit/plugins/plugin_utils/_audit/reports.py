# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports of made-up fleets, for the tests beside this file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import fleets
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit import assessment, inputs
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.policy import Policy
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.types import Report

_POLICY: dict[str, Any] = {
    "warn_within": 30,
    "fail_within": 14,
    "minimum_rsa_bits": 2048,
    "allowed_issuers": [],
    "maximum_lifetime": None,
    "exceptions": [],
}
ACCEPTED = {
    "cluster": "*",
    "certificate": "*",
    "check": "weak_signature",
    "until": "2027-01-31",
    "reason": "the module signs with SHA-256 from February on",
}


def policy(**other: Any) -> Policy:
    return Policy.parse({**_POLICY, **other})


def report(clusters: Sequence[Any], **other: Any) -> Report:
    """The report of a fleet, by a policy that differs from the default in what is given."""
    return assessment.report(inputs.gather(clusters, []).clusters, policy(**other), fleets.NOW)


def found(clusters: Sequence[Any], **other: Any) -> list[tuple[str, str | None, str]]:
    """Severity, certificate and check of each finding."""
    return [(one["severity"], one["certificate"], one["check"]) for one in report(clusters, **other)["findings"]]
