# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Databases: what the API shows of them, and the pages of those with their own certificate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._api.client import BDB_CERTIFICATES
from .._api.databases import client_certificates
from .answer import Answer
from .check import NOTHING, UNCLEAR, NotChecked, Verdict, check, verdict
from .questions import Questions, chain_of
from .shapes import ARRAY, NUMBER, OBJECT, TEXT, at, deviations, dicts, kind, kind_of
from .vocabulary import Fact, Status

_BDB = "vendor, REST API, BDB object"
_OWN = "vendor, OpenAPI description, database certificates"
_TLS_MODES = ("enabled", "disabled", "replica_ssl")
_SYNC_STATES = ("out-of-sync", "syncing", "in-sync")
_OWN_FIELDS = {"bdb_uid", "cert", "not_before", "not_after"}
_FAR_PAGE = f"{BDB_CERTIFICATES}?page=99999"


def _databases(asked: Questions) -> list[Mapping[str, Any]]:
    found = asked.read("/v1/bdbs").objects
    if not found:
        raise NotChecked(NOTHING)
    return found


@check("GET /v1/bdbs lists objects with uid as a number, name, tls_mode and endpoints", _BDB)
def databases_are_listed(asked: Questions) -> Verdict:
    """Look at all databases."""
    answer = asked.read("/v1/bdbs")
    return answer.each_against({"uid": NUMBER, "name": TEXT, "tls_mode": TEXT, "endpoints": ARRAY})


@check("The tls_mode of a database is enabled, disabled or replica_ssl", _BDB)
def tls_modes(asked: Questions) -> Verdict:
    """Look at all databases."""
    modes = [bdb.get("tls_mode") for bdb in _databases(asked)]
    return verdict(all(mode in _TLS_MODES for mode in modes), Fact("tls_mode", *modes))


@check("The endpoints of a database have dns_name, port and a list addr", _BDB)
def endpoints_are_listed(asked: Questions) -> Verdict:
    """Look at the endpoints of all databases."""
    endpoints = [one for bdb in _databases(asked) for one in dicts(bdb.get("endpoints"))]
    if not endpoints:
        raise NotChecked(NOTHING)
    facts = deviations(endpoints, {"dns_name": TEXT, "port": NUMBER, "addr": ARRAY})
    return verdict(not facts, Fact("endpoints", len(endpoints)), *facts)


@check("An endpoint has the name redis-PORT.FQDN, of the cluster or internal", _BDB)
def endpoint_names(asked: Questions) -> Verdict:
    """Compare the name of each endpoint with its port and the name of the cluster."""
    fqdn = asked.cluster.name
    endpoints = [one for bdb in _databases(asked) for one in dicts(bdb.get("endpoints"))]
    named = [one for one in endpoints if isinstance(one.get("dns_name"), str) and one.get("port") is not None]
    if fqdn is None or not named:
        raise NotChecked(NOTHING if fqdn else UNCLEAR)

    def fits(one: Mapping[str, Any]) -> bool:
        expected = (f"redis-{one['port']}.{fqdn}", f"redis-{one['port']}.internal.{fqdn}")
        return str(one["dns_name"]).rstrip(".").lower() in expected

    agreeing = sum(map(fits, named))
    return verdict(agreeing == len(named), Fact("endpoints", len(named)), Fact("differ", len(named) - agreeing))


@check("The client certificates of a database are a list of objects with client_cert", "vendor, REST API, BDB object")
def client_certificates_are_listed(asked: Questions) -> Verdict:
    """Look at all databases that have any."""
    lists = [bdb.get("authentication_ssl_client_certs") for bdb in _databases(asked)]
    if not any(lists):
        raise NotChecked(NOTHING)
    wrong = [kind(one) for one in lists if one is not None and dicts(one) != one]
    pems = [pem for bdb in _databases(asked) for _kind, pem in client_certificates(bdb)]
    parsed = sum(bool(chain_of(pem)) for pem in pems)
    return verdict(
        not wrong and bool(pems) and parsed == len(pems),
        Fact("entries", len(pems)),
        Fact("certificates that can be parsed", parsed),
        Fact("type", *wrong),
    )


@check(
    "A replica source has uid, uri and a status: out-of-sync, syncing or in-sync", "vendor, REST API, syncer sources"
)
def replica_sources_are_listed(asked: Questions) -> Verdict:
    """Look at the sources of all databases. What is in a URI stays there."""
    sources = [one for bdb in _databases(asked) for one in dicts(bdb.get("replica_sources"))]
    if not sources:
        raise NotChecked(NOTHING)
    facts = deviations(sources, {"uid": NUMBER, "uri": TEXT, "status": (*TEXT, "null", "missing")})
    states = [one.get("status") for one in sources if isinstance(one.get("status"), str)]
    known = all(state in _SYNC_STATES for state in states)
    return verdict(known and not facts, Fact("replica_sources", len(sources)), Fact("status", *states), *facts)


@check(
    "GET /v1/crdbs lists objects with guid, name, and instances with the cluster's name and url",
    "vendor, REST API, CRDB object",
)
def active_active_databases_are_listed(asked: Questions) -> Verdict:
    """Look at all Active-Active databases."""
    answer = asked.read("/v1/crdbs")
    found = answer.each_against({"guid": TEXT, "name": TEXT, "instances": ARRAY})
    crdbs = dicts(answer.value)
    if not crdbs and found.holds:
        raise NotChecked(NOTHING)
    instances = [one for crdb in crdbs for one in dicts(crdb.get("instances"))]
    facts = [
        *deviations(instances, {"id": NUMBER, "cluster": OBJECT}),
        *deviations(dicts([at(one, "cluster") for one in instances]), {"name": TEXT, "url": TEXT}),
    ]
    return verdict(found.holds and not facts, *found.seen, Fact("instances", len(instances)), *facts)


