# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module fleet_rotation_plan: in the controller, where the hosts' variables are."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context, Operation
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._composite import CompositeAction, undone
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._hosts import hosts_of
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation import fleet, plan_text
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.held_backup import (
    backup_options,
    check_backup,
    find_unproven,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.vault_issuer import (
    issuer_reader,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.wanted import (
    MISSING,
    Wanted,
    check_only,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._variables import name_variables

#: Names that a pattern for hosts has as they are.
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")


def pattern(name: str) -> str:
    """Return a pattern for one host, whose name may have spaces, colons or commas, at which Ansible splits."""
    return name if _PLAIN.fullmatch(name) else f"~^{re.sub('[^A-Za-z0-9_-]', '.', name)}$"


class ActionModule(CompositeAction):
    operation = Operation(
        undone,
        {
            "hosts": {"type": "list", "elements": "str", "required": True},
            "serial": {"type": "raw", "default": 1},
            "concurrency": {"type": "int", "default": 16},
        },
        members="clusters",  # What it says of them is masked already, of each with its own secrets.
    )

    def do(self, task: Context) -> dict[str, Any]:
        names, variables = task.params["hosts"], self.variables
        fleet.check_serial(task.params["serial"])
        hosts = hosts_of(names, self._task, variables, self._templar)
        wanted = {host.name: found for host in hosts if (found := Wanted.of(host)) is not None}
        usable = [host for host in hosts if host.name in wanted and wanted[host.name].problem is None]
        check_only(wanted[host.name] for host in usable)
        reader = self.sibling("fleet_certificate_info", {"concurrency": task.params["concurrency"], "drift": True})
        read = reader.read(usable, wanted, variables, issuer_reader(self, variables))
        if read.get("failed"):
            raise CertificateError(read.get("failure", {}).get("kind", "invalid_option"), read["msg"])
        data = {one["name"]: one for one in read["clusters"]}
        planned, without_backup = [], []
        for name in names:
            if name in data:
                backup = backup_options(wanted[name].values, name)
                if backup is None:
                    without_backup.append(name)
                unproven = partial(find_unproven, backup, self.vault_secrets)
                one = fleet.plan_cluster(data[name], wanted[name], unproven)
                if one["state"] == fleet.DUE:
                    try:
                        check_backup(backup, self.vault_secrets)
                    except CertificateError as error:
                        one = fleet.unusable(name, name_variables(error.message))
                planned.append(one)
            else:
                problem = wanted[name].problem if name in wanted else MISSING
                planned.append(fleet.unusable(name, problem or ""))
        batches = fleet.batches(planned, data.values(), task.params["serial"])
        unusable = [one["name"] for one in planned if one["state"] == fleet.FAILED]
        only = {tuple(wanted[host.name].values["rotation_only"] or ()) for host in usable}
        limited = only.pop() if len(only) == 1 else ()
        self.show(plan_text.lines(planned, limited, without_backup, verbose=bool(self._display.verbosity)))
        return {
            "changed": False,
            "clusters": planned,
            "due": [name for batch in batches for name in batch],
            "sizes": [len(batch) for batch in batches] or [1],
            "unusable": unusable,
            # The first one, where none failed: the summary has to run somewhere.
            "reporting": unusable or names[:1],
            "patterns": {name: pattern(name) for name in names},
        }
