# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands to copy.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from ansible import context

from .table import WIDTH

#: Where a run has its hosts, variables and passwords of Ansible Vault from, by what its settings call it.
_SOURCES = {
    "inventory": "-i",
    "extra_vars": "-e",
    "vault_ids": "--vault-id",
    "vault_password_files": "--vault-pass-file",
}


def collection_command() -> str:
    """Return the command that runs a playbook of this collection with the files of this run, up to its name.

    Variables that were typed are not repeated, see M(variables_were_typed): they may be secrets.
    """
    words = ["ansible-playbook"]
    for setting, option in _SOURCES.items():
        given = _typed(setting)
        files = [one for one in given if one.startswith("@")] if setting == "extra_vars" else given
        words += [word for one in files for word in (option, one)]
    if context.CLIARGS.get("ask_vault_pass"):
        words.append("--ask-vault-pass")
    return shlex.join([*words, "redis_enterprise.certificates"])


def variables_were_typed() -> bool:
    """Return whether the run was given variables other than in files."""
    return any(not one.startswith("@") for one in _typed("extra_vars"))


def _typed(setting: str) -> Sequence[str]:
    return context.CLIARGS.get(setting) or ()


def to_copy(command: str) -> Iterator[str]:
    """Yield a command in lines that a shell puts together. Words are whole, however long."""
    units: list[str] = []  # an option with its value, or another word
    for word in shlex.split(command):
        if units and units[-1].startswith("-") and " " not in units[-1] and not word.startswith("-"):
            units[-1] += f" {shlex.quote(word)}"
        else:
            units.append(shlex.quote(word))
    line = f"  {units[0]}"
    for unit in units[1:]:
        if len(f"{line} {unit} \\") > WIDTH:
            yield f"{line} \\"
            line = f"     {unit}"
        else:
            line += f" {unit}"
    yield line


def limit_of_run() -> str | None:
    """Return the hosts that this run is limited to, as C(--limit) has them."""
    subset: str | None = context.CLIARGS.get("subset")
    return subset


def limited(hosts: str | None) -> str:
    """Return the option for these hosts, with what sets it off; nothing where there is no limit."""
    return f" --limit {shlex.quote(hosts)}" if hosts else ""
