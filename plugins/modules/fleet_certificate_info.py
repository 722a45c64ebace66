#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_certificate_info
short_description: Show the TLS certificates of many Redis Software clusters
version_added: 1.0.0
author:
  - The redis_enterprise.certificates contributors (!UNKNOWN)
description:
  - Reads many clusters in parallel, and returns for each the installed certificates, those of its databases, what its
    ports present, the schedule of its internal certificates, what its databases pin of other clusters, and its alerts
    about certificates.
  - A cluster that cannot be read, or has a wrong option, is an entry with RV(clusters[].error), and does not fail the
    module.
  - Works for every user that may see the clusters, such as a user with the role C(cluster_viewer).
    RV(clusters[].not_visible) lists what the user may not see.
  - Private keys that the API returns with the certificates are discarded unread.
extends_documentation_fragment:
  - redis_enterprise.certificates.attributes
  - redis_enterprise.certificates.attributes.info
  - redis_enterprise.certificates.connection
notes:
  - Each cluster gets one connection to its API and five requests. These are the certificates; C(/v1/cluster) for its
    name, ports and alerts; C(/v1/nodes) for version, state and addresses of the nodes; C(/v1/bdbs) for ports and
    replica sources; and C(/v1/job_scheduler) for the renewal of internal certificates.
  - Further requests are made where needed. These are C(/v1/crdbs) for an Active-Active database; each page of
    C(/v1/bdbs/certificates) for a database with TLS; and C(/v1/bootstrap) if the user may not see the nodes.
  - A cluster that answered, and could not be read, takes one more connection, for RV(clusters[].api_endpoint).
  - O(served=true) takes one more connection for each port, and two if its certificate does not verify.
  - Comparing the desired certificates of a cluster takes a separate connection and three more requests.
  - A cluster that does not respond keeps one of the O(concurrency) places until its C(timeout) and C(retries) are used
    up. Lower them for fleets in which many clusters are down.
