# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shlex
import subprocess
from typing import Any

import pytest
from ansible import context
from ansible.module_utils.common.collections import ImmutableDict
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.command import (
    collection_command,
    to_copy,
    variables_were_typed,
)


def given(monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
    monkeypatch.setattr(context, "CLIARGS", ImmutableDict(settings))


def test_a_run_is_repeated_with_its_files_and_without_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    given(
        monkeypatch,
        inventory=("my hosts.yml", "more"),
        extra_vars=("@defaults.yml", "redis_enterprise_password=secret"),
        vault_ids=("prod@prompt",),
        vault_password_files=("pass.txt",),
        ask_vault_pass=False,
    )
    assert collection_command() == (
        "ansible-playbook -i 'my hosts.yml' -i more -e @defaults.yml --vault-id prod@prompt --vault-pass-file pass.txt "
        "redis_enterprise.certificates"
    )
    assert variables_were_typed()
    given(monkeypatch, inventory=None, extra_vars=("@defaults.yml",), ask_vault_pass=True)
    assert collection_command() == "ansible-playbook -e @defaults.yml --ask-vault-pass redis_enterprise.certificates"
    assert not variables_were_typed()


@pytest.mark.parametrize(
    "words",
    [
        ["ansible-playbook", "-i", "hosts.yml", "x.rotate"],
        ["ansible-playbook", "-i", "a folder/" + "hosts" * 12, "-i", "more", "x.rotate", "--limit", "a*"],
        ["ansible-playbook", "-J", "-i", "hosts" * 30, "x.rotate", "--limit", ",".join(map(str, range(100)))],
        ["ansible-playbook", "x.trust", *["-e", "it's=" + "long " * 9] * 3],
    ],
)
def test_lines_of_a_command_are_one_command_to_a_shell(words: list[str]) -> None:
    lines = list(to_copy(shlex.join(words)))
    script = "\n".join(lines).replace("ansible-playbook", "printf '%s\\n' ansible-playbook", 1)
    assert subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.splitlines() == words
    assert all(len(line) <= 100 or len(shlex.split(line.rstrip("\\"))) <= 2 for line in lines)
