# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an interrupted run has left, the next one finishes; and the one after that finds nothing to do."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from simulator import ActiveActive, Cluster, Fault
from simulator.authority import Authority, Material
from simulator.state import pair

from .runs import IN_PROCESS, PROGRAMS, WHOLE, Ansible, login, task
from .test_backup import kept, pairs, vault, view
from .test_rotation import PLAYBOOK, folder, foretold, from_folder, in_order, inventory, proofs, table, updated

__all__ = ["vault"]  # a fixture

CERTIFICATES = "/v1/cluster/certificates"
in_controller = pytest.mark.skipif(
    IN_PROCESS == "false", reason="a module has no terminal, and nobody waits for it: test_interruption has that"
)
NOTICE = "certificates are being changed; waiting for the proof, again to stop at once"


def change_without(cluster: Cluster, missing: int, material: Mapping[str, Material]) -> None:
    """Change certificates on all nodes but one, which then follows no more: its update was cut off."""
    for node in cluster.nodes:
        if node.uid != missing:
            for name, issued in material.items():
                node.put(name, pair(issued.certificate_pem, str(issued.key_pem)))


@pytest.mark.corner
def test_a_node_that_missed_the_change_gets_it_with_the_next_run(ansible: Ansible, authority: Authority) -> None:
    """A port shows C(proxy) and C(cm), metrics show C(syncer); nothing shows C(ldap_client)."""
    names = ["cm", "ldap_client", "proxy", "syncer"]
    with Cluster(nodes=3, database="tls") as cluster:
        material = {name: authority.issue() for name in names}
        change_without(cluster, 3, material)
        certificates = from_folder(folder(ansible, material), material)
        hosts = inventory(ansible, {"one": cluster}, rotation_certificates=certificates)

        ignored = ansible.playbook(PLAYBOOK, "-i", hosts, "-e", "rotation_verify_unchanged=false").expect()
        in_order(ignored)
        predicted = ansible.playbook(PLAYBOOK, "-i", hosts, "--check").expect(warnings=True)
        assert cluster.writes == []
        finished = ansible.playbook(PLAYBOOK, "-i", hosts).expect(warnings=True)
        assert foretold(predicted) == table(finished)
        assert sorted(updated(cluster)) == ["cm", "proxy", "syncer"]
        for name in ("cm", "proxy", "syncer"):
            assert table(finished)[name].endswith("replaced")
            assert [node.holds(name).certificate for node in cluster.nodes] == [material[name].certificate_pem] * 3
            said = [one for one in finished.warnings if f"{name}: the API reports the wanted" in one]
            assert [one.startswith(f"[WARNING]: one: {name}: the API") for one in said] == [True]
        assert proofs(finished)["cm"] == proofs(finished)["proxy"] == proofs(finished)["syncer"] == "proven 3/3"
        in_order(ansible.playbook(PLAYBOOK, "-i", hosts).expect())
        assert len(updated(cluster)) == 3


def test_what_is_not_safe_to_write_again_is_only_said(ansible: Ansible, authority: Authority) -> None:
    """A node that would miss it; a requirement that is not met; a known bug of the version."""
    cases: dict[str, tuple[dict[str, Any], str, dict[str, Any], str]] = {
        "inactive": ({"down": [2]}, "cm", {}, "not all nodes are active"),
        "requirements": ({}, "cm", {"eku": ["serverAuth"]}, "extended key usage"),
        "bug": ({"version": "8.0.20-60"}, "ccs_internode_encryption", {}, "RS199373"),
    }
    for options, name, form, why in cases.values():
        material = authority.issue(**form)
        with Cluster(nodes=3, database="none", **options) as cluster:
            change_without(cluster, 3, {name: material})
            wanted = {
                "name": name,
                "certificate": material.certificate_pem,
                "private_key": str(material.key_pem),
                "verify_unchanged": True,
            }
            run = ansible.tasks([task("look", "cluster_certificate", wanted)], connection=login(cluster))
            run.expect(warnings=True)
            assert not run["look"].changed
            assert cluster.writes == []
            (warning,) = [one for one in run.warnings if "It is not written again" in one]
            assert why in warning
            assert "127.0.0.3" in warning
            assert [one["node"] for one in run["look"].result["nodes"] if one["status"] == "stale"] == [3]


