#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The code is in plugins/action/cluster_rollback.py.

DOCUMENTATION = r"""
module: cluster_rollback
short_description: Restore the certificates of a cluster from its backup
version_added: 1.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Restores what the backup of C(rotation_backup) holds by one transaction, and propagates it to Active-Active peers.
    Says which backup that is, and from when.
  - Returns what became of each certificate, also where something failed; the role fails for it later.
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
seealso:
  - module: redis_enterprise.certificates.cluster_certificates
"""

EXAMPLES = r"""
- name: Restore what the backup holds
  redis_enterprise.certificates.cluster_rollback:
"""

RETURN = r"""
outcome:
  description: As of M(redis_enterprise.certificates.cluster_certificates), for all certificates of the cluster.
  returned: success
  type: str
  sample: changed
certificates:
  description: What became of each certificate. See the role P(redis_enterprise.certificates.rotation#role).
  returned: success
  type: list
  elements: dict
proof:
  description: How far all changes are proven, as of M(redis_enterprise.certificates.cluster_certificates).
  returned: success
  type: dict
nodes:
  description: What was seen of every certificate, as of M(redis_enterprise.certificates.cluster_certificates).
  returned: success
  type: list
  elements: dict
cluster:
  description: The cluster, as of M(redis_enterprise.certificates.cluster_certificates); null if it was not read.
  returned: success
  type: dict
findings:
  description: As of M(redis_enterprise.certificates.cluster_certificates).
  returned: success
  type: list
  elements: dict
hazards:
  description: As of M(redis_enterprise.certificates.cluster_certificates).
  returned: success
  type: list
  elements: dict
replication:
  description:
    - C(changed), C(outcome) and C(active_active) of M(redis_enterprise.certificates.replication_certificates); null if
      nothing was to be propagated.
  returned: success
  type: dict
backup:
  description: What is restored, with C(path), C(time) and C(certificates), the names.
  returned: success
  type: dict
diff:
  description: Facts that identify each certificate that differs, before and after. Never PEM.
  returned: success
  type: list
  elements: dict
failure:
  description:
    - What failed, with C(task), C(msg) and C(kind); null if nothing did. The task itself does not fail for it.
    - If the task itself fails, which is before anything is written, why, with C(kind).
  returned: success, or failure
  type: dict
"""
