# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module fleet_certificate_info."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import pytest
from simulator import ActiveActive, Cluster, Fault, ReplicaSource
from simulator.authority import Authority

from .runs import Ansible, Run, login, task
from .test_secrets import assert_absent

MODULE = "fleet_certificate_info"


def member(name: str, cluster: Cluster, role: str = "admin", **more: Any) -> dict[str, Any]:
    return {"name": name, **login(cluster, role), **more}


def clusters(run: Run, name: str = "read") -> dict[str, Mapping[str, Any]]:
    return {entry["name"]: entry for entry in run[name].result["clusters"]}


def paths(cluster: Cluster) -> list[str]:
    return sorted(request.path for request in cluster.requests)


@pytest.mark.main_path
def test_everything_that_there_is_to_know(ansible: Ansible) -> None:
    with Cluster(nodes=1, database="tls", version="7.8.6-36") as cluster:
        run = ansible.tasks([task("read", MODULE, {"clusters": [login(cluster)]})]).expect()
        asked = paths(cluster)
        assert cluster.writes == []
    (entry,) = run["read"].result["clusters"]
    assert not run["read"].changed
    assert entry["name"] == cluster.nodes[0].address
    assert entry["url"] == cluster.url
    assert (entry["error"], entry["drift"], entry["not_visible"], entry["warnings"]) == (None, None, [], [])
    assert entry["cluster"] == {
        "name": cluster.fqdn,
        "version": "7.8.6-36",
        "primary": {"node": 1, "address": cluster.nodes[0].address},
        "nodes": [{"uid": 1, "status": "active", "version": "7.8.6-36"}],
    }
    assert [certificate["name"] for certificate in entry["certificates"]][-1] == "syncer"
    assert all("findings" in certificate for certificate in entry["certificates"])
    assert {hazard["id"]: hazard["certificates"] for hazard in entry["hazards"]} == {
        "RS199373": ["ccs_internode_encryption"],
        "RS208996": ["ccs_internode_encryption", "data_internode_encryption"],
        "RS200137": ["ccs_internode_encryption", "data_internode_encryption"],
    }
    assert [(one["service"], one["matches"]) for one in entry["endpoints"]] == [
        ("api", True),
        ("cm", True),
        ("metrics_exporter", True),
        ("proxy", True),
    ]
    assert entry["internal"] == {
        "rotation_enabled": True,
        "expiry_days_before_rotation": 60,
        "cron_expression": "0 * * * *",
    }
    assert entry["alerts"] == {
        "cluster_certs_about_to_expire": {"enabled": True, "threshold": 45},
        "node_internal_certs_about_to_expire": {"enabled": True, "threshold": 15},
    }
    assert entry["replication"] == {"active_active": [], "replica_of": []}
    assert asked == [
        "/v1/bdbs",
        "/v1/bdbs/certificates",
        "/v1/cluster",
        "/v1/cluster/certificates",
        "/v1/job_scheduler",
        "/v1/nodes",
    ]


def test_certificates_of_databases(ansible: Ansible, authority: Authority) -> None:
    with Cluster(nodes=1, database="tls", tls_databases=2) as cluster:
        first, second = cluster.bdbs
        names = [f"redis-{first.port}.{cluster.fqdn}"]
        good, bad = authority.issue(sans=names, key="ec"), authority.issue(sans=["other.example.com"], days=-1)
        cluster.set_bdb_certificate(first.uid, good.certificate_pem, str(good.key_pem))
        cluster.set_bdb_certificate(second.uid, bad.certificate_pem, str(bad.key_pem))
        tasks = [
            task("read", MODULE, {"clusters": [member("one", cluster)]}),
            task("unserved", MODULE, {"clusters": [member("one", cluster)], "served": False}),
        ]
        run = ansible.tasks(tasks).expect()
    entry = clusters(run)["one"]
    assert [(one["uid"], one["certificate"], one["kind"], one["fingerprint"]) for one in entry["databases"]] == [
        (first.uid, f"database {first.name}", "server", good.fingerprint),
        (second.uid, f"database {second.name}", "server", bad.fingerprint),
    ]
    assert [one["endpoints"] for one in entry["databases"]] == [
        [f"redis-{bdb.port}.{cluster.fqdn}:{bdb.port}"] for bdb in (first, second)
    ]
    assert [[finding["id"] for finding in one["findings"]] for one in entry["databases"]] == [
        [],
        ["expired", "name_missing"],
    ]
    proxies = [(one["database"], one["matches"]) for one in entry["endpoints"] if one["service"] == "proxy"]
    assert proxies == [(first.uid, True), (second.uid, True)]
    assert clusters(run, "unserved")["one"]["databases"] == entry["databases"]
    assert "PRIVATE KEY" not in run.output


