# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One operation after the other, by one task.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError


class StepFailed(CertificateError):
    """A step failed.

    Attributes:
        returned: by the step.
    """

    def __init__(self, returned: Mapping[str, Any]) -> None:
        failure = {"kind": "step_failed", **(returned.get("failure") or {})}
        super().__init__(failure.pop("kind"), str(returned.get("msg", "")), **failure)
        self.returned = returned
        self.result = {"findings": returned.get("findings", [])}


class Step(Protocol):
    """Runs another action of this collection, with the connection of the task, and returns its result."""

    def __call__(
        self, name: str, options: Mapping[str, Any], *, predict: bool = False, connected: bool = True
    ) -> dict[str, Any]:
        """Run it.

        Args:
            predict: in check mode, and without a diff.
            connected: whether it takes the options of the connection.

        Raises:
            StepFailed: it fails.
        """
