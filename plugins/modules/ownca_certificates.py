#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The code is in plugins/action/ownca_certificates.py.

DOCUMENTATION = r"""
module: ownca_certificates
short_description: Issue the certificates of a cluster from a CA of your own
version_added: 1.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Makes a private key and a certificate for each entry with the source C(ownca) that is due, by the modules
    M(community.crypto.openssl_privatekey_pipe), M(community.crypto.openssl_csr_pipe) and
    M(community.crypto.x509_certificate_pipe). Checks and keeps each as
    M(redis_enterprise.certificates.issued_certificate) does, before it makes the next one.
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
- name: Issue the certificates that are due
  redis_enterprise.certificates.ownca_certificates:
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
