# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module fleet_certificate_info, in the controller where that can be. The hosts' variables are known only here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.cluster_data import (
    ClusterData,
    ClusterError,
    cluster_entry,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import fleet_certificate_info
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._action import OperationAction
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._hosts import Host, hosts_of
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.authorities import ReadIssuer
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._rotation.wanted import Wanted
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._variables import name_variables


class ActionModule(OperationAction):
    operation = fleet_certificate_info.OPERATION

    def perform(self, variables: dict[str, Any]) -> dict[str, Any]:
        args = self._task.args
        if args.get("hosts") is None or (not args["hosts"] and args.get("clusters")):
            return super().perform(variables)
        self.refuse_async(" with hosts")  # whose variables are added to the result here
        try:
            hosts = hosts_of(args["hosts"], self._task, variables, self._templar)
        except CertificateError as error:
            return {"failed": True, "msg": error.message, "failure": error.failure}
        drift = boolean(args.get("drift"), strict=False)
        wanted = {host.name: found for host in hosts if drift and (found := Wanted.of(host)) is not None}
        return self.read(hosts, wanted, variables)

    def read(
        self,
        hosts: Sequence[Host],
        wanted: Mapping[str, Wanted],
        variables: dict[str, Any],
        read_issuer: ReadIssuer | None = None,
    ) -> dict[str, Any]:
        """Read the clusters of hosts, besides those in the arguments, and compare them with what is wanted of them.

        Args:
            wanted: by the name of the host.
            variables: of the task.
            read_issuer: see M(Wanted.compare).
        """
        args = self._task.args
        usable, unusable = _clusters(hosts, wanted)
        clusters = [*(args.get("clusters") or []), *usable]
        if not clusters:
            return {"changed": False, "clusters": list(unusable.values())}
        self._task.args = {**args, "clusters": clusters}
        try:
            result = super().perform(variables)
        finally:
            # With C(until), the same task runs again; and passwords do not stay in its arguments.
            self._task.args = args
        for cluster in result.get("clusters", ()):
            if cluster["name"] in wanted and cluster["error"] is None:
                wanted[cluster["name"]].compare(cluster, read_issuer)
        if "clusters" in result:
            first = len(result["clusters"]) - len(usable)
            read = iter(result["clusters"][first:])
            of_hosts = [unusable.get(host.name) or next(read) for host in hosts]
            for cluster in of_hosts:
                if cluster["error"] is not None:
                    cluster["error"]["msg"] = name_variables(cluster["error"]["msg"])
                cluster["warnings"] = list(map(name_variables, cluster["warnings"]))
            result["clusters"] = result["clusters"][:first] + of_hosts
        return result


def _clusters(
    hosts: Iterable[Host], wanted: Mapping[str, Wanted]
) -> tuple[list[dict[str, Any]], dict[str, ClusterData]]:
    """Return the clusters to read; and by host the entries of those whose variables do not say how."""
    usable = []
    unusable: dict[str, ClusterData] = {}
    for host in hosts:
        certificates = {"certificates": wanted[host.name].material} if host.name in wanted else {}
        try:
            usable.append({"name": host.name, **host.connection(), **certificates})
        except CertificateError as error:
            problem: ClusterError = {"msg": error.message, "failure": error.failure}
            unusable[host.name] = cluster_entry(host.name, datetime.now(timezone.utc), error=problem)
    return usable, unusable
