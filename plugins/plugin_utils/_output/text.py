# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text for a person, in the output of C(ansible-playbook), where Ansible would show a list in JSON.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Union

from ansible import constants
from ansible.utils.display import Display

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


def show(lines: Iterable[Line]) -> None:
    """Show lines, by Ansible's own output, which every callback and C(ansible-runner) pass on.

    Lines of one meaning come out together, whatever the tasks of other hosts show at the same time.
    """
    pairs = [(line, None) if isinstance(line, str) else line for line in lines]
    for meaning, some in groupby(pairs, key=lambda one: one[1]):
        Display().display("\n".join(text for text, _meaning in some), color=meaning and getattr(constants, meaning))
