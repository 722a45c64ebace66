# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module audit_report: in the controller, where fleet data and files are."""

from __future__ import annotations

from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._action import OperationAction
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit import operation


class ActionModule(OperationAction):
    operation = operation.OPERATION
    _requires_connection = False

    def perform(self, variables: dict[str, Any]) -> dict[str, Any]:
        result = self.run_in_controller(self.operation, variables)
        # The data of a fleet is long, and was shown when it was read.
        result.get("invocation", {}).get("module_args", {}).pop("clusters", None)
        return result
