#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The code is in plugins/action/cluster_rotation.py.

DOCUMENTATION = r"""
module: cluster_rotation
short_description: Plan what to do with each certificate, and replace what differs
version_added: 1.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Reads what the cluster has and the certificates of CAs, and plans. If tasks have to be run first, such as those that
    issue what is due, returns the plan, and is called again after them.
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
  plan:
    description:
      - Whether to plan first. Otherwise the plan is taken from the variable C(rotation_result), as the steps of the
        role hand it on.
      - To plan fails if a variable of the role is wrong, if a file is missing that is needed later, or if another
        cluster of the play has failed.
    type: bool
    default: false
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
- name: Plan, and replace all certificates at once unless tasks come first
  redis_enterprise.certificates.cluster_rotation:
    plan: true
  register: rotation_result
"""

RETURN = r"""
plan:
  description: What to do, where tasks have to be run first. Then nothing else is returned.
  returned: tasks have to be run first
  type: dict
  contains:
    before:
      description: C(cluster) and C(certificates), of M(redis_enterprise.certificates.cluster_certificate_info).
      type: dict
    entries:
      description: What to do with each entry of C(rotation_certificates).
      type: list
      elements: dict
    due:
      description: By the name of the certificate, why it is due to be issued.
      type: dict
      sample: {proxy: [expires in 12 days]}
    authorities:
      description: The CAs, their certificates alone, each by the name of the first certificate from it.
      type: dict
    issued:
      description: The entries that are issued or fetched now.
      type: list
      elements: dict
    steps:
      description: The files of tasks to run.
      type: list
      elements: dict
    file:
      description: The only one of them, or one that runs all.
      type: str
outcome:
  description: As of M(redis_enterprise.certificates.cluster_certificates), for all certificates of the cluster.
  returned: nothing has to come first
  type: str
  sample: changed
certificates:
  description: What became of each certificate. See the role P(redis_enterprise.certificates.rotation#role).
  returned: nothing has to come first
  type: list
  elements: dict
proof:
  description: How far all changes are proven, as of M(redis_enterprise.certificates.cluster_certificates).
  returned: nothing has to come first
  type: dict
nodes:
  description: What was seen of every certificate, as of M(redis_enterprise.certificates.cluster_certificates).
  returned: nothing has to come first
  type: list
  elements: dict
cluster:
  description: The cluster, as of M(redis_enterprise.certificates.cluster_certificates); null if it was not read.
  returned: nothing has to come first
  type: dict
findings:
  description: As of M(redis_enterprise.certificates.cluster_certificates).
  returned: nothing has to come first
  type: list
  elements: dict
hazards:
  description: As of M(redis_enterprise.certificates.cluster_certificates).
  returned: nothing has to come first
  type: list
  elements: dict
replication:
  description:
    - C(changed), C(outcome) and C(active_active) of M(redis_enterprise.certificates.replication_certificates); null if
      nothing was to be propagated.
  returned: nothing has to come first
  type: dict
backup:
  description: The backup that was made, with C(path), C(changed) and the names C(certificates); null if none was.
  returned: nothing has to come first
  type: dict
diff:
  description: Facts that identify each certificate that differs, before and after. Never PEM.
  returned: nothing has to come first
  type: list
  elements: dict
failure:
  description:
    - What failed, with C(task), C(msg) and C(kind); null if nothing did. The task itself does not fail for it.
    - If the task itself fails, such as for a wrong option, why, with C(kind).
  returned: nothing has to come first, or failure
  type: dict
"""
