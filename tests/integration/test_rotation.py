# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role rotation, through its playbook."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import chains
import pytest
import yaml
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.proofs import proof_text
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.result_text import outcome_text
from chains import make
from simulator import ActiveActive, Cluster, Fault
from simulator.authority import Authority, Material, cluster_names

from .runs import PREFIX, Ansible, Run, clusters_for, login
from .test_backup import vault

__all__ = ["vault"]

pytestmark = pytest.mark.role

PLAYBOOK = f"{PREFIX}.rotate"
NAMES = ["api", "cm", "metrics_exporter", "proxy", "syncer"]


def connection(cluster: Cluster, role: str = "admin") -> dict[str, Any]:
    return {f"redis_enterprise_{option}": value for option, value in login(cluster, role).items()}


def written(ansible: Ansible, hosts: Mapping[str, Mapping[str, Any]], **variables: Any) -> str:
    """An inventory of hosts with variables of their own, and others that all have."""
    path = ansible.folder / "inventory.yml"
    path.write_text(yaml.safe_dump({"redis_enterprise": {"hosts": dict(hosts), "vars": variables}}))
    return str(path)


def inventory(ansible: Ansible, clusters: Mapping[str, Cluster], role: str = "admin", **variables: Any) -> str:
    return written(ansible, {name: connection(cluster, role) for name, cluster in clusters.items()}, **variables)


def folder(ansible: Ansible, material: Mapping[str, Material]) -> Path:
    """A folder of material as the source files takes it."""
    made = ansible.folder / "material"
    made.mkdir(exist_ok=True)
    for name, issued in material.items():
        (made / f"{name}.pem").write_text(issued.certificate_pem)
        (made / f"{name}.key").write_text(str(issued.key_pem))
    return made


def from_folder(made: Path, names: Iterable[str]) -> list[dict[str, Any]]:
    """rotation_certificates for a folder."""
    return [{"name": name, "source": {"files": {"directory": str(made)}}} for name in names]


def trusting_both(ansible: Ansible, cluster: Cluster, authority: Authority) -> dict[str, str]:
    """ca_path for before and after the certificate of the API changes."""
    path = ansible.folder / f"{cluster.fqdn}.pem"
    path.write_text(Path(cluster.ca_path).read_text() + authority.ca_pem)
    return {"redis_enterprise_ca_path": str(path)}


def result_of(run: Run, host: str | None = None) -> Mapping[str, Any]:
    """The variable C(rotation_result) of the only host, unless named."""
    actions = [f"{PREFIX}.cluster_{name}" for name in ("rotation", "rollback")]
    done = [one.result for one in run.outcomes if one.action in actions and host in (None, one.host)]
    found = [one for one in done if "plan" not in one]
    assert len(found) == 1, f"{len(found)} results:\n{run.output}"
    return found[0]


def table(run: Run, host: str | None = None, lead: int = 30) -> dict[str, str]:
    """What is shown of each certificate, by name: fingerprints before and after, and the outcome.

    Args:
        host: the only one, unless named.
        lead: C(rotation_renew_before).
    """
    result = result_of(run, host)
    told = {"check_mode": "would be " in run.output, "failed": result["failure"] is not None}
    return {
        one["name"]: "  ".join([_leaf(one["before"]), _leaf(one["after"]), outcome_text(one, timedelta(lead), **told)])
        for one in result["certificates"]
    }


def _leaf(facts: Mapping[str, Any] | None) -> str:
    return facts["fingerprint"][:11] if facts and not facts.get("error") else "-"


def shown(run: Run) -> str:
    """What was printed, without the line breaks of paragraphs, tables and commands."""
    return " ".join(run.output.replace("\\\n", "").split())


def in_order(run: Run) -> None:
    """Check that no cluster had to be gone through, and that the summary says so."""
    assert "changed=0 " in run.output, run.output
    assert not [one for one in run.outcomes if one.action == f"{PREFIX}.cluster_rotation"], run.output
    assert {one["outcome"] for one in run["Summarise"].result["clusters"]} == {"in_order"}


