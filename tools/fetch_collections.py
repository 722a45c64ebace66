# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the collections that the demo and the tests use into .venv/collections.

They are taken out of the wheel of Ansible's community package, so the Python package index is enough.
Run with the interpreter of an environment; does nothing when they are there already.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / ".venv/collections"
REQUIREMENTS = ROOT / "requirements/collections.txt"
WANTED = (
    "ansible_collections/community/crypto/",
    "ansible_collections/community/hashi_vault/",
    "ansible_collections/community/library_inventory_filtering_v1/",
)
PIP_DOWNLOAD = (sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir")


def main() -> None:
    """Download the wheel, unpack the wanted part of it, forget the rest."""
    stamp = TARGET / "fingerprint"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + repr((WANTED, sys.version_info[:2])).encode()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    print("Fetching community.crypto and community.hashi_vault into .venv/collections", flush=True)
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=TARGET) as folder:
        done = subprocess.run(
            [*PIP_DOWNLOAD, "--dest", folder, "-r", str(REQUIREMENTS)],
            env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"{done.stdout}{done.stderr}The collections could not be downloaded.")
        [wheel] = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(TARGET, [name for name in archive.namelist() if name.startswith(WANTED)])
    stamp.write_text(wanted, encoding="utf-8")


main()
