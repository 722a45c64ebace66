#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The code is in plugins/action/issued_certificate.py.

DOCUMENTATION = r"""
module: issued_certificate
short_description: Check, keep and collect what a source has issued
version_added: 1.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Completes what was issued with the further issuers of the source; checks that it would not be due again at once, and
    that the cluster would accept it; and keeps it in files if C(rotation_keep_material) is set.
  - Returns private keys. Use it with C(no_log).
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
- name: Check, keep and collect what was issued
  redis_enterprise.certificates.issued_certificate:
  register: rotation_result
  no_log: true
"""

RETURN = r"""
issued:
  description: The material by the name of the certificate, with what was collected before.
  returned: success
  type: dict
plan:
  description: The plan of M(redis_enterprise.certificates.cluster_rotation), handed on.
  returned: always
  type: dict
failure:
  description: Why the task failed, with C(kind).
  returned: failure
  type: dict
"""
