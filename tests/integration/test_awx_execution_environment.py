# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-builder makes of the collection, and of the example. No image: that takes a container engine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._libraries import MINIMUM

from .runs import HERE

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
