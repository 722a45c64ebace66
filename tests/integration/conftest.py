# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clusters, material and runs that integration tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from simulator import Cluster
from simulator.authority import Authority

from .runs import Ansible

#: One release without the bulk update and one with it.
VERSIONS = ["7.8.6-36", "8.0.20-96"]


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority(common_name="Integration test CA")


@pytest.fixture
def ansible(tmp_path: Path) -> Ansible:
    return Ansible(tmp_path)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A cluster of one node that has the bulk update."""
    with Cluster(nodes=1, version="8.0.20-96", database="none") as started:
        yield started


@pytest.fixture(params=VERSIONS)
def any_cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A cluster of one node, of each kind of release."""
    with Cluster(nodes=1, version=request.param, database="none") as started:
        yield started
