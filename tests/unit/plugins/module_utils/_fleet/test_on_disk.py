# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the nodes' metrics show of the certificates that the API reports."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import Stored
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.cluster import Cluster, Node
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet import on_disk
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.metrics import DOUBTFUL, Shown
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.goal import APART, SLACK
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._state.installed import Installed
from simulator.authority import Authority

END = datetime(2027, 6, 1, 12, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
LEFT_BEHIND = datetime(2024, 2, 29, tzinfo=timezone.utc)
UNSEEN = "the metrics do not show it"


class _Api:
    """Reports the same certificates whenever it is asked."""

    stored: dict[str, Stored]

    def __init__(self, session: Any) -> None:
        self.session = session

    def certificates(self) -> dict[str, Stored]:
        return self.stored


@pytest.mark.parametrize(
    ("ends", "status", "problem", "shown"),
    [
        ([END + SLACK], "verified", None, END + SLACK),
        ([END - SLACK, LEFT_BEHIND], "verified", None, END - SLACK),
        ([END + SLACK + SECOND, LEFT_BEHIND], "not_visible", DOUBTFUL, END + SLACK + SECOND),
        ([END - APART], "not_visible", DOUBTFUL, END - APART),
        ([END - APART - SECOND, LEFT_BEHIND], "stale", None, END - APART - SECOND),
        ([], "not_visible", UNSEEN, None),
    ],
)
def test_a_node_is_behind_only_where_its_end_is_further_away_than_clocks_are(
    monkeypatch: pytest.MonkeyPatch,
    authority: Authority,
    now: datetime,
    ends: list[datetime],
    status: str,
    problem: str | None,
    shown: datetime | None,
) -> None:
    stored = {"syncer": Stored(authority.issue(days=END).certificate_pem, None)}
    monkeypatch.setattr(_Api, "stored", stored, raising=False)
    monkeypatch.setattr(on_disk, "Api", _Api)
    answer = Shown({"1": {"syncer": frozenset(ends)}})
    reader = type("Reader", (), {"read": lambda self, nodes: answer})
    monkeypatch.setattr(on_disk, "exporters", lambda api, cluster, presented: reader())
    cluster = Cluster("cluster.example.com", None, (Node(1, "192.0.2.1", (), None, None),), None, 8443)
    api: Any = _Api(None)
    (found,) = on_disk.on_disk(api, cluster, stored, [Installed.of("syncer", stored["syncer"], now)], [])
    assert (found["status"], found["problem"]) == (status, problem)
    assert found["not_after"] == (shown and f"{shown:%Y-%m-%dT%H:%M:%SZ}")
