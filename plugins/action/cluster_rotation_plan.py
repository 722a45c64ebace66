# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cluster_rotation_plan: in the controller, where the variables of the role are."""

from __future__ import annotations

from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._composite import (
    CompositeAction,
    composite,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation import cluster_plan
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.entries import chosen
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.held_backup import (
    backup_options,
    check_backup,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.refusals import check_refusals
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.vault_issuer import (
    issuer_reader,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.wanted import check_only
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._warmup import prepare_steps

prepare_steps("cluster_certificate_info")


class ActionModule(CompositeAction):
    operation = composite({})

    def do(self, task: Context) -> dict[str, Any]:
        variables = self.variables
        gone = [one for one in variables["ansible_play_hosts_all"] if one not in variables["ansible_play_hosts"]]
        results = {one: variables["hostvars"][one].get("rotation_result") for one in gone}
        cluster_plan.check_others(results, self.variable("rotation_stop_on_failure"))
        wanted = self.wanted()
        if not chosen(wanted.values):
            check_only([wanted])
        before = self.step("cluster_certificate_info", {})
        result = cluster_plan.plan(wanted, before, issuer_reader(self, variables), check_mode=task.check_mode)
        if result["due"]:  # before it is issued; what comes from files is backed up directly before the write
            check_backup(backup_options(wanted.values, self.host().name), self.vault_secrets)
        check_refusals(self.host().name, result["issued"], wanted.values)
        # The playbook has said so of all clusters.
        for name, reasons in result["due"].items() if not self.variables.get("rotation__told") else ():
            self.say(f"{name} is due: {', '.join(reasons)}")
        return result
