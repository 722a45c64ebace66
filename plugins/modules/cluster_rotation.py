#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The code is in plugins/action/cluster_rotation.py.

DOCUMENTATION = r"""
module: cluster_rotation
short_description: Replace what differs, after a backup, and propagate it
version_added: 1.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Makes the backup, replaces the certificates that differ by one transaction, propagates what changed to Active-Active
    peers, and records in the backup that the change is proven. Shows what was before and what is after.
  - Returns the variable C(rotation_result) of the role, also where something failed; the role fails for it later.
  - A step of the role P(redis_enterprise.certificates.rotation#role), whose variables it reads. Use the role.
extends_documentation_fragment:
  - redis_enterprise.certificates.attributes
  - redis_enterprise.certificates.attributes.role
  - redis_enterprise.certificates.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  failed_task:
    description: The task of the role that failed. Then nothing is replaced.
    type: str
  failed_message:
    description: Its message; empty if it must not be repeated.
    type: str
  failure:
    description: The same as data.
    type: dict
  findings:
    description: What it found.
    type: list
    elements: dict
seealso:
  - module: redis_enterprise.certificates.cluster_certificates
"""

EXAMPLES = r"""
- name: Replace what differs
  redis_enterprise.certificates.cluster_rotation:
  register: rotation_result
"""

RETURN = r"""
outcome:
  description: As of M(redis_enterprise.certificates.cluster_certificates), for all certificates of the cluster.
  returned: always
  type: str
  sample: changed
certificates:
  description: What became of each certificate. See the role P(redis_enterprise.certificates.rotation#role).
  returned: always
  type: list
  elements: dict
failure:
  description: Why the task failed, with C(kind).
  returned: failure
  type: dict
"""
