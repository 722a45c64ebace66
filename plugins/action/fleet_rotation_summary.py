# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module fleet_rotation_summary: in the controller, which knows what became of each host."""

from __future__ import annotations

from typing import Any

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import invalid_option
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context, Operation
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._composite import CompositeAction, undone
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.command import (
    collection_command,
    limit_of_run,
    variables_were_typed,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._plain import plain_result
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation import summary_text
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.fleet import DUE, UNFINISHED


class ActionModule(CompositeAction):
    operation = Operation(
        undone,
        {
            "clusters": {"type": "list", "elements": "dict"},
            "rolled_back": {"type": "list", "elements": "str"},
        },
    )

    def do(self, task: Context) -> dict[str, Any]:
        names = task.params["rolled_back"]
        if (names is None) == (task.params["clusters"] is None):
            raise invalid_option("clusters", "exactly one of clusters and rolled_back is required", "Give one of them")
        clusters = task.params["clusters"] if names is None else [summary_text.to_roll_back(name) for name in names]
        registered = "rotation_result" if names is None else "rotation__restored"
        gone_through = [one["name"] for one in clusters if one["state"] in (DUE, UNFINISHED)]
        raw = self.variables["hostvars"].raw_get  # without a look for templates in what tasks returned, which is slow
        results = {name: plain_result(raw(name).get(registered)) for name in gone_through}
        # What lacks an outcome was collected by a rotation that did not come to its end.
        ended = {name: one for name, one in results.items() if one and ("certificates" in one or names)}
        found = summary_text.outcomes(clusters, ended, self.variables["groups"].get("rotation__failed", ()))
        lines = list(
            summary_text.lines(
                found,
                playbook="rotate" if names is None else "rollback",
                check_mode=task.check_mode,
                command=collection_command(),
                subset=limit_of_run(),
                typed=variables_were_typed(),
                verbose=bool(self._display.verbosity),
            )
        )
        self.show(lines)
        result = {"changed": False, "clusters": [one._asdict() for one in found]}
        if names is None:  # each rotation has published its own
            return result
        published = {one.name: summary_text.summary(one) for one in found}
        return {
            **result,
            "ansible_stats": {"data": {"rollback_summary": published}, "per_host": False, "aggregate": True},
        }
