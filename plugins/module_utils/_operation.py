# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What an operation is: options in, result out. One file in C(_operations) for each."""

from __future__ import annotations

import os
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable

from ._connection import parse_connection
from ._errors import CertificateError
from ._masking import WORDS, occurring
from ._transport.retry import Retries
from ._transport.session import Session
from ._untrusted import printable

#: The kind of a failure about a secret that occurs in a result.
WEAK = "weak_secret"


@dataclass
class Context:
    """What an operation gets, and where it leaves its warnings.

    Attributes:
        in_controller: whether it runs in a worker of C(ansible-playbook), and not in a module's process.
        interrupted: the signal that arrived while it could not stop; None: none did.
        secrets: those that people choose, each with what holds it.
    """

    params: Mapping[str, Any]
    check_mode: bool
    in_controller: bool = False
    interrupted: int | None = None
    secrets: Mapping[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def connect(self) -> tuple[Session, Retries]:
        """Return a session with the cluster that the options name, and how often its requests are repeated.

        Raises:
            CertificateError: an option is wrong.
        """
        connection = parse_connection(self.params, os.environ)
        for warning in connection.warnings:
            self.warn(warning)
        return Session(connection), Retries(connection.retries, connection.retry_delay, connection.retry_max_delay)

    def check_masking(self, result: Any) -> None:
        """Check that a result can be masked without changing what it says, before anything is changed.

        Args:
            result: what is known of it.

        Raises:
            CertificateError: V(weak_secret): a secret occurs in it, or in the words that it may have in the end.
        """
        error = find_weakness(self.secrets, [result, WORDS])
        if error is not None:
            raise error

    def warn(self, message: str) -> None:
        """Leave a warning."""
        self.warnings.append(printable(message))


def find_weakness(secrets: Mapping[str, str], result: Any, *, changed: bool = False) -> CertificateError | None:
    """Return the error for secrets that occur in a result, so that masking them would change what it says, if any do.

    Args:
        secrets: each with what holds it.
        changed: whether something was changed that could not be known before.
    """
    which = ", ".join(sorted({secrets[one] for one in occurring(secrets, result)}))
    if not which:
        return None
    return CertificateError(
        WEAK,
        f"{which}: the value occurs in names, numbers or words of the result, which Ansible would mask, so that no "
        f"report could rely on it. {'' if changed else 'Nothing was changed. '}Choose a value that is not part of a "
        "name, and longer.",
        option=which.rpartition(" ")[2],
    )


def internal_error(error: BaseException) -> CertificateError:
    """Return the error of a failure that was not foreseen, which says where it happened.

    Raises:
        BaseException: it is to end the process.
    """
    # A panic in cryptography's Rust code is not an Exception, and must not end Ansible's worker.
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error
    # A text of unknown origin may quote a key or a password: only where it happened is reported.
    where = traceback.extract_tb(error.__traceback__)[-1]
    return CertificateError(
        "internal_error",
        f"internal error: {type(error).__name__} in {os.path.basename(where.filename)}, line {where.lineno}. This is a "
        "bug in redis_enterprise.certificates; please report it with this line.",
    )


@dataclass(frozen=True)
class Operation:
    """What a module does, and the options that it takes."""

    run: Callable[[Context], dict[str, Any]]
    argument_spec: Mapping[str, dict[str, Any]]
    mutually_exclusive: Sequence[Sequence[str]] = ()
    members: str | None = None  # the option whose entries are clusters, of which a wrong one costs no other

    @property
    def arguments(self) -> dict[str, Any]:
        """Return the arguments for AnsibleModule, and for the validator that it uses."""
        return {"argument_spec": dict(self.argument_spec), "mutually_exclusive": list(self.mutually_exclusive)}

    def outcome(self, task: Context) -> dict[str, Any]:
        """Return what the operation returns, or how it failed. Not masked yet."""
        try:
            return self.run(task)
        except BaseException as error:
            known = error if isinstance(error, CertificateError) else internal_error(error)
            return {"failed": True, "msg": known.message, "failure": known.failure, **known.result}
