# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text for a person, in the output of C(ansible-playbook), where Ansible would show a list in JSON.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Union

from ansible import constants
from ansible.utils.display import Display
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import invalid_option

#: Callbacks whose standard output a program reads, by the last part of their names.
_FOR_PROGRAMS = frozenset({"json", "jsonl", "null"})

#: What colours mean, as Ansible's own results have them; a user may have set others.
FAILED, WARNING, CHANGED, OK = "COLOR_ERROR", "COLOR_WARN", "COLOR_CHANGED", "COLOR_OK"

#: Ahead of what is for a person who reads nothing else.
RULE = "-" * 80

Line = Union[str, tuple[str, str]]
"""A line, perhaps with what its colour means."""


def is_read_by_a_person() -> bool:
    """Return whether the output of the chosen callback is for people."""
    return str(constants.DEFAULT_STDOUT_CALLBACK).rpartition(".")[2] not in _FOR_PROGRAMS


def parse_lines(given: Iterable[Any]) -> Iterator[Line]:
    """Yield the lines in an option.

    Raises:
        CertificateError: one is something else.
    """
    for number, one in enumerate(given, 1):
        if isinstance(one, str):
            yield one
        elif isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) and _is_colour(one[1]):
            yield one[0], one[1]
        else:
            raise invalid_option(
                "lines",
                f"entry {number} is neither a text nor a list of a text and one of Ansible's settings of colours",
                "Give it as a text, or as [text, COLOR_WARN]",
            )


def _is_colour(name: object) -> bool:
    return isinstance(name, str) and name.startswith("COLOR_") and hasattr(constants, name)


def show(lines: Iterable[Line]) -> None:
    """Show lines, by Ansible's own output, which every callback and C(ansible-runner) pass on.

    Lines of one meaning come out together, whatever the tasks of other hosts show at the same time.
    """
    pairs = [(line, None) if isinstance(line, str) else line for line in lines]
    for meaning, some in groupby(pairs, key=lambda one: one[1]):
        Display().display("\n".join(text for text, _meaning in some), color=meaning and getattr(constants, meaning))
