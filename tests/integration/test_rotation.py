# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role rotation, through its playbook."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from simulator import Cluster, Fault
from simulator.authority import Authority, Material, cluster_names

from .runs import PREFIX, Ansible, Run, login

PLAYBOOK = f"{PREFIX}.rotate"
NAMES = ["api", "cm", "metrics_exporter", "proxy", "syncer"]


def inventory(ansible: Ansible, clusters: Mapping[str, Cluster], role: str = "admin", **variables: Any) -> str:
    hosts = {
        name: {f"redis_enterprise_{option}": value for option, value in login(cluster, role).items()}
        for name, cluster in clusters.items()
    }
    path = ansible.folder / "inventory.yml"
    path.write_text(yaml.safe_dump({"redis_enterprise": {"hosts": hosts, "vars": variables}}))
    return str(path)


def folder(ansible: Ansible, material: Mapping[str, Material]) -> Path:
    """A folder of material as rotation_material takes it."""
    made = ansible.folder / "material"
    made.mkdir(exist_ok=True)
    for name, issued in material.items():
        (made / f"{name}.pem").write_text(issued.certificate_pem)
        (made / f"{name}.key").write_text(str(issued.key_pem))
    return made


def trusting_both(ansible: Ansible, cluster: Cluster, authority: Authority) -> dict[str, str]:
    """ca_path for before and after the certificate of the API changes."""
    path = ansible.folder / f"{cluster.fqdn}.pem"
    path.write_text(Path(cluster.ca_path).read_text() + authority.ca_pem)
    return {"redis_enterprise_ca_path": str(path)}


def table(run: Run) -> dict[str, str]:
    """The lines of the table, by certificate name."""
    (shown,) = [outcome for outcome in run.outcomes if outcome.task.endswith("Show what was before and what is after")]
    header, *lines = shown.result["msg"]
    assert header.split()[0] == "certificate"
    return {line.split()[0]: line for line in lines}


def updated(cluster: Cluster) -> list[str]:
    """The names written, in order."""
    return [name for request in cluster.writes if request.status == 200 for name in request.names]


def test_check_rotate_and_again(ansible: Ansible, any_cluster: Cluster, authority: Authority) -> None:
    material = {name: authority.issue(any_cluster.fqdn) for name in NAMES}
    hosts = inventory(ansible, {"one": any_cluster}, rotation_material=str(folder(ansible, material)))
    arguments = ["-i", hosts, "--diff"]
    for name, value in trusting_both(ansible, any_cluster, authority).items():
        arguments += ["-e", f"{name}={value}"]

    predicted = ansible.playbook(PLAYBOOK, *arguments, "--check").expect()
    assert any_cluster.writes == []
    rotated = ansible.playbook(PLAYBOOK, *arguments).expect()
    assert updated(any_cluster) == [*NAMES[1:], "api"]
    assert table(predicted) == table(rotated)
    for name in NAMES:
        assert any_cluster.certificate(name) == material[name].certificate_pem
        assert material[name].fingerprint[:11] in table(rotated)[name]
        assert table(rotated)[name].endswith("replaced")
    assert table(rotated)["data_internode_encryption"].endswith("unchanged")
    assert "changed=5 " in rotated.output
    assert "changed=5 " in predicted.output

    any_cluster.clear_requests()
    again = ansible.playbook(PLAYBOOK, *arguments).expect()
    assert any_cluster.writes == []
    assert "changed=0 " in again.output
    assert {line.split()[-1] for line in table(again).values()} == {"unchanged"}


def test_explicit_paths_with_a_passphrase_and_a_name_that_is_not_set_yet(
    ansible: Ansible, cluster: Cluster, authority: Authority
) -> None:
    issued = authority.issue(passphrase="open sesame")
    (ansible.folder / "ldap.crt").write_text(issued.certificate_pem)
    (ansible.folder / "ldap.pk8").write_text(str(issued.key_pem))
    (ansible.folder / "ca.crt").write_text(authority.ca_pem)
    material = {
        "ldap_client": {
            "certificate": "ldap.crt",  # from the working directory
            "private_key": str(ansible.folder / "ldap.pk8"),
            "private_key_passphrase": "open sesame",
        },
        "mtls_trusted_ca": {"certificate": str(ansible.folder / "ca.crt")},
    }
    run = ansible.playbook(
        PLAYBOOK, "-vvvvv", "-i", inventory(ansible, {"one": cluster}, rotation_material=material)
    ).expect()
    assert updated(cluster) == ["ldap_client", "mtls_trusted_ca"]
    assert table(run)["ldap_client"].endswith("new")
    secrets = [line for line in str(issued.key_pem).splitlines() if not line.startswith("-")]
    secrets += ["open sesame", cluster.password]
    assert not [secret for secret in secrets if secret in run.output]


