# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the action plugins share: running a module's operation inside the controller.

That saves making, shipping and compiling a payload and starting an interpreter, and no private key is written to a
temporary file.

Private to this collection: may change in any release.
"""

from __future__ import annotations

import copy
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, ClassVar

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action.normal import ActionModule as ModuleInProcess
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._libraries import missing_library
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._masking import mask_secrets
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Operation
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._progress import heard_by
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._runner import (
    INVALID,
    refusal,
    run_in_controller,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import keys_in
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.table import paragraph
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.text import (
    Line,
    is_read_by_a_person,
    show,
)
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._plain import plain
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._warmup import prepare

_COLLECTION = "redis_enterprise.certificates"

#: Variables that are no options: where operations run, and whether text for a person is shown.
_IN_PROCESS, _TEXT_OUTPUT = "redis_enterprise_in_process", "redis_enterprise_text_output"

#: Strategies in which each host goes on by itself, so that C(run_once) runs for each of them; Ansible only warns.
_WITHOUT_RUN_ONCE = frozenset({"free", "host_pinned", "mitogen_free", "mitogen_host_pinned"})

# What fails there, such as for want of a library, is reported by the task that needs it.
with suppress(Exception):
    prepare()


class OperationAction(ModuleInProcess):  # type: ignore[misc] # Ansible has no type hints
    """The operation, run in the process of the task, or else by the module of the same name, with equal results."""

    operation: ClassVar[Operation]

    @property
    def vault_secrets(self) -> list[tuple[str, Any]]:
        """Return the vault identities that Ansible was started with, and their secrets."""
        return self._loader._vault.secrets or []  # noqa: SLF001 - no other place has them

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        self._check_run_once(task_vars or {})
        if not self._requires_connection:
            self.refuse_async()
        # Here, and not in the module: before a key is sent to the target, and before Ansible's validation quotes it.
        return refusal(self.operation, self._task.args) or self.perform(task_vars or {})

    def _check_run_once(self, variables: Mapping[str, Any]) -> None:
        """Refuse to do once for each host what is to be done once, such as to read a fleet and write its report.

        Raises:
            AnsibleActionFail: the strategy of the play does not honour C(run_once).
        """
        strategy = str(self._task.get_play().strategy)
        hosts = variables.get("ansible_play_hosts", ())
        if self._task.run_once and len(hosts) > 1 and strategy.rpartition(".")[2] in _WITHOUT_RUN_ONCE:
            raise AnsibleActionFail(
                f"run_once has no effect with the strategy {strategy}: each of {len(hosts)} hosts would run this task. "
                "Set strategy: linear on the play. Nothing was done."
            )

    def perform(self, variables: dict[str, Any]) -> dict[str, Any]:
        """Run the operation, with options that may be quoted."""
        if self._asks_for_a_process(variables):
            result: dict[str, Any] = super().run(None, variables)
            if "invocation" in result:
                # When its options are not valid, a module has not found what was pasted behind a certificate.
                result["invocation"] = mask_secrets(result["invocation"], keys_in(self._task.args))
            if result.get("failed") and not result.keys() & {"failure", "module_stdout"}:
                # AnsibleModule has refused the options; of one that crashed, Ansible returns the output.
                result["failure"] = dict(INVALID)
            return result
        return self.run_in_controller(self.operation, variables)

    def sibling(self, name: str, args: Mapping[str, Any]) -> Any:
        """Return another action of this collection, to be run as this task runs.

        Args:
            args: the options of its module.
        """
        return self.other_action(f"{_COLLECTION}.{name}", args)

    def other_action(self, name: str, args: Mapping[str, Any]) -> Any:
        """Return the action that runs a module, to be run as this task runs.

        Args:
            name: of the module, with its collection.
            args: its options.
        """
        task = copy.copy(self._task)  # its own method copies the blocks around it as well
        task.action, task.args = name, dict(args)
        loader = self._shared_loader_obj.action_loader
        return loader.get(
            name if loader.has_plugin(name) else "ansible.legacy.normal",
            task=task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )

    def run_in_controller(self, operation: Operation, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Run the operation here and now.

        Raises:
            AnsibleActionFail: the setting for text must be true or false; nothing was done.
        """
        self._shows_text = self._setting(_TEXT_OUTPUT, variables, default=is_read_by_a_person())
        host = "" if operation.members else f"{variables.get('inventory_hostname')}: "
        with heard_by(lambda text: self.show(paragraph(host, text))):
            return run_in_controller(
                operation,
                plain(self._task.args),
                module=self._task.action,
                check_mode=self._task.check_mode,
                invocation=_inject_invocation(variables),
            )

    def refuse_async(self, options: str = "") -> None:
        """Refuse a keyword that only modules know, where only the controller can do the work.

        Args:
            options: with which that is so; always, unless given.

        Raises:
            AnsibleActionFail: the task has it.
        """
        if self._task.async_val:
            raise AnsibleActionFail(
                f"async is not supported by {self._task.action}{options}, which runs on the control node. Remove async "
                "and poll from the task. Nothing was done."
            )

    def _update_module_args(
        self, module_name: str, module_args: dict[str, Any], task_vars: dict[str, Any], *more: Any, **keywords: Any
    ) -> None:
        super()._update_module_args(module_name, module_args, task_vars, *more, **keywords)
        # The target's syslog gets nothing: Ansible masks no key there that is in a list, or behind a certificate.
        module_args["_ansible_no_log"] = True

    def _asks_for_a_process(self, variables: Mapping[str, Any]) -> bool:
        task = self._task
        environment: dict[str, Any] = {}
        self._compute_environment_string(environment)
        return bool(
            self._connection.transport != "local"
            or self._connection.become is not None
            or task.async_val
            or environment
            # It would end a transaction half-way. A module continues to its proof or its roll-back.
            or task.timeout
            or not self._setting(_IN_PROCESS, variables, default=True)
            or not self._is_python_of_controller(variables)
            # The module's Python may have it: not every user sets the interpreter.
            or missing_library() is not None
        )

    def show(self, lines: Iterable[Line]) -> None:
        """Show text for a person, unless a program reads the output or the user wants none."""
        if self._shows_text:
            show(lines)

    def _setting(self, name: str, variables: Mapping[str, Any], *, default: bool) -> bool:
        """Return a setting: the variable comes before the environment.

        Raises:
            AnsibleActionFail: it must be true or false, and is not.
        """
        value, what = self._templar.template(variables.get(name)), f"variable {name}"
        if value is None:
            value, what = os.environ.get(name.upper()) or default, f"environment variable {name.upper()}"
        try:
            return bool(boolean(value))
        except TypeError:
            pass  # raised below, without this exception for its context, which Ansible would print
        raise AnsibleActionFail(f"{what} must be true or false. Set it to one of them, or remove it.")

    def _is_python_of_controller(self, variables: Mapping[str, Any]) -> bool:
        delegate = self._task.delegate_to
        if delegate:
            variables = variables.get("ansible_delegated_vars", {}).get(delegate, variables)
        configured = constants.config.get_config_value("INTERPRETER_PYTHON", variables=variables)
        interpreter = str(self._templar.copy_with_new_env(available_variables=variables).template(configured)).strip()
        if not interpreter or interpreter.startswith("auto"):
            return True
        found = shutil.which(interpreter) or interpreter
        # An environment's Python is a link to another; the environment is the folder that it is called in.
        return _place(found) == _place(sys.executable)


def _place(program: str) -> tuple[str, str]:
    return os.path.realpath(os.path.dirname(program)), os.path.realpath(program)


def _inject_invocation(variables: Mapping[str, Any]) -> bool:
    """Check whether results have C(invocation): asked since ansible-core 2.21, always true before."""
    if constants.config.get_configuration_definition("INJECT_INVOCATION") is None:
        return True
    return bool(constants.config.get_config_value("INJECT_INVOCATION", variables=variables))
