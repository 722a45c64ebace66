# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs that ansible-runner runs as AWX has it run them.

AWX fills a folder (project, inventory, env), hands it to C(transmit) with the environment and the passwords in its
parameters, has C(worker) run the playbook in another folder, in a container or on another machine, and gets events and
artifacts back through C(process).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .runs import COLLECTIONS, HERE, PROGRAMS, Ansible

ROOT = HERE.parents[1]
PROJECT = ROOT / "docs/examples/awx/project"

#: Calls ansible-runner by its Python interface, as AWX does: parameters as JSON on stdin.
_PROGRAM = """
import json, sys
import ansible_runner
parameters = json.load(sys.stdin)
if sys.argv[1] == "transmit":
    parameters["_output"] = sys.stdout.buffer
if sys.argv[1] == "process":
    parameters["_input"] = open(sys.argv[2], "rb")
done = ansible_runner.interface.run(streamer=sys.argv[1], quiet=True, **parameters)
if sys.argv[1] != "transmit":
    print(json.dumps({"status": done.status, "rc": done.rc}))
"""


class _Loader(yaml.SafeLoader):
    """Reads variables of a role."""


def _text(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_constructor("!unsafe", _text)


def setup_variables() -> dict[str, Any]:
    """What the role awx_setup hands to AWX."""
    read: dict[str, Any] = yaml.load((ROOT / "roles/awx_setup/vars/main.yml").read_text("utf-8"), _Loader)
    return {name.removeprefix("awx_setup__"): value for name, value in read.items()}


def credential_type() -> dict[str, Any]:
    """The one that the role awx_setup makes."""
    variables = setup_variables()
    return {name: variables[name] for name in ("inputs", "injectors")}


def injected(
    kind: Mapping[str, Any], inputs: Mapping[str, Any], folder: Path, seen_in: Path | None = None
) -> dict[str, str]:
    """The environment that a credential makes, as AWX makes it.

    A boolean that is not set is false, every file is written, and templates know the inputs that have a value, and
    where the job will see the files.
    """
    fields = kind["inputs"]["fields"]
    assert set(inputs) <= {field["id"] for field in fields}
    files, environment = (kind["injectors"][name] for name in ("file", "env"))
    labels = [name.partition(".")[2] for name in files]
    # AWX refuses a template with a name that is no input.
    strict = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    tower = SimpleNamespace(filename=SimpleNamespace(**dict.fromkeys(labels, "EXAMPLE")))
    example = {**{field["id"]: "EXAMPLE" for field in fields}, "tower": tower}
    for template in (*files.values(), *environment.values()):
        strict.from_string(template).render(example)

    known: dict[str, Any] = {field["id"]: False for field in fields if field["type"] == "boolean"}
    known |= {name: value for name, value in inputs.items() if value != ""}
    jinja = ImmutableSandboxedEnvironment()
    places = {}
    for label, template in zip(labels, files.values()):
        descriptor, path = tempfile.mkstemp(dir=folder)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(jinja.from_string(template).render(known))
        places[label] = str((seen_in or folder) / Path(path).name)
    known["tower"] = SimpleNamespace(filename=SimpleNamespace(**places))
    return {name: jinja.from_string(template).render(known) for name, template in environment.items()}


@dataclass(frozen=True)
class Job:
    """A finished job."""

    status: str
    output: str  # what the programs around ansible-playbook printed
    folders: tuple[Path, ...]  # where the job was made, and where it ran; the first one has what came of it
    given: tuple[Path, ...]  # the files of the credential: AWX writes them, and removes them with the folders
    environment: Mapping[str, str]  # what the credential sets

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """What happened, in order."""
        read = [json.loads(path.read_text("utf-8")) for path in self.folders[0].glob("artifacts/*/job_events/*.json")]
        return sorted(read, key=lambda event: int(event["counter"]))

    @cached_property
    def stdout(self) -> str:
        """The log of the playbook, as AWX shows it."""
        return "\n".join(event["stdout"] for event in self.events if event["stdout"])

    @property
    def artifacts(self) -> dict[str, Any]:
        """What set_stats hands on to the next node of a workflow."""
        (stats,) = [event for event in self.events if event["event"] == "playbook_on_stats"]
        data: dict[str, Any] = stats["event_data"]["artifact_data"]
        return data

    def left(self) -> Iterator[tuple[Path, str]]:
        """Every file that the job left, and its content, but the files of its credential.

        ansible-runner itself writes the environment that it is given to the file C(command), whatever the playbook
        does. What else is in that file counts.
        """
        for path in (path for folder in self.folders for path in folder.rglob("*") if path.is_file()):
            content = path.read_text("utf-8", "replace")
            if path.name == "command":
                content = str(_without(json.loads(content), self.environment))
            if path not in self.given:
                yield path, content

    def expect(self, *, ok: bool = True) -> Job:
        """Fail the test when the job ended otherwise, or showed a traceback."""
        assert self.status == ("successful" if ok else "failed"), self.output + self.stdout
        assert "Traceback" not in self.output + self.stdout, self.output + self.stdout
        return self


def _without(command: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """What C(command) holds besides this environment."""
    given = {name: value for name, value in command["env"].items() if environment.get(name) != value}
    return {**command, "env": given}


class Jobs:
    """Runs jobs of one project, each in folders of its own below that of the tests' Ansible."""

    def __init__(self, ansible: Ansible, other_collections: Sequence[Path] = (), programs: Path = PROGRAMS) -> None:
        """Prepare.

        Args:
            programs: where the ansible-runner and the ansible-playbook of the worker are.
        """
        self.ansible = ansible
        self._programs = programs
        collections = [COLLECTIONS, *map(str, other_collections)]
        environment = ansible.environment({"ANSIBLE_COLLECTIONS_PATH": ":".join(collections)})
        self.environment = {name: value for name, value in environment.items() if "CALLBACK" not in name}
        self.environment["PATH"] = f"{programs}:{os.environ['PATH']}"
        self.environment["ANSIBLE_COLLECTIONS_ON_ANSIBLE_VERSION_MISMATCH"] = "ignore"

    def run(
        self,
        name: str,
        playbook: str,
        hosts: Mapping[str, Mapping[str, Any]],
        *arguments: str,
        inputs: Mapping[str, Any],
        extra_vars: Mapping[str, Any] | None = None,
        passwords: Mapping[str, str] | None = None,
        here: bool = False,
    ) -> Job:
        """Run a playbook of the project.

        Args:
            name: of the folders.
            hosts: the variables of each host of the group redis_enterprise.
            arguments: of ansible-playbook.
            inputs: values of the credential.
            passwords: answers to what ansible-playbook asks.
            here: with C(run), in one folder, instead of C(transmit), C(worker) and C(process).
        """
        control = self.ansible.folder / name / "control"
        place = control if here else self.ansible.folder / name / "worker"
        self._fill(control, hosts, arguments, extra_vars or {})
        environment = injected(credential_type(), inputs, control / "env", place / "env")
        files = [path.name for path in (control / "env").iterdir() if path.name.startswith("tmp")]
        given = tuple(folder / "env" / file for folder in (control, place) for file in files)
        parameters = {
            "ident": "1",
            "private_data_dir": str(control),
            "playbook": playbook,
            "passwords": dict(passwords or {}),
            "suppress_env_files": True,
            "envvars": environment,
            "fact_cache_type": "jsonfile",
        }
        if here:
            return _finished(self._python(parameters, "run"), (control,), given, environment)
        place.mkdir()
        stream = self.ansible.folder / name / "stream"
        transmitted = self._python(parameters, "transmit").stdout
        with stream.open("wb") as result:
            worker = subprocess.run(
                [str(self._programs / "ansible-runner"), "worker", "--private-data-dir", str(place)],
                check=False,
                input=transmitted,
                stdout=result,
                stderr=subprocess.PIPE,
                env=self.environment,
                cwd=self.ansible.folder,
                timeout=300,
            )
        assert worker.stderr == b"", worker.stderr.decode()
        return _finished(self._python(parameters, "process", str(stream)), (control, place), given, environment)

    def _fill(
        self, folder: Path, hosts: Mapping[str, Any], arguments: Sequence[str], extra_vars: Mapping[str, Any]
    ) -> None:
        """Put into the folder of a job what AWX puts there."""
        for name in ("env", "inventory"):
            (folder / name).mkdir(parents=True)
        shutil.copytree(PROJECT, folder / "project")
        inventory = {"redis_enterprise": {"hosts": list(hosts)}, "_meta": {"hostvars": hosts}}
        script = folder / "inventory/hosts"
        script.write_text(f"#!/usr/bin/env python3\nprint({json.dumps(inventory)!r})\n", "utf-8")
        script.chmod(0o700)
        # AWX names the job in its variables.
        named = {"awx_job_id": 1, "awx_job_template_name": "Redis certificates", **extra_vars}
        (folder / "env/extravars").write_text(yaml.safe_dump(named), "utf-8")
        (folder / "env/cmdline").write_text(" ".join(arguments), "utf-8")
        (folder / "env/settings").write_text(json.dumps({"suppress_ansible_output": True}), "utf-8")

    def _python(self, parameters: Mapping[str, Any], *arguments: str) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            [str(PROGRAMS / "python"), "-c", _PROGRAM, *arguments],
            check=False,
            input=json.dumps(parameters).encode(),
            capture_output=True,
            env=self.environment,
            cwd=self.ansible.folder,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done


def _finished(done: subprocess.CompletedProcess[bytes], *facts: Any) -> Job:
    return Job(json.loads(done.stdout)["status"], (done.stdout + done.stderr).decode(), *facts)
