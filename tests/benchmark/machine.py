# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a measurement says of itself: the machine, without its name or its folders."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from contextlib import suppress
from pathlib import Path

from integration.runs import PROGRAMS


def _first(path: str, pattern: str) -> str | None:
    with suppress(OSError):
        found = re.search(pattern, Path(path).read_text("utf-8", "replace"), re.MULTILINE)
        return found[1].strip() if found else None
    return None


def description() -> list[tuple[str, str]]:
    """What it is, and its value."""
    memory = _first("/proc/meminfo", r"^MemTotal:\s*(\d+) kB")
    core = subprocess.run(
        [str(PROGRAMS / "ansible-playbook"), "--version"], capture_output=True, text=True, check=True
    ).stdout
    version = re.search(r"\[core ([\w.]+)\]", core)
    python = re.search(r"python version = ([\w.]+)", core)
    return [
        ("CPU", _first("/proc/cpuinfo", r"^model name\s*:(.*)") or platform.processor() or platform.machine()),
        ("cores", str(os.cpu_count())),
        ("memory", f"{int(memory) / 2**20:.0f} GiB" if memory else "unknown"),
        ("system", _first("/etc/os-release", r'^PRETTY_NAME="?([^"\n]*)') or platform.system()),
        ("Python", python[1] if python else platform.python_version()),
        ("ansible-core", version[1] if version else "unknown"),
    ]
