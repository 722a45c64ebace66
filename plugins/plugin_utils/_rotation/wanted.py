# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the variables of the role rotation want of a host, for comparison with what its cluster has.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.redis_enterprise.certificates.plugins.filter.renewal_reasons import renewal_reasons
from ansible_collections.redis_enterprise.certificates.plugins.filter.rotation_material import rotation_material
from ansible_collections.redis_enterprise.certificates.plugins.filter.rotation_plan import rotation_plan
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.cluster_data import (
    ClusterData,
    DriftEntry,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._misplaced import find_misplaced

from .._hosts import Host
from .._role_spec import role_spec
from .lead_time import parse_lead_time

#: As in roles/rotation/defaults, which other roles do not see.
COMPARE, RENEW_BEFORE = "chain", 30


class Wanted(NamedTuple):
    """The certificates wanted of one cluster.

    Attributes:
        material: what is there already, as the option C(certificates) of M(cluster_certificates).
        entries: C(rotation_certificates).
        renew_before: C(rotation_renew_before).
        problem: why it is not usable.
    """

    material: list[dict[str, Any]]
    entries: Sequence[Mapping[str, Any]] = ()
    renew_before: int | str = RENEW_BEFORE
    problem: str | None = None

    @classmethod
    def of(cls, host: Host) -> Wanted | None:
        """Return what a host's variables say; None where they say nothing."""
        try:
            entries = host.value("rotation_certificates")
            if entries is None:
                return None
            for found in find_misplaced({"rotation_certificates": entries}, role_spec("rotation")):
                return cls([], problem=found.error.message.removeprefix("option "))
            compare = host.value("rotation_compare", COMPARE)
            renew_before = host.value("rotation_renew_before", RENEW_BEFORE)
            parse_lead_time(renew_before)
            return cls(rotation_material(entries, {}, compare=compare), entries, renew_before)
        except CertificateError as error:
            return cls([], problem=error.message)
        except (AttributeError, KeyError, TypeError, ValueError):
            # What it says may quote the value.
            return cls([], problem="the variables rotation_... are not what the role rotation takes. Fix them.")

    def compare(self, cluster: ClusterData) -> None:
        """Add to what was read of the cluster which certificates are due to be issued, or why that is unknown."""
        name = cluster["cluster"]["name"]
        plan = rotation_plan(self.entries, name) if self.entries else {"problems": [], "entries": []}
        problems = [self.problem] if self.problem else plan["problems"]
        if problems:
            cluster["drift"] = None
            cluster["warnings"].append(f"the desired state could not be compared: {' '.join(problems)}")
        elif cluster["drift"] is not None:
            cluster["drift"] += self._due(cluster, plan["entries"])

    def _due(self, cluster: ClusterData, planned: Sequence[Mapping[str, Any]]) -> Iterator[DriftEntry]:
        installed = {one["name"]: one for one in cluster["certificates"]}
        for entry in planned:
            if entry["issues"]:
                reasons = renewal_reasons(
                    installed.get(entry["name"]),
                    renew_before=self.renew_before,
                    names=entry["names"],
                    key_type=entry["key_type"],
                    key_size=entry["key_size"],
                    issuer=entry["issuer"],
                )
                action = "issue" if reasons else "none"
                yield {"name": entry["name"], "action": action, "reason": ", ".join(reasons) or None}
