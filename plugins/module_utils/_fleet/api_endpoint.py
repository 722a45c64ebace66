# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What the port of the API presents where a cluster cannot be read: its certificate may well be the reason.

Certificates are public, so this takes no login and no trust; nothing but a handshake is sent. It says what one port
presents, which may be that of a load balancer.
"""

from __future__ import annotations

from datetime import datetime, timezone

from .._connection import Connection
from .._errors import CertificateError
from .._probe.endpoints import Endpoint
from .._probe.served import Served, ServedEntry
from .._transport.proxies import proxy_variable
from .._transport.redirects import parse_place
from .._transport.retry import connected

#: Seconds that a handshake may take here at the most: the time of the cluster has been used already.
_LONGEST = 5.0


def look_at_api(connection: Connection, error: CertificateError) -> ServedEntry | None:
    """Return what the port in O(url) presents; None where that cannot be seen.

    Args:
        error: why the cluster could not be read. Where nothing took a connection, none is tried once more.
    """
    # Past a proxy there may be no way, or another server.
    if not connected(error) or not connection.url.startswith("https:") or proxy_variable(connection.url):
        return None
    place = parse_place(connection.url)
    endpoint = Endpoint(None, place.host, place.port, "api", connection.host)
    seen = Served.look_only(endpoint, min(_LONGEST, connection.timeout))
    return seen.entry(None, datetime.now(timezone.utc)) if seen.presented.fingerprints else None
