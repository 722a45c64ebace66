# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trust for clusters that nobody has trusted yet: what is shown to compare, and that nothing else is trusted."""

from __future__ import annotations

import json
import re
import socket
import stat
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from simulator import Cluster
from simulator.authority import Authority, cluster_names
from simulator.state import Pair

from .runs import PREFIX, Ansible, Run, clusters_for
from .test_output import count
from .test_rotation import shown, written

pytestmark = pytest.mark.role

PLAYBOOK = f"{PREFIX}.trust"
TASK = "Read what the clusters present, and add what is confirmed to the CA file"
FAIL = "Fail where a cluster is not trusted"


@pytest.fixture(scope="module")
def clusters() -> Iterator[dict[str, Cluster]]:
    """Two with certificates of one CA, of which one presents the root; a self-signed one; and one that has expired."""
    names = {name: {"fqdn": f"{name}.example.com"} for name in ("payments", "sessions", "ledger", "old")}
    names["old"]["expires"] = {"api": -3}  # type: ignore[assignment]
    authority = Authority("Company root")
    with clusters_for(names) as found:
        for name, root in (("sessions", True), ("ledger", False)):
            issued = authority.issue(
                f"{name}.example.com", sans=cluster_names(f"{name}.example.com"), intermediates=1, root=root
            )
            found[name].apply({"api": Pair(issued.certificate_pem, issued.key_pem)})
        yield found


@pytest.fixture
def presented(clusters: Mapping[str, Cluster]) -> dict[str, str]:
    """The fingerprint, as OpenSSL prints it, of the last certificate that each cluster presents."""
    found = {}
    for name, cluster in clusters.items():
        last = str(cluster.certificate("api")).rpartition("-----BEGIN")
        command = ["openssl", "x509", "-noout", "-fingerprint", "-sha256"]
        shown = subprocess.run(command, input=f"-----BEGIN{last[2]}", capture_output=True, text=True, check=True)
        found[name] = shown.stdout.strip()
    return found


def inventory(ansible: Ansible, clusters: Mapping[str, Cluster], **variables: Any) -> str:
    """An inventory with neither a login nor a password, and a CA file that does not exist yet."""
    hosts = {name: {"redis_enterprise_url": cluster.url} for name, cluster in clusters.items()}
    return written(ansible, hosts, **{"redis_enterprise_ca_path": "redis-ca.pem", **variables})


def states(run: Run) -> dict[str, str]:
    return {one["name"]: one["state"] for one in run[TASK].result["clusters"]}


def failing(run: Run) -> str:
    """The clusters that the run fails for."""
    said: str = run[FAIL].result["msg"]
    return said.removeprefix("Not trusted: ").removesuffix(". The lines above say why.")


def plain(fingerprint: str) -> str:
    return fingerprint.partition("=")[2].lower()


def test_nothing_is_trusted_that_was_not_compared(
    ansible: Ansible, clusters: Mapping[str, Cluster], presented: Mapping[str, str]
) -> None:
    hosts = inventory(ansible, clusters)
    run = ansible.playbook(PLAYBOOK, "-i", hosts).expect()
    assert set(states(run).values()) == {"untrusted"}
    assert not (ansible.folder / "redis-ca.pem").exists()
    assert "4 certificates to compare, presented by 4 clusters. Not trusted yet." in run.output
    for fingerprint in presented.values():
        assert f"\n{plain(fingerprint)}\n" in run.output
    assert re.search(r"O=Simulated,CN=payments\.example\.com, self-signed, valid until \d{4}-\d\d-\d\d\n", run.output)
    assert re.search(r"O=Simulated,CN=old\.example\.com, self-signed, EXPIRED \d{4}-\d\d-\d\d\n", run.output)
    assert "issued by O=Simulated,CN=Company root, which is not presented" in shown(run)  # ledger
    assert f"ansible-playbook -i {hosts} {PREFIX}.trust -e trust_fingerprints=" in shown(run)
    assert count(run) < 40
    assert all(not cluster.log.all() for cluster in clusters.values())  # handshakes only


def test_what_was_compared_is_added(
    ansible: Ansible, clusters: Mapping[str, Cluster], presented: Mapping[str, str]
) -> None:
    file = ansible.folder / "redis-ca.pem"
    before = "# ours, by hand\n" + Authority("Another CA").ca_pem.rstrip("\n")
    file.write_text(before)
    file.chmod(0o640)
    hosts = inventory(ansible, clusters)
    chosen = [presented["payments"], plain(presented["sessions"]).replace(":", ""), plain(presented["old"])]
    confirmed = ["-e", json.dumps({"trust_fingerprints": chosen})]

    predicted = ansible.playbook(PLAYBOOK, "-i", hosts, "--check", *confirmed).expect(ok=False)
    assert file.read_text() == before
    assert predicted[TASK].changed
    assert states(predicted) == {
        "payments": "confirmed", "sessions": "confirmed", "ledger": "untrusted", "old": "confirmed",
    }  # fmt: skip
    assert failing(predicted) == "ledger"

    run = ansible.playbook(PLAYBOOK, "-i", hosts, *confirmed).expect(ok=False)
    assert states(run) == {"payments": "trusted", "sessions": "trusted", "ledger": "untrusted", "old": "refused"}
    assert failing(run) == "ledger, old"
    assert "NOT TRUSTED   old" in run.output
    assert "the certificate has expired" in run.output
    assert f"{plain(presented['ledger'])} is not among trust_fingerprints" in " ".join(run.output.split())
    assert run[TASK].changed
    content = file.read_text()
    assert content.startswith(f"{before}\n# old\n-----BEGIN CERTIFICATE-----\n")
    assert content.count("BEGIN CERTIFICATE") == 4
    assert stat.S_IMODE(file.stat().st_mode) == 0o640

    confirmed = ["-e", json.dumps({"trust_fingerprints": chosen[:2]})]
    again = ansible.playbook(PLAYBOOK, "-i", hosts, "--limit", "payments,sessions", *confirmed).expect()
    assert not again[TASK].changed
    assert file.read_text() == content
    assert set(states(again).values()) == {"trusted"}


