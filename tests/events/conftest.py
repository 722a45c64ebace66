# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Material and a folder that tests of events share."""

from __future__ import annotations

from pathlib import Path

import pytest
from integration.runs import Ansible
from simulator.authority import Authority


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority(common_name="Event test CA")


@pytest.fixture
def ansible(tmp_path: Path) -> Ansible:
    return Ansible(tmp_path)
