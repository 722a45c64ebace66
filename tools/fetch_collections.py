# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the collections that the demo and the tests use into .venv/NAME, by the requirements of the same name.

They are taken out of the wheel of Ansible's community package, so the Python package index is enough.
Usage: PYTHON tools/fetch_collections.py NAME..., with the interpreter of an environment. Does nothing when they are
there already.
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
WANTED = {
    "collections": (
        "ansible_collections/community/crypto/",
        "ansible_collections/community/hashi_vault/",
        "ansible_collections/community/library_inventory_filtering_v1/",
        "ansible_collections/ansible/posix/",
    ),
    "collections-awx": ("ansible_collections/awx/awx/",),
}
PIP_DOWNLOAD = (sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir")


def fetch(name: str) -> None:
    """Download the wheel, unpack the wanted part of it, forget the rest."""
    target, requirements = ROOT / ".venv" / name, ROOT / f"requirements/{name}.txt"
    stamp = target / "fingerprint"
    wanted = hashlib.sha256(requirements.read_bytes() + repr((WANTED[name], sys.version_info[:2])).encode()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    named = ", ".join(".".join(path.split("/")[1:3]) for path in WANTED[name])
    print(f"Fetching {named} into .venv/{name}", flush=True)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=target) as folder:
        done = subprocess.run(
            [*PIP_DOWNLOAD, "--dest", folder, "-r", str(requirements)],
            env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"{done.stdout}{done.stderr}The collections could not be downloaded.")
        [wheel] = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(target, [path for path in archive.namelist() if path.startswith(WANTED[name])])
    stamp.write_text(wanted, encoding="utf-8")


for wanted_name in sys.argv[1:]:
    fetch(wanted_name)
