# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real ansible-rulebook process that runs a rulebook of the collection."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping
from typing import Any

import yaml
from integration.parts import program
from integration.runs import PREFIX, Ansible

#: How long something may take that is about to happen, in seconds. Reached only when it never does.
PATIENCE = 90


class Rulebook:
    """From its start to the end of the block."""

    def __init__(self, ansible: Ansible, name: str, inventory: str, variables: Mapping[str, Any]) -> None:
        given, self._log = ansible.folder / "variables.yml", ansible.folder / "rulebook.log"
        given.write_text(yaml.safe_dump(dict(variables)), encoding="utf-8")
        command = [program("ansible-rulebook"), "-r", f"{PREFIX}.{name}", "-i", inventory, "-e", str(given)]
        with self._log.open("wb") as output:
            self.process = subprocess.Popen(
                [*command, "--print-events", "-v"],
                cwd=ansible.folder,
                env=ansible.environment({"RECORD_FILE": str(ansible.folder / "record.json")}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> Rulebook:
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)

    @property
    def output(self) -> str:
        """All that it and its playbooks have printed."""
        return self._log.read_text("utf-8", "replace")

    def count(self, text: str) -> int:
        """How often it has printed something."""
        return self.output.count(text)

    @property
    def events(self) -> int:
        """How many events have come."""
        return self.count("[received event]")

    def wait_until(self, seen: Callable[[], bool]) -> None:
        """Wait for something while it runs."""
        limit = time.monotonic() + PATIENCE
        while not seen():
            assert self.process.poll() is None, f"It ended:\n{self.output}"
            assert time.monotonic() < limit, f"It did not come:\n{self.output}"
            time.sleep(0.1)

    def wait_for(self, text: str, times: int = 1) -> None:
        """Wait until it has printed something so often."""
        self.wait_until(lambda: self.count(text) >= times)
