# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to do with each entry of the variable C(rotation_certificates). Reads no file and makes no request.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._product.names import (
    CA_BUNDLES,
    INTERNODE,
    canonical_name,
)

from .lead_time import parse_lead_time
from .sources import (
    DEFAULTS,
    GIVEN,
    ISSUING,
    KEY_SIZES,
    KINDS,
    MAKING_KEYS,
    is_missing,
    kind_of,
    options_of,
)

#: The ways to name files: what may be given together.
_FILES = (
    {"certificate", "private_key", "private_key_passphrase"},
    {"directory"},
    {"pkcs12", "passphrase", "friendly_name"},
)

#: The ways to give further issuers, for every source.
_ISSUERS = {"issuers", "issuers_path"}

#: RFC 5280, appendix A.1: ub-common-name.
_LONGEST_COMMON_NAME = 64

#: The options that identify the CA, for the sources with a CA certificate that is read before it issues.
_CA = {
    "ownca": ("ca_certificate", "ca_certificate_path", "ca_private_key_path"),
    "vault_pki": ("connection", "mount", "issuer_ref"),
}


def _files(options: Mapping[str, Any]) -> Iterator[str]:
    given = {option for option, value in options.items() if value is not None} - _ISSUERS
    if not {"certificate", "directory", "pkcs12"} & given or not any(given <= together for together in _FILES):
        yield "source files needs either certificate and private_key, or directory, or pkcs12."


def _exactly_one(options: Mapping[str, Any], kind: str, *names: str) -> Iterator[str]:
    if sum(options.get(name) is not None for name in names) != 1:
        yield f"source {kind} needs exactly one of {' and '.join(names)}."


def _ownca(options: Mapping[str, Any]) -> Iterator[str]:
    yield from _exactly_one(options, "ownca", "ca_certificate", "ca_certificate_path")
    yield from _exactly_one(options, "ownca", "ca_private_key", "ca_private_key_path")
    if int(options["days"]) < 1:
        yield "source ownca: days is less than 1."


def _acme(options: Mapping[str, Any]) -> Iterator[str]:
    yield from _exactly_one(options, "acme", "account_key", "account_key_path")


_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {"files": _files, "ownca": _ownca, "acme": _acme}


def _issuing(name: str, kind: str, options: Mapping[str, Any], fqdn: str | None) -> Iterator[str]:
    if name in CA_BUNDLES:
        yield f"holds CA certificates, which source {kind} does not issue. Use files or content."
    if name in INTERNODE and options.get("key_type", "RSA") != "RSA":
        yield f"certificates between nodes need an RSA key. Set key_type of source {kind} to RSA."
    if not options.get("names") and fqdn is None:
        yield f"this user may not see the name of the cluster. Set names of source {kind}."
    if kind in MAKING_KEYS and int(options["key_size"]) not in KEY_SIZES[options["key_type"]]:
        sizes = " or ".join(map(str, KEY_SIZES[options["key_type"]]))
        yield f"source {kind}: an {options['key_type']} key does not have {options['key_size']} bits. Set {sizes}."
    collection = ISSUING[kind]
    if collection is not None and is_missing(collection):
        yield (
            f"source {kind} needs the collection {collection}, which is not installed. "
            f"Run ansible-galaxy collection install {collection}."
        )


def _problems(entry: Mapping[str, Any], name: str, fqdn: str | None) -> Iterator[str]:
    if entry.get("state", "present") == "absent":
        if entry.get("source"):
            yield "state=absent and source are mutually exclusive. Remove one of them."
        return
    kind = kind_of(entry)
    if kind is None:
        yield f"exactly one source is required: {', '.join(KINDS)}."
        return
    options = options_of(entry, kind)
    if options.keys() >= _ISSUERS:
        yield f"source {kind}: issuers and issuers_path are mutually exclusive. Set one of them."
    if kind in _CHECKS:
        yield from _CHECKS[kind](options)
    if kind in ISSUING:
        yield from _issuing(name, kind, options, fqdn)


