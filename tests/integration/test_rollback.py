# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook rollback, with backups that the role rotation keeps."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from simulator import Cluster, Fault
from simulator.authority import Authority, cluster_names
from simulator.keys import secret_lines

from .runs import PREFIX, Ansible, login
from .test_backup import GRAVEYARD, kept, pairs, vault, view
from .test_rotation import failures, foretold, from_folder, inventory, proofs, result_of, shown, table, updated
from .test_rotation import folder as material
from .test_secrets import assert_absent

__all__ = ["vault"]

pytestmark = pytest.mark.role

PLAYBOOK = f"{PREFIX}.rollback"
NAMES = ("cm", "ldap_client", "proxy")
FAIL = "Fail for each cluster that failed"


@pytest.fixture
def folder(ansible: Ansible) -> Path:
    """Where the backups are kept."""
    made = ansible.folder / "kept"
    made.mkdir(mode=0o700)
    return made


def hosts(ansible: Ansible, folder: Path, clusters: Mapping[str, Cluster], **variables: Any) -> list[str]:
    """An inventory with the variables of the role."""
    variables = {"rotation_backup": str(folder), "rotation_backup_vault_id": "backups", **variables}
    return ["-i", inventory(ansible, clusters, **variables)]


def rotate(
    ansible: Ansible,
    folder: Path,
    clusters: Mapping[str, Cluster],
    authority: Authority,
    vault: Sequence[str],
    names: Sequence[str] = NAMES,
    *,
    warnings: bool = False,
) -> list[str]:
    """Rotate to fresh material, so that what was there is kept; returns the arguments of the rollback."""
    covered = [name for cluster in clusters.values() for name in cluster_names(cluster.fqdn)]
    made = material(ansible, {name: authority.issue("example.com", sans=covered) for name in names})
    arguments = [*hosts(ansible, folder, clusters, rotation_certificates=from_folder(made, names)), *vault]
    ansible.playbook(f"{PREFIX}.rotate", *arguments).expect(warnings=warnings)
    for cluster in clusters.values():
        cluster.clear_requests()
    return arguments


def test_rotate_put_back_and_again(
    ansible: Ansible, any_cluster: Cluster, authority: Authority, vault: list[str], folder: Path
) -> None:
    first = pairs(any_cluster, NAMES)
    arguments = rotate(ansible, folder, {"one": any_cluster}, authority, vault)
    assert [path.name for path in folder.iterdir()] == ["one.vault"]
    assert kept(view(ansible, folder / "one.vault")) == first
    assert all(pairs(any_cluster, [name])[name] != first[name] for name in NAMES)

    predicted = ansible.playbook(PLAYBOOK, *arguments, "--check", "--diff").expect()
    assert any_cluster.writes == []
    restored = ansible.playbook(PLAYBOOK, *arguments, "--diff").expect()
    assert pairs(any_cluster, NAMES) == first
    assert sorted(updated(any_cluster)) == list(NAMES)
    assert restored["Restore what the backup holds"].result["outcome"] == "changed"
    assert foretold(predicted) == table(restored)
    proven = {"cm": "proven 1/1", "ldap_client": "reported by the API", "proxy": "proven 1/1"}
    assert (proofs(predicted), proofs(restored)) == ({}, proven)
    assert table(restored)["cm"].endswith("replaced")
    assert table(restored)["ldap_client"].endswith("removed")
    assert table(restored)["syncer"].endswith("unchanged")

    any_cluster.clear_requests()
    again = ansible.playbook(PLAYBOOK, *arguments).expect()
    assert any_cluster.writes == []
    assert "changed=0 " in again.output
    assert {line.split()[-1] for line in table(again).values()} == {"unchanged"}