def foretold(run: Run) -> dict[str, str]:
    """The same of a run in check mode, in the words for what was done."""
    lines = table(run)
    assert any("would be " in line for line in lines.values()), lines
    return {name: line.replace("would be ", "") for name, line in lines.items()}


def proofs(run: Run) -> dict[str, str]:
    """How far what was changed is proven, by certificate name."""
    found = {one["name"]: proof_text(one["proof"]) for one in result_of(run)["certificates"]}
    return {name: text for name, text in found.items() if text != "-"}


def failures(run: Run, host: str = "one") -> list[str]:
    """Why a host failed: as its tasks say, or in a run of the playbook once, in the summary."""
    action = f"{PREFIX}.fleet_rotation_summary"
    summaries = [one.result["clusters"] for one in run.outcomes if (one.action, one.status) == (action, "ok")]
    assert len(summaries) < 2, run.output
    told = [one["text"] for one in (*summaries, [])[0] if (one["name"], one["outcome"]) == (host, "failed")]
    said = [str(one.result.get("msg")) for one in run.outcomes if (one.host, one.status) == (host, "failed")]
    for text in told:
        assert text in shown(run), run.output
    return told or said


def updated(cluster: Cluster) -> list[str]:
    """The names written, in order."""
    return [name for request in cluster.writes if request.status == 200 for name in request.names]


@pytest.mark.corner
def test_a_missing_issuer_is_named_below_the_table(ansible: Ansible, cluster: Cluster, authority: Authority) -> None:
    issued = authority.issue(cluster.fqdn, intermediates=1)
    alone = replace(issued, chain=issued.chain[:1])  # cert.pem in the place of fullchain.pem
    hosts = inventory(
        ansible, {"one": cluster}, rotation_certificates=from_folder(folder(ansible, {"proxy": alone}), ["proxy"])
    )
    for arguments in (["--check"], []):
        run = ansible.playbook(PLAYBOOK, "-i", hosts, *arguments).expect(warnings=True)
        text = shown(run)
        assert (
            "proxy: the chain ends with certificate 1 ("
            in text.partition("TASK [Summarise]")[0].rpartition("outcome")[2]
        )
        assert "without its issuer (" in text
        assert "intermediate 1" in text


def test_what_only_openssl_parses_is_named_below_the_table(ansible: Ansible, cluster: Cluster) -> None:
    root = make("Example Root", ca=True)
    odd = make(cluster.fqdn, root, patch=chains.critical_false, extensions=[chains.names(*sans(cluster.fqdn))])
    made = folder(ansible, {})
    (made / "cm.pem").write_text(odd.pem + root.pem)
    (made / "cm.key").write_text(odd.key_pem)
    hosts = inventory(ansible, {"one": cluster}, rotation_certificates=from_folder(made, ["cm"]))
    for arguments in (["--check"], []):
        run = ansible.playbook(PLAYBOOK, "-i", hosts, *arguments).expect(warnings=True)
        below = shown(run).partition("TASK [Summarise]")[0].rpartition("outcome")[2]
        assert f"cm: certificate 1 (CN={cluster.fqdn}) cannot be parsed by cryptography" in below
        assert "(EncodedDefault in Extension::critical)" in below
        assert any("unparsed_certificate" in warning for warning in run.warnings)
    assert cluster.certificate("cm") == odd.pem + root.pem
    in_order(ansible.playbook(PLAYBOOK, "-i", hosts).expect())


def sans(fqdn: str) -> tuple[str, ...]:
    return fqdn, f"*.{fqdn}", f"internal.{fqdn}", f"*.internal.{fqdn}"


MISSPELT = {
    "rotation_requirments": "Did you mean rotation_requirements? Rename it, or remove it.",
    "redis_enterprise_pasword": "Did you mean redis_enterprise_password?",
    "rotation_verify_time_out": "Did you mean rotation_verify_timeout?",
    "redis_enterprise_user": "Did you mean redis_enterprise_username?",
    "redis_enterprise_ca_cert": "Did you mean redis_enterprise_ca_path?",
}


