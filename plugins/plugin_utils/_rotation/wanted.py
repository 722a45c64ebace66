# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the variables of the role rotation want of a host, for comparison with what its cluster has.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._fleet.cluster_data import ClusterData
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._product.names import canonical_name

from .._hosts import Host
from .authorities import ReadIssuer, read_authorities
from .entries import chosen, rotation_plan
from .material import rotation_material
from .reasons import due
from .variables import role_values

#: Of a host whose variables say nothing: in the words of Ansible's validation, and what to do.
MISSING = (
    "missing required arguments: rotation_certificates. Set this variable for the host, to the certificates to rotate "
    "and their sources."
)


class Wanted(NamedTuple):
    """The certificates wanted of one cluster.

    Attributes:
        values: the variables of the role, with defaults.
        material: what is there already, as the option C(certificates) of M(cluster_certificates).
        problem: why they are not usable.
        lacking: names in C(rotation_only) that C(rotation_certificates) has no entry for.
    """

    values: Mapping[str, Any]
    material: list[dict[str, Any]]
    problem: str | None = None
    lacking: frozenset[str] = frozenset()

    @classmethod
    def of(cls, host: Host) -> Wanted | None:
        """Return what a host's variables say; None where they say nothing."""
        try:
            if host.value("rotation_certificates") is None:
                return None
            values = role_values(host)
            entries = chosen(values).values()
            material = rotation_material(entries, {}, compare=values["rotation_compare"])
            only = frozenset(map(canonical_name, values["rotation_only"] or ()))
            lacking = only.difference(canonical_name(str(one["name"])) for one in entries)
            return cls(values, material, lacking=lacking)
        except CertificateError as error:
            return cls({}, [], error.message)
        except (AttributeError, KeyError, TypeError, ValueError):
            # What it says may quote the value.
            return cls({}, [], "the variables rotation_... are not what the role rotation takes. Fix them.")

    def planned(self, fqdn: str | None) -> Mapping[str, Any]:
        """Return the plan of the role, for a cluster of this name."""
        return rotation_plan(self.values, fqdn)

    def compare(self, cluster: ClusterData, read_issuer: ReadIssuer | None = None) -> None:
        """Add to what was read of the cluster which certificates are due to be issued, or why that is unknown.

        Args:
            read_issuer: reads the chain of an issuer in Vault. None: whether the CA is another one now is not
                looked at, as an audit may run where its files are not.
        """
        plan: Mapping[str, Any] = {"problems": [self.problem] if self.problem else [], "entries": []}
        if self.material or self.values.get("rotation_certificates"):
            plan = self.planned(cluster["cluster"]["name"])
        problems = plan["problems"]
        reasons: Mapping[str, list[str]] = {}
        if not problems:
            try:
                cas = read_authorities(plan["entries"], self.values, read_issuer) if read_issuer else {}
                reasons = due(plan["entries"], cluster["certificates"], cas, self.values)
            except CertificateError as error:
                problems = [error.message]
        if problems:
            cluster["drift"] = None
            cluster["warnings"].append(f"the desired state could not be compared: {' '.join(problems)}")
        elif cluster["drift"] is not None:
            cluster["drift"] += [
                {
                    "name": one["name"],
                    "action": "issue" if one["name"] in reasons else "none",
                    "reason": ", ".join(reasons.get(one["name"], ())) or None,
                }
                for one in plan["entries"]
                if one["issues"]
            ]


def check_only(wanted: Iterable[Wanted]) -> None:
    """Check that each name in C(rotation_only) is one of a certificate of some cluster.

    Raises:
        CertificateError: one is not.
    """
    found = list(wanted)
    lacking = frozenset.intersection(*(one.lacking for one in found)) if found else ()
    if lacking:
        where = "of no cluster has an" if len(found) > 1 else "has no"
        raise CertificateError(
            "invalid_option",
            f"rotation_only: rotation_certificates {where} entry for {', '.join(sorted(lacking))}. "
            "Nothing was changed. Fix the name, or add the entry.",
        )
