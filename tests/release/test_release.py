# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The release, made in a clone of what is committed."""

from __future__ import annotations

import os
import re
import subprocess
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FRAGMENT = "changelogs/fragments/0-release.yml"


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    # Who releases is known by the settings at home.
    environment = {**os.environ, "HOME": str(cwd.parent)}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def git(clone: Path, *arguments: str) -> str:
    done = run("git", *arguments, cwd=clone)
    assert done.returncode == 0, done.stderr
    return done.stdout


def release(clone: Path, version: str) -> subprocess.CompletedProcess[str]:
    return run(".venv/test/bin/python", "tools/release.py", version, cwd=clone)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    (tmp_path / ".gitconfig").write_text("[user]\n\tname = Nobody\n\temail = nobody@example.com\n")
    made = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--no-hardlinks", str(ROOT), str(made))
    (made / ".venv").mkdir()
    for name in ("test", "collections"):
        (made / ".venv" / name).symlink_to(ROOT / ".venv" / name)
    (made / FRAGMENT).parent.mkdir(exist_ok=True)  # there are none right after a release
    (made / FRAGMENT).write_text("bugfixes:\n  - cluster_certificate - a test of releases.\n")
    # What it looks at is the same as in the stage that runs this, and takes long.
    package = made / "tools/package"
    slow = r'^check "(galaxy-importer|links|installed package)".*$'
    package.write_text(re.sub(slow, "", package.read_text(), flags=re.M))
    git(made, "add", "--all")
    git(made, "commit", "--quiet", "--message", "Fix something")
    return made


def test_a_release(clone: Path) -> None:
    done = release(clone, "99.1.0")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ansible-galaxy collection publish .venv/package/redis_enterprise-certificates-99.1.0.tar.gz" in done.stdout
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "describe", "--exact-match").strip() == "v99.1.0"
    assert "version: 99.1.0\n" in (clone / "galaxy.yml").read_text()
    assert not (clone / FRAGMENT).exists()
    changelog = (clone / "CHANGELOG.rst").read_text()
    assert "v99.1.0" in changelog
    assert "a test of releases" in changelog
    with tarfile.open(clone / ".venv/package/redis_enterprise-certificates-99.1.0.tar.gz") as archive:
        assert "CHANGELOG.rst" in archive.getnames()
    again = release(clone, "99.1.0")
    assert again.returncode == 1
    assert "99.1.0 does not follow 99.1.0" in again.stderr


def test_a_check_that_fails_leaves_everything_as_it_was(clone: Path) -> None:
    stage = clone / "tools/package"
    stage.write_text("#!/bin/sh\necho notes.txt: does not belong there\nexit 1\n")
    git(clone, "commit", "--quiet", "--all", "--message", "Fail")
    head = git(clone, "rev-parse", "HEAD")
    done = release(clone, "99.1.0")
    assert done.returncode == 1
    assert "notes.txt: does not belong there" in done.stderr
    assert (git(clone, "rev-parse", "HEAD"), git(clone, "status", "--porcelain")) == (head, "")
    assert git(clone, "tag", "--list", "v99.1.0") == ""


@pytest.mark.parametrize(
    ("version", "problem"),
    [
        ("", "nothing is no version"),
        ("1.2", "1.2 is no version"),
        ("v1.2.3", "v1.2.3 is no version"),
        ("1.02.3", "1.02.3 is no version"),
        ("0.0.1", "0.0.1 does not follow"),
        ("99.1.0", "not committed"),
    ],
)
def test_what_is_no_release(clone: Path, version: str, problem: str) -> None:
    (clone / "README.md").write_text("Something else.")
    done = release(clone, version)
    assert done.returncode == 1
    assert problem in done.stderr
    assert git(clone, "diff", "--name-only") == "README.md\n"