def test_all_material_is_checked_before_the_first_write(
    ansible: Ansible, cluster: Cluster, authority: Authority
) -> None:
    material = {name: authority.issue() for name in NAMES}
    made = folder(ansible, material)
    (made / "proxy.key").write_text(str(material["cm"].key_pem))
    (made / "syncer.pem").write_text(authority.issue(days=-1).certificate_pem)
    run = ansible.playbook(PLAYBOOK, "-i", inventory(ansible, {"one": cluster}, rotation_material=str(made)))
    run.expect(ok=False)
    assert cluster.writes == []
    assert "proxy: option private_key_path: the private key does not belong to the certificate" in run.output
    assert "syncer: option certificate_path: the certificate expired on" in run.output


def test_a_refused_certificate_stops_the_rest(ansible: Ansible, cluster: Cluster, authority: Authority) -> None:
    cluster.add_fault(Fault(method="PUT", status=400, after=1))
    made = folder(ansible, {name: authority.issue() for name in NAMES})
    run = ansible.playbook(PLAYBOOK, "-i", inventory(ansible, {"one": cluster}, rotation_material=str(made)))
    run.expect(ok=False)
    assert updated(cluster) == ["cm"]
    assert [request.status for request in cluster.writes] == [200, 400]
    assert "metrics_exporter: PUT" in run.output


def test_what_expires_soon_without_new_material_is_pointed_out(ansible: Ansible, authority: Authority) -> None:
    stale = authority.issue(days=5)
    with Cluster(nodes=1, database="none", expires={"proxy": 10, "cm": 20}) as cluster:
        cluster.set_certificate("syncer", stale.certificate_pem, str(stale.key_pem))
        made = folder(ansible, {"syncer": stale, "cm": authority.issue()})
        hosts = inventory(ansible, {"one": cluster}, rotation_material=str(made), rotation_renew_before=15)
        lines = table(ansible.playbook(PLAYBOOK, "-i", hosts).expect())
    assert lines["proxy"].endswith("unchanged, EXPIRES SOON and has no new material")
    assert lines["syncer"].endswith("unchanged, EXPIRES SOON and so does its material")
    assert lines["cm"].endswith("replaced")
    assert lines["api"].endswith("unchanged")


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "missing required arguments: rotation_material"),
        ({"rotation_material": "/nowhere"}, "rotation_material is neither a folder on the control node nor"),
        ({"rotation_material": {"proxy": {"key": "proxy.key"}}}, "rotation_material is neither a folder"),
        ({"rotation_material": "/nowhere", "rotation_renew_before": "soon"}, "rotation_renew_before"),
        ({"rotation_material": "/nowhere", "rotation_compare": "text"}, "rotation_compare"),
    ],
)
def test_wrong_variables_fail_at_the_start(
    ansible: Ansible, cluster: Cluster, variables: dict[str, Any], message: str
) -> None:
    run = ansible.playbook(PLAYBOOK, "-i", inventory(ansible, {"one": cluster}, **variables)).expect(ok=False)
    assert message in run.output
    assert cluster.writes == []


def test_a_folder_with_anything_else_is_refused(ansible: Ansible, cluster: Cluster, authority: Authority) -> None:
    made = folder(ansible, {"proxy": authority.issue()})
    hosts = inventory(ansible, {"one": cluster}, rotation_material=str(made))
    (made / "ca.pem").write_text(authority.ca_pem)
    run = ansible.playbook(PLAYBOOK, "-i", hosts).expect(ok=False)
    assert "holds ca.pem, but there should be one file <name>.pem for each certificate to replace" in run.output
    assert cluster.writes == []
    for path in made.iterdir():
        path.unlink()
    run = ansible.playbook(PLAYBOOK, "-i", hosts).expect(ok=False)
    assert "holds no .pem file" in run.output


def test_each_host_is_a_cluster_of_its_own(ansible: Ansible, authority: Authority) -> None:
    names = [*cluster_names("one.example.com"), *cluster_names("two.example.com")]
    made = folder(ansible, {"proxy": authority.issue("one.example.com", sans=names)})
    with (
        Cluster(nodes=1, database="none", fqdn="one.example.com") as one,
        Cluster(nodes=1, database="none", fqdn="two.example.com", version="7.8.6-36") as two,
    ):
        two.add_fault(Fault(method="PUT", status=500))
        hosts = inventory(ansible, {"one": one, "two": two}, rotation_material=str(made))
        run = ansible.playbook(PLAYBOOK, "-i", hosts).expect(ok=False)
        assert updated(one) == ["proxy"]
        assert updated(two) == []
        assert table(run)["proxy"].endswith("replaced")
