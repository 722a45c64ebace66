# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Certificates as the API reports them: names, keys, PEM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._api.client import CERTIFICATES
from .._product.names import CA_BUNDLES, KNOWN, REQUIRED
from .._product.releases import is_before
from .check import UNCLEAR, NotChecked, Verdict, check, verdict
from .questions import Questions, chain_of
from .shapes import kind
from .vocabulary import Fact

_REFERENCE = "vendor, REST API, cluster certificates"
_TABLE = "vendor, certificates table"

#: The first release that has a name; all others are older.
_SINCE = {"mtls_trusted_ca": "7.8.4", "sso_service": "8.0.6-54", "sso_issuer": "8.0.6-54"}


def _set(asked: Questions) -> dict[str, str]:
    """Return the certificates that are set: PEM by name."""
    return {
        field[: -len("_cert")]: value
        for field, value in asked.read(CERTIFICATES).object.items()
        if field.endswith("_cert") and value and isinstance(value, str)
    }


def _keys(answer: Mapping[str, Any]) -> set[str]:
    """Return the names under which there is a private key."""
    return {field[: -len("_key")] for field, value in answer.items() if field.endswith("_key") and value}


@check(
    "GET /v1/cluster/certificates is one flat object: each value is text, or null where a name is not set", _REFERENCE
)
def certificates_are_flat(asked: Questions) -> Verdict:
    """Look at the types of all values."""
    answer = asked.read(CERTIFICATES)
    problem = answer.unlike("object")
    if problem is not None:
        return problem
    kinds = dict.fromkeys(map(kind, answer.value.values()))
    return verdict(set(kinds) <= {"string", "null"}, Fact("fields", len(answer.value)), Fact("type", *kinds))


@check("Each field of GET /v1/cluster/certificates is NAME_cert or NAME_key", _REFERENCE)
def certificate_fields(asked: Questions) -> Verdict:
    """Count the fields that end otherwise."""
    fields = asked.read(CERTIFICATES).object
    others = sum(not field.endswith(("_cert", "_key")) for field in fields)
    return verdict(not others, Fact("fields", len(fields)), Fact("fields of another form", others))


@check("All certificates that a cluster generates are there", _TABLE)
def required_certificates(asked: Questions) -> Verdict:
    """Look for each of them."""
    missing = sorted(REQUIRED - _set(asked).keys())
    return verdict(not missing, Fact("missing names", *missing))


@check("There are no certificates under names that are not documented", _TABLE)
def documented_certificates(asked: Questions) -> Verdict:
    """Count the names that are unknown."""
    found = _set(asked)
    unknown = len(found.keys() - KNOWN)
    return verdict(not unknown, Fact("names", len(found)), Fact("further names", unknown))


@check(
    "mtls_trusted_ca is there from 7.8.4 on, sso_service and sso_issuer are from 8.0.6-54 on", _TABLE, until="8.0.6-54"
)
def certificates_by_version(asked: Questions) -> Verdict:
    """Look for names that should not be there yet."""
    early = [name for name in sorted(_set(asked)) if name in _SINCE and is_before(asked.version, _SINCE[name])]
    return verdict(not early, Fact("names too early", *early))


@check("Each certificate that is set is PEM that can be parsed", _REFERENCE)
def certificates_are_pem(asked: Questions) -> Verdict:
    """Parse all of them."""
    found = _set(asked)
    if not found:
        raise NotChecked(UNCLEAR)
    parsed = sum(bool(chain_of(pem)) for pem in found.values())
    return verdict(parsed == len(found), Fact("names", len(found)), Fact("certificates that can be parsed", parsed))


@check("mtls_trusted_ca and sso_issuer have no private key", _TABLE)
def bundles_have_no_key(asked: Questions) -> Verdict:
    """Look for keys of those that have none."""
    keyed = sorted(_keys(asked.read(CERTIFICATES).object) & CA_BUNDLES)
    return verdict(not keyed, Fact("keys", *keyed))


@check(
    "A user sees the private keys of all certificates that have one, or of none", "vendor, permission view_cluster_keys"
)
def all_keys_or_none(asked: Questions) -> Verdict:
    """Compare the names with a key and those that have one."""
    keyed = (_set(asked).keys() & KNOWN) - CA_BUNDLES
    keys = _keys(asked.read(CERTIFICATES).object) & keyed
    return verdict(not keys or keys == keyed, Fact("names", len(keyed)), Fact("keys", len(keys)))


CHECKS = (
    certificates_are_flat,
    certificate_fields,
    required_certificates,
    documented_certificates,
    certificates_by_version,
    certificates_are_pem,
    bundles_have_no_key,
    all_keys_or_none,
)
