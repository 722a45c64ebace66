# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What the user wants under each name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from .._errors import CertificateError, combined, invalid_option
from .._product.names import KNOWN, REQUIRED, canonical_name
from .._state.desired import Desired, read_desired
from .._untrusted import is_plain


@dataclass(frozen=True)
class Wanted:
    """What the user wants under one name.

    Attributes:
        name: as the REST API writes it.
        material: the desired certificate, if given.
        compare: V(chain) or V(leaf).
        reason: why there is no material: the certificate is to be absent, V(not_wanted) or V(not_listed), or is not
            to change, V(kept).
    """

    name: str
    material: Desired | None
    compare: str = "chain"
    reason: str = "not_wanted"


def list_kept(wanted: Iterable[Wanted], names: Iterable[str]) -> list[Wanted]:
    """List what O(kept) adds: the certificates that are not to change, except those that are listed."""
    listed = {one.name for one in wanted}
    kept = dict.fromkeys(canonical_name(name.strip()) for name in names)
    return [Wanted(name, None, reason="kept") for name in kept if name and name not in listed]


def list_unlisted(wanted: Iterable[Wanted], installed: Iterable[str]) -> list[Wanted]:
    """List what O(purge_optional) adds: that there be no optional certificate but those that are listed.

    Names that are not documented are not deleted: a newer server may require them.
    """
    listed = {one.name for one in wanted}
    optional = KNOWN - REQUIRED - listed
    return [Wanted(name, None, reason="not_listed") for name in sorted(optional.intersection(installed))]


def parse_wanted(entries: Iterable[Mapping[str, Any]]) -> list[Wanted]:
    """Parse what the user wants, each certificate read and checked. No request is needed for it.

    Args:
        entries: options as in M(_argspec.CERTIFICATE_SPEC).

    Raises:
        CertificateError: something of one is not usable, or a name is listed twice; all that is wrong is named.
    """
    now = datetime.now(timezone.utc)
    found: list[Wanted] = []
    errors = []
    for entry in entries:
        name = canonical_name(entry["name"].strip())
        try:
            if not name:
                raise invalid_option("name", "must not be empty", "Give a certificate name")
            if not is_plain(name):  # such a name of a server is shown otherwise than it is
                raise invalid_option("name", "holds characters that do not print", "Give a certificate name")
            if any(name == other.name for other in found):
                raise invalid_option("certificates", "listed twice", "Remove one entry")
            material = read_desired(name, entry, now) if entry["state"] == "present" else None
            found.append(Wanted(name, material, entry["compare"]))
        except CertificateError as error:
            errors.append(error.about(name) if name else error)
    if errors:
        raise combined(errors)
    return found
