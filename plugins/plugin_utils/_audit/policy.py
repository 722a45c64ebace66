# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What an audit demands beyond the vendor's requirements, and what it accepts anyway."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import check_range
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import (
    invalid_option,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import quoted

from .types import ExceptionEntry, PolicyEntry

ANY = "*"

#: A regular expression that matches no name.
_NOTHING = "(?!)"

#: The argument spec of the policy; documented by the module C(audit_report).
SPEC: dict[str, dict[str, Any]] = {
    "warn_within": {"type": "int", "default": 30},
    "fail_within": {"type": "int", "default": 14},
    "minimum_rsa_bits": {"type": "int", "default": 2048},
    "allowed_issuers": {"type": "list", "elements": "str", "default": []},
    "maximum_lifetime": {"type": "int"},
    "exceptions": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "cluster": {"type": "str", "default": ANY},
            "certificate": {"type": "str", "default": ANY},
            "check": {"type": "str", "default": ANY},
            "until": {"type": "str", "required": True},
            "reason": {"type": "str", "required": True},
        },
    },
}


@dataclass(frozen=True)
class Acceptance:
    """An exception: what is found of this kind counts as accepted, up to a date.

    Attributes:
        cluster, certificate, check: what it is about; C(*) is any, and C(certificate) is also what concerns none.
        until: the last day (UTC) on which it counts.
    """

    cluster: str
    certificate: str
    check: str
    until: date
    reason: str

    @classmethod
    def parse(cls, given: Mapping[str, str], number: int) -> Acceptance:
        """Parse one entry of the option.

        Raises:
            CertificateError: it has no reason, or no date.
        """
        where = f"entry {number} ({given['cluster']}, {given['certificate']}, {given['check']})"
        if not given["reason"].strip():
            raise invalid_option("exceptions", f"{where} has no reason", "Say why it is accepted")
        try:
            until = date.fromisoformat(given["until"].strip())
        except ValueError:
            raise invalid_option(
                "exceptions",
                f"until of {where} is not a date",
                "Write it as 2027-06-30, the last day on which it counts",
            ) from None
        return cls(given["cluster"], given["certificate"], given["check"], until, given["reason"].strip())

    def covers(self, cluster: str, certificate: str | None, check: str) -> bool:
        """Check whether it is about this, whatever the day is."""
        pairs = ((self.cluster, cluster), (self.certificate, certificate), (self.check, check))
        return all(wanted in (ANY, found) for wanted, found in pairs)

    def as_dict(self) -> ExceptionEntry:
        """Return a dictionary for the report."""
        return {
            "cluster": self.cluster,
            "certificate": self.certificate,
            "check": self.check,
            "until": self.until.isoformat(),
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Policy:
    """Thresholds, demands and exceptions."""

    warn_within: int  # days
    fail_within: int  # days
    minimum_rsa_bits: int
    allowed_issuers: tuple[str, ...]
    maximum_lifetime: int | None  # days
    exceptions: tuple[Acceptance, ...]

    @classmethod
    def parse(cls, params: Mapping[str, Any]) -> Policy:
        """Parse the policy in a task's options.

        Raises:
            CertificateError: an option makes no sense.
        """
        for option in ("warn_within", "fail_within"):
            check_range(params, option, 0, 36500, "days")
        check_range(params, "maximum_lifetime", 1, 36500, "days")
        # Less than what the vendor requires cannot be asked for: that takes an exception.
        check_range(params, "minimum_rsa_bits", 2048, 65536, "bits")
        for issuer in params["allowed_issuers"]:
            try:
                re.compile(issuer)
            except (re.error, OverflowError, RecursionError) as error:
                raise invalid_option(
                    "allowed_issuers",
                    f"'{quoted(issuer)}' is not a valid regular expression: {error}",
                    "Fix or escape it",
                ) from None
        return cls(
            _or_default(params, "warn_within"),
            _or_default(params, "fail_within"),
            params["minimum_rsa_bits"],
            tuple(params["allowed_issuers"]),
            params["maximum_lifetime"],
            tuple(Acceptance.parse(given, number) for number, given in enumerate(params["exceptions"], 1)),
        )

    @classmethod
    def parse_limits(cls, params: Mapping[str, Any]) -> Policy:
        """Parse what a task's options add to the policies of the reports that it merges: no default counts.

        Raises:
            CertificateError: an option makes no sense.
        """
        return replace(
            cls.parse(params), warn_within=params["warn_within"] or 0, fail_within=params["fail_within"] or 0
        )

    def allows_issuer(self, issuer: str) -> bool:
        """Check whether a distinguished name is one of those allowed, or matches one as a whole."""
        return not self.allowed_issuers or any(
            allowed == issuer or re.fullmatch(allowed, issuer) for allowed in self.allowed_issuers
        )

    def accepting(self, now: datetime, cluster: str, certificate: str | None, check: str) -> Acceptance | None:
        """Return the exception that counts for this now; the longest one when there are several."""
        counting = [
            one for one in self.exceptions if one.until >= now.date() and one.covers(cluster, certificate, check)
        ]
        return max(counting, key=lambda one: one.until, default=None)

    def ended(self, now: datetime) -> list[Acceptance]:
        """Return the exceptions that count no more."""
        return [one for one in self.exceptions if one.until < now.date()]

    def as_dict(self) -> PolicyEntry:
        """Return a dictionary for the report."""
        return {
            "warn_within": self.warn_within,
            "fail_within": self.fail_within,
            "minimum_rsa_bits": self.minimum_rsa_bits,
            "allowed_issuers": list(self.allowed_issuers),
            "maximum_lifetime": self.maximum_lifetime,
            "exceptions": [one.as_dict() for one in self.exceptions],
        }


@dataclass(frozen=True)
class Part:
    """The policy that judged some of the clusters of a report."""

    policy: Policy
    clusters: frozenset[str]


def strictest(parts: Sequence[Part], limits: Policy | None = None) -> Policy:
    """Combine the policies of the parts of a fleet into one that none of them is stricter than.

    Args:
        parts: at least one.
        limits: what makes it stricter still. Its exceptions do not count: they would pass what a part has failed.
    """
    policies = [part.policy for part in parts]
    every = [*policies, limits] if limits else policies
    lifetimes = [one.maximum_lifetime for one in every if one.maximum_lifetime is not None]
    return Policy(
        max(one.warn_within for one in every),
        max(one.fail_within for one in every),
        max(one.minimum_rsa_bits for one in every),
        _allowed_by_all([one for one in every if one.allowed_issuers]),
        min(lifetimes, default=None),
        tuple(_exceptions(parts)),
    )


def differences(policies: Sequence[Policy]) -> list[str]:
    """Describe what differs between policies."""
    found = []
    for name in ("warn_within", "fail_within", "minimum_rsa_bits", "maximum_lifetime"):
        values = {getattr(one, name) for one in policies}
        if len(values) > 1:
            in_order = sorted(values, key=lambda value: (value is None, value))
            found.append(f"{name} ({', '.join('none' if one is None else str(one) for one in in_order)})")
    lists = ("allowed_issuers", "exceptions")
    return found + [name for name in lists if len({frozenset(getattr(one, name)) for one in policies}) > 1]


def _or_default(params: Mapping[str, Any], option: str) -> int:
    """Return the option, or what it is where it is not given."""
    value: int = SPEC[option]["default"] if params[option] is None else params[option]
    return value


def _allowed_by_all(policies: Sequence[Policy]) -> tuple[str, ...]:
    """Return the entries that every policy allows, read as names; what matches nothing when there are none."""
    entries = dict.fromkeys(entry for one in policies for entry in one.allowed_issuers)
    if len({frozenset(one.allowed_issuers) for one in policies}) <= 1:
        return tuple(entries)
    return tuple(entry for entry in entries if all(one.allows_issuer(entry) for one in policies)) or (_NOTHING,)


def _exceptions(parts: Sequence[Part]) -> Iterator[Acceptance]:
    """Yield the exceptions of all parts, then those of some of them, for the clusters of these alone."""
    common = [one for one in parts[0].policy.exceptions if all(one in part.policy.exceptions for part in parts)]
    yield from common
    for part in parts:
        for one in part.policy.exceptions:
            if one not in common:
                names: Collection[str] = part.clusters if one.cluster == ANY else part.clusters & {one.cluster}
                yield from (replace(one, cluster=name) for name in sorted(names))
