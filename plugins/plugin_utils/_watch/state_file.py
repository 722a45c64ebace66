# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The conditions reported for each cluster, kept across restarts in a file without secrets."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import (
    invalid_option,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._files import replace_file

from .conditions import Condition, Conditions, Key

#: Of the file's form.
_SCHEMA = 1

_Levels = dict[Key, int]


class ReportedConditions:
    """The conditions that were reported as events, each with its level, as long as they hold."""

    def __init__(self, path: str, clusters: Iterable[str]) -> None:
        """Read the file, and check that it can be written.

        Args:
            path: of the file, which need not exist.
            clusters: the watched clusters. Entries of others are dropped.

        Raises:
            CertificateError: it is not such a file, or cannot be read or written.
        """
        self._path = path
        known = self._read()
        self._clusters: dict[str, _Levels] = {name: known.get(name, {}) for name in clusters}
        self.save()

    def news(self, cluster: str, conditions: Conditions) -> list[Condition]:
        """Return the conditions that were not reported yet, or only as less urgent."""
        reported = self._clusters[cluster]
        return [one for one in conditions.holding if one.key not in reported or one.level < reported[one.key]]

    def was(self, cluster: str, key: Key) -> bool:
        """Check whether the condition was reported, and has held since."""
        return key in self._clusters[cluster]

    def update(self, cluster: str, conditions: Conditions) -> bool:
        """Record the conditions that hold now; return whether the record changed."""
        reported = self._clusters[cluster]
        kept = {key: level for key, level in reported.items() if not conditions.cover(key)}
        self._clusters[cluster] = {**kept, **{one.key: one.level for one in conditions.holding}}
        return self._clusters[cluster] != reported

    def save(self) -> None:
        """Write the file.

        Raises:
            CertificateError: it could not be written.
        """
        clusters = {
            name: [{**key._asdict(), "level": level} for key, level in sorted(reported.items(), key=repr)]
            for name, reported in self._clusters.items()
        }
        content = json.dumps({"schema": _SCHEMA, "clusters": clusters}, indent=1) + "\n"
        try:
            replace_file(self._path, content.encode())
        except OSError as error:
            raise invalid_option(
                "state_path", f"{self._path} could not be written: {os.strerror(error.errno or 0)}", "Check its folder"
            ) from None

    def _read(self) -> dict[str, _Levels]:
        if not os.path.lexists(self._path):
            return {}
        if not os.path.isfile(self._path):
            raise invalid_option("state_path", f"{self._path} is not a file", "Choose another path")
        try:
            with open(self._path, encoding="utf-8") as file:
                return _parsed(json.load(file))
        except OSError as error:
            raise invalid_option(
                "state_path",
                f"{self._path} cannot be read: {os.strerror(error.errno or 0)}",
                "Check its mode and owner",
            ) from None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            # The option may name another file by mistake: it is not overwritten.
            raise invalid_option(
                "state_path",
                f"{self._path} is not a state file of this release",
                "Choose another path, or remove the file; then every present condition is reported again",
            ) from None


def _parsed(content: Any) -> dict[str, _Levels]:
    if content["schema"] != _SCHEMA:
        raise ValueError
    return {name: dict(_entry(**entry) for entry in entries) for name, entries in content["clusters"].items()}


def _entry(*, level: int, **key: str | None) -> tuple[Key, int]:
    found = Key(**key)  # type: ignore[arg-type]  # seen below
    texts = isinstance(found.kind, str) and isinstance(found.check, str)
    if not texts or not isinstance(level, int) or not all(isinstance(one, (str, type(None))) for one in found):
        raise ValueError
    return found, level
