# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cluster_certificate_backup: in the controller, which alone has the vault secrets."""

from __future__ import annotations

import functools
import os
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import (
    cluster_certificate_backup,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._action import OperationAction
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._vault import LoadedVault


class ActionModule(OperationAction):
    operation = cluster_certificate_backup.with_vault(functools.partial(LoadedVault, []))  # until it runs
    _requires_connection = False

    def perform(self, variables: dict[str, Any]) -> dict[str, Any]:
        environment: dict[str, Any] = {}
        self._compute_environment_string(environment)
        # As a module would find it, proxies included. The process is the task's own, and ends with it.
        os.environ.update({name: str(value) for name, value in environment.items()})
        open_vault = functools.partial(LoadedVault, self.vault_secrets)
        return self.run_in_controller(cluster_certificate_backup.with_vault(open_vault), variables)
