# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module fleet_certificate_info, in the controller where that can be. The hosts' variables are known only here."""

from __future__ import annotations

from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import fleet_certificate_info
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils import _hosts
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._action import OperationAction


class ActionModule(OperationAction):
    operation = fleet_certificate_info.OPERATION

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        args = self._task.args
        hosts = args.get("hosts") or []
        if not hosts:
            return super().run(tmp, task_vars)
        found = _hosts.options_of(hosts, self._task, task_vars or {}, self._templar)
        self._task.args = {**args, "clusters": [*(args.get("clusters") or []), *found]}
        try:
            return super().run(tmp, task_vars)
        finally:
            # With C(until), the same task runs again; and passwords do not stay in its arguments.
            self._task.args = args
