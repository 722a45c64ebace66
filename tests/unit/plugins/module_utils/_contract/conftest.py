# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator with all endpoints of the contract."""

from __future__ import annotations

import pytest

from .clusters import add_neighbours


@pytest.fixture(autouse=True)
def patch(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Undone after the test, so that each may turn the simulator round."""
    add_neighbours(monkeypatch)
    return monkeypatch
