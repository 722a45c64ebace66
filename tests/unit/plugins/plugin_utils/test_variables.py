# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Messages of modules, as roles say them."""

from __future__ import annotations

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._variables import name_variables


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("Set ca_path, or", "Set redis_enterprise_ca_path, or"),
        ("Set redis_enterprise_ca_path.", "Set redis_enterprise_ca_path."),
        ("set requirements=warn to", "set rotation_requirements=warn to"),
        ("set rotation_requirements=warn", "set rotation_requirements=warn"),
        ("the vendor's requirements: it", "the vendor's requirements: it"),
        ("the host and port in url, and", "the host and port in redis_enterprise_url, and"),
        ("cannot resolve X. Check url and DNS.", "cannot resolve X. Check redis_enterprise_url and DNS."),
        ("the url of it", "the url of it"),
        (
            "Check username and password, token, or client_cert.",
            "Check redis_enterprise_username and redis_enterprise_password, redis_enterprise_token, or "
            "redis_enterprise_client_cert.",
        ),
        ("/etc/ca_path/x", "/etc/ca_path/x"),
        ("backed up: option vault_id: no secret", "backed up: rotation_backup_vault_id: no secret"),
        ("option path: the folder", "rotation_backup: the folder"),
        ("option url: is not https", "redis_enterprise_url: is not https"),
        ("option ca_path: no such file", "redis_enterprise_ca_path: no such file"),
        ("option certificate: the url", "option certificate: the url"),
    ],
)
def test_options_become_variables(said: str, named: str) -> None:
    assert name_variables(said) == named