def test_it_asks_no_more_than_it_needs(ansible: Ansible, cluster: Cluster) -> None:
    options = {"clusters": [login(cluster)], "served": False}
    (entry,) = ansible.tasks([task("read", MODULE, options)]).expect()["read"].result["clusters"]
    assert paths(cluster) == [
        "/v1/bdbs",
        "/v1/cluster",
        "/v1/cluster/certificates",
        "/v1/job_scheduler",
        "/v1/nodes",
    ]
    assert cluster.handshakes("api") == 1
    assert cluster.handshakes("cm") == 0
    assert entry["endpoints"] is None


def test_what_is_wrong_with_one_does_not_stop_the_others(ansible: Ansible) -> None:
    with Cluster(nodes=1, database="none") as good, Cluster(nodes=1, database="none") as broken:
        broken.add_fault(Fault(method="GET", path="/v1/cluster/certificates", status=503))
        given = [
            member("broken", broken, retries=0),
            member("down", good, url="https://127.0.0.1:1", retries=0),
            member("password", good, password="wrong"),
            member("role", good, role="none"),
            member("option", good, timeout="long"),
            member("choice", good, node_address="somewhere"),
            member("login", good, token="also"),
            member("file", good, ca_path="/nowhere.pem"),
            {"name": "url", "url": "gopher://x"},
            member("good", good),
        ]
        run = ansible.tasks([task("read", MODULE, {"clusters": given})]).expect()
    found = clusters(run)
    assert list(found) == [one["name"] for one in given]
    kinds = {name: entry["error"] and entry["error"]["failure"]["kind"] for name, entry in found.items()}
    assert kinds == {
        "broken": "unavailable",
        "down": "connection_refused",
        "password": "unauthorized",
        "role": "forbidden",
        **dict.fromkeys(["option", "choice", "login", "file", "url"], "invalid_option"),
        "good": None,
    }
    for name, option in {"option": "timeout", "choice": "node_address", "login": "token", "file": "ca_path"}.items():
        assert option in found[name]["error"]["msg"]
    assert found["broken"]["url"] == broken.url
    assert found["url"]["url"] is None
    assert found["good"]["certificates"]
    assert found["down"]["certificates"] == []


@pytest.mark.parametrize("concurrency", [1, 16])
def test_a_slow_cluster_delays_nobody(ansible: Ansible, concurrency: int) -> None:
    with ExitStack() as stack:
        slow = stack.enter_context(Cluster(nodes=1, database="none"))
        others = [stack.enter_context(Cluster(nodes=1, database="none")) for dummy in range(4)]
        # It answers when all the others have been read, or when they will not be.
        slow.add_fault(
            Fault(method="GET", path="/v1/cluster/certificates", kind="slow", delay=5 if concurrency > 1 else 0.1)
        )
        given = [member("slow", slow), *(member(f"other {number}", one) for number, one in enumerate(others))]
        options = {"clusters": given, "concurrency": concurrency, "served": False}
        ansible.tasks([task("read", MODULE, options)]).expect()
        (answered,) = [request.answered for request in slow.requests if request.path == "/v1/cluster/certificates"]
        last = [max(request.arrived for request in one.requests) for one in others]
    assert answered is not None
    assert all(moment < answered for moment in last) is (concurrency > 1)


