# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cluster_certificate_backup, whose file only ansible-vault opens."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import chains
import pytest
from chains import make
from simulator import Cluster
from simulator.authority import Authority
from simulator.keys import secret_lines

from .runs import PREFIX, PROGRAMS, Ansible, login, task
from .test_secrets import assert_absent, files_with

#: Where a sitecustomize is that keeps what a Python process removes.
GRAVEYARD = Path(__file__).resolve().parent / "graveyard"
NAMES = ("cm", "proxy")


@pytest.fixture
def vault(ansible: Ansible) -> list[str]:
    """Arguments that load two vault identities."""
    arguments = []
    for name in ("backups", "other"):
        (ansible.folder / name).write_text(f"the password of {name}\n")
        arguments += ["--vault-id", f"{name}@{ansible.folder / name}"]
    return arguments


@pytest.fixture
def path(ansible: Ansible) -> Path:
    folder = ansible.folder / "kept"
    folder.mkdir(mode=0o700)
    return folder / "one.vault"


def backup(path: Path, **options: Any) -> dict[str, Any]:
    return {"path": str(path), "names": list(NAMES), "vault_id": "backups", **options}


def view(ansible: Ansible, path: Path, vault_id: str = "backups") -> dict[str, Any]:
    """What ansible-vault shows to somebody who has the password of that identity only."""
    shown = subprocess.run(
        [str(PROGRAMS / "ansible-vault"), "view", "--vault-id", f"{vault_id}@{ansible.folder / vault_id}", str(path)],
        check=True,
        env=ansible.environment({"PAGER": "cat"}),
        capture_output=True,
        text=True,
    )
    content: dict[str, Any] = json.loads(shown.stdout)
    return content


def encrypt(ansible: Ansible, content: Mapping[str, Any], path: Path) -> None:
    """Write what somebody has edited who has the password."""
    identity = ["--encrypt-vault-id", "backups", "--vault-id", f"backups@{ansible.folder / 'backups'}"]
    subprocess.run(
        [str(PROGRAMS / "ansible-vault"), "encrypt", *identity, "--output", str(path), "-"],
        check=True,
        env=ansible.environment({}),
        input=json.dumps(content),
        capture_output=True,
        text=True,
    )


def pairs(cluster: Cluster, names: Iterable[str] = NAMES) -> dict[str, tuple[str | None, str | None]]:
    """What the cluster's first node has."""
    stored = cluster.nodes[0].stored
    return {name: (stored[name].certificate, stored[name].key and str(stored[name].key)) for name in names}


def kept(content: Mapping[str, Any]) -> dict[str, tuple[str | None, str | None]]:
    """The same of a decrypted backup."""
    return {one["name"]: (one.get("certificate"), one.get("private_key")) for one in content["certificates"]}


@pytest.mark.main_path
def test_kept_again_and_after_a_change(
    ansible: Ansible, any_cluster: Cluster, authority: Authority, vault: list[str], path: Path
) -> None:
    make = [
        task("predict", "cluster_certificate_backup", backup(path), check_mode=True),
        task("keep", "cluster_certificate_backup", backup(path)),
        task("again", "cluster_certificate_backup", backup(path)),
    ]
    first = pairs(any_cluster)
    path.parent.rmdir()  # a missing folder is created
    run = ansible.tasks(make, *vault, connection=login(any_cluster)).expect()
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [outcome.changed for outcome in run.outcomes] == [True, True, False]
    assert run["predict"].result["certificates"] == run["keep"].result["certificates"]
    assert run["keep"].result["path"] == str(path)
    assert path.read_text().splitlines()[0] == "$ANSIBLE_VAULT;1.2;AES256;backups"
    assert path.stat().st_mode & 0o777 == 0o600
    content = view(ansible, path)
    assert kept(content) == first
    assert content["cluster"] == {"name": any_cluster.fqdn, "url": any_cluster.url}
    assert any_cluster.writes == []

    new = authority.issue(any_cluster.fqdn)
    any_cluster.set_certificate("proxy", new.certificate_pem, str(new.key_pem))
    predicted, replaced, again = ansible.tasks(make, *vault, connection=login(any_cluster)).expect().outcomes
    assert replaced.changed
    assert not again.changed
    assert replaced.result["certificates"][1] == {
        "name": "proxy",
        "state": "present",
        "fingerprint": new.fingerprint,
        "chain_fingerprints": new.chain_fingerprints,
    }
    assert kept(view(ansible, path)) == {**first, "proxy": (new.certificate_pem, str(new.key_pem))}
    # Nothing that was kept is lost.
    previous = Path(replaced.result["previous_path"])
    assert predicted.result["previous_path"] == str(previous)
    assert previous.stat().st_mode & 0o777 == 0o600
    assert kept(view(ansible, previous)) == first
    assert sorted(path.parent.iterdir()) == sorted([path, previous])


