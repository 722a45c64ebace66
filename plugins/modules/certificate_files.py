#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The code is in plugins/action/certificate_files.py.

DOCUMENTATION = r"""
module: certificate_files
short_description: Keep a certificate and its private key in files on the control node
version_added: 1.1.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Writes a certificate to C(NAME.pem), mode 0644, and its private key to C(NAME.key), mode 0600, as the source
    C(files) of the role P(redis_enterprise.certificates.rotation#role) reads them.
  - Each file is replaced at once, the key first. The key is in no other file, not even for a moment.
  - The role uses it for C(rotation_keep_material).
attributes:
  check_mode:
    description: Compares, predicts what a real run would report, and writes nothing.
    support: full
  diff_mode:
    description: Shows what changes in files.
    support: none
    details: What would be shown is a private key.
  idempotent:
    description: A second run with the same options changes nothing.
    support: full
  action:
    description: Runs on the control node.
    support: full
    details: C(delegate_to), C(become) and the connection of the host do not count.
options:
  path:
    description:
      - The folder. It is created, with mode 0700, if it does not exist.
      - A path that is not absolute starts at the working directory of C(ansible-playbook).
    type: path
    required: true
  name:
    description: The name of the certificate, and of its files.
    type: str
    required: true
  certificate:
    description: The certificate in PEM, leaf first, then its issuers.
    type: str
    required: true
  private_key:
    description: The private key in PEM. Without it, only the certificate is written.
    type: str
seealso:
  - module: redis_enterprise.certificates.cluster_certificate_backup
"""

EXAMPLES = r"""
- name: Ensure the files have what was issued
  redis_enterprise.certificates.certificate_files:
    path: "material/{{ inventory_hostname }}"
    name: proxy
    certificate: "{{ lookup('ansible.builtin.file', 'certificates/payments/proxy.pem' | realpath) }}"
    private_key: "{{ lookup('ansible.builtin.file', 'certificates/payments/proxy.key' | realpath) }}"
"""

RETURN = r"""
certificate_path:
  description: The file with the certificate.
  returned: success
  type: str
  sample: /home/operator/material/payments/proxy.pem
private_key_path:
  description: The file with the private key; null without one.
  returned: success
  type: str
  sample: /home/operator/material/payments/proxy.key
failure:
  description: What went wrong, as data. See RV(redis_enterprise.certificates.cluster_certificate#module:failure).
  returned: failure
  type: dict
"""
