# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What users of each role may see."""

from __future__ import annotations

from .._api.client import CERTIFICATES
from .check import PERMISSION, UNCLEAR, NotChecked, Verdict, check, verdict
from .questions import Questions
from .roles import ROLES, own_role
from .vocabulary import Fact, Status

_PERMISSIONS = "vendor, REST API, permissions"
#: What every role but V(none) may read.
_READABLE = ("/v1/cluster", CERTIFICATES, "/v1/nodes", "/v1/nodes/status", "/v1/bdbs")
_SEE_KEYS = frozenset({"admin", "cluster_member", "user_manager"})


@check("A user who may see the cluster may see its certificates, nodes and databases", _PERMISSIONS)
def readers_see_all(asked: Questions) -> Verdict:
    """Compare the statuses of what every role may read."""
    statuses = [asked.read(path).status for path in _READABLE]
    if not any(status == 200 for status in statuses):
        raise NotChecked(PERMISSION)
    refused = any(status in (401, 403) for status in statuses)
    return verdict(not refused, Fact("status", *map(Status, statuses)))


@check("The role of a user is one of six", _PERMISSIONS)
def role_is_known(asked: Questions) -> Verdict:
    """Look at the own one."""
    role = own_role(asked)
    return verdict(role in ROLES, Fact("role", role))


@check("Only admin, cluster_member and user_manager see private keys", "vendor, permission view_cluster_keys")
def keys_by_role(asked: Questions) -> Verdict:
    """Compare the own role with whether there are keys."""
    role = own_role(asked)
    keys = sum(field.endswith("_key") and bool(value) for field, value in asked.read(CERTIFICATES).object.items())
    if role not in ROLES:
        raise NotChecked(UNCLEAR)
    return verdict(bool(keys) == (role in _SEE_KEYS), Fact("role", role), Fact("keys", keys))


CHECKS = (readers_see_all, role_is_known, keys_by_role)
