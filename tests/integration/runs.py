# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a real ansible-playbook and returns what it printed and what each task returned."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ansible_collections.redis_enterprise.certificates as collection
import yaml
from simulator import Cluster, Fault

from . import started

HERE = Path(__file__).resolve().parent
COLLECTIONS = str(Path(next(iter(collection.__path__))).parents[2])

#: Where the ansible-core to try is installed (TESTING.md): the one that runs the tests, unless told otherwise.
PROGRAMS = Path(os.environ.get("RC_ANSIBLE_BIN") or Path(sys.executable).parent)

#: Whether all is tried with it: with the newest one, and before a release.
WHOLE = Path(sys.executable).parent == PROGRAMS or os.environ.get("BOTH_WAYS") == "whole"

#: Whether operations run inside the controller, or as modules.
IN_PROCESS = os.environ.get("RC_IN_PROCESS") or "true"


def interpreter(python: str, plugins: str) -> str:
    """The path of what to call in place of this Python, which runs the modules of a collection as it does.

    :param plugins: the folder of the collection's plugins.
    """
    (core,) = PROGRAMS.parent.glob("lib/python3*/site-packages/ansible/module_utils")
    return started.interpreter(python, str(core), f"{plugins}/module_utils", f"{plugins}/modules")


#: The Python that modules run on.
TARGET = str(PROGRAMS / "python")
if IN_PROCESS == "false":
    TARGET = interpreter(os.environ.get("RC_TARGET_PYTHON") or TARGET, started.PLUGINS)
PREFIX = "redis_enterprise.certificates"
GROUP = f"group/{PREFIX}.redis_enterprise"

#: Where what the runs of each test returned is kept, for tools/compare_results.py.
RESULTS = os.environ.get("RC_RESULTS")
#: Tests whose runs differ each time: by where a signal struck, by how Ansible wraps a line, calls its own error or
#: hands on a number, by what a masked hyphen leaves of a date, or a masked digit of a port, by what is stopped where,
#: and by which of many certificates was made first.
_NOT_COMPARED = re.compile(
    r"tests/integration/test_((interrupted|keywords|misplaced_keys|untrusted|weak_secrets)\.py|cases\.py::test_forms"
    r"|in_process\.py::test_a_cluster_is_not|rotation\.py::test_a_(batch_size|run_can_be_limited)|audit\.py::test_what_one"
    r"|connection\.py::test_a_task_gets|sources\.py::test_what_a_source_does_not"
    r"|trust\.py::test_what_cannot|output\.py::test_lines_of_an_audit)"
)
_KEPT_HERE: set[Path] = set()  # files that this process has begun

#: What must not influence a run: settings of whoever started the tests.
_FOREIGN = re.compile(r"ANSIBLE_|REDIS_ENTERPRISE_|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|SSL_CERT_|(?i:\w+_proxy)")


@dataclass(frozen=True)
class Outcome:
    """One result of one task on one host."""

    task: str
    action: str  # with the name of its collection
    host: str
    status: str  # ok, failed, skipped or unreachable
    started: float
    ended: float
    result: Mapping[str, Any]

    @property
    def changed(self) -> bool:
        return bool(self.result["changed"])

    @property
    def failure(self) -> Mapping[str, Any]:
        assert self.status == "failed", self.result
        return self.result["failure"]  # type: ignore[no-any-return]

    def writes(self, cluster: Cluster) -> list[tuple[str, str, int | None]]:
        """The write requests that the simulator saw while the task ran."""
        return [
            (request.method, request.path, request.status)
            for request in cluster.writes
            if self.started <= request.arrived <= self.ended
        ]


@dataclass(frozen=True)
class Run:
    """A finished ansible-playbook."""

    returncode: int
    output: str
    outcomes: Sequence[Outcome]

    def __getitem__(self, task: str) -> Outcome:
        """The only result of the task with this name."""
        found = [outcome for outcome in self.outcomes if outcome.task.rpartition(" : ")[2] == task]
        assert len(found) == 1, f"{len(found)} results of {task!r}:\n{self.output}"
        return found[0]

    @property
    def warnings(self) -> list[str]:
        """Warnings and deprecations that Ansible printed; the oldest release wraps them, also after hyphens."""
        found = re.findall(
            r"^\[(?:DEPRECATION )?WARNING\].*(?:\n(?!\w+: \[|\[|\.\.\.|---|.*\S {2,}\S|(?:\S+: )?unchanged: |$).*)*",
            self.output,
            re.MULTILINE,
        )
        return [" ".join(warning.replace("-\n", "-").split()) for warning in found]

    def expect(self, *, ok: bool = True, warnings: bool = False) -> Run:
        """Fail the test when the run ended otherwise, or printed a warning, or a traceback."""
        assert (self.returncode == 0) is ok, self.output
        assert "Traceback" not in self.output, self.output
        assert bool(self.warnings) is warnings, self.output
        return self


