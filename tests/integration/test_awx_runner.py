# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks under ansible-runner, as AWX runs them; what they leave, and what they hand on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from simulator import Cluster, Fault
from simulator.authority import Authority
from simulator.keys import secret_lines

from .jobs import Job, Jobs
from .runs import Ansible
from .test_rotation import folder, from_folder
from .test_secrets import files_with
from .test_sources import OTHER, ownca

pytestmark = pytest.mark.one_corner

PASSWORD = "correct horse battery staple"
VAULT_PASSWORD = "of the vault, and long enough"
VAULT = {r"Vault password \(backups\):\s*?$": VAULT_PASSWORD}


def login(cluster: Cluster) -> dict[str, str]:
    """The inputs of a credential."""
    user = cluster.user("admin")
    return {
        "username": user.username,
        "password": user.password,
        "ca_certificate": Path(cluster.ca_path).read_text("ascii"),
    }


def host(cluster: Cluster, **variables: Any) -> dict[str, Any]:
    """The variables of an inventory host, which gets its login from the credential."""
    known = {"redis_enterprise_url": cluster.url, "redis_enterprise_metrics_port": cluster.metrics_port}
    return {**known, "redis_enterprise_retry_delay": 0.05, **variables}


def changed(names: list[str]) -> dict[str, Any]:
    """The summary of a rotation that has changed them, on a cluster of one node."""
    proof = {"level": "complete", "verified": len(names), "of": len(names), "not_visible": [], "unreachable": []}
    return {"outcome": "changed", "changed": True, "proof": proof, "certificates": names, "failure": None}


def stored_keys(cluster: Cluster) -> set[str]:
    return secret_lines(*(str(key) for _pem, key in cluster.nodes[0].stored.values() if key))


def assert_keeps(secrets: set[str], job: Job) -> None:
    """Nothing that the job left holds one of them."""
    assert len(job.events) > 5
    left = dict(job.left())
    assert any("job_events" in path.parts for path in left)
    assert [path for path, content in left.items() if any(secret in content for secret in secrets)] == []
    assert not [secret for secret in secrets if secret in job.output]


def vaulted(text: str) -> dict[str, str]:
    """A variable as an inventory of AWX holds it."""
    vault = VaultLib([("backups", VaultSecret(VAULT_PASSWORD.encode()))])
    return {"__ansible_vault": vault.encrypt(text, vault_id="backups").decode()}


@pytest.mark.parametrize("here", [True, False], ids=["run", "transmit, worker, process"])
def test_audit_rotation_audit_and_rollback(ansible: Ansible, authority: Authority, own: Path, here: bool) -> None:
    (ansible.folder / "backups").mkdir()
    passphrase = "open sesame"
    with Cluster(nodes=1, database="none", password=PASSWORD, expires={"proxy": 5}) as cluster:
        material = authority.issue(cluster.fqdn)
        certificates = [
            *from_folder(folder(ansible, {"proxy": material}), ["proxy"]),
            {"name": "cm", "source": ownca(own, ca_private_key_passphrase="{{ passphrase }}")},
        ]
        variables = {
            "passphrase": vaulted(passphrase),
            "rotation_certificates": certificates,
            "rotation_backup": str(ansible.folder / "backups"),
            "rotation_backup_vault_id": "backups",
        }
        hosts = {"payments": host(cluster, **variables)}
        before = stored_keys(cluster)
        jobs = Jobs(ansible, [OTHER])
        common: dict[str, Any] = {"inputs": login(cluster), "here": here}
        with_vault = ("-vvvvv", "--diff", "--vault-id", "backups@prompt")

        reports = ansible.folder / "audits"
        out = {"audit_output_directory": str(reports)}
        audit = jobs.run("audit", "audit.yml", hosts, "-vvvvv", extra_vars=out, **common).expect(ok=False)
        assert audit.artifacts["audit_failed_clusters"] == ["payments"]
        assert audit.artifacts["audit_summary"]["next"]["certificate"] == "proxy"
        assert audit.artifacts["audit_files"]["json"] == str(reports / "audit.json")
        assert (reports / "audit.json").exists()

        # AWX hands on what a node left as variables of the next one.
        handed_on = {"extra_vars": audit.artifacts, "passwords": VAULT, **common}
        rotated = jobs.run("rotate", "rotate.yml", hosts, *with_vault, **handed_on).expect()
        assert rotated.artifacts["rotation_summary"] == {"payments": changed(["cm", "proxy"])}
        assert cluster.certificate("proxy") == material.certificate_pem

        again = jobs.run("again", "audit.yml", hosts, "-vvvvv", extra_vars=rotated.artifacts, **common).expect()
        assert again.artifacts["audit_failed_clusters"] == []
        assert again.artifacts["audit_files"] == {}

        after = stored_keys(cluster)
        assert len(after - before) > 20
        back = jobs.run("rollback", "rollback.yml", hosts, *with_vault, passwords=VAULT, **common).expect()
        assert stored_keys(cluster) == before

    secrets = {PASSWORD, VAULT_PASSWORD, passphrase, *before, *after, *secret_lines((own / "ca.key").read_text())}
    assert len(secrets) > 150
    for job in (audit, rotated, again, back):
        assert_keeps(secrets, job)
    assert files_with(secrets, ansible.home, reports, ansible.folder / "backups") == []


def test_what_a_rotation_that_fails_leaves_and_hands_on(ansible: Ansible, authority: Authority) -> None:
    with Cluster(nodes=1, database="none", password=PASSWORD) as good, Cluster(nodes=1, database="none") as bad:
        token = bad.token("admin")
        material = authority.issue(good.fqdn)
        variables = {"rotation_certificates": from_folder(folder(ansible, {"proxy": material}), ["proxy"])}
        bad.add_fault(Fault(method="PUT", status=400))
        # An inventory may hold its own credentials.
        own_login = {"redis_enterprise_token": "{{ vault_token }}", "redis_enterprise_ca_path": bad.ca_path}
        hosts = {
            "good": host(good, **variables),
            "bad": host(bad, **variables, **own_login, vault_token=vaulted(token)),
        }
        job = Jobs(ansible).run(
            "rotate",
            "rotate.yml",
            hosts,
            "-vvvvv",
            "--vault-id",
            "backups@prompt",
            inputs=login(good),
            extra_vars={"rotation_serial": "2"},
            passwords=VAULT,
        )
        job.expect(ok=False)
        summary = job.artifacts["rotation_summary"]
        assert summary["good"] == changed(["proxy"])
        assert summary["bad"]["outcome"] == "failed_unchanged"
        assert summary["bad"]["certificates"] == ["proxy"]
        assert summary["bad"]["proof"]["level"] == "none"
        assert summary["bad"]["failure"].startswith("Replace all certificates at once: ")
        secrets = {PASSWORD, VAULT_PASSWORD, token, *secret_lines(str(material.key_pem))}
        assert_keeps(secrets | stored_keys(good) | stored_keys(bad), job)
