# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asks, and what they may: users, roles, Basic, JWT and client certificates."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .refusal import Refused

_READERS = frozenset({"admin", "cluster_member", "cluster_viewer", "db_member", "db_viewer", "user_manager"})
_MEMBERS = frozenset({"admin", "cluster_member", "db_member"})
ROLES = (*sorted(_READERS), "none")
PERMISSIONS = {
    "view_cluster_info": _READERS,
    "view_node_info": _READERS,
    "view_all_nodes_info": _READERS,
    "view_bdb_info": _READERS,
    "view_all_bdbs_info": _READERS,
    "view_cluster_keys": frozenset({"admin", "cluster_member", "user_manager"}),
    "view_crdb": _READERS,
    "view_crdb_list": _READERS,
    "view_crdb_task": _READERS,
    "view_all_metrics": frozenset({"admin", "cluster_member", "cluster_viewer"}),
    "view_all_users_info": frozenset({"admin", "user_manager"}),
    "update_cluster": frozenset({"admin"}),
    "update_bdb": _MEMBERS,
    "update_crdb": _MEMBERS,
}
DEFAULT_TTL = 300
LONGEST_TTL = 86400


@dataclass(frozen=True)
class User:
    """A user of the cluster, with one management role."""

    uid: int
    username: str
    password: str = field(repr=False)
    role: str

    def may(self, permission: str) -> bool:
        return self.role in PERMISSIONS[permission]


def make_users(admin: str, password: str) -> dict[str, User]:
    """Make the administrator, and one user for each other role."""
    domain = admin.partition("@")[2] or "example.com"
    users = [User(1, admin, password, "admin")]
    for uid, role in enumerate((role for role in ROLES if role != "admin"), 2):
        users.append(User(uid, f"{role}@{domain}", secrets.token_urlsafe(12), role))
    return {user.username: user for user in users}


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


class Access:
    """The door of one cluster.

    :param basic: whether Basic authentication is on.
    :param scopes: role to the uids of the only databases that it is for; a role that is missing is for all.
    """

    def __init__(
        self, users: dict[str, User], issuer: str, basic: bool, scopes: Mapping[str, Collection[int]] | None = None
    ) -> None:
        self.users = users
        self.scopes = dict(scopes or {})
        self.basic = basic
        self._issuer = issuer
        self._secret = secrets.token_bytes(32)

    def set_role(self, username: str, role: str) -> None:
        """Give a user another role, from the next request on, however it logs in.

        :raises KeyError: there is no such user.
        :raises ValueError: there is no such role.
        """
        if role not in ROLES:
            raise ValueError(f"unknown role {role!r}: one of {', '.join(ROLES)}")
        self.users[username] = replace(self.users[username], role=role)

    def sees(self, user: User, bdb: int) -> bool:
        """Check whether a database is there for a user, given its uid."""
        return bdb in self.scopes.get(user.role, (bdb,))

    def refused(self) -> Refused:
        scheme = f'Basic realm="{self._issuer}"' if self.basic else "Bearer"
        return Refused(401, "unauthorized", "credentials are missing or wrong", {"WWW-Authenticate": scheme})

    def token(self, user: User, ttl: int = DEFAULT_TTL) -> str:
        """Return a signed token that is good for ``ttl`` seconds."""
        now = int(time.time())
        claims = {"iss": self._issuer, "sub": user.username, "uid": str(user.uid), "iat": now, "exp": now + ttl}
        parts = [_encode(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
        return ".".join([*parts, self._signature(".".join(parts))])

    def _signature(self, signed: str) -> str:
        return _encode(hmac.digest(self._secret, signed.encode(), hashlib.sha256))

    def claimed_name(self, authorization: str | None) -> str | None:
        """Return the user name that a request gives, right or wrong; for the record of requests."""
        try:
            scheme, dummy, value = (authorization or "").partition(" ")
            if scheme.lower() == "basic":
                return base64.b64decode(value, validate=True).decode().partition(":")[0]
            if scheme.lower() == "bearer":
                return str(json.loads(_decode(value.split(".")[1]))["sub"])
        except (ValueError, LookupError, TypeError, RecursionError):
            pass
        return None

    def login(self, authorization: str | None, client_name: str | None) -> User:
        """Return the user of a request: its header, or else the Common Name of its verified client certificate.

        :raises Refused: 401.
        """
        if authorization is None:
            user = self.users.get(client_name or "")
        else:
            scheme, dummy, value = authorization.partition(" ")
            if scheme.lower() == "basic":
                user = self._by_password(value) if self.basic else None
            else:
                user = self._by_token(value) if scheme.lower() == "bearer" else None
        if user is None:
            raise self.refused()
        return user

    def basic_login(self, authorization: str | None) -> User:
        """Return the user of a request that must use Basic, as the one that asks for a token does.

        :raises Refused: 401.
        """
        scheme, dummy, value = (authorization or "").partition(" ")
        user = self._by_password(value) if self.basic and scheme.lower() == "basic" else None
        if user is None:
            raise self.refused()
        return user

    def token_login(self, authorization: str | None) -> User:
        """Return the user of a request that must use a token, as the one that asks for the next token does.

        The vendor's page shows the scheme JWT there, in place of Bearer.

        :raises Refused: 401.
        """
        scheme, _space, value = (authorization or "").partition(" ")
        user = self._by_token(value) if scheme.lower() in ("bearer", "jwt") else None
        if user is None:
            raise self.refused()
        return user

    def may_read_metrics(self, authorization: str | None) -> bool:
        """Check whether a request carries Basic of a user who may read metrics where ``metrics_auth`` is on.

        That Basic is off for the API does not concern the metrics.
        """
        scheme, _space, value = (authorization or "").partition(" ")
        user = self._by_password(value) if scheme.lower() == "basic" else None
        return user is not None and user.may("view_all_metrics")

    def _by_password(self, value: str) -> User | None:
        try:
            name, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        user = self.users.get(name)
        if user is None or not colon or not hmac.compare_digest(user.password.encode(), password.encode()):
            return None
        return user

    def _by_token(self, value: str) -> User | None:
        head, dummy, signature = value.rpartition(".")
        if not hmac.compare_digest(self._signature(head).encode(), signature.encode()):
            return None
        claims: dict[str, Any] = json.loads(_decode(head.partition(".")[2]))
        return self.users.get(claims["sub"]) if claims["exp"] > time.time() else None
