# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection options of hosts, each from its own variables.

Neither C(hostvars) nor a lookup knows the variables of the play and of the role, where vaulted passwords often are. So
each host's variables are put together as Ansible does for a task of that host.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.playbook.task import Task
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._options import CONNECTION_SPEC

#: What the variables of the options begin with.
_PREFIX = "redis_enterprise_"


def options_of(hosts: Sequence[str], task: Task, variables: Mapping[str, Any], templar: Any) -> list[dict[str, Any]]:
    """For each host a dictionary with its name and the options that it has variables for.

    Args:
        hosts: their names in the inventory.
        task: the one that runs, whose play and role may set variables for all hosts.
        variables: those of the task.
        templar: the one of the task.

    Raises:
        AnsibleActionFail: there is no such host, or a variable of it cannot be evaluated.
    """
    hostvars = variables["hostvars"]
    manager, inventory = hostvars._variable_manager, hostvars._inventory  # noqa: SLF001 - the only way to them
    found = []
    for name in hosts:
        host = inventory.get_host(name)
        if host is None:
            raise AnsibleActionFail(f"option hosts: the inventory has no host {name}. Give names of its hosts.")
        own = manager.get_vars(play=task.get_play(), host=host, task=task, include_hostvars=False)
        evaluate = templar.copy_with_new_env(available_variables={**own, "hostvars": hostvars}).template
        given = {option: own.get(f"{_PREFIX}{option}") for option in CONNECTION_SPEC}
        try:
            options = {option: evaluate(value) for option, value in given.items() if value is not None}
        except Exception as error:
            # What it says may quote the value.
            raise AnsibleActionFail(
                f"host {name}: a variable {_PREFIX}... cannot be evaluated ({type(error).__name__}). Check that all "
                "that it needs is defined."
            ) from None
        found.append({"name": name, **{option: _placed(option, value) for option, value in options.items()}})
    return found


def _placed(option: str, value: Any) -> Any:
    """A path starts at the working directory of ansible-playbook; modules start elsewhere."""
    if CONNECTION_SPEC[option]["type"] != "path" or not value:
        return value
    return os.path.realpath(os.path.expanduser(str(value)))
