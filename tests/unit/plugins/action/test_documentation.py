# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is documented of an action plugin is what it takes: ansible-test compares that for modules only."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import (
    cluster_certificate_backup as operation,
)
from ansible_collections.redis_enterprise.certificates.plugins.modules import audit_report, certificate_files
from ansible_collections.redis_enterprise.certificates.plugins.modules import cluster_certificate_backup as module
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit import operation as audit
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation import files

_FOR_READERS = ("description", "suboptions", "version_added")

TAKEN = operation.with_vault(pytest.fail).argument_spec


def documented(documentation: str) -> dict[str, Any]:
    """The argument spec that the documentation promises."""
    return _without_descriptions(yaml.safe_load(documentation)["options"])


def _without_descriptions(options: dict[str, Any]) -> dict[str, Any]:
    spec = {}
    for name, option in options.items():
        spec[name] = {key: value for key, value in option.items() if key not in _FOR_READERS}
        if "suboptions" in option:
            spec[name]["options"] = _without_descriptions(option["suboptions"])
    return spec


def test_its_own_options() -> None:
    own = {name: option for name, option in TAKEN.items() if name not in CONNECTION_SPEC}
    assert own == documented(module.DOCUMENTATION)


def test_options_of_the_report() -> None:
    assert audit.OPERATION.argument_spec == documented(audit_report.DOCUMENTATION)


def test_options_of_files() -> None:
    taken = {
        name: {key: value for key, value in option.items() if key != "no_log"}
        for name, option in files.OPERATION.argument_spec.items()
    }
    assert taken == documented(certificate_files.DOCUMENTATION)


def test_it_takes_the_connection_options() -> None:
    fragments = yaml.safe_load(module.DOCUMENTATION)["extends_documentation_fragment"]
    assert "redis_enterprise.certificates.connection" in fragments
    taken: dict[str, Any] = {name: TAKEN.get(name) for name in CONNECTION_SPEC}
    assert taken == CONNECTION_SPEC
