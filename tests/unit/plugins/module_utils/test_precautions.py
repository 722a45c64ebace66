# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which known bugs a change meets, and that no node misses an internode certificate."""

from __future__ import annotations

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils import _precautions
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._cluster import Cluster, Node
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._plan import Change
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state import State

NAME = "data_internode_encryption"


def change(action: str, name: str = NAME) -> Change:
    return Change(name, action, "forced", None, None, State(), State())


def cluster(version: str | None, status: str | None = "active") -> Cluster:
    return Cluster(None, version, (Node(1, "10.0.0.1", (), status, version),), None, 8443)


@pytest.mark.parametrize(
    ("action", "version", "met"),
    [
        ("update", "8.0.20-95", ["RS208996"]),
        ("rotate", "8.0.20-95", ["RS200137"]),
        ("rotate", "8.2.0-45", ["RS200137"]),
        ("rotate", "8.2.0-46", []),
        ("rotate", None, []),
    ],
)
def test_a_rotation_meets_other_bugs_than_an_update(action: str, version: str | None, met: list[str]) -> None:
    assert [hazard.id for hazard in _precautions.hazards([change(action)], cluster(version))] == met


@pytest.mark.parametrize(
    ("action", "version", "forgotten"),
    [
        ("update", "8.2.0-45", None),
        ("rotate", "8.2.0-45", "RS200137), and this cluster has 8.2.0-45"),
        ("rotate", "8.2.0-46", None),
        ("rotate", None, "RS200137), and this cluster has one that is not known"),
    ],
)
def test_a_node_that_is_down_would_miss_it(action: str, version: str | None, forgotten: str | None) -> None:
    with pytest.raises(CertificateError, match=r"node 1 \(10\.0\.0\.1\) is down") as raised:
        _precautions.check_nodes([change(action)], cluster(version, "down"))
    assert raised.value.failure == {"kind": "node_not_active", "certificate": NAME}
    assert ("RS200137" in raised.value.message) is (forgotten is not None)
    assert (forgotten or "") in raised.value.message


@pytest.mark.parametrize(
    ("changes", "status"), [([change("rotate")], "active"), ([change("update", "proxy")], "down"), ([], "down")]
)
def test_nobody_misses_anything(changes: list[Change], status: str) -> None:
    _precautions.check_nodes(changes, cluster(None, status))
