# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real ansible-rulebook process, from its start until a test has seen what it wants."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from integration.parts import program
from integration.runs import PREFIX, Ansible

#: How long something may take that is about to happen, in seconds. Reached only when it never does.
PATIENCE = 60


class Rulebook:
    """Runs a rulebook of the collection in a folder; a context manager."""

    def __init__(self, ansible: Ansible, name: str, inventory: str, variables: Mapping[str, Any]) -> None:
        program("java")
        folder = ansible.folder
        vars_path = folder / "variables.yml"
        vars_path.write_text(yaml.safe_dump(dict(variables)), encoding="utf-8")
        self.log = folder / "rulebook.log"
        self._command = [program("ansible-rulebook"), "-r", f"{PREFIX}.{name}", "-i", inventory, "-e", str(vars_path), "-v"]
        self._environment = ansible.environment({})
        self._folder = folder

    def __enter__(self) -> Rulebook:
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                [*self._command, "--print-events"],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)

    @property
    def output(self) -> str:
        """All that it has printed."""
        return self.log.read_text("utf-8", "replace")

    def wait_for(self, text: str, times: int = 1) -> None:
        """Wait until it has printed something so often."""
        limit = time.monotonic() + PATIENCE
        while self.output.count(text) < times:
            assert self._process.poll() is None, f"ended before it printed {text!r}:\n{self.output}"
            assert time.monotonic() < limit, f"did not print {text!r}:\n{self.output}"
            time.sleep(0.1)
