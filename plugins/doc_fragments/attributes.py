# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of check mode, diff mode, idempotence and the action group of every module."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes that every module shares."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Makes the same reads and checks, predicts what a real run would report, and writes nothing.
  diff_mode:
    description: Shows facts of the certificate before and after. Never PEM, and never a private key.
  idempotent:
    description: A second run with the same options changes nothing.
  action:
    description: Runs inside the controller, without a payload, a temporary file or another interpreter.
    support: partial
    details:
      - When the connection is V(local), unless C(become), C(async), C(timeout), C(environment) or another Python
        (C(ansible_python_interpreter)) requires a separate process. Then it runs as a module, with the same results.
      - Set E(REDIS_ENTERPRISE_IN_PROCESS), or the variable C(redis_enterprise_in_process), to V(false) to turn it off.
  action_group:
    description: Use C(group/redis_enterprise.certificates.redis_enterprise) in C(module_defaults).
    support: full
    membership:
      - redis_enterprise.certificates.redis_enterprise
"""

    INFO = r"""
attributes:
  check_mode:
    support: full
    details: This module only reads.
  diff_mode:
    support: N/A
    details: This module only reads.
  idempotent:
    support: full
    details: This module only reads.
"""

    ROLE = r"""
attributes:
  action:
    description: Runs on the control node, where the variables are. Its steps run as other modules do.
    support: full
    details: C(async) is not supported.
"""

    CONTROLLER = r"""
attributes:
  diff_mode:
    description: Shows the changes in files.
    support: none
  idempotent:
    description: A second run with the same options changes nothing.
    support: full
  action:
    description: Runs on the control node, where the variables of all hosts and the output are.
    support: full
    details: C(async) is not supported. C(delegate_to), C(become) and the connection of the host have no effect.
"""
