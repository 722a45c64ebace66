# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole rotation with all that goes with it: what is kept, the peers, the failures in between, and the way back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from simulator import ActiveActive, Cluster, Fault, ReplicaSource
from simulator.authority import Authority
from simulator.keys import secret_lines

from .runs import PREFIX, Ansible, Run, login
from .test_backup import kept, pairs, vault, view
from .test_rotation import (
    PLAYBOOK,
    SIDE_BY_SIDE,
    connection,
    failures,
    folder,
    from_folder,
    in_order,
    inventory,
    proofs,
    result_of,
    table,
    trusting_both,
    updated,
    written,
)
from .test_secrets import assert_absent
from .test_sources import ENVIRONMENT, ownca, plain_tasks

__all__ = ["vault"]

pytestmark = pytest.mark.role

ROLLBACK = f"{PREFIX}.rollback"
NAMES = ("cm", "proxy", "syncer")


@pytest.fixture
def backups(ansible: Ansible) -> Path:
    made = ansible.folder / "kept"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture
def crdb() -> ActiveActive:
    made = ActiveActive("orders")
    made.queued = made.running = 0.02
    return made


@pytest.fixture
def sharing(crdb: ActiveActive) -> Iterator[dict[str, Cluster]]:
    """Two clusters that share an Active-Active database."""
    options: dict[str, Any] = {"database": "tls", "active_active": [crdb]}
    with (
        Cluster(nodes=2, fqdn="one.example.com", **options) as one,
        Cluster(nodes=1, fqdn="two.example.com", **options) as two,
    ):
        yield {"one": one, "two": two}


def keeping(backups: Path, **more: Any) -> dict[str, Any]:
    return {"rotation_backup": str(backups), "rotation_backup_vault_id": "backups", **more}


def of_all_nodes(cluster: Cluster, names: Sequence[str] = NAMES) -> list[dict[str, Any]]:
    """What each node has, keys included."""
    return [{name: tuple(map(str, node.stored[name])) for name in names} for node in cluster.nodes]


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def told(cluster: Cluster) -> int:
    """How often the cluster was asked for a forced update of an Active-Active database."""
    return sum(request.method == "POST" for request in cluster.writes)


def reporting(ansible: Ansible) -> str:
    """Tasks for afterwards that write rotation_result of each cluster to a file."""
    copy = {"content": "{{ rotation_result | to_json }}", "dest": str(ansible.folder / "{{ inventory_hostname }}.json")}
    keywords = {"check_mode": False, "diff": False, "changed_when": False}
    report = {"ansible.builtin.copy": {**copy, "mode": "0600"}, **keywords}
    return plain_tasks(ansible.folder, "report.yml", [report])


def reported(ansible: Ansible, host: str = "one") -> dict[str, Any]:
    result: dict[str, Any] = json.loads((ansible.folder / f"{host}.json").read_text())
    return result


def secrets_of(*clusters: Cluster) -> set[str]:
    keys = {str(key) for cluster in clusters for _certificate, key in cluster.nodes[0].stored.values() if key}
    return secret_lines(*keys) | {cluster.password for cluster in clusters}