class Ansible:
    """Runs playbooks in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()

    def environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not _FOREIGN.match(name)}
        return {
            **inherited,
            "HOME": str(self.home),
            "ANSIBLE_HOME": str(self.home / "ansible"),
            "ANSIBLE_COLLECTIONS_PATH": COLLECTIONS,
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback"),
            "ANSIBLE_CALLBACKS_ENABLED": "record",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "true",  # as the playbooks do
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_REMOTE_TMP": str(self.home / "tmp"),
            "ANSIBLE_INJECT_INVOCATION": "true",  # newer releases leave the options out unless told otherwise
            "COLUMNS": "10000",  # or warnings are wrapped
            "REDIS_ENTERPRISE_IN_PROCESS": IN_PROCESS,
            **extra,
        }

    def playbook(
        self,
        playbook: str | Path,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
    ) -> Run:
        """Run a playbook, by path or by its name in the collection."""
        record = self.folder / "record.json"
        record.unlink(missing_ok=True)
        returncode, output = started.run(
            PROGRAMS / "python",
            PROGRAMS / "ansible-playbook",
            str(playbook),
            *arguments,
            environment=self.environment({"RECORD_FILE": str(record), **(environment or {})}),
            folder=self.folder,
        )
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
        run = Run(returncode, output, [Outcome(**json.loads(line)) for line in lines])
        if RESULTS:
            _keep(run, Path(RESULTS))
        return run

    def tasks(
        self,
        tasks: Sequence[Mapping[str, Any]],
        *arguments: str,
        connection: Mapping[str, Any] | None = None,
        variables: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
        python: str = TARGET,
    ) -> Run:
        """Run tasks on localhost; C(connection) are the options of the action group."""
        play = {
            "name": "Test",
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": python, **(variables or {})},
            "module_defaults": {GROUP: dict(connection or {})},
            "tasks": list(tasks),
        }
        path = self.folder / "playbook.yml"
        path.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
        return self.playbook(path, *arguments, environment=environment)


def _keep(run: Run, folder: Path) -> None:
    """Add what a run returned to what the test's runs returned before."""
    test, _space, phase = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")
    if _NOT_COMPARED.match(test):
        return
    if phase == "(setup)":  # a fixture that several tests share belongs to none of them
        test = test.partition("::")[0]
    line = {
        "test": test,
        "returncode": run.returncode,
        "warnings": run.warnings,
        "outcomes": [
            [outcome.task, outcome.host, outcome.status, outcome.result]
            for outcome in run.outcomes
            if outcome.action.startswith(f"{PREFIX}.")
        ],
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(test.encode()).hexdigest()[:32]}.jsonl"
    if path not in _KEPT_HERE:
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            return  # what several tests share is made by each process that has one of them: once is enough
        _KEPT_HERE.add(path)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def task(name: str, module: str, options: Mapping[str, Any], **keywords: Any) -> dict[str, Any]:
    """A task that calls a module of the collection."""
    return {"name": name, f"{PREFIX}.{module}": dict(options), **keywords}


def login(cluster: Cluster, role: str = "admin") -> dict[str, Any]:
    """The connection options for a user of the simulator."""
    user = cluster.user(role)
    return {
        "url": cluster.url,
        "username": user.username,
        "password": user.password,
        "ca_path": str(cluster.ca_path),
        "metrics_port": cluster.metrics_port,
        "retry_delay": 0.05,
    }


def at(cluster: Cluster, role: str = "admin") -> dict[str, Any]:
    """The keyword of a task that is for another cluster than the other tasks."""
    return {"module_defaults": {GROUP: login(cluster, role)}}


@contextlib.contextmanager
def clusters_for(cases: Mapping[str, Mapping[str, Any]], **common: Any) -> Iterator[dict[str, Cluster]]:
    """A cluster for each case, with options of its own, so that none meets the faults and changes of another."""
    options = {"nodes": 1, "database": "none", **common}
    with contextlib.ExitStack() as stack:
        yield {case: stack.enter_context(Cluster(**{**options, **own})) for case, own in cases.items()}


@contextlib.contextmanager
def striking(faults: Mapping[str, Fault], **common: Any) -> Iterator[dict[str, Cluster]]:
    """A cluster for each fault."""
    with clusters_for({case: {} for case in faults}, **common) as clusters:
        for case, fault in faults.items():
            clusters[case].add_fault(fault)
        yield clusters
