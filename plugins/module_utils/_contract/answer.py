# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""One answer of a server, whatever it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from .._transport.peer import Response
from . import shapes
from .check import PERMISSION, UNCLEAR, VERSION, NotChecked, Verdict, verdict
from .vocabulary import EMPTY, HTML, NOT_JSON, Fact, Status

_REFUSED = (401, 403)
_ABSENT = (404, 405)


class Answer:
    """The status of an answer, and what it holds.

    Attributes:
        status: the HTTP status.
        location: the C(Location) header.
        content_type: the C(Content-Type) header.
    """

    def __init__(self, response: Response) -> None:
        self.status = response.status
        self.location = response.location
        self.content_type = response.content_type
        self._body = response.body

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self._body.decode("utf-8", "replace")

    @cached_property
    def _parsed(self) -> tuple[str, Any]:
        body = self._body.strip()
        if not body:
            return EMPTY, None
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            return HTML if body.startswith(b"<") or "html" in self.content_type.lower() else NOT_JSON, None
        return shapes.kind(value), value

    @property
    def kind(self) -> str:
        """Return the JSON type of the body, or what there is in its place."""
        return self._parsed[0]

    @property
    def value(self) -> Any:
        """Return the body as JSON; None where it is none."""
        return self._parsed[1]

    @property
    def object(self) -> Mapping[str, Any]:
        """Return the body, where it is an object.

        Raises:
            NotChecked: it is not, or the user may not see it.
        """
        self._assert_found()
        if not isinstance(self.value, dict):
            raise NotChecked(UNCLEAR)
        return self.value

    @property
    def objects(self) -> list[Mapping[str, Any]]:
        """Return the body, where it is a list of objects.

        Raises:
            NotChecked: it is not, or the user may not see it.
        """
        self._assert_found()
        if not isinstance(self.value, list) or len(shapes.dicts(self.value)) != len(self.value):
            raise NotChecked(UNCLEAR)
        return self.value

    def _assert_found(self) -> None:
        self.assert_permitted()
        if self.status in _ABSENT:
            raise NotChecked(VERSION)
        if self.status != 200:
            raise NotChecked(UNCLEAR)

    def assert_permitted(self) -> None:
        """Raise NotChecked where the user may not see it."""
        if self.status in _REFUSED:
            raise NotChecked(PERMISSION)

    def against(self, shape: shapes.Shape) -> Verdict:
        """Compare an object with the fields that it should have.

        Raises:
            NotChecked: the user may not see it.
        """
        problem = self.unlike("object")
        if problem is not None:
            return problem
        facts = shapes.deviations([self.value], shape)
        return verdict(not facts, Fact("fields", len(shape)), *facts)

    def each_against(self, shape: shapes.Shape) -> Verdict:
        """Compare each object of a list with the fields that it should have.

        Raises:
            NotChecked: the user may not see it.
        """
        problem = self.unlike("array")
        if problem is not None:
            return problem
        kinds = dict.fromkeys(map(shapes.kind, self.value))
        facts = shapes.deviations(shapes.dicts(self.value), shape)
        return verdict(set(kinds) <= {"object"} and not facts, Fact("entries", len(self.value), *kinds), *facts)

    def unlike(self, kind: str, *, optional: bool = False) -> Verdict | None:
        """Return the verdict on an answer that is not a 200 with JSON of this type; None where it is.

        Args:
            optional: whether there may be no such path.

        Raises:
            NotChecked: the user may not see it, or the path does not exist.
        """
        self.assert_permitted()
        if optional and self.status in _ABSENT:
            raise NotChecked(VERSION)
        if self.status == 200 and self.kind == kind:
            return None
        return verdict(False, Fact("status", Status(self.status)), Fact("type", self.kind))
