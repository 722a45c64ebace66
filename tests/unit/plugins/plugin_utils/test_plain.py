# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of Ansible as plain data."""

from __future__ import annotations

from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._plain import plain_result


def test_what_ansible_adds_to_a_result_is_left_out() -> None:
    """Where a task warned, ansible-core 2.19 registers objects of its own; a rotation ended without its summary."""
    registered = {"outcome": "changed", "nodes": [{"uid": 1}], "warnings": [object()], "exception": object()}
    assert plain_result(registered) == {"outcome": "changed", "nodes": [{"uid": 1}]}
    assert plain_result(None) is None