def test_check_mode_writes_nothing(ansible: Ansible, cluster: Cluster, vault: list[str], path: Path) -> None:
    run = ansible.tasks(
        [task("predict", "cluster_certificate_backup", backup(path))], *vault, "--check", connection=login(cluster)
    ).expect()
    assert run["predict"].changed
    assert list(path.parent.iterdir()) == []


def test_what_is_absent_is_kept_as_absent(
    ansible: Ansible, cluster: Cluster, authority: Authority, vault: list[str], path: Path
) -> None:
    cluster.set_certificate("mtls_trusted_ca", authority.ca_pem)
    names = ["ldap_client", "mtls_trusted_ca", "dp_internode_encryption"]
    run = ansible.tasks(
        [task("keep", "cluster_certificate_backup", backup(path, names=names))], *vault, connection=login(cluster)
    ).expect()
    states = {one["name"]: one["state"] for one in run["keep"].result["certificates"]}
    assert states == {"data_internode_encryption": "present", "ldap_client": "absent", "mtls_trusted_ca": "present"}
    content = view(ansible, path)
    assert content["certificates"][1] == {"name": "ldap_client", "state": "absent"}
    assert content["certificates"][2] == {
        "name": "mtls_trusted_ca",
        "state": "present",
        "certificate": authority.ca_pem,
    }


def test_a_password_without_an_identity(ansible: Ansible, cluster: Cluster, path: Path) -> None:
    (ansible.folder / "default").write_text("open sesame\n")
    options = {"path": str(path), "names": list(NAMES)}
    ansible.tasks(
        [task("keep", "cluster_certificate_backup", options)],
        connection=login(cluster),
        environment={"ANSIBLE_VAULT_PASSWORD_FILE": str(ansible.folder / "default")},
    ).expect()
    assert path.read_text().splitlines()[0] == "$ANSIBLE_VAULT;1.1;AES256"
    assert kept(view(ansible, path, "default")) == pairs(cluster)


def test_the_identity_is_part_of_what_is_wanted(
    ansible: Ansible, cluster: Cluster, vault: list[str], path: Path
) -> None:
    run = ansible.tasks(
        [
            task("keep", "cluster_certificate_backup", backup(path)),
            task("under another", "cluster_certificate_backup", backup(path, vault_id="other")),
        ],
        *vault,
        connection=login(cluster),
    ).expect()
    assert run["under another"].changed
    assert kept(view(ansible, path, "other")) == pairs(cluster)


def test_no_such_identity(ansible: Ansible, cluster: Cluster, vault: list[str], path: Path) -> None:
    keep = [task("keep", "cluster_certificate_backup", backup(path, vault_id="production"))]
    run = ansible.tasks(keep, *vault, connection=login(cluster)).expect(ok=False)
    assert run["keep"].failure == {"kind": "vault_id_not_loaded", "option": "vault_id"}
    assert "no vault secret of the identity production, but only backups, other" in run["keep"].result["msg"]
    assert "--vault-id production@FILE" in run["keep"].result["msg"]
    run = ansible.tasks(keep, connection=login(cluster)).expect(ok=False)
    assert "but none at all" in run["keep"].result["msg"]
    assert cluster.requests == []
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("role", ["cluster_viewer", "db_viewer"])
def test_a_backup_without_keys_is_refused(
    ansible: Ansible, cluster: Cluster, vault: list[str], path: Path, role: str
) -> None:
    keep = [task("keep", "cluster_certificate_backup", backup(path))]
    run = ansible.tasks(keep, *vault, connection=login(cluster, role)).expect(ok=False)
    assert run["keep"].failure["kind"] == "private_key_not_visible"
    assert run["keep"].failure["certificate"] == "cm, proxy"
    assert "proxy: this user's role may not read the private key" in run["keep"].result["msg"]
    assert "user with the role admin" in run["keep"].result["msg"]
    assert list(path.parent.iterdir()) == []


def test_a_pair_that_could_not_be_put_back_is_refused(
    ansible: Ansible, cluster: Cluster, authority: Authority, vault: list[str], path: Path
) -> None:
    cluster.set_certificate("cm", authority.issue().certificate_pem, str(authority.issue().key_pem))
    cluster.set_certificate("proxy", "no certificate", str(authority.issue().key_pem))
    run = ansible.tasks(
        [
            task("mismatch", "cluster_certificate_backup", backup(path, names=["cm"]), ignore_errors=True),
            task("garbage", "cluster_certificate_backup", backup(path, names=["proxy"])),
        ],
        *vault,
        connection=login(cluster),
    ).expect(ok=False)
    assert run["mismatch"].failure == {"kind": "key_mismatch", "certificate": "cm"}
    assert run["garbage"].failure == {"kind": "invalid_certificate", "certificate": "proxy"}
    assert list(path.parent.iterdir()) == []


