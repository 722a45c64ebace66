# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare what the integration tests' runs returned in two corners, field by field: compare_results.py FOLDER FOLDER.

The second folder may hold a part of the first one's tests.

What differs from one run to the next in any case (keys, times, ports, folders) counts as equal where it is of the same
kind, and means the same thing throughout a test.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: What a text may hold that is new in each run.
_MADE = {
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)|\d{8}T\d{6}\.\d{3}Z",
    "guid": r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
    "digest": r"(?i:\b(?:[0-9a-f]{2}:){3,31}[0-9a-f]{2}\b|\b[0-9a-f]{64}\b)",
    "folder": rf"{re.escape(tempfile.gettempdir())}/(?:pytest-of-\w+/pytest-\d+(?:/popen-gw\d+)?/\w+|[\w.-]+)",
    "job": r"\bj\d{9,}\.\d+",
    "pem": r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----",
    "port": r"(?<=[\w\]]:)\d{4,5}\b|(?<=redis-)\d{4,5}\b",
    "issuer": r"Pebble Intermediate CA \w+",
    "seconds": r"\b\d+(?:\.\d+)? s\b",
}
_MADE_TEXT = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _MADE.items()))

#: What releases of ansible-core add to results by themselves, differently: fields, warnings, and texts.
_ANSIBLE_S_OWN = frozenset(
    {
        *("_ansible_delegated_vars", "_ansible_no_log", "changed_when_result", "exception", "finished", "started"),
        "failed_when_suppressed_exception",
    }
)
#: What they leave in a result that is hidden, differently.
_OF_HIDDEN = frozenset({"warnings"})
_ANSIBLE_S_WARNING = re.compile(r"\[WARNING\]: There was a vault format error")
_ANSIBLE_S_TEXT = re.compile(
    r"is of type .{1,30}? and we were unable to convert to (?P<wanted>\w+): .*? "
    r"(?:cannot be converted to|JSON or key=value)"
    r"|Python \S+/bin/python\b"
)

#: Numbers that are new in each run, by the name of their field.
_MADE_NUMBERS = frozenset(
    {"port", "metrics_port", "serial_number", "days_remaining", "chain_days_remaining", "seconds"}
)


class _Test:
    """The numbers of what is new in the runs of one test, in the order of its appearance."""

    def __init__(self) -> None:
        self._known: defaultdict[str, dict[str, int]] = defaultdict(dict)

    def plain(self, value: Any, field: str = "") -> Any:
        if isinstance(value, dict):
            left_out = _ANSIBLE_S_OWN | (_OF_HIDDEN if "censored" in value else frozenset())
            return {self._text(key): self.plain(value[key], key) for key in sorted(value.keys() - left_out)}
        if isinstance(value, list):
            # A CA may put the names that it was asked for into an order of its own.
            items = sorted(value) if field == "subject_alternative_names" else value
            return [self.plain(item, field) for item in items]
        if field in _MADE_NUMBERS and value is not None:
            return self._number("number", str(value))
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        # Ansible masks in the order of a set: where one key is masked with its line end and again without, either wins.
        text = text.replace("********\n", "********")
        text = _ANSIBLE_S_TEXT.sub(lambda found: f"<Ansible's words on {found['wanted']}>", text)
        text = re.sub(r"(?<=\S) {2,}", "  ", text)  # columns of a table with such a text
        return _MADE_TEXT.sub(lambda found: self._number(str(found.lastgroup), found[0]), text)

    def _number(self, kind: str, text: str) -> str:
        if kind in ("time", "seconds", "port", "number"):
            return f"<{kind}>"  # two of them may be the same by chance
        return f"<{kind} {self._known[kind].setdefault(text, len(self._known[kind]) + 1)}>"


def _differences(first: Any, second: Any, where: str) -> Iterator[str]:
    if isinstance(first, dict) and isinstance(second, dict):
        for key in sorted({*first, *second}):
            if key not in first or key not in second:
                yield f"{where}.{key}: only in the {'second' if key not in first else 'first'}"
            else:
                yield from _differences(first[key], second[key], f"{where}.{key}")
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for index, pair in enumerate(zip(first, second, strict=True)):
            yield from _differences(*pair, f"{where}[{index}]")
    elif repr(first) != repr(second):  # NaN is not equal to itself
        yield f"{where}:\n    {first!r}\n    {second!r}"


def _runs(path: Path) -> list[dict[str, Any]]:
    """Read the runs of one test."""
    test = _Test()
    runs = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for run in runs:
        run["warnings"] = [warning for warning in run["warnings"] if not _ANSIBLE_S_WARNING.match(warning)]
        # Why a host is unreachable, Ansible itself says.
        run["outcomes"] = [one for one in run["outcomes"] if one[2] != "unreachable"]
        run["outcomes"].sort(key=lambda outcome: outcome[1])  # by host: several are at work side by side
    return [test.plain(run) for run in runs]


def main() -> None:
    """Print what differs; exit code 1 when something does, or when there is nothing to compare."""
    first, second = ({path.name: path for path in Path(folder).glob("*.jsonl")} for folder in sys.argv[1:3])
    wrong = [f"{_runs(second[name])[0]['test']} is only in the second" for name in sorted(second.keys() - first.keys())]
    tasks = 0
    for name in sorted(first.keys() & second.keys()):
        runs = _runs(first[name])
        tasks += sum(len(run["outcomes"]) for run in runs)
        wrong += [f"{runs[0]['test']} {line}" for line in _differences(runs, _runs(second[name]), "run")]
    print("\n".join(wrong) or f"{tasks} results of {len(second)} tests are equal")
    sys.exit(bool(wrong) or not tasks)


main()
