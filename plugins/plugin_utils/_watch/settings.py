# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The options of the event source, checked before anything is read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import (
    CONNECTION_EXCLUSIVE,
    CONNECTION_SPEC,
    MEMBER_SPEC,
    refusals,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import (
    check_range,
    parse_connection,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import (
    CertificateError,
    invalid_option,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.members import Member, parse_members
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.read_cluster import READ
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._libraries import missing_library
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._misplaced import refuse_misplaced
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit import policy
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit.checks.judgement import SEVERITIES

#: The argument spec; documented by the event source.
SPEC: dict[str, dict[str, Any]] = {
    **CONNECTION_SPEC,
    "clusters": {"type": "list", "elements": "dict", "required": True, "options": MEMBER_SPEC},
    "state_path": {"type": "path", "required": True},
    "thresholds": {"type": "list", "elements": "int", "default": [30, 14, 7, 1]},
    "minimum_severity": {"type": "str", "choices": list(SEVERITIES), "default": "warning"},
    "interval": {"type": "float", "default": 3600},
    "jitter": {"type": "float", "default": 0.1},
    "max_interval": {"type": "float", "default": 21600},
    "concurrency": {"type": "int", "default": 16},
    "served": {"type": "bool", "default": True},
    **policy.SPEC,
}


@dataclass(frozen=True)
class Settings:
    """The validated arguments: what to watch, how often, and what sends an event."""

    members: tuple[Member, ...]
    state_path: str
    thresholds: tuple[int, ...]  # days, the tightest first
    policy: policy.Policy
    minimum_severity: str
    interval: float  # seconds
    jitter: float  # the part of a wait by which it may be longer
    max_interval: float  # seconds
    concurrency: int  # clusters
    served: bool

    @classmethod
    def parse(cls, args: Mapping[str, Any]) -> Settings:
        """Parse the settings in the arguments of a rulebook.

        Raises:
            CertificateError: one is missing or wrong, for the source or for one cluster; or a library is not there.
        """
        missing = missing_library()
        if missing is not None:
            raise CertificateError("missing_library", missing_required_lib(missing.requirement))
        refuse_misplaced(args, SPEC)
        validation = ArgumentSpecValidator(SPEC, mutually_exclusive=CONNECTION_EXCLUSIVE).validate(dict(args))
        if problems := refusals(validation):
            raise CertificateError("invalid_option", f"{'; '.join(problems)}. Fix the arguments of the event source.")
        params = {**dict.fromkeys(SPEC), **validation.validated_parameters}
        check_range(params, "interval", 1, 7 * 86400, "seconds")
        check_range(params, "jitter", 0, 1, "part of the wait")
        check_range(params, "max_interval", 1, 30 * 86400, "seconds")
        check_range(params, "concurrency", 1, 1000, "clusters")
        if not all(0 <= days <= 36500 for days in params["thresholds"]):
            raise invalid_option("thresholds", "every entry must be a number from 0 to 36500 (days)", "Fix it")
        members = parse_members(params["clusters"], params)
        if not members:
            raise invalid_option("clusters", "must not be empty", "Name at least one cluster")
        for member in members:
            _check(member)
        return cls(
            members=tuple(members),
            state_path=os.path.realpath(params["state_path"]),
            thresholds=tuple(sorted(set(params["thresholds"]))),
            policy=policy.Policy.parse(params),
            **{name: params[name] for name in ("minimum_severity", "interval", "jitter")},
            **{name: params[name] for name in ("max_interval", "concurrency", "served")},
        )


def _check(member: Member) -> None:
    """Refuse now what no read of this cluster could be made with."""
    try:
        parse_connection(member.checked(READ), os.environ)
    except CertificateError as error:
        raise CertificateError(error.kind, f"cluster {member.name}: {error.message}", **error.data) from None
