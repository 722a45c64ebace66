# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Private keys in options that do not take them, found before anything quotes the options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ._errors import CertificateError, invalid_option
from ._secrets import looks_like_private_key

_Spec = Mapping[str, Mapping[str, Any]]

#: Options for certificates in PEM, behind which a key may be pasted: it is masked, and otherwise passed over. Where
#: none of the second is beside it, C(certificate) is a name.
_PEM = frozenset({"certificate", "issuers", "source_certificate", "ca_certificate", "client_certificate"})
_BESIDE_PEM = frozenset({"private_key", "ca_private_key", "client_key", "issuers_path"})

#: Types that are one line, and the options of them that may be several.
_ONE_LINE = frozenset({"str", "path", "bool", "int", "float"})
_PROSE = frozenset({"reason"})

_KEY = "looks like a private key"


class Misplaced(NamedTuple):
    """A text that must not be shown where it is."""

    option: str  # its path: certificates[0].name
    text: str
    error: CertificateError
    maskable: bool = True  # the name of an option is not, nor what Ansible turns into another text

    def is_value_in_entry_of(self, option: str | None) -> bool:
        """Return whether it is the value of an option of one entry of this list, where it can be masked."""
        return self.maskable and option is not None and self.option.startswith(f"{option}[") and "]." in self.option


def find_misplaced(options: Mapping[str, Any], spec: _Spec, inside: str = "") -> Iterator[Misplaced]:
    """Find private keys, and other texts of several lines, in options for paths, names, choices and numbers.

    Args:
        options: as they were given, before they are validated.
        spec: the argument spec, of a module or of a role.
        inside: the path of the options, if they are suboptions.
    """
    aliases = {alias: name for name, option in spec.items() for alias in option.get("aliases", ())}
    for given, value in options.items():
        name = aliases.get(given, given)
        option = spec.get(name, {})
        if isinstance(value, str) and _takes_pem(name, spec):
            continue
        path = f"{inside}{_shown(given)}"
        if option.get("no_log"):
            # Ansible would make a text of it, and not find in there what it has to mask.
            if option.get("type", "str") == "str" and isinstance(value, (list, tuple, Mapping)):
                error = invalid_option(path, "must be a text", "Change the value")
                yield Misplaced(path, "", error, maskable=False)
            continue
        if not str(given).isprintable() or looks_like_private_key(str(given)):
            error = invalid_option(path, "the name of the option looks like a private key", "Remove it")
            yield Misplaced(path, str(given), error, maskable=False)
        yield from _in_value(path, value, name, spec)


def refuse_misplaced(options: Mapping[str, Any], spec: _Spec) -> None:
    """Check that there is nothing to find.

    Raises:
        CertificateError: there is.
    """
    for found in find_misplaced(options, spec):
        raise found.error


def _shown(name: object) -> str:
    """Return the name of an option, if it is like one: in a path, it must not show a part of a key."""
    text = str(name)
    return text if text.isidentifier() and len(text) <= 40 else "(unknown)"


def _takes_pem(name: str, spec: _Spec) -> bool:
    return name in _PEM and spec.get(name, {}).get("type") == "str" and not _BESIDE_PEM.isdisjoint(spec)


def _in_value(path: str, value: Any, name: str, spec: _Spec) -> Iterator[Misplaced]:
    option = spec.get(name, {})
    suboptions = option.get("options")
    if suboptions:
        if isinstance(value, Mapping):
            yield from find_misplaced(value, suboptions, f"{path}.")
            return
        if isinstance(value, (list, tuple)):
            for number, entry in enumerate(value):
                yield from _in_value(f"{path}[{number}]", entry, name, spec)
            return
    for place, text, is_name in _texts(value, path):
        problem = _problem(text, option if name not in _PROSE else {})
        if problem is not None:
            error = invalid_option(place, f"{problem}, so its value is not shown", _next_step(name, problem, spec))
            # In place of suboptions, Ansible takes a text for "name=value", as base64 ends.
            yield Misplaced(place, text, error, maskable=not is_name and not suboptions)


def _texts(value: Any, path: str) -> Iterator[tuple[str, str, bool]]:
    """Return all texts in a value with their paths, and whether they are names."""
    if isinstance(value, Mapping):
        for name, entry in value.items():
            yield path, str(name), True
            yield from _texts(entry, f"{path}.{_shown(name)}")
    elif isinstance(value, (list, tuple)):
        for number, entry in enumerate(value):
            yield from _texts(entry, f"{path}[{number}]")
    elif value is not None and not isinstance(value, (bool, int, float)):
        yield path, str(value), False  # a vaulted one is no str until here


def _problem(text: str, option: Mapping[str, Any]) -> str | None:
    if looks_like_private_key(text):
        return _KEY
    if option.get("elements", option.get("type")) in _ONE_LINE:
        if "-----BEGIN" in text:
            return "looks like a certificate in PEM"
        if len(text.splitlines()) > 1:
            return "must be one line"
        if "\0" in text:
            return "contains a NUL character"
    return None


def _next_step(name: str, problem: str, spec: _Spec) -> str:
    """Return what to do instead: there is often an option beside it that takes what was given."""
    content = name[: -len("_path")] if name.endswith("_path") else name
    for other in (content, "private_key"):
        takes_keys = bool(spec.get(other, {}).get("no_log"))
        if spec.get(other, {}).get("type") == "str" and other != name and takes_keys is (problem == _KEY):
            return f"Use {other}"
    return "Give a path" if spec.get(name, {}).get("type") == "path" else "Check the value"
