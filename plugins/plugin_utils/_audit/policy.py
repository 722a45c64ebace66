# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What an audit demands beyond the vendor's requirements, and what it accepts anyway."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._connection import check_range
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import (
    invalid_option,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import quoted

from .types import ExceptionEntry, PolicyEntry

ANY = "*"

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
            except re.error as error:
                raise invalid_option(
                    "allowed_issuers",
                    f"'{quoted(issuer)}' is not a valid regular expression: {error}",
                    "Fix or escape it",
                ) from None
        return cls(
            params["warn_within"],
            params["fail_within"],
            params["minimum_rsa_bits"],
            tuple(params["allowed_issuers"]),
            params["maximum_lifetime"],
            tuple(Acceptance.parse(given, number) for number, given in enumerate(params["exceptions"], 1)),
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
