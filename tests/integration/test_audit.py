# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role audit, through its playbook."""

from __future__ import annotations

from typing import Any

import pytest
from simulator import Cluster, Fault
from simulator.authority import Authority

from .runs import PREFIX, Ansible, Run
from .test_rotation import inventory

PLAYBOOK = f"{PREFIX}.audit"


def table(run: Run) -> list[str]:
    (shown,) = [outcome for outcome in run.outcomes if outcome.task.endswith("Show all clusters")]
    lines: list[str] = shown.result["msg"]
    return lines


@pytest.mark.parametrize("role", ["admin", "cluster_viewer"])
def test_healthy_clusters_pass(ansible: Ansible, role: str) -> None:
    with (
        Cluster(nodes=1, database="none") as one,
        Cluster(nodes=1, database="none", version="7.8.6-36") as two,
    ):
        hosts = inventory(ansible, {"one": one, "two": two}, role)
        for mode in ([], ["--check"]):
            run = ansible.playbook(PLAYBOOK, "-i", hosts, *mode).expect()
            lines = table(run)
            assert lines[0].split() == ["cluster", "version", "certificate", "expires", "days", "status", "issuer"]
            assert len(lines) == 1 + 7 + 7
            assert [line.split()[:3] for line in lines if "proxy" in line] == [
                ["one", "8.0.20-96", "proxy"],
                ["two", "7.8.6-36", "proxy"],
            ]
            assert all(line.split()[5] == "ok" for line in lines[1:])
            assert run.output.count("changed=0 ") == 2
        assert one.writes == two.writes == []


def test_fails_for_what_expires_and_for_what_cannot_be_read(ansible: Ansible) -> None:
    with (
        Cluster(nodes=1, database="none", expires={"proxy": 10, "cm": -1}) as soon,
        Cluster(nodes=1, database="none") as broken,
        Cluster(nodes=1, database="none") as unreadable,
        Cluster(nodes=1, database="none", expires={"proxy": 20}) as good,
    ):
        broken.add_fault(Fault(method="GET", path="/v1/cluster/certificates", status=503))
        unreadable.set_certificate("syncer", "garbage", None)
        issued = Authority(common_name="Ends soon", days=3).issue(root=True)
        unreadable.set_certificate("cm", issued.certificate_pem, str(issued.key_pem))
        clusters = {"soon": soon, "broken": broken, "unreadable": unreadable, "good": good}
        run = ansible.playbook(PLAYBOOK, "-i", inventory(ansible, clusters)).expect(ok=False)
    lines = table(run)
    assert len(lines) == 1 + 7 + 1 + 7 + 7
    status = {tuple(line.split()[:3:2]): line for line in lines}
    assert "  EXPIRES SOON  " in status["soon", "proxy"]
    assert "  EXPIRED  " in status["soon", "cm"]
    assert "  ok  " in status["soon", "api"]
    assert "NOT READ: GET /v1/cluster/certificates" in status["broken", "-"]
    assert "NOT READABLE" in status["unreadable", "syncer"]
    assert "  AN ISSUER EXPIRES SOON  " in status["unreadable", "cm"]
    failed = {
        outcome.host: outcome.result["msg"]
        for outcome in run.outcomes
        if "Fail when" in outcome.task and outcome.status == "failed"
    }
    assert set(failed) == {"soon", "broken", "unreadable"}
    assert failed["soon"].endswith("cm, proxy")
    assert failed["unreadable"].endswith("syncer, cm")


@pytest.mark.parametrize(("days", "ok"), [(11, False), (10, True)])
def test_the_threshold_is_in_days(ansible: Ansible, days: int, ok: bool) -> None:
    with Cluster(nodes=1, database="none", expires={"proxy": 10.5}) as cluster:
        run = ansible.playbook(PLAYBOOK, "-i", inventory(ansible, {"one": cluster}), "-e", f"audit_fail_within={days}")
        run.expect(ok=ok)


@pytest.mark.parametrize("variables", [{"audit_fail_within": "soon"}, {"redis_enterprise_timeout": "long"}])
def test_wrong_variables_fail_at_the_start(ansible: Ansible, cluster: Cluster, variables: dict[str, Any]) -> None:
    run = ansible.playbook(PLAYBOOK, "-i", inventory(ansible, {"one": cluster}, **variables)).expect(ok=False)
    assert next(iter(variables)) in run.output
    assert cluster.requests == []