def test_active_active_databases_that_are_out_of_sync_are_updated(ansible: Ansible, authority: Authority) -> None:
    crdb = ActiveActive("orders")
    options: dict[str, Any] = {"nodes": 1, "database": "tls", "active_active": [crdb]}
    with Cluster(fqdn="one.example.com", **options) as one, Cluster(fqdn="two.example.com", **options) as two:
        material = {"proxy": authority.issue(one.fqdn)}
        one.set_certificate("proxy", material["proxy"].certificate_pem, str(material["proxy"].key_pem))
        assert not crdb.synchronising(one, two)
        hosts = inventory(ansible, {"one": one}, rotation_certificates=from_folder(folder(ansible, material), material))
        predicted = ansible.playbook(PLAYBOOK, "-i", hosts, "--check").expect()
        assert "changed=1 " in predicted.output
        assert one.writes == []
        finished = ansible.playbook(PLAYBOOK, "-i", hosts).expect()
        assert "changed=1 " in finished.output
        assert [request.path for request in one.writes] == [f"/v1/crdbs/{crdb.guid}/updates"]
        assert crdb.synchronising(one, two)
        third = ansible.playbook(PLAYBOOK, "-i", hosts).expect()
        assert "changed=0 " in third.output
        assert len(one.writes) == 1


