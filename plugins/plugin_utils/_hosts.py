# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of hosts, each evaluated as a task of that host would.

Neither C(hostvars) nor a lookup knows the variables of the play and of the role, where vaulted passwords often are. So
each host's variables are put together as Ansible does for a task of that host.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from ansible.playbook.task import Task
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import (
    CertificateError,
    invalid_option,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import quoted

from ._paths import placed
from ._plain import plain

#: What the variables of the options begin with.
_PREFIX = "redis_enterprise_"


class Host:
    """One host of the inventory.

    Attributes:
        name: its name there.
    """

    def __init__(self, name: str, variables: Callable[[], Mapping[str, Any]], templar: Any) -> None:
        self.name = name
        self._load = variables
        self._templar = templar

    def value(self, variable: str) -> Any:
        """Return what a variable evaluates to, as plain data, with what is vaulted decrypted; None: it is not set.

        Raises:
            CertificateError: it cannot be evaluated, or the variables of the host cannot be read.
        """
        templar, given = self._variables
        if given.get(variable) is None:
            return None
        try:
            # What is vaulted is decrypted no sooner than it is looked at.
            return plain(templar.template(given[variable]))
        except Exception as error:
            # What it says may quote the value.
            raise CertificateError(
                "invalid_option",
                f"host {self.name}: the variable {variable} cannot be evaluated ({type(error).__name__}). Check that "
                "all that it needs is defined, and that the password of its vault was given.",
                option=variable,
            ) from None

    def connection(self) -> dict[str, Any]:
        """Return the options of the connection that it has variables for, of which an empty one is not set.

        Raises:
            CertificateError: one cannot be evaluated.
        """
        values = {option: self.value(f"{_PREFIX}{option}") for option in CONNECTION_SPEC}
        return {option: _placed(option, value) for option, value in values.items() if value not in (None, "")}

    @property
    def names(self) -> Collection[str]:
        """Return the names of all its variables.

        Raises:
            CertificateError: they cannot be read.
        """
        return self._variables[1].keys()

    @cached_property
    def _variables(self) -> tuple[Any, Mapping[str, Any]]:
        try:
            loaded = self._load()
        except Exception as error:
            raise CertificateError(
                "invalid_option",
                f"host {self.name}: its variables cannot be read ({type(error).__name__}). Check its files in "
                "host_vars and group_vars, and that the passwords of their vaults were given.",
                option="hosts",
            ) from None
        return self._templar.copy_with_new_env(available_variables=loaded), loaded


def hosts_of(names: Sequence[str], task: Task, variables: Mapping[str, Any], templar: Any) -> list[Host]:
    """Find hosts by their names in the inventory.

    Args:
        task: the one that runs, whose play and role may set variables for all hosts.
        variables: those of the task.
        templar: the one of the task.

    Raises:
        CertificateError: there is no name, or a host does not exist.
    """
    if not names:
        raise invalid_option(
            "hosts",
            "must not be empty. The playbooks take those of the group redis_enterprise",
            "Check the inventory (-i), and the name of the group in it",
        )
    hostvars = variables["hostvars"]
    manager, inventory = hostvars._variable_manager, hostvars._inventory  # noqa: SLF001 - the only way to them

    def load(host: Any) -> dict[str, Any]:
        own = manager.get_vars(play=task.get_play(), host=host, task=task, include_hostvars=False)
        return {**own, "hostvars": hostvars}

    found = []
    for name in names:
        host = inventory.get_host(name)
        if host is None:
            raise invalid_option("hosts", f"the inventory has no host {quoted(name)}", "Give names of its hosts")
        found.append(Host(name, partial(load, host), templar))
    return found


def _placed(option: str, value: Any) -> Any:
    """Resolve a path from the working directory of ansible-playbook; modules start elsewhere."""
    if CONNECTION_SPEC[option]["type"] != "path" or not value:
        return value
    return placed(str(value))
