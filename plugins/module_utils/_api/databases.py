# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Certificates that belong to databases: what their endpoints present in place of C(proxy), and whom they let in.

Facts about the fields: vendor, REST API reference, BDB object and database certificates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from .._hostnames import host_and_port, is_host
from .._x509.certificate import CertificateParseError, parse_pem
from .._x509.facts import NO_FACTS, CertificateFacts, chain_facts
from .._x509.finding import ERROR, WARNING, Finding, FindingEntry
from .._x509.requirements import CHAIN_WITHOUT_ROOT, check_requirements
from . import fields
from .client import Api

SERVER = "server"  # presented by the endpoints of the database

#: The lists of client certificates that a database lets in, by what results call one of their entries.
CLIENTS: Mapping[str, str] = {
    "client": "authentication_ssl_client_certs",
    "peer": "authentication_ssl_crdt_certs",
}

_SOURCE = "vendor, endpoints"


class _Described(CertificateFacts):
    findings: list[FindingEntry]


class DatabaseEntry(_Described):
    """The facts of one certificate of a database, and what it does not meet."""

    uid: fields.Uid
    name: str | None  # of the database
    certificate: str  # what findings call it
    kind: str  # SERVER, or a key of CLIENTS
    endpoints: list[str]


def own_certificates(api: Api) -> dict[str, str]:
    """Return the PEM of every database that presents its own certificate, by its uid as text.

    The list has uids as texts, C(GET /v1/bdbs) as numbers. Empty where the version has no such certificates.

    Raises:
        CertificateError: the list cannot be read.
    """
    found = {}
    for one in api.bdb_certificates():
        uid, pem = fields.uid(one, "bdb_uid"), fields.exact(one, "cert")
        if uid is not None and pem is not None:
            found[str(uid)] = pem
    return found


def client_certificates(bdb: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a database trusts in client certificates: the kind, a key of M(CLIENTS), and PEM."""
    for kind, field in CLIENTS.items():
        for one in fields.mappings(bdb, field):
            pem = fields.exact(one, "client_cert")
            if pem is not None:
                yield kind, pem


def speaks_tls(bdb: Mapping[str, Any]) -> bool:
    """Return whether anyone can meet the server certificate of a database."""
    return bdb.get("tls_mode") in ("enabled", "replica_ssl")


def describe_databases(
    bdbs: Sequence[Mapping[str, Any]], own: Mapping[str, str], fqdn: str | None, versions: frozenset[str], now: datetime
) -> list[DatabaseEntry]:
    """Return the facts of all certificates of databases, for results. Never raises.

    A server certificate that no client meets, since the database does not speak TLS, is left out.

    Args:
        bdbs: of C(GET /v1/bdbs).
        own: see M(own_certificates).
        fqdn: of the cluster; None where it is unknown.
        versions: of the nodes; empty where they are unknown.
        now: in UTC.
    """
    names = Counter(fields.text(bdb, "name") for bdb in bdbs)
    found: list[DatabaseEntry] = []
    for bdb in bdbs:
        uid, name = fields.uid(bdb), fields.text(bdb, "name")
        if uid is None:
            continue
        label = f"database {name or uid}" + (f" ({uid})" if name and names[name] > 1 else "")
        if str(uid) in own and speaks_tls(bdb):
            places = _places(bdb, fqdn)
            facts = _facts(label, own[str(uid)], now, [host for host, _port in places], versions)
            ports = [host_and_port(host, number) for host, number in places]
            found.append({"uid": uid, "name": name, "certificate": label, "kind": SERVER, "endpoints": ports, **facts})
        numbers: Counter[str] = Counter()
        for kind, pem in client_certificates(bdb):
            numbers[kind] += 1
            one = f"{label}, {kind} {numbers[kind]}"
            facts = _facts(one, pem, now)
            found.append({"uid": uid, "name": name, "certificate": one, "kind": kind, "endpoints": [], **facts})
    return found


def _places(bdb: Mapping[str, Any], fqdn: str | None) -> list[tuple[str, int]]:
    """List the names and ports of the endpoints, under which clients look for the certificate."""
    found: dict[tuple[str, int], None] = {}
    for endpoint in fields.mappings(bdb, "endpoints"):
        number = fields.port(endpoint, "port")
        if number is not None:
            name = fields.text(endpoint, "dns_name") or (fqdn and f"redis-{number}.{fqdn}")
            if name and is_host(name):
                found[name.rstrip(".").lower(), number] = None
    return list(found)


def _facts(
    label: str, pem: str, now: datetime, names: Iterable[str] | None = None, versions: frozenset[str] = frozenset()
) -> _Described:
    """Return facts and findings of one certificate.

    Args:
        label: what findings call it. It is a name that the product does not have, so that only what holds for every
            chain is demanded.
        names: that a server certificate has to cover; None: it is a client's, of which the vendor requires nothing.
    """
    try:
        chain = parse_pem(pem)
        facts = chain_facts(chain, now)
    except CertificateParseError as error:
        return {**NO_FACTS, "findings": [], "error": str(error)}
    findings: list[Finding] = []
    if names is not None:
        found = check_requirements(label, chain, fqdn=None, versions=versions, now=now)
        # The clients of a database have the root; no peer and no upload demands it here.
        findings = [finding for finding in found if finding.id != CHAIN_WITHOUT_ROOT]
        findings += _uncovered(label, names, facts["subject_alternative_names"])
        findings.sort(key=lambda finding: finding.severity != ERROR)
    return {**facts, "findings": [finding.as_dict() for finding in findings]}


def _uncovered(label: str, names: Iterable[str], alternative_names: Iterable[str]) -> Iterator[Finding]:
    """Check that clients find the names of the endpoints; internal ones are for clients in the nodes' network."""
    covered = {name[len("DNS:") :].rstrip(".").lower() for name in alternative_names if name.startswith("DNS:")}
    for name in dict.fromkeys(names):
        _first, _dot, parent = name.partition(".")
        if covered.isdisjoint((name, f"*.{parent}")):
            internal = parent.startswith("internal.")
            yield Finding(
                "internal_name_missing" if internal else "name_missing",
                WARNING if internal else ERROR,
                label,
                f"the subject alternative names (SAN) do not cover {name}",
                f"Issue it again with {name} among its subject alternative names",
                _SOURCE,
            )
