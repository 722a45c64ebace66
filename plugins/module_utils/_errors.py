# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What the core raises on purpose: a message for people, and the same as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ._untrusted import printable


class CertificateError(Exception):
    """Something that the user has to know, worded so that the next step is clear.

    The text of another exception, or of a response body, never goes in here: either may quote a private key or a
    password.

    Attributes:
        message: what happened and what to do next, in sentences.
        kind: a stable identifier of the cause, such as V(unauthorized) or V(key_mismatch).
        data: further facts of the failure, JSON-serialisable: C(status), C(error_code), C(option), ...
        retry_after: seconds that the server asks to wait before the request is sent again, if it asks.
        result: what the task's result should hold besides the failure: C(changed), C(outcome), C(nodes), ...
    """

    def __init__(self, kind: str, message: str, *, retry_after: float | None = None, **data: Any) -> None:
        self.kind = kind
        self.message = printable(message)  # an option, too, may hold a line break that forges a line of the log
        super().__init__(self.message)
        self.retry_after = retry_after
        self.data = data
        self.result: dict[str, Any] = {}

    def about(self, certificate: str) -> CertificateError:
        """Return the error with the name of the certificate that it is about, unless it names one."""
        if "certificate" in self.data:
            return self
        return self._copy(f"{certificate}: {self.message}", certificate=certificate)

    def adding(self, sentences: str) -> CertificateError:
        """Return the error with more to say."""
        return self._copy(f"{self.message} {sentences}")

    def with_result(self, **result: Any) -> CertificateError:
        """Return the error with more of what the task's result should hold besides the failure."""
        other = self._copy(self.message)
        other.result.update(result)
        return other

    def _copy(self, message: str, **data: Any) -> CertificateError:
        other = CertificateError(self.kind, message, retry_after=self.retry_after, **{**self.data, **data})
        other.result = dict(self.result)
        return other

    @property
    def failure(self) -> dict[str, Any]:
        """Return the failure as data, for the task's result."""
        return {"kind": self.kind, **self.data}


def invalid_option(option: str, problem: str, next_step: str, *, kind: str = "invalid_option") -> CertificateError:
    """Return the error of an option that is wrong.

    Args:
        option: its name, as the task gives it.
        problem: what is wrong with it, without a final period; never its value, where that may be a secret.
        next_step: what to do about it, without a final period.
        kind: where something better is known than that it is wrong.
    """
    return CertificateError(kind, f"option {option}: {problem}. {next_step}.", option=option)


class MaterialProblem(ValueError):
    """A private key or a file that cannot be used; the message never quotes what is in it.

    Attributes:
        kind: the stable identifier of the cause, for C(failure.kind).
        next_step: what the user can do about it.
    """

    def __init__(self, kind: str, message: str, next_step: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.next_step = next_step


def combined(errors: Sequence[CertificateError]) -> CertificateError:
    """Return one error for all of them, so that the user need not fix one to see the next."""
    first, *others = errors
    if not others:
        return first
    message = " ".join([f"{len(errors)} things are wrong.", *(error.message for error in errors)])
    names = dict.fromkeys(error.data["certificate"] for error in errors if "certificate" in error.data)
    same = all(error.kind == first.kind for error in others)
    return CertificateError(
        first.kind if same else "several",
        message,
        certificate=", ".join(names),
        failures=[error.failure for error in errors],
    )