def test_a_misspelt_variable_is_refused(ansible: Ansible, cluster: Cluster, authority: Authority) -> None:
    made = folder(ansible, {"cm": authority.issue()})
    hosts = {name: {**connection(cluster), name: "warn"} for name in (*MISSPELT, "rotation_of_my_own")}
    path = written(ansible, hosts, rotation_certificates=from_folder(made, ["cm"]))
    run = ansible.playbook(PLAYBOOK, "-i", path, *SIDE_BY_SIDE, "--check").expect(ok=False)
    for name, text in MISSPELT.items():
        assert f"{name}: no such variable. {text}" in failures(run, name)[0]
    assert failures(run, "rotation_of_my_own") == []


@pytest.mark.parametrize("size", ["two", "-1", "200%"])
def test_a_batch_size_that_ansible_cannot_use(ansible: Ansible, cluster: Cluster, size: str) -> None:
    hosts = inventory(ansible, {"one": cluster}, rotation_certificates=[])
    run = ansible.playbook(PLAYBOOK, "-i", hosts, "-e", f"rotation_serial={size}").expect(ok=False)
    assert failures(run)[0].startswith("rotation_serial: must be a number of clusters, a percentage such as 20%")
    assert [one.status for one in run.outcomes] == ["skipped", "failed"]


@pytest.mark.main_path
def test_check_rotate_and_again(ansible: Ansible, any_cluster: Cluster, authority: Authority) -> None:
    material = {name: authority.issue(any_cluster.fqdn) for name in NAMES}
    hosts = inventory(
        ansible, {"one": any_cluster}, rotation_certificates=from_folder(folder(ansible, material), material)
    )
    arguments = ["-i", hosts, "--diff", "-e", json.dumps(trusting_both(ansible, any_cluster, authority))]

    predicted = ansible.playbook(PLAYBOOK, *arguments, "--check").expect()
    assert any_cluster.writes == []
    rotated = ansible.playbook(PLAYBOOK, *arguments).expect()
    assert sorted(updated(any_cluster)) == NAMES
    assert updated(any_cluster)[-1] == "api"
    assert foretold(predicted) == table(rotated)
    assert proofs(predicted) == {}
    assert proofs(rotated) == dict.fromkeys(NAMES, "proven 1/1")
    for name in NAMES:
        assert any_cluster.certificate(name) == material[name].certificate_pem
        assert material[name].fingerprint[:11] in table(rotated)[name]
        assert table(rotated)[name].endswith("replaced")
    assert table(rotated)["data_internode_encryption"].endswith("unchanged")
    assert "changed=1 " in rotated.output
    assert "changed=1 " in predicted.output

    any_cluster.clear_requests()
    again = ansible.playbook(PLAYBOOK, *arguments).expect()
    assert any_cluster.writes == []
    in_order(again)


def test_explicit_paths_with_a_passphrase_and_a_name_that_is_not_set_yet(
    ansible: Ansible, cluster: Cluster, authority: Authority
) -> None:
    issued = authority.issue(passphrase="open sesame")
    (ansible.folder / "ldap.crt").write_text(issued.certificate_pem)
    (ansible.folder / "ldap.pk8").write_text(str(issued.key_pem))
    (ansible.folder / "ca.crt").write_text(authority.ca_pem)
    ldap_client = {
        "certificate": "ldap.crt",  # from the working directory
        "private_key": str(ansible.folder / "ldap.pk8"),
        "private_key_passphrase": "open sesame",
    }
    certificates = [
        {"name": "ldap_client", "source": {"files": ldap_client}},
        {"name": "mtls_trusted_ca", "source": {"files": {"certificate": str(ansible.folder / "ca.crt")}}},
    ]
    run = ansible.playbook(
        PLAYBOOK, "-vvvvv", "-i", inventory(ansible, {"one": cluster}, rotation_certificates=certificates)
    ).expect()
    assert updated(cluster) == ["ldap_client", "mtls_trusted_ca"]
    assert table(run)["ldap_client"].endswith("added")
    assert proofs(run) == dict.fromkeys(("ldap_client", "mtls_trusted_ca"), "reported by the API")
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
    run = ansible.playbook(
        PLAYBOOK, "-i", inventory(ansible, {"one": cluster}, rotation_certificates=from_folder(made, NAMES))
    )
    run.expect(ok=False)
    assert cluster.writes == []
    assert "proxy: option private_key_path: the private key does not belong to the certificate" in failures(run)[0]
    assert "syncer: option certificate_path: the certificate expired on" in failures(run)[0]