@pytest.mark.corner
def test_each_cluster_has_its_own(ansible: Ansible, authority: Authority, vault: list[str], folder: Path) -> None:
    with (
        Cluster(nodes=1, database="none", fqdn="one.example.com") as one,
        Cluster(nodes=1, database="none", fqdn="two.example.com") as two,
    ):
        first = {cluster.fqdn: pairs(cluster, NAMES) for cluster in (one, two)}
        arguments = [*rotate(ansible, folder, {"one": one, "two": two}, authority, vault), "--limit", "all"]
        ansible.playbook(PLAYBOOK, *arguments).expect()
        assert {cluster.fqdn: pairs(cluster, NAMES) for cluster in (one, two)} == first

        # The wrong way round.
        one.clear_requests()
        two.clear_requests()
        (folder / "one.vault").rename(folder / "one")
        (folder / "two.vault").rename(folder / "one.vault")
        (folder / "one").rename(folder / "two.vault")
        run = ansible.playbook(PLAYBOOK, *arguments).expect(ok=False)
        assert "one.vault is the backup of two.example.com, and this cluster is one.example.com" in shown(run)
        assert one.writes == two.writes == []


def test_an_old_pair_that_has_expired_is_refused(
    ansible: Ansible, authority: Authority, vault: list[str], folder: Path
) -> None:
    with Cluster(nodes=1, database="none", expires={"proxy": -1}) as cluster:
        arguments = rotate(ansible, folder, {"one": cluster}, authority, vault, ["cm", "proxy"], warnings=True)
        run = ansible.playbook(PLAYBOOK, *arguments).expect(ok=False)
        assert "proxy: option certificate: the certificate expired on" in failures(run)[0]
        assert cluster.writes == []


def test_a_backup_that_cannot_be_opened(
    ansible: Ansible, cluster: Cluster, authority: Authority, vault: list[str], folder: Path
) -> None:
    arguments = hosts(ansible, folder, {"one": cluster})
    missing = ansible.playbook(PLAYBOOK, *arguments, *vault).expect(ok=False)
    assert f"rotation_backup: no such file: {folder / 'one.vault'} on the control node" in shown(missing)
    rotate(ansible, folder, {"one": cluster}, authority, vault)
    path = folder / "one.vault"
    whole = path.read_text()
    message = f"rotation_backup: {path} cannot be opened, or is not a backup of this version of the collection"
    for content, identities in {
        whole: vault[2:],  # not the one that it needs
        whole[:-40]: vault,
        "something else": vault,
        json.dumps({"version": 2}): vault,
    }.items():
        path.write_text(content)
        run = ansible.playbook(PLAYBOOK, *arguments, *identities)
        assert run.returncode != 0
        assert "Traceback" not in run.output
        assert message in run["Restore what the backup holds"].result["msg"]
    assert cluster.requests == []


def test_wrong_variables_fail_at_the_start(ansible: Ansible, cluster: Cluster, vault: list[str]) -> None:
    run = ansible.playbook(PLAYBOOK, "-i", inventory(ansible, {"one": cluster}), *vault).expect(ok=False)
    assert failures(run) == [
        "Nothing was changed. rotation_backup: not set. Set it to the folder of the backups, which rotations with "
        "rotation_backup made."
    ]
    assert cluster.requests == []


@pytest.mark.corner
def test_no_key_anywhere(
    ansible: Ansible, authority: Authority, vault: list[str], folder: Path, tmp_path: Path
) -> None:
    """Neither shown nor on disk, not even for a moment; nor when a pair is refused."""
    temporary = tmp_path / "t"  # ansible-core makes a socket in it, whose path may have 107 bytes
    graveyard = tmp_path / "graveyard"
    temporary.mkdir()
    graveyard.mkdir()
    environment = {
        "TMPDIR": str(temporary),
        "PYTHONPATH": str(GRAVEYARD),
        "GRAVEYARD": str(graveyard),
    }
    with Cluster(nodes=1, database="none", expires={"proxy": -1}) as cluster:
        first = [key for _certificate, key in pairs(cluster, list(cluster.nodes[0].stored)).values() if key]
        for names, ok in ((["cm", "syncer"], True), (["cm", "proxy"], False)):
            arguments = rotate(ansible, folder, {"one": cluster}, authority, vault, names, warnings=not ok)
            run = ansible.playbook(PLAYBOOK, *arguments, "-vvvvv", "--diff", environment=environment)
            assert (run.returncode == 0) is ok, run.output
            secrets = secret_lines(*first, *(key for _certificate, key in pairs(cluster, NAMES).values() if key))
            secrets |= {login(cluster)["password"]}
            assert len(secrets) > 100
            assert_absent(secrets, run, folder, temporary, ansible.home, graveyard)


