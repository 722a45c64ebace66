# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a release of what is committed: release.py VERSION. All of it or nothing; publishes nothing.

Writes the version and the changelog, builds the tarball, checks it as the stage package does, commits and tags.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GALAXY = ROOT / "galaxy.yml"
#: The tools know the collection by its place. Git is not called so, or it would not find who is releasing.
_CHANGE = 'cd .venv/layout/ansible_collections/redis_enterprise/certificates && exec "$@"'
IN_COLLECTION = ("tools/with", "test", "bash", "-c", _CHANGE, "bash")
_VERSION = re.compile(r"(?m)^version: (.+)$")
_SEMANTIC = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")  # semver.org, 2 and 9; no pre-releases


def run(*command: str) -> str:
    """Run a command, return what it printed; end the program with its output when it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}This failed: {' '.join(command)}")
    return done.stdout


def parsed(version: str) -> tuple[int, ...]:
    """Parse the numbers of a version; end the program when it is none."""
    found = _SEMANTIC.fullmatch(version)
    if found is None:
        sys.exit(f"{version or 'nothing'} is no version. Give one such as 1.2.3: make release VERSION=1.2.3")
    return tuple(map(int, found.groups()))


def main(version: str) -> None:
    """Release, or leave everything as it was."""
    text = GALAXY.read_text(encoding="utf-8")
    [now] = _VERSION.findall(text)
    if parsed(version) <= parsed(now):
        sys.exit(f"{version} does not follow {now}, the version in galaxy.yml. Give a higher one.")
    if run("git", "status", "--porcelain"):
        sys.exit("There are changes that are not committed. Commit or remove them.")
    if run("git", "tag", "--list", f"v{version}"):
        sys.exit(f"There is a tag v{version} already. Give a higher version.")
    try:
        GALAXY.write_text(_VERSION.sub(f"version: {version}", text), encoding="utf-8")
        run(*IN_COLLECTION, "antsibull-changelog", "release", "--version", version)
        run("tools/with", "test", "tools/package")
        run("git", "add", "--all")
        run("git", "commit", "--quiet", "--message", f"Release {version}")
        run("git", "tag", "--annotate", "--message", f"Release {version}", f"v{version}")
    except BaseException:
        # Nothing else was there: the tree was clean.
        run("git", "reset", "--quiet", "--hard")
        run("git", "clean", "--quiet", "--force", "-d")
        raise
    [tarball] = (ROOT / ".venv/package").glob("*.tar.gz")
    print(f"Released {version}: {tarball.relative_to(ROOT)}. To publish it:\n")
    print(f"  git push origin HEAD v{version}\n  ansible-galaxy collection publish {tarball.relative_to(ROOT)}")


main(*sys.argv[1:2] or [""])
