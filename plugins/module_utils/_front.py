# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Between a module's AnsibleModule and its operation."""

from __future__ import annotations

import os
import traceback

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

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
    try:
        result = operation(task)
    except CertificateError as error:
        _warn(module, task)
        module.fail_json(msg=error.message, failure=error.failure, **error.result)
    except Exception as error:
        # A text of unknown origin may quote a key or a password: only where it happened is told.
        where = traceback.extract_tb(error.__traceback__)[-1]
        module.fail_json(
            msg=f"internal error: {type(error).__name__} in {os.path.basename(where.filename)}, line {where.lineno}. "
            "This is a bug in redis_enterprise.certificates; please report it with this line.",
            failure={"kind": "internal_error"},
        )
    _warn(module, task)
    module.exit_json(**result)


def _warn(module: AnsibleModule, task: Task) -> None:
    for warning in task.warnings:
        module.warn(warning)
