# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages that a reader follows with a keyboard: test_typed types their commands, and makes their files."""

from __future__ import annotations

from .blocks import Block

#: Pages, in the order in which they are read, in one folder.
JOURNEYS = {
    "readme": ["README.md"],
    "guides": [
        "docs/getting-started.md",
        "docs/first-audit.md",
        "docs/first-rotation.md",
        "docs/fleets.md",
        "docs/rollback.md",
        "docs/break-glass.md",
        "docs/awx.md",
    ],
}

#: What is not typed, by page and first line of the block, and why.
NOT_TYPED = {
    "docs/getting-started.md": {"make demo": "needs a checkout, not the collection"},
    "docs/awx.md": {
        "ansible-builder build --tag registry.example.com/redis-certificates:1.0.0": (
            "needs a container engine, and a registry of images"
        ),
    },
    "docs/break-glass.md": {
        "ansible-playbook redis_enterprise.certificates.rollback -i inventory.yml --limit payments \\": (
            "is typed for docs/rollback.md; here what it would restore has expired"
        ),
        "rladmin cluster certificate set api certificate_file api.pem key_file api.key": "needs a node",
    },
}


def is_typed(block: Block) -> bool:
    """Return whether a reader makes something of it: a command, or a file."""
    return any(block.page in pages for pages in JOURNEYS.values()) and (block.language == "shell" or bool(block.file))
