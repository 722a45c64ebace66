# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module audit_report: in the controller, where fleet data and files are."""

from __future__ import annotations

from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._action import OperationAction
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit import operation


class ActionModule(OperationAction):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = self.run_in_controller(operation.OPERATION, task_vars or {})
        # The data of a fleet is long, and was shown when it was read.
        result.get("invocation", {}).get("module_args", {}).pop("clusters", None)
        return result
