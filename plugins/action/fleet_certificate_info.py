# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module fleet_certificate_info, in the controller where that can be. The hosts' variables are known only here."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import fleet_certificate_info
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._action import OperationAction
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._hosts import Host, hosts_of
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.wanted import Wanted


class ActionModule(OperationAction):
    operation = fleet_certificate_info.OPERATION

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        args = self._task.args
        if not args.get("hosts"):
            return super().run(tmp, task_vars)
        hosts = hosts_of(args["hosts"], self._task, task_vars or {}, self._templar)
        drift = boolean(args.get("drift"), strict=False)
        wanted = {host.name: found for host in hosts if drift and (found := Wanted.of(host)) is not None}
        clusters = [_cluster(host, wanted.get(host.name)) for host in hosts]
        self._task.args = {**args, "clusters": [*(args.get("clusters") or []), *clusters]}
        try:
            result = super().run(tmp, task_vars)
        finally:
            # With C(until), the same task runs again; and passwords do not stay in its arguments.
            self._task.args = args
        for cluster in result.get("clusters", ()):
            if cluster["name"] in wanted and cluster["error"] is None:
                wanted[cluster["name"]].compare(cluster)
        return result


def _cluster(host: Host, wanted: Wanted | None) -> dict[str, Any]:
    certificates = {} if wanted is None else {"certificates": wanted.material}
    return {"name": host.name, **host.connection(), **certificates}