@pytest.mark.one_release
def test_issued_twice_and_put_back(
    ansible: Ansible,
    sharing: dict[str, Cluster],
    crdb: ActiveActive,
    own: Path,
    vault: list[str],
    backups: Path,
) -> None:
    """Two clusters, one after the other: predicted, rotated, again, put back, again."""
    certificates = [{"name": name, "source": ownca(own)} for name in NAMES]
    variables = keeping(backups, rotation_certificates=certificates, rotation_run_after=reporting(ansible))
    (ansible.home / "tmp").mkdir(mode=0o700)
    arguments = ["-i", inventory(ansible, sharing, **variables), *vault, "-vvvvv", "--diff"]
    secrets = secrets_of(*sharing.values())
    first = {host: of_all_nodes(cluster) for host, cluster in sharing.items()}

    def run(playbook: str, *more: str) -> Run:
        for cluster in sharing.values():
            cluster.clear_requests()
        finished = ansible.playbook(playbook, *arguments, *more, environment=ENVIRONMENT).expect()
        assert_absent(secrets | secrets_of(*sharing.values()), finished, backups, ansible.home)
        assert crdb.synchronising()
        return finished

    predicted = run(PLAYBOOK, "--check")
    assert [told(cluster) or updated(cluster) for cluster in sharing.values()] == [[], []]
    assert files(backups) == {}
    rotated = run(PLAYBOOK)
    for ended in (predicted, rotated):
        results = [result_of(ended, host) for host in sharing]
        assert [one["replication"]["changed"] for one in results] == [True, True]
        for host, one in zip(sharing, results):
            assert one["backup"]["changed"]
            assert one["backup"]["path"] == str(backups / f"{host}.vault")
            assert sorted(one["backup"]["certificates"]) == sorted(NAMES)
    new = {host: of_all_nodes(cluster) for host, cluster in sharing.items()}
    for host, cluster in sharing.items():
        assert kept(view(ansible, backups / f"{host}.vault")) == first[host][0]
        assert sorted(updated(cluster)) == sorted(NAMES)
        assert told(cluster) == 1
        assert all(new[host][0][name] != first[host][0][name] for name in NAMES)
        assert reported(ansible, host)["outcome"] == "changed"
        assert [one["outcome"] for one in reported(ansible, host)["replication"]["active_active"]] == ["changed"]
    backed_up = files(backups)
    assert set(backed_up) == {"one.vault", "two.vault"}

    again = run(PLAYBOOK)
    assert [told(cluster) or updated(cluster) for cluster in sharing.values()] == [[], []]
    in_order(again)
    assert files(backups) == backed_up
    assert {host: of_all_nodes(cluster) for host, cluster in sharing.items()} == new

    for round_two in (False, True):
        back = run(ROLLBACK, "-e", "rotation_rollback_all=true")
        assert back.output.count("changed=0 ") == (2 if round_two else 0)
        assert {host: of_all_nodes(cluster) for host, cluster in sharing.items()} == first
        assert [told(cluster) for cluster in sharing.values()] == ([0, 0] if round_two else [1, 1])
    assert files(backups) == backed_up


def test_only_what_changes_is_kept_and_before_it_does(
    ansible: Ansible, any_cluster: Cluster, authority: Authority, vault: list[str], backups: Path
) -> None:
    material = {name: authority.issue(any_cluster.fqdn) for name in ("cm", "ldap_client", "proxy")}
    any_cluster.set_certificate("cm", material["cm"].certificate_pem, str(material["cm"].key_pem))
    first = pairs(any_cluster, ["ldap_client", "proxy"])
    seen: list[dict[str, Any]] = []
    any_cluster.add_fault(
        Fault(method="PUT", kind="pass", effect=lambda _: seen.append(kept(view(ansible, backups / "one.vault"))))
    )
    variables = keeping(backups, rotation_certificates=from_folder(folder(ansible, material), material))
    hosts = inventory(ansible, {"one": any_cluster}, **variables)
    run = ansible.playbook(PLAYBOOK, "-i", hosts, *vault).expect()
    assert result_of(run)["backup"]["changed"]
    assert len(seen) >= 1
    assert all(one == first for one in seen)
    # A later rotation keeps what is replaced then, and loses nothing.
    before = files(backups)
    folder(ansible, {"cm": authority.issue(any_cluster.fqdn)})
    ansible.playbook(PLAYBOOK, "-i", hosts, *vault).expect()
    assert set(kept(view(ansible, backups / "one.vault"))) == {"cm"}
    assert before["one.vault"] in files(backups).values()
    assert len(files(backups)) == 2


def test_no_backup_of_what_is_not_replaced_for_its_requirements(
    ansible: Ansible, cluster: Cluster, authority: Authority, vault: list[str], backups: Path
) -> None:
    made = folder(ansible, {"proxy": authority.issue(cluster.fqdn, eku=["serverAuth"])})
    hosts = inventory(ansible, {"one": cluster}, rotation_certificates=from_folder(made, ["proxy"]), **keeping(backups))
    run = ansible.playbook(PLAYBOOK, "-i", hosts, *vault).expect(ok=False)
    result = result_of(run)
    assert "eku_missing" in {finding["id"] for finding in result["findings"]}
    assert "Public CAs no longer issue clientAuth" in result["failure"]["msg"]
    assert files(backups) == {}
    assert cluster.writes == []


