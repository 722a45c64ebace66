# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables that roles declare: texts that would be other lists than are meant."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._role_spec import not_lists, role_spec


@pytest.mark.parametrize(
    ("role", "variable", "value", "refused"),
    [
        ("audit", "audit_formats", "json, html", "audit_formats"),
        ("audit", "audit_formats", "json,", "audit_formats"),
        ("audit", "audit_formats", '["json", "html"]', "audit_formats"),
        ("audit", "audit_formats", "json,html", None),
        ("audit", "audit_formats", " ", None),
        ("audit", "audit_formats", ["json", "html"], None),
        ("audit", "audit_expected_clusters", "one, two", "audit_expected_clusters"),
        ("audit", "audit_allowed_issuers", "CN=CA,O=Example", "audit_allowed_issuers"),
        ("audit", "audit_allowed_issuers", "CN=My CA", None),
        ("audit", "audit_run", "one, two", None),
        ("audit", "audit_data_paths", "one, two", None),
        ("awx_setup", "awx_setup_labels", "Redis", "awx_setup_labels"),
        ("awx_setup", "awx_setup_approvers", {"teams": "Security, Network"}, "awx_setup_approvers.teams"),
        ("awx_setup", "awx_setup_approvers", {"teams": ["Security"]}, None),
        ("rotation", "rotation_only", "proxy, cm", None),
    ],
)
def test_a_text_in_place_of_a_list(role: str, variable: str, value: Any, refused: str | None) -> None:
    found = list(not_lists(role, {variable: value}, role_spec(role)))
    assert [one.partition(": must be a list. Give it as {")[0] for one in found] == [refused] * (refused is not None)
