# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-builder makes of the collection, and of the example. No image: that takes a container engine."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from importlib.metadata import version as installed
from pathlib import Path

import pytest
import yaml
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._libraries import MINIMUM
from simulator import Cluster
from simulator.authority import Authority

from .jobs import Jobs
from .runs import HERE, Ansible
from .test_awx_runner import host, login
from .test_rotation import folder, from_folder

pytestmark = pytest.mark.one_corner

ROOT = HERE.parents[1]
BUILDER = Path(sys.executable).parent / "ansible-builder"  # has nothing to do with the ansible-core that is tried


def builder(*arguments: str, folder: Path) -> str:
    done = subprocess.run([BUILDER, *arguments], check=False, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()
    return done.stdout


def place(*names: str, below: Path) -> None:
    """Put a part of the collection where an execution environment has it."""
    collection = below / "ansible_collections/redis_enterprise/certificates"
    for name in names:
        (collection / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, collection / name)


def version() -> str:
    released: str = yaml.safe_load((ROOT / "galaxy.yml").read_text("utf-8"))["version"]
    return released


def test_an_image_gets_the_libraries_that_the_modules_need(tmp_path: Path) -> None:
    place("meta/execution-environment.yml", "meta/ee-requirements.txt", "galaxy.yml", below=tmp_path)
    found = yaml.safe_load(builder("introspect", str(tmp_path), folder=tmp_path))
    needed = [f"{name} >= {'.'.join(map(str, version))}" for name, version in MINIMUM.items()]
    assert [line.partition("  #")[0] for line in found["python"]] == needed
    assert found["system"] == []


def test_the_example_becomes_a_context(tmp_path: Path) -> None:
    shutil.copy(ROOT / "docs/examples/awx/execution-environment.yml", tmp_path)
    example = yaml.safe_load((tmp_path / "execution-environment.yml").read_text("utf-8"))
    builder("create", "--context", "context", "--output-filename", "Containerfile", folder=tmp_path)
    steps = (tmp_path / "context/Containerfile").read_text("utf-8")
    assert f'EE_BASE_IMAGE="{example["images"]["base_image"]["name"]}"' in steps
    asked = yaml.safe_load((tmp_path / "context/_build/requirements.yml").read_text("utf-8"))
    assert asked == example["dependencies"]["galaxy"]
    assert {"name": "redis_enterprise.certificates", "version": f">={version()}"} in asked["collections"]


def test_jobs_run_with_these_requirements_alone(ansible: Ansible, authority: Authority, tmp_path: Path) -> None:
    """In an environment of what an image has: Ansible, its runner, and what the collection asks for."""
    venv.create(tmp_path / "image", with_pip=True)
    programs = tmp_path / "image/bin"
    ansibles = [f"{name}=={installed(name)}" for name in ("ansible-core", "ansible-runner")]
    asked = ["--requirement", str(ROOT / "meta/ee-requirements.txt")]
    made = subprocess.run(
        [programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *ansibles, *asked],
        check=False,
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    with Cluster(nodes=1, database="none") as cluster:
        files = folder(ansible, {"proxy": authority.issue(cluster.fqdn)})
        hosts = {"payments": host(cluster, rotation_certificates=from_folder(files, ["proxy"]))}
        jobs = Jobs(ansible, programs=programs)
        rotated = jobs.run("rotation", "rotate.yml", hosts, inputs=login(cluster)).expect()
        audited = jobs.run("audit", "audit.yml", hosts, inputs=login(cluster)).expect()
    assert rotated.artifacts["rotation_summary"]["payments"]["outcome"] == "changed"
    assert "proven 1/1" in rotated.stdout
    assert audited.artifacts["audit_failed_clusters"] == []
