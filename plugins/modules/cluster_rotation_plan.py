#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The code is in plugins/action/cluster_rotation_plan.py.

DOCUMENTATION = r"""
module: cluster_rotation_plan
short_description: Plan what to do with each certificate of a cluster
version_added: 1.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Reads what the cluster has and the certificates of CAs, and returns which certificates are due to be issued.
  - Fails if a variable of the role is wrong, if a file is missing that is needed later, or if another cluster of the
    play has failed.
  - A step of the role P(redis_enterprise.certificates.rotation#role), whose variables it reads. Use the role.
extends_documentation_fragment:
  - redis_enterprise.certificates.attributes
  - redis_enterprise.certificates.attributes.role
  - redis_enterprise.certificates.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - module: redis_enterprise.certificates.cluster_certificates
"""

EXAMPLES = r"""
- name: Plan what to do with each certificate
  redis_enterprise.certificates.cluster_rotation_plan:
    url: "{{ redis_enterprise_url }}"
    username: "{{ redis_enterprise_username }}"
    password: "{{ redis_enterprise_password }}"
    ca_path: "{{ redis_enterprise_ca_path }}"
  delegate_to: localhost
  register: plan
"""

RETURN = r"""
before:
  description: C(cluster) and C(certificates), of M(redis_enterprise.certificates.cluster_certificate_info).
  returned: success
  type: dict
entries:
  description: What to do with each entry of C(rotation_certificates).
  returned: success
  type: list
  elements: dict
due:
  description: By the name of the certificate, why it is due to be issued.
  returned: success
  type: dict
  sample: {proxy: [expires in 12 days]}
authorities:
  description: The CAs, each by the name of the first certificate from it.
  returned: success
  type: dict
issued:
  description: The entries that are issued or fetched now.
  returned: success
  type: list
  elements: dict
steps:
  description: The files of tasks to run.
  returned: success
  type: list
  elements: dict
file:
  description: The only one of them, or one that runs all. Nothing where there is none.
  returned: success
  type: str
failure:
  description: Why the task failed, with C(kind).
  returned: failure
  type: dict
"""
