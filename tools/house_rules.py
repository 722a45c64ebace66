# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check what no other tool does: files name their licence, hold no private key, and use the field's words.

And, sooner than ansible-test, that nothing is called C(_).
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

#: Formats without comments, the licence itself, and what a tool writes.
WITHOUT_HEADER = ("COPYING", "*.json", "CHANGELOG.*", "changelog.yaml", ".keep")
LICENCE = "SPDX-" + "License-Identifier: GPL-3.0-or-later"
PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE" + rb" KEY-----\r?\n[A-Za-z0-9+/]{40}")

#: What users and maintainers read.
WORDED = ("README.md", "docs", "extensions", "playbooks", "plugins", "roles")
#: By what is not said there, what the field says.
WORDS = {
    r"\bmend(?:s|ed|ing)?\b": "fix, remedy",
    r"\b(?:no|some)body\b": "the user, another client, unknown",
    r"\btold\b": "reported, propagated",
    r"\bstands\b": "is, means",
    r"\bput(?:s|ting)? (?:\w+ ){0,3}back\b": "restore, roll back",
    r"\bleft alone\b": "left in place, not changed",
    r"\bleave (?:one|it|them) (?:of them )?out\b": "remove",
    r"\bha(?:s|ve) not begun\b": "not started",
    r"\banew\b": "again",
    r"\b(?:is|are) not known\b": "is unknown",
    r"\bneither true nor false\b": "must be true or false",
    r"\bthere is no login\b": "no credentials given",
    r"\bis no (?:ca|cluster|failure|fleet|method|proof|regular|valid)\b": "is not a, is not valid",
    r"\bdo(?:es)? not fit\b": "does not match",
    r"\bbreaks off\b": "is truncated, closes",
    r"\bwhat stands between\b": "any proxy or load balancer in between",
    r"\(options? [a-z_]+\)": "the name of the option alone",
    r"\bpurpose_missing\b": "eku_missing",
}


def unwanted(text: str) -> Iterator[str]:
    """Yield each phrase to replace, with its line; between its words may be the end of a line of text or comment."""
    for pattern, instead in WORDS.items():
        for found in re.finditer(pattern.replace(" ", r"\s+(?:#:?\s+)?"), text, re.IGNORECASE):
            line = text.count("\n", 0, found.start()) + 1
            yield f"{line}: says {' '.join(found[0].split())!r} (instead: {instead})"


def underscores(source: bytes) -> Iterator[int]:
    """Yield the lines that name a variable C(_), which ansible-test refuses after minutes."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and node.id == "_":
            yield node.lineno


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
        if path.suffix == ".py":
            wrong += [f"{path}:{line}: calls a variable _ (instead: dummy)" for line in underscores(content)]
        if path.parts[0] in WORDED:
            wrong += [f"{path}:{phrase}" for phrase in unwanted(content.decode(errors="replace"))]
    print("\n".join(wrong))
    sys.exit(bool(wrong))


main()
