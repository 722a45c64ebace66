# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the virtual environment .venv/NAME from requirements/NAME.txt, unless it is there and still fits.

Usage: PYTHON tools/environment.py NAME, where PYTHON is the interpreter that the environment shall have.
"""

from __future__ import annotations

import configparser
import hashlib
import os
import shutil
import subprocess
import sys
from ast import literal_eval
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / ".venv"
HOME = OWN / "home"


def requirements(path: Path) -> str:
    """Return the text of a requirements file and of those that it includes."""
    text = path.read_text(encoding="utf-8")
    included = [line[3:].strip() for line in text.splitlines() if line.startswith("-r ")]
    return text + "".join(requirements(path.parent / name) for name in included)


def fingerprint(name: str) -> str:
    """Return what the environment depends on: the interpreter, the place and the requirements."""
    parts = [sys.version, os.path.realpath(sys.executable), str(ROOT), requirements(ROOT / f"requirements/{name}.txt")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def run(*command: str) -> str:
    """Run a command, return what it printed; end the program with its output when it fails."""
    environment = {**os.environ, "PIP_CACHE_DIR": str(HOME / ".cache/pip"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}This failed: {' '.join(command)}")
    return done.stdout


def check(python: str, name: str) -> None:
    """End the program where a package lacks another, unless the requirements have that sentence of pip in a comment."""
    done = subprocess.run([python, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    meant = requirements(ROOT / f"requirements/{name}.txt")
    unmet = [line for line in done.stdout.splitlines() if f"# {line}" not in meant] if done.returncode else []
    if unmet:
        sys.exit("\n".join([*unmet, f"Add these to requirements/{name}.txt"]))


def keep_pip_settings(python: str) -> None:
    """Write pip's effective settings into the home directory of the tests.

    ansible-test calls pip with a bare environment and that home, where it must find the same package index.
    """
    settings = configparser.RawConfigParser()
    settings.add_section("global")
    proxy = os.environ.get("https_proxy") or os.environ.get("HTTPS_PROXY")
    if proxy:
        settings.set("global", "proxy", proxy)
    # Sorted so that what is set in the environment (":env:") comes last and wins, as it does in pip.
    lines = run(python, "-m", "pip", "config", "list").splitlines()
    for line in sorted(lines, key=lambda line: (line.startswith(":env:"), line)):
        key, value = line.split("=", 1)
        section, option = key.rsplit(".", 1)
        section = "global" if section == ":env:" else section
        if option not in ("cache-dir", "config-file"):
            if not settings.has_section(section):
                settings.add_section(section)
            settings.set(section, option, literal_eval(value))
    path = HOME / ".config/pip/pip.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8") as file:
        settings.write(file)


def main() -> None:
    """Make the environment named on the command line."""
    name = sys.argv[1]
    folder = OWN / name
    stamp = folder / "fingerprint"
    wanted = fingerprint(name)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    print(f"Making the environment .venv/{name} with Python {sys.version.split()[0]}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    python = str(folder / "bin/python")
    run(sys.executable, "-m", "venv", str(folder))
    keep_pip_settings(python)
    run(python, "-m", "pip", "install", "--no-deps", "--no-compile", "-r", str(ROOT / f"requirements/{name}.txt"))
    check(python, name)
    stamp.write_text(wanted, encoding="utf-8")


main()