CANNOT_BE_KEPT: dict[str, tuple[dict[str, Any], str, str]] = {
    # name: variables, the user's role, and what is said
    "no vault identity": (
        {"rotation_backup_vault_id": "production"},
        "admin",
        "rotation_backup_vault_id: Ansible has no vault secret of the identity production, but only",
    ),
    "no folder": ({"rotation_backup": "nowhere/new"}, "admin", "rotation_backup: the folder of "),
    "no right to see the keys": (
        {},
        "cluster_viewer",
        "Ensure there is a backup of what is about to be replaced: proxy: this user's role may not read the",
    ),
}


@pytest.mark.parametrize("arguments", [[], ["--check"]], ids=["rotate", "check"])
def test_nothing_is_written_when_nothing_can_be_kept(
    ansible: Ansible, cluster: Cluster, own: Path, vault: list[str], backups: Path, arguments: list[str]
) -> None:
    common = keeping(backups, rotation_certificates=[{"name": "proxy", "source": ownca(own)}])
    hosts = {
        case: {**connection(cluster, role), **common, **variables}
        for case, (variables, role, _message) in CANNOT_BE_KEPT.items()
    }
    (ansible.home / "tmp").mkdir(mode=0o700)  # or Ansible warns that it makes it
    run = ansible.playbook(
        PLAYBOOK, "-i", written(ansible, hosts), *SIDE_BY_SIDE, *vault, *arguments, environment=ENVIRONMENT
    ).expect(ok=False, warnings=not arguments)  # what is issued is checked, and for a viewer there is no way back
    for case, (_variables, _role, message) in CANNOT_BE_KEPT.items():
        (said,) = failures(run, case)
        assert message in said, case
    # What is seen without the cluster is said before anything is issued.
    assert {one.host for one in run.outcomes if one.action == f"{PREFIX}.ownca_certificates"} <= {
        "no right to see the keys"
    }
    assert cluster.writes == []
    assert files(backups) == {}


def test_what_was_put_back_is_told_to_the_peers(
    ansible: Ansible, crdb: ActiveActive, authority: Authority, vault: list[str], backups: Path
) -> None:
    """The server refuses the last of five, after proxy and syncer have been other ones for a while."""
    names = ["api", "cm", "metrics_exporter", "proxy", "syncer"]
    options: dict[str, Any] = {"nodes": 2, "version": "7.8.6-36", "database": "tls", "active_active": [crdb]}
    with Cluster(fqdn="one.example.com", **options) as one, Cluster(fqdn="two.example.com", **options) as two:
        first = of_all_nodes(one, names)
        made = folder(ansible, {name: authority.issue(one.fqdn) for name in names})
        certificates = from_folder(made, names)
        variables = keeping(backups, rotation_certificates=certificates, rotation_run_after=reporting(ansible))
        trusted = json.dumps(trusting_both(ansible, one, authority))
        one.add_fault(Fault(method="PUT", status=400, after=4, times=1))
        hosts = inventory(ansible, {"one": one, "two": two}, **variables)
        run = ansible.playbook(PLAYBOOK, "-i", hosts, "-e", trusted, *vault).expect(ok=False)
        assert {"proxy", "syncer"} < set(updated(one))
        assert of_all_nodes(one, names) == first
        assert told(one) == 1
        assert one.writes[-1].method == "POST"
        assert crdb.synchronising()
        assert two.writes == []
    result = reported(ansible)
    assert result["outcome"] == "rolled_back"
    assert {entry["name"]: entry["outcome"] for entry in result["certificates"] if entry["source"]} == {
        **dict.fromkeys(names, "rolled_back"),
        "api": "failed_unchanged",
    }
    assert [entry["outcome"] for entry in result["replication"]["active_active"]] == ["changed"]
    assert result["failure"]["task"] == "Replace all certificates at once"
    assert result["proof"] == {"level": "complete", "verified": 8, "of": 8, "not_visible": [], "unreachable": []}
    assert table(run)["proxy"].endswith("rolled back")
    assert proofs(run) == dict.fromkeys(names[1:], "proven 2/2")
    assert table(run)["api"].endswith("not replaced")
    assert "Replace all certificates at once: " in failures(run)[0]