options:
  clusters:
    description:
      - The clusters, each with its connection options. Options that a cluster does not set come from the task's options
        of the same name, and then from the environment. A cluster with its own credentials, in
        O(clusters[].username), O(clusters[].password) or O(clusters[].token), uses no others.
      - At least one of O(clusters) and O(hosts) is required.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the cluster in results. It must be unique.
          - If not set, it is the host of the URL, with the port if two clusters share a host.
        type: str
      url:
        description: As O(redis_enterprise.certificates.cluster_certificate_info#module:url).
        type: str
      username:
        description: As O(redis_enterprise.certificates.cluster_certificate_info#module:username).
        type: str
      password:
        description: As O(redis_enterprise.certificates.cluster_certificate_info#module:password).
        type: str
      token:
        description: As O(redis_enterprise.certificates.cluster_certificate_info#module:token).
        type: str
      client_cert:
        description: As O(redis_enterprise.certificates.cluster_certificate_info#module:client_cert).
        type: path
      client_key:
        description: As O(redis_enterprise.certificates.cluster_certificate_info#module:client_key).
        type: path
      validate_certs:
        description: As O(redis_enterprise.certificates.cluster_certificate_info#module:validate_certs).
        type: raw
      ca_path:
        description: As O(redis_enterprise.certificates.cluster_certificate_info#module:ca_path).
        type: path
        aliases: [ca_cert]
      allow_http:
        description: As O(redis_enterprise.certificates.cluster_certificate_info#module:allow_http).
        type: raw
      timeout:
        description: As O(redis_enterprise.certificates.cluster_certificate_info#module:timeout).
        type: raw
      write_timeout:
        description: As O(redis_enterprise.certificates.cluster_certificate_info#module:write_timeout).
        type: raw
      retries:
        description: As O(redis_enterprise.certificates.cluster_certificate_info#module:retries).
        type: raw
      retry_delay:
        description: As O(redis_enterprise.certificates.cluster_certificate_info#module:retry_delay).
        type: raw
      retry_max_delay:
        description: As O(redis_enterprise.certificates.cluster_certificate_info#module:retry_max_delay).
        type: raw
      node_address:
        description: As O(redis_enterprise.certificates.cluster_certificate_info#module:node_address).
        type: str
      metrics_port:
        description: As O(redis_enterprise.certificates.cluster_certificate_info#module:metrics_port).
        type: raw
      certificates:
        description:
          - The desired certificates to compare with, as
            O(redis_enterprise.certificates.cluster_certificates#module:certificates). See RV(clusters[].drift).
        type: list
        elements: dict
        suboptions:
          name:
            description: As O(redis_enterprise.certificates.cluster_certificates#module:certificates[].name).
            type: str
          state:
            description: As O(redis_enterprise.certificates.cluster_certificates#module:certificates[].state).
            type: str
          certificate:
            description: As O(redis_enterprise.certificates.cluster_certificates#module:certificates[].certificate).
            type: str
          certificate_path:
            description:
              - As O(redis_enterprise.certificates.cluster_certificates#module:certificates[].certificate_path).
            type: path
          private_key:
            description: As O(redis_enterprise.certificates.cluster_certificates#module:certificates[].private_key).
            type: str
          private_key_path:
            description:
              - As O(redis_enterprise.certificates.cluster_certificates#module:certificates[].private_key_path).
            type: path
          pkcs12_path:
            description: As O(redis_enterprise.certificates.cluster_certificates#module:certificates[].pkcs12_path).
            type: path
          pkcs12_friendly_name:
            description:
              - As O(redis_enterprise.certificates.cluster_certificates#module:certificates[].pkcs12_friendly_name).
            type: str
          private_key_passphrase:
            description:
              - As O(redis_enterprise.certificates.cluster_certificates#module:certificates[].private_key_passphrase).
            type: str
          issuers:
            description: As O(redis_enterprise.certificates.cluster_certificates#module:certificates[].issuers).
            type: str
            version_added: 1.1.0
          issuers_path:
            description: As O(redis_enterprise.certificates.cluster_certificates#module:certificates[].issuers_path).
            type: path
            version_added: 1.1.0
          compare:
            description: As O(redis_enterprise.certificates.cluster_certificates#module:certificates[].compare).
            type: str
  hosts:
    description:
      - Names of hosts in the inventory, each of which is one cluster. The options come from the host's variables
        C(redis_enterprise_url), C(redis_enterprise_password) and so on, as for the roles of this collection.
      - Paths in these variables start at the working directory of C(ansible-playbook).
      - Not with C(async), since the variables are evaluated on the control node.
    type: list
    elements: str
  concurrency:
    description: How many clusters are read at a time.
    type: int
    default: 16
  served:
    description:
      - Whether to check all ports of each cluster, as
        O(redis_enterprise.certificates.served_certificate_info#module:discover) does.
    type: bool
    default: true
  drift:
    description:
      - Whether to compare each of O(hosts) with its variable C(rotation_certificates) of the role
        P(redis_enterprise.certificates.rotation#role). See RV(clusters[].drift).
      - Certificates of the sources C(files) and C(content) are compared with the installed ones. For other sources, the
        variables decide whether a new certificate is due; no CA is contacted.
    type: bool
    default: false
seealso:
  - module: redis_enterprise.certificates.cluster_certificate_info
  - module: redis_enterprise.certificates.served_certificate_info
"""

EXAMPLES = r"""
- name: Read all clusters of the inventory group redis_enterprise
  redis_enterprise.certificates.fleet_certificate_info:
    hosts: "{{ groups['redis_enterprise'] }}"
  run_once: true
  delegate_to: localhost
  register: fleet

- name: Read two clusters
  redis_enterprise.certificates.fleet_certificate_info:
    ca_path: "{{ redis_enterprise_ca_path }}"
    clusters:
      - name: payments
        url: https://payments.redis.example.com:9443
        username: viewer@example.com
        password: "{{ vault_payments_password }}"
      - name: sessions
        url: https://sessions.redis.example.com:9443
        token: "{{ sessions_token }}"
  run_once: true
  delegate_to: localhost
  register: fleet

- name: Show which could not be read, and why
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.error.msg }}"
  loop: "{{ fleet.clusters | selectattr('error') }}"
  loop_control:
    label: "{{ item.name }}"
"""

RETURN = r"""
clusters:
  description: One entry for each cluster, those of O(clusters) first, in the order given.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the cluster.
      type: str
      returned: always
      sample: payments
    url:
      description: The URL of the cluster; null where the options are wrong.
      type: str
      returned: always
      sample: https://payments.redis.example.com:9443
    read_at:
      description: When reading began (ISO 8601, UTC).
      type: str
      returned: always
      sample: "2026-01-01T00:00:00Z"
    seconds:
      description: How long it took.
      type: float
      returned: always
      sample: 0.12
    error:
      description:
        - Why the cluster could not be read; null if it was read. If set, the other values are empty or null, except
          RV(clusters[].api_endpoint).
      type: dict
      returned: always
      contains:
        msg:
          description: What failed, and what to do.
          type: str
          returned: always
        failure:
          description: The same as data. See RV(redis_enterprise.certificates.cluster_certificate#module:failure).
          type: dict
          returned: always
    api_endpoint:
      description:
        - What the port in the URL presents, where the cluster could not be read, as
          RV(redis_enterprise.certificates.served_certificate_info#module:endpoints) describes it. The certificate may
          be the reason. It is one port, perhaps that of a load balancer.
        - It is read by a TLS handshake without login and without verification, after which nothing is sent.
        - Null if the cluster was read, if nothing took a connection, if nothing was presented within five seconds, or
          if a proxy of the environment or HTTP is in use.
      type: dict
      returned: always
      version_added: 1.1.0
    cluster:
      description: Facts about the cluster.
      type: dict
      returned: always
      contains:
        name:
          description: The FQDN; null where the user may not see it.
          type: str
          returned: always
        version:
          description: The software version of the oldest node; null where the user may not see it.
          type: str
          returned: always
        primary:
          description:
            - The primary node, which responded, with its uid as C(node), and its C(address); null where it is unknown.
          type: dict
          returned: always
          version_added: 1.1.0
          sample:
            node: 1
            address: 10.0.0.1
        nodes:
          description: The nodes, each with C(uid), C(status) and C(version); null where the user may not see them.
          type: list
          elements: dict
          returned: always
    certificates:
      description:
        - The installed certificates, as RV(redis_enterprise.certificates.cluster_certificate_info#module:certificates)
          describes them.
      type: list
      elements: dict
      returned: always
    databases:
      description:
        - The certificates that belong to databases. These are the ones that their endpoints present in place of
          V(proxy), and those that they check client certificates against. Empty where the user may not see them.
        - Besides the following, each has the facts of the leaf, from C(subject) to C(self_signed), and perhaps
          C(error), as RV(redis_enterprise.certificates.cluster_certificate_info#module:certificates) describes them.
      type: list
      elements: dict
      returned: always
      version_added: 1.1.0
      contains:
        uid:
          description: The uid of the database.
          type: raw
          returned: always
          sample: 1
        name:
          description: The name of the database; null where it has none.
          type: str
          returned: always
          sample: orders
        certificate:
          description: The name of the certificate in findings, exceptions and metrics. Unique in the cluster.
          type: str
          returned: always
          sample: database orders
        kind:
          description:
            - V(server), presented by the endpoints of the database, unless its C(tls_mode) is V(disabled); V(client),
              of the list C(authentication_ssl_client_certs); V(peer), of the list C(authentication_ssl_crdt_certs).
          type: str
          returned: always
          sample: server
        endpoints:
          description: Names and ports of the endpoints that present it; empty for other kinds than V(server).
          type: list
          elements: str
          returned: always
          sample: ["redis-12000.cluster.example.com:12000"]
        findings:
          description:
            - What a certificate of the kind V(server) does not meet, as
              RV(redis_enterprise.certificates.cluster_certificate_info#module:certificates[].findings) describes it.
              Its names must cover RV(clusters[].databases[].endpoints).
          type: list
          elements: dict
          returned: always
    hazards:
      description:
        - Known bugs of this version that a change of what is installed would meet, each with C(id), C(description),
          C(remedy) and C(certificates).
      type: list
      elements: dict
      returned: always
    endpoints:
      description:
        - What each port presents, as RV(redis_enterprise.certificates.served_certificate_info#module:endpoints)
          describes it; null with O(served=false).
      type: list
      elements: dict
      returned: always
    on_disk:
      description:
        - What the metrics of the nodes show of certificates that no port presents (V(syncer), the internode ones, and
          V(proxy) where no database presents it), an entry for each certificate and node; null with O(served=false).
      type: list
      elements: dict
      returned: always
      version_added: 1.1.0
      contains:
        name:
          description: The name of the certificate.
          type: str
          returned: always
        node:
          description: The C(uid) of the node.
          type: int
          returned: always
        status:
          description:
            - V(verified) (it expires when the API reports it, within a minute), V(stale) (it expires more than a day
              before or after), or V(not_visible).
          type: str
          returned: always
        not_after:
          description: When the certificate on the node's disk expires, or null.
          type: str
          returned: always
        problem:
          description: Why it is not visible, or null.
          type: str
          returned: always
    internal:
      description: How the cluster renews its internal certificates; null where that cannot be seen.
      type: dict
      returned: always
      contains:
        rotation_enabled:
          description: Whether the cluster renews them.
          type: bool
          returned: always
        expiry_days_before_rotation:
          description: Days before expiry at which they are renewed.
          type: int
          returned: always
        cron_expression:
          description: When the cluster checks for them.
          type: str
          returned: always
    replication:
      description: Which other clusters know certificates of this one, or the other way round; null where that cannot be
        seen.
      type: dict
      returned: always
      contains:
        active_active:
          description:
            - The Active-Active databases, each with C(guid), C(name), C(members), names of clusters, and
              C(synchronised), whether it has what each of its peers has; null where that cannot be seen.
          type: list
          elements: dict
          returned: always
        replica_of:
          description: The certificates of sources that databases of this cluster pin; null where the databases could
            not be read.
          type: list
          elements: dict
          returned: always
          contains:
            database:
              description: The name of the database.
              type: str
              returned: always
            uid:
              description: Its uid.
              type: raw
              returned: always
            source:
              description: The host of the source; V(?) where it is not certain.
              type: str
              returned: always
            port:
              description: The port of the source.
              type: int
              returned: always
            fingerprint:
              description: SHA-256 fingerprint of the pinned leaf; null where it cannot be parsed.
              type: str
              returned: always
            not_after:
              description: Its end of validity (ISO 8601, UTC).
              type: str
              returned: always
            days_remaining:
              description: Full days until then; once it has passed, the full days since, negative.
              type: int
              returned: always
            state:
              description:
                - V(expired); V(current) or V(stale), where the source is a cluster that was read too and has this
                  certificate now, or another one; V(unknown) for all others.
              type: str
              returned: always
              sample: stale
    alerts:
      description:
        - The alerts C(cluster_certs_about_to_expire) and C(node_internal_certs_about_to_expire), each with C(enabled)
          and C(threshold) in days, or null where the cluster does not have it; null where that cannot be seen.
      type: dict
      returned: always
    drift:
      description:
        - The necessary change for each desired certificate. Null if no comparison was requested, or if it failed, which
          gives a warning.
      type: list
      elements: dict
      returned: always
      contains:
        name:
          description: The certificate.
          type: str
          returned: always
          sample: proxy
        action:
          description:
            - V(none); or what RV(redis_enterprise.certificates.cluster_certificates#module:changes[].action) says; or
              V(issue), when a new one is due.
          type: str
          returned: always
          sample: update
        reason:
          description: The reason, if any.
          type: str
          returned: always
          sample: leaf_differs
    not_visible:
      description:
        - What the user may not see, V(alerts) (with the FQDN and ports of the cluster), V(nodes), V(databases),
          V(database_certificates), V(active_active) or V(internal).
      type: list
      elements: str
      returned: always
    warnings:
      description: Parts that could not be read for other reasons, and other warnings.
      type: list
      elements: str
      returned: always
failure:
  description: The failure, as data. See RV(redis_enterprise.certificates.cluster_certificate#module:failure).
  returned: failure
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operations import fleet_certificate_info
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._runner import run_module


def main() -> None:
    """Run the module."""
    operation = fleet_certificate_info.OPERATION
    run_module(AnsibleModule(**operation.arguments, supports_check_mode=True), operation)


if __name__ == "__main__":
    main()