def _names_for(options: Mapping[str, Any], fqdn: str | None) -> list[str]:
    """Return the names that a certificate has to have; those that the vendor requires unless others are given."""
    own = (fqdn, f"*.{fqdn}", f"internal.{fqdn}", f"*.internal.{fqdn}")
    return list(dict.fromkeys([*(options.get("names") or own), *(options.get("extra_names") or [])]))


def _common_name(names: Iterable[str], fqdn: str | None) -> str:
    """Return the FQDN if it is among the names, or else the first host name; empty if that is too long, or missing."""
    hosts = [name.removeprefix("DNS:") for name in names if not name.startswith("IP:")]
    if fqdn is not None and fqdn.lower() in map(str.lower, hosts):
        hosts.insert(0, fqdn)
    return hosts[0] if hosts and len(hosts[0]) <= _LONGEST_COMMON_NAME else ""


def _entry(index: int, entry: Mapping[str, Any], name: str, fqdn: str | None) -> dict[str, Any]:
    kind = kind_of(entry)
    options = {} if kind is None else options_of(entry, kind)
    planned = {
        "name": name,
        "index": index,
        "state": entry.get("state", "present"),
        "source": kind,
        "issues": False,
        "issuers_path": options.get("issuers_path"),
    }
    if kind is None or kind in GIVEN:
        return planned
    names = _names_for(options, fqdn)
    return {
        **planned,
        "issues": boolean(options.get("issues", True)),
        "common_name": _common_name(names, fqdn),
        "names": names,
        "key_type": options.get("key_type"),
        "key_size": int(options["key_size"]) if options.get("key_size") else None,
        "issuer": options.get("issuer"),
        "options": {option: options[option] for option in DEFAULTS[kind]},
    }


def _ca(entry: Mapping[str, Any]) -> list[Any] | None:
    """Return what says which CA issues, where that can be looked at."""
    kind = kind_of(entry)
    if kind is None or kind not in _CA:
        return None
    options = options_of(entry, kind)
    return [kind, *(options.get(option) for option in _CA[kind])]


def _entries(certificates: Mapping[int, Mapping[str, Any]], fqdn: str | None) -> list[dict[str, Any]]:
    """Return the entries of the plan, of certificates by their index."""
    names = {index: canonical_name(str(entry["name"])) for index, entry in certificates.items()}
    cas = {index: _ca(entry) for index, entry in certificates.items()}
    found = []
    for index, entry in certificates.items():
        first = None if cas[index] is None else next(names[other] for other in cas if cas[other] == cas[index])
        found.append({**_entry(index, entry, names[index], fqdn), "ca": first})
    return found


def chosen(values: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """Return the entries that the run is not kept from by C(rotation_only), by their index.

    Args:
        values: the variables of the role.
    """
    only = frozenset(map(canonical_name, values.get("rotation_only") or ()))
    certificates = enumerate(values["rotation_certificates"])
    return {index: one for index, one in certificates if not only or canonical_name(str(one["name"])) in only}


def rotation_plan(values: Mapping[str, Any], fqdn: str | None) -> dict[str, Any]:
    """Check the entries, and plan what to do with each that the run is for.

    Args:
        values: the variables of the role.
        fqdn: the name of the cluster; None: this user may not see it.
    """
    certificates, renew_before = values["rotation_certificates"], values["rotation_renew_before"]
    names = [canonical_name(str(entry["name"])) for entry in certificates]
    problems = [] if names else ["rotation_certificates is empty. List the certificates to rotate."]
    try:
        parse_lead_time(renew_before)
    except ValueError as error:
        problems.append(f"rotation_renew_before: {error}. Set one of them.")
        renew_before = 0
    problems += [
        f"{name}: listed {names.count(name)} times in rotation_certificates. Remove all entries but one."
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    found: dict[str, list[str]] = {}
    for entry, name in zip(certificates, names):
        for problem in _problems(entry, name, fqdn):
            found.setdefault(problem, []).append(name)
    problems += [f"{', '.join(dict.fromkeys(of))}: {problem}" for problem, of in found.items()]
    entries = [] if problems else _entries(chosen(values), fqdn)
    fetched = [entry["name"] for entry in entries if entry["source"] == "tasks" and not entry["issues"]]
    return {"problems": problems, "entries": entries, "renew_before": renew_before, "fetched": fetched}