def test_what_was_trusted_serves_the_other_playbooks(
    ansible: Ansible, clusters: Mapping[str, Cluster], presented: Mapping[str, str]
) -> None:
    one = clusters["payments"]
    login = {"redis_enterprise_username": one.username, "redis_enterprise_password": one.password}
    hosts = inventory(ansible, {"payments": one}, **login)
    given = f"trust_fingerprints={plain(presented['payments'])}"
    ansible.playbook(PLAYBOOK, "-i", hosts, "-e", given).expect()
    audit = ansible.playbook(f"{PREFIX}.audit", "-i", hosts).expect()
    assert "1 of 1 cluster ok" in audit.output


def test_each_cluster_has_its_own_file(
    ansible: Ansible, clusters: Mapping[str, Cluster], presented: Mapping[str, str]
) -> None:
    two = {name: clusters[name] for name in ("payments", "sessions")}
    hosts = inventory(ansible, two, redis_enterprise_ca_path="{{ inventory_hostname }}.pem")
    given = f"trust_fingerprints={plain(presented['payments'])},{plain(presented['sessions'])}"
    ansible.playbook(PLAYBOOK, "-i", hosts, "-e", given).expect()
    assert sorted(path.name for path in ansible.folder.glob("*.pem")) == ["payments.pem", "sessions.pem"]
    ansible.playbook(PLAYBOOK, "-i", hosts, "-e", given, "-e", "trust_ca_path=all.pem").expect()
    assert (ansible.folder / "all.pem").read_text().count("BEGIN CERTIFICATE") == 2


def test_what_cannot_be_used(
    ansible: Ansible, authority: Authority, clusters: Mapping[str, Cluster], presented: Mapping[str, str]
) -> None:
    one = {"payments": clusters["payments"]}
    given = f"trust_fingerprints={plain(presented['payments'])}"

    short = ansible.playbook(PLAYBOOK, "-i", inventory(ansible, one), "-e", "trust_fingerprints=ab:cd").expect(ok=False)
    assert "fingerprints[0]: not a SHA-256 fingerprint" in short[TASK].result["msg"]

    key = ansible.folder / "key.pem"
    issued = authority.issue("payments.example.com")
    key.write_text(issued.certificate_pem + str(issued.key_pem))
    mixed = inventory(ansible, one, redis_enterprise_ca_path=str(key))
    refused = ansible.playbook(PLAYBOOK, "-i", mixed, "-e", given).expect(ok=False)
    assert refused[TASK].result["msg"].startswith(f"CA file {key} has a private key in it. Nothing was written.")
    assert "PRIVATE KEY" not in refused.output

    two = {name: clusters[name] for name in ("payments", "sessions")}
    nowhere = inventory(ansible, two, redis_enterprise_ca_path="{{ inventory_hostname }}/ca.pem")
    (ansible.folder / "payments").mkdir()
    both = f"{given},{plain(presented['sessions'])}"
    unwritable = ansible.playbook(PLAYBOOK, "-i", nowhere, "-e", both).expect(ok=False)
    assert unwritable[TASK].failure["kind"] == "ca_file_unusable"
    path = ansible.folder / "sessions/ca.pem"
    assert (
        unwritable[TASK]
        .result["msg"]
        .startswith(f"CA file {path} cannot be written (No such file or directory). Nothing was written.")
    )
    assert list((ansible.folder / "payments").iterdir()) == []

    other = "ab:" * 31 + "cd"
    unknown = ansible.playbook(PLAYBOOK, "-i", inventory(ansible, one), "-e", f"trust_fingerprints={other}")
    unknown.expect(ok=False, warnings=True)
    (warning,) = unknown.warnings
    assert warning.replace(" ", "") == f"[WARNING]:trust_fingerprints:noclusterpresents{other}."  # 2.16 wraps it
    assert not (ansible.folder / "redis-ca.pem").exists()


def test_clusters_that_show_nothing(ansible: Ansible, clusters: Mapping[str, Cluster]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        hosts = {
            "payments": {"redis_enterprise_url": clusters["payments"].url},
            "closed": {"redis_enterprise_url": f"https://127.0.0.1:{closed.getsockname()[1]}"},
            "plain": {"redis_enterprise_url": "http://127.0.0.1:8080"},
            "wrong": {"redis_enterprise_url": "https://user:s3cret-word@127.0.0.1:9443"},
            "none": {},
        }
        run = ansible.playbook(PLAYBOOK, "-i", written(ansible, hosts)).expect(ok=False)
    assert failing(run) == "closed, none, plain, wrong"
    assert "s3cret-word" not in run.output
    shown = " ".join(run.output.split())
    assert "connection refused" in shown
    assert "redis_enterprise_url: must not contain credentials" in shown
    assert "none: redis_enterprise_url is missing" in shown
    # The operating system's store is used where no file is named.
    assert states(run)["payments"] == "untrusted"
