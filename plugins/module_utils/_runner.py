# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Between Ansible and an operation: in a module, and in an action plugin."""

from __future__ import annotations

import os
import signal
from collections.abc import Collection, Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError

from ._connection import find_secrets, name_secrets
from ._errors import combined
from ._libraries import MissingLibrary, missing_library
from ._masking import mask_secrets
from ._misplaced import find_misplaced
from ._operation import WEAK, Context, Operation, find_weakness
from ._secrets import keys_in, parts_of_keys
from ._untrusted import writable

#: The failure of a task whose options Ansible's validation refuses.
INVALID: Mapping[str, str] = {"kind": "invalid_option"}


def refusal(operation: Operation, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the result of a task that has a private key where none belongs, before anything quotes its options.

    Ansible's own validation would, and so does the C(invocation) of a result, which this one lacks.
    """
    found = find_misplaced(given, operation.argument_spec)
    errors = [one.error for one in found if not one.is_value_in_entry_of(operation.members)]
    if not errors:
        return None
    error = combined(errors)
    return {"failed": True, "msg": error.message, "failure": error.failure}


def _with_lines(secrets: Collection[str]) -> set[str]:
    """Return the values of options marked C(no_log), and their lines: a key is not always laid out as it was given."""
    return {*secrets}.union(*map(parts_of_keys, [secret for secret in secrets if "\n" in secret]))


def _shown(
    operation: Operation, task: Context, result: Mapping[str, Any], secrets: Collection[str], *, invocation: bool
) -> dict[str, Any]:
    """Return a result and its warnings as they may be shown: masked, or the error that this would change what they say.

    Args:
        invocation: whether it says with which options it came about.
    """
    # The clusters of a fleet are masked each with its own secrets, which are no part of what another one says.
    masked = {name: value for name, value in result.items() if name != operation.members}
    if not result.get("failed"):
        changed = result["changed"] and not task.check_mode
        error = find_weakness(task.secrets, masked, changed=changed)
        if error is not None and changed:
            task.warn(error.message)
        elif error is not None:
            result = masked = {"failed": True, "msg": error.message, "failure": error.failure}
    if invocation:
        masked["invocation"] = {"module_args": task.params}
    masked["warnings"] = task.warnings
    shown: dict[str, Any] = writable({**result, **mask_secrets(masked, secrets)})
    if result.get("failure") and result["failure"]["kind"] == WEAK:
        # Neither holds a secret, nor would be understood with a mask.
        shown.update({key: result[key] for key in ("msg", "failure") if key in result})
    return shown


def _lacking(missing: MissingLibrary) -> dict[str, Any]:
    """Return the message and the failure of a task that lacks libraries."""
    return {"msg": missing_required_lib(missing.requirement), "failure": {"kind": "missing_library"}}


def run_module(module: AnsibleModule, operation: Operation) -> None:
    """Run the operation with the module's options, and leave with its result."""
    missing = missing_library()
    if missing is not None:
        module.fail_json(**_lacking(missing), exception=missing.traceback)

    environ = _environ(operation)
    secrets = _with_lines(module.no_log_values) | find_secrets(module.params, environ)
    task = Context(module.params, module.check_mode, secrets=name_secrets(module.params, environ))
    result = _shown(operation, task, operation.outcome(task), secrets, invocation=True)
    for warning in result.pop("warnings"):
        module.warn(warning)
    module.no_log_values = set()  # or Ansible would mask it again, with all of them everywhere
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


def _environ(operation: Operation) -> Mapping[str, str]:
    """Return the environment, where an operation takes options of the connection from it."""
    return os.environ if "password" in operation.argument_spec else {}


def run_in_controller(
    operation: Operation, given: Mapping[str, Any], *, module: str, check_mode: bool, invocation: bool
) -> dict[str, Any]:
    """Do in this process what AnsibleModule and M(run) do in a separate process, field by field.

    Args:
        given: the options as the task has them.
        module: the name in messages.
        invocation: whether the result says with which options it came about.
    """
    validation = ModuleArgumentSpecValidator(**operation.arguments).validate(given)
    params = {**given, **validation.validated_parameters}
    secrets = _with_lines(validation._no_log_values)  # noqa: SLF001 - as AnsibleModule does
    missing = missing_library()
    environ = _environ(operation)
    task = Context(params, check_mode, in_controller=True, secrets=name_secrets(params, environ))
    if validation.error_messages:
        unsupported = isinstance(validation.errors[0], UnsupportedError)
        prefix = f"Unsupported parameters for ({module}) module: " if unsupported else ""
        result: dict[str, Any] = {"failed": True, "msg": prefix + validation.errors.msg, "failure": INVALID}
        secrets |= keys_in(params)
    elif missing is not None:
        result = {"failed": True, **_lacking(missing)}
        secrets |= keys_in(params)
    else:
        secrets |= find_secrets(params, environ)
        result = operation.outcome(task)
        if task.interrupted is not None:
            signal.raise_signal(task.interrupted)  # Ansible no longer waits for the result
    shown = _shown(operation, task, result, secrets, invocation=invocation)
    if not shown["warnings"]:
        del shown["warnings"]
    return shown
