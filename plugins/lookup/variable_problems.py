# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup variable_problems."""

from __future__ import annotations

DOCUMENTATION = r"""
name: variable_problems
short_description: Find private keys in variables that do not take them, and wrong and misspelt variables
version_added: 1.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Looks for private keys in variables of a role of this collection that are for paths, names, choices or numbers.
    The roles use it before Ansible checks their variables, since that shows the values that are wrong.
  - Looks for variables of the roles V(audit) and V(awx_setup) that take a list and have a text with several names,
    which Ansible would split at the commas alone.
  - Looks for variables of the role that Ansible would refuse, and show with all that the role declares. A variable
    without a value is not set.
  - Looks for variables whose names begin as those of the role and are almost the same as one of them, which Ansible
    would pass over. For a role other than V(audit), also those of the connection.
  - A variable that cannot be evaluated is passed over. So are those of the connection that Ansible takes as they come,
    since the modules check them for each cluster by itself.
options:
  _terms:
    description: The names of roles, such as V(rotation).
    type: list
    elements: str
    required: true
  hosts:
    description: Hosts whose variables in the inventory are looked at besides those of this one.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Check the names of variables, and that no private key is where it would be shown
  ansible.builtin.assert:
    that: problems | length == 0
    fail_msg: "{{ problems | join(' ') }}"
  vars:
    problems: "{{ query('redis_enterprise.certificates.variable_problems', 'rotation') }}"
"""

RETURN = r"""
_raw:
  description: A sentence or two for each of them, without the value.
  type: list
  elements: str
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.lookup import LookupBase
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import refusals
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._misplaced import find_misplaced
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._plain import plain
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._role_spec import (
    misspelt,
    not_lists,
    role_spec,
)

#: Types of which Ansible refuses, and so shows, no text.
_AS_IT_COMES = ("str", "path", "raw")


class LookupModule(LookupBase):  # type: ignore[misc] # Ansible has no type hints
    """The lookup."""

    def run(self, terms: Sequence[str], variables: Mapping[str, Any] | None = None, **options: Any) -> list[str]:
        """Return what is wrong, for all roles and hosts."""
        self.set_options(var_options=variables, direct=options)
        known: Mapping[str, Any] = variables or {}
        problems: dict[str, None] = {}  # once each, where all hosts of a group have it
        for role in plain(terms):
            spec = _checked(role_spec(role))
            own = _values(spec, lambda name: self._templar.template(known.get(name)))
            # A reason to refuse quotes the value.
            found = [*_misplaced(own, spec)] or [*not_lists(role, own, spec)] or _refused(role, own, spec)
            problems.update(dict.fromkeys(found))
            problems.update(dict.fromkeys(misspelt(role, known)))
            for host in self.get_option("hosts"):
                of_host = known["hostvars"][host]
                given = _values(spec, of_host.get)
                problems.update(dict.fromkeys([*_misplaced(given, spec)] or not_lists(role, given, spec)))
                problems.update(dict.fromkeys(misspelt(role, of_host)))
        return list(problems)


def _values(spec: Mapping[str, Any], value: Callable[[str], Any]) -> dict[str, Any]:
    """Return the variables that can be evaluated."""
    given = {}
    for name in spec:
        # Whatever its template raises, perhaps no sooner than it is looked at: the task that needs it reports it.
        with contextlib.suppress(Exception):
            given[name] = plain(value(name))
    return given


def _misplaced(given: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[str]:
    for found in find_misplaced(given, spec):
        yield found.error.message.removeprefix("option ")


def _refused(role: str, given: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[str]:
    """Yield why Ansible would refuse variables of the role itself, but for those that are missing."""
    own = {name: value for name, value in given.items() if name.startswith(f"{role}_") and value is not None}
    validation = ArgumentSpecValidator({name: {**spec[name], "required": False} for name in own}).validate(own)
    for problem in refusals(validation):
        yield f"{problem.rstrip('.')}. Fix the variable."


def _checked(spec: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the variables without those of the connection that the modules alone check."""
    return {
        name: option
        for name, option in spec.items()
        if not name.startswith("redis_enterprise_") or "choices" in option or option["type"] not in _AS_IT_COMES
    }
