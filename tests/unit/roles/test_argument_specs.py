# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What roles, modules and tables say twice must be the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.sources import DEFAULTS, KINDS

ROOT = Path(__file__).resolve().parents[3]
ROLES = ["audit", "awx_setup", "rotation"]

#: Modules that are for files, or for the hosts of an inventory, each with its own connection.
ASKING_NONE = {
    "audit_report",
    "certificate_files",
    "fleet_rotation_plan",
    "fleet_rotation_summary",
    "text_output",
    "trust_anchors",
}

#: Roles and their entry points that talk to a cluster.
ENTRY_POINTS = [("audit", "main"), ("rotation", "main"), ("rotation", "rollback")]


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize(("role", "entry_point"), ENTRY_POINTS)
def test_roles_take_every_connection_option(role: str, entry_point: str) -> None:
    declared = read(f"roles/{role}/meta/argument_specs.yml")["argument_specs"][entry_point]["options"]
    connection = {name: option for name, option in declared.items() if name.startswith("redis_enterprise_")}
    expected = {f"redis_enterprise_{name}" for name in CONNECTION_SPEC}
    assert set(connection) == expected
    for name, spec in CONNECTION_SPEC.items():
        option = connection[f"redis_enterprise_{name}"]
        assert option["type"] == spec["type"], name
        assert option.get("no_log", False) is spec.get("no_log", False), name


@pytest.mark.parametrize("file", ["cluster", "rollback"])
def test_the_tasks_of_the_rotation_get_them(file: str) -> None:
    group = "group/redis_enterprise.certificates.redis_enterprise"
    connection = read("roles/rotation/vars/main.yml")["rotation__connection"]
    assert connection == "{{ query('redis_enterprise.certificates.connection_options')[0] }}"
    tasks = read(f"roles/rotation/tasks/{file}.yml")
    assert [task["module_defaults"] for task in tasks if "block" in task] == [{group: "{{ rotation__connection }}"}]


@pytest.mark.parametrize("role", ROLES)
def test_declared_defaults_are_the_defaults(role: str) -> None:
    declared = read(f"roles/{role}/meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    defaults = {name: option["default"] for name, option in declared.items() if "default" in option}
    assert read(f"roles/{role}/defaults/main.yml") == defaults


def sources() -> dict[str, Any]:
    declared = read("roles/rotation/meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    return declared["rotation_certificates"]["options"]["source"]["options"]  # type: ignore[no-any-return]


def test_the_role_declares_the_sources_that_there_are() -> None:
    assert list(sources()) == list(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_declared_defaults_of_sources_are_the_defaults(kind: str) -> None:
    options = sources()[kind]["options"]
    declared = {name: option["default"] for name, option in options.items() if "default" in option}
    assert DEFAULTS.get(kind, {}) == declared


@pytest.mark.parametrize("kind", KINDS)
def test_sources_mask_what_is_secret(kind: str) -> None:
    for name, option in sources()[kind]["options"].items():
        secret = name.endswith(("private_key", "passphrase", "account_key", "connection", "binding"))
        assert option.get("no_log", False) is (secret and option["type"] != "path"), name


@pytest.mark.parametrize(("role", "entry_point"), [("audit", "merge"), ("rotation", "rollback")])
def test_other_entry_points_have_the_defaults_of_the_role(role: str, entry_point: str) -> None:
    entry_points = read(f"roles/{role}/meta/argument_specs.yml")["argument_specs"]
    defaults = read(f"roles/{role}/defaults/main.yml")
    declared = {
        name: option["default"] for name, option in entry_points[entry_point]["options"].items() if "default" in option
    }
    assert declared == {name: defaults[name] for name in declared}


def test_the_action_group_holds_every_module_that_asks_a_cluster() -> None:
    modules = {path.stem for path in (ROOT / "plugins/modules").glob("*.py")}
    assert set(read("meta/runtime.yml")["action_groups"]["redis_enterprise"]) == modules - ASKING_NONE