def test_what_only_openssl_parses_is_kept_and_put_back(
    ansible: Ansible, cluster: Cluster, vault: list[str], path: Path
) -> None:
    root = make("Example Root", ca=True)
    odd = make(cluster.fqdn, root, patch=chains.critical_false)
    pem = odd.pem + root.pem
    cluster.set_certificate("cm", pem, odd.key_pem)
    keep = task("keep", "cluster_certificate_backup", backup(path, names=["cm"]))
    run = ansible.tasks([keep, {**keep, "name": "again"}], *vault, connection=login(cluster)).expect()
    assert (run["keep"].changed, run["again"].changed) == (True, False)
    content = view(ansible, path)
    assert kept(content) == {"cm": (pem, odd.key_pem)}

    new = make(cluster.fqdn, root)
    cluster.set_certificate("cm", new.pem + root.pem, new.key_pem)
    restore = task("restore", "cluster_certificates", {"certificates": content["certificates"]})
    run = ansible.tasks([restore], connection=login(cluster)).expect(warnings=True)
    assert run["restore"].result["outcome"] == "changed"
    assert cluster.certificate("cm") == pem


def test_what_is_not_a_backup_of_this_cluster_is_not_replaced(
    ansible: Ansible, cluster: Cluster, vault: list[str], path: Path
) -> None:
    keep = [task("keep", "cluster_certificate_backup", backup(path))]
    path.write_text("something else\n")
    run = ansible.tasks(keep, *vault, connection=login(cluster)).expect(ok=False)
    assert "is not a backup that the loaded vault identities (backups, other) open" in run["keep"].result["msg"]
    assert path.read_text() == "something else\n"
    path.unlink()
    with Cluster(nodes=1, database="none", fqdn="other.example.com") as other:
        ansible.tasks(keep, *vault, connection=login(other)).expect()
    before = path.read_bytes()
    run = ansible.tasks(keep, *vault, connection=login(cluster)).expect(ok=False)
    assert "is the backup of other.example.com, and this cluster is cluster.example.com" in run["keep"].result["msg"]
    # With the identity that it needs left out.
    run = ansible.tasks(
        [task("keep", "cluster_certificate_backup", backup(path, vault_id="other"))],
        *vault[2:],
        connection=login(cluster),
    ).expect(ok=False)
    assert "is not a backup that the loaded vault identities (other) open" in run["keep"].result["msg"]
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_an_edited_backup_is_not_taken_for_one(
    ansible: Ansible, cluster: Cluster, vault: list[str], path: Path
) -> None:
    ansible.tasks(
        [task("keep", "cluster_certificate_backup", backup(path, until_proven=True))], *vault, connection=login(cluster)
    ).expect()
    valid = view(ansible, path)
    edits: list[Any] = [{"name": 1}, {"certificate": "cut off"}, {"certificate": 7}, {"private_key": ["a"]}]
    paths = []
    for number, edit in enumerate(edits):
        paths.append(path.with_name(f"{number}.vault"))
        content = {**valid, "certificates": [{**valid["certificates"][0], **edit}, *valid["certificates"][1:]]}
        encrypt(ansible, content, paths[-1])
    before = [one.read_bytes() for one in paths]
    run = ansible.tasks(
        [
            task(f"keep {number}", "cluster_certificate_backup", backup(one), ignore_errors=True)
            for number, one in enumerate(paths)
        ],
        *vault,
        connection=login(cluster),
    )
    for number in range(len(edits)):
        assert run[f"keep {number}"].failure == {"kind": "invalid_option", "option": "path"}
        assert "is not a backup that the loaded vault identities" in run[f"keep {number}"].result["msg"]
    assert [one.read_bytes() for one in paths] == before


def test_wrong_options_fail_before_any_request(
    ansible: Ansible, cluster: Cluster, vault: list[str], path: Path
) -> None:
    wrong = {
        "no names": backup(path, names=[]),
        "an empty name": backup(path, names=[""]),
        "no folder": backup(path.parent / "nowhere" / "new" / "one.vault"),
        "a folder": backup(path.parent),
        "two logins": backup(path, token="a-token"),
        "unknown": backup(path, mode="0600"),
    }
    run = ansible.tasks(
        [task(name, "cluster_certificate_backup", options, ignore_errors=True) for name, options in wrong.items()],
        *vault,
        connection=login(cluster),
    ).expect()
    assert [outcome.status for outcome in run.outcomes] == ["failed"] * len(wrong)
    for name, message in {
        "no names": "option names: must not be empty",
        "an empty name": "option names: must not be empty, nor contain an empty name",
        "no folder": "the folder of",
        "a folder": "cannot be read: Is a directory",
        "two logins": "parameters are mutually exclusive: token|username",
        "unknown": "cluster_certificate_backup) module: mode. Supported parameters include",
    }.items():
        assert message in run[name].result["msg"]
    assert cluster.requests == []