def test_several_clusters_are_named_and_come_one_after_the_other(
    ansible: Ansible, authority: Authority, vault: list[str], folder: Path
) -> None:
    with contextlib.ExitStack() as stack:
        clusters = {
            name: stack.enter_context(
                Cluster(nodes=1, version="8.0.20-96", database="none", fqdn=f"{name}.example.com")
            )
            for name in ("first", "second")
        }
        arguments = rotate(ansible, folder, clusters, authority, vault, ["cm"])
        for cluster in clusters.values():
            cluster.clear_requests()
        refused = ansible.playbook(PLAYBOOK, *arguments).expect(ok=False)
        assert (
            "This would roll back 2 clusters (first, second). Name those that are meant with --limit" in refused.output
        )
        both = ansible.playbook(PLAYBOOK, *arguments, "--limit", "all", "-e", "redis_enterprise_token=too").expect(
            ok=False
        )
        assert failures(both, "first") == [
            "Nothing was changed. parameters are mutually exclusive: token|username, token|password"
        ]
        restored = [one.result for one in both.outcomes if one.task == "Restore what the backup holds"]
        assert [one["failure"] for one in restored] == [{"kind": "invalid_option"}] * 2
        # Nothing was sent, so that the next one is begun, too.
        assert failures(both, "second") == failures(both, "first")
        clusters["first"].add_fault(Fault("GET", "/v1/cluster/certificates", status=403, times=1))
        some = ansible.playbook(PLAYBOOK, *arguments, "--limit", "all", "--check").expect(ok=False)
        assert "Rollback of 2 clusters: 1 would be changed, 1 FAILED" in some.output
        published = some["Summarise"].result["ansible_stats"]["data"]["rollback_summary"]
        assert {name: one["changed"] for name, one in published.items()} == {"first": False, "second": True}
        assert "HTTP 403" in published["first"]["failure"]
        # As in a workflow of AWX, whose approval comes next.
        given = json.dumps({"rollback_summary": published})
        possible = ansible.playbook(f"{PREFIX}.rotation_failed", "--check", "-e", given).expect()
        assert (
            "These can be rolled back, once that is approved: second. The job of the rollback in check"
            in possible.output
        )
        clusters["first"].add_fault(Fault("PUT", "/v1/cluster/*", status=403, times=1))
        stopped = ansible.playbook(PLAYBOOK, *arguments, "--limit", "all").expect(ok=False)
        assert "second" not in {outcome.host for outcome in stopped.outcomes if outcome.task != FAIL}
        last = stopped.output.partition("PLAY RECAP")[0].rpartition("-" * 80)[2].splitlines()
        assert last[1] == "Rollback of 2 clusters: 1 FAILED, 1 not started"
        (why,) = failures(stopped, "first")
        assert why.startswith("Nothing was changed. Roll back to the previous certificates: cm: PUT /v1/cluster/")
        assert shown(stopped).count("HTTP 403") == 1
        assert last[-3].endswith(f"{PREFIX}.rollback --limit first,second")
        assert clusters["second"].writes == []
        # As from the environment, where a variable is not set.
        nothing = json.dumps({"rotation_rollback_all": True, "redis_enterprise_token": ""})
        done = ansible.playbook(PLAYBOOK, *arguments, "-e", nothing).expect()
        assert "changed       first: cm: proven 1/1\nchanged       second: cm: proven 1/1\nok:" in done.output
        held = [result_of(done, name)["backup"] for name in clusters]
        assert [(one["path"], one["certificates"]) for one in held] == [
            (str(folder / f"{name}.vault"), ["cm"]) for name in clusters
        ]
        assert all(f"backup: {one['path']}, of {one['time']}: cm" in shown(done) for one in held)
        assert [updated(cluster) for cluster in clusters.values()] == [["cm"], ["cm"]]
