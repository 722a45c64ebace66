# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The endpoints, each read once: later calls get the same response, or the same failure. For readers only."""

from __future__ import annotations

from typing import Any

from .._errors import CertificateError
from .._transport.retry import Retries
from .._transport.session import Session
from .client import Meanings
from .replication import ReplicationApi


class CachingApi(ReplicationApi):
    """The endpoints. Every method raises CertificateError when it does not get what it promises."""

    def __init__(self, session: Session, retries: Retries) -> None:
        super().__init__(session, retries)
        self._answers: dict[str, Any] = {}  # by path; what the API answered, or a CertificateError

    def forbidden(self, path: str) -> bool:
        """Return whether this user may not read a path, or one of its pages."""
        answers = (answer for asked, answer in self._answers.items() if asked.partition("?")[0] == path)
        return any(isinstance(answer, CertificateError) and answer.kind == "forbidden" for answer in answers)

    def _get(self, path: str, meanings: Meanings | None = None) -> Any:
        if path not in self._answers:
            try:
                self._answers[path] = super()._get(path, meanings)
            except CertificateError as error:
                self._answers[path] = error
        answer = self._answers[path]
        if isinstance(answer, CertificateError):
            raise answer
        return answer
