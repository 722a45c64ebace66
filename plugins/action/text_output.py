# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module text_output: in the controller, whose output it is."""

from __future__ import annotations

from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Operation
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._action import OperationAction
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.text import parse_lines


class ActionModule(OperationAction):
    operation = Operation(
        lambda task: {"changed": False, "lines": list(parse_lines(task.params["lines"]))},
        {"lines": {"type": "list", "elements": "raw", "required": True}},
    )
    _requires_connection = False

    def perform(self, variables: dict[str, Any]) -> dict[str, Any]:
        result = self.run_in_controller(self.operation, variables)
        self.show(one if isinstance(one, str) else tuple(one) for one in result.pop("lines", ()))
        result.pop("invocation", None)  # It has been shown.
        return result
