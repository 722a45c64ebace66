# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cluster_rotation: in the controller, where the variables of the role are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._composite import (
    CompositeAction,
    composite,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation import cluster_plan, result_text
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.entries import chosen
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.held_backup import (
    backup_options,
    check_backup,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.material import rotation_material
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.refusals import check_refusals
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.replacement import (
    BACK_UP,
    PROPAGATE,
    REPLACE,
    Replacement,
    change_options,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.result import (
    rotation_result,
    summary,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.vault_issuer import (
    issuer_reader,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.wanted import check_only
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._warmup import prepare_steps

prepare_steps(
    "cluster_certificate_info", "cluster_certificates", "cluster_certificate_backup", "replication_certificates"
)


class ActionModule(CompositeAction):
    operation = composite(
        {
            "plan": {"type": "bool", "default": False},
            "failed_task": {"type": "str"},
            "failed_message": {"type": "str"},
            "failure": {"type": "dict"},
            "findings": {"type": "list", "elements": "dict"},
        }
    )

    def do(self, task: Context) -> dict[str, Any]:
        host = self.variables["inventory_hostname"]
        plan: dict[str, Any] = {}
        replacement = Replacement(self.step, self.say, check_mode=task.check_mode)
        values: Mapping[str, Any] = {}
        if task.params["failed_task"] is not None:
            plan = self.handed_on("plan")
            replacement.note_failed(task.params)
        elif not task.params["plan"]:
            plan = self.plan_handed_on()
        else:
            with replacement.noting(""):
                plan = self._plan(task)
            if plan.get("steps"):
                return {"changed": False, "plan": plan}
        try:
            values = self.wanted().values
        except CertificateError as error:
            if not replacement.failure:
                replacement.note(REPLACE, error)
        due = plan.get("due", {})
        if not replacement.failure:
            self._replace(replacement, plan, values)
        if values:
            with replacement.noting(PROPAGATE):
                names = [one["name"] for one in plan.get("entries", ())]
                later = list(due) if task.check_mode else []
                replacement.propagate(later, names, resynchronise=values["rotation_verify_unchanged"])
        backup = backup_options(values, host)
        if backup and not replacement.failure:
            with replacement.noting("Record in the backup that the change is proven"):
                replacement.note_proof(backup)
        result = rotation_result(
            plan.get("entries", ()), plan.get("before", {}), replacement, due=due, check_mode=task.check_mode
        )
        renew_before = values.get("rotation_renew_before", 0)
        self.show(result_text.lines(host, result, renew_before, check_mode=task.check_mode))
        stats = {"data": {"rotation_summary": {host: summary(result)}}, "per_host": False, "aggregate": True}
        return {**result, "diff": replacement.written.get("diff", []), "ansible_stats": stats}

    def _plan(self, task: Context) -> dict[str, Any]:
        """Return the plan.

        Raises:
            CertificateError: a variable is wrong, the cluster or what is needed later cannot be read, or another
                cluster of the play has failed.
        """
        variables = self.variables
        gone = [one for one in variables["ansible_play_hosts_all"] if one not in variables["ansible_play_hosts"]]
        results = {one: variables["hostvars"][one].get("rotation_result") for one in gone}
        cluster_plan.check_others(results, self.variable("rotation_stop_on_failure"))
        wanted = self.wanted()
        if not chosen(wanted.values):
            check_only([wanted])
        before = self.step("cluster_certificate_info", {})
        plan = cluster_plan.plan(wanted, before, issuer_reader(self, variables), check_mode=task.check_mode)
        if plan["due"]:  # before it is issued; what comes from files is backed up directly before the write
            check_backup(backup_options(wanted.values, self.host().name), self.vault_secrets)
        check_refusals(self.host().name, plan["issued"], wanted.values)
        # The playbook has said so of all clusters.
        for name, reasons in plan["due"].items() if not variables.get("rotation__told") else ():
            self.say(f"{name} is due: {', '.join(reasons)}")
        return plan

    def _replace(self, replacement: Replacement, plan: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        issued = self.handed_on("issued")
        material = rotation_material(chosen(values).values(), issued, compare=values["rotation_compare"])
        given = {one["name"] for one in material} | set(plan["due"])
        # What is not issued now. Of what is due, check mode cannot report more.
        kept = [one["name"] for one in plan["entries"] if one["name"] not in given]
        change = change_options(
            values,
            certificates=material,
            force=values["rotation_force"],
            requirements=values["rotation_requirements"],
        )
        backup = backup_options(values, self.variables["inventory_hostname"])
        if backup:
            with replacement.noting(BACK_UP):
                replacement.back_up(change, list(plan["due"]), backup)
        if not replacement.failure and (material or (values["rotation_verify_unchanged"] and kept)):
            with replacement.noting(REPLACE):
                replacement.write({**change, "kept": kept})