@pytest.mark.parametrize("refused", [False, True], ids=["replaced", "rolled back"])
def test_a_participating_cluster_that_is_down(
    ansible: Ansible, crdb: ActiveActive, authority: Authority, refused: bool
) -> None:
    options: dict[str, Any] = {"nodes": 1, "version": "7.8.6-36", "database": "tls", "active_active": [crdb]}
    with (
        Cluster(fqdn="one.example.com", **options) as one,
        Cluster(fqdn="two.example.com", **options) as two,
        Cluster(fqdn="three.example.com", nodes=1, database="none") as three,
    ):
        two.nodes[0].down = True
        made = folder(ansible, {name: authority.issue(one.fqdn) for name in ("proxy", "syncer")})
        if refused:
            one.add_fault(Fault(method="PUT", status=400, after=1, times=1))
        certificates = from_folder(made, ["proxy", "syncer"])
        variables: dict[str, Any] = {"rotation_certificates": certificates, "rotation_run_after": reporting(ansible)}
        hosts = inventory(ansible, {"one": one, "three": three}, **variables)
        run = ansible.playbook(PLAYBOOK, "-i", hosts, "-vvvvv", "--diff").expect(ok=False)
        assert_absent(secrets_of(one, two, three), run, ansible.home)
        assert three.writes == []
        assert not (ansible.folder / "three.json").exists()
        result = reported(ansible)
        (message,) = failures(run)
        assert result["failure"]["msg"] in message
        # What failed first is not forgotten over what failed next.
        assert ("Replace all certificates at once: " in message) is refused
        assert "Propagate what changed to Active-Active peers: " in message
        assert "two.example.com (cluster_unreachable)" in message
        assert "force=true" in message
        assert result["outcome"] == ("rolled_back" if refused else "changed")
        (entry,) = result["replication"]["active_active"]
        assert (entry["name"], entry["outcome"]) == ("orders", "partial")
        assert not crdb.synchronising()
    assert table(run)["proxy"].endswith("rolled back" if refused else "replaced")


def replicating(source: Cluster) -> Cluster:
    """A cluster with a database that replicates that of another one, by its name."""
    replica = ReplicaSource.of(source, "replica secret", host=f"redis-{source.database_port}.{source.fqdn}")
    return Cluster(nodes=1, database="none", fqdn="reporting.example.com", replicas={"report": [replica]})


def documented_tasks() -> list[Mapping[str, Any]]:
    """The tasks for Replica Of that docs/replication.md shows."""
    guide = Path(__file__).parents[2] / "docs/replication.md"
    blocks = [block.partition("```")[0] for block in guide.read_text().split("```yaml\n")]
    (found,) = [block for block in blocks if "source_hosts" in block]
    tasks: list[Mapping[str, Any]] = yaml.safe_load(found)
    return tasks


def test_databases_that_replicate_from_here(ansible: Ansible, authority: Authority) -> None:
    """With the tasks of the guide, after a rotation; twice."""
    with Cluster(nodes=1, database="tls", fqdn="source.example.com") as source, replicating(source) as destination:
        (bdb,) = [bdb for bdb in destination.bdbs if bdb.name == "report"]

        def in_sync() -> list[bool]:
            return [bdb.replica.in_sync(one) for one in bdb.replica.sources.values()]

        assert in_sync() == [True]
        (task,) = documented_tasks()
        (options,) = [value for key, value in task.items() if key.startswith(PREFIX)]
        assert set(options) >= {"url", "username", "password", "ca_path"}
        del options["username"], options["password"], options["ca_path"]
        options |= {name: value for name, value in login(destination).items() if name != "metrics_port"}
        plain_tasks(ansible.folder, "after.yml", [task])
        made = folder(ansible, {"proxy": authority.issue(source.fqdn)})
        (ansible.folder / "certificates").mkdir()
        made.rename(ansible.folder / "certificates/one")
        certificates = from_folder(Path("certificates/one"), ["proxy"])
        hosts = inventory(ansible, {"one": source}, rotation_certificates=certificates, rotation_run_after="after.yml")
        run = ansible.playbook(PLAYBOOK, "-i", hosts, "-vvvvv").expect()
        assert in_sync() == [True]
        assert "replica secret" not in run.output
        ansible.playbook(PLAYBOOK, "-i", hosts).expect()
        assert len(destination.writes) == 1
