# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports of the core go in one direction: from the operations down to the facts about the product."""

from __future__ import annotations

import ast
from pathlib import Path

import ansible_collections.redis_enterprise.certificates as collection

CORE = Path(next(iter(collection.__path__))) / "plugins/module_utils"

#: Each may import what is in a line below its own, and what is in its own folder; files of one line import each other.
ORDER = [
    {"_runner"},
    {"_operations"},
    {"_contract"},
    {"_fleet"},
    {"_change"},
    {"_probe"},
    {"_replication"},
    {"_state"},
    {"_api"},
    {"_operation"},
    {"_transport"},
    {"_connection"},
    {"_x509"},
    {"_product"},
    {"_misplaced"},
    {
        "_argspec",
        "_concurrency",
        "_errors",
        "_files",
        "_hostnames",
        "_libraries",
        "_masking",
        "_progress",
        "_secrets",
        "_untrusted",
    },
]
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}


def imported(path: Path) -> set[str]:
    """The districts and files of the core that a file imports."""
    depth = len(path.relative_to(CORE).parts)
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == depth:  # what is below depth is in its own folder
            names = [node.module] if node.module else [alias.name for alias in node.names]
            found.update(name.partition(".")[0] for name in names)
    return found


def test_imports_go_down() -> None:
    wrong = []
    for path in sorted(CORE.rglob("*.py")):
        own = path.relative_to(CORE).parts[0].removesuffix(".py")
        wrong += [
            f"{path.relative_to(CORE)} imports {other}" for other in imported(path) - {own} if RANK[own] > RANK[other]
        ]
    assert not wrong, "\n".join(wrong)


def test_the_core_imports_no_other_room() -> None:
    for path in CORE.rglob("*.py"):
        assert "plugins.plugin_utils" not in path.read_text(encoding="utf-8"), path