def test_what_a_user_may_not_see_is_named(ansible: Ansible) -> None:
    with Cluster(nodes=1, database="tls") as viewed, Cluster(nodes=1, database="tls") as hidden:
        for path in ("/v1/nodes", "/v1/bdbs", "/v1/crdbs", "/v1/job_scheduler", "/v1/cluster"):
            hidden.add_fault(Fault(method="GET", path=path, status=403))
        given = [member("viewed", viewed, "cluster_viewer"), member("hidden", hidden, "cluster_viewer")]
        run = ansible.tasks([task("read", MODULE, {"clusters": given})]).expect()
        assert viewed.writes == hidden.writes == []
    found = clusters(run)
    assert found["viewed"]["not_visible"] == []
    assert len(found["viewed"]["endpoints"]) == 4
    assert found["hidden"]["not_visible"] == ["alerts", "nodes", "databases", "active_active", "internal"]
    assert found["hidden"]["error"] is None
    assert len(found["hidden"]["certificates"]) == 7
    for field in ("internal", "replication", "alerts"):
        assert found["hidden"][field] is None
    primary = {"node": 1, "address": None}
    assert found["hidden"]["cluster"] == {"name": None, "version": "8.0.20-96", "primary": primary, "nodes": None}


def test_what_fails_beside_the_certificates_is_a_warning(ansible: Ansible, cluster: Cluster) -> None:
    cluster.add_fault(Fault(method="GET", path="/v1/job_scheduler", status=500))
    cluster.add_fault(Fault(method="GET", path="/v1/bdbs", kind="wrong_json"))
    run = ansible.tasks([task("read", MODULE, {"clusters": [member("one", cluster, retries=0)]})]).expect()
    entry = clusters(run)["one"]
    assert entry["error"] is None
    assert entry["internal"] is None
    assert entry["replication"]["replica_of"] is None
    assert sorted(warning.split()[1] for warning in entry["warnings"]) == ["/v1/bdbs", "/v1/job_scheduler"]


def test_replication(ansible: Ansible, authority: Authority) -> None:
    shared = ActiveActive()
    old = authority.issue(days=-1).certificate_pem
    with Cluster(nodes=1, database="tls", fqdn="source.example.com", active_active=[shared]) as source:
        now = source.certificate("proxy") or ""
        uri = f"rediss://:secret@redis-1.source.example.com:{source.database_port}"
        sources = {
            "current": [ReplicaSource(uri, now, encryption=True)],
            "by address": [ReplicaSource(f"rediss://:secret@127.0.0.1:{source.database_port}", now, encryption=True)],
            "stale": [ReplicaSource(uri, authority.issue().certificate_pem, encryption=True)],
            "expired": [ReplicaSource(uri, old, encryption=True)],
            "unknown": [ReplicaSource("rediss://:secret@elsewhere.example.com:1", now, encryption=True)],
            "plain": [ReplicaSource(uri.replace("rediss", "redis"))],
        }
        with Cluster(nodes=1, database="tls", active_active=[shared], replicas=sources) as target:
            given = [member("source", source), member("target", target)]
            run = ansible.tasks([task("read", MODULE, {"clusters": given})], "-vvv").expect()
    replication = clusters(run)["target"]["replication"]
    states = {pin["database"]: pin["state"] for pin in replication["replica_of"]}
    assert states == {
        "current": "current",
        "by address": "current",
        "stale": "stale",
        "expired": "expired",
        "unknown": "unknown",
    }
    (expired,) = [pin for pin in replication["replica_of"] if pin["database"] == "expired"]
    assert expired["days_remaining"] == -1
    (crdb,) = replication["active_active"]
    assert crdb["guid"] == shared.guid
    assert sorted(crdb["members"]) == ["cluster.example.com", "source.example.com"]
    assert ":secret@" not in run.output


