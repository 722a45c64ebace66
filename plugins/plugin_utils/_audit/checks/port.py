# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Checks of what a cluster's ports present."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.databases import SERVER, DatabaseEntry
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._hostnames import host_and_port
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._probe.served import EndpointEntry

from .judgement import CRITICAL, INFO, WARNING, Judgement, not_visible, passed

#: Which failed verifications are advice only: another CA than the one that this host trusts may be meant to sign it.
_MAY_BE_MEANT = frozenset({"untrusted"})


def ports(endpoints: Sequence[EndpointEntry], databases: Sequence[DatabaseEntry]) -> Iterator[Judgement]:
    """Make two checks for each certificate that ports show.

    Args:
        endpoints: as M(served_certificate_info) returns them.
        databases: certificates of databases, as M(fleet_certificate_info) returns them.
    """
    labels = {one["uid"]: one["certificate"] for one in databases if one["kind"] == SERVER}
    by_certificate: dict[str | None, list[EndpointEntry]] = {}
    for endpoint in endpoints:
        database = endpoint["database"]
        name = endpoint["service"] if database is None else labels.get(database, f"database {database}")
        by_certificate.setdefault(name, []).append(endpoint)
    for name, shown in by_certificate.items():
        yield _served(name, shown)
        yield _trusted(name, shown)


def address(endpoint: EndpointEntry) -> str:
    """Return host and port, as in a URL."""
    return host_and_port(endpoint["address"], endpoint["port"])


def _listed(endpoints: Sequence[EndpointEntry]) -> str:
    some, more = endpoints[:5], len(endpoints) - 5
    return ", ".join(map(address, some)) + (f" and {more} more" if more > 0 else "")


def _served(service: str | None, endpoints: Sequence[EndpointEntry]) -> Judgement:
    check = "served"
    differing = [one for one in endpoints if one["matches"] is False]
    if differing:
        remedy = "Look again in a few minutes; then restart the service on the nodes that present another one"
        return Judgement(
            service,
            check,
            CRITICAL,
            f"a certificate other than the API reports is presented by {_listed(differing)}",
            remedy,
        )
    failed = [one for one in endpoints if one["status"] == "failed"]
    if failed:
        remedy = "Check the service on that node, and whether it speaks TLS there"
        return Judgement(service, check, WARNING, f"no certificate is presented by {_listed(failed)}", remedy)
    unknown = [one for one in endpoints if one["matches"] is None]
    if unknown:
        return not_visible(service, check, _partly("present it", unknown, len(endpoints)))
    return passed(service, check, f"{_ports(len(endpoints))} present it")


def _trusted(service: str | None, endpoints: Sequence[EndpointEntry]) -> Judgement:
    check = "trusted"
    distrusted = [one for one in endpoints if one["trusted"] is False]
    if distrusted:
        reasons = sorted({one["verify_error"] or "unknown" for one in distrusted})
        severity = INFO if _MAY_BE_MEANT.issuperset(reasons) else WARNING
        why = ", ".join(reasons).replace("_", " ")
        return Judgement(
            service,
            check,
            severity,
            f"does not verify here ({why}) at {_listed(distrusted)}",
            "Rotate it, or give the CA that clients trust as ca_path",
        )
    unknown = [one for one in endpoints if one["trusted"] is None]
    if unknown:
        return not_visible(service, check, _partly("present what verifies here", unknown, len(endpoints)))
    return passed(service, check, f"{_ports(len(endpoints))} present what verifies here")


def _partly(what: str, unknown: Sequence[EndpointEntry], of: int) -> str:
    """Describe what is true of all ports but those of which it is unknown."""
    return f"{of - len(unknown)} of {_ports(of)} {what}; not seen: {_listed(unknown)}"


def _ports(number: int) -> str:
    return f"{number} port{'' if number == 1 else 's'}"