def test_a_refused_certificate_leaves_all_as_they_were(ansible: Ansible, authority: Authority) -> None:
    with Cluster(nodes=1, version="7.8.6-36", database="none") as cluster:
        before = {name: cluster.certificate(name) for name in NAMES}
        cluster.add_fault(Fault(method="PUT", status=400, after=2, times=1))
        made = folder(ansible, {name: authority.issue() for name in NAMES})
        hosts = inventory(ansible, {"one": cluster}, rotation_certificates=from_folder(made, NAMES))
        trusted = trusting_both(ansible, cluster, authority)
        run = ansible.playbook(PLAYBOOK, "-i", hosts, "-e", json.dumps(trusted)).expect(ok=False)
        assert {name: cluster.certificate(name) for name in NAMES} == before
    assert sum(line.endswith("rolled back") for line in table(run).values()) == 2
    assert sum(line.endswith("not replaced") for line in table(run).values()) == 3
    assert proofs(run) == dict.fromkeys(("cm", "metrics_exporter"), "proven 1/1")


def test_a_node_that_is_not_active_is_named_and_accepted_on_demand(ansible: Ansible, authority: Authority) -> None:
    with Cluster(nodes=3, database="none", down=[3]) as cluster:
        material = {name: authority.issue() for name in ("cm", "syncer")}
        certificates = from_folder(folder(ansible, material), material)
        hosts = inventory(ansible, {"one": cluster}, rotation_certificates=certificates)
        refused = ansible.playbook(PLAYBOOK, "-i", hosts).expect(ok=False)
        assert cluster.writes == []
        assert "node 3 (127.0.0.3) is down, and would miss the change" in failures(refused)[0]
        assert proofs(refused) == {}
        accepted = ansible.playbook(PLAYBOOK, "-i", hosts, "-e", "rotation_allow_inactive_nodes=true")
        accepted.expect(warnings=True)
    assert proofs(accepted) == dict.fromkeys(material, "proven 2/3 (1 unreachable)")
    assert ["127.0.0.3:" in warning for warning in accepted.warnings] == [True]


def test_what_expires_soon_without_new_material_is_pointed_out(ansible: Ansible, authority: Authority) -> None:
    stale = authority.issue(days=5)
    with Cluster(nodes=1, database="none", expires={"proxy": 10, "cm": 20}) as cluster:
        cluster.set_certificate("syncer", stale.certificate_pem, str(stale.key_pem))
        made = folder(ansible, {"syncer": stale, "cm": authority.issue()})
        certificates = from_folder(made, ["cm", "syncer"])
        hosts = inventory(ansible, {"one": cluster}, rotation_certificates=certificates, rotation_renew_before=15)
        lines = table(ansible.playbook(PLAYBOOK, "-i", hosts).expect(), lead=15)
    assert lines["proxy"].endswith("unchanged, EXPIRES SOON and has no source")
    assert lines["syncer"].endswith("unchanged, EXPIRES SOON and so does its material")
    assert lines["cm"].endswith("replaced")
    assert lines["api"].endswith("unchanged")


FILES = {"files": {"certificate": "c.pem", "private_key": "c.key"}}
OWNCA = {"ca_certificate": "x", "ca_private_key": "x"}
ACME = {"directory": "https://ca.example.com", "dns_tasks": "dns.yml"}


