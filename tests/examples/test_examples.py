# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example of the documentation is run by a real ansible-playbook against the simulator, or is named here; those
that readers follow with a keyboard are typed, in test_typed."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.runs import PREFIX, TARGET, Ansible, login

from .blocks import Block, blocks, pages
from .journeys import is_typed
from .world import World, world

#: What is not run, by page and first line of the block, and why. A page of which nothing can be run has "*".
NOT_RUN = {
    "CONTRIBUTING.md": {
        "git clone https://github.com/redis-enterprise-certificates/redis_enterprise.certificates": "makes a checkout",
        "bugfixes:": "shows a file that antsibull-changelog reads",
    },
    "TESTING.md": {
        "tools/with test pytest tests/unit -k passphrase": "calls these tests",
        "make fuzz SECONDS=600            # with a seed of its own": "fuzzes; the unit tests run some cases",
    },
    "docs/architecture.md": {"plugins/module_utils/": "shows folders"},
    "docs/audit.md": {
        "node_exporter --collector.textfile.directory=/var/lib/node_exporter": "needs node_exporter",
        (
            "cp ~/.ansible/collections/ansible_collections/redis_enterprise/certificates/"
            "extensions/prometheus/alerts.yml \\"
        ): "needs a Prometheus of the host; tests/alerts has one read that file",
        "# prometheus.yml": "is for Prometheus",
    },
    "docs/contract.md": {"redis_enterprise.certificates 1.1.0, contract": "shows what is printed"},
    "docs/events.md": {
        "pip install ansible-core 'ansible-rulebook>=1.2.3' 'requests>=2.25' 'cryptography>=40.0'": "installs",
        "# events.yml": "is for ansible-rulebook; tests/events has such a file",
        "ansible-rulebook -r redis_enterprise.certificates.rotate_on_event -i inventory.yml -e events.yml": (
            "runs for ever; tests/events runs it"
        ),
        "payments: event 7c9f5a1e-62c5-4b0e-9d53-0f2a3c5b8d11: expiring of proxy": "shows an output",
        "- name: Notify the team": "is a rulebook; tests/events runs some",
        "groups:": "is for Prometheus",
        "receivers:": "is for Alertmanager",
        "ansible-rulebook -r redis_enterprise.certificates.rotate_on_alert -i inventory.yml -e alerts.yml": (
            "runs for ever; tests/events runs it"
        ),
    },
    "docs/faults.md": {"tools/with test tools/stages/faults --write-table": "makes the page"},
    "docs/first-rotation.md": {
        "Plan for 2 clusters: 1 due, 1 in order": "shows an output",
        "payments  before                  after                   outcome   proof": "shows an output",
        "Rotation of 2 clusters: 1 changed, 1 in order": "shows an output",
    },
    **{
        f"plugins/modules/{name}.py": {"*": "is a step of the role rotation, which other examples run"}
        for name in ("cluster_rollback", "cluster_rotation", "issued_certificate", "ownca_certificates")
    },
    "docs/interrupted.md": {
        "ansible-playbook redis_enterprise.certificates.rollback -i inventory.yml --limit payments "
        "--vault-id backups@prompt": ("is run for docs/rollback.md"),
        "redis_enterprise.certificates: certificates are being changed; waiting for the proof, again to stop at once": (
            "shows an output"
        ),
    },
    "docs/handover.md": {
        "acme.sh --install-cert -d payments.redis.example.com \\": "needs acme.sh",
        'vcert enroll -z "$ZONE" -cn payments.redis.example.com \\': "needs vcert and its server",
    },
    "docs/trust.md": {
        "2 certificates to compare, presented by 3 clusters. Not trusted yet.": "shows an output",
        "for node in payments-node-1 sessions-node-1; do": "needs nodes",
    },
    "roles/awx_setup/README.md": {"- hosts: localhost": "needs AWX; test_awx_setup runs the role"},
    "docs/issuing.md": {"# dns.yml": "needs community.general and a DNS server that takes updates"},
}

#: What must fail on a simulated cluster, likewise.
FAILS = {
    ("docs/audit.md", "audit_warn_within: 30"): "keys of 2048 bits break this policy",
}


#: What examples call besides ansible-playbook, and what every machine has.
_PROGRAMS = {"cat", "mkdir", "openssl"}


#: What examples of filters take: results of tasks before them, as in a play.
_BEFORE: list[Mapping[str, Any]] = [
    {
        "name": "Keep what was issued",
        "ansible.builtin.set_fact": {
            "issued": {"cert": "{{ lookup('ansible.builtin.file', 'certificates/proxy.pem') }}"}
        },
    },
]


def why_not(block: Block) -> str | None:
    """Why a block is not run here."""
    if is_typed(block):
        return "is typed, in test_typed"
    reasons = NOT_RUN.get(block.page, {})
    return reasons.get("*") or reasons.get(block.first)


