# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cluster_certificate_backup: in the controller, which alone has the vault secrets."""

from __future__ import annotations

import functools
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.redis_enterprise.certificates.plugins.module_utils import _front, _options
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import (
    cluster_certificate_backup,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._vault import LoadedVault

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    **_options.CONNECTION_SPEC,
    "path": {"type": "path", "required": True},
    "names": {"type": "list", "elements": "str", "required": True},
    "vault_id": {"type": "str", "default": "default"},
}


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        validated, params = self.validate_argument_spec(ARGUMENT_SPEC, mutually_exclusive=_options.CONNECTION_EXCLUSIVE)
        environment: dict[str, Any] = {}
        self._compute_environment_string(environment)
        open_vault = functools.partial(LoadedVault, self._loader._vault.secrets or [])  # noqa: SLF001 - no other place has them
        return _front.run_in_controller(
            functools.partial(cluster_certificate_backup.run, open_vault=open_vault),
            params,
            check_mode=self._task.check_mode,
            environment=environment,
            no_log_values=validated._no_log_values,  # noqa: SLF001 - as AnsibleModule does
        )
