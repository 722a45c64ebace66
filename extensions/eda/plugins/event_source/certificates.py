# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source C(redis_enterprise.certificates.certificates), for ansible-rulebook."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from typing import Any

DOCUMENTATION = r"""
short_description: Watch the certificates of Redis Software clusters
description:
  - Reads each cluster on its own schedule, and sends an event when a certificate expires within a threshold, when the
    audit's policy finds something, when a port presents a certificate other than the API reports, and when a cluster
    can no longer be read, or can be read again.
  - Each of these sends one event, and another one only when it becomes more urgent, or goes away and comes back, or
    when the certificate was replaced. Sent events are recorded in O(state_path), so that a restart repeats nothing.
  - Each event has an id, C(meta.uuid), and a line in the log of C(ansible-rulebook) with that id, its kind, the cluster
    and the certificate.
  - Sends the same requests as the module M(redis_enterprise.certificates.fleet_certificate_info), and writes nothing to
    any cluster. A user with the role C(cluster_viewer) is enough.
options:
  clusters:
    description:
      - The clusters, as O(redis_enterprise.certificates.fleet_certificate_info#module:clusters) takes them. Options
        that a cluster does not set come from the source's connection options, such as O(username), O(password) and
        O(ca_path), and then from the environment.
      - The name of a cluster is in each of its events. Use the name of the host in the inventory, so that playbooks can
        be limited to it.
    type: list
    elements: dict
    required: true
  state_path:
    description:
      - The file that records the sent events. It is created if it is missing, contains no secrets, and must not be
        shared by several sources.
      - The source refuses any other existing file. If the file is lost, all present conditions are reported again.
    type: path
    required: true
  thresholds:
    description:
      - Days. A certificate sends an event for each threshold that it passes; for the tightest only if it passes several
        at once. V(0) means that it has expired.
      - None should be above C(rotation_renew_before) of the role P(redis_enterprise.certificates.rotation#role), which
        issues nothing earlier.
    type: list
    elements: int
    default: [30, 14, 7, 1]
  minimum_severity:
    description: Findings that are less severe send no event.
    type: str
    choices: [critical, warning, info]
    default: warning
  interval:
    description: Seconds from the end of a read of a cluster to the next one.
    type: float
    default: 3600
  jitter:
    description: The fraction by which a wait is extended at random, so that clusters are not all read at once.
    type: float
    default: 0.1
  max_interval:
    description: Seconds. The wait doubles with each consecutive failed read, up to this.
    type: float
    default: 21600
  concurrency:
    description: How many clusters are read at a time.
    type: int
    default: 16
  served:
    description: Whether to check the ports of the clusters, too.
    type: bool
    default: true
  warn_within:
    description: As O(redis_enterprise.certificates.audit_report#module:warn_within), for issuers in chains only.
    type: int
    default: 30
  fail_within:
    description: As O(redis_enterprise.certificates.audit_report#module:fail_within), for issuers in the chain only.
    type: int
    default: 14
  minimum_rsa_bits:
    description: As O(redis_enterprise.certificates.audit_report#module:minimum_rsa_bits).
    type: int
    default: 2048
  allowed_issuers:
    description: As O(redis_enterprise.certificates.audit_report#module:allowed_issuers).
    type: list
    elements: str
    default: []
  maximum_lifetime:
    description: As O(redis_enterprise.certificates.audit_report#module:maximum_lifetime).
    type: int
  exceptions:
    description:
      - As O(redis_enterprise.certificates.audit_report#module:exceptions). Accepted findings send no event; an
        exception for the check C(expiry) also applies to thresholds.
    type: list
    elements: dict
    default: []
extends_documentation_fragment:
  - redis_enterprise.certificates.connection
"""

EXAMPLES = r"""
- name: Print what happens to the certificates of two clusters
  hosts: all
  sources:
    - redis_enterprise.certificates.certificates:
        state_path: /var/lib/certificate-events/state.json
        ca_path: /etc/ssl/redis-ca.pem
        username: viewer@example.com
        password: "{{ viewer_password }}"
        clusters:
          - {name: payments, url: "https://payments.redis.example.com:9443"}
          - {name: sessions, url: "https://sessions.redis.example.com:9443"}
  rules:
    - name: Print every event
      condition: event.kind is defined
      action:
        print_event:
          pretty: true
"""

_WATCHER = "ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._watch.watcher"

#: The folder that holds ansible_collections/redis_enterprise/certificates/extensions/eda/plugins/event_source/.
_COLLECTIONS = os.path.abspath(os.path.join(__file__, *[".."] * 8))


async def main(queue: asyncio.Queue[dict[str, Any]], args: dict[str, Any]) -> None:
    """Watch clusters until cancelled.

    Args:
        queue: gets each event.
        args: see C(DOCUMENTATION).

    Raises:
        CertificateError: an argument is wrong.
    """
    # ansible-rulebook runs this file by its path, and does not make collections importable.
    if _COLLECTIONS not in sys.path:
        sys.path.insert(0, _COLLECTIONS)
    await importlib.import_module(_WATCHER).watch(queue, args)
