# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Material and a folder that tests of events share."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from integration.parts import program
from integration.runs import Ansible
from simulator.authority import Authority


@pytest.fixture(scope="session", autouse=True)
def java() -> None:
    """Skips the tests where there is none that ansible-rulebook can use: it looks for that before all else."""
    command = [program("ansible-rulebook"), "--version"]
    said = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if said.returncode and "Java" in said.stdout:
        pytest.skip("Java 17 or newer is not installed")


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority(common_name="Event test CA")


@pytest.fixture
def ansible(tmp_path: Path) -> Ansible:
    return Ansible(tmp_path)
