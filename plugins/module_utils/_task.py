# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What an operation is: options in, result out. One file in C(_operations) for each."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable

from . import _options
from ._retry import Retries
from ._session import Session


@dataclass
class Task:
    """What an operation gets, and where it leaves its warnings."""

    params: Mapping[str, Any]
    check_mode: bool
    warnings: list[str] = field(default_factory=list)

    def connect(self) -> tuple[Session, Retries]:
        """A session with the cluster that the options name, and how often its requests are repeated.

        Raises:
            CertificateError: an option is wrong.
        """
        connection = _options.connection(self.params, os.environ)
        self.warnings.extend(connection.warnings)
        return Session(connection), Retries(connection.retries, connection.retry_delay, connection.retry_max_delay)

    def warn(self, message: str) -> None:
        """Leave a warning."""
        self.warnings.append(message)


@dataclass(frozen=True)
class Operation:
    """What a module does, and the options that it takes."""

    run: Callable[[Task], dict[str, Any]]
    argument_spec: Mapping[str, dict[str, Any]]
    mutually_exclusive: Sequence[Sequence[str]] = ()

    @property
    def arguments(self) -> dict[str, Any]:
        """For AnsibleModule, and for the validator that it uses."""
        return {"argument_spec": dict(self.argument_spec), "mutually_exclusive": list(self.mutually_exclusive)}
