# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Between Ansible and an operation: in a module, and in an action plugin."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable, Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.parameters import remove_values

from . import _options
from ._errors import CertificateError
from ._libraries import missing_library
from ._task import Operation, Task


def run(module: AnsibleModule, operation: Operation) -> None:
    """Run the operation with the module's options, and leave with its result."""
    missing = missing_library()
    if missing is not None:
        module.fail_json(msg=missing_required_lib(missing.requirement), exception=missing.traceback)

    module.no_log_values.update(_options.secrets_of(module.params, os.environ))
    task = Task(module.params, module.check_mode)
    result = _result(operation, task)
    for warning in task.warnings:
        module.warn(warning)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


def run_in_controller(
    operation: Operation,
    params: Mapping[str, Any],
    *,
    check_mode: bool,
    environment: Mapping[str, Any],
    no_log_values: Iterable[str],
) -> dict[str, Any]:
    """Run the operation in the process of an action plugin.

    Args:
        environment: what the task's keyword C(environment) sets.
        no_log_values: those of C(params) that Ansible must mask.
    """
    missing = missing_library()
    if missing is not None:
        return {"failed": True, "msg": missing_required_lib(missing.requirement)}

    # As a module would find it, proxies included. The process is the task's own, and ends with it.
    os.environ.update({name: str(value) for name, value in environment.items()})
    secrets = {*no_log_values, *_options.secrets_of(params, os.environ)}
    task = Task(params, check_mode)
    result: dict[str, Any] = remove_values({**_result(operation, task), "warnings": task.warnings}, secrets)
    return result


def _result(operation: Operation, task: Task) -> dict[str, Any]:
    """What the operation returns, or how it failed. Not masked yet."""
    try:
        return operation(task)
    except CertificateError as error:
        return {"failed": True, "msg": error.message, "failure": error.failure, **error.result}
    except Exception as error:
        # A text of unknown origin may quote a key or a password: only where it happened is told.
        where = traceback.extract_tb(error.__traceback__)[-1]
        return {
            "failed": True,
            "msg": f"internal error: {type(error).__name__} in {os.path.basename(where.filename)}, line "
            f"{where.lineno}. This is a bug in redis_enterprise.certificates; please report it with this line.",
            "failure": {"kind": "internal_error"},
        }
