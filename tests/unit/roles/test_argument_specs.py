# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What roles, modules and tables say twice must be the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.redis_enterprise.certificates.plugins.module_utils import _names, _options

ROOT = Path(__file__).resolve().parents[3]
ROLES = ["audit", "rotation"]

#: Roles and their entry points, each a file in tasks/.
ENTRY_POINTS = [("audit", "main"), ("rotation", "main"), ("rotation", "rollback")]


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize(("role", "entry_point"), ENTRY_POINTS)
def test_roles_take_and_pass_every_connection_option(role: str, entry_point: str) -> None:
    declared = read(f"roles/{role}/meta/argument_specs.yml")["argument_specs"][entry_point]["options"]
    connection = {name: option for name, option in declared.items() if name.startswith("redis_enterprise_")}
    expected = {f"redis_enterprise_{name}" for name in _options.CONNECTION_SPEC}
    assert set(connection) == expected
    tasks = (ROOT / f"roles/{role}/tasks/{entry_point}.yml").read_text(encoding="utf-8")
    for name, spec in _options.CONNECTION_SPEC.items():
        option = connection[f"redis_enterprise_{name}"]
        assert option["type"] == spec["type"], name
        assert option.get("no_log", False) is spec.get("no_log", False), name
        assert f"      {name}: " in tasks
        assert f"redis_enterprise_{name} " in tasks


@pytest.mark.parametrize("role", ROLES)
def test_declared_defaults_are_the_defaults(role: str) -> None:
    declared = read(f"roles/{role}/meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    defaults = {name: option["default"] for name, option in declared.items() if "default" in option}
    assert read(f"roles/{role}/defaults/main.yml") == defaults


def test_rollback_has_the_defaults_of_the_role() -> None:
    entry_points = read("roles/rotation/meta/argument_specs.yml")["argument_specs"]
    defaults = read("roles/rotation/defaults/main.yml")
    declared = {
        name: option["default"] for name, option in entry_points["rollback"]["options"].items() if "default" in option
    }
    assert declared == {name: defaults[name] for name in declared}


def test_optional_names_of_the_role_are_those_of_the_core() -> None:
    assert set(read("roles/rotation/vars/main.yml")["rotation__optional_names"]) == _names.KNOWN - _names.REQUIRED


def test_the_action_group_holds_every_module() -> None:
    modules = {path.stem for path in (ROOT / "plugins/modules").glob("*.py")}
    assert set(read("meta/runtime.yml")["action_groups"]["redis_enterprise"]) == modules
