# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""The clusters of a fleet: the options of each, checked for it alone, and a name for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._argspec import CONNECTION_SPEC, refusals
from .._errors import CertificateError, invalid_option
from .._misplaced import refuse_misplaced
from .._operation import Operation
from .._secrets import looks_like_private_key

#: A cluster with one of these options does not use the shared credentials as well.
_LOGIN = frozenset({"username", "password", "token"})


@dataclass(frozen=True)
class Member:
    """One cluster of a fleet.

    Attributes:
        name: unique in the fleet.
        options: of its connection, as they were given to it or to all.
        wanted: the option C(certificates) of M(cluster_certificates), where it is to be compared.
    """

    name: str
    options: Mapping[str, Any]
    wanted: Sequence[Mapping[str, Any]] | None = None

    def checked(self, operation: Operation, **more: Any) -> dict[str, Any]:
        """Return the options of an operation with this cluster, with defaults.

        Args:
            more: further options of the operation.

        Raises:
            CertificateError: an option is wrong.
        """
        given = {**self.options, **more}
        refuse_misplaced(given, operation.argument_spec)
        validation = ArgumentSpecValidator(**operation.arguments).validate(given)
        if problems := refusals(validation):
            raise CertificateError("invalid_option", f"{'; '.join(problems)}. Fix the options of this cluster.")
        # What is not given is None, as AnsibleModule has it.
        return {**dict.fromkeys(operation.argument_spec), **validation.validated_parameters}


def parse_members(entries: Sequence[Mapping[str, Any]], shared: Mapping[str, Any]) -> list[Member]:
    """Parse the clusters of O(clusters).

    Args:
        shared: connection options for those that do not have them, with C(None) for what was not given.

    Raises:
        CertificateError: two have the same name.
    """
    given = [_combined(entry, shared) for entry in entries]
    hosts = Counter(_host(options) for options in given)
    found = []
    for number, options in enumerate(given, 1):
        host, place = _host(options), _host(options, port=True)
        own = (host if hosts[host] == 1 else place) or f"cluster {number}"
        wanted = options.pop("certificates", None)
        if wanted is not None:
            wanted = [_given(one) for one in wanted]
        if looks_like_private_key(str(options.get("name", ""))):
            name = own  # the option is left in place, to be refused with the others of this cluster
        else:
            name = str(options.pop("name", "") or own)
        found.append(Member(name, options, wanted))
    twice = [name for name, count in Counter(one.name for one in found).items() if count > 1]
    if twice:
        raise invalid_option(
            "clusters", f"{', '.join(sorted(twice))} listed more than once", "Give each cluster a unique name"
        )
    return found


def _combined(entry: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    own = _given(entry)
    ignored = _LOGIN if not _LOGIN.isdisjoint(own) else frozenset()
    if "client_cert" in own:
        ignored |= {"client_key"}
    common = {option: shared[option] for option in CONNECTION_SPEC if option not in ignored}
    return {**_given(common), **own}


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {option: value for option, value in options.items() if value is not None}


def _host(options: Mapping[str, Any], *, port: bool = False) -> str | None:
    """Return the host of the URL, and its port; no other part, which may be a password."""
    try:
        parts = urlsplit(str(options.get("url", "")))
        number = parts.port if port else None
    except ValueError:
        return None
    return f"{parts.hostname}:{number}" if parts.hostname and number else parts.hostname