#: Arguments for a run in which each host is a case: all at a time, and none stops the others.
SIDE_BY_SIDE = ["-e", "rotation_serial=0", "-e", "rotation_stop_on_failure=false"]

#: What is said of rotation_certificates, and the value that it is said of.
WRONG: dict[str, list[dict[str, Any]]] = {
    "rotation_certificates is empty. List the certificates to rotate.": [],
    "missing required arguments: name found in rotation_certificates": [{"source": FILES}],
    "proxy: exactly one source is required: files, content, ownca, acme, vault_pki, tasks.": [{"name": "proxy"}],
    "proxy: exactly one source is required": [{"name": "proxy", "source": {**FILES, "ownca": OWNCA}}],
    "unsupported: rotation_certificates.source.file. Supported": [{"name": "proxy", "source": {"file": {}}}],
    "proxy: source files needs either certificate and private_key, or directory, or pkcs12.": [
        {"name": "proxy", "source": {"files": {"directory": "x", "pkcs12": "y"}}}
    ],
    "ccs_internode_encryption: listed 2 times in": [{"name": "cp_internode_encryption", "source": FILES}] * 2,
    "ldap_client: state=absent and source are": [{"name": "ldap_client", "state": "absent", "source": FILES}],
    "sso_issuer: holds CA certificates": [{"name": "sso_issuer", "source": {"ownca": OWNCA}}],
    "data_internode_encryption: certificates between nodes need an RSA key.": [
        {"name": "dp_internode_encryption", "source": {"ownca": {**OWNCA, "key_type": "ECC"}}}
    ],
    "cm: source ownca: an RSA key does not have 1024 bits. Set 2048 or 3072 or 4096.": [
        {"name": "cm", "source": {"ownca": {**OWNCA, "key_size": 1024}}}
    ],
    "cm: source ownca: days is less than 1.": [{"name": "cm", "source": {"ownca": {**OWNCA, "days": 0}}}],
    "needs exactly one of ca_certificate and": [{"name": "cm", "source": {"ownca": {"ca_private_key": "x"}}}],
    "exactly one of account_key and account_key_path": [{"name": "cm", "source": {"acme": ACME}}],
}


def test_wrong_variables_fail_at_the_start(ansible: Ansible, cluster: Cluster) -> None:
    wrong: dict[str, dict[str, Any]] = {
        **{message: {"rotation_certificates": certificates} for message, certificates in WRONG.items()},
        "missing required arguments: rotation_certificates. Set this variable for the host": {},
        "rotation_renew_before": {"rotation_certificates": [], "rotation_renew_before": "soon"},
        "rotation_compare": {"rotation_certificates": [], "rotation_compare": "text"},
    }
    hosts = {f"case{number}": connection(cluster) | wrong[message] for number, message in enumerate(wrong)}
    run = ansible.playbook(PLAYBOOK, "-i", written(ansible, hosts), *SIDE_BY_SIDE).expect(ok=False)
    for host, message in zip(hosts, wrong):
        assert message in failures(run, host)[0]
        text = re.escape(failures(run, host)[0])
        assert len(re.findall(rf"FAILED (?:\w+, )*{host}(?:, \w+)*: {text}", shown(run))) == 1
    assert cluster.writes == []