class Runner:
    """Runs the blocks of one page, one after the other."""

    def __init__(self, world: World, shown: Sequence[Block]) -> None:
        self.world = world
        self.blocks = [block for block in shown if why_not(block) is None]
        self.files = [block for block in shown if block.file and (is_typed(block) or block in self.blocks)]

    def run(self) -> None:
        for block in reversed(self.files):  # a file may be shown after what names it; of two versions the first counts
            self._keep(block)
        for at, block in enumerate(self.blocks):
            self._keep(block)
            self._run_one(block, self.blocks[at + 1 :])
        names = {outcome.task.rpartition(" : ")[2] for run in self.world.runs for outcome in run.outcomes}
        for block in self.files:
            content = yaml.safe_load(block.text) if block.language == "yaml" else None
            if isinstance(content, list) and "hosts" not in content[0]:
                assert {one["name"] for one in content} <= names, f"{block}: its tasks were not run"
        rotations = [run.output for run in self.world.runs if "PLAY [Rotate " in run.output]
        assert not rotations or any("changed=0 " not in output for output in rotations), "nothing was rotated"
        assert self.world.runs

    def _keep(self, block: Block) -> None:
        if block.file:
            self.world.write(block.file, self.world.mapped(block.text))

    def _run_one(self, block: Block, later: Sequence[Block]) -> None:
        ok = (block.page, block.first) not in FAILS
        if block.language in ("shell", "bash"):
            for line in filter(None, block.text.replace("\\\n", "").splitlines()):
                self._shell(block, line)
            return
        assert block.language == "yaml", f"{block}: neither run nor named"
        content = yaml.safe_load(self.world.mapped(block.text))
        if isinstance(content, Mapping):
            if not block.file or not any(one.language == "shell" for one in later):
                self._variables(content, ok)
        elif "hosts" in content[0]:
            self._play("play.yml", content, ok)
        elif set(content[0]) <= {"name", "source", "state"}:
            self._variables({"rotation_certificates": content}, ok)
        elif not block.file:
            self._tasks(block.page, content, ok)

    def _shell(self, block: Block, line: str) -> None:
        line = self.world.mapped(line)
        program, *arguments = shlex.split(line, comments=True)
        if program == "ansible-playbook":
            self.world.playbook(*arguments)
        else:
            assert program in _PROGRAMS, f"{block}: neither run nor named: {line}"
            subprocess.run(["bash", "-ec", line], cwd=self.world.folder, check=True, capture_output=True)

    def _variables(self, content: Mapping[str, Any], ok: bool) -> None:
        path = self.world.write("variables.yml", yaml.safe_dump(dict(content), sort_keys=False))
        for kind, playbook in (("audit_", "audit"), ("rotation_", "rotate")):
            if any(name.startswith(kind) for name in content):
                self.world.playbook(f"{PREFIX}.{playbook}", "-i", "inventory.yml", "-e", f"@{path}", ok=ok)
        if "redis_enterprise" in content:
            self.world.playbook(f"{PREFIX}.audit", "-i", "inventory.yml", ok=ok)

    def _tasks(self, page: str, tasks: list[Any], ok: bool) -> None:
        main = next(iter(self.world.clusters))
        play = {
            "hosts": main,
            "gather_facts": False,
            "tasks": [*(_BEFORE if page.startswith("plugins/filter/") else ()), *tasks],
        }
        defaults = login(self.world.main)
        if page.startswith("plugins/"):
            # What ansible-doc shows needs nothing else in its play; but a simulated cluster has a port of its own.
            defaults = {option: defaults[option] for option in ("metrics_port", "retry_delay")}
        else:
            play |= {"connection": "local", "vars": {"ansible_python_interpreter": TARGET}}
        play["module_defaults"] = {f"group/{PREFIX}.redis_enterprise": defaults}
        self._play("tasks.yml", [play], ok)

    def _play(self, name: str, plays: list[Any], ok: bool) -> None:
        path = self.world.write(name, yaml.safe_dump(plays, sort_keys=False))
        self.world.playbook(str(path), "-i", "inventory.yml", "--vault-id", self.world.mapped("backups@prompt"), ok=ok)


@pytest.mark.parametrize("page", pages())
def test_every_example_runs(page: str, ansible: Ansible) -> None:
    shown = list(blocks(page))
    if all(why_not(block) for block in shown):
        return
    with world(ansible, shown) as made:
        Runner(made, shown).run()


def test_the_list_names_nothing_else() -> None:
    """What the lists name is there."""
    there = {(block.page, block.first) for page in pages() for block in blocks(page)}
    there |= {(block.page, line) for page in pages() for block in blocks(page) for line in block.text.splitlines()}
    named = {(page, first) for page, reasons in NOT_RUN.items() for first in reasons if first != "*"} | set(FAILS)
    assert named <= there
    assert set(NOT_RUN) <= set(pages())


@pytest.fixture
def ansible(tmp_path: Path) -> Ansible:
    return Ansible(tmp_path)
