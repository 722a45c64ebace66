# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metrics, exported once."""

from __future__ import annotations

import pytest

from . import scenario


@pytest.fixture(scope="session")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> str:
    return scenario.audited(tmp_path_factory.mktemp("audit"))
