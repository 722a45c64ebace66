# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rulebooks of the collection: what happens to a certificate, a rotation of that cluster, and silence."""

from __future__ import annotations

import re
from typing import Any

import requests
from integration.parts import free_ports, listens
from integration.runs import Ansible, login
from integration.test_rotation import folder, from_folder, inventory, updated
from simulator import Cluster
from simulator.authority import Authority

from .rulebook import PATIENCE, Rulebook

RECAP = "PLAY RECAP"


def watched(ansible: Ansible, **clusters: Cluster) -> dict[str, Any]:
    """The variables of the rulebook that watches clusters."""
    return {
        "certificate_events_clusters": [
            {"name": name, **login(cluster, "cluster_viewer")} for name, cluster in clusters.items()
        ],
        "certificate_events_state_path": str(ansible.folder / "state.json"),
        "certificate_events_interval": 1,
    }


def hosts(ansible: Ansible, authority: Authority, **clusters: Cluster) -> str:
    """An inventory in which proxy is to be rotated, and nothing else."""
    material = {"proxy": authority.issue("cluster.example.com")}
    return inventory(ansible, clusters, rotation_certificates=from_folder(folder(ansible, material), material))


def test_an_event_a_rotation_and_silence(ansible: Ansible, authority: Authority) -> None:
    with (
        Cluster(nodes=1, database="none", expires={"proxy": 5, "cm": 3}) as payments,
        Cluster(nodes=1, database="none") as sessions,
    ):
        own = hosts(ansible, authority, payments=payments, sessions=sessions)
        variables = watched(ansible, payments=payments, sessions=sessions)
        with Rulebook(ansible, "rotate_on_event", own, variables) as rulebook:
            rulebook.wait_for(RECAP)
            reads = rulebook.count("payments: read")
            rulebook.wait_for("payments: read", reads + 3)
            first = rulebook.output
            # One for each certificate, and one run for both.
            assert rulebook.events == first.count("'kind': 'expiring'") == 2
            assert first.count(RECAP) == 1
        # Each is logged with its id, and the run names the one that began it.
        logged = re.findall(r"payments: event ([0-9a-f-]{36}): expiring of (proxy|cm)", first)
        assert sorted(certificate for _number, certificate in logged) == ["cm", "proxy"]
        begun = re.findall(r"Read all clusters, and plan \(event ([0-9a-f-]{36})\)", first)
        assert set(begun) <= {number for number, _certificate in logged}
        assert len(set(begun)) == 1
        assert updated(payments) == ["proxy"]
        assert "failed=0" in first
        assert "Traceback" not in first

        # After a restart there is nothing new: proxy is another one, and of cm it was told.
        with Rulebook(ansible, "rotate_on_event", own, variables) as rulebook:
            rulebook.wait_for("payments: read", 3)
            rulebook.wait_for("sessions: read", 3)
            assert (rulebook.events, rulebook.count(RECAP)) == (0, 0)

            # A node that no longer answers is reported, and that it does again; no rotation fixes that.
            sessions.nodes[0].down = True
            rulebook.wait_for("'kind': 'unreachable'", 2)  # received, and printed by the rule
            sessions.nodes[0].down = False
            rulebook.wait_for("'kind': 'recovered'", 2)
            assert rulebook.count(RECAP) == 0

            # A rotation is tried on what the vendor would refuse; here it has no other material for that.
            weak = authority.issue(payments.fqdn, eku=["serverAuth"])
            payments.set_certificate("syncer", weak.certificate_pem, str(weak.key_pem))
            rulebook.wait_for("'kind': 'finding'")
            rulebook.wait_for(RECAP)
            second = rulebook.output
        assert updated(payments) == ["proxy"]
        assert sessions.writes == []
        shown = first + second + (ansible.folder / "state.json").read_text()
        for cluster in (payments, sessions):
            assert cluster.user("cluster_viewer").password not in shown
            assert cluster.password not in shown


def test_the_certificate_of_a_database_is_printed_and_not_rotated(ansible: Ansible, authority: Authority) -> None:
    with Cluster(nodes=1, database="tls") as payments:
        (bdb,) = payments.bdbs
        material = authority.issue(days=3, key="ec", sans=["other.example.com"])
        payments.set_bdb_certificate(bdb.uid, material.certificate_pem, str(material.key_pem))
        variables = watched(ansible, payments=payments)
        with Rulebook(ansible, "rotate_on_event", hosts(ansible, authority, payments=payments), variables) as rulebook:
            rulebook.wait_for("'kind': 'expiring'")
            rulebook.wait_for("'check': 'name_missing'")
            rulebook.wait_for("payments: read", 4)
            shown = rulebook.output
        assert shown.count("'kind': 'expiring'") == 2  # received, and printed by the rule
        assert f"'certificate': 'database {bdb.name}'" in shown
        assert RECAP not in shown
        assert "Traceback" not in shown
        assert payments.writes == []


