# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cluster_rollback: in the controller, which alone has the vault secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._change.backup import Backup
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._composite import (
    CompositeAction,
    composite,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation import result_text
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.held_backup import (
    backup_options,
    open_backup,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.replacement import (
    PROPAGATE,
    Replacement,
    change_options,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.result import rotation_result
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.variables import role_values


class ActionModule(CompositeAction):
    operation = composite({})

    def do(self, task: Context) -> dict[str, Any]:
        values = role_values(self.host(), "rollback")
        options = backup_options(values, self.host().name)
        if options is None:
            raise CertificateError(
                "invalid_option",
                "rotation_backup: not set. Set it to the folder of the backups, which rotations with rotation_backup "
                "made.",
            )
        path = options["path"]
        replacement = Replacement(self.step, self.say, check_mode=task.check_mode)
        backup = open_backup(path, self.vault_secrets)
        before = self.step("cluster_certificate_info", {})
        _check_owner(backup, before, path)
        held = {"path": path, "time": backup.time, "certificates": [one.name for one in backup.entries]}
        self.say(f"backup: {path}, of {backup.time}: {', '.join(held['certificates'])}")
        change = change_options(
            values,
            certificates=[one.fields() for one in backup.entries],
            # They were in service: the vendor's requirements are reported, not enforced.
            requirements="warn",
        )
        with replacement.noting("Roll back to the previous certificates"):
            replacement.write(change)
        with replacement.noting(PROPAGATE):
            names = [one["name"] for one in replacement.written.get("changes", ())]
            replacement.propagate([], names, resynchronise=values["rotation_verify_unchanged"])
        entries = [{"name": one.name, "source": "backup"} for one in backup.entries]
        result = rotation_result(entries, before, replacement, due={}, check_mode=task.check_mode)
        lines = result_text.lines(self.host().name, result, values["rotation_renew_before"], check_mode=task.check_mode)
        self.show(lines)
        return {**result, "backup": held, "diff": replacement.written.get("diff", [])}


def _check_owner(backup: Backup, before: Mapping[str, Any], path: str) -> None:
    """Check that it is the backup of this cluster, as far as both names are known."""
    names = backup.cluster, before["cluster"]["name"]
    if None not in names and names[0] != names[1]:
        raise CertificateError(
            "invalid_option",
            f"rotation_backup: {path} is the backup of {names[0]}, and this cluster is {names[1]}. "
            "Nothing was changed.",
        )