def test_names(ansible: Ansible) -> None:
    with Cluster(nodes=1, database="none") as one, Cluster(nodes=1, database="none") as two:
        run = ansible.tasks(
            [
                task("read", MODULE, {"clusters": [login(one), login(two)], "served": False}),
                task("twice", MODULE, {"clusters": [member("a", one), member("a", two)]}, ignore_errors=True),
                task("nothing", MODULE, {}, ignore_errors=True),
                task("range", MODULE, {"clusters": [login(one)], "concurrency": 0}, ignore_errors=True),
            ]
        ).expect()
    assert list(clusters(run)) == [f"127.0.0.1:{one.api_port}", f"127.0.0.1:{two.api_port}"]
    assert run["twice"].failure["option"] == "clusters"
    assert run["nothing"].failure["option"] == "clusters"
    assert run["range"].failure["option"] == "concurrency"


def test_what_all_share(ansible: Ansible) -> None:
    with Cluster(nodes=1, database="none") as one, Cluster(nodes=1, database="none") as two:
        shared = login(one)
        given = [
            {"name": "one"},
            {"name": "two", "url": two.url, "ca_path": two.ca_path, "token": two.token()},
            {"name": "other login", "username": "somebody@example.com", "password": "wrong"},
            {"name": "half a login", "username": "somebody@example.com"},
        ]
        run = ansible.tasks([task("read", MODULE, {"clusters": given})], connection=shared).expect()
    kinds = {name: entry["error"] and entry["error"]["failure"]["kind"] for name, entry in clusters(run).items()}
    assert kinds == {"one": None, "two": None, "other login": "unauthorized", "half a login": "invalid_option"}


@pytest.mark.corner
@pytest.mark.parametrize("in_process", ["true", "false"])
def test_no_secret_shows(ansible: Ansible, in_process: str) -> None:
    password = "correct horse battery staple"
    variables = {"secret": password, "token": "a-token-that-nobody-issued", "in_url": "open sesame"}
    with Cluster(nodes=1, database="none", password=password) as cluster:
        given = [
            {**member("one", cluster), "password": "{{ secret }}"},
            {"name": "two", "url": cluster.url, "token": "{{ token }}", "ca_path": cluster.ca_path},
            {**member("three", cluster), "url": "https://user:{{ in_url }}@127.0.0.1:1", "password": "{{ secret }}"},
        ]
        run = ansible.tasks(
            [
                task("read", MODULE, {"clusters": given}),
                task("wrong", MODULE, {"clusters": given[:2], "concurrency": "many"}, ignore_errors=True),
            ],
            "-vvvvv",
            variables=variables,
            environment={
                "ANSIBLE_INJECT_INVOCATION": "true",
                "REDIS_ENTERPRISE_IN_PROCESS": in_process,
            },
        ).expect()
    kinds = [entry["error"] and entry["error"]["failure"]["kind"] for entry in clusters(run).values()]
    assert kinds == [None, "unauthorized", "invalid_option"]
    assert_absent(set(variables.values()), run, ansible.home)


@pytest.mark.corner
def test_a_task_that_is_tried_again_reads_each_host_once(ansible: Ansible, cluster: Cluster) -> None:
    variables = {f"redis_enterprise_{option}": value for option, value in login(cluster).items()}
    again = {"until": False, "retries": 2, "delay": 0, "ignore_errors": True}
    run = ansible.tasks([task("read", MODULE, {"hosts": ["localhost"]}, **again)], variables=variables)
    assert run["read"].result["attempts"] == 2
    assert [entry["name"] for entry in run["read"].result["clusters"]] == ["localhost"]


@pytest.mark.corner
def test_many_clusters(ansible: Ansible) -> None:
    with ExitStack() as stack:
        fleet = [stack.enter_context(Cluster(nodes=1, database="none")) for dummy in range(64)]
        given = [member(f"cluster {number}", one) for number, one in enumerate(fleet)]
        run = ansible.tasks([task("read", MODULE, {"clusters": given})]).expect()
    found = clusters(run)
    assert list(found) == [one["name"] for one in given]
    assert [entry["url"] for entry in found.values()] == [one.url for one in fleet]
    assert all(entry["error"] is None and len(entry["endpoints"]) == 3 for entry in found.values())
