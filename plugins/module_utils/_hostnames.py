# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Names and addresses of hosts, as users, clusters and URLs write them."""

from __future__ import annotations

import ipaddress
import re

#: Characters of the longest host name (RFC 1035, 2.3.4), without the dot that may end it. Python takes seconds to
#: encode one that is a thousand times as long.
LONGEST_NAME = 253

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST_NAME = re.compile(rf"(?=.{{1,{LONGEST_NAME}}}\.?\Z){_LABEL}(?:\.{_LABEL})*\.?")

_ZONE = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def is_ip_address(text: str) -> bool:
    """Return whether this is an IPv4 or IPv6 address, the latter perhaps with a zone."""
    address, percent, zone = text.partition("%")
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return not percent or bool(_ZONE.fullmatch(zone))  # ipaddress takes anything for a zone


def is_host(text: str) -> bool:
    """Return whether this is an IP address or a host name (RFC 1123, 2.1). Python raises many things at what is not."""
    # What is not printable, IDNA maps to nothing, such as a soft hyphen.
    if len(text) > LONGEST_NAME + 1 or not text.isprintable():
        return False
    try:
        return is_ip_address(text) or bool(_HOST_NAME.fullmatch(text.encode("idna").decode("ascii")))
    except UnicodeError:
        return False


def usual_address(host: str) -> str:
    """Return the usual text of an IP address; anything else as it is."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    mapped = getattr(address, "ipv4_mapped", None)
    return f"::ffff:{mapped}" if mapped else str(address)  # as Python 3.13 and later write it


def comparable_host(host: str) -> str:
    """Return a host in the form in which hosts are compared: names and IP addresses may be written in several ways."""
    return usual_address(host.rstrip(".").lower())


def same_host(one: str, other: str) -> bool:
    """Return whether this is the same name, or the same IP address."""
    return comparable_host(one) == comparable_host(other)


def host_and_port(host: str, port: int | None) -> str:
    """Return host and port, if any, as in a URL: an IPv6 address in brackets. An empty host is said to be none."""
    bracketed = f"[{host}]" if ":" in host else host or "no address"
    return bracketed if port is None else f"{bracketed}:{port}"
