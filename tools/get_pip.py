# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let ansible-test make its virtual environments where it cannot download the script that installs pip.

ansible-test looks for that script in a cache before it downloads it. When the download is impossible, this puts a
stand-in there that installs the pip that Python brings along; where it is possible, nothing is done.
Run with the interpreter of the ansible-core in question, and the home directory that ansible-test will have.
"""

from __future__ import annotations

import re
import urllib.request
from pathlib import Path

import ansible_test

STAND_IN = "import ensurepip\n\nensurepip.bootstrap()\n"


def main() -> None:
    """Place the stand-in when it is needed."""
    code = Path(ansible_test.__path__[0], "_internal/python_requirements.py").read_text(encoding="utf-8")
    for version in re.findall(r"default_packages = dict\(\s+pip='([0-9.]+)'", code):
        cached = Path.home() / f".ansible/test/cache/get_pip_{version.replace('.', '_')}.py"
        url = f"https://ci-files.testing.ansible.com/ansible-test/get-pip-{version}.py"
        if cached.exists():
            continue
        try:
            with urllib.request.urlopen(url, timeout=20):
                pass
        except OSError:
            cached.parent.mkdir(parents=True, exist_ok=True)
            cached.write_text(STAND_IN, encoding="utf-8")


main()