class Interrupted:
    """A run of the playbook that a signal meets at some request of the cluster."""

    def __init__(self, ansible: Ansible, hosts: str, *arguments: str) -> None:
        self._command = [str(PROGRAMS / "ansible-playbook"), PLAYBOOK, "-i", hosts, *arguments]
        self._ansible = ansible
        self._process: subprocess.Popen[str] | None = None
        self._started = threading.Event()
        self.struck = threading.Event()

    def run(self) -> str:
        """Return the output, once the last of its processes has ended."""
        self._process = subprocess.Popen(
            self._command,
            env=self._ansible.environment({"RECORD_FILE": os.devnull}),
            cwd=self._ansible.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._started.set()
        output, _nothing = self._process.communicate(timeout=120)
        return output

    def striking(self, number: int) -> Callable[[Cluster], None]:
        return lambda _cluster: self.strike(number)

    def strike(self, number: int) -> None:
        """Send a signal as a terminal does, or end all processes at once."""
        assert self._started.wait(10)
        assert self._process is not None
        if number == signal.SIGKILL:
            for pid in [*_descendants(self._process.pid)]:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
        else:
            os.killpg(self._process.pid, number)
        self.struck.set()


def _descendants(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from _descendants(int(child))


def at_write(number: int, strike: Callable[[Cluster], None]) -> Fault:
    return Fault("PUT", CERTIFICATES, kind="pass", after=number - 1, times=1, effect=strike)


def at_read(number: int, strike: Callable[[Cluster], None]) -> Fault:
    return Fault("GET", CERTIFICATES, kind="pass", after=number - 1, times=1, effect=strike, afterwards=True)


#: Reads of the certificates before the role begins: for the plan, and to compare them.
PLANNED = 2

#: At what request the signal comes, and how long node 3 lags: for ever where there is a way back.
PHASES: dict[str, tuple[Callable[[int, Callable[[Cluster], None]], Fault], int, float]] = {
    "before": (at_read, PLANNED + 1, 0.0),
    "write": (at_write, 1, 1.0),
    "proof": (at_read, PLANNED + 3, 2.0),
    "back": (at_write, 2, math.inf),
}
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
#: All of them meet the newest ansible-core; half of them the oldest one promised, as on a chessboard.
STRUCK = [
    (phase, sent)
    for down, phase in enumerate(PHASES)
    for across, sent in enumerate(SIGNALS)
    if WHOLE or (down + across) % 2
]


@pytest.mark.corner
@in_controller
def test_what_a_signal_cuts_off_is_finished(ansible: Ansible, authority: Authority) -> None:
    with ExitStack() as running:
        clusters: dict[str, Cluster] = {}
        material = {name: authority.issue() for name in ("cm", "proxy")}
        certificates = from_folder(folder(ansible, material), material)
        common: dict[str, Any] = {"rotation_certificates": certificates, "rotation_verify_timeout": 4}
        for phase, sent in STRUCK:
            request, number, lag = PHASES[phase]
            host = f"{phase}-{sent.name.lower()}"
            crdb = ActiveActive()
            options: dict[str, Any] = {"database": "tls", "active_active": [crdb]}
            cluster = running.enter_context(Cluster(nodes=3, lag={3: lag}, **options))
            running.enter_context(Cluster(nodes=1, fqdn="peer.example.com", **options))
            clusters[host] = cluster
            hosts = inventory(ansible, {host: cluster}, **common)
            run = Interrupted(ansible, hosts)
            cluster.add_fault(request(number, run.striking(sent)))
            output = run.run()
            assert run.struck.is_set(), output
            assert "Traceback" not in output, output
            if phase != "before" and sent != signal.SIGKILL:
                assert output.count(NOTICE) == 1, output
                said = output.rpartition(NOTICE)[2]
                assert ("Rolled back: the previous" if phase == "back" else "cm, proxy: changed, proven") in said
                old_or_new = {node.holds("cm").certificate for node in cluster.nodes}
                assert len(old_or_new) == 1
                assert (old_or_new == {material["cm"].certificate_pem}) is (phase != "back")
            cluster.clear_faults()
            cluster.nodes[2].lag = 0.0
        hosts = inventory(ansible, clusters, **common, rotation_serial=0)
        ansible.playbook(PLAYBOOK, "-i", hosts).expect()
        for host, cluster in clusters.items():
            for name, issued in material.items():
                assert [node.holds(name).certificate for node in cluster.nodes] == [issued.certificate_pem] * 3, host
            (bdb,) = cluster.bdbs
            assert bdb.crdb is not None
            assert bdb.crdb.synchronising(), host
            cluster.clear_requests()
        in_order(ansible.playbook(PLAYBOOK, "-i", hosts).expect())
        assert [host for host, cluster in clusters.items() if cluster.writes] == []


@in_controller
def test_a_second_signal_stops_at_once(ansible: Ansible, authority: Authority) -> None:
    material = {"cm": authority.issue()}
    with Cluster(nodes=3, database="none", lag={3: math.inf}) as cluster:
        hosts = inventory(
            ansible,
            {"one": cluster},
            rotation_certificates=from_folder(folder(ansible, material), material),
            rotation_verify_timeout=100,
        )
        run = Interrupted(ansible, hosts)

        def twice(_cluster: Cluster) -> None:
            run.strike(signal.SIGINT)
            threading.Timer(1.0, run.strike, [signal.SIGINT]).start()

        cluster.add_fault(at_read(PLANNED + 3, twice))
        began = time.monotonic()
        output = run.run()
        assert time.monotonic() - began < 60
        assert output.count(NOTICE) == 1
        assert "changed, proven" not in output
        assert len(cluster.writes) == 1


@in_controller
def test_a_backup_only_grows_until_the_change_is_proven(
    ansible: Ansible, authority: Authority, vault: list[str]
) -> None:
    """Three runs, two of them killed: the pairs from before the first are still there."""
    names = ["cm", "metrics_exporter", "proxy"]
    material = {name: authority.issue() for name in names}
    backups = ansible.folder / "kept"
    backups.mkdir(mode=0o700)
    # One request for each certificate, in the order of their names.
    with Cluster(nodes=1, version="7.8.6-36", database="tls") as cluster:
        before = pairs(cluster, names)
        hosts = inventory(
            ansible,
            {"one": cluster},
            rotation_certificates=from_folder(folder(ansible, material), material),
            rotation_backup=str(backups),
            rotation_backup_vault_id="backups",
        )
        for passed in (1, 0):
            run = Interrupted(ansible, hosts, *vault)
            killed = Fault("PUT", "/v1/cluster/update_cert", kind="pass", after=passed, times=1)
            killed.effect = run.striking(signal.SIGKILL)
            cluster.add_fault(killed)
            output = run.run()
            assert run.struck.is_set(), output
            cluster.clear_faults()
            assert kept(view(ansible, backups / "one.vault")) == before
        ansible.playbook(PLAYBOOK, "-i", hosts, *vault).expect()
        assert pairs(cluster, names) != before
        assert kept(view(ansible, backups / "one.vault")) == before
        assert [path.name for path in backups.iterdir()] == ["one.vault"]
        # The change is proven: the next one has a backup of its own.
        folder(ansible, {"cm": authority.issue()})
        ansible.playbook(PLAYBOOK, "-i", hosts, *vault).expect()
        assert kept(view(ansible, backups / "one.vault")).keys() == {"cm"}
        assert len(list(backups.iterdir())) == 2
