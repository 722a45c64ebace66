# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the arguments of a cluster make sense."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Collection, Iterable, Mapping, Sequence

from .ports import LARGEST
from .releases import NAMES, Release

UNSET_FORMS = ("omit", "empty", "null")
SERVICES = ("api", "cm", "metrics")


def check_nodes(count: int, versions: int, uids: set[int]) -> None:
    """Check how many nodes there are, and which are named.

    :raises ValueError: the numbers do not fit.
    """
    if not 1 <= count <= LARGEST:
        raise ValueError(f"a cluster has 1 to {LARGEST} nodes, not {count}")
    if versions != count:
        raise ValueError(f"{count} nodes, but {versions} versions")
    if not uids <= set(range(1, count + 1)):
        raise ValueError(f"primary, lag, down, internal or external names a node that is not one of 1 to {count}")


def check_addresses(addresses: Iterable[str]) -> None:
    """Check which addresses the nodes report.

    :raises ValueError: one is not an IP address.
    """
    for text in addresses:
        try:
            ipaddress.ip_address(text)
        except ValueError:
            raise ValueError(f"{text!r} is not an IP address") from None


def check_seconds(**times: float) -> None:
    """Check how long things take.

    :raises ValueError: one takes a negative time, or has no end.
    """
    for name, seconds in times.items():
        if not 0 <= seconds < math.inf:
            raise ValueError(f"{name} is 0 or more seconds, not {seconds}")


def check_services(ports: Collection[str]) -> None:
    """Check which HTTPS ports are open.

    :raises ValueError: there is no such port, or no API.
    """
    if "api" not in ports or not set(ports) <= set(SERVICES):
        raise ValueError(f"the ports that are open are api, and others of {', '.join(SERVICES)}")


def check_database(
    database: str, active_active: Collection[object], tls_only: Mapping[str, object], slow_redis: object = False
) -> None:
    """Check what the database endpoints can do.

    :param tls_only: what only the database ``tls`` can do, and whether it is wanted.
    :param slow_redis: whether redis-server is to have a latency.
    :raises ValueError: this kind of endpoint cannot.
    """
    if slow_redis:
        raise ValueError("latency needs the database tls or none, not redis")
    for name, wanted in tls_only.items():
        if wanted and database != "tls":
            raise ValueError(f"{name} needs the database tls, not {database}")
    if active_active and database == "none":
        raise ValueError("active_active needs a database")


def check_count(tls_databases: int, database: str) -> None:
    """Check how many databases have TLS.

    :raises ValueError: there cannot be so many.
    """
    if not 1 <= tls_databases <= LARGEST or (tls_databases > 1 and database == "none"):
        raise ValueError(f"tls_databases is 1 to {LARGEST}, and 1 without a database")


def check_names(releases: Sequence[Release], expires: Mapping[str, float], optional: Sequence[str]) -> None:
    """Check which certificates the cluster starts with.

    :raises ValueError: it starts with none of such a name.
    """
    known = {name for release in releases for name in release.names}
    for name in optional:
        if name not in known or NAMES[name].required:
            raise ValueError(f"{name!r} is not an optional certificate of this version")
    for name in expires:
        if name not in known or not (NAMES[name].required or name in optional):
            raise ValueError(f"{name!r} is not a certificate that this cluster starts with")


def check_since(releases: Sequence[Release], wanted: Mapping[str, tuple[object, str, str]]) -> None:
    """Check that all nodes know what is wanted.

    :param wanted: argument to its value, the property of a release that knows it, and what versions those are.
    :raises ValueError: one does not.
    """
    for name, (value, known, versions) in wanted.items():
        if value and not all(getattr(release, known) for release in releases):
            raise ValueError(f"{name} exists {versions}")


def check_scopes(scopes: Mapping[str, object]) -> None:
    """Check which roles are limited to some databases.

    :raises ValueError: one cannot be.
    """
    if not set(scopes) <= {"db_member", "db_viewer"}:
        raise ValueError("scopes are for the roles db_member and db_viewer only")


def check_forms(unset: str, bulk_put_missing_status: int) -> None:
    """Check how the server answers.

    :raises ValueError: no server answers so.
    """
    if unset not in UNSET_FORMS:
        raise ValueError(f"unknown form {unset!r} of unset names: one of {', '.join(UNSET_FORMS)}")
    if bulk_put_missing_status not in (404, 405):
        raise ValueError("a missing path for the bulk PUT is a 404 or a 405")
