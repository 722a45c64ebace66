# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check what no other tool does: every file names its licence, and none holds a private key."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

#: Formats without comments, the licence itself, and what a tool writes.
WITHOUT_HEADER = ("COPYING", "*.json", "CHANGELOG.*", "changelog.yaml", ".keep")
LICENCE = "SPDX-" + "License-Identifier: GPL-3.0-or-later"
PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE" + rb" KEY-----\r?\n[A-Za-z0-9+/]{40}")


def main() -> None:
    """Print each file that breaks a rule; exit code 1 when there is one."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], capture_output=True, text=True, check=True
    ).stdout
    wrong = []
    for path in sorted(path for path in map(Path, listed.split("\0")) if path.is_file()):
        content = path.read_bytes()
        named = not content or any(path.match(pattern) for pattern in WITHOUT_HEADER)
        if not named and LICENCE.encode() not in content[:1000]:
            wrong.append(f"{path}: does not name its licence ({LICENCE})")
        if PRIVATE_KEY.search(content):
            wrong.append(f"{path}: holds a private key")
    print("\n".join(wrong))
    sys.exit(bool(wrong))


main()
