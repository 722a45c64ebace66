#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The code is in plugins/action/cluster_certificate_backup.py.

DOCUMENTATION = r"""
module: cluster_certificate_backup
short_description: Back up TLS certificates of a Redis Software cluster to an encrypted file
version_added: 1.0.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Reads certificates of a cluster with their private keys, and writes them to a file that is encrypted with Ansible
    Vault, so that they can be restored.
  - Encrypts in memory. Nothing is ever written in clear text, not even to a temporary file.
  - The file contains JSON with C(version), C(cluster), C(time) and C(certificates), which is what
    O(redis_enterprise.certificates.cluster_certificates#module:certificates) takes. To show it, run
    C(ansible-vault view).
  - A change may take several runs if one is interrupted. With O(until_proven=true), the pairs in a file stay there
    until a task with O(state=proven) records that the change is proven. So the pairs from before the first of these
    runs are still there after the last.
  - Requires a user with the permission C(view_cluster_keys), such as one with the role C(admin).
extends_documentation_fragment:
  - redis_enterprise.certificates.attributes
  - redis_enterprise.certificates.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: A diff would show private keys.
  idempotent:
    support: full
    details:
      - The file does not change while it contains the same certificates, encrypted under the same vault identity.
  action:
    description: Runs on the control node, since only Ansible itself has the vault secrets.
    support: full
    details: C(delegate_to), C(become) and the connection of the host have no effect; C(environment) does.
options:
  path:
    description:
      - The file, on the control node. Its folder is created with mode 0700 if it is missing, but not the folder above
        that.
      - A relative path starts at the working directory of C(ansible-playbook).
      - An existing file must be a backup of this module that can be decrypted; anything else is not replaced. Its
        content is kept beside it, under a name with its time, such as C(payments.20261231T235959.123Z.vault). Pairs
        from before a change that is not proven stay in it instead; a certificate that has another pair now is kept
        beside it as well.
    type: path
    required: true
  names:
    description:
      - The certificates to back up. One that the cluster does not have is recorded as absent, so that a rollback
        removes it.
      - V(cp_internode_encryption) and V(dp_internode_encryption) are accepted for V(ccs_internode_encryption) and
        V(data_internode_encryption).
      - List only the certificates that are about to change. The cluster itself rotates internode certificates, and old
        ones would break it.
      - Required with O(state=present).
    type: list
    elements: str
  state:
    description:
      - V(present) backs up certificates of the cluster to the file.
      - V(proven) records in the file that the change after the backup is proven, so that the next backup replaces it.
        No request is sent. Without a file, nothing is recorded; a file that cannot be opened gives a warning.
    type: str
    choices: [present, proven]
    default: present
    version_added: 1.1.0
  until_proven:
    description:
      - Whether later backups only add to the content of the file, until a task with O(state=proven).
    type: bool
    default: false
    version_added: 1.1.0
  vault_id:
    description:
      - The vault identity whose secret encrypts the file. C(ansible-playbook) must have it, through C(--vault-id) or
        E(ANSIBLE_VAULT_IDENTITY_LIST).
      - A password without an identity, as from C(--vault-password-file), has the identity V(default).
    type: str
    default: default
seealso:
  - module: redis_enterprise.certificates.cluster_certificates
"""

EXAMPLES = r"""
# ansible-playbook --vault-id backups@password-file ...
- name: Back up two certificates
  redis_enterprise.certificates.cluster_certificate_backup:
    url: "{{ redis_enterprise_url }}"
    username: "{{ redis_enterprise_username }}"
    password: "{{ redis_enterprise_password }}"
    ca_path: "{{ redis_enterprise_ca_path }}"
    path: "backups/{{ inventory_hostname }}.vault"
    names: [proxy, api]
    vault_id: backups
  delegate_to: localhost
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
  description: The cluster, or the one whose backup is proven; null when there is none.
  returned: success
  type: dict
  contains:
    name:
      description: The FQDN of the cluster; null where the user may not see it.
      type: str
      returned: always
    url:
      description: The URL of the cluster.
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
  description: The highest number of attempts of any request; V(1) without retries.
  returned: when the options are valid
  type: int
  sample: 1
retried:
  description: One line for each retry.
  returned: when the options are valid
  type: list
  elements: str
failure:
  description: The failure, as data. See RV(redis_enterprise.certificates.cluster_certificate#module:failure).
  returned: failure
  type: dict
"""