@pytest.mark.parametrize(
    ("arguments", "rotated"),
    [
        ([], []),
        (["-e", "rotation_serial=2"], ["second"]),
        (["-e", "rotation_stop_on_failure=false"], ["second", "third"]),
        (["-e", "rotation_serial=2", "-e", "rotation_stop_on_failure=false"], ["second", "third"]),
    ],
    ids=["one at a time", "two at a time", "one at a time, all of them", "two at a time, all of them"],
)
def test_a_cluster_that_fails_stops_those_that_have_not_started(
    ansible: Ansible, authority: Authority, arguments: list[str], rotated: list[str]
) -> None:
    """The first one fails; two at a time, the second one has begun together with it."""
    with contextlib.ExitStack() as stack:
        clusters = {
            name: stack.enter_context(Cluster(nodes=1, database="none", fqdn=f"{name}.example.com"))
            for name in ("first", "second", "third")
        }
        names = [name for cluster in clusters.values() for name in cluster_names(cluster.fqdn)]
        made = folder(ansible, {"proxy": authority.issue("first.example.com", sans=names)})
        clusters["first"].add_fault(Fault(method="PUT", status=400))
        hosts = inventory(ansible, clusters, rotation_certificates=from_folder(made, ["proxy"]))
        run = ansible.playbook(PLAYBOOK, "-i", hosts, *arguments).expect(ok=False)
        assert [name for name, cluster in clusters.items() if updated(cluster)] == rotated
    assert "proxy: PUT" in failures(run, "first")[0]
    assert shown(run).count("a simulated fault") == 1
    if "rotation_stop_on_failure=false" not in arguments:
        waiting = ", ".join([name for name in ("second", "third") if name not in rotated])
        assert f"not started {waiting} Next: fix what failed, and run again for these" in shown(run)


def test_peers_learn_a_new_certificate_at_once(ansible: Ansible, authority: Authority) -> None:
    crdb = ActiveActive("orders")
    options: dict[str, Any] = {"nodes": 1, "database": "tls", "active_active": [crdb]}
    with Cluster(fqdn="one.example.com", **options) as one, Cluster(fqdn="two.example.com", **options) as two:
        made = folder(ansible, {"proxy": authority.issue(one.fqdn), "cm": authority.issue(one.fqdn)})
        hosts = inventory(ansible, {"one": one}, rotation_certificates=from_folder(made, ["proxy", "cm"]))
        ansible.playbook(PLAYBOOK, "-i", hosts, "--check").expect()
        assert one.writes == []
        ansible.playbook(PLAYBOOK, "-i", hosts).expect()
        assert crdb.synchronising()
        assert one.writes[-1].path == f"/v1/crdbs/{crdb.guid}/updates"
        one.clear_requests()
        ansible.playbook(PLAYBOOK, "-i", hosts).expect()
        assert one.writes == two.writes == []


def test_peers_learn_also_when_ca_path_lacks_the_new_ca(ansible: Ansible, authority: Authority) -> None:
    """After the write the API presents a certificate that the options do not trust, and peers come next."""
    crdb = ActiveActive("orders")
    options: dict[str, Any] = {"nodes": 2, "database": "tls", "active_active": [crdb]}
    with Cluster(fqdn="one.example.com", **options) as one, Cluster(fqdn="two.example.com", **options):
        material = {name: authority.issue(one.fqdn) for name in ("api", "proxy")}
        hosts = inventory(ansible, {"one": one}, rotation_certificates=from_folder(folder(ansible, material), material))
        for mode in (["--check"], []):
            run = ansible.playbook(PLAYBOOK, "-i", hosts, *mode).expect(warnings=True)
            assert ["one: api: the next run will fail on the new certificate" in one for one in run.warnings] == [True]
        assert sorted(updated(one)) == ["api", "proxy"]
        assert crdb.synchronising()
        again = ansible.playbook(PLAYBOOK, "-i", hosts).expect(ok=False)
        assert "Set redis_enterprise_ca_path" in failures(again)[0]
        trusted = json.dumps(trusting_both(ansible, one, authority))
        assert "changed=0 " in ansible.playbook(PLAYBOOK, "-i", hosts, "-e", trusted).expect().output
        assert crdb.updates == 1