@pytest.mark.corner
def test_the_action_group_and_the_environment_give_it_its_options(
    ansible: Ansible, cluster: Cluster, vault: list[str], path: Path
) -> None:
    """As they do for a module, although this one runs in the controller."""
    user = cluster.user("admin")
    environment = {"REDIS_ENTERPRISE_USER": user.username, "REDIS_ENTERPRISE_PASSWORD": user.password}
    environment["REDIS_ENTERPRISE_CA_CERT"] = str(cluster.ca_path)
    run = ansible.tasks(
        [task("keep", "cluster_certificate_backup", backup(path), environment=environment)],
        *vault,
        "-vvvvv",
        connection={"url": cluster.url},
    ).expect()
    assert run["keep"].changed
    assert_absent({user.password}, run)


def test_a_host_that_cannot_be_reached_does_not_matter(
    ansible: Ansible, cluster: Cluster, vault: list[str], path: Path
) -> None:
    play = f"""
- hosts: far
  gather_facts: false
  tasks:
    - {PREFIX}.cluster_certificate_backup: {json.dumps({**backup(path), **login(cluster)})}
"""
    (ansible.folder / "far.yml").write_text(play)
    (ansible.folder / "hosts").write_text("far ansible_host=192.0.2.1\n")
    ansible.playbook(ansible.folder / "far.yml", "-i", str(ansible.folder / "hosts"), *vault).expect()
    assert kept(view(ansible, path)) == pairs(cluster)


@pytest.mark.corner
def test_warnings_are_shown(ansible: Ansible, cluster: Cluster, vault: list[str], path: Path) -> None:
    connection = {**login(cluster), "url": "http://127.0.0.1:1", "allow_http": True, "retries": 0}
    run = ansible.tasks(
        [task("keep", "cluster_certificate_backup", backup(path))], *vault, connection=connection
    ).expect(ok=False, warnings=True)
    assert "private keys cross the network in clear text" in run.warnings[0]
    assert run["keep"].failure["kind"] == "connection_refused"


@pytest.mark.corner
def test_no_key_anywhere(ansible: Ansible, authority: Authority, vault: list[str], path: Path, tmp_path: Path) -> None:
    """Neither shown nor on disk, not even for a moment."""
    temporary = tmp_path / "t"  # ansible-core makes a socket in it, whose path may have 107 bytes
    graveyard = tmp_path / "graveyard"
    temporary.mkdir()
    graveyard.mkdir()
    environment = {"TMPDIR": str(temporary), "PYTHONPATH": str(GRAVEYARD), "GRAVEYARD": str(graveyard)}
    password = "correct horse battery staple"
    new = authority.issue()
    with Cluster(nodes=1, database="none", password=password) as cluster:
        first = [key for _certificate, key in pairs(cluster, list(cluster.nodes[0].stored)).values() if key]
        secrets = secret_lines(*first, str(new.key_pem)) | {password}
        assert len(secrets) > 150
        for _made_and_replaced in range(2):
            run = ansible.tasks(
                [task("keep", "cluster_certificate_backup", backup(path))],
                *vault,
                "-vvvvv",
                "--diff",
                connection=login(cluster),
                environment=environment,
            ).expect()
            assert run["keep"].changed
            assert_absent(secrets, run, path.parent, temporary, ansible.home, graveyard)
            cluster.set_certificate("proxy", new.certificate_pem, str(new.key_pem))
    assert len(files_with({"$ANSIBLE_VAULT;1.2;AES256;backups"}, graveyard)) >= 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to(ansible: Ansible, cluster: Cluster, vault: list[str], path: Path) -> None:
    path.parent.chmod(0o500)
    run = ansible.tasks(
        [task("keep", "cluster_certificate_backup", backup(path))], *vault, connection=login(cluster)
    ).expect(ok=False)
    assert "this user may not write to the folder of" in run["keep"].result["msg"]


def test_a_write_that_fails_leaves_nothing_behind(
    ansible: Ansible, cluster: Cluster, vault: list[str], path: Path
) -> None:
    options = backup(path.with_name("x" * 300))
    run = ansible.tasks(
        [task("keep", "cluster_certificate_backup", options)], *vault, connection=login(cluster)
    ).expect(ok=False)
    assert run["keep"].failure == {"kind": "not_written", "option": "path"}
    assert "could not be written: File name too long" in run["keep"].result["msg"]
    assert list(path.parent.iterdir()) == []
