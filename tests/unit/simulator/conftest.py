# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters for the simulator's own tests; they judge it without the collection."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_TESTS = str(Path(__file__).resolve().parents[2])
if _TESTS not in sys.path:
    sys.path.insert(0, _TESTS)

from simulator import Authority, Cluster  # noqa: E402
from unit.simulator.raw_client import Client  # noqa: E402


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """One node without a database; an indirect parameter gives other arguments of Cluster."""
    with Cluster(**{"nodes": 1, "database": "none", **getattr(request, "param", {})}) as running:
        yield running


@pytest.fixture
def client(cluster: Cluster) -> Client:
    return Client(cluster)