def test_an_expired_certificate_of_the_api_is_printed_and_begins_no_rotation(
    ansible: Ansible, authority: Authority
) -> None:
    with Cluster(nodes=1, database="none", expires={"api": -2.5}) as payments:
        variables = watched(ansible, payments=payments)
        with Rulebook(ansible, "rotate_on_event", hosts(ansible, authority, payments=payments), variables) as rulebook:
            rulebook.wait_for("'kind': 'expiring'", 2)  # received, and printed by the rule
            rulebook.wait_for("payments: not read", 2)
            shown = rulebook.output
        assert "'message': 'expired 2 days ago'" in shown
        assert "'failure': 'tls_expired'" in shown
        assert "payments: event " in shown
        assert RECAP not in shown
        assert "Traceback" not in shown


def test_a_wrong_argument_ends_it(ansible: Ansible, authority: Authority) -> None:
    with Cluster(nodes=1, database="none") as payments:
        variables = {**watched(ansible, payments=payments), "certificate_events_interval": 0}
        with Rulebook(ansible, "rotate_on_event", hosts(ansible, authority, payments=payments), variables) as rulebook:
            assert rulebook.process.wait(PATIENCE) == 1
        assert "option interval: must be a number from 1 to 604800 (seconds). Change the value." in rulebook.output
        assert "Traceback" not in rulebook.output
        assert payments.user("cluster_viewer").password not in rulebook.output
        assert payments.requests == []


def alert(cluster: str, *, status: str = "firing", alertname: str = "RedisCertificateExpires") -> dict[str, Any]:
    """As Alertmanager sends one."""
    labels = {"alertname": alertname, "cluster": cluster, "logical_name": "proxy", "severity": "warning"}
    return {
        "status": status,
        "labels": labels,
        "annotations": {"summary": f"proxy of {cluster} expires"},
        "startsAt": "2026-11-26T09:52:26.739Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.com:9090/graph?g0.expr=x&g0.tab=1",
        "fingerprint": "1a30ba71cca2921f",
    }


def notification(*alerts: dict[str, Any]) -> dict[str, Any]:
    """The body of Alertmanager's webhook, version 4."""
    return {
        "version": "4",
        "groupKey": '{}:{alertname="RedisCertificateExpires"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "rotation",
        "groupLabels": {"alertname": "RedisCertificateExpires"},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example.com:9093",
        "alerts": list(alerts),
    }


def test_an_alert_and_a_rotation(ansible: Ansible, authority: Authority) -> None:
    (port,) = free_ports(1)
    token = "a-token-of-the-tests"
    with (
        Cluster(nodes=1, database="none", expires={"proxy": 5}) as payments,
        Cluster(nodes=1, database="none") as sessions,
    ):
        own = hosts(ansible, authority, payments=payments, sessions=sessions)
        variables = {"certificate_alerts_port": port, "certificate_alerts_token": token}

        def post(*alerts: dict[str, Any], bearer: str = token) -> int:
            headers = {"Authorization": f"Bearer {bearer}"}
            url = f"http://127.0.0.1:{port}/alerts"
            return requests.post(url, json=notification(*alerts), headers=headers, timeout=PATIENCE).status_code

        with Rulebook(ansible, "rotate_on_alert", own, variables) as rulebook:
            rulebook.wait_until(lambda: listens(port))
            assert post(alert("sessions"), bearer="another") == 401
            of_none = alert("none")
            del of_none["labels"]["cluster"]
            others = alert("sessions", status="resolved"), alert("sessions", alertname="RedisClusterOutOfMemory")
            assert post(*others, of_none, alert("payments"), alert("payments")) == 200
            rulebook.wait_for(RECAP)
            assert updated(payments) == ["proxy"]
            assert sessions.writes == []

            # It is repeated within the hour, and is about another cluster then.
            assert post(alert("payments"), alert("sessions")) == 200
            rulebook.wait_for(RECAP, 2)
            assert updated(payments) == updated(sessions) == ["proxy"]
            assert (rulebook.events, rulebook.count("PLAY [Plan the rotation")) == (7, 2)
            assert token not in rulebook.output
