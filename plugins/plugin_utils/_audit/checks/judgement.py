# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The result of one check of one certificate or cluster."""

from __future__ import annotations

from dataclasses import dataclass

CRITICAL = "critical"  # the audit fails
WARNING = "warning"  # it will have to be fixed
INFO = "info"  # advice, or good to know

SEVERITIES = (CRITICAL, WARNING, INFO)

#: The result of a check, by its worst finding.
OUTCOMES = {CRITICAL: "failed", WARNING: "warning", INFO: "advice"}


@dataclass(frozen=True)
class Judgement:
    """The result of one check.

    Attributes:
        certificate: the certificate name; None: it is about the cluster.
        check: a stable identifier.
        severity: empty: there is nothing to fix.
        message: what was found; one line, without a final period.
        remedy: what to do about it; one line, without a final period.
        visible: whether it could be checked at all.
    """

    certificate: str | None
    check: str
    severity: str
    message: str
    remedy: str = ""
    visible: bool = True

    @property
    def outcome(self) -> str:
        """Return the result in one word, as if there were no exceptions."""
        if self.severity:
            return OUTCOMES[self.severity]
        return "passed" if self.visible else "not_visible"


def passed(certificate: str | None, check: str, message: str) -> Judgement:
    """Judge that there is nothing to fix."""
    return Judgement(certificate, check, "", message)


def not_visible(certificate: str | None, check: str, message: str) -> Judgement:
    """Judge that it could not be checked."""
    return Judgement(certificate, check, "", message, visible=False)
