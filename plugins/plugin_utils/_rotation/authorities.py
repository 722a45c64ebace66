# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CAs of sources whose certificates can be looked at before they issue.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypedDict

from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.certificate import (
    CertificateParseError,
    is_twin,
    parse_pem,
    sha256_fingerprints,
    to_pem,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._x509.opaque import Certificate

from .._paths import placed

ReadIssuer = Callable[[Mapping[str, Any], Mapping[str, Any]], str]
"""Returns the chain of the issuer in Vault, in PEM, for an entry of the plan and the options of its source."""


class CA(TypedDict):
    """One CA: C(pem) has its certificates alone, and is C(None) where no task needs it."""

    pem: str | None
    fingerprints: list[str]


def source_of(entry: Mapping[str, Any], values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the options of the source of an entry of the plan.

    Args:
        values: the variables of the role.
    """
    options: Mapping[str, Any] = values["rotation_certificates"][entry["index"]]["source"][entry["source"]]
    return options


def read_authorities(
    entries: Iterable[Mapping[str, Any]], values: Mapping[str, Any], read_issuer: ReadIssuer
) -> dict[str, CA]:
    """Return each CA once, by the name of the first certificate from it.

    Raises:
        CertificateError: its certificate cannot be read, or parsed.
    """
    found: dict[str, CA] = {}
    for entry in entries:
        if entry["ca"] != entry["name"]:
            continue
        source, own = source_of(entry, values), entry["source"] == "ownca"
        pem = _own(entry["name"], source) if own else read_issuer(entry, source)
        try:
            certificates = _parse(pem)
        except CertificateParseError as error:
            raise CertificateError(
                "invalid_certificate",
                f"{entry['name']}: source {entry['source']}: the CA's certificate: {error}. Check the source.",
            ) from None
        # The file may hold the CA's private key as well, and the plan is shown.
        shown = to_pem(certificates) if own else None
        # A twin of the first may be installed in its place.
        twins = (one for one in certificates if is_twin(one, certificates[0]))
        found[entry["name"]] = {"pem": shown, "fingerprints": sha256_fingerprints(twins)}
    return found


def _own(name: str, source: Mapping[str, Any]) -> str:
    paths = {
        option: placed(source[option])
        for option in ("ca_certificate_path", "ca_private_key_path")
        if source.get(option)
    }
    missing = [path for path in paths.values() if not os.path.isfile(path)]
    if missing:
        raise CertificateError(
            "file_missing", f"{name}: source ownca: no such file: {', '.join(missing)}. Check the path."
        )
    if source.get("ca_certificate"):
        return str(source["ca_certificate"])
    try:
        with open(paths["ca_certificate_path"], encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise CertificateError(
            "file_missing",
            f"{name}: source ownca: {paths['ca_certificate_path']} cannot be read ({type(error).__name__}). Check it.",
        ) from None


@functools.lru_cache(maxsize=256)
def _parse(pem: str) -> tuple[Certificate, ...]:
    return parse_pem(pem)
