# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each ansible-playbook would do again before its first task, done once for those that warm.py forks.

A playbook that asks no cluster, run in a process of its own, shows what this is: imports of ansible-core, half of which
do not depend on settings; regular expressions; and Ansible's own YAML, such as the documentation of each plugin, which
says what its options are.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import os
import pickle
import re
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

#: What reads the settings when it is imported: it, and what imports it, belongs to each run.
_SETTINGS = ("ansible.config.manager", "ansible.constants")

_PLAYBOOK = """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - redis_enterprise.certificates.cluster_certificate:
"""


class _NoSettings(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname: str, path: Sequence[str] | None, target: object = None) -> None:
        if fullname in _SETTINGS:
            raise ImportError(fullname)


#: What reads the YAML of Ansible itself: settings, where plugins have gone, and how these are documented.
_LOADERS = ("AnsibleLoader", "CBaseLoader", "CSafeLoader")

_Parsed = dict[tuple[str, bytes], bytes]


def _watch(parsed: _Parsed, learning: bool) -> None:
    """Have C(yaml.load) note what it parses, or take from the notes what it would parse again."""
    import yaml

    load = yaml.load

    def noted(stream: Any, Loader: Any) -> Any:  # noqa: N803 - as yaml names it
        if Loader.__name__ not in _LOADERS:
            return load(stream, Loader)
        stream = stream.read() if hasattr(stream, "read") else stream
        key = (Loader.__name__, pickle.dumps(stream))  # with its tags, such as where it is from
        if key in parsed:
            return pickle.loads(parsed[key])
        result = load(stream, Loader)
        if learning:
            parsed[key] = pickle.dumps(result)
        return result

    yaml.load = noted


#: The modules of ansible-core that a run imports, regular expressions with their flags, and what it parses.
_Learnt = tuple[list[str], list[tuple[Any, int]], _Parsed]


def _seen() -> _Learnt:
    """Run the playbook, and return what was seen of that."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    os.environ["REDIS_ENTERPRISE_IN_PROCESS"] = "true"
    parsed: _Parsed = {}
    _watch(parsed, learning=True)
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as playbook, contextlib.suppress(SystemExit):
        playbook.write(_PLAYBOOK)
        playbook.flush()
        sys.argv[:] = ["ansible-playbook", "-i", "localhost,", playbook.name]
        importlib.import_module("ansible.cli.playbook").main()
    names = [name for name in sys.modules if re.match(r"ansible\.(?!cli)", name)]
    patterns = [key[1:] for key in re._cache]  # type: ignore[attr-defined]  # private: kind, pattern and flags
    return names, patterns, parsed


def _learn() -> _Learnt:
    """Run the playbook in another process, which ends with it, and return what was seen of that."""
    reader, writer = os.pipe()
    process = os.fork()
    if not process:
        try:
            with open(writer, "wb") as file:
                pickle.dump(_seen(), file)
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as file:
        learnt: _Learnt = pickle.load(file)
    os.waitpid(process, 0)
    return learnt


def prime() -> None:
    """Import what of ansible-core does not depend on settings, and have at hand what each run parses."""
    names, patterns, parsed = _learn()
    _watch(parsed, learning=False)  # before the first import that keeps what it replaces
    finder = _NoSettings()
    sys.meta_path.insert(0, finder)
    for name in names:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    sys.meta_path.remove(finder)
    for pattern, flags in patterns:
        re.compile(pattern, flags)
