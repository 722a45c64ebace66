# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The role of the user who asks, where that user may see it."""

from __future__ import annotations

from .check import LOGIN, UNCLEAR, NotChecked
from .questions import Questions

#: Roles of users (vendor, REST API, permissions).
ROLES = frozenset({"admin", "cluster_member", "cluster_viewer", "db_member", "db_viewer", "user_manager"})


def own_role(asked: Questions) -> str:
    """Return the role of the login.

    Raises:
        NotChecked: the login has no user name, or this user may not see users.
    """
    username = asked.session.connection.username
    if username is None:
        raise NotChecked(LOGIN)
    roles = [user.get("role") for user in asked.read("/v1/users").objects if user.get("email") == username]
    if len(roles) != 1 or not isinstance(roles[0], str):
        raise NotChecked(UNCLEAR)
    return roles[0]