# Own certificates. Where that list is missing, the version has no such certificates (404, 405).


def _listed(asked: Questions) -> list[Mapping[str, Any]]:
    found = asked.read(BDB_CERTIFICATES).objects
    if not found:
        raise NotChecked(NOTHING)
    return found


@check("GET /v1/bdbs/certificates lists objects with bdb_uid, cert, not_before and not_after", _OWN)
def own_certificates_are_listed(asked: Questions) -> Verdict:
    """Look at the first page."""
    answer = asked.read(BDB_CERTIFICATES)
    problem = answer.unlike("array", optional=True)
    if problem is not None:
        return problem
    found = answer.each_against({"cert": TEXT, "not_before": TEXT, "not_after": TEXT})
    present = [Fact("bdb_uid", "missing") for one in dicts(answer.value) if "bdb_uid" not in one][:1]
    return verdict(found.holds and not present, *found.seen, *present)


@check("In GET /v1/bdbs/certificates bdb_uid is text, while uid in GET /v1/bdbs is a number", _OWN)
def own_certificates_have_text_uids(asked: Questions) -> Verdict:
    """Look at the type of all uids."""
    kinds = [kind_of("bdb_uid", one) for one in _listed(asked)]
    return verdict(set(kinds) <= {"string"}, Fact("bdb_uid", *kinds))


@check("GET /v1/bdbs/certificates shows no private key", _OWN)
def own_certificates_show_no_key(asked: Questions) -> Verdict:
    """Look at the names of all fields, and for a key in their values."""
    found = _listed(asked)
    further = sum(len(one.keys() - _OWN_FIELDS) for one in found)
    keys = sum("PRIVATE KEY" in str(value) for one in found for value in one.values())
    return verdict(not further and not keys, Fact("further fields", further), Fact("private key", keys))


def _page(asked: Questions, number: int) -> list[Mapping[str, Any]]:
    """Return a page of one entry, where there are several."""
    if len(asked.own_certificates()) < 2:
        raise NotChecked(NOTHING)
    return asked.read(f"{BDB_CERTIFICATES}?page={number}&page_size=1").objects


@check("GET /v1/bdbs/certificates keeps to page_size", _OWN)
def pages_have_size(asked: Questions) -> Verdict:
    """Ask for a page of one entry."""
    entries = len(_page(asked, 1))
    return verdict(entries == 1, Fact("own certificates", len(asked.own_certificates())), Fact("entries", entries))


@check("GET /v1/bdbs/certificates counts pages from 1, and each has other entries", _OWN)
def pages_differ(asked: Questions) -> Verdict:
    """Compare the first two pages of one entry."""
    first, second = _page(asked, 1), _page(asked, 2)
    if len(first) != 1:
        raise NotChecked(UNCLEAR)
    same = first == second
    return verdict(bool(second) and not same, Fact("entries", len(second)), Fact("on the same page", same))


@check("A page of GET /v1/bdbs/certificates after the last one is empty, or the last one again", _OWN)
def pages_end(asked: Questions) -> Verdict:
    """Ask for a page that no cluster has."""
    first = asked.read(BDB_CERTIFICATES).objects
    answer = asked.read(_FAR_PAGE)
    problem = answer.unlike("array")
    if problem is not None:
        return problem
    known = set(asked.own_certificates())
    repeated = [one for one in dicts(answer.value) if str(one.get("bdb_uid")) in known]
    return verdict(
        len(repeated) == len(answer.value),
        Fact("own certificates", len(first)),
        Fact("entries", len(answer.value)),
        Fact("on the same page", len(repeated)),
    )


def _one(asked: Questions, *, own: bool) -> Answer:
    """Return what is reported for one database that has, or has not, its own certificate."""
    asked.read(BDB_CERTIFICATES).objects  # noqa: B018 - no check without that list
    known = asked.own_certificates()
    uids = [str(bdb.get("uid")) for bdb in _databases(asked)]
    found = [uid for uid in uids if uid.isdecimal() and (uid in known) is own]
    if not found:
        raise NotChecked(NOTHING)
    return asked.read(f"/v1/bdbs/{found[0]}/certificates")


@check("GET /v1/bdbs/UID/certificates is one object for a database with its own certificate", _OWN)
def own_certificate_is_shown(asked: Questions) -> Verdict:
    """Ask for one that the list has."""
    return _one(asked, own=True).against({"cert": TEXT})


@check("GET /v1/bdbs/UID/certificates is 404 for a database without its own certificate", _OWN)
def no_own_certificate_is_404(asked: Questions) -> Verdict:
    """Ask for one that the list does not have."""
    answer = _one(asked, own=False)
    answer.assert_permitted()
    return verdict(answer.status == 404, Fact("status", Status(answer.status)))


CHECKS = (
    databases_are_listed,
    tls_modes,
    endpoints_are_listed,
    endpoint_names,
    client_certificates_are_listed,
    replica_sources_are_listed,
    active_active_databases_are_listed,
    own_certificates_are_listed,
    own_certificates_have_text_uids,
    own_certificates_show_no_key,
    pages_have_size,
    pages_differ,
    pages_end,
    own_certificate_is_shown,
    no_own_certificate_is_404,
)
