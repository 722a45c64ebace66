# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of the role rotation.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import refusals
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._misplaced import find_misplaced

from .._hosts import Host
from .._role_spec import misspelt, role_spec


def role_values(host: Host, entry_point: str = "main") -> Mapping[str, Any]:
    """Return what the variables of a host say, with defaults, and C(None) for what is not set.

    Those of the connection are not among them.

    Args:
        entry_point: of the role.

    Raises:
        CertificateError: one is wrong, missing or misspelt, or cannot be evaluated.
    """
    spec = {name: one for name, one in role_spec("rotation", entry_point).items() if name.startswith("rotation_")}
    given = {name: _listed(value, spec[name]) for name in spec if (value := host.value(name)) is not None}
    for found in find_misplaced(given, spec):
        raise CertificateError("invalid_option", found.error.message.removeprefix("option "))
    validation = ArgumentSpecValidator(spec).validate(given)
    problems = [*misspelt("rotation", host.names), *refusals(validation)]
    if problems:
        raise CertificateError("invalid_option", " ".join(f"{one.rstrip('.')}." for one in problems))
    return {**dict.fromkeys(spec), **validation.validated_parameters}


def _listed(value: Any, option: Mapping[str, Any]) -> Any:
    """Return the names of a text that is a list, as people separate them. Ansible splits it at the commas alone."""
    if not isinstance(value, str) or option.get("elements") != "str":
        return value
    names = [one.strip() for one in value.split(",")]
    return [one for one in names if one] or names[:1]  # a text without a name is not all names