def test_nothing_is_written_that_cannot_be_followed_by_what_it_needs(
    ansible: Ansible, authority: Authority, vault: list[str]
) -> None:
    with Cluster(fqdn="one.example.com", nodes=1, database="tls", active_active=[ActiveActive("orders")]) as one:
        one.add_fault(Fault(method="GET", path="/v1/crdbs", status=403))
        (ansible.folder / "kept").mkdir(mode=0o700)
        made = folder(ansible, {"proxy": authority.issue(one.fqdn), "cm": authority.issue(one.fqdn)})
        backup = {"rotation_backup": "kept", "rotation_backup_vault_id": "backups"}
        hosts = inventory(ansible, {"one": one}, rotation_certificates=from_folder(made, ["proxy", "cm"]), **backup)
        for mode in (["--check"], []):
            run = ansible.playbook(PLAYBOOK, "-i", hosts, *vault, *mode).expect(ok=False)
            assert "proxy: peers of Active-Active databases have to be updated next" in failures(run)[0]
        without_peers = {"rotation_certificates": from_folder(made, ["cm"]), "rotation_run_after": "nowhere.yml"}
        run = ansible.playbook(PLAYBOOK, "-i", hosts, *vault, "-e", json.dumps(without_peers)).expect(ok=False)
        assert f"no such file: {ansible.folder}/nowhere.yml. Check rotation_run_before and" in failures(run)[0]
        assert one.writes == []
        assert list((ansible.folder / "kept").iterdir()) == []


def test_peers_that_cannot_be_told_fail_the_cluster(ansible: Ansible, authority: Authority) -> None:
    crdb = ActiveActive("orders")
    options: dict[str, Any] = {"nodes": 1, "database": "tls", "active_active": [crdb]}
    with Cluster(fqdn="one.example.com", **options) as one, Cluster(fqdn="two.example.com", **options):
        one.add_fault(Fault(method="POST", status=400))
        made = folder(ansible, {"proxy": authority.issue(one.fqdn)})
        hosts = inventory(ansible, {"one": one}, rotation_certificates=from_folder(made, ["proxy"]))
        run = ansible.playbook(PLAYBOOK, "-i", hosts).expect(ok=False)
        assert table(run)["proxy"].endswith("replaced")
    assert "Propagate what changed to Active-Active peers: " in failures(run)[0]


def test_a_run_can_be_limited_to_some_certificates(ansible: Ansible, authority: Authority) -> None:
    with clusters_for({name: {"fqdn": f"{name}.example.com"} for name in ("payments", "orders")}) as clusters:
        names = [one for cluster in clusters.values() for one in cluster_names(cluster.fqdn)]
        made = folder(ansible, {name: authority.issue("example.com", sans=names) for name in ("cm", "proxy")})
        hosts = {
            name: {**connection(cluster), "rotation_certificates": from_folder(made, entries)}
            for (name, cluster), entries in zip(clusters.items(), (["cm", "proxy"], ["proxy"]), strict=True)
        }
        path = written(ansible, hosts, rotation_serial=0)

        def rotate(only: str, *arguments: str) -> Run:
            return ansible.playbook(PLAYBOOK, "-i", path, "-e", json.dumps({"rotation_only": only}), *arguments)

        misspelt = rotate("cm, proxi").expect(ok=False)
        assert "rotation_only: rotation_certificates of no cluster has an entry for proxi." in shown(misspelt)
        assert not any(cluster.writes for cluster in clusters.values())

        done = rotate(" cm ,").expect()
        assert "Plan for 2 clusters, of cm only: 1 due, 1 in order" in done.output
        assert "Rotation of 2 clusters: 1 changed, 1 in order" in done.output
        written_there = [one["name"] for one in result_of(done, "payments")["certificates"] if one["action"] != "none"]
        assert written_there == ["cm"]
        rest = ansible.playbook(PLAYBOOK, "-i", path, "--check").expect()
        assert "Plan for 2 clusters: 2 due" in rest.output
        assert rest["Read all clusters, and plan"].result["sizes"] == [2]

        alone = ansible.folder / "alone.yml"
        role = {"name": "Rotate", "ansible.builtin.import_role": {"name": f"{PREFIX}.rotation"}}
        alone.write_text(
            yaml.safe_dump([{"hosts": "orders", "connection": "local", "gather_facts": False, "tasks": [role]}])
        )
        nothing = ansible.playbook(alone, "-i", path, "-e", "rotation_only=cm").expect(ok=False)
        assert "rotation_only: rotation_certificates has no entry for cm." in shown(nothing)
