#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The code is in plugins/action/cluster_certificate_backup.py.

DOCUMENTATION = r"""
module: cluster_certificate_backup
short_description: Keep TLS certificates of a Redis Software cluster in an encrypted file
version_added: 1.0.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Reads certificates of a cluster with their private keys, and keeps them in a file that is encrypted with
    Ansible Vault, so that they can be restored.
  - They are encrypted in memory. Nothing is ever written in clear, not even to a temporary file.
  - The file holds JSON with C(version), C(cluster), C(time) and C(certificates), which is what
    O(redis_enterprise.certificates.cluster_certificates#module:certificates) takes. C(ansible-vault view)
    shows it.
  - A change may take several runs, when one is interrupted. With O(until_proven=true), what a file holds stays in it
    until a task with O(state=proven) says that the change is proven. So the pairs from before the first of these runs
    are still there after the last.
  - Needs a user with the permission C(view_cluster_keys), such as one with the role C(admin).
extends_documentation_fragment:
  - redis_enterprise.certificates.attributes
  - redis_enterprise.certificates.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: What would be shown are private keys.
  idempotent:
    support: full
    details:
      - The file is left alone while it holds the same certificates and is encrypted under the same vault identity.
  action:
    description: Runs on the control node, since only Ansible itself has the vault secrets.
    support: full
    details: C(delegate_to), C(become) and the connection of the host do not count; C(environment) does.
options:
  path:
    description:
      - The file, on the control node. Its folder must exist.
      - A path that is not absolute starts at the working directory of C(ansible-playbook).
      - A file that is there must be a backup of this module that can be decrypted; anything else is not replaced. What
        it held is kept beside it, under a name with its time, such as C(payments.20261231T235959.123Z.vault). What it
        holds of a change that is not proven stays in it instead; a certificate that has another pair now is kept beside
        it as well.
    type: path
    required: true
  names:
    description:
      - The certificates to keep. One that the cluster does not have is kept as absent, so that putting it back removes
        it.
      - V(cp_internode_encryption) and V(dp_internode_encryption) are accepted for V(ccs_internode_encryption) and
        V(data_internode_encryption).
      - Only name what is about to be changed. Internode certificates are rotated by the cluster itself, and old ones
        would break it.
      - Required with O(state=present).
    type: list
    elements: str
  state:
    description:
      - V(present) keeps certificates of the cluster in the file.
      - V(proven) notes in the file that the change is proven that it was made for, so that the next backup replaces
        it. Nothing is asked of the cluster. Where there is no file, there is nothing to note; one that cannot be opened
        is a warning.
    type: str
    choices: [present, proven]
    default: present
    version_added: 1.1.0
  until_proven:
    description:
      - Whether later backups leave in the file what it holds, and only add to it, until a task with O(state=proven).
    type: bool
    default: false
    version_added: 1.1.0
  vault_id:
    description:
      - The vault identity whose secret encrypts the file. C(ansible-playbook) must have it, through C(--vault-id) or
        E(ANSIBLE_VAULT_IDENTITY_LIST).
      - V(default) is what a password without an identity has, as C(--vault-password-file) gives it.
    type: str
    default: default
seealso:
  - module: redis_enterprise.certificates.cluster_certificates
"""

EXAMPLES = r"""
- name: Have a folder for backups
  ansible.builtin.file:
    path: backups
    state: directory
    mode: "0700"

# ansible-playbook --vault-id backups@password-file ...
- name: Keep what is about to be replaced
  redis_enterprise.certificates.cluster_certificate_backup:
    url: https://cluster.example.com:9443
    username: admin@example.com
    password: "{{ vault_admin_password }}"
    ca_path: /etc/ssl/certs/corporate-ca.pem
    path: backups/payments.vault
    names: [proxy, api]
    vault_id: backups
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: /home/operator/backups/payments.vault
previous_path:
  description: Where what the file does not hold any more, or does not take, is kept; null when there is no such thing.
  returned: success
  type: str
  sample: /home/operator/backups/payments.20261231T235959.123Z.vault
vault_id:
  description: The vault identity under which the file is encrypted.
  returned: success
  type: str
  sample: backups
cluster:
  description: The cluster that was asked, or whose backup is proven; null when there is none.
  returned: success
  type: dict
  contains:
    name:
      description: The FQDN of the cluster; null where the user may not see it.
      type: str
      returned: always
    url:
      description: The URL that was asked.
      type: str
      returned: always
  sample:
    name: cluster.example.com
    url: https://cluster.example.com:9443
certificates:
  description: What the file holds, sorted by name. No PEM, and no private key.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the certificate.
      type: str
      returned: always
      sample: proxy
    state:
      description: V(present), or V(absent) when the cluster has none of that name.
      type: str
      returned: always
      sample: present
    fingerprint:
      description: SHA-256 fingerprint of the leaf, lower-case hexadecimal with colons; null when there is none.
      type: str
      returned: always
    chain_fingerprints:
      description: The fingerprint of each certificate, leaf first.
      type: list
      elements: str
      returned: always
attempts:
  description: The most times that any one request was sent; V(1) when none had to be repeated.
  returned: when the options are valid
  type: int
  sample: 1
retried:
  description: One line for each request that was sent again.
  returned: when the options are valid
  type: list
  elements: str
failure:
  description: What went wrong, as data. See RV(redis_enterprise.certificates.cluster_certificate#module:failure).
  returned: failure
  type: dict
"""
