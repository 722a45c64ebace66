# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module certificate_files: in the controller, where the files are."""

from __future__ import annotations

from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._action import OperationAction
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation import files


class ActionModule(OperationAction):
    operation = files.OPERATION
    _requires_connection = False

    def perform(self, variables: dict[str, Any]) -> dict[str, Any]:
        return self.run_in_controller(self.operation, variables)
