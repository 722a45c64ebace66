# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module says of check mode, diff mode, idempotence and its action group."""

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
