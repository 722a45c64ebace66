# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""A check, and its possible results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from .._operation import internal_error
from .._product.releases import is_before
from .vocabulary import Fact

if TYPE_CHECKING:
    from .questions import Questions

HOLDS, DIFFERS, NOT_CHECKED = "holds", "differs", "not_checked"

#: Why something was not checked.
VERSION = "version"
PERMISSION = "permission"
LOGIN = "login"
UNREACHABLE = "unreachable"
NOTHING = "nothing"
UNCLEAR = "unclear"
NOT_ASKED = "not_asked"
CHECK_MODE = "check_mode"
BROKEN = "broken"

#: The same in words.
REASONS = {
    VERSION: "this version does not have it",
    PERMISSION: "the user may not see it",
    LOGIN: "needs another kind of login",
    UNREACHABLE: "no answer from where it would show",
    NOTHING: "the cluster has nothing to look at",
    UNCLEAR: "another answer that it builds on is not as expected",
    NOT_ASKED: "writes, which was not asked for",
    CHECK_MODE: "writes, which check mode does not",
    BROKEN: "the check itself failed, which is a bug of the collection",
}


class NotChecked(Exception):
    """A check could not be made.

    Attributes:
        reason: one of M(REASONS).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Verdict(NamedTuple):
    """What a check found."""

    holds: bool
    seen: tuple[Fact, ...]


def verdict(holds: bool, *seen: Fact) -> Verdict:
    """Make a verdict of what was seen."""
    return Verdict(holds, seen)


class Result(NamedTuple):
    """The result of one check."""

    check: Check
    outcome: str
    reason: str | None  # why it was not checked
    seen: tuple[Fact, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the result of the check for results."""
        return {
            "id": self.check.id,
            "title": self.check.title,
            "source": self.check.source,
            "outcome": self.outcome,
            "reason": self.reason,
            "seen": [fact.text for fact in self.seen],
        }


@dataclass(frozen=True)
class Check:
    """One fact of the contract, and how it is looked at.

    Attributes:
        id: stable, for issues and tests.
        title: what holds, as a sentence.
        source: a page of the vendor, or a bug number.
        test: looks at it. It may raise M(NotChecked).
        since: the first release where it counts; None: any.
        until: the first release where it does not count any more; None: none.
        login: the only kind of login that it can be made with; None: any.
        writes: whether it writes to the cluster.
    """

    id: str
    title: str
    source: str
    test: Callable[[Questions], Verdict]
    since: str | None = None
    until: str | None = None
    login: str | None = None
    writes: bool = False

    def result(self, asked: Questions) -> Result:
        """Make the check. One that fails does not cost another.

        Raises:
            BaseException: it is to end the process.
        """
        try:
            self._assert_possible(asked)
            holds, seen = self.test(asked)
        except NotChecked as skipped:
            return Result(self, NOT_CHECKED, skipped.reason, ())
        except BaseException as error:  # its text may hold anything
            internal_error(error)  # raises what is to end the process
            return Result(self, NOT_CHECKED, BROKEN, ())
        return Result(self, HOLDS if holds else DIFFERS, None, seen)

    def _assert_possible(self, asked: Questions) -> None:
        """Raise NotChecked where the options, the version or the login rule it out."""
        version = asked.version
        if self.writes and not asked.writes:
            raise NotChecked(NOT_ASKED)
        if (self.since or self.until) and version is None:
            raise NotChecked(UNCLEAR)
        too_old = self.since is not None and is_before(version, self.since)
        if too_old or (self.until is not None and not is_before(version, self.until)):
            raise NotChecked(VERSION)
        if self.login is not None and asked.login != self.login:
            raise NotChecked(LOGIN)
        if self.writes and asked.check_mode:
            raise NotChecked(CHECK_MODE)


def check(
    title: str,
    source: str,
    *,
    since: str | None = None,
    until: str | None = None,
    login: str | None = None,
    writes: bool = False,
) -> Callable[[Callable[[Questions], Verdict]], Check]:
    """Make a check of a function, whose name is the id; parameters as in M(Check)."""

    def made(test: Callable[[Questions], Verdict]) -> Check:
        return Check(test.__name__, title, source, test, since, until, login, writes)

    return made
