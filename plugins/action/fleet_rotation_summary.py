# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module fleet_rotation_summary: in the controller, which knows what became of each host."""

from __future__ import annotations

from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context, Operation
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._composite import CompositeAction, undone
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.command import collection_command
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._plain import plain
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation import summary_text
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.fleet import DUE, UNFINISHED


class ActionModule(CompositeAction):
    operation = Operation(undone, {"clusters": {"type": "list", "elements": "dict", "required": True}})

    def do(self, task: Context) -> dict[str, Any]:
        clusters, variables = task.params["clusters"], self.variables
        hostvars = variables["hostvars"]
        gone_through = [one["name"] for one in clusters if one["state"] in (DUE, UNFINISHED)]
        results = {name: plain(hostvars[name].get("rotation_result")) for name in gone_through}
        # What lacks an outcome was collected by a rotation that did not come to its end.
        ended = {name: one for name, one in results.items() if one and "certificates" in one}
        found = summary_text.outcomes(clusters, ended, variables["groups"].get("rotation__failed", ()))
        lines = list(
            summary_text.lines(
                found,
                check_mode=task.check_mode,
                command=collection_command(),
                verbose=bool(self._display.verbosity),
            )
        )
        self.show(lines, variables)
        return {"changed": False, "clusters": [one._asdict() for one in found]}
