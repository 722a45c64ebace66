# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shipped, and the checks of an audit that can be critical or warnings, as the code has them."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from unit.test_troubleshooting import _KIND, Module

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "extensions/prometheus/alerts.yml"
DASHBOARD = ROOT / "extensions/grafana/dashboard.json"

_CHECKS = ROOT / "plugins/plugin_utils/_audit"
_REQUIREMENTS = ROOT / "plugins/module_utils/_x509/requirements.py"

#: Of the requirements: those whose place another check takes (C(_OWN) in checks/certificate.py).
_OTHERWISE = frozenset({"expired", "chain_expired", "key_too_small"})


def rules() -> dict[str, Mapping[str, Any]]:
    """The rules, by the name of their alert."""
    (group,) = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return {rule["alert"]: rule for rule in group["rules"]}


def dashboard() -> dict[str, Any]:
    """The dashboard."""
    content: dict[str, Any] = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return content


class _Severities(Module):
    """A file, with the severities that each of its kinds may have."""

    def of(self, call: str, kind: int, severity: int) -> Iterator[tuple[str, str]]:
        for node in self._nodes:
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == call:
                for name in filter(_KIND.fullmatch, self._texts(node.args[kind])):
                    yield from ((name, found) for found in self._constants(node.args[severity]))

    def _constants(self, node: ast.AST, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        if isinstance(node, ast.Name) and node.id.isupper():
            yield node.id
        elif isinstance(node, ast.Name) and node.id not in seen:
            for value in self._values[node.id]:
                yield from self._constants(value, seen | {node.id})
        elif isinstance(node, (ast.IfExp, ast.Subscript, ast.Call)):
            for one in ast.walk(node):
                if isinstance(one, ast.Name) and one.id.isupper():
                    yield one.id
        elif isinstance(node, ast.Attribute):
            yield "ERROR"  # of a requirement, whatever it is


def urgent_checks() -> set[str]:
    """Every check that can be critical or a warning."""
    found: set[str] = set()
    for path in sorted(_CHECKS.rglob("*.py")):
        file = _Severities(ast.parse(path.read_text(encoding="utf-8")))
        found |= {name for name, severity in file.of("Judgement", 1, 2) if severity in ("CRITICAL", "WARNING")}
    required = _Severities(ast.parse(_REQUIREMENTS.read_text(encoding="utf-8")))
    return found | {name for name, severity in required.of("finding", 0, 1) if severity == "ERROR"} - _OTHERWISE
