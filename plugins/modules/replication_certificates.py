#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: replication_certificates
short_description: Propagate a new proxy or syncer certificate to the peers of a Redis Software cluster
version_added: 1.0.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - After V(proxy) or V(syncer) has changed on a cluster, the other clusters of its Active-Active databases refuse to
    synchronise with it until each of these databases gets a forced configuration update. Run this module at once,
    against the cluster that changed, with O(updated) or O(force). It starts one update for each database, and waits
    until it has finished on all participating clusters.
  - After V(proxy) has changed on a cluster, Replica Of databases of other clusters still pin its old certificate. Run
    this module at once, against the cluster of each destination, with O(source_certificate) and O(source_hosts). It
    replaces the pinned certificate of the selected replica sources, and changes nothing else.
  - One task can do both, when a cluster is a source and a destination.
  - Updates one database after the other, and continues after a failure. Then the task fails, and lists the databases
    that were not updated. Updates that were made are not rolled back.
extends_documentation_fragment:
  - redis_enterprise.certificates.attributes
  - redis_enterprise.certificates.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: partial
    details: Shows the fingerprints that replica sources pin. A forced update changes nothing that could be shown.
  idempotent:
    support: partial
    details:
      - The API does not report whether peers know a certificate, so with O(updated) or O(force) every run updates all
        Active-Active databases. Replica sources are compared by fingerprints.
notes:
  - Repeating a forced update is harmless. It is retried like the update of a certificate (see O(retries)), also when it
    got no response. Then the module waits for the last update that was sent.
  - The API only replaces the replica sources of a database as a whole. They are read right before they are written. A
    concurrent change of the same database at that moment is lost.
  - A database accepts a change of its replica sources when its C(status) is C(active), and has applied it once that is
    C(active) again. The module waits for both.
  - Replica sources are not written while the cluster masks the credentials of databases (C(mask_bdb_credentials)),
    since writing a source back would erase its password. The task then fails with C(credentials_masked), before
    anything is sent.
  - Before version 7.8.2-34, a database with an expired client certificate accepts no update (RS133653). The task
    reports this before the write, in check mode too.
  - A source database that has its own certificate, as the newest versions allow, does not present V(proxy). Use
    O(source_old_fingerprint) or O(databases) to exclude it.
options:
  updated:
    description:
      - The names of the certificates that have just changed, such as V([proxy]). If V(proxy) or V(syncer) is among
        them, every Active-Active database gets a forced update. Other names have no effect.
    type: list
    elements: str
  force:
    description:
      - Whether to force an update of every Active-Active database regardless of O(updated). Use it to finish an earlier
        run that failed.
      - It has no effect on Replica Of databases.
    type: bool
    default: false
  resynchronise:
    description:
      - Whether to force an update of the Active-Active databases whose synchronisation with a peer is not V(in-sync),
        as the cluster reports it. Use it to complete a run that was interrupted after the certificate was replaced. The
        module waits up to ten seconds for a synchronisation in progress.
      - A database can be out of sync for other reasons, such as a peer that is unreachable. Then the update, and with
        it the task, fails.
      - It has no effect on Replica Of databases.
    type: bool
    default: false
    version_added: 1.1.0
  source_certificate:
    description:
      - The new V(proxy) certificate of a cluster from which databases of this one replicate, in PEM, the leaf first,
        then each issuer, as the source presents it.
      - Requires O(source_hosts) or O(source_old_fingerprint). With both, a replica source must match both.
    type: str
  source_certificate_path:
    description:
      - Path of a file with what O(source_certificate) takes. It is read where the module runs.
    type: path
  source_hosts:
    description:
      - The FQDN of the source cluster, or addresses of its nodes. Selects the replica sources that have one of these as
        host of their C(uri), or a name that the certificates of such a cluster cover, which is one label below C(fqdn)
        or C(internal.fqdn).
      - Replica sources that pin no certificate are never changed.
    type: list
    elements: str
  source_old_fingerprint:
    description:
      - The SHA-256 fingerprint of the leaf that is pinned now, with or without colons. Selects the replica sources that
        pin this certificate, or already O(source_certificate).
    type: str
  api_fingerprint:
    description:
      - The SHA-256 fingerprint (hexadecimal, with colons or without) of the C(api) certificate that the cluster was
        just given. A server that presents this certificate, with its key, is trusted although O(ca_path) does not
        verify it.
      - Without it, a task that follows the replacement of C(api) fails if O(ca_path) lacks the new CA.
    type: str
    version_added: 1.1.0
  databases:
    description:
      - Limits the task to these databases. Each is the name or guid of an Active-Active database, or the name or uid of
        a database that replicates.
    type: list
    elements: str
  wait_timeout:
    description:
      - Seconds to wait for each database until the update has finished. For replica sources, seconds to wait until the
        database is active before the write, and as long again until it is active and reports the new certificate.
    type: float
    default: 300
seealso:
  - module: redis_enterprise.certificates.cluster_certificate
"""

EXAMPLES = r"""
- name: Replace the certificate of the database endpoints
  redis_enterprise.certificates.cluster_certificate:
    url: "{{ redis_enterprise_url }}"
    username: "{{ redis_enterprise_username }}"
    password: "{{ redis_enterprise_password }}"
    ca_path: "{{ redis_enterprise_ca_path }}"
    name: proxy
    certificate_path: "certificates/{{ inventory_hostname }}/proxy.pem"
    private_key_path: "certificates/{{ inventory_hostname }}/proxy.key"
  delegate_to: localhost
  register: proxy

- name: Propagate it to the Active-Active peers
  redis_enterprise.certificates.replication_certificates:
    url: "{{ redis_enterprise_url }}"
    username: "{{ redis_enterprise_username }}"
    password: "{{ redis_enterprise_password }}"
    ca_path: "{{ redis_enterprise_ca_path }}"
    updated: [proxy]
  delegate_to: localhost
  when: proxy is changed

- name: Propagate again after a participating cluster was down
  redis_enterprise.certificates.replication_certificates:
    url: "{{ redis_enterprise_url }}"
    username: "{{ redis_enterprise_username }}"
    password: "{{ redis_enterprise_password }}"
    ca_path: "{{ redis_enterprise_ca_path }}"
    force: true
    databases: [orders]
  delegate_to: localhost

- name: Complete what an interrupted run left, if anything
  redis_enterprise.certificates.replication_certificates:
    url: "{{ redis_enterprise_url }}"
    username: "{{ redis_enterprise_username }}"
    password: "{{ redis_enterprise_password }}"
    ca_path: "{{ redis_enterprise_ca_path }}"
    resynchronise: true
  delegate_to: localhost

- name: Propagate it to the databases of another cluster that replicate from that one
  redis_enterprise.certificates.replication_certificates:
    url: https://reporting.redis.example.com:9443
    username: "{{ redis_enterprise_username }}"
    password: "{{ redis_enterprise_password }}"
    ca_path: "{{ redis_enterprise_ca_path }}"
    source_certificate_path: "certificates/{{ inventory_hostname }}/proxy.pem"
    source_hosts: [payments.redis.example.com]
  delegate_to: localhost
"""

RETURN = r"""
outcome:
  description:
    - V(unchanged), V(changed) (in check mode, what would be), V(failed_unchanged) (nothing was changed), or V(partial)
      (some databases were, or may have been, updated; see RV(active_active) and RV(replica_of)).
  returned: always
  type: str
  sample: changed
active_active:
  description: The Active-Active databases of the cluster, as limited by O(databases).
  returned: always; empty when they could not be read, or may not be and need not be
  type: list
  elements: dict
  contains:
    guid:
      description: The guid of the database.
      type: str
      returned: always
    name:
      description: The name of the database.
      type: str
      returned: always
    clusters:
      description: The names of the participating clusters.
      type: list
      elements: str
      returned: always
    action:
      description: V(update), or V(none).
      type: str
      returned: always
    outcome:
      description:
        - V(unchanged), V(changed) (finished on all participating clusters; in check mode, what would be),
          V(failed_unchanged) (no update was started) or V(partial) (an update was or may have been
          started, and did not finish).
      type: str
      returned: always
    status:
      description: What the task of the update was last, such as V(finished) or V(failed); null if unknown.
      type: str
      returned: always
    errors:
      description: Why the update failed, for each participating cluster that the task names.
      type: list
      elements: dict
      returned: always
      contains:
        cluster_name:
          description: The name of the participating cluster, or null where it is not one.
          type: str
          returned: always
        error_code:
          description: The identifier of the error, or null where it is not one.
          type: str
          returned: always
    failure:
      description: The failure of this database, as in RV(failure), or null.
      type: dict
      returned: always
  sample:
    - guid: 552bbccb-99f3-4142-bd17-93d245f0bc79
      name: orders
      clusters: [cluster.example.com, peer.example.com]
      action: update
      outcome: changed
      status: finished
      errors: []
      failure: null
replica_of:
  description: The selected replica sources, including those that need no change.
  returned: always; empty without O(source_certificate)
  type: list
  elements: dict
  contains:
    uid:
      description: The uid of the database that replicates.
      type: int
      returned: always
    name:
      description: The name of the database that replicates.
      type: str
      returned: always
    source:
      description: Which of its replica sources this is.
      type: dict
      returned: always
      contains:
        position:
          description: Its place in the list, from 0.
          type: int
          returned: always
        uid:
          description: Its uid, or null where it has none.
          type: int
          returned: always
        host:
          description: The host in its C(uri), or null where that is malformed. User and password are never shown.
          type: str
          returned: always
        port:
          description: The port in its C(uri), or null.
          type: int
          returned: always
    action:
      description: V(update), or V(none).
      type: str
      returned: always
    outcome:
      description:
        - V(unchanged), V(changed) (in check mode, what would be), V(failed_unchanged) or V(partial) (unknown).
      type: str
      returned: always
    before:
      description: What was pinned, as C(fingerprint) of the leaf and C(chain_fingerprints); null where it cannot be
        parsed.
      type: dict
      returned: always
    after:
      description: What is pinned now, or in check mode would be; null where it is unknown.
      type: dict
      returned: always
    failure:
      description: The failure of this database, as in RV(failure), or null.
      type: dict
      returned: always
diff:
  description: The fingerprints that replica sources pin, before and after, without colons.
  returned: success
  type: list
  elements: dict
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
  description:
    - The failure, as data. See RV(redis_enterprise.certificates.cluster_certificate#module:failure).
    - C(kind) is V(not_propagated) when databases could not be updated; RV(active_active[].failure) and
      RV(replica_of[].failure) say why.
  returned: failure
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import (
    replication_certificates,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._runner import run_module


def main() -> None:
    """Run the module."""
    operation = replication_certificates.OPERATION
    run_module(AnsibleModule(**operation.arguments, supports_check_mode=True), operation)


if __name__ == "__main__":
    main()
